package pill

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
)

// ListFile lists the sections of the pills beside it, so that a program finds what explains a topic without parsing the pills, and parses a
// section by itself: to parse all takes a hundred times as long. A list that was made of other files is of no use, and Load does not read it.
const ListFile = "sections.tsv"

// codeEnd stands behind each piece of code in a heading.
const codeEnd = "`"

// List makes the content of ListFile: the hash of the files in the first line, then a line for each pill, and one for each of its
// sections. Only pills without problems that say what they explain can be listed.
func (c *Collection) List() ([]byte, error) {
	if len(c.problems) > 0 {
		p := c.problems[0]
		return nil, fmt.Errorf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	var b strings.Builder
	fmt.Fprintln(&b, c.hash)
	write := func(fields ...any) error {
		for i, f := range fields {
			text := fmt.Sprint(f)
			if strings.ContainsAny(text, "\t\n\r") {
				return fmt.Errorf("%q has a tab or a line break", text)
			}
			if i > 0 {
				b.WriteByte('\t')
			}
			b.WriteString(text)
		}
		b.WriteByte('\n')
		return nil
	}
	for _, p := range c.all() {
		if isNumber(p.ID) && !p.annotated {
			return nil, errors.New(p.File + " does not say what its sections explain")
		}
		if p.contents().references {
			return nil, errors.New(p.File + " defines links in other places than they stand")
		}
		err := write("pill", p.ID, p.File, p.annotated, p.Minutes, p.diagrams, p.Title, p.Subtitle, p.Summary, p.Group, p.Revision, strings.Join(p.BuildsOn, ","))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.File, err)
		}
		for _, s := range p.Sections {
			topics := make([]string, len(s.Topics))
			for i, t := range s.Topics {
				topics[i] = t.String()
			}
			code := strings.ReplaceAll(s.headingCode, "\n", codeEnd)
			err := write(s.Level, s.Line, int(s.body.role), s.Title, s.Anchor, strings.Join(topics, ","), strings.Join(s.Formerly, ","), code)
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", p.File, s.Line, err)
			}
		}
	}
	return []byte(b.String()), nil
}

// readList makes a collection of the list beside the pills; nil where there is none for these very files. Of files that are fixed, as Open has
// it, none is read.
func readList(fsys fs.FS, isFixed bool) *Collection {
	list, err := fs.ReadFile(fsys, ListFile)
	if err != nil {
		return nil
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil
	}
	open := now
	if isFixed {
		open = later
	}
	c, size := &Collection{files: map[string]file{}, isListed: true}, 0
	for _, entry := range entries {
		if _, ok := idOf(entry.Name()); !ok {
			continue
		}
		f, err := open(fsys, entry.Name())
		if size += f.size; err != nil || size > maxSize {
			return nil
		}
		c.files[entry.Name()] = f
	}
	c.readSymptoms(fsys, open)
	made, rest, _ := strings.Cut(string(list), "\n")
	if c.hash = made; !isFixed && made != hash(c.files) {
		return nil
	}
	// All sections are made at once, which costs the start of the program less.
	number := strings.Count(rest, "\n") + 1
	sections, bodies := make([]Section, number), make([]body, number)
	var p *Pill
	var fields []string
	for line := range strings.Lines(rest) {
		fields = slices.AppendSeq(fields[:0], strings.SplitSeq(strings.TrimSuffix(line, "\n"), "\t"))
		if fields[0] == "pill" {
			if p = c.listedPill(fields[1:]); p == nil {
				return nil
			}
			p.Sections = sections[:0]
			c.add(p)
			continue
		}
		if p == nil || !p.addListed(fields, &bodies[0]) {
			return nil
		}
		sections, bodies = sections[1:], bodies[1:]
	}
	for _, p := range c.all() {
		if len(p.Sections) == 0 {
			return nil
		}
		p.Sections = slices.Clip(p.Sections)
	}
	return c
}

// listedPill is the pill of a line of the list, or nil.
func (c *Collection) listedPill(fields []string) *Pill {
	if len(fields) != 11 {
		return nil
	}
	minutes, noMinutes := strconv.Atoi(fields[3])
	diagrams, noCount := strconv.Atoi(fields[4])

	p := &Pill{
		ID: fields[0], File: fields[1], annotated: fields[2] == "true", Minutes: minutes, diagrams: diagrams,
		Title: fields[5], Subtitle: fields[6], Summary: fields[7], Group: fields[8], Revision: fields[9], BuildsOn: listed(fields[10]),
	}
	file, ok := c.files[p.File]
	id, isPill := idOf(p.File)
	p.document = sync.OnceValue(func() *document { return p.listedDocument(clean(file.content())) })
	p.contents = sync.OnceValue(func() contents {
		parsed, _ := parse(p.File, p.ID, clean(file.content()))
		if parsed == nil {
			return contents{}
		}
		return parsed.contents()
	})
	if noMinutes != nil || noCount != nil || !ok || !isPill || id != p.ID {
		return nil
	}
	return p
}

// listedDocument is the text of a pill whose sections are listed. Each section is parsed when it is first asked for.
func (p *Pill) listedDocument(text []byte) *document {
	_, source, firstLine, _ := cutFrontMatter(text)
	d := newDocument(source, firstLine)
	d.parts = make([]part, len(p.Sections))
	from := 0
	for i := range d.parts {
		end := len(source)
		if i+1 < len(d.parts) {
			end = max(from, d.offset(p.Sections[i+1].Line))
		}
		at, begin := &d.parts[i], from
		at.to = end
		at.parse = func() { at.read(d, begin, i == 0, i+1 == len(d.parts)) }
		from = end
	}
	return d
}

// read parses what stands from an offset to the end of the part: a heading, and what is under it.
func (p *part) read(d *document, from int, isFirst, isLast bool) {
	end := p.to
	defer func() {
		// A fault of the Markdown library must not end an answer.
		if recover() != nil {
			p.nodes, p.from, p.to = nil, end, end
		}
	}()
	isHeading := func(n ast.Node) bool { return n.Kind() == ast.KindHeading }
	nodes := slices.Collect(children(d.parse(from, end)))
	at := slices.IndexFunc(nodes, isHeading)
	if at >= 0 {
		nodes = slices.Delete(nodes, at, at+1)
	}
	if at != 0 && !isFirst || slices.ContainsFunc(nodes, isHeading) {
		nodes = nil // the list has the section at a wrong place
	}
	p.from = end
	if len(nodes) > 0 {
		p.from = d.lineStart(nodes[0].Pos())
	}
	for _, n := range nodes {
		p.add(n, d.source)
	}
	if isFirst {
		p.dropLead(d)
	}
	if isLast {
		p.dropFooter(d)
	}
}

// addListed adds the section of a line of the list.
func (p *Pill) addListed(fields []string, b *body) bool {
	if len(fields) != 8 {
		return false
	}
	var numbers [3]int
	for i := range numbers {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			return false
		}
		numbers[i] = n
	}
	b.number, b.role = len(p.Sections), role(numbers[2])
	s := Section{
		Pill: p, Level: numbers[0], Line: numbers[1], Title: fields[3], Anchor: fields[4], Formerly: listed(fields[6]),
		headingCode: strings.ReplaceAll(fields[7], codeEnd, "\n"), body: b,
	}
	if topics := fields[5]; topics != "" {
		s.Topics = make([]Topic, 0, strings.Count(topics, ",")+1)
		for text := range strings.SplitSeq(topics, ",") {
			kind, name, ok := strings.Cut(text, ":")
			if !ok {
				return false
			}
			s.Topics = append(s.Topics, Topic{Kind(kind), name})
		}
	}
	p.Sections = append(p.Sections, s)
	return true
}

// listed are the parts of a field of the list.
func listed(field string) []string {
	if field == "" {
		return nil
	}
	return strings.Split(field, ",")
}
