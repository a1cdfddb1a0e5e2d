package ide

import (
	"path"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// sourceTree is the subject of a name for the source of jetpack-nixos, which is fetched as a folder of files.
type sourceTree struct {
	topics
	title     string
	isPatched bool
}

func newSourceTree(title string) sourceTree {
	return sourceTree{topics: topics{concept("without-flakes"), concept("pins"), concept("jetpack-nixos")}, title: title}
}

func (t sourceTree) sheet(q *query) sheet {
	s := sheet{
		title: t.title, what: markup.Prose("source of jetpack-nixos"), rows: []row{q.revisionRow()},
		summary: described("The folder of jetpack-nixos's files. It has no outputs, as a flake has: the module and the overlay are imported from it by their paths."),
	}
	if t.isPatched {
		s.remark("The files are patched before they are used.")
	}
	if newer, ok := q.newerRow(); ok {
		s.rows = append(s.rows, newer)
	}
	s.addAge(q)
	return s
}

func (t sourceTree) declaration(q *query) (Location, bool) {
	return q.declared(func(*catalog.Catalog) (string, int, int) { return "flake.nix", 1, 1 })
}

// A sourceOf is what an expression is of jetpack-nixos: the source as a whole, a flake that getFlake fetches, or a file.
type sourceOf struct {
	pinned    workspace.Pinned
	isFlake   bool
	below     []string // attributes of the flake
	file      string   // within the source
	isPatched bool
}

// mostSources bounds how many names lead to a source.
const mostSources = 4

// sourceOf says what an expression is of jetpack-nixos.
func (q *query) sourceOf(n syntax.Node, left int) (of sourceOf, ok bool) {
	n = syntax.WithoutParens(n)
	if left == 0 || n.IsZero() {
		return of, false
	}
	if part, pinned, ok := q.sn.SourceOf(q.doc, n); ok {
		return sourceOf{pinned: pinned, isFlake: part.IsFlake, below: part.Below, file: part.File}, true
	}
	switch n.Kind() {
	case syntax.SearchPath:
		name, file, _ := strings.Cut(strings.Trim(n.Text(), "<>"), "/")
		if name != "jetpack-nixos" && name != "jetpack" {
			return of, false
		}
		return sourceOf{pinned: q.sn.SearchedPinned(q.doc), file: file}, true
	case syntax.Identifier:
		place := module.At(n.Tree(), n.Span().Start)
		if value := boundTo(n, &place); !value.IsZero() {
			return q.sourceOf(value, left-1)
		}
		return q.inputSource(&place)
	case syntax.Select:
		place := module.At(n.Tree(), n.Span().End-1)
		return q.inputSource(&place)
	case syntax.Apply:
		a, _ := syntax.AsApply(n)
		if module.CalleeName(a.Function()) != "applyPatches" {
			return of, false
		}
		for b := range syntax.Bindings(a.Argument()) {
			binding, isBinding := syntax.AsBinding(b)
			if !isBinding {
				continue
			}
			if name, _ := syntax.AttrName(binding.Path().First()); name == "src" {
				of, ok = q.sourceOf(binding.Value(), left-1)
				of.isPatched = true
				return of, ok && !of.isFlake && of.file == ""
			}
		}
	}
	return of, false
}

// boundTo is the expression that a name stands for: in a let, a rec set, or as the default of a formal.
func boundTo(n syntax.Node, place *module.Place) syntax.Node {
	name := n.Text()
	if l, ok := syntax.AsLambda(place.Binder); ok && place.Origin == module.Argument {
		return defaultOf(l, name)
	}
	for up := range syntax.Ancestors(n) {
		if k := up.Kind(); k != syntax.LetIn && k != syntax.AttrSet || k == syntax.AttrSet && !strings.HasPrefix(up.Text(), "rec") {
			continue
		}
		for b := range syntax.Bindings(up) {
			binding, ok := syntax.AsBinding(b)
			if !ok {
				continue
			}
			first := binding.Path().First()
			if bound, _ := syntax.AttrName(first); bound == name && first.Next().IsZero() && !binding.Value().Span().Contains(n.Span().Start) {
				return binding.Value()
			}
		}
	}
	return syntax.Node{}
}

// defaultOf is the default of a formal; the zero Node for one without any.
func defaultOf(l syntax.LambdaNode, name string) syntax.Node {
	for f := range l.Formals().All() {
		if f.First().Text() == name {
			return f.Child(1)
		}
	}
	return syntax.Node{}
}

// inputSource is what a name that nothing in the text gives a value is of jetpack-nixos: the folder of a flake input, or a source of
// a file that pins them.
func (q *query) inputSource(place *module.Place) (of sourceOf, ok bool) {
	if place.Kind != module.ReferredName {
		return of, false
	}
	name := place.Path.Last()
	flake, isFlake := q.jetpackFlake(place)
	if !isFlake && !q.isPinnedSource(place) || isFlake && flake == nil {
		return of, false
	}
	of.pinned, of.isFlake = q.pinned, isFlake
	if pinned, isKnown := q.sn.InputPinned(q.doc, name); isKnown {
		of.pinned = pinned
	}
	return of, true
}

// isPinnedSource reports whether a name is that of jetpack-nixos among the sources of npins, niv or lon.
func (q *query) isPinnedSource(place *module.Place) bool {
	p := place.Path
	if len(p) < 2 || !p[len(p)-2].Known || !q.isPinnedInput(p.Last()) || q.pinned.Pin.Format == "flake.lock" {
		return false
	}
	of := strings.ToLower(p[len(p)-2].Name)
	return strings.Contains(of, "source") || strings.Contains(of, "pin") || of == "lon" || of == "niv"
}

// subjectOfSource is the subject of what is of jetpack-nixos. It has the query answer for the revision of that.
func (q *query) subjectOfSource(title string, of sourceOf) (subject, bool) {
	before := q.pinned
	q.pinned = of.pinned
	s, ok := subject(nil), false
	switch {
	case of.isFlake && len(of.below) > 0:
		path := make(module.Path, len(of.below))
		for i, name := range of.below {
			path[i] = module.Part{Name: name, Known: true}
		}
		if outputWords[path[0].Name].all != "" && (len(path) < 3 || len(path) == 3 && bySystem[path[0].Name]) {
			s, ok = q.outputNamed("", path.String(), path)
			if a, isAbsent := s.(absentOutput); isAbsent {
				s = a.absent
			}
		}
	case of.isFlake:
		s, ok = flakeOutput{
			title: title, what: "flake", topics: topics{concept("jetpack-nixos"), concept("flake-inputs")},
			summary: described("The flake jetpack-nixos: its outputs, such as `nixosModules.default`, and the folder of its source."),
		}, true
	case of.file == "":
		tree := newSourceTree(title)
		tree.isPatched = of.isPatched
		s, ok = tree, true
	default:
		s, ok = q.fileOfSource(of.file)
	}
	if !ok || s == nil {
		q.pinned = before
	}
	return s, ok
}

// fileOfSource is the subject of a file of jetpack-nixos. There is none for what no revision is known to have.
func (q *query) fileOfSource(name string) (subject, bool) {
	name = path.Clean(name)
	library, c := q.sn.Library(), q.pinned.Catalog
	has, known := library.HasFile(c.Revision, name)
	_, isFile := library.Name("./" + name)
	_, isFolder := library.Name("./" + name + "/default.nix")
	if known && !has && q.pinned.Source == nil {
		past, wasOnce := library.FileHistory(name)
		if !wasOnce || q.pinned.Pin.Fork {
			return nil, false
		}
		return absent{topics: newSourceTree("").topics, title: name, what: "not a file of this revision", past: past}, true
	}
	if !isFile && !isFolder && len(q.madeFrom(name)) == 0 && !(known && has) {
		return nil, false
	}
	s := q.fileNamed(name)
	s.topics = append(s.topics, concept("without-flakes"))
	return q.explained(s)
}

// referredSource finds the subject of a name for a source of jetpack-nixos, or for an output of a flake that is fetched by getFlake.
func (q *query) referredSource(place *module.Place) (subject, bool) {
	n := place.Node
	if n.Kind() == syntax.Parameter {
		l, ok := syntax.AsLambda(place.Binder)
		if !ok {
			return nil, false
		}
		of, ok := q.sourceOf(defaultOf(l, n.Text()), mostSources)
		if !ok {
			return nil, false
		}
		return q.subjectOfSource(n.Text(), of)
	}
	of, names, title := n, []string(nil), place.Path.Last()
	if p, isPath := syntax.AsAttrPath(n.Parent()); isPath && n.Kind() != syntax.Identifier {
		s, ok := syntax.AsSelect(p.Parent())
		if !ok {
			return nil, false
		}
		of = s.From()
		for name := range p.Names() {
			text, known := syntax.AttrName(name)
			if !known {
				return nil, false
			}
			if names = append(names, text); name == n {
				break
			}
		}
	} else if n.Kind() != syntax.Identifier {
		return nil, false
	}
	if len(names) > 0 {
		if source, ok := q.sourceOf(n.Parent().Parent(), mostSources); ok && lastName(n.Parent()) == n && !source.isFlake {
			return q.subjectOfSource(title, source)
		}
	}
	source, ok := q.sourceOf(of, mostSources)
	if !ok || source.file != "" || !source.isFlake && len(names) > 0 {
		return nil, false
	}
	if source.isFlake {
		if place := module.At(q.doc.Tree(), of.Span().End-1); place.Kind == module.ReferredName {
			if flake, isInput := q.jetpackFlake(&place); isInput && flake != nil {
				return nil, false // which has a subject of its own
			}
		}
		if source.below = append(source.below, names...); len(source.below) > 0 && source.below[0] == "outputs" {
			source.below = source.below[1:]
		}
	}
	return q.subjectOfSource(title, source)
}

func lastName(p syntax.Node) (last syntax.Node) {
	for c := range p.Children() {
		last = c
	}
	return last
}

// definedSource finds the subject of a name that a binding gives a source of jetpack-nixos.
func (q *query) definedSource(place *module.Place) (subject, bool) {
	p, ok := syntax.AsAttrPath(place.Node.Parent())
	if !ok || lastName(p.Node) != place.Node {
		return nil, false
	}
	b, ok := syntax.AsBinding(p.Parent())
	if !ok || syntax.WithoutParens(b.Value()).Kind() != syntax.Apply {
		return nil, false
	}
	of, ok := q.sourceOf(b.Value(), mostSources)
	if !ok || of.file != "" || len(of.below) > 0 {
		return nil, false
	}
	return q.subjectOfSource(place.Path.Last(), of)
}

// sourcePath finds the subject of a path into a source of jetpack-nixos: "${jp}/overlay.nix", jp + "/overlay.nix".
func (q *query) sourcePath(place *module.Place) (subject, bool) {
	n := place.Node
	if !module.IsString(n) {
		return nil, false
	}
	from, below := syntax.Node{}, syntax.StringContent(n)
	if first := n.First(); !first.IsZero() {
		s := first.Span()
		if !first.Next().IsZero() || s.Start != below.Start || s.End > place.Offset {
			return nil, false
		}
		from, below.Start = first.Child(0), s.End
	} else if up := n.Parent(); up.Kind() == syntax.Binary && up.Child(1) == n {
		if _, op := syntax.Operator(up); op == syntax.Plus {
			from = up.Child(0)
		}
	}
	file, isPath := strings.CutPrefix(below.Of(q.doc.Text), "/")
	if from.IsZero() || !isPath || file == "" || strings.ContainsAny(file, " \n#") {
		return nil, false
	}
	of, ok := q.sourceOf(from, mostSources)
	if !ok || len(of.below) > 0 {
		return nil, false
	}
	of.isFlake, of.file = false, path.Join(of.file, file)
	s, ok := q.subjectOfSource("", of)
	if ok {
		place.Span = text.Span{Start: below.Start, End: below.End}
	}
	return s, ok
}

// searchedSource finds the subject of <jetpack-nixos> and of a path into that.
func (q *query) searchedSource(place *module.Place) (subject, bool) {
	if place.Node.Kind() != syntax.SearchPath {
		return nil, false
	}
	of, ok := q.sourceOf(place.Node, 1)
	if !ok {
		return nil, false
	}
	return q.subjectOfSource(place.Node.Text(), of)
}
