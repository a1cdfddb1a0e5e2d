package pillcheck

import (
	"bytes"
	"regexp"
	"strings"

	"jetpills/internal/pill"
)

// A unit is a piece of text that is read as one: a paragraph, a heading, a list
// item, a table row, or a code block.
type unit struct {
	text string
	// code are the parts of text that are code, in order.
	code  []piece
	first int // 1-based line of the file on which text begins
	// language is that of a code block, "" in prose.
	language string
}

type piece struct{ start, end int }

// line is the line of the file on which an offset in text stands.
func (u *unit) line(offset int) int { return u.first + strings.Count(u.text[:offset], "\n") }

var (
	frontMatter = regexp.MustCompile(`(?s)\A---\n.*?\n---\n`)
	fence       = regexp.MustCompile("^[ >]*(```+|~~~+)")
	beginning   = regexp.MustCompile(`^\s*(?:#{1,6} |[-*+] |\d+[.)] |\|)`)
	tag         = regexp.MustCompile(`^\s*</?[a-z]`)
)

// units cuts a pill into the texts that make claims. It reads Markdown line by
// line: what a unit is need not be exact, as long as its lines are.
func units(p *pill.Pill, source []byte) []unit {
	// What is no prose leaves its line ends behind, so that lines count on.
	blank := func(b []byte) []byte { return bytes.Repeat([]byte("\n"), bytes.Count(b, []byte("\n"))) }
	source = frontMatter.ReplaceAllFunc(source, blank)
	source = comments.ReplaceAllFunc(source, blank)

	var all []unit
	var open unit
	finish := func() {
		if open.text != "" {
			open.findCode()
			all = append(all, open)
		}
		open = unit{}
	}
	fenced := ""
	number := 0
	for line := range strings.Lines(string(source)) {
		number++
		mark := fence.FindStringSubmatch(line)
		switch {
		case fenced != "":
			if mark != nil && strings.HasPrefix(mark[1], fenced) {
				fenced = ""
			}
			continue
		case mark != nil:
			finish()
			fenced = mark[1]
			continue
		case strings.TrimSpace(line) == "", tag.MatchString(line):
			finish()
			continue
		case beginning.MatchString(line):
			finish()
		}
		if open.text == "" {
			open.first = number
		}
		open.text += line
	}
	finish()
	for _, block := range p.CodeBlocks() {
		all = append(all, unit{
			text: block.Text, language: block.Language, first: block.Line + 1,
			code: []piece{{0, len(block.Text)}},
		})
	}
	return all
}

var backticks = regexp.MustCompile("`+")

// findCode finds what stands between back-ticks: a run of them ends with the next run of the same length.
func (u *unit) findCode() {
	runs := backticks.FindAllStringIndex(u.text, -1)
	for i := 0; i < len(runs); i++ {
		for j := i + 1; j < len(runs); j++ {
			if runs[j][1]-runs[j][0] == runs[i][1]-runs[i][0] {
				u.code = append(u.code, piece{runs[i][1], runs[j][0]})
				i = j
				break
			}
		}
	}
}
