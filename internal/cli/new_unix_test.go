//go:build unix

package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"jetpills/pills"
)

// talk runs new for a person at a terminal, who types an answer after each prompt, and gives all that the terminal showed.
func talk(t *testing.T, machine string, answers []string, args ...string) (shown string, code int) {
	t.Helper()
	screen, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	if err := pty.Setsize(tty, &pty.Winsize{Cols: 120, Rows: 40}); err != nil {
		t.Fatal(err)
	}
	p := Program{Args: args, Stdin: tty, Stdout: tty, Stderr: tty, Pills: pills.FS, Version: "1.2.3", Root: filepath.Join("../../testdata/boards", machine)}
	ended := make(chan int, 1)
	go func() {
		code := p.Run()
		tty.Close()
		ended <- code
	}()
	read := make(chan string)
	go func() {
		defer close(read)
		buffer := make([]byte, 4096)
		for {
			n, err := screen.Read(buffer)
			if n > 0 {
				read <- string(buffer[:n])
			}
			if err != nil {
				return // the terminal was closed
			}
		}
	}()
	fresh := ""
	for {
		select {
		case s, ok := <-read:
			if !ok {
				return strings.ReplaceAll(shown, "\r\n", "\n"), <-ended
			}
			shown, fresh = shown+s, fresh+s
			if strings.HasSuffix(fresh, ": ") && len(answers) > 0 {
				if _, err := io.WriteString(screen, answers[0]); err != nil {
					t.Fatal(err)
				}
				answers, fresh = answers[1:], ""
			}
		case <-time.After(time.Minute):
			t.Fatalf("nothing more comes after\n%s", shown)
		}
	}
}

// TestNewAsks holds what a person at a terminal is asked, and what the answers come to.
func TestNewAsks(t *testing.T) {
	home(t)
	for _, test := range []struct {
		name, machine string
		args          []string
		answers       []string
		shows         []string
		host          string // that is written; empty for none
		says          []string
	}{
		{
			name: "each question", machine: "other-board", answers: []string{"\r", "orin-nx\r", "3\r", "\r", "rover\r"},
			shows: []string{
				"Which module is it?\n   1  orin-agx               Jetson AGX Orin, 32GB or 64GB (P3701).\n",
				"Number or name: \nEnter a number from 1 to 10, or one of the names.\nNumber or name: orin-nx\n",
				"What does it sit on?\n   1  devkit          NVIDIA's developer kit for your module.\n   2  generic         ",
				"Number or name [devkit]: 3\n",
				"Which JetPack?\n   1  6  JetPack 6.",
				"What is the host called? [orin]: rover\n",
			},
			host: "rover", says: []string{`som = "orin-nx";`, `carrierBoard = "xavierNxDevkit";`},
		},
		{
			name: "the board it runs on", machine: "agx-thor-kit", answers: []string{"\r", "\r", "\r"},
			shows: []string{
				"   1  thor-agx               Jetson AGX Thor, the T5000 module (P3834-0008). (this machine)\n   2  orin-agx  ",
				"Number or name [thor-agx]: \n", "   1  devkit   NVIDIA's developer kit for your module. (this machine)\n",
			},
			host: "thor", says: []string{`som = "thor-agx";`, `carrierBoard = "devkit";`},
		},
		{
			name: "the power modes of the board it runs on", machine: "orin-nano-super-kit", answers: []string{"\r", "\r", "\r", "\r", "\r"},
			shows: []string{"   1  yes  The firmware offers higher ones", "(this machine)\n   2  no ", "Number or name [yes]: \n"},
			host:  "orin", says: []string{`som = "orin-nano";`, `super = true;`},
		},
		{
			name: "another board than the one it runs on", machine: "orin-nx-in-xavier-kit", answers: []string{"orin-nano\r", "\r", "\r", "\r", "\r"},
			shows: []string{"   1  orin-nx                Jetson Orin NX", "Number or name [devkit]: \n", "Higher power modes (super)?\n   1  no   The firmware", "Number or name [no]: \n"}, host: "orin", says: []string{`som = "orin-nano";`, `carrierBoard = "devkit";`},
		},
		{
			name: "what flags say is not asked", machine: "other-board", args: []string{"--som", "xavier-agx", "--carrier", "devkit"},
			answers: []string{"my robot\r", "old-robot\r"}, shows: []string{"What is the host called? [xavier]: my robot\n\"my robot\" is not a valid host name"}, host: "old-robot",
			says: []string{`som = "xavier-agx";`},
		},
		{name: "only what fits is offered", machine: "other-board", args: []string{"--carrier", "xavierNxDevkit", "--jetpack", "5", "--name", "rover"}, host: "rover", says: []string{`som = "orin-nx";`, `majorVersion = "5";`}},
		{name: "the end of the input", machine: "other-board", answers: []string{"1\r", "\x04"}, shows: []string{"jetpills: no answer: nothing was written\n"}},
	} {
		dir := filepath.Join(t.TempDir(), "robots")
		shown, code := talk(t, test.machine, test.answers, append([]string{"new", dir}, test.args...)...)
		for _, want := range test.shows {
			if !strings.Contains(shown, want) {
				t.Errorf("%s: no %q in\n%s", test.name, want, shown)
			}
		}
		if test.host == "" {
			if _, err := os.Lstat(dir); err == nil || code != 2 {
				t.Errorf("%s: exit code %d, and a folder is left: %v", test.name, code, err == nil)
			}
			continue
		}
		content, err := os.ReadFile(filepath.Join(dir, "hosts", test.host+".nix"))
		if err != nil || code != 0 {
			t.Errorf("%s: exit code %d, %v\n%s", test.name, code, err, shown)
		}
		for _, want := range test.says {
			if !strings.Contains(string(content), want) {
				t.Errorf("%s: no %q in\n%s", test.name, want, content)
			}
		}
	}
}
