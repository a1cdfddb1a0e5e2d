//go:build unix

package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"syscall"
	"testing"
	"time"

	"jetpills/pills"
)

// TestOutputIsSharedAgain holds what others write into the server's output once it has left, such as a wrapper that runs something
// else then: they wait until somebody reads.
func TestOutputIsSharedAgain(t *testing.T) {
	in, toServer := pipe(t)
	fromServer, out := pipe(t)
	shared, err := syscall.Dup(int(out.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = toServer.WriteString(framed(`{"jsonrpc":"2.0","id":1,"method":"shutdown"}`) + framed(`{"jsonrpc":"2.0","method":"exit"}`))
	program := Program{Args: []string{"lsp", "--log-level", "error"}, Stdin: in, Stdout: out, Stderr: io.Discard, Pills: pills.FS}
	program.Run()
	const chunk, chunks = 1 << 10, 1 << 10 // more than a pipe holds
	written := make(chan error, 1)
	go func() {
		defer func() { _ = syscall.Close(shared) }()
		for range chunks {
			if n, err := syscall.Write(shared, make([]byte, chunk)); n < chunk {
				written <- fmt.Errorf("%d bytes of %d: %w", n, chunk, err)
				return
			}
		}
		written <- nil
	}()
	select {
	case err = <-written:
	case <-time.After(100 * time.Millisecond):
		if _, err := io.Copy(io.Discard, fromServer); err != nil {
			t.Fatal(err)
		}
		err = <-written
	}
	if err != nil {
		t.Error(err)
	}
}

// TestLogWithinOutput holds the log of a server whose error output is its output: no line is lost where nobody reads for a while.
func TestLogWithinOutput(t *testing.T) {
	in, toServer := pipe(t)
	fromServer, out := pipe(t)
	const messages = 1000 // about which a pipe cannot hold the lines
	go func() {
		defer func() { _ = toServer.Close() }()
		_, _ = toServer.WriteString(framed(`{"jsonrpc":"2.0","id":"first","method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`))
		for i := range messages {
			_, _ = toServer.WriteString(framed(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"none"}`, i)))
		}
	}()
	fd, err := syscall.Dup(int(out.Fd())) // a process has two files of one pipe, too: the server closes its output before the log ends
	if err != nil {
		t.Fatal(err)
	}
	log := os.NewFile(uintptr(fd), "log")
	program := Program{Args: []string{"lsp", "--log-level", "debug"}, Stdin: in, Stdout: out, Stderr: log, Pills: pills.FS}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		program.Run()
		_, _ = out.Close(), log.Close()
	}()
	select {
	case <-ended:
	case <-time.After(logGrace / 2): // the end of the server waits for twice that
	}
	printed, err := io.ReadAll(fromServer)
	if err != nil {
		t.Fatal(err)
	}
	<-ended
	if got := bytes.Count(printed, []byte("\tdebug\t")); got < messages {
		t.Errorf("%d lines of the log about %d messages", got, messages)
	}
}

func pipe(t *testing.T) (r, w *os.File) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = r.Close()
		_ = w.Close()
	})
	return r, w
}

func framed(message string) string {
	return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(message), message)
}
