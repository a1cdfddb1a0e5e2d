//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"jetpills/internal/rpc/rpctest"
)

// pipes are the ends of a server's input and output that an editor holds.
type pipes struct {
	io.ReadCloser
	io.WriteCloser
}

func (p pipes) Close() error { return p.WriteCloser.Close() }

// server is the program as an editor starts it, with a log of its own kind.
type server struct {
	*rpctest.Client
	t     *testing.T
	cmd   *exec.Cmd
	ended chan struct{}
}

func build(t *testing.T, flags ...string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "jetpills")
	if out, err := exec.Command("go", slices.Concat([]string{"build", "-o", binary}, flags, []string{"."})...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

func startServer(t *testing.T, binary string, stderr io.Writer, args ...string) *server {
	t.Helper()
	serverIn, clientOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	clientIn, serverOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, cmd: exec.Command(binary, append([]string{"lsp"}, args...)...), ended: make(chan struct{})}
	home := t.TempDir()
	s.cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CACHE_HOME="+home)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = serverIn, serverOut, stderr
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = s.cmd.Wait()
		close(s.ended)
	}()
	s.Client = rpctest.Connect(pipes{clientIn, clientOut}, rpctest.Handlers{})
	t.Cleanup(func() {
		_ = s.cmd.Process.Kill()
		<-s.ended
		for _, f := range []*os.File{serverIn, clientOut, clientIn, serverOut} {
			_ = f.Close()
		}
	})
	return s
}

// patience is how long a busy machine may take for what happens without fail.
const patience = time.Minute

// ctx ends long before the test would time out.
func (s *server) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.t.Cleanup(cancel)
	return ctx
}

func (s *server) initialize(pid any) {
	s.t.Helper()
	if err := s.Call(s.ctx(), "initialize", map[string]any{"processId": pid, "rootUri": nil, "capabilities": map[string]any{}}, nil); err != nil {
		s.t.Fatal(err)
	}
}

// hovers fails the test unless the server still answers.
func (s *server) hovers() {
	s.t.Helper()
	if err := s.Notify("textDocument/didOpen", json.RawMessage(`{"textDocument":{"uri":"a","text":"{ hardware.nvidia-jetpack.som = \"x\"; }"}}`)); err != nil {
		s.t.Fatal(err)
	}
	var hover struct{ Contents struct{ Value string } }
	err := s.Call(s.ctx(), "textDocument/hover", json.RawMessage(`{"textDocument":{"uri":"a"},"position":{"line":0,"character":27}}`), &hover)
	if err != nil || !strings.Contains(hover.Contents.Value, "jetpack.som") {
		s.t.Fatalf("%v: %q; %v", err, hover.Contents.Value, s.cmd.ProcessState)
	}
}

// ends waits for the server to end.
func (s *server) ends() {
	s.t.Helper()
	select {
	case <-s.ended:
	case <-time.After(patience):
		s.t.Fatal("still there")
	}
}

// leave ends the session as the protocol wants it.
func (s *server) leave() {
	s.t.Helper()
	if err := s.Call(s.ctx(), "shutdown", nil, nil); err != nil {
		s.t.Fatal(err)
	}
	if err := s.Notify("exit", nil); err != nil {
		s.t.Fatal(err)
	}
	s.ends()
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("ended with %v", s.cmd.ProcessState)
	}
}

// TestParent: the server ends soon after the client's process, though its pipes are still held.
func TestParent(t *testing.T) {
	binary := build(t)
	sleeper := func(t *testing.T) *exec.Cmd {
		t.Helper()
		cmd := exec.Command("sleep", "600")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
		return cmd
	}
	for _, reaped := range []bool{true, false} {
		t.Run(fmt.Sprintf("ends, reaped %v", reaped), func(t *testing.T) {
			client := sleeper(t)
			var log bytes.Buffer
			s := startServer(t, binary, &log)
			s.initialize(client.Process.Pid)
			s.hovers()
			if err := client.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			if reaped {
				_ = client.Wait()
			}
			s.ends()
			if code := s.cmd.ProcessState.ExitCode(); code != 1 {
				t.Errorf("ended with %v", s.cmd.ProcessState)
			}
			if !strings.Contains(log.String(), "the client's process has ended") {
				t.Errorf("the log says nothing of it:\n%s", log.String())
			}
		})
	}
	t.Run("the client that started it ends", func(t *testing.T) {
		// A shell starts the server, and something else that keeps the server's input open; then it ends.
		dir := t.TempDir()
		const script = `mkfifo in; "$0" lsp <in 2>/dev/null & exec 9>in >&-
body="{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\",\"params\":{\"processId\":$$,\"capabilities\":{}}}"
printf 'Content-Length: %d\r\n\r\n%s' ${#body} "$body" >&9
sleep 600 2>/dev/null & sleep 1`
		shell := exec.Command("sh", "-c", script, binary)
		shell.Dir, shell.Env = dir, append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir)
		shell.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		output, err := shell.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := shell.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = syscall.Kill(-shell.Process.Pid, syscall.SIGKILL) })
		late := time.AfterFunc(patience, func() { _ = output.Close() })
		answered, err := io.ReadAll(output) // until the server's end
		if err != nil || !late.Stop() || !bytes.Contains(answered, []byte("hoverProvider")) {
			t.Errorf("still there: %v, %q", err, answered)
		}
		_ = shell.Wait()
	})
	t.Run("none that is alive", func(t *testing.T) {
		gone := sleeper(t)
		_ = gone.Process.Kill()
		_ = gone.Wait()
		for _, pid := range []any{gone.Process.Pid, nil, 0, -1, 1 << 30, "x", 4.5} {
			s := startServer(t, binary, io.Discard)
			s.initialize(pid)
			time.Sleep(50 * time.Millisecond)
			s.hovers()
			s.leave()
		}
	})
	t.Run("lives", func(t *testing.T) {
		s := startServer(t, binary, io.Discard)
		s.initialize(os.Getpid())
		time.Sleep(3 * time.Second)
		s.hovers()
		s.leave()
	})
}

// TestLostLog: whatever becomes of the log, the server serves.
func TestLostLog(t *testing.T) {
	binary := build(t)
	serves := func(s *server) {
		s.t.Helper()
		s.initialize(nil)
		for range 3 { // each is logged
			s.hovers()
			if err := s.Notify("textDocument/didChange", json.RawMessage(`{"textDocument":{"uri":"a"},"contentChanges":5}`)); err != nil {
				s.t.Fatal(err)
			}
		}
		s.hovers()
		s.leave()
	}
	pipe := func(t *testing.T) (r, w *os.File) {
		t.Helper()
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = r.Close(); _ = w.Close() })
		return r, w
	}
	t.Run("its reader is gone", func(t *testing.T) {
		r, w := pipe(t)
		_ = r.Close()
		serves(startServer(t, binary, w))
	})
	t.Run("its reader reads no further", func(t *testing.T) {
		_, w := pipe(t)
		s := startServer(t, binary, w, "--log-level", "debug")
		s.initialize(nil)
		go func() {
			for range 2000 { // their lines are more than a pipe holds
				_ = s.Notify("$/nothing", nil)
			}
		}()
		time.Sleep(100 * time.Millisecond)
		s.hovers()
		s.leave()
	})
	t.Run("it is closed", func(t *testing.T) {
		closed := filepath.Join(t.TempDir(), "jetpills")
		if err := os.WriteFile(closed, []byte("#!/bin/sh\nexec "+binary+" \"$@\" 2>&-\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		serves(startServer(t, closed, nil))
	})
	t.Run("a log file is whole", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "log")
		serves(startServer(t, binary, nil, "--log-file", file))
		log, err := os.ReadFile(file)
		if err != nil || strings.Count(string(log), "dropped a document") != 3 || !bytes.HasSuffix(log, []byte("\n")) {
			t.Errorf("%v:\n%s", err, log)
		}
	})
	if full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0); err == nil { // Linux and some others have it
		t.Cleanup(func() { _ = full.Close() })
		t.Run("its disk is full", func(t *testing.T) { serves(startServer(t, binary, full)) })
		t.Run("the disk of its file is full", func(t *testing.T) { serves(startServer(t, binary, nil, "--log-file", "/dev/full")) })
	}
}

// TestClosedOutput: a command whose reader has enough ends without a word.
func TestClosedOutput(t *testing.T) {
	binary := build(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
	defer w.Close()
	var stderr bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "options")
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
	cmd.Stdout, cmd.Stderr = w, &stderr
	if err := cmd.Run(); err == nil || ctx.Err() != nil || stderr.Len() > 0 {
		t.Errorf("%v: %q", err, stderr.String())
	}
}
