package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

// TestCheckOrderConcurrent holds that findings and notes come in the order of the files, whichever of these is looked at for longest.
func TestCheckOrderConcurrent(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4))
	home(t)
	dir := t.TempDir()
	const files = 20
	var want []string
	for i := range files {
		name := fmt.Sprintf("%02d.nix", i)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{ }"), 0o600); err != nil {
			t.Fatal(err)
		}
		want = append(want, name)
	}
	snapshot, err := (&Program{Pills: pills.FS, status: newStatusLine(io.Discard)}).snapshot()
	if err != nil {
		t.Fatal(err)
	}
	c := newChecking(snapshot, []string{dir}, io.Discard)
	isLastLookedAt := make(chan bool)
	var told []string
	c.judge = func(_ context.Context, doc *workspace.Document, _ func(ide.Diagnostic) finding) ([]finding, func()) {
		name := filepath.Base(doc.Path)
		switch name {
		case want[0]:
			<-isLastLookedAt
		case want[files-1]:
			close(isLastLookedAt)
		}
		return []finding{{file: name}}, func() { told = append(told, name) }
	}
	c.run(t.Context())
	var found []string
	for _, f := range c.findings {
		found = append(found, f.file)
	}
	if all := strings.Join(want, " "); strings.Join(found, " ") != all || strings.Join(told, " ") != all || c.looked != files {
		t.Errorf("found %s\ntold %s\nlooked at %d", found, told, c.looked)
	}
}
