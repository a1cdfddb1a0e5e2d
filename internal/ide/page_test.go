package ide_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"jetpills/internal/ide"
)

// Neovim shows 20 lines of a hover in a window of 24. Whatever it is about, the first sentence of the pill is among them, and so is what follows.
func TestFirstScreen(t *testing.T) {
	const lines, columns = 15, 80
	session := newSession(t)
	newest := session.Snapshot().Library().Newest()
	var subjects []string // each with the cursor behind $
	for _, o := range newest.Options() {
		path := strings.ReplaceAll(o.Path, "*", "name")
		at := strings.LastIndexByte(path, '.') + 1
		subjects = append(subjects, fmt.Sprintf("{ %s$%s = null; }", path[:at], path[at:]))
		for _, v := range o.Values {
			written := fmt.Sprintf("\"$%s\"", v)
			if o.ValuesInList {
				written = "[ " + written + " ]"
			}
			subjects = append(subjects, fmt.Sprintf("{ %s = %s; }", path, written))
		}
	}
	for _, p := range newest.Packages() {
		subjects = append(subjects, fmt.Sprintf("{ pkgs, ... }: { hardware.nvidia-jetpack.enable = true; a = pkgs.nvidia-jetpack.$%s; }", p.Name))
	}
	most, asked := 0, 0
	for _, subject := range subjects {
		before, after, _ := strings.Cut(subject, "$")
		doc := pinnedTo(t, newest.Revision.Hash, before+after)
		h, ok := ide.HoverAt(session.Snapshot(), doc, len(before))
		if !ok {
			t.Errorf("nothing is said of %s", subject)
			continue
		}
		asked++
		above, excerpt, ok := strings.Cut(h.Plain(), strings.Repeat("-", 40)+"\n\n")
		if !ok {
			continue // no pill explains it
		}
		_, text, _ := strings.Cut(excerpt, "\n\n")
		paragraph, _, _ := strings.Cut(text, "\n\n")
		sentence, _, _ := strings.Cut(paragraph, ". ")
		shown := 2 // the pill's name, and the line under it
		for line := range strings.Lines(above + sentence) {
			shown += max(1, (utf8.RuneCountInString(strings.TrimSpace(line))+columns-1)/columns)
		}
		most = max(most, shown)
		if shown > lines {
			t.Errorf("%d lines before the pill's first sentence ends:\n%s", shown, above+sentence)
		}
	}
	t.Logf("%d hovers, at most %d lines", asked, most)
	if asked < 200 {
		t.Errorf("only %d hovers", asked)
	}
}
