//go:build unix

package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// TestNewInterrupted holds that Ctrl-C at a question ends the program as it ends any, and that nothing is written.
func TestNewInterrupted(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "robots")
	command := exec.Command(build(t), "new", dir)
	screen, err := pty.Start(command)
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	late := time.AfterFunc(time.Minute, func() { _ = command.Process.Kill() })
	defer late.Stop()
	shown := ""
	for buffer := make([]byte, 4096); !strings.Contains(shown, "Number or name"); {
		n, err := screen.Read(buffer)
		if err != nil {
			t.Fatalf("%v after\n%s", err, shown)
		}
		shown += string(buffer[:n])
	}
	if _, err := io.WriteString(screen, "\x03"); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, screen) // to the end of the program
	var failed *exec.ExitError
	if err := command.Wait(); !errors.As(err, &failed) || failed.Sys().(syscall.WaitStatus).Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v", err)
	}
	if _, err := os.Lstat(dir); err == nil {
		t.Error("a folder is left")
	}
}
