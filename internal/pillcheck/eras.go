package pillcheck

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/edition"
	"jetpills/internal/pattern"
	"jetpills/internal/pill"
)

// Eras renders what hovers show of every topic at other revisions, and checks each word of that against their catalogs: what upstream
// has at the pill's revision, and not there, must be said to be missing. catalogs are those to check, or nil for every distinct state
// of upstream. It tells how many hovers were read.
func Eras(c *pill.Collection, library *catalog.Library, catalogs []*catalog.Catalog) (findings []Finding, hovers int) {
	if catalogs == nil {
		catalogs = library.States()
	}
	l := &linter{pills: c, library: library}
	type shown struct {
		section pill.Section
		topics  []string
	}
	var all []*shown
	at := map[string]*shown{}
	add := func(topic pill.Topic, s pill.Section) {
		if s.Pill == nil {
			return
		}
		// Topics that lead to the same excerpt are read once.
		key := s.Ref() + "\x00" + s.Excerpt(0).Markdown(nil)
		if at[key] == nil {
			at[key] = &shown{section: s}
			all = append(all, at[key])
		}
		at[key].topics = append(at[key].topics, topic.String())
	}
	for _, covered := range Coverage(c, library.Newest()) {
		add(covered.Topic, covered.Section)
	}
	for topic, sections := range c.Topics() {
		add(topic, sections[0])
	}
	slices.SortStableFunc(all, func(a, b *shown) int { return strings.Compare(a.section.Ref(), b.section.Ref()) })
	shelf := edition.NewLongShelf(library)
	homes, seen := map[string]words{}, map[string][]string{}
	for _, era := range catalogs {
		here := wordsOf(era)
		for _, s := range all {
			e, ok := shelf.Edition(s.section, era)
			if !ok {
				continue
			}
			home, ok := homes[s.section.Pill.Revision]
			if !ok {
				of, _ := library.At(s.section.Pill.Revision)
				home = wordsOf(of)
				homes[s.section.Pill.Revision] = home
			}
			hovers++
			edited, cited := e.Section(s.section)
			excerpt := edited.Excerpt(0).Markdown(nil)
			note := e.About(s.section.Title, excerpt, cited).Plain()
			for _, unit := range append(pill.Units(excerpt), pill.Unit{Text: pill.Text{Source: e.Title(s.section.Title)}}) {
				for _, w := range unmarked(library, unit, era, here, home, note, seen) {
					l.found(s.section.Pill.File, s.section.Line, "era", "%s is not in %s (%s), and the hover on %s does not say so", w, era.Revision.Short(), era.Revision.Day(), s.topics[0])
				}
			}
		}
	}
	slices.SortStableFunc(l.findings, func(a, b Finding) int {
		return strings.Compare(fmt.Sprintf("%s %5d", a.File, a.Line), fmt.Sprintf("%s %5d", b.File, b.Line))
	})
	return slices.Compact(l.findings), hovers
}

// unmarked are the words of a unit that the pill's revision has, and an era lacks, and that a note does not say so of. seen keeps the
// words of texts.
func unmarked(library *catalog.Library, unit pill.Unit, era *catalog.Catalog, here, home words, note string, seen map[string][]string) []string {
	if namesRevision(library, unit.Source) {
		return nil
	}
	isWord := func(w string) (has, known bool) { return library.HasWord(era.Revision, w, false) }
	text := ofNixpkgs.ReplaceAllString(unit.Source, "")
	if unit.IsCode {
		text = quotedName.ReplaceAllStringFunc(text, func(q string) string {
			value := strings.Trim(q, `"`)
			if _, known := isWord(value); known || here.values[value] != nil || home.values[value] != nil {
				return q
			}
			return `""` // somebody's string
		})
	}
	found, ok := seen[text]
	if !ok {
		found = word.FindAllString(text, -1)
		if versionWord.MatchString(text) {
			found = append(found, version.FindAllString(text, -1)...)
		}
		seen[text] = found
	}
	var all []string
	for _, w := range found {
		if here.names[w] || strings.Contains(note, w) || home.values[w] != nil && here.unread || saysOption(home.values[w], note) {
			continue
		}
		if has, _ := era.HasMember(catalog.ScopeName, "", w); has || library.IsDevicePackage(era, w) {
			continue
		}
		if has, known := isWord(w); known && !has || home.names[w] && !(home.outputs[w] && len(here.outputs) == 0) && !(home.packages[w] && !here.whole) {
			all = append(all, w)
		}
	}
	for _, m := range program.FindAllStringSubmatch(text, -1) {
		if before, ok := library.IsBefore(era.Revision.Hash, catalog.FlashesByInitrd); ok && before && !strings.Contains(note, m[1]) {
			all = append(all, m[0])
		}
	}
	return all
}

var (
	// program is one that flash scripts have as long as they boot an initrd.
	program = pattern.New(`\bbin/(initrd-flash-(?:xavier|orin|thor)-[a-z0-9-]+)`)
	// word are words that can hardly be anything but names: with a capital letter inside, a dash or a digit.
	word        = pattern.New(`[a-z][a-z0-9]*(?:(?:[A-Z]|-[a-z0-9]|_[a-z0-9])[A-Za-z0-9_-]*|[0-9])`)
	version     = pattern.New(`\d+\.\d+\.\d+`)
	versionWord = pattern.New(`\b(?:JetPack|L4T|CUDA|[Kk]ernel)\b`)
	ofNixpkgs   = pattern.New(`\bcudaPackages(?:_[0-9_]+)?\.[A-Za-z0-9_.-]+`) // its members
	quotedName  = pattern.New(`"[^"\n]*"`)
	hash        = pattern.New(`\b[0-9a-f]{7,40}\b`)
)

// namesRevision reports whether a text dates itself.
func namesRevision(library *catalog.Library, text string) bool {
	return slices.ContainsFunc(hash.FindAllString(text, -1), func(h string) bool {
		_, ok := library.Revision(h)
		return ok
	})
}

// saysOption reports whether a note says that one of some options, whose value a word is, is missing.
func saysOption(options []string, note string) bool {
	return slices.ContainsFunc(options, func(o string) bool { return strings.Contains(note, o+" ") })
}

// words are those in the names of all that a catalog has.
type words struct {
	names    map[string]bool     // and versions
	values   map[string][]string // of options, with the last names of these
	outputs  map[string]bool     // only of the flake
	packages map[string]bool     // only of the scopes
	whole    bool                // all of these are known
	unread   bool                // the values of an option are not known
}

func wordsOf(c *catalog.Catalog) words {
	w := words{names: map[string]bool{}, values: map[string][]string{}, outputs: map[string]bool{}, packages: map[string]bool{}}
	add := func(names ...string) {
		for _, name := range names {
			w.names[name] = true
			for part := range strings.SplitSeq(name, ".") {
				w.names[part] = true
			}
		}
	}
	for _, o := range c.Options() {
		add(o.Path)
		add(o.Values...)
		for _, v := range o.Values {
			w.values[v] = append(w.values[v], o.Path[strings.LastIndexByte(o.Path, '.')+1:])
		}
		w.unread = w.unread || o.Path == catalog.SoMOption && len(o.Values) == 0
	}
	for _, p := range c.Packages() {
		if p.File != "" { // nixpkgs has what makeScope adds
			w.packages[p.Name] = !w.names[p.Name]
			add(p.Name)
		}
	}
	_, w.whole = c.HasMember(catalog.ScopeName, "", "")
	for _, a := range c.OverlayAttributes() {
		if _, isScope := catalog.ScopeMajor(a.Name); isScope { // nixpkgs has others of its own
			add(a.Name)
		}
	}
	for _, a := range c.SystemBuild() {
		add(a.Name)
	}
	for _, o := range c.Outputs() {
		for _, name := range append([]string{o.Name}, o.Names...) {
			w.outputs[name] = !w.names[name]
		}
		add(o.Name)
		add(o.Names...)
		for _, name := range o.Names {
			add("initrd-" + name)
		}
	}
	for _, g := range c.Generations() {
		for _, v := range []string{g.JetPack, g.L4T, g.CUDA, g.Kernel, g.Driver} {
			w.names[v] = true
		}
	}
	return w
}
