package pills_test

import (
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"jetpills/internal/pill"
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
