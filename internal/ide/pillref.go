package ide

import (
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/pattern"
	"jetpills/internal/pill"
	"jetpills/internal/text"
)

// namedPill is the subject of a pill, or of a section of one, that a comment names.
type namedPill struct {
	undeclared
	pill.Section
}

// pillNames are the forms in which a comment names a pill: pill 07, jetpill 7#assertions, 07-nixos-modules.md.
var pillNames = pattern.New(`(?i)\b(?:jet)?pills?[ -]?(0?[0-9])(#[a-z0-9-]+)?\b|\b(0[0-9]-[a-z0-9-]+\.md)(#[a-z0-9-]+)?`)

// pillsIn are the pills that a text names, and where.
func pillsIn(pills *pill.Collection, source string, within text.Span) (all []pillName) {
	for _, m := range pillNames.FindAllStringSubmatchIndex(within.Of(source), -1) {
		group := func(i int) string {
			if m[2*i] < 0 {
				return ""
			}
			return source[within.Start+m[2*i] : within.Start+m[2*i+1]]
		}
		section, ok := pills.Find(group(1) + group(3) + group(2) + group(4))
		if !ok {
			section, ok = pills.Find(group(1) + group(3))
		}
		if ok {
			all = append(all, pillName{text.Span{Start: within.Start + m[0], End: within.Start + m[1]}, section})
		}
	}
	return all
}

type pillName struct {
	text.Span
	pill.Section
}

// namedPill finds the subject of a pill that a comment names.
func (q *query) namedPill(place *module.Place) (subject, bool) {
	for _, p := range pillsIn(q.sn.Pills(), q.doc.Text, place.Line) {
		if p.Touches(place.Offset) {
			place.Span = p.Span
			return namedPill{Section: p.Section}, true
		}
	}
	return nil, false
}

func (p namedPill) sheet(*query) sheet {
	s := sheet{title: "pill " + p.Pill.ID, what: markup.Literal(p.Pill.Title), summary: described(p.Pill.Summary)}
	if p.Level > 1 {
		s.what = markup.Format("%s, section %s", markup.Literal(p.Pill.Title), markup.Literal(p.Title))
	}
	return s
}

func (p namedPill) section(*query) (pill.Section, bool) { return p.Section, true }
