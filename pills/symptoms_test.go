package pills_test

import (
	"flag"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"jetpills/internal/pill"
	"jetpills/internal/symptom"
	"jetpills/pills"
)

// Each symptom comes first in the text that was written for it, and leads to a section; and so it does with colours, other line ends
// and the marks of a log around it.
func TestSymptoms(t *testing.T) {
	c := pill.Load(pills.FS)
	table, err := c.Symptoms()
	if err != nil {
		t.Fatal(err)
	}
	archive, err := txtar.ParseFile("testdata/symptoms.txtar")
	if err != nil {
		t.Fatal(err)
	}
	left := map[string]bool{}
	for s := range table.All() {
		left[s.Name] = true
	}
	if len(left) < 60 {
		t.Errorf("%d symptoms, want at least 60", len(left))
	}
	for _, file := range archive.Files {
		delete(left, file.Name)
		text := string(file.Data)
		for how, text := range map[string]string{
			"plain":   text,
			"Windows": "\ufeff" + strings.ReplaceAll(text, "\n", "\r\n"),
			"colours": "\x1b[31;1m" + strings.ReplaceAll(text, "\n", "\x1b[0m\n\x1b[K\x1b[35m"),
			"of nix":  "error: builder failed\n       > " + strings.ReplaceAll(strings.TrimSuffix(text, "\n"), "\n", "\n       > "),
			"journal": "Nov 29 12:00:00 rover sh[1]: " + text,
			"long":    strings.Repeat("copying path from the cache...\n", 5000) + text + strings.Repeat("\n", 5),
		} {
			d, err := c.Why(strings.NewReader(text))
			switch {
			case err != nil:
				t.Fatal(err)
			case len(d.Found) == 0:
				t.Errorf("%s, %s: nothing is found", file.Name, how)
			case d.Found[0].Name != file.Name:
				t.Errorf("%s, %s: %s is found", file.Name, how, d.Found[0].Name)
			}
		}
	}
	for name := range left {
		t.Errorf("no text has the symptom %s", name)
	}
}

// A text without a symptom finds none.
func TestNoSymptoms(t *testing.T) {
	c := pill.Load(pills.FS)
	for _, text := range []string{
		"", "\n", "hello",
		"building the system configuration...\nactivating the configuration...\nsetting up /etc...\nreloading systemd\n",
		"[  OK  ] Reached target Multi-User System.\nrover login: ",
		"copying 3 paths...\nthese 4 derivations will be built:\n  /nix/store/x-opencv-4.drv\n",
		"Current firmware version is: 36.4.3-16bd5f56a911\nExpected firmware version is: 36.4.3-16bd5f56a911\n",
		"ESRT last_attempt_status         : SUCCESS\n",
		"EFI stub: Exiting boot services...\n" + strings.Repeat("[    0.0] x\n", 40) + "rover login: ",
		"Device reported flashing succeeded. Device should be rebooting.\n",
	} {
		d, err := c.Why(strings.NewReader(text))
		if err != nil || len(d.Found) > 0 {
			t.Errorf("%q: %v %v", text, d.Found, err)
		}
	}
}

var clone = flag.String("clone", "", "a clone of jetpack-nixos, to hold the revisions of the symptoms to")

// The messages that are said to be those of jetpack-nixos stand in its source, from the first revision to the last one that the table
// names, and in no other. Run with -clone DIR, a clone that has the revision of the pills.
func TestSymptomsUpstream(t *testing.T) {
	if *clone == "" {
		t.Skip("needs -clone")
	}
	table, err := pill.Load(pills.FS).Symptoms()
	if err != nil {
		t.Fatal(err)
	}
	git := func(args ...string) string {
		out, _ := exec.Command("git", append([]string{"-C", *clone}, args...)...).Output() // 1 says that grep found nothing
		return string(out)
	}
	var mine []*symptom.Symptom
	grep := []string{"grep", "-F", "-h"}
	for s := range table.All() {
		if len(s.Upstream) > 0 {
			mine = append(mine, s)
			for _, piece := range s.Upstream {
				grep = append(grep, "-e", piece)
			}
		}
	}
	history := strings.Fields(git("rev-list", "--first-parent", "--reverse", library(t).Newest().Revision.Hash))
	if len(history) < 100 {
		t.Fatalf("%s has %d revisions of jetpack-nixos", *clone, len(history))
	}
	first, last := map[*symptom.Symptom]int{}, map[*symptom.Symptom]int{}
	for i, rev := range history {
		source := git(append(slices.Clone(grep), rev, "--", "*.nix", "*.sh")...)
		for _, s := range mine {
			if slices.ContainsFunc(s.Upstream, func(piece string) bool { return strings.Contains(source, piece) }) {
				if _, ok := first[s]; !ok {
					first[s] = i
				}
				last[s] = i
			}
		}
	}
	for _, s := range mine {
		i, ok := first[s]
		if !ok {
			t.Errorf("line %d: no revision says %q", s.Line, s.Upstream)
			continue
		}
		if !strings.HasPrefix(history[i], s.Since) {
			t.Errorf("line %d: %s is there since %.7s, not %s", s.Line, s.Name, history[i], s.Since)
		}
		until := ""
		if next := last[s] + 1; next < len(history) {
			until = history[next]
		}
		if (until == "") != (s.Until == "") || !strings.HasPrefix(until, s.Until) {
			t.Errorf("line %d: %s is there until %.7s, not %s", s.Line, s.Name, until, s.Until)
		}
	}
}
