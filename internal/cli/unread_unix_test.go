//go:build unix

package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestFilesThatCannotBeRead holds what the commands say of such files, that they wait for nothing, and that check looks at
// the other files all the same.
func TestFilesThatCannotBeRead(t *testing.T) {
	dir := checked(t)
	fifo, latin1 := filepath.Join(dir, "fifo"), filepath.Join(dir, "latin-1.nix")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(latin1, []byte("# H\xf6he\n{ }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	none, bad, good := filepath.Join(dir, "none.nix"), filepath.Join(dir, "sub", "bad.nix"), filepath.Join(dir, "good.nix")
	for _, test := range []struct {
		args   []string
		stderr string
		isBad  bool // whether the finding of bad.nix is printed
	}{
		{[]string{"check", none}, none + " does not exist", false},
		{[]string{"check", none, bad, fifo}, none + " does not exist\njetpills: " + fifo + " is not a regular file", true},
		{[]string{"check", latin1}, latin1 + " is not encoded in UTF-8", false},
		{[]string{"check", fifo}, fifo + " is not a regular file", false},
		{[]string{"check", "--format", "json", fifo}, fifo + " is not a regular file", false},
		{[]string{"hover", fifo + ":1:1"}, fifo + " is not a regular file", false},
		{[]string{"complete", fifo + ":1:1"}, fifo + " is not a regular file", false},
		{[]string{"definition", fifo + ":1:1"}, fifo + " is not a regular file", false},
		{[]string{"syntax", "tree", fifo}, fifo + " is not a regular file", false},
		{[]string{"syntax", "path", fifo + ":1:1"}, fifo + " is not a regular file", false},
		{[]string{"lsp", "--log-file", fifo}, fifo + " is not a regular file, and nothing reads from it", false},
		{[]string{"check", ""}, "the name of the file is empty", false},
		{[]string{"check", "", bad}, "the name of the file is empty", true},
		{[]string{"syntax", "check", ""}, "the name of the file is empty", false},
		{[]string{"doctor", ""}, "the name of the file is empty", false},
		{[]string{"upstream", "pin", ""}, "the name of the file is empty", false},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				out, stderr, code := run(t, "", test.args...)
				if code != 2 || stderr != "jetpills: "+test.stderr+"\n" || strings.Contains(out, bad+":3:47: error: ") != test.isBad {
					t.Errorf("exit code %d, on stderr %q, out %q", code, stderr, out)
				}
			}()
			select {
			case <-ended:
			case <-time.After(time.Minute):
				t.Fatal("it waits for somebody to write")
			}
		})
	}
	for _, format := range []string{"text", "json", "sarif"} {
		out, stderr, code := run(t, "", "check", "--format", format, filepath.Join(dir, "sub"), good)
		if code != 2 || !strings.Contains(out, "agx-orin") || !strings.HasSuffix(stderr, "binary.nix is binary: not checked\n") {
			t.Errorf("%s: exit code %d: %s%s", format, code, out, stderr)
		}
	}
	if err := os.WriteFile(bad, []byte("{ }"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, _, code := run(t, "", "check", dir); code != 2 || out != "" {
		t.Errorf("nothing but a file that cannot be read: exit code %d: %s", code, out)
	}
}
