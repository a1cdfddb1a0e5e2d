//go:build unix

package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// work is a task for a test.
type work struct {
	running func()
	asked   atomic.Int64
}

func (w *work) run(context.Context) { w.running() }
func (w *work) doing() string {
	return fmt.Sprintf("Checking %d of 12 files …", 13-min(w.asked.Add(1), 9)) // shorter and shorter
}
func (w *work) done() string { return "3 of 12 files checked" }

// programOn is a program whose standard error is a file.
func programOn(out *os.File) *Program {
	status := newStatusLine(out)
	return &Program{status: status, err: &terminal{out: status}}
}

// TestProgressOnATerminal holds that a person sees what goes on after a second, on one line that leaves no trace.
func TestProgressOnATerminal(t *testing.T) {
	screen, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	shown := make(chan string, 1)
	seen := make(chan struct{}, 100)
	go func() { // a terminal
		var all []byte
		for {
			b := make([]byte, 1000)
			n, err := screen.Read(b)
			if err != nil {
				shown <- string(all)
				return
			}
			all = append(all, b[:n]...)
			if bytes.Contains(b[:n], []byte("Checking")) {
				seen <- struct{}{}
			}
		}
	}()
	p := programOn(tty)
	began := time.Now()
	w := &work{running: func() {
		<-seen
		if after := time.Since(began); after < progressAfter {
			t.Errorf("a line after %v", after)
		}
		for range 5 {
			<-seen
		}
		printf(p.err, "jetpills: a note\n")
		<-seen
	}}
	if err := p.atLength(w); err != nil {
		t.Fatal(err)
	}
	printf(p.err, "the end\n")
	_ = tty.Close()
	all := <-shown
	if n := strings.Count(all, "\n"); n != 2 {
		t.Errorf("%d lines in %q", n, all)
	}
	if got := onScreen(all); got != "jetpills: a note\nthe end\n" {
		t.Errorf("at the end there is %q", got)
	}
}

// onScreen is what a terminal shows after an output.
func onScreen(output string) string {
	lines, column := [][]rune{{}}, 0
	for _, r := range output {
		last := &lines[len(lines)-1]
		switch r {
		case '\r':
			column = 0
		case '\n':
			lines, column = append(lines, []rune{}), 0
		default:
			if column < len(*last) {
				(*last)[column] = r
			} else {
				*last = append(*last, r)
			}
			column++
		}
	}
	texts := each(lines, func(line []rune) string { return strings.TrimRight(string(line), " ") })
	return strings.Join(texts, "\n")
}

// TestProgressElsewhere holds that nothing is said of work where nobody looks.
func TestProgressElsewhere(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	if err := programOn(write).atLength(&work{running: func() { time.Sleep(progressAfter + 3*progressEvery) }}); err != nil {
		t.Fatal(err)
	}
	_ = write.Close()
	var all bytes.Buffer
	if _, err := all.ReadFrom(read); err != nil || all.Len() > 0 {
		t.Errorf("%q, %v", all.String(), err)
	}
}

// TestInterrupted holds that a signal ends work whatever that waits for, and that the exit code and a line say so.
func TestInterrupted(t *testing.T) {
	for signal, code := range map[syscall.Signal]exit{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		var out bytes.Buffer
		status := newStatusLine(&out)
		p := &Program{status: status, err: &terminal{out: status}}
		for range 3 { // a signal that comes late ends nothing else
			err := p.atLength(&work{running: func() {
				if err := syscall.Kill(os.Getpid(), signal); err != nil {
					t.Error(err)
				}
				select {}
			}})
			if err != code || !wasInterrupted(err) || out.String() != "jetpills: interrupted: 3 of 12 files checked\n" {
				t.Errorf("%v: %v, %q", signal, err, out.String())
			}
			out.Reset()
		}
	}
}
