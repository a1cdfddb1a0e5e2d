package pill_test

import (
	"os"
	"strings"
	"testing"

	"jetpills/internal/pill"
)

// A section that is cut into blocks and laid together again says what it said.
func TestRewrittenAsBefore(t *testing.T) {
	c := pill.Load(os.DirFS("../../pills"))
	sections := 0
	for _, p := range c.Pills() {
		for _, s := range p.Sections {
			sections++
			same := func(inner pill.Section) string {
				var b strings.Builder
				for _, block := range pill.Blocks(inner.Markdown()) {
					b.WriteString(block.Source)
					last := 0
					for _, part := range block.Parts {
						if part[0] < last || part[1] <= part[0] || part[1] > len(block.Source) || !strings.HasSuffix(block.Source[:part[1]], "\n") {
							t.Fatalf("%s: the parts of %q are %v", inner.Ref(), block.Source, block.Parts)
						}
						last = part[1]
					}
				}
				if strings.TrimSpace(b.String()) != strings.TrimSpace(inner.Markdown()) {
					t.Fatalf("%s: the blocks are\n%s\nof\n%s", inner.Ref(), b.String(), inner.Markdown())
				}
				return b.String()
			}
			want, got := s.Excerpt(0), s.Rewritten(same, 2).Excerpt(0)
			if want.Markdown(nil) != got.Markdown(nil) || want.Plain() != got.Plain() {
				t.Errorf("%s: rewritten, it says\n%s\nnot\n%s", s.Ref(), got.Markdown(nil), want.Markdown(nil))
			}
		}
	}
	if sections < 100 {
		t.Error(sections, "sections")
	}
}
