package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"jetpills/internal/workspace"
)

// A person is shown how far work is once it takes so long, and then so often.
const (
	progressAfter = time.Second
	progressEvery = 100 * time.Millisecond
)

// statusLine is standard error. On a terminal its last line may say how far work is: it is rewritten in place, and erased
// before anything else is written.
type statusLine struct {
	out        io.Writer
	isTerminal bool

	mu    sync.Mutex
	width int // of the line that is shown
}

func newStatusLine(out io.Writer) *statusLine {
	s := &statusLine{out: out}
	if file, ok := out.(*os.File); ok {
		info, err := file.Stat()
		s.isTerminal = err == nil && info.Mode()&os.ModeCharDevice != 0 // or the null device, which minds no line
	}
	return s
}

func (s *statusLine) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put("")
	return s.out.Write(b)
}

// show puts a line in the place of the one that is shown; nothing but a line is put where none is.
func (s *statusLine) show(line string) {
	if s.isTerminal {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.put(line)
	}
}

func (s *statusLine) put(line string) {
	if s.width == 0 && line == "" {
		return
	}
	const echoed = len("^C") // what a terminal shows of a key that interrupts a program
	width := utf8.RuneCountInString(line)
	padding := strings.Repeat(" ", max(0, s.width+echoed-width))
	s.width = width
	_, _ = io.WriteString(s.out, "\r"+line+padding+"\r"+line) // no work fails because nobody is told of it
}

// task is work that may take long.
type task interface {
	// run does the work. Once ctx ends, nobody waits for it: it changes nothing any more.
	run(ctx context.Context)
	doing() string // Checking 3 of 12 files …; may be called during run, as done may
	done() string  // 3 of 12 files checked
}

// atLength runs a task. After a while, a person at a terminal sees what it is doing. If a signal asks the process to end,
// atLength returns at once, whatever the task is waiting for: the error is the exit code of a process that the signal ended.
func (p *Program) atLength(t task) error {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	signals := make(chan os.Signal, 1)
	defer signal.Stop(signals)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
		if !signal.Ignored(s) { // as in the background of a shell
			signal.Notify(signals, s)
		}
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		t.run(ctx)
	}()
	defer p.status.show("")
	for later := time.After(progressAfter); ; later = time.After(progressEvery) {
		select {
		case <-ended:
			return nil
		case s := <-signals:
			signal.Stop(signals) // the next one ends a process that cannot even say so
			number, _ := s.(syscall.Signal)
			printf(p.err, "jetpills: interrupted: %s\n", t.done())
			return exit(exitSignal + number)
		case <-later:
			p.status.show(t.doing())
		}
	}
}

// wasInterrupted reports whether an error is one of atLength.
func wasInterrupted(err error) bool {
	code := exit(exitOK)
	return errors.As(err, &code) && code > exitSignal
}

// hosts is what the hosts around a folder come to, and nil if there is nothing that makes hosts. The error is an exit if the
// user did not wait for them.
func (p *Program) hosts(snapshot *workspace.Snapshot, dir string) (*workspace.Configuration, error) {
	r := &hostReading{snapshot: snapshot, dir: dir}
	if err := p.atLength(r); err != nil {
		return nil, err
	}
	return r.found, nil
}

// hostReading is the task to read hosts.
type hostReading struct {
	snapshot *workspace.Snapshot
	dir      string
	found    *workspace.Configuration
}

func (r *hostReading) run(ctx context.Context) { r.found = r.snapshot.Until(ctx).Configuration(r.dir) }

func (r *hostReading) doing() string { return readingHosts(r.snapshot) }

func (r *hostReading) done() string {
	done, total, _ := r.snapshot.Reading()
	if total == 0 {
		return "no host read"
	}
	return fmt.Sprintf("%s of %s hosts read", grouped(done), grouped(total))
}

// readingHosts says how far the reading of hosts is; empty if none are read.
func readingHosts(snapshot *workspace.Snapshot) string {
	switch done, total, isReading := snapshot.Reading(); {
	case !isReading:
		return ""
	case total == 0:
		return "Looking for hosts …"
	default:
		return fmt.Sprintf("Reading hosts: %s of %s …", grouped(done), grouped(total))
	}
}

// grouped is a number with its thousands set apart: 12,345.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
