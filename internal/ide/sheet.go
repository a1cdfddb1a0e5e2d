package ide

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// sheet is what is known of a subject, in the order in which it is shown in full. Editors show about a dozen lines of a hover,
// and the pill is to be among them: what stands above the pill is the title, a sentence or two that answer, and a line of facts.
type sheet struct {
	title   string      // an option path, a value, a name: shown as code
	what    markup.Text // "option", "value of …"
	rows    []row
	remarks []markup.Text // what the user must know about what stands under the cursor
	summary summary
	quote   string // what upstream says itself
	isShort bool   // the page of another subject has the rest, and the excerpt
}

// row is one fact.
type row struct {
	name  string
	value markup.Text
	// brief is the fact as it stands in the line of facts; empty for one that has no room there.
	brief markup.Text
}

// isBrief reports whether the brief form leaves nothing out.
func (r row) isBrief() bool { return strings.Contains(r.brief.Plain(), r.value.Plain()) }

// summary is a description: the sentences that answer, and the rest.
type summary struct{ first, rest markup.Text }

func (s summary) text() markup.Text {
	if s.rest.Empty() {
		return s.first
	}
	return markup.Join([]markup.Text{s.first, s.rest}, " ")
}

// add adds a fact, if there is one, that stands below the pill.
func (s *sheet) add(name string, value markup.Text) { s.addBrief(name, value, markup.Text{}) }

// addBrief adds a fact, if there is one, whose brief form stands in the line of facts.
func (s *sheet) addBrief(name string, value, brief markup.Text) {
	if !value.Empty() {
		s.rows = append(s.rows, row{name, value, brief})
	}
}

// addFact adds a fact, if there is one, which stands in the line of facts with its name: "SoC t234".
func (s *sheet) addFact(name string, value markup.Text) {
	s.addBrief(name, value, markup.Format("%s %s", name, value))
}

func (s *sheet) remark(format string, parts ...any) {
	s.remarks = append(s.remarks, markup.Format(format, parts...))
}

// above are the paragraphs before the pill, below those behind it. In full, all stand before it.
func (s sheet) above(detail workspace.Detail) markup.Text {
	if detail == workspace.DetailFull {
		return s.full()
	}
	lines := slices.DeleteFunc([]markup.Text{s.head(), s.summary.first, s.line()}, markup.Text.Empty)
	return paragraphs(append([]markup.Text{markup.Lines(lines)}, s.remarks...)...)
}

func (s sheet) below(detail workspace.Detail) markup.Text {
	if detail != workspace.DetailNormal {
		return markup.Text{}
	}
	rows := slices.DeleteFunc(slices.Clone(s.rows), row.isBrief)
	return paragraphs(s.summary.rest, s.quotation(), markup.List(markup.Text{}, facts(rows)))
}

func (s sheet) full() markup.Text {
	parts := append([]markup.Text{markup.List(s.head(), facts(s.rows))}, s.remarks...)
	return paragraphs(append(parts, s.summary.text(), s.quotation())...)
}

func (s sheet) head() markup.Text {
	head := markup.Strong(markup.Code(s.title))
	if s.what.Empty() {
		return head
	}
	return markup.Format("%s %s", head, s.what)
}

// line is the line of facts.
func (s sheet) line() markup.Text {
	var all []markup.Text
	for _, r := range s.rows {
		if !r.brief.Empty() {
			all = append(all, r.brief)
		}
	}
	return markup.Join(all, " · ")
}

func facts(rows []row) []markup.Text {
	all := make([]markup.Text, len(rows))
	for i, r := range rows {
		all[i] = markup.Format("%s: %s", r.name, r.value)
	}
	return all
}

func (s sheet) quotation() markup.Text {
	if s.quote == "" {
		return markup.Text{}
	}
	return markup.Quotation(markup.Format("jetpack-nixos itself: “%s”", markup.Prose(s.quote)))
}

// paragraphs are texts as paragraphs, without those that are empty.
func paragraphs(all ...markup.Text) markup.Text {
	return markup.Paragraphs(slices.DeleteFunc(all, markup.Text.Empty))
}

// declaredRow says where something is declared, and in which revision.
func (q *query) declaredRow(file string, line int) row {
	if file == "" {
		return q.revisionRow()
	}
	at := file
	if line > 0 {
		at = fmt.Sprintf("%s:%d", file, line)
	}
	return row{"Declared", markup.Format("%s in %s", markup.Code(at), q.revision()), q.briefRevision()}
}

func (q *query) revisionRow() row { return row{"Revision", q.revision(), q.briefRevision()} }

// revision says which jetpack-nixos all this holds for, and how that is known.
func (q *query) revision() markup.Text {
	r := q.pinned.Catalog.Revision
	if !r.Known() {
		return markup.Format("jetpack-nixos, %s", pinNote(q.pinned))
	}
	return markup.Format("jetpack-nixos %s, %s", markup.Code(r.Short()), pinNote(q.pinned))
}

// briefRevision says which jetpack-nixos all this holds for, and whether it is the one that is pinned.
func (q *query) briefRevision() markup.Text {
	r := q.pinned.Catalog.Revision
	switch {
	case !r.Known():
		return markup.Prose("in the source on disk")
	case q.isCertain():
		return markup.Format("at %s", markup.Code(r.Short()))
	}
	return markup.Format("at %s, %s", markup.Code(r.Short()), q.nearness())
}

// described is a description in words of our own.
func described(words string) summary {
	first, rest := opening(words)
	return summary{markup.Prose(first), markup.Prose(rest)}
}

// dated is what holds, at the revision that answers, of a description of an option, of its values or of a package, whose path is empty.
// It says for which revision the description was written where that matters.
func (q *query) dated(words, path string) summary {
	newest := q.sn.Library().Newest()
	p := q.pinned
	if p.Catalog.Revision == newest.Revision || p.Pin.Format == pins.Checkout && p.Pin.Revision == newest.Revision.Hash {
		return described(words)
	}
	held := q.sn.Shelf().Description(words, path, p.Catalog)
	s := described(held.Text)
	if held.Differs && !s.first.Empty() {
		s.first = markup.Format("%s (Described as of %s.)", s.first, markup.Code(newest.Revision.Short()))
	}
	return s
}

// opening cuts a description behind its first sentence, and behind those that stand with it in two lines of a hover.
func opening(words string) (first, rest string) {
	const room = 150 // characters
	first, rest = text.Sentence(words)
	for rest != "" {
		next, after := text.Sentence(rest)
		if utf8.RuneCountInString(first)+1+utf8.RuneCountInString(next) > room {
			break
		}
		first, rest = first+" "+next, after
	}
	return first, rest
}

// dayOf is a commit, and its day.
func dayOf(r catalog.Revision) markup.Text {
	return markup.Format("%s (%s)", markup.Code(r.Short()), r.Day())
}
