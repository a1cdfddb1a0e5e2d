package pill

import (
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"
)

// ListFile lists the sections of the pills beside it, so that a program finds what explains a topic without parsing the pills: that takes
// thirty times as long. A list that was made of other files is of no use, and is not read.
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

// readList makes a collection of the list beside the pills; nil where there is none for these very files.
func readList(fsys fs.FS) *Collection {
	list, err := fs.ReadFile(fsys, ListFile)
	if err != nil {
		return nil
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return nil
	}
	c, size := &Collection{files: map[string][]byte{}, isListed: true}, 0
	for _, entry := range entries {
		if _, ok := idOf(entry.Name()); !ok {
			continue
		}
		content, err := read(fsys, entry.Name())
		if size += len(content); err != nil || size > maxSize {
			return nil
		}
		c.files[entry.Name()] = content
	}
	c.readSymptoms(fsys)
	made, rest, _ := strings.Cut(string(list), "\n")
	if c.hash = hash(c.files); made != c.hash {
		return nil
	}
	var p *Pill
	for line := range strings.Lines(rest) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		switch {
		case fields[0] == "pill":
			if p = c.listedPill(fields[1:]); p == nil {
				return nil
			}
			c.add(p)
		case p == nil || !p.addListed(fields):
			return nil
		}
	}
	for _, p := range c.all() {
		if len(p.Sections) == 0 {
			return nil
		}
	}
	return c
}

// listedPill is the pill of a line of the list, or nil. Its file is parsed when its text is first asked for.
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
	p.document = sync.OnceValue(func() *document {
		if parsed, _ := parse(p.File, p.ID, clean(file)); parsed != nil && len(parsed.Sections) == len(p.Sections) {
			return parsed.document()
		}
		return &document{firstLine: 1, nodes: make([][]ast.Node, len(p.Sections)), ranges: make([][2]int, len(p.Sections))}
	})
	if noMinutes != nil || noCount != nil || !ok || !isPill || id != p.ID {
		return nil
	}
	return p
}

// addListed adds the section of a line of the list.
func (p *Pill) addListed(fields []string) bool {
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
	s := Section{
		Pill: p, Level: numbers[0], Line: numbers[1], Title: fields[3], Anchor: fields[4], Formerly: listed(fields[6]),
		headingCode: strings.ReplaceAll(fields[7], codeEnd, "\n"), body: &body{number: len(p.Sections), role: role(numbers[2])},
	}
	for _, text := range listed(fields[5]) {
		kind, name, ok := strings.Cut(text, ":")
		if !ok {
			return false
		}
		s.Topics = append(s.Topics, Topic{Kind(kind), name})
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
