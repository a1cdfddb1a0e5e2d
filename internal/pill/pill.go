// Package pill reads the tutorials: their sections, what each section explains, and the excerpt of it that
// an editor shows. It works on any folder with the fixed file names, annotated or not, and a broken file
// costs only its sections.
package pill

import (
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/yuin/goldmark/ast"

	"jetpills/internal/symptom"
)

// A Collection is the pills of one folder. It never changes after Load, and any number of goroutines may
// use it.
type Collection struct {
	pills    []*Pill // by file name, the index and the glossary not among them
	readme   *Pill   // or nil
	glossary *Pill   // or nil
	problems []Problem
	files    map[string]file
	hash     string
	isListed bool

	explained func() *index          // made at the first question
	words     func() map[string]Word // made at the first question, see readGlossary
	symptoms  func() (*symptom.Table, error)
}

// A Pill is one file of a collection.
type Pill struct {
	ID       string // "03"; "README" for the index, "glossary" for the glossary
	File     string // "03-overlays-and-overrides.md"
	Title    string // "Overlays and overrides"
	Subtitle string // "layering the package set", or ""
	Summary  string // from the front matter, or ""
	Group    string // "foundation", "jetpack-nixos", "system", or ""
	Revision string // jetpack-nixos commit that the text was checked against; that of the pills for the index and the glossary; or ""
	BuildsOn []string
	Minutes  int // reading time, 0 where the front matter has none

	// Sections in the order of the file. The first stands for the file's title (level 1), even where the
	// file has no such heading.
	Sections []Section

	annotated bool // some section says what it explains
	diagrams  int  // how many of its code blocks are diagrams
	// document is what stands in the file. That of a pill whose sections are listed is read when it is first asked for.
	document func() *document
	contents func() contents // what stands in all of it
}

// A document is the text of a pill.
type document struct {
	source    []byte // what the syntax tree points into: no front matter, LF line ends
	lineEnds  []int  // the offsets of its line breaks
	firstLine int    // line in the file of the first line of source, 1-based
	parts     []part // of each section
}

// A part is what stands under a heading, up to the next one.
type part struct {
	nodes    []ast.Node // no comments, no footer
	from, to int        // where the nodes stand in the source, with comments

	parse func() // finds the nodes; nil where they are known
	once  sync.Once
}

// contents are the parts of a text that checks ask for.
type contents struct {
	blocks []CodeBlock
	links  []Link
	texts  []Text
	// references is set where links are defined in other places than they stand.
	references bool
}

// file is a file of the folder, as it was on disk.
type file struct {
	size    int
	content func() []byte // shared, and must not be changed
}

// source is the text that the pill's syntax tree points into.
func (p *Pill) source() []byte { return p.document().source }

// part is what stands under the section's heading.
func (s Section) part() *part {
	p := &s.Pill.document().parts[s.body.number]
	if p.parse != nil {
		p.once.Do(p.parse)
	}
	return p
}

// nodes are the blocks of a section.
func (s Section) nodes() []ast.Node { return s.part().nodes }

// A Section is a heading and what stands under it.
type Section struct {
	Pill   *Pill
	Title  string // the heading as plain text
	Anchor string // as code hosts make them: "why-order-matters"
	Level  int    // 1 to 6
	Line   int    // 1-based line of the heading in the file, front matter counted
	Topics []Topic
	// Formerly are anchors that the section, or text that stands in it now, had once.
	Formerly []string

	headingCode string // code in the heading, one piece a line
	focus       string // name that the section was found by; its excerpt shows that
	body        *body
}

// body is the part of a section that is shared by all copies of it.
type body struct {
	number int // index in Pill.Sections
	role   role

	once        sync.Once
	text, prose string // as Search looks through it
}

// role distinguishes sections that explain something from those that only frame them.
type role int

const (
	explaining role = iota
	titling         // the file's title
	shortening      // tl;dr
	framing         // questions, tables of contents, closing summaries
)

// A Problem is a fault of a file, as an editor or a checker reports it.
type Problem struct {
	File    string
	Line    int // 1-based; 0 when the whole file is meant
	Message string
}

// Pills returns the pills in reading order, without the index and the glossary.
func (c *Collection) Pills() []*Pill { return c.pills }

// Index returns README.md, if the folder has one.
func (c *Collection) Index() (*Pill, bool) { return c.readme, c.readme != nil }

// Glossary returns glossary.md, if the folder has one.
func (c *Collection) Glossary() (*Pill, bool) { return c.glossary, c.glossary != nil }

// Problems lists what Load found wrong, by file and line.
func (c *Collection) Problems() []Problem { return c.problems }

// Hash names the content of all files: 32 hexadecimal digits that differ when any byte or file name does.
func (c *Collection) Hash() string { return c.hash }

// IsListed reports whether the sections come from the list beside the pills, and not from the pills themselves.
func (c *Collection) IsListed() bool { return c.isListed }

// File returns the content of a file that was read, as it was on disk. It is shared and must not be changed.
func (c *Collection) File(name string) (content []byte, ok bool) {
	f, ok := c.files[name]
	if !ok {
		return nil, false
	}
	return f.content(), true
}

// Files returns name and content of every file that was read, as it was on disk. The contents are shared
// and must not be changed.
func (c *Collection) Files() map[string][]byte {
	all := map[string][]byte{}
	for name, f := range c.files {
		all[name] = f.content()
	}
	return all
}

// Sizes returns name and size in bytes of every file that was read.
func (c *Collection) Sizes() map[string]int {
	sizes := map[string]int{}
	for name, f := range c.files {
		sizes[name] = f.size
	}
	return sizes
}

// Topics returns every declared topic with the sections that declare it, the section that For prefers
// first.
func (c *Collection) Topics() map[Topic][]Section {
	topics := map[Topic][]Section{}
	x := c.explained()
	for _, topic := range x.declared {
		for _, claim := range x.claims[topic] {
			if claim.strength >= declared {
				topics[topic] = append(topics[topic], *x.sections[claim.section])
			}
		}
	}
	return topics
}

// Declares returns the section that declares a topic by its name, not by a glob; the one that For prefers, if several do.
func (c *Collection) Declares(t Topic) (Section, bool) { return c.explained().declares(t) }

// Find resolves what a person types or a link says: "03", "3", "03-overlays-and-overrides.md",
// "overlays-and-overrides", "README" or "glossary", each with or without "#anchor". Without an anchor it is the title's
// section. An anchor may be shortened as long as only one section begins with it.
func (c *Collection) Find(ref string) (Section, bool) {
	name, anchor, _ := strings.Cut(ref, "#")
	p := c.find(strings.TrimPrefix(name, "./"))
	if p == nil {
		return Section{}, false
	}
	if anchor == "" {
		return p.Sections[0], true
	}
	return p.Find(strings.ToLower(anchor))
}

func (c *Collection) find(name string) *Pill {
	name = strings.TrimSuffix(path.Clean(name), ".md")
	if c.readme != nil && (strings.EqualFold(name, "README") || strings.EqualFold(name, "index")) {
		return c.readme
	}
	if c.glossary != nil && strings.EqualFold(name, glossaryID) {
		return c.glossary
	}
	if len(name) == 1 {
		name = "0" + name
	}
	for _, p := range c.pills {
		stem := strings.TrimSuffix(p.File, ".md")
		if name == p.ID || name == stem || name == stem[3:] {
			return p
		}
	}
	return nil
}

// Find finds the section with an anchor, which may be a former one, or shortened as long as only one section begins with it.
func (p *Pill) Find(anchor string) (Section, bool) {
	var found []Section
	for _, s := range p.Sections {
		if s.Anchor == anchor {
			return s, true
		}
		if strings.HasPrefix(s.Anchor, anchor) {
			found = append(found, s)
		}
	}
	for _, s := range p.Sections {
		if slices.Contains(s.Formerly, anchor) {
			return s, true
		}
	}
	if len(found) == 1 {
		return found[0], true
	}
	return Section{}, false
}

// Ref is the short name of a section that Find understands: "03#scopes", or "03" for the title.
func (s Section) Ref() string {
	if s.body.role == titling {
		return s.Pill.ID
	}
	return s.Pill.ID + "#" + s.Anchor
}

// IsFrame reports whether the section explains nothing of its own: a summary, questions, a table of contents.
func (s Section) IsFrame() bool { return s.body.role == framing || s.body.role == shortening }

// IsShort reports whether the section says the whole in short.
func (s Section) IsShort() bool { return s.body.role == shortening }

// Label is how a link to the section reads: "Pill 03: Overlays and overrides › Scopes".
func (s Section) Label() string {
	label := s.Pill.Title
	if isNumber(s.Pill.ID) {
		label = "Pill " + s.Pill.ID + ": " + label
	}
	if s.body.role == titling {
		return label
	}
	return label + " › " + s.Title
}

// Name is how a sentence speaks of the pill: "pill 03", "the glossary".
func (p *Pill) Name() string {
	switch p.ID {
	case indexID:
		return "the index"
	case glossaryID:
		return "the glossary"
	}
	return "pill " + p.ID
}

// Key distinguishes the section from all others, and from itself where For found it by another name. It can be compared.
func (s Section) Key() any {
	return struct {
		body  *body
		focus string
	}{s.body, s.focus}
}

// Parents returns the sections that enclose this one, the outermost first, the title not among them.
func (s Section) Parents() []Section {
	var parents []Section
	for level, i := s.Level, s.body.number-1; i > 0 && level > 2; i-- {
		if other := s.Pill.Sections[i]; other.Level < level {
			level = other.Level
			parents = append(parents, other)
		}
	}
	slices.Reverse(parents)
	return parents
}

// Number is the section's index in the Sections of its pill.
func (s Section) Number() int { return s.body.number }

// Subtree returns the section and all sections inside it.
func (s Section) Subtree() []Section {
	all := s.Pill.Sections
	end := s.body.number + 1
	for end < len(all) && all[end].Level > s.Level {
		end++
	}
	return all[s.body.number:end]
}
