package pill

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/bep/goat"

	"jetpills/internal/pattern"
)

// diagram is the language of a fence around a text diagram; the other words of the fence are its title. A diagram has boxes
// and arrows of the characters - | + < > ^ v. All else in it is text.
const diagram = "diagram"

// A Picture is a text diagram of a pill, to be drawn.
type Picture struct {
	File  string // of the drawing: that of the third diagram of 02-flakes.md is 02-flakes-3.svg
	block func() CodeBlock
}

// Pictures returns the text diagrams of all pills.
func (c *Collection) Pictures() []Picture {
	var pictures []Picture
	for _, p := range c.all() {
		for number := range p.diagrams {
			file := fmt.Sprintf("%s-%d.svg", strings.TrimSuffix(p.File, ".md"), number+1)
			pictures = append(pictures, Picture{file, func() CodeBlock { return p.diagram(number) }})
		}
	}
	return pictures
}

// diagram is the block of a diagram, counted from 0.
func (p *Pill) diagram(number int) CodeBlock {
	for _, block := range p.CodeBlocks() {
		if block.Language != diagram {
			continue
		}
		if number == 0 {
			return block
		}
		number--
	}
	return CodeBlock{}
}

// Picture is the block as a picture without a file, if it is a text diagram.
func (b CodeBlock) Picture() (Picture, bool) {
	return Picture{block: func() CodeBlock { return b }}, b.Language == diagram
}

// Title is what the picture shows, as plain text.
func (p Picture) Title() string { return strings.Join(p.block().Info, " ") }

// SVG draws the picture, which takes a millisecond or two. Lines and text have the colour of the text around them.
func (p Picture) SVG() []byte { return []byte(draw(p.Title(), p.block().Text)) }

const columnWidth, lineHeight = 8, 16 // of goat's drawings, in pixels

// What is drawn: runs of nothing but lines, and what leads to a word or away from it, as in "+-- host" or "+--host--+".
var (
	run       = pattern.New(`[^ |]+`)
	wholeLine = pattern.New(`^[-+<>^v]+$`)
	lineTo    = pattern.New(`^(?:\+-+|<-+|-+[>+]-*)+`)
	lineFrom  = pattern.New(`(?:-+[>+]|[<+]-+)+$`)
)

// draw makes the SVG of a diagram. Its lines are goat's, which takes many a letter for a line: it is not shown the words.
func draw(title, diagram string) string {
	var lines, words bytes.Buffer
	columns, rows := 0, 0
	for line := range strings.Lines(diagram) {
		line = strings.TrimRight(line, "\n")
		last := 0
		for _, ends := range run.FindAllStringIndex(line, -1) {
			word := line[ends[0]:ends[1]]
			if wholeLine.MatchString(word) {
				continue
			}
			from := ends[0] + len(lineTo.FindString(word))
			to := max(from, ends[1]-len(lineFrom.FindString(word)))
			if from == to {
				continue
			}
			column, length := utf8.RuneCountInString(line[:from]), utf8.RuneCountInString(line[from:to])
			lines.WriteString(line[last:from] + strings.Repeat(" ", length))
			last = to
			fmt.Fprintf(&words, "<text x='%d' y='%d' textLength='%d'>", column*columnWidth-columnWidth/2, rows*lineHeight+4, length*columnWidth)
			_ = xml.EscapeText(&words, []byte(line[from:to]))
			words.WriteString("</text>\n")
		}
		lines.WriteString(line[last:] + "\n")
		columns, rows = max(columns, utf8.RuneCountInString(line)), rows+1
	}
	var name bytes.Buffer
	_ = xml.EscapeText(&name, []byte(title))
	return fmt.Sprintf("<svg xmlns='http://www.w3.org/2000/svg' role='img' width='%d' height='%d' font-family='monospace' font-size='13' fill='currentColor'>\n<title>%s</title>\n%s%s</g>\n</svg>\n",
		(columns+1)*columnWidth, (rows+1)*lineHeight, &name,
		strings.TrimSuffix(goat.BuildSVG(&lines).Body, "</g>\n"), &words)
}
