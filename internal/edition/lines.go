package edition

import (
	"strconv"
	"strings"

	"jetpills/internal/claims"
	"jetpills/internal/pattern"
)

// thisRevision is how a pill speaks of its own.
var thisRevision = pattern.New(`\b([Aa])t this revision\b`)

// cited is a text in which the lines of files are those of the revision, or are left out where they are not known.
func (e Edition) cited(markdown string) string {
	if strings.Contains(markdown, "t this revision") {
		markdown = thisRevision.ReplaceAllString(markdown, "${1}t the pill's revision")
	}
	at := 0 // what is before it is done
	for _, u := range e.units(markdown) {
		i := strings.Index(markdown[at:], u.Source)
		if i < 0 || u.Source == "" {
			continue
		}
		from := at + i
		fresh := e.citedUnit(Claims(u))
		markdown = markdown[:from] + fresh + markdown[from+len(u.Source):]
		at = from + len(fresh)
	}
	return markdown
}

func (e Edition) citedUnit(t claims.Text) string {
	text := t.Source
	all := e.memory.Places(t)
	files, numbers := make([]string, len(all)), make([]string, len(all))
	for i, p := range all {
		if files[i], numbers[i] = e.numbers(p); i > 0 && p.Bare && strings.HasSuffix(text[:p.Start], "`") && numbers[i-1] == "" {
			numbers[i] = "" // it goes on with the place before
		}
	}
	for i := len(all) - 1; i >= 0; i-- {
		p := all[i]
		if p.First == 0 || p.LineEnd > len(text) {
			continue
		}
		switch {
		case numbers[i] != "" && p.Bare:
			text = spliced(text, p.LineStart, p.LineEnd, numbers[i], t.IsCode)
		case numbers[i] != "":
			text = spliced(text, p.Start, p.LineEnd, files[i]+":"+numbers[i], t.IsCode)
		case !p.Bare:
			text = spliced(text, p.Start+len(p.Path), p.End, "", t.IsCode)
		default:
			text = withoutLine(text, p)
		}
	}
	return text
}

// numbers are the file and the lines of a place at the revision; the lines are empty where they are not known.
func (e Edition) numbers(p claims.Place) (file, lines string) {
	file, first, _, _ := e.library.LineAt(e.home.Revision, e.world.Revision, p.Path, p.First)
	if p.Last == 0 && first > 0 {
		return file, strconv.Itoa(first)
	}
	other, last, _, _ := e.library.LineAt(e.home.Revision, e.world.Revision, p.Path, p.Last)
	if first == 0 || last < first || other != file || file != p.Path && p.Bare {
		return p.Path, ""
	}
	return file, strconv.Itoa(first) + "-" + strconv.Itoa(last)
}

// spliced is a text with another piece from start to end. In code, what stands behind keeps its column where spaces allow.
func spliced(text string, start, end int, piece string, isCode bool) string {
	rest := text[end:]
	if grown := len(piece) - (end - start); isCode && strings.HasPrefix(rest, " ") {
		if grown < 0 {
			piece += strings.Repeat(" ", -grown)
		} else if spaces := len(rest) - len(strings.TrimLeft(rest, " ")); grown < spaces {
			rest = rest[grown:]
		}
	}
	return text[:start] + piece + rest
}

// What leads to a line that is named without its file, and goes with it.
var (
	lineLead  = pattern.New("(?:,? (?:in|at|from|by|of)|,? and|,) `?$")
	lineSpace = pattern.New(`\s+\($`)
)

// withoutLine is a text without a line of a file that stands in it without the file: "(line 120)", "in line 15", or else without the
// sentence around it.
func withoutLine(text string, p claims.Place) string {
	before, after := text[:p.Start], text[p.End:]
	if strings.HasSuffix(before, "`") && strings.HasPrefix(after, "`") {
		after = after[1:]
	}
	switch open := lineSpace.FindStringIndex(before); {
	case open != nil && strings.HasPrefix(after, ")"):
		return before[:open[0]] + after[1:]
	case open != nil && strings.HasPrefix(after, ": "):
		return before + after[2:]
	}
	if lead := lineLead.FindStringIndex(before); lead != nil {
		return before[:lead[0]] + after
	}
	start := strings.LastIndex(before, ". ") + 1
	end := strings.Index(after, ". ")
	if start == 0 && end < 0 {
		return text // all that the text says
	}
	if end < 0 {
		return strings.TrimRight(before[:start], " ")
	}
	return before[:start] + strings.TrimLeft(after[end+1:], " ")
}

var (
	fileHead = pattern.New("^ *`[A-Za-z0-9_./-]+\\.nix` *$")
	isNumber = pattern.New(`^ *:?\d+(?:-\d+)? *$`)
)

// withoutLineColumn is a table without a column of lines of the file that is the column's head.
func withoutLineColumn(table string) string {
	lines := strings.Split(strings.TrimRight(table, "\n"), "\n")
	if len(lines) < 3 {
		return table
	}
	for column, head := range strings.Split(lines[0], "|") {
		cells := strings.Split(lines[2], "|")
		if !fileHead.MatchString(head) || column >= len(cells) || !isNumber.MatchString(cells[column]) {
			continue
		}
		for i, line := range lines {
			if cells := strings.Split(line, "|"); column < len(cells) {
				lines[i] = strings.Join(append(cells[:column:column], cells[column+1:]...), "|")
			}
		}
		return strings.Join(lines, "\n") + "\n"
	}
	return table
}
