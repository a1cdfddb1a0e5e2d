//go:build unix

package pill

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// Opening a pipe waits for its other end; no server may hang on it.
func TestPipeInFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "04-good.md"), []byte("# Good\n\n## Scopes\n\nA scope: `makeScope`.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "03-pipe.md"), 0o600); err != nil {
		t.Fatal(err)
	}
	loaded := make(chan *Collection, 1)
	go func() { loaded <- Load(os.DirFS(dir)) }()
	select {
	case c := <-loaded:
		if len(c.Problems()) != 1 || c.Problems()[0].Message != "is not a regular file" {
			t.Errorf("problems: %v", c.Problems())
		}
		if got := ask(t, c, "function:makeScope"); got != "04#scopes" {
			t.Errorf("makeScope: %q", got)
		}
	case <-time.After(time.Minute):
		t.Fatal("Load waits for the pipe")
	}
}
