package edition_test

import (
	"os"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/edition"
	"jetpills/internal/pill"
)

func open(t testing.TB) (*catalog.Library, *pill.Collection) {
	t.Helper()
	l, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return l, pill.Load(os.DirFS("../../pills"))
}

// BenchmarkExcerpt makes the excerpt of a section for an old pin: with what is known of the pin's names, and without.
func BenchmarkExcerpt(b *testing.B) {
	l, pills := open(b)
	c, _ := l.At("8f27a0b")
	sections := []pill.Section{}
	for _, ref := range []string{"04#overlaynix-three-generations", "07#carrierboard-what-the-module-sits-on", "06#which-cuda-goes-with-which-jetpack", "08#op-tee-the-secure-world"} {
		s, ok := pills.Find(ref)
		if !ok {
			b.Fatal(ref)
		}
		sections = append(sections, s)
	}
	make := func(shelf *edition.Shelf, lines int) {
		for _, s := range sections {
			if e, _ := shelf.Excerpt(s, c, lines); e.Empty() {
				b.Fatal(s.Ref())
			}
		}
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			make(edition.NewShelf(l), 12)
		}
	})
	b.Run("other", func(b *testing.B) {
		shelf := edition.NewShelf(l)
		lines := 12
		for b.Loop() {
			lines++
			make(shelf, lines)
		}
	})
	b.Run("again", func(b *testing.B) {
		shelf := edition.NewShelf(l)
		for b.Loop() {
			make(shelf, 12)
		}
	})
}

var _ = strings.TrimSpace
