package ide

import (
	"cmp"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// ReferenceKind says what a reference does with what it refers to.
type ReferenceKind uint8

// The kinds of references.
const (
	ReferenceRead ReferenceKind = iota
	ReferenceDefinition
	ReferenceDeclaration
)

// String names the kind as the command line shows it.
func (k ReferenceKind) String() string { return [...]string{"read", "definition", "declaration"}[k] }

// Reference is a name or a value that stands for something of jetpack-nixos.
type Reference struct {
	// File is an absolute path, or the name of an open document that is no file.
	File   string
	Mapper *text.Mapper // of the file's text
	Span   text.Span
	Kind   ReferenceKind
}

// References are those in the Nix files of a workspace.
type References struct {
	// Found are sorted by file and offset.
	Found []Reference
	// Complete is false where files were left out, because a bound was reached or a file could not be read.
	Complete bool
}

// Bounds of one search for references.
const (
	mostReferences     = 10_000
	mostReferenceBytes = 16 << 20 // of the texts that are parsed
)

// ReferencesAt are the references of what is under the cursor: where an option is defined or read, by any of its names; the
// same of all options of a set; where a value is given to an option or compared with it; where a package of the scope is
// used, or any of the scope. They are exactly the names and values at which a hover is about the same, but for the names that
// variables are bound by. With declaration, the declaration is among them, where its source is on disk. It reports false where the cursor is on nothing of that kind,
// or on a variable, which is the business of other servers.
func ReferencesAt(sn *workspace.Snapshot, doc *workspace.Document, offset int, declaration bool) (References, bool) {
	q := newQueryAt(sn, doc, offset)
	s, _, ok := q.subjectAt(offset)
	if !ok || q.place.IsVariable() {
		return References{}, false
	}
	return q.references(s, sn.DirOf(doc), declaration)
}

// ReferencesOf are the references of an option or a set of options, by its dotted path, in the Nix files that belong together
// with those in a folder, an absolute path. It reports false where neither the revision that the folder pins nor any other
// has such an option.
func ReferencesOf(sn *workspace.Snapshot, dir, option string, declaration bool) (References, bool) {
	q := &query{sn: sn, pinned: sn.CatalogAt(dir)}
	names := strings.Split(option, ".")
	if !q.pinned.Catalog.IsOwn(names) {
		return References{}, false
	}
	s, ok := q.optionNamed(names)
	if !ok {
		return References{}, false
	}
	return q.references(s, dir, declaration)
}

func (q *query) references(s subject, dir string, declaration bool) (References, bool) {
	to, ok := q.referentOf(s)
	if !ok {
		return References{}, false
	}
	search := referenceSearch{
		query: q, to: to, declaration: declaration, left: mostReferenceBytes,
		names: map[*catalog.Catalog][][]string{},
	}
	search.Complete = true
	complete := q.sn.NixFiles(dir, search.file)
	if q.doc != nil && !search.isSeen {
		search.file(q.doc) // which lies where no modules are expected, or is none of the session's
	}
	search.Complete = search.Complete && complete
	if declaration {
		search.declarations(s)
	}
	slices.SortFunc(search.Found, func(a, b Reference) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Span.Start, b.Span.Start))
	})
	return search.References, true
}

// A referent is what a subject is, in whatever document and revision.
type referent struct {
	kind referentKind
	// path is that of an option, of a set of options, or of a package behind its scope; current is what the option is
	// called today.
	path, current string
	value         string // of an option
	isSet         bool   // everything below the path is part of it
}

type referentKind uint8

const (
	optionReferent referentKind = iota
	valueReferent
	packageReferent
)

// referentOf is what a subject is; there is none for ideas and functions, which stand anywhere.
func (q *query) referentOf(s subject) (referent, bool) {
	switch s := s.(type) {
	case enumValue:
		return referent{valueReferent, s.Path, q.currentPath(s.Path), s.value, false}, true
	case userValue:
		return referent{valueReferent, s.option.Path, q.currentPath(s.option.Path), s.Value, false}, true
	case option:
		return referent{optionReferent, s.Path, q.currentPath(s.Path), "", false}, true
	case otherOption:
		return referent{optionReferent, s.Path, q.currentPath(s.Path), "", false}, true
	case optionSet:
		path := strings.Join(s.path, ".")
		return referent{optionReferent, path, path, "", true}, true
	case scope:
		return scopeReferent(s.name), true
	case member:
		return memberReferent(s.scope + "." + s.Name), true
	case setMember:
		return memberReferent(s.Set + "." + s.Name), true
	case buildProduct:
		return memberReferent(productPath(s.Name)), true
	case absent:
		return s.referent, true
	}
	return referent{}, false
}

func scopeReferent(name string) referent { return referent{packageReferent, name, name, "", true} }

func memberReferent(path string) referent { return referent{packageReferent, path, path, "", false} }

// currentPath is the path that an option was renamed to, by the pinned revision or by the newest, or its own.
func (q *query) currentPath(path string) string {
	for _, c := range [...]*catalog.Catalog{q.pinned.Catalog, q.sn.Library().Newest()} {
		if o, ok := c.Option(path); ok && o.RenamedTo != "" {
			path = o.RenamedTo
		}
	}
	return path
}

// includes reports whether another referent is this one, or part of it.
func (r referent) includes(other referent) bool {
	switch {
	case r.kind != other.kind || r.value != other.value:
		return false
	case r.isSet:
		return isBelow(other.path, r.path) || isBelow(other.current, r.path)
	}
	return r.current == other.current && !other.isSet
}

func isBelow(path, set string) bool { return path == set || strings.HasPrefix(path, set+".") }

// referenceSearch looks for a referent in the files of a workspace.
type referenceSearch struct {
	References
	*query      // that of the cursor
	to          referent
	declaration bool
	left        int  // bytes that may still be parsed
	isSeen      bool // the document with the cursor was searched
	// names are, by catalog, the names of each path by which a file may call the referent.
	names map[*catalog.Catalog][][]string
}

// file looks for the referent in a document. It reports false once the search is over.
func (r *referenceSearch) file(doc *workspace.Document) bool {
	file := cmp.Or(doc.Path, doc.URI)
	r.isSeen = r.isSeen || r.doc != nil && file == cmp.Or(r.doc.Path, r.doc.URI)
	newest := r.sn.Library().Newest()
	isOwn := mayDefine(newest, doc.Text) || mayDefine(r.pinned.Catalog, doc.Text)
	if r.to.kind != packageReferent && !isOwn || !strings.Contains(doc.Text, r.to.value) {
		return true
	}
	q := newQuery(r.sn, doc)
	q.exact = true
	if !r.mayBeIn(doc.Text, q) {
		return true
	}
	if r.left -= len(doc.Text); r.left < 0 {
		r.Complete = false
		return false
	}
	var inPath syntax.Node // that the last one found stands in
	whole := module.Places(doc.Tree(), func(place module.Place) bool {
		if r.sn.Done() {
			return false
		}
		kind, ok := r.kindOf(q, place)
		if !ok {
			return true
		}
		// What is below a set is named by the last of the names that lead to it.
		path := pathAround(place.Node)
		if n := len(r.Found); r.to.isSet && !path.IsZero() && path == inPath {
			r.Found = r.Found[:n-1]
		}
		inPath = path
		if len(r.Found) == mostReferences {
			return false
		}
		r.Found = append(r.Found, Reference{file, doc.Mapper(), place.Span, kind})
		return true
	})
	r.Complete = r.Complete && whole
	return len(r.Found) < mostReferences
}

// pathAround is the attribute path that a name is written in, or begins.
func pathAround(name syntax.Node) syntax.Node {
	up := name.Parent()
	if s, ok := syntax.AsSelect(up); ok && s.From() == name {
		return s.Path().Node
	}
	if _, ok := syntax.AsAttrPath(up); ok {
		return up
	}
	return syntax.Node{}
}

// mayBeIn reports whether a text has all names of a path of the referent. Without them, no reference is in it.
func (r *referenceSearch) mayBeIn(text string, q *query) bool {
	paths, ok := r.names[q.pinned.Catalog]
	if !ok {
		paths = r.namesIn(q.pinned.Catalog, q.sn.Library().Newest())
		r.names[q.pinned.Catalog] = paths
	}
	return slices.ContainsFunc(paths, func(names []string) bool {
		return !slices.ContainsFunc(names, func(name string) bool {
			return name != module.Element && !strings.Contains(text, name)
		})
	})
}

func (r *referenceSearch) namesIn(catalogs ...*catalog.Catalog) [][]string {
	paths := []string{r.to.path, r.to.current}
	for _, c := range catalogs {
		for _, o := range c.Options() {
			if o.RenamedTo != "" && (o.RenamedTo == r.to.current || r.to.isSet && isBelow(o.RenamedTo, r.to.path)) {
				paths = append(paths, o.Path)
			}
		}
	}
	slices.Sort(paths)
	var names [][]string
	for _, path := range slices.Compact(paths) {
		names = append(names, strings.Split(path, "."))
	}
	return names
}

// kindOf is the kind of reference that a place is; false if it is none.
func (r *referenceSearch) kindOf(q *query, place module.Place) (ReferenceKind, bool) {
	path, c := place.Path, q.pinned.Catalog
	defines := optionPath(c, place.Defines) != nil
	if r.to.kind != packageReferent && !defines && q.optionOfPlace(&place) == nil {
		return 0, false // no option, so that no other kind of subject need be tried
	}
	found := place
	s, ok := q.subjectOfPlace(&found)
	if !ok {
		return 0, false
	}
	referent, ok := q.referentOf(s)
	isName := place.Kind == module.DefinedName || place.Kind == module.ReferredName
	if !ok || !r.to.includes(referent) || isName == (r.to.kind == valueReferent) {
		return 0, false
	}
	kind := ReferenceRead
	switch {
	case place.Kind == module.DefinedName && isDeclaration(path, len(optionPath(c, path))):
		kind = ReferenceDeclaration
	case place.Kind == module.DefinedName, place.Kind == module.ValuePlace && !place.Compared, defines:
		kind = ReferenceDefinition
	}
	return kind, kind != ReferenceDeclaration || r.declaration
}

// declarations adds where a subject is declared, by either of its names, unless the search found that.
func (r *referenceSearch) declarations(s subject) {
	r.addDeclaration(s.declaration(r.query))
	if r.to.kind == optionReferent && r.to.current != r.to.path {
		r.addDeclaration(r.optionDeclared(r.to.current))
	}
}

func (r *referenceSearch) addDeclaration(at Location, known bool) {
	if !known {
		return
	}
	doc, ok := r.sn.FileDocument(at.File)
	if !ok {
		doc, _ = workspace.ReadDocument(at.File)
	}
	if doc == nil {
		return // it was removed since
	}
	offset, ok := doc.Mapper().OffsetAt(at.Line, at.Column)
	if !ok {
		return
	}
	span := text.Span{Start: offset, End: offset}
	n := doc.Tree().NodeOf(doc.Tree().TokenAt(offset, nil))
	if path, ok := syntax.AsAttrPath(n.Parent()); ok {
		span = path.Last().Span()
	} else if module.IsString(n) {
		span = n.Span()
	}
	isFound := func(found Reference) bool { return found.File == at.File && found.Span == span }
	if !slices.ContainsFunc(r.Found, isFound) {
		r.Found = append(r.Found, Reference{at.File, doc.Mapper(), span, ReferenceDeclaration})
	}
}
