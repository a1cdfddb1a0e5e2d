package pillcheck

import (
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/claims"
	"jetpills/internal/edition"
	"jetpills/internal/pill"
)

// marks checks the wording for other revisions and the witnesses: their form, that what a wording names was there on its side, and that
// a witness is there.
func (l *linter) marks(p *pill.Pill) {
	for _, s := range p.Sections {
		offset := len(s.Markdown()) - len(strings.TrimLeft(s.Markdown(), "\n"))
		behind := false // a block that a mark may replace
		var last *pill.Mark
		for _, b := range pill.Blocks(s.Markdown()) {
			line := s.LineAt(offset)
			offset += len(b.Source)
			mark, isMark := pill.ReadMark(b.Comment)
			witnesses, isWitness := pill.ReadWitnesses(b.Comment)
			switch {
			case b.Kind != pill.CommentBlock:
				behind, last = true, nil
				continue
			case isWitness && !behind:
				l.found(p.File, line, "mark", "no block of the section stands before the comment that names its witness")
				continue
			case isWitness:
				for _, w := range witnesses {
					l.witness(p.File, line, p.Revision, w)
				}
				continue
			case !isMark && pill.LooksLikeMark(b.Comment):
				l.found(p.File, line, "mark", "a wording for other revisions is <!-- before REV: text -->, or since REV; a witness is <!-- while FILE:LINE -->")
				continue
			case !isMark:
				continue
			}
			revision, ok := l.library.Revision(mark.Revision)
			switch {
			case !ok:
				l.found(p.File, line, "mark", "%s is no commit of jetpack-nixos", mark.Revision)
				continue
			case !behind:
				l.found(p.File, line, "mark", "no block of the section stands before the wording that is to replace it")
				continue
			}
			if isBefore, _ := l.library.IsBefore(revision.Hash, p.Revision); isBefore == !mark.Before && revision.Hash != p.Revision {
				l.found(p.File, line, "mark", "the pill itself is about a revision on this side of %s", revision.Short())
			}
			if last != nil && last.Before && mark.Before {
				if isBefore, _ := l.library.IsBefore(last.Revision, mark.Revision); !isBefore {
					l.found(p.File, line, "mark", "of two wordings that hold before a revision, the older stands first")
				}
			}
			last = &mark
			l.claimsOfMark(p, line, mark, revision)
		}
	}
}

// witness checks that what a text rests on is there at the revision that it is about, and is known at all others.
func (l *linter) witness(file string, line int, revision string, w pill.Witness) {
	at, _ := l.library.Revision(revision)
	if w.Word != "" {
		if has, known := l.library.HasWord(at, w.Word, true); !has || !known {
			l.found(file, line, "mark", "%s is no word that upstream's source has at %s, and lacks at another revision", w.Word, at.Short())
		}
		return
	}
	if lines, ok := filesAt(revision)[w.Path]; ok && w.Line > lines {
		l.found(file, line, "mark", "%s has %d lines at %s", w.Path, lines, at.Short())
		return
	}
	_, there, has, known := l.library.LineAt(at, at, w.Path, w.Line)
	switch {
	case !known:
		l.found(file, line, "mark", "where else %s:%d stands is not known; make catalog UPSTREAM=DIR finds it", w.Path, w.Line)
	case has && there == 0:
		l.found(file, line, "mark", "%s:%d says nothing by itself: name a line that stands there once", w.Path, w.Line)
	}
}

// claimsOfMark checks the names in a wording against the last revision on its side, or against the newest.
func (l *linter) claimsOfMark(p *pill.Pill, line int, mark pill.Mark, revision catalog.Revision) {
	c := l.library.Newest()
	if mark.Before {
		before, ok := l.library.MainlineBefore(revision)
		if !ok {
			l.found(p.File, line, "mark", "there is no revision with options before %s", revision.Short())
			return
		}
		c = before
	}
	w := claims.NewWorld(l.library, c, nil, nil)
	for _, u := range pill.Units(mark.Text) {
		text := edition.Claims(u)
		for _, m := range w.Read(text, func(string) bool { return false }) {
			l.found(p.File, line, m.Code, "%s", m.Message)
		}
		for _, place := range claims.Places(text) {
			if place.First > 0 {
				l.found(p.File, line, "mark", "a wording for other revisions names no lines, which differ from one to the next")
			}
		}
	}
}
