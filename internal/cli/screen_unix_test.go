//go:build unix

package cli

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/creack/pty"

	"jetpills/pills"
)

// runOn runs a command whose standard output is a terminal of so many columns and lines, and gives what that shows.
func runOn(t *testing.T, columns, lines uint16, args ...string) string {
	t.Helper()
	screen, tty, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer screen.Close()
	if err := pty.Setsize(tty, &pty.Winsize{Cols: columns, Rows: lines}); err != nil {
		t.Fatal(err)
	}
	shown := make(chan string, 1)
	go func() {
		all, _ := io.ReadAll(screen) // the error of a terminal that was closed
		shown <- strings.ReplaceAll(string(all), "\r\n", "\n")
	}()
	p := Program{Args: args, Stdin: io.NopCloser(strings.NewReader("")), Stdout: tty, Stderr: io.Discard, Pills: pills.FS, Version: "1.2.3"}
	p.Run()
	tty.Close()
	return <-shown
}

var ansi = regexp.MustCompile("\x1b\\[[0-9;]*m")

// TestScreens holds that what people read on a terminal has its width, colours unless they want none, and no Markdown.
func TestScreens(t *testing.T) {
	home(t)
	t.Setenv("TERM", "xterm")
	t.Setenv("PAGER", "cat")
	wrong := filepath.Join(t.TempDir(), "a-long-name-of-a-file.nix")
	if err := os.WriteFile(wrong, []byte("{ hardware.nvidia-jetpack.som = \"orin\"; hardware.nvidia-jetpack.enable = \"yes\"; }\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		args  []string
		wants []string
	}{
		{[]string{"hover", orin + ":8:28"}, []string{"hardware.nvidia-jetpack.som option\n", "Which SoM am I?\n", "AGX Orin: developer kit", "\nRead on: jetpills pills show 07#which-som-am-i\n"}},
		{[]string{"complete", orin + ":8:34"}, []string{"orin-agx  "}},
		{[]string{"options", "hardware.nvidia-jetpack.som"}, []string{"hardware.nvidia-jetpack.som  one of"}},
		{[]string{"options", "hardware.nvidia-jetpack.firmware.initialBootOrder"}, []string{"hardware.nvidia-jetpack.firmware.initialBootOrder\n    null or (list of"}},
		{[]string{"pills", "search", "recovery", "mode"}, []string{"Pill 08: Flashing, firmware and OTA › Recovery mode\n  08#recovery-mode\n  "}},
		{[]string{"options"}, []string{"hardware.nvidia-jetpack.bootloader.autoUpdate\n    → hardware.nvidia-jetpack.firmware.autoUpdate\n"}},
		{[]string{"check", wrong}, []string{"hint: No value"}},
		{[]string{"hosts", filepath.Dir(orin)}, []string{"orin (", "  som ", "carrierBoard"}},
		{[]string{"pills", "show", "makeScope"}, []string{"### makeScope: a package set of your own\n"}},
	} {
		for _, columns := range []uint16{60, 100} {
			for _, colourless := range []string{"", "1"} {
				t.Setenv("NO_COLOR", colourless)
				shown := runOn(t, columns, 20, test.args...)
				if has := strings.Contains(shown, "\x1b["); has != (colourless == "") {
					t.Errorf("%q, NO_COLOR=%q: colours: %v\n%s", test.args, colourless, has, shown)
				}
				plain := ansi.ReplaceAllString(shown, "")
				if columns == 100 {
					for _, want := range test.wants {
						if bare := strings.ReplaceAll(plain, "`", ""); !strings.Contains(bare, want) {
							t.Errorf("%q: no %q in\n%s", test.args, want, plain)
						}
					}
				}
				for line := range strings.Lines(plain) {
					isCode := strings.HasPrefix(line, "    ") // which is never wrapped
					if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > int(columns) && !isCode && strings.Contains(strings.TrimSpace(line), " ") {
						t.Errorf("%q: a line of %d characters on %d columns: %s", test.args, width, columns, line)
					}
				}
				if strings.Contains(plain, "**") || strings.Contains(plain, "](") || strings.Contains(plain, "|---") {
					t.Errorf("%q: Markdown in\n%s", test.args, plain)
				}
			}
		}
	}
}

// TestPager holds that what is longer than the screen goes through the pager, as git does.
func TestPager(t *testing.T) {
	home(t)
	t.Setenv("NO_COLOR", "1")
	for _, test := range []struct {
		pager   string
		lines   uint16
		isPaged bool
	}{
		{"tr a-z A-Z", 10, true}, {"tr a-z A-Z", 2000, false}, {"cat", 10, false}, {"", 10, false}, {"no-such-pager -x", 10, false},
	} {
		t.Setenv("PAGER", test.pager)
		shown := runOn(t, 80, test.lines, "pills", "show", "07")
		if isPaged := strings.Contains(shown, "WHICH SOM AM I?"); isPaged != test.isPaged || !isPaged && !strings.Contains(shown, "Which SoM am I?") {
			t.Errorf("PAGER=%q, %d lines: paged: %v\n%s", test.pager, test.lines, isPaged, shown)
		}
	}
}

// What goes to a program is not laid out: a hover is Markdown, fields have tabs between them.
func TestPiped(t *testing.T) {
	home(t)
	for args, want := range map[string]string{
		"hover " + orin + ":8:28":             "**`hardware.nvidia-jetpack.som`** option  \n",
		"complete " + orin + ":8:34":          "orin-agx\t",
		"pills search recovery mode":          "08#recovery-mode\tPill 08",
		"options hardware.nvidia-jetpack.som": "hardware.nvidia-jetpack.som : one of",
	} {
		if out, _, _ := run(t, "", strings.Fields(args)...); !strings.Contains(out, want) {
			t.Errorf("%s: no %q in\n%s", args, want, out)
		}
	}
	if out := runOn(t, 80, 1000, "hover", "--format", "markdown", orin+":8:28"); !strings.Contains(out, "**`hardware.nvidia-jetpack.som`** option  \n") {
		t.Errorf("no Markdown:\n%s", out)
	}
}

// TestHelpFits holds that help has the width of the terminal, and elsewhere that of 80 columns.
func TestHelpFits(t *testing.T) {
	for _, command := range []string{"", "check", "options", "board", "hosts", "new", "pills show", "references"} {
		args := append(strings.Fields(command), "--help")
		out, _, _ := run(t, "", args...)
		for columns, shown := range map[uint16]string{80: out, 60: runOn(t, 60, 100, args...)} {
			if !strings.Contains(shown, "Usage:\n  jetpills") {
				t.Errorf("%s: no usage in\n%s", command, shown)
			}
			for line := range strings.Lines(shown) {
				if width := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); width > int(columns) {
					t.Errorf("%s: a line of %d characters on %d columns: %s", command, width, columns, line)
				}
			}
		}
	}
}
