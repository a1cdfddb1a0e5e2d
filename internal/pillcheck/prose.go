package pillcheck

import (
	"strings"

	"jetpills/internal/pill"
)

// A unit is a piece of a pill that makes claims: a piece of prose or a code block.
type unit struct {
	pill.Text
	language string // that of a code block, "" in prose
}

// line is the line of the file on which an offset in the text stands.
func (u *unit) line(offset int) int { return u.Line + strings.Count(u.Source[:offset], "\n") }

func units(p *pill.Pill) []unit {
	var all []unit
	for _, t := range p.Texts() {
		all = append(all, unit{t, ""})
	}
	for _, b := range p.CodeBlocks() {
		all = append(all, unit{pill.Text{Source: b.Text, Line: b.Line + 1, Code: [][2]int{{0, len(b.Text)}}}, b.Language})
	}
	return all
}
