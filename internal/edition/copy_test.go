package edition_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/edition"
)

var mdLink = regexp.MustCompile(`\]\(([\w./-]+\.md)`)

// A copy has all headings of its pill, so that a link to one of them holds, and its links lead to files that are there.
func TestCopy(t *testing.T) {
	l, pills := open(t)
	for _, rev := range []string{"8f27a0b", "4a4e93a"} {
		c, _ := l.At(rev)
		shelf := edition.NewShelf(l)
		for _, p := range pills.Pills() {
			copied := shelf.Copy(p, c)
			lines := strings.Split(string(copied.Text), "\n")
			if len(copied.Lines) != len(p.Sections) {
				t.Fatalf("%s of %s has %d headings, want %d", p.File, rev, len(copied.Lines), len(p.Sections))
			}
			for i, s := range p.Sections {
				if got, want := lines[copied.Lines[i]-1], strings.Repeat("#", s.Level)+" "+s.Title; got != want {
					t.Errorf("line %d of %s of %s is %q, want %q", copied.Lines[i], p.File, rev, got, want)
				}
			}
			for _, m := range mdLink.FindAllStringSubmatch(string(copied.Text), -1) {
				if _, err := os.Stat(filepath.Join("../../pills", edition.FolderAt(c), m[1])); err != nil && !strings.HasPrefix(m[1], "../") {
					t.Errorf("%s of %s links to %s", p.File, rev, m[1])
				}
			}
			if strings.Contains(string(copied.Text), "<!--") {
				t.Errorf("%s of %s has a comment", p.File, rev)
			}
		}
	}
}

// A number in code is a line only behind a line of a file.
func TestNumbersThatAreNoLines(t *testing.T) {
	l, pills := open(t)
	c, _ := l.At("4a4e93a")
	p, _ := pills.Find("04")
	if text := string(edition.NewShelf(l).Copy(p.Pill, c).Text); !strings.Contains(text, "three scopes: `nvidia-jetpack5`, `6` and `7`.") {
		t.Error("the scopes of the generations lost their numbers")
	}
}

// What differs between revisions is told section by section, and nothing differs at the pill's own.
func TestDiffers(t *testing.T) {
	l, pills := open(t)
	old, _ := l.At("8f27a0b")
	for ref, want := range map[string]bool{"04#overlaynix-three-generations": true, "00#operators": false} {
		s, _ := pills.Find(ref)
		shelf := edition.NewShelf(l)
		for range 2 {
			if got := shelf.Differs(s, old); got != want {
				t.Errorf("%s differs: %v", ref, got)
			}
		}
		home, _ := l.At(s.Pill.Revision)
		if shelf.Differs(s, home) || shelf.Differs(s, &catalog.Catalog{}) {
			t.Errorf("%s differs at its own revision, or at one that is not known", ref)
		}
	}
}
