package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"jetpills/pills"
)

func TestPillsSite(t *testing.T) {
	command := (*Program).pillsSiteCommand
	dir := filepath.Join(t.TempDir(), "public")
	for range 2 { // the second time over its own
		out, err := runPills(t, command, dir, "--base", "https://example.org/jetpills")
		if err != nil || !strings.Contains(out, filepath.Join(dir, "index.html")) {
			t.Fatalf("it says %q, %v", out, err)
		}
	}
	for _, name := range []string{"index.html", "07-nixos-modules.html", "options.html", "changes.html", "404.html", "sitemap.xml", "assets/site.css"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestPillsSiteRefuses(t *testing.T) {
	command := (*Program).pillsSiteCommand
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "mine.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{nil, "needs DIR"},
		{[]string{""}, "needs DIR, and it is empty"},
		{[]string{other}, "is not empty, and no site of jetpills"},
		{[]string{filepath.Join(other, "mine.txt")}, "is not a folder"},
		{[]string{filepath.Join(other, "mine.txt", "below")}, "not a directory"},
		{[]string{filepath.Join(other, "new"), "--base", "example.org"}, "is no address of a site"},
	} {
		_, err := runPills(t, command, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: it says %v, not %s", c.args, err, c.says)
		}
	}
	if entries, _ := os.ReadDir(other); len(entries) != 1 {
		t.Errorf("the folder has %v", entries)
	}
}

// TestPillsSiteOfOwnPills makes pages of a folder of pills, one of which is broken.
func TestPillsSiteOfOwnPills(t *testing.T) {
	own, dir := t.TempDir(), filepath.Join(t.TempDir(), "public")
	for name, content := range map[string]string{
		"00-first.md":  "# Pill 00: First\n\nOne.\n\n## Second\n\nTwo, and [three](01-next.md#three).\n",
		"01-next.md":   "---\ntitle: \"Next\nsummary: x\n---\n# Pill 01: Next\n\n## Three\n\nThree.\n",
		"unrelated.md": "# No pill\n",
	} {
		if err := os.WriteFile(filepath.Join(own, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run := func(args ...string) (code int, said string) {
		var out, errors bytes.Buffer
		p := Program{Args: append([]string{"pills", "site", "--pills", own}, args...), Stdout: discard{&out}, Stderr: &errors, Pills: pills.FS}
		return p.Run(), errors.String()
	}
	code, said := run(dir)
	if code != 2 || strings.Count(said, "\n") != 1 || !strings.Contains(said, "01-next.md:") {
		t.Errorf("of a broken pill it says %d, %q", code, said)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the folder is there")
	}
	if code, said := run(dir, "--force"); code != 0 {
		t.Errorf("with --force it says %d, %q", code, said)
	}
	page, err := os.ReadFile(filepath.Join(dir, "00-first.html"))
	if err != nil || !strings.Contains(string(page), `<h2 id="second">`) || !strings.Contains(string(page), `<a href="01-next.html#three">`) {
		t.Errorf("the page is %s, %v", page, err)
	}
	if index, err := os.ReadFile(filepath.Join(dir, "index.html")); err != nil || !strings.Contains(string(index), "00-first.html") {
		t.Errorf("the start page: %v", err)
	}
}
