package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestMan holds that each command has a manual page that names its flags, and that no text of ours is taken for a request.
func TestMan(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "man")
	if out, stderr, code := run(t, "", "man", dir); code != 0 || out+stderr != "" {
		t.Fatalf("exit code %d: %s%s", code, out, stderr)
	}
	pages := map[string]string{}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	request := regexp.MustCompile(`(?m)^[.'].*$`)
	known := regexp.MustCompile(`^\.(nh|TP|PP|EX|EE|TH "JETPILLS\S*" "1" "\w+ \d+" "jetpills .*" "Jetpills"|SH [A-Z ]+)$`)
	for _, file := range files {
		page, err := os.ReadFile(filepath.Join(dir, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		pages[file.Name()] = string(page)
		for _, line := range request.FindAllString(string(page), -1) {
			if !known.MatchString(line) {
				t.Errorf("%s has the request %q", file.Name(), line)
			}
		}
	}
	for page, part := range map[string]string{
		"jetpills.1":            "\\fBjetpills\\-pills\\fP(1),\n",
		"jetpills-check.1":      ".TP\n\\fB\\-\\-rev\\fP=\\fIREV\\fP\nprint what another revision would change",
		"jetpills-lsp.1":        `(default "info")`,
		"jetpills-new.1":        ".SH EXAMPLE\n.EX\n  jetpills new",
		"jetpills-pills-show.1": ".SH NAME\njetpills\\-pills\\-show \\- Show a pill",
		"jetpills-why.1":        "standard input:\n.PP\n  nix build .#nixos",
	} {
		if !strings.Contains(pages[page], part) {
			t.Errorf("%s has no %q:\n%s", page, part, pages[page])
		}
	}
	for text, want := range map[string]string{".a\n'b": "\\&.a\n\\&'b", "'a\n.b": "\\&'a\n\\&.b", `c:\d-e`: `c:\ed\-e`} {
		if got := roff(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}
