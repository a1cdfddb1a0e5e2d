// Package edition gives the sections of pills as they hold at a revision that is another one than they were written for: the tables of
// that revision's facts, the wording that the author has for it, without the passages about what it lacks.
package edition

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/claims"
	"jetpills/internal/markup"
	"jetpills/internal/pattern"
	"jetpills/internal/pill"
)

// An Edition is a section of a pill at a revision.
type Edition struct {
	library     *catalog.Library
	world, home *claims.World // of the revision, and of the one that the pill was written for
	subjects    []string      // last names of what the section is about
	former      []formerName
	memory      *claims.Memory
}

// differs reports whether a pill was written for another revision than a catalog's.
func differs(p *pill.Pill, c *catalog.Catalog) bool {
	return p.Revision != "" && p.Revision != c.Revision.Hash
}

// Of is [Shelf.Edition] of a new shelf.
func Of(s pill.Section, library *catalog.Library, c *catalog.Catalog) (Edition, bool) {
	return NewShelf(library).Edition(s, c)
}

func newEdition(s pill.Section, library *catalog.Library, world, home *claims.World, memory *claims.Memory) Edition {
	e := Edition{library: library, world: world, home: home, former: formerNames(world, home), memory: memory}
	for _, t := range s.Topics {
		if t.Kind != pill.OptionTopic {
			continue
		}
		e.subjects = append(e.subjects, lastName(t.Name))
		// Values are missing by themselves only where their option is not.
		if _, ok := world.Option(t.Name); ok {
			o, _ := home.Option(t.Name)
			e.subjects = append(e.subjects, o.Values...)
		}
		for _, field := range home.Options() {
			if strings.HasPrefix(field.Path, t.Name+".*.") {
				e.subjects = append(e.subjects, lastName(field.Path))
			}
		}
	}
	return e
}

// Section returns a section and what an excerpt may show of those inside it, as they hold at the revision, and the lines that it cites,
// and the revision does not have, in what had to stay.
func (e Edition) Section(s pill.Section) (section pill.Section, lines []claims.Missing) {
	section = s.Rewritten(func(inner pill.Section) string {
		text, cited := e.markdown(inner.Markdown(), true)
		lines = append(lines, cited...)
		return text
	}, 2)
	return section, lines
}

// Whole returns a section with all sections inside it, in the wording for the revision. What rests on lines that the revision does not
// have is left out. Behind each section stands what it names that the revision lacks.
func (e Edition) Whole(s pill.Section) pill.Section {
	s = s.Rewritten(e.annotated, 0)
	s.Title = e.Title(s.Title)
	for i := range s.Pill.Sections {
		s.Pill.Sections[i].Title = e.Title(s.Pill.Sections[i].Title)
	}
	return s
}

// Title is a title with the revision's names of options, and its number of generations or scopes, in place of home's.
func (e Edition) Title(title string) string {
	return counted.ReplaceAllStringFunc(e.formerly(title), func(words string) string {
		m := counted.FindStringSubmatch(words)
		of, number := m[2], smallNumbers[strings.ToLower(m[1])]
		here := things(e.world, of)
		if number == 0 || here == 0 || number == here || number != things(e.home, of) {
			return words
		}
		if here == 1 {
			words = strings.TrimSuffix(words, "s")
		}
		for word, n := range smallNumbers {
			if n == here {
				words = word + words[len(m[1]):]
			}
		}
		return words
	})
}

// things counts the generations or the scopes of a world.
func things(w *claims.World, of string) int {
	if of == "scopes" {
		return max(len(w.Scopes())-1, 1)
	}
	return len(w.Generations())
}

// A passage is a block of a section in the wording for the revision.
type passage struct {
	pill.Block
	void bool // a table of which the revision has nothing, or what rests on what it does not have
	gone bool // left out
	// lines are those that it cites and the revision does not have, where nothing would be left without these sentences.
	lines []claims.Missing
}

// markdown is a section's text for the revision, with or without the passages that name what the revision lacks, and the lines that it
// cites nevertheless.
func (e Edition) markdown(text string, leaveOut bool) (string, []claims.Missing) {
	passages := e.worded(e.blocks(e.renamed(text)))
	e.leaveOut(passages, leaveOut)
	var b strings.Builder
	var lines []claims.Missing
	for _, p := range passages {
		if p.gone || p.void {
			continue
		}
		b.WriteString(strings.TrimRight(p.Source, "\n"))
		b.WriteString("\n\n")
		lines = append(lines, p.lines...)
	}
	return b.String(), lines
}

// worded are the blocks of a section in the wording for the revision, without comments.
func (e Edition) worded(blocks []pill.Block) []passage {
	var all []passage
	table := ""
	from := 0 // where the passages begin that the block before the marks has become
	chosen := false
	for _, b := range blocks {
		if b.Kind == pill.CommentBlock {
			if name, ok := pill.TableName(b.Comment); ok && !strings.HasPrefix(name, pill.SymptomTables) {
				table = name
			} else if b.Comment == pill.TableEnd {
				table = ""
			} else if mark, ok := pill.ReadMark(b.Comment); ok && !chosen && e.isOn(mark) {
				chosen = true
				all = all[:from]
				for _, instead := range e.blocks(mark.Text) {
					all = append(all, passage{Block: instead})
				}
			} else if witnesses, ok := pill.ReadWitnesses(b.Comment); ok && !chosen && e.lacksOf(witnesses) {
				for i := range all[from:] {
					all[from+i].void = true
				}
			}
			continue
		}
		from, chosen = len(all), false
		if table != "" && (b.Kind == pill.TableBlock || b.Kind == pill.CodeBlockKind) {
			lines, err := Table(table, e.world.Catalog)
			if err != nil {
				lines = nil
			}
			for _, drawn := range e.blocks(strings.Join(lines, "\n")) {
				all = append(all, passage{Block: drawn})
			}
			if len(lines) == 0 {
				all = append(all, passage{Block: b, void: true})
			}
			continue
		}
		source, lines := e.witnessed(b, len(all) == 0)
		source = e.cited(e.formerly(source))
		if b.Kind == pill.TableBlock {
			source = withoutLineColumn(source)
		}
		if source == b.Source {
			all = append(all, passage{Block: b, lines: lines})
			continue
		}
		for _, block := range e.blocks(source) {
			all = append(all, passage{Block: block, lines: lines})
		}
	}
	return all
}

// isOn reports whether the revision is on the side of a mark.
func (e Edition) isOn(m pill.Mark) bool {
	before, ok := e.world.IsBefore(m.Revision)
	return ok && before == m.Before
}

// leaveOut marks as gone the passages that rest on lines which the revision does not have or, if named is set, name what it lacks, where
// the rest stands without them: all but the first. What a passage announces with a colon goes and stays with it.
func (e Edition) leaveOut(all []passage, named bool) {
	wasGone := false
	for from := 0; from < len(all); {
		end := from + 1
		for end < len(all) && all[end-1].Announces {
			end++
		}
		group := all[from:end]
		gone := wasGone && group[0].Kind == pill.ParagraphBlock && refersBack.MatchString(group[0].Source)
		for i := range group {
			p := &group[i]
			gone = gone || p.void || len(p.lines) > 0 || named && e.lacks(p.Source) && !e.thin(p)
		}
		gone = gone && from > 0
		for i := range group {
			group[i].gone = gone
		}
		wasGone, from = gone, end
	}
}

// refersBack is how a paragraph begins that goes on about the passage before it.
var refersBack = pattern.New(`^(?:It|Its|This|That|These|Those|They|Their|Both|Then|So|But|And|The same|Here|There|In it|With it|Without it|Neither|Either|Each|All of (?:them|these)|Line \d+)\b`)

// thin leaves out the rows of a table, or the items of a list, that name what the revision lacks, and reports whether some stay, and
// the rest names nothing that the revision lacks.
func (e Edition) thin(p *passage) bool {
	if len(p.Parts) == 0 || p.Kind == pill.NumberBlock {
		return false
	}
	var b strings.Builder
	last, stay := 0, 0
	for _, part := range p.Parts {
		b.WriteString(p.Source[last:part[0]])
		text := p.Source[part[0]:part[1]]
		if last = part[1]; p.Kind == pill.TableBlock && e.lacks(tableOf(text)) || p.Kind != pill.TableBlock && e.lacks(text) {
			continue
		}
		b.WriteString(text)
		stay++
	}
	b.WriteString(p.Source[last:])
	if stay == 0 || e.lacks(b.String()) {
		return false
	}
	p.Source = b.String()
	return true
}

// tableOf is a row as the head of a table, so that it is read as a row.
func tableOf(row string) string {
	return row + "|" + strings.Repeat("---|", strings.Count(row, "|")-1) + "\n"
}

// lacks reports whether a text names what the revision lacks and another one has.
func (e Edition) lacks(markdown string) bool { return len(e.Missing(markdown)) > 0 }

// Missing returns what a text names that the revision lacks and another one has, in the order of the text, each name once.
func (e Edition) Missing(markdown string) []claims.Missing {
	var all []claims.Missing
	for _, u := range e.units(markdown) {
		for _, m := range e.world.Dated(Claims(u), e.home, e.subjects) {
			all = withName(all, m)
		}
	}
	return all
}

// withName adds a name, if none says the same with more of its path.
func withName(all []claims.Missing, m claims.Missing) []claims.Missing {
	for i, other := range all {
		if other.Name == m.Name || strings.HasSuffix(other.Name, "."+m.Name) {
			return all
		}
		if strings.HasSuffix(m.Name, "."+other.Name) {
			all[i] = m
			return all
		}
	}
	return append(all, m)
}

// Claims is a piece of a pill as it is read for claims.
func Claims(u pill.Unit) claims.Text {
	return claims.Text{Source: u.Source, Code: u.Code, Language: u.Language, IsCode: u.IsCode}
}

// About says what a text and its title, for the title of a section has no back-ticks, name that the revision lacks, each name once,
// which lines the text cites that the revision does not have, and what they count that was counted elsewhere; nothing where there is
// nothing.
func (e Edition) About(title, markdown string, lines []claims.Missing) markup.Text {
	title = e.Title(title)
	named := e.inTitle(title)
	var cited []claims.Missing
	for _, m := range append(e.Missing(markdown), lines...) {
		if m.Code == "line" {
			cited = withName(cited, m)
		} else {
			named = withName(named, m)
		}
	}
	var notes []markup.Text
	for _, note := range []struct {
		words string
		all   []claims.Missing
	}{{"Not in %s: %s.", named}, {"Cites lines that are not in %s: %s.", cited}} {
		if len(note.all) > 0 {
			notes = append(notes, markup.Format(note.words, e.where(), e.listed(note.all)))
		}
	}
	if counts := e.counts(title + "\n\n" + markdown); len(counts) > 0 {
		notes = append(notes, markup.Format("Counted in %s: %s.", markup.Code(e.home.Revision.Short()), strings.Join(counts, ", ")))
	}
	return markup.Join(notes, " ")
}

// where names the revision.
func (e Edition) where() markup.Text {
	if r := e.world.Revision; r.Known() {
		return markup.Code(r.Short())
	}
	return markup.Prose("the source on disk")
}

// listed are the names of what the revision lacks, with the day since or until which upstream has it.
func (e Edition) listed(all []claims.Missing) markup.Text {
	names := make([]markup.Text, len(all))
	for i, m := range all {
		name := markup.Literal(m.Name)
		if m.IsCode() {
			name = markup.Code(m.Name)
		}
		names[i] = markup.Format("%s (%s)", name, e.when(m.Past))
	}
	return markup.Join(names, ", ")
}

// counted finds numbers of things of jetpack-nixos. Small ones count what the text itself lists, but for generations and scopes.
var counted = pattern.New("(?i)\\b(?:(two|three|four|five) (?:JetPack )?(generations|scopes)|(?:[1-9]\\d|[6-9]|eleven|twelve|thirteen|fourteen|fifteen) (?:other |flash )?" +
	"(?:systems|combinations|scripts|members|modules|names|packages|installers|L4T packages|options)|upstream's [1-9]\\d|[1-9]\\d `[a-z]+-\\*`)")

var smallNumbers = map[string]int{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}

// counts are the numbers of things in a text that were counted at home, and do not hold at the revision for certain.
func (e Edition) counts(markdown string) []string {
	var all []string
	for _, u := range e.units(markdown) {
		if u.IsCode {
			continue
		}
		found := claims.Scan(e.memory, "counts", u.Source, func() [][]string { return counted.FindAllStringSubmatch(u.Source, -1) })
		for _, m := range found {
			if n := smallNumbers[strings.ToLower(m[1])]; n > 0 && n == things(e.world, m[2]) {
				continue
			}
			if name := strings.ReplaceAll(m[0], "`", ""); !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	return all
}

// inTitle are the names in a title, which has no back-ticks.
func (e Edition) inTitle(title string) []claims.Missing {
	return e.world.Dated(claims.Text{Source: title, Code: [][2]int{{0, len(title)}}, IsCode: true}, e.home, e.subjects)
}

// when says since or until when upstream has what the revision lacks and home has.
func (e Edition) when(past catalog.History) string {
	if at := e.world.Revision; at.Known() && at.Date.After(e.home.Revision.Date) {
		return "until " + past.Removed.Day()
	}
	if r := past.Reintroduced; r.Known() && !e.world.Revision.Date.Before(past.Introduced.Date) {
		return "since " + r.Day()
	}
	return "since " + past.Introduced.Day()
}
