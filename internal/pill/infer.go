package pill

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
)

// What the signs are worth by which a section shows that it explains something, in points. The strongest
// counts.
const (
	inHeading float32 = 12 // the heading names it
	isDefined float32 = 12 // the first paragraph says what it is: "An overlay is a …"
	inBold    float32 = 8  // the first paragraph has it in bold
	isSet     float32 = 8  // a Nix example sets it, defines it in an overlay, or is a call of it
	isGlossed float32 = 6  // a row, an item, or a line of code with a comment begins with it
	isSaid    float32 = 6  // a sentence has it as code
	isRead    float32 = 4  // a Nix example reads it: cfg.console.enable
	isUsed    float32 = 4  // a Nix example calls it again and again
)

// threshold is how many points a section needs.
const threshold = 4

// Of the points count all, or a share: likely where something less plain stands for the thing, half where
// it may as well stand for another, near where it only lies close, which is not enough alone.
const (
	likely = 0.8
	half   = 0.5
	near   = 0.25
)

// handful is how many paths an example may set to be about each of them, and how many calls of a function
// make an example of it.
const handful = 3

// maxPhrase is of how many words the longest idea is that a heading names.
const maxPhrase = 4

// nameTopic is the kind of a name written as code, where a text does not say what it names.
const nameTopic Kind = "name"

func named(name string) Topic { return Topic{nameTopic, name} }

// idea is the topic of a phrase: its words' stems run together, so that "OP-TEE" and "optee" are one.
func idea(stems ...string) Topic { return Topic{ConceptTopic, strings.Join(stems, "")} }

// inferred is what a section shows of the topics it explains, in points.
type inferred map[Topic]float32

// maxName is how long a name may be that somebody asks for, in bytes.
const maxName = 256

func (i inferred) note(t Topic, points float32) {
	if len(t.Name) <= maxName {
		i[t] = max(i[t], points)
	}
}

// word notes a word of code: a path of a file, an attribute path or a name. The end of a long one may stand
// for it.
func (i inferred) word(text string, points float32) {
	if base := text[strings.LastIndexByte(text, '/')+1:]; base != text || strings.HasSuffix(text, ".nix") || strings.HasSuffix(text, ".lock") {
		i.note(Topic{FileTopic, text}, points)
		i.note(Topic{FileTopic, base}, points)
		i.note(named(strings.TrimSuffix(base, ".nix")), points*likely)
		return
	}
	path := inModule(text)
	i.note(named(path), points)
	if last(path) != path {
		i.note(Topic{OptionTopic, path}, points)
		i.lastNames(path, points)
	}
}

// lastNames notes the last name of a path, and the one before it where the last says little: fan.enable is
// about the fan.
func (i inferred) lastNames(path string, points float32) {
	name := last(path)
	i.note(named(name), points)
	if outer := last(strings.TrimSuffix(path, "."+name)); isGeneric(name) && !isGeneric(outer) {
		i.note(named(outer), points)
	}
}

// infer reads what a section explains off its heading and its text.
func (s Section) infer(theme []string) inferred {
	found := inferred{}
	found.heading(s, theme)
	found.text(s)
	return found
}

// heading notes the names and phrases of the heading by how much of it they are, phrases also together with
// the words of the pill's title: "Inputs" in a pill on flakes are flake inputs.
func (i inferred) heading(s Section, theme []string) {
	points := inHeading
	if s.Level > 2 {
		points *= likely
	}
	for number, segment := range segments(s.Title, s.headingCode) {
		if number == 1 {
			points *= likely
		}
		i.segment(segment, points, theme)
	}
}

// segment notes the names and phrases of a part of a heading: of an enumeration each thing, of "The kernel
// of your board" the kernel before all else.
func (i inferred) segment(s []word, points float32, theme []string) {
	if parts := split(s); len(parts) > 1 && enumerates(parts) {
		for _, part := range parts {
			i.segment(content(part), points*likely, theme)
		}
		return
	}
	for at, w := range s {
		if at > 0 && w.in(prepositions) {
			front, back := content(s[:at]), content(s[at+1:])
			i.phrase(front, points, theme)
			i.phrase(append(back[:len(back):len(back)], front...), points*likely, theme)
			break
		}
	}
	i.phrase(s, points, theme)
	for from := range s {
		for to := from + 1; to <= min(len(s), from+maxPhrase); to++ {
			part := float32(to-from) / float32(len(s))
			i.phrase(s[from:to], points*(half+part*half), nil)
		}
	}
}

// phrase notes the words as one thing: a name, or an idea.
func (i inferred) phrase(s []word, points float32, theme []string) {
	if len(s) == 0 || len(s) > maxPhrase || len(s) == 1 && s[0].in(prepositions) {
		return
	}
	if len(s) == 1 && s[0].code {
		i.word(s[0].text, points)
		if words := inWords(s[0].text); len(words) > 1 && !strings.ContainsAny(s[0].text, "./") {
			i.note(idea(words...), points*likely)
		}
		return
	}
	var stems []string
	for _, w := range s {
		stems = append(stems, inWords(w.text)...)
	}
	if len(stems) == 0 {
		return
	}
	i.note(idea(stems...), points)
	for _, t := range theme {
		i.note(idea(append([]string{t}, stems...)...), points*likely)
	}
}

// enumerates tells a list of things, "A, B and C", from "The relation between A and B".
func enumerates(parts [][]word) bool {
	return !slices.ContainsFunc(parts, func(part []word) bool { return len(part) > 2 })
}

func split(s []word) [][]word {
	parts := [][]word{nil}
	for _, w := range s {
		if w.text == "" {
			parts = append(parts, nil)
		} else {
			parts[len(parts)-1] = append(parts[len(parts)-1], w)
		}
	}
	return parts
}

// text notes what the blocks of a section show.
func (i inferred) text(s Section) {
	source, nodes := s.Pill.source(), s.nodes()
	var lead ast.Node
	if at := slices.IndexFunc(nodes, func(n ast.Node) bool { return n.Kind() == ast.KindParagraph }); at >= 0 {
		lead = nodes[at]
		i.definition(lead, source)
	}
	for _, block := range nodes {
		inspect(block, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FencedCodeBlock, *ast.CodeBlock:
				language, lines := codeLines(n, source, limit{})
				if language == "nix" {
					i.example(string(n.Lines().Value(source)))
				}
				if language == "nix" || isDrawing(language) {
					i.glossedLines(lines, isDrawing(language))
				}
			case *ast.ListItem, *tables.TableRow:
				i.glossedItem(n, source)
			case *ast.Emphasis:
				if block == lead && n.Level > 1 {
					i.note(idea(inWords(plainInline(n, source))...), inBold)
				}
			case *ast.CodeSpan:
				points := isSaid
				if block != lead {
					points *= likely
				}
				code := codeSpanText(n, source)
				for _, w := range nameWords(code) {
					i.word(w, points)
				}
				if strings.Contains(code, "=") {
					i.example(code)
				}
			}
			return n.Kind() != ast.KindCodeSpan
		})
	}
}

// definition notes what the first sentences of a paragraph say that it is.
func (i inferred) definition(paragraph ast.Node, source []byte) {
	sentences := strings.SplitN(plainInline(paragraph, source), ". ", 3)
	for _, sentence := range sentences[:min(len(sentences), 2)] {
		for _, verb := range []string{" is a ", " is an ", " is the ", " are the ", " means "} {
			subject, _, found := strings.Cut(sentence, verb)
			if !found {
				continue
			}
			if parts := segments(subject, codeIn(paragraph, source)); len(parts) == 1 && len(parts[0]) < maxPhrase {
				i.phrase(parts[0], isDefined, nil)
			}
		}
	}
}

// glossedItem notes the code or the bold words that an item or a row begins with, if it goes on to say
// something of them.
func (i inferred) glossedItem(n ast.Node, source []byte) {
	first := n.FirstChild()
	if first == nil {
		return
	}
	start := first.FirstChild()
	if start == nil || start.NextSibling() == nil && first.NextSibling() == nil {
		return
	}
	if bold, ok := start.(*ast.Emphasis); ok {
		if start = bold.FirstChild(); start != nil && start.Kind() != ast.KindCodeSpan {
			i.note(idea(inWords(plainInline(bold, source))...), isGlossed)
		}
	}
	if code, ok := start.(*ast.CodeSpan); ok {
		if words := strings.Fields(codeSpanText(code, source)); len(words) == 1 {
			i.glossed(words[0])
		}
	}
}

// glossedLines notes what the lines of code begin with that have a comment behind them, or in a drawing a
// second column.
func (i inferred) glossedLines(lines []string, drawing bool) {
	for _, line := range lines {
		body, remark := splitRemark(line, drawing)
		if name, more, _ := strings.Cut(line, "  "); remark == "" && drawing && len(strings.Fields(name)) == 1 {
			body, remark = name, strings.TrimSpace(more)
		}
		if remark != "" {
			i.glossed(body)
		}
	}
}

func (i inferred) glossed(text string) {
	text, _, _ = strings.Cut(text, ".<")
	if words := nameWords(text); len(words) > 0 {
		i.word(words[0], isGlossed)
	}
}

func isDrawing(language string) bool {
	return language == "" || language == "text" || language == "console" || language == diagram
}

// splitRemark cuts a line before its comment, in a drawing also before an arrow to the left.
func splitRemark(line string, drawing bool) (body, remark string) {
	at := len(line)
	for _, mark := range []string{"# ", "// ", "← ", "<- "} {
		if mark == "# " || drawing {
			if i := strings.Index(line, mark); i >= 0 && i < at && (i == 0 || line[i-1] == ' ' || line[i-1] == '\t') {
				at = i
			}
		}
	}
	return line[:at], strings.TrimLeft(line[at:], "#/←<- ")
}
