package ide

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"unicode"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// nearMisses looks for what is nearly a set of options of jetpack-nixos, or nearly a value.
func (d *diagnoser) nearMisses() {
	for _, definition := range d.definitions() {
		if d.isEnough() {
			return
		}
		if b := definition.Binding; b.HasEquals() && b.Value().Kind() != syntax.Missing {
			if near, ok := d.nearRoot(definition.Path); ok && !isDeclaration(definition.Path, len(near.names)) {
				d.nearPath(near, defined(definition, near.names))
			}
		}
	}
	for i := range module.InheritedNames(d.doc.Tree()) {
		if near, ok := d.nearRoot(i.Path); ok && !isDeclaration(i.Path, len(near.names)) && !d.isEnough() {
			d.nearPath(near, inherited(i, near.names))
		}
	}
	if d.mayReadNear() {
		for _, read := range d.allReads() {
			if near, ok := d.nearRoot(read.Path); ok && d.isLookedAt(read, len(near.names)) && !d.isEnough() {
				d.nearPath(near, d.reading(read, near.names))
			}
		}
	}
	if mayDefine(d.pinned.Catalog, d.doc.Text) {
		d.nearWords()
	}
}

// A nearRoot is the end of a path that begins nearly as a set of options does.
type nearRoot struct {
	names []string // of the end
	count int      // how many of them stand for the set's path
	root  []string // the set's path
	// isSure says that what the path begins with is the configuration of a system: no variable and no function's argument.
	isSure bool
}

// nearRoot finds the end of a path that begins nearly as a set of options does, with one of the set's options behind it.
func (d *diagnoser) nearRoot(path module.Path) (nearRoot, bool) {
	var short [16]letterSet // most paths have so few names
	letters := short[:]
	if len(path) > len(short) {
		letters = make([]letterSet, len(path))
	}
	letters = letters[:len(path)]
	roots := d.roots()
	for names, before := range optionNames(path) {
		letters[len(path)-len(names)] = letterSetOf(names[0])
		for _, root := range roots {
			if len(names) >= len(root.names) && slices.Equal(names[:len(root.names)], root.names) {
				return nearRoot{}, false
			}
		}
		for i := range roots {
			root := &roots[i]
			if count := d.namesOf(root, names, letters[len(path)-len(names):]); count > 0 {
				last := module.Part{Known: true}
				if len(before) > 0 {
					last = before[len(before)-1]
				}
				return nearRoot{names, count, root.names, last.Known && !last.Variable}, before.IsRoot()
			}
		}
	}
	return nearRoot{}, false
}

// root is the path of a set of options.
type root struct {
	names   []string
	words   []string // of the names, see wordsOf
	letters letterSet
	counts  letterCount
}

// roots are the sets of options that the pinned revision has. A single option in a set of NixOS's is left out: others of that
// set are near, too.
func (d *diagnoser) roots() []root {
	if d.sets == nil {
		for _, path := range d.pinned.Catalog.Roots() {
			if _, isOption := d.pinned.Catalog.Option(path); !isOption {
				r := root{names: strings.Split(path, ".")}
				r.words = wordsOf(r.names)
				r.letters = letterSetOf(path)
				r.counts.add(path)
				d.sets = append(d.sets, r)
			}
		}
	}
	return d.sets
}

// mostMisspelt is how many letters of a set's path may be wrong if an option of the set follows: one of a word.
const mostMisspelt = 2

// namesOf is how many of the first names of a path stand for a set of options, but for a letter or two, or for what stands
// between the words; 0 if none do. It gets the letters of each name.
func (d *diagnoser) namesOf(r *root, names []string, letters []letterSet) int {
	best, count := mostMisspelt+1, 0
	var set letterSet
	for n := 1; n <= min(len(names), len(r.names)+2); n++ {
		if set = set.with(letters[n-1]); set.isFarFrom(r.letters) {
			continue // as most paths
		}
		var counts letterCount
		for _, name := range names[:n] {
			counts.add(name)
		}
		if counts.isFarFrom(&r.counts) {
			continue // as nearly all others
		}
		distance := wrongLetters(wordsOf(names[:n]), r.words)
		isWhole := n == len(names) && distance < mostMisspelt
		if distance < best && (isWhole || n < len(names) && d.isBelow(r.names, names[n])) {
			best, count = distance, n
		}
	}
	return count
}

// letterSet is which letters stand in names, a bit each, and how many letters there are.
type letterSet struct {
	which uint32
	all   int
}

func letterSetOf(name string) (s letterSet) {
	for i := range len(name) {
		if b := (name[i] | 0x20) - 'a'; b < 26 {
			s.which |= 1 << b
			s.all++
		}
	}
	return s
}

func (s letterSet) with(other letterSet) letterSet {
	return letterSet{s.which | other.which, s.all + other.all}
}

// isFarFrom reports whether more than mostMisspelt letters differ for certain: each may be another one, or one more or less.
func (s letterSet) isFarFrom(other letterSet) bool {
	return max(s.all-other.all, other.all-s.all) > mostMisspelt || bits.OnesCount32(s.which^other.which) > 2*mostMisspelt
}

// letterCount is how often each letter stands in names.
type letterCount [26]int16

func (c *letterCount) add(name string) {
	for i := range len(name) {
		if b := (name[i] | 0x20) - 'a'; b < 26 {
			c[b]++
		}
	}
}

// isFarFrom reports whether more letters differ than mostMisspelt, wherever they stand.
func (c *letterCount) isFarFrom(other *letterCount) bool {
	differ := 0
	for i := range c {
		d := int(c[i]) - int(other[i])
		differ += max(d, -d)
	}
	return differ > 2*mostMisspelt // a wrong one is one more and one less
}

// lettersOf is a text in small letters, without what parts words.
func lettersOf(source string) string {
	all := make([]byte, 0, len(source))
	for i := range len(source) {
		switch b := source[i]; {
		case partsWords(rune(b)):
		case 'A' <= b && b <= 'Z':
			all = append(all, b|0x20)
		default:
			all = append(all, b)
		}
	}
	return string(all)
}

func partsWords(r rune) bool { return r == ' ' || r == '-' || r == '_' || r == '.' }

// wordsOf are the words of a path in small letters. Dots, hyphens, underscores and capital letters part them.
func wordsOf(names []string) []string {
	var words strings.Builder
	for _, r := range strings.Join(names, ".") {
		if unicode.IsUpper(r) {
			words.WriteByte(' ')
		}
		words.WriteRune(unicode.ToLower(r))
	}
	return strings.FieldsFunc(words.String(), partsWords)
}

// wrongLetters is how many letters are wrong in words, more than mostMisspelt where they are other words: more or fewer,
// unless only what stands between them is wrong, or with several wrong letters in one.
func wrongLetters(typed, known []string) int {
	wrong := 0
	switch {
	case strings.Join(typed, "") == strings.Join(known, ""):
		return 0
	case len(typed) != len(known):
		return mostMisspelt + 1
	}
	for i := range typed {
		of := letters(typed[i], known[i])
		if of > 1 {
			return mostMisspelt + 1
		}
		wrong += of
	}
	return wrong
}

// isBelow reports whether a name is one of those in a set of options, or is spelled nearly so.
func (d *diagnoser) isBelow(root []string, name string) bool {
	path := append(slices.Clip(root), name)
	if _, ok := d.pinned.Catalog.Lookup(path); ok || d.pinned.Catalog.IsPrefix(path) {
		return true
	}
	if _, ok := desktopOption(path); ok {
		return true
	}
	var names []string
	for _, child := range d.pinned.Catalog.Children(root) {
		names = append(names, child.Name)
	}
	return len(nearest(name, names)) > 0
}

// mayReadNear is false for most texts in which nothing is nearly the path of a set of options. It needs no parsing.
func (d *diagnoser) mayReadNear() bool {
	source := lettersOf(d.doc.Text)
	return slices.ContainsFunc(d.roots(), func(r root) bool {
		last := lettersOf(r.names[len(r.names)-1])
		return strings.Contains(source, last[:len(last)/2]) || strings.Contains(source, last[len(last)/2:])
	})
}

// nearPath is about a path that begins nearly as a set of options does.
func (d *diagnoser) nearPath(near nearRoot, n naming) {
	first := commonPrefix(near.names[:near.count], near.root, func(a, b string) bool { return a == b })
	first = min(first, near.count-1, len(near.root)-1)
	same := 0 // names at the end of the set's path that are right
	for same < min(near.count, len(near.root))-first-1 && near.names[near.count-same-1] == near.root[len(near.root)-same-1] {
		same++
	}
	last := near.count - same // behind the last wrong name
	to := near.root[first : len(near.root)-same]
	begin := first // the first wrong name that stands together with the last one
	for elsewhere := len(n.names) - len(n.written); begin < last-1 && !(n.isRead && begin >= elsewhere) && !areTogether(n, begin, last); {
		begin++
	}
	at := text.Span{Start: n.parts[begin].Span.Start, End: n.parts[last-1].Span.End}
	if at.Len() == 0 || n.parts[begin].Span.Len() == 0 || d.reported[diagnosticKey{at, CodeNearMiss}] {
		return // a finding of the place that has it, or one already
	}
	wrong := strings.Join(near.names[:near.count], ".")
	if !d.regardOf(n.node).name || d.isUnchecked() || d.mayDeclare(wrong) {
		return
	}
	found := Diagnostic{
		Span: at, Severity: SeverityWarning, Code: CodeNearMiss, Section: d.explain(near.root), undeclared: true,
		Message: fmt.Sprintf("No option %s; did you mean %s?", writtenPath(near.names[first:last]), writtenPath(to)),
	}
	if begin == first {
		found.Fixes = certainIfOne(n.respells(first, last, to))
	} else {
		found.Fixes = certainIfOne(n.renames(strings.Join(slices.Concat(near.root, near.names[near.count:]), ".")))
	}
	if !near.isSure && !n.isRead {
		found.soften()
	}
	d.report(found)
}

// mayDeclare reports whether a module of the user's may declare an option or a set of options.
func (d *diagnoser) mayDeclare(path string) bool {
	may, ok := d.declares[path]
	if !ok {
		may = d.sn.MayDeclareAny(d.doc, path)
		d.declares[path] = may
	}
	return may
}

// writtenPath is an option path as Nix has it: a name with dots in it stands in quotes.
func writtenPath(names []string) string {
	written := make([]string, len(names))
	for i, name := range names {
		written[i] = syntax.WrittenName(name)
	}
	return strings.Join(written, ".")
}

// areTogether reports whether some names of a path stand in one attribute path of the text.
func areTogether(n naming, first, last int) bool {
	if n.parts[first].Span.Len() == 0 {
		return false
	}
	path, _ := attrPathAt(n.node.Tree(), n.parts[first].Span)
	return !path.IsZero() && path.Span().Touches(n.parts[last-1].Span.End)
}

// nearWords looks at the words that stand where the value of an option does, and that nothing defines.
func (d *diagnoser) nearWords() {
	for u := range module.UndefinedNames(d.doc.Tree()) {
		if d.isEnough() {
			return
		}
		names := d.optionOf(u.Path)
		if names == nil {
			continue
		}
		o, inList, ok := valueOption(d.pinned.Catalog, names)
		if !ok || u.InWith && d.isUnused(u.Place, names) {
			continue
		}
		d.nearWord(o, u, inList)
	}
}

// nearWord is about a word that nothing defines, where an option has its value. nixpkgs' lib has none of the words that are
// looked for in a with over it, nor any name that is nearly true, false or null; it has some that are nearly a value.
func (d *diagnoser) nearWord(o catalog.Option, u module.Undefined, inList bool) {
	word := strings.Join(strings.Fields(u.Value), "")
	found := Diagnostic{Span: u.Span, Code: CodeNearMiss, Section: d.explain(o.Parts())}
	var known []string
	if o.ValuesInList || !inList {
		known = o.Values
		for _, v := range d.userValues(o) {
			known = append(slices.Clip(known), v.Value)
		}
	}
	if slices.Contains(known, word) {
		quoted := syntax.Quoted(word)
		if o.ValuesInList && !inList && !u.Compared {
			quoted = "[ " + quoted + " ]"
		}
		found.Message = fmt.Sprintf("%s is an undefined variable here; put a string in quotes", oneLine(u.Value))
		found.Fixes = certainIfOne([]Fix{changeTo(u.Span, quoted)})
		d.report(found)
		return
	}
	if u.Node.Kind() != syntax.Identifier {
		return
	}
	var meant []string
	for _, w := range wordsFor(o, inList) {
		if letters(strings.ToLower(word), w) <= 1 {
			meant = append(meant, w)
		}
	}
	isSure := len(meant) == 1
	if !u.InLib {
		var near []string
		if o.ValuesInList == inList || u.Compared {
			near = nearest(word, known)
		}
		isSure = isSure && len(near) == 0 || len(meant) == 0 && len(near) == 1 && isMisspelling(word, near[0])
		for _, value := range near {
			meant = append(meant, syntax.Quoted(value))
		}
	}
	if len(meant) == 0 {
		return
	}
	found.Message = fmt.Sprintf("%s is an undefined variable here; did you mean %s?", word, text.List(meant, "or"))
	for _, w := range meant {
		found.Fixes = append(found.Fixes, changeTo(u.Span, w))
	}
	if isSure {
		found.Fixes = certainIfOne(found.Fixes)
	}
	d.report(found)
}

// wordsFor are the words without quotes that an option takes.
func wordsFor(o catalog.Option, inList bool) []string {
	var words []string
	if o.Kind == catalog.KindBool && !inList {
		words = append(words, "true", "false")
	}
	if o.Nullable && !inList {
		words = append(words, "null")
	}
	return words
}
