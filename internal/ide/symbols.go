package ide

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// SymbolKind says what a symbol of the workspace is.
type SymbolKind uint8

// The kinds, in the order in which equally good symbols stand.
const (
	SymbolHost SymbolKind = iota + 1
	SymbolOption
	SymbolMember
	SymbolSection
)

// Symbol is something in the workspace, in jetpack-nixos or in the pills that a person looks for by name.
type Symbol struct {
	Kind SymbolKind
	// Name and Container are on one line.
	Name, Container string
	// At is where it is declared; no File where that is not known.
	At Location
	// Section is the section itself, or else the one that explains what is declared nowhere; its Pill is nil where there is none.
	Section pill.Section
}

// Symbols are those that a workspace has for a query, the best first, at most so many. Each word of the query is the beginning of
// a word of the symbol, or else a part of one, or has its letters in that order. Without words they are the hosts and the pills.
// A workspace that does not deal with jetpack-nixos has none.
func Symbols(sn *workspace.Snapshot, query string, most int) []Symbol {
	wanted := queryWords(query)
	type hit struct {
		*symbol
		of    *place
		score int
	}
	var hits []hit
	type symbolName struct {
		kind SymbolKind
		name string
	}
	seen := map[symbolName]bool{}
	places := jetpackPlaces(sn)
	for i := range places {
		p := &places[i]
		for _, list := range [][]symbol{p.hosts(sn), p.symbols(sn)} {
			for j := range list {
				s := &list[j]
				score := s.score(wanted)
				if score == 0 {
					continue
				}
				if key := (symbolName{s.kind, s.name}); !seen[key] {
					seen[key] = true
					hits = append(hits, hit{s, p, score})
				}
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int {
		order := cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.kind, b.kind))
		if order == 0 && len(wanted) > 0 {
			order = cmp.Compare(len(a.name), len(b.name))
		}
		return order
	})
	var all []Symbol
	for _, h := range hits[:min(len(hits), most)] {
		all = append(all, h.at(sn, h.of))
	}
	return all
}

// place is a part of the workspace that deals with jetpack-nixos, by one revision.
type place struct {
	dir    string
	doc    *workspace.Document // or nil
	pinned workspace.Pinned
}

// jetpackPlaces are the places of a workspace, a revision and an entry each once.
func jetpackPlaces(sn *workspace.Snapshot) []place {
	var all []place
	type key struct {
		catalog *catalog.Catalog
		entry   string
	}
	seen := map[key]bool{}
	add := func(p place) {
		if k := (key{p.pinned.Catalog, sn.EntryOf(p.dir)}); !seen[k] {
			seen[k] = true
			all = append(all, p)
		}
	}
	for _, dir := range sn.Folders() {
		if sn.DealsWithJetpackIn(dir) {
			add(place{dir: dir, pinned: sn.CatalogAt(dir)})
		}
	}
	for _, doc := range sn.Documents() {
		if doc.Problem() == nil && sn.DealsWithJetpack(doc) {
			add(place{dir: sn.DirOf(doc), doc: doc, pinned: sn.Catalog(doc)})
		}
	}
	return all
}

// symbol is a symbol as it is looked for.
type symbol struct {
	kind            SymbolKind
	name, container string
	words           []string // of what tells it from others: of a path the last name, of a section the title
	around          []string // of the rest of the name
	beside          []string // that lead to it too: topics, the container

	host    *host.Host
	section pill.Section
	topic   ItemTopic
}

type symbolsKey struct {
	catalog *catalog.Catalog
	pills   *pill.Collection
}

// symbols are those of a revision and of the pills.
func (p *place) symbols(sn *workspace.Snapshot) []symbol {
	found, _ := sn.Once(symbolsKey{p.pinned.Catalog, sn.Pills()}, func() any {
		c := p.pinned.Catalog
		var all []symbol
		for _, o := range c.Options() {
			if o.Internal {
				continue
			}
			all = append(all, symbol{kind: SymbolOption, name: o.Path, container: "option", topic: ItemTopic{Option: o.Path}})
		}
		for _, m := range c.Packages() {
			if m.File == "" && m.DeviceFile == "" {
				continue // of every scope
			}
			all = append(all, symbol{
				kind: SymbolMember, name: catalog.ScopeName + "." + m.Name, container: "member of the package scope",
				topic: ItemTopic{Package: m.Name, Scope: catalog.ScopeName},
			})
		}
		for i := range all {
			last := strings.LastIndexByte(all[i].name, '.')
			all[i].words, all[i].around = symbolWords(all[i].name[last+1:]), symbolWords(all[i].name[:last+1])
		}
		for _, p := range sn.Pills().Pills() {
			for _, s := range p.Sections {
				if !s.IsFrame() {
					all = append(all, sectionSymbol(s))
				}
			}
		}
		return all
	}).([]symbol)
	return found
}

func sectionSymbol(s pill.Section) symbol {
	out := symbol{kind: SymbolSection, name: s.Pill.Title, container: "pill " + s.Pill.ID, section: s, words: symbolWords(s.Pill.Title)}
	if s.Level > 1 {
		// Some editors look for the words of a query in the name alone.
		out.name += " › " + s.Title
		out.words, out.around = symbolWords(s.Title), out.words
	}
	for _, t := range s.Topics {
		out.beside = append(out.beside, symbolWords(t.Name[strings.LastIndexByte(t.Name, '.')+1:])...)
	}
	return out
}

// hosts are those of the entry, as far as they are known.
func (p *place) hosts(sn *workspace.Snapshot) []symbol {
	c := sn.KnownConfiguration(p.dir)
	if c == nil && p.doc != nil {
		c, _ = sn.LatestConfiguration(p.doc)
	}
	if c == nil {
		return nil
	}
	var all []symbol
	for _, h := range c.Hosts {
		if h.At.File == "" || h.Jetpack == host.No {
			continue
		}
		name := HostName(h)
		all = append(all, symbol{kind: SymbolHost, name: name, container: "host", words: symbolWords(name), beside: []string{"host"}, host: h})
	}
	return all
}

// at is the symbol with the place where it stands.
func (s *symbol) at(sn *workspace.Snapshot, of *place) Symbol {
	out := Symbol{
		Kind: s.kind, Name: text.Visible(s.name, ""), Container: text.Visible(s.container, ""), Section: s.section,
	}
	q := &query{sn: sn, doc: of.doc, pinned: of.pinned}
	switch s.kind {
	case SymbolHost:
		out.At, _ = nixosHost{hosts: []*host.Host{s.host}}.declaration(q)
	case SymbolOption, SymbolMember:
		about, ok := q.named(s.topic)
		if !ok {
			break
		}
		if out.At, ok = about.declaration(q); !ok {
			out.Section, _ = about.section(q)
		}
	}
	return out
}

// named is the subject of an option or a package, without a document.
func (q *query) named(topic ItemTopic) (subject, bool) {
	if topic.Package != "" {
		p, ok := q.pinned.Catalog.Package(topic.Package)
		return newMember(p, topic.Scope), ok
	}
	return q.optionNamed(strings.Split(topic.Option, "."))
}

// What a word of a query is worth by how it is found, and where.
const (
	whole, beginning, inside, scattered = 12, 9, 4, 1
	inWords, inAround, inBeside         = 6, 2, 1
)

// score is 0 unless each word is found.
func (s *symbol) score(wanted []string) int {
	if len(wanted) == 0 {
		if s.kind == SymbolHost || s.kind == SymbolSection && s.section.Level == 1 {
			return 1
		}
		return 0
	}
	score, isGuess := 0, false
	for _, word := range wanted {
		best := 0
		for i, weight := range [...]int{inWords, inAround, inBeside} {
			for _, other := range [...][]string{s.words, s.around, s.beside}[i] {
				best = max(best, weight*similarity(word, other))
			}
		}
		switch {
		case best == 0:
			return 0
		case best <= inWords*scattered && len(word) > 1:
			isGuess = true
		}
		score += best
	}
	if len(s.words) > 0 && similarity(wanted[0], s.words[0]) >= beginning {
		score += beginning
	}
	if len(s.words) == len(wanted) {
		score++
	}
	if isGuess {
		return 1 + score/whole // behind all others
	}
	return score
}

// similarity is what a word of a query is worth beside a word of a symbol.
func similarity(word, other string) int {
	switch i := strings.Index(other, word); {
	case other == word:
		return whole
	case i == 0:
		return beginning
	case i > 0 && len(word) > 2:
		return inside
	case len(word) > 2 && word[0] == other[0] && isScattered(word, other):
		return scattered
	}
	return 0
}

// isScattered reports whether the letters of a word stand in another one in their order.
func isScattered(word, other string) bool {
	for _, r := range word {
		i := strings.IndexRune(other, r)
		if i < 0 {
			return false
		}
		other = other[i+len(string(r)):]
	}
	return true
}

func isBetweenWords(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// queryWords are the words of a query as they were typed, in lower case.
func queryWords(s string) []string { return strings.FieldsFunc(strings.ToLower(s), isBetweenWords) }

// symbolWords are the words of a name or a title, in lower case: carrierBoard has carrier and board, and carrierboard.
func symbolWords(s string) []string {
	var all []string
	for _, part := range strings.FieldsFunc(s, isBetweenWords) {
		runes, from := []rune(part), 0
		for i := 1; i < len(runes); i++ {
			if unicode.IsUpper(runes[i]) && unicode.IsLower(runes[i-1]) {
				all = append(all, strings.ToLower(string(runes[from:i])))
				from = i
			}
		}
		all = append(all, strings.ToLower(string(runes[from:])))
		if from > 0 {
			all = append(all, strings.ToLower(part))
		}
	}
	return all
}
