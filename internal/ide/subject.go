// Package ide is what the product knows how to do: hovers, completions, jumps, diagnostics. Its functions take a
// snapshot, a document and an offset, give plain structs, and know nothing of LSP.
package ide

import (
	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// A subject is what the cursor is about: an option, a package, an overlay. Each kind is a type, in the file that has its
// name; the table kinds says where to look for it.
type subject interface {
	// sheet says what is known of the subject.
	sheet(*query) sheet
	// section is the section of a pill that explains the subject, if one does.
	section(*query) (pill.Section, bool)
	// declaration is where the subject is declared: in the source of jetpack-nixos, if that is on disk, or in a module of
	// the user's. Its Origin is left open.
	declaration(*query) (Location, bool)
}

// A query is a question about a document, with what answers it. One goroutine uses it.
type query struct {
	sn     *workspace.Snapshot
	doc    *workspace.Document
	pinned workspace.Pinned // the jetpack-nixos that holds for the document
	place  module.Place     // what the cursor is on, see subjectAt
	exact  bool             // a name is what it means by itself, not the path that it begins
	layers layers           // what is known of the layers of the document
	typing bool             // the value that is asked about is being typed
	inputs map[string]bool  // whether the lock file pins the names that were asked for, see isPinnedInput
}

func newQuery(sn *workspace.Snapshot, doc *workspace.Document) *query {
	return &query{sn: sn, doc: doc, pinned: sn.Catalog(doc)}
}

// newQueryAt is a query about the code at an offset, of the first revision where hosts of several are made of it.
func newQueryAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) *query {
	return &query{sn: sn, doc: doc, pinned: sn.CatalogsAt(doc, offset)[0]}
}

// kinds are the ways to find a subject, in the order in which they are tried.
var kinds = []struct {
	at module.PlaceKind // what the cursor is on
	in domain
	// find gives the subject of a place; it may widen the place's span. With true and no subject it says that there is
	// nothing to say, and that the ways below need not be tried.
	find func(*query, *module.Place) (subject, bool)
}{
	{module.DefinedName, anyDocument, (*query).option},
	{module.DefinedName, jetpackDocument, (*query).nixosOption},
	{module.DefinedName, jetpackDocument, (*query).changedScope},
	{module.DefinedName, jetpackDocument, (*query).changedCUDASet},
	{module.DefinedName, jetpackDocument, (*query).buildProduct},
	{module.DefinedName, jetpackDocument, (*query).definedHost},
	{module.DefinedName, jetpackDocument, (*query).definedInput},
	{module.DefinedName, jetpackDocument, (*query).definedSource},
	{module.DefinedName, jetpackDocument, (*query).definedOverlay},
	{module.DefinedName, jetpackDocument, (*query).definedTerm},
	{module.DefinedName, jetpackDocument, (*query).madeMember},
	{module.DefinedName, jetpackDocument, (*query).definedMember},
	{module.DefinedName, jetpackDocument, (*query).definedKey},

	{module.ReferredName, anyDocument, (*query).option},
	{module.ReferredName, jetpackDocument, (*query).nixosOption},
	{module.ReferredName, jetpackDocument, (*query).layerArgument},
	{module.ReferredName, jetpackDocument, (*query).listedOverlay},
	{module.ReferredName, jetpackDocument, (*query).scopeOrMember},
	{module.ReferredName, jetpackDocument, (*query).referredSource},
	{module.ReferredName, jetpackDocument, (*query).packageSet},
	{module.ReferredName, jetpackDocument, (*query).buildProduct},
	{module.ReferredName, jetpackDocument, (*query).scopeArgument},
	{module.ReferredName, jetpackDocument, (*query).jetpackFlake},
	{module.ReferredName, jetpackDocument, (*query).referredHost},
	{module.ReferredName, jetpackDocument, (*query).argument},
	{module.ReferredName, jetpackDocument, (*query).flakeOutput},
	{module.ReferredName, jetpackDocument, (*query).optionType},
	{module.ReferredName, jetpackDocument, (*query).otherFunction},
	{module.ReferredName, jetpackDocument, (*query).nameInLayer},
	{module.ReferredName, jetpackDocument, (*query).userPackage},
	{module.ReferredName, jetpackDocument, (*query).function},

	{module.ValuePlace, anyDocument, (*query).value},
	{module.ValuePlace, jetpackDocument, (*query).definedHost},
	{module.ValuePlace, jetpackDocument, (*query).definedInput},
	{module.ValuePlace, jetpackDocument, (*query).pinningAddress},
	{module.ValuePlace, jetpackDocument, (*query).sourcePath},
	{module.ValuePlace, jetpackDocument, (*query).flakeText},
	{module.TextPlace, jetpackDocument, (*query).sourcePath},
	{module.TextPlace, jetpackDocument, (*query).flakeText},
	{module.OverlayArgument, jetpackDocument, (*query).layerArgument},
	{module.FilePlace, anyDocument, (*query).value},
	{module.FilePlace, jetpackDocument, (*query).sourceFile},
	{module.FilePlace, jetpackDocument, (*query).overlayFile},
	{module.FilePlace, jetpackDocument, (*query).searchedSource},
	{module.CommentPlace, jetpackDocument, (*query).namedPill},
	{module.CommentPlace, jetpackDocument, (*query).flakeText},
	{module.CommentPlace, jetpackDocument, (*query).glossaryWord},
	{module.SyntaxPlace, jetpackDocument, (*query).language},
}

// A domain is the documents in which a kind of subject is ours: options are in every Nix file, the rest is anyone's Nix
// outside of a document that deals with jetpack-nixos.
type domain uint8

const (
	anyDocument domain = iota
	jetpackDocument
)

// subjectAt finds what the cursor is about, and where that stands; no subject if it is none of ours. What belongs to a flake
// input is asked of the revision of that.
func (q *query) subjectAt(offset int) (subject, text.Span, bool) {
	q.place = module.At(q.doc.Tree(), offset)
	s, ok := q.subjectOfPlace(&q.place)
	if of, isInput := s.(ofInput); isInput {
		if pinned, isKnown := q.sn.InputPinned(q.doc, of.input()); isKnown && pinned != q.pinned {
			q.pinned, q.place = pinned, module.At(q.doc.Tree(), offset)
			s, ok = q.subjectOfPlace(&q.place)
		}
	}
	if !ok {
		s, ok = q.subjectOfUse()
	}
	if !ok {
		return q.syntaxAt(offset)
	}
	return s, q.place.Span, ok
}

// subjectOfUse finds what a name is about at the uses of it, where the cursor is on the binding that gives it its value.
func (q *query) subjectOfUse() (subject, bool) {
	use, ok := q.place.AsUsed()
	if !ok {
		return nil, false
	}
	isExact := q.exact
	q.exact = true // the path around the name says nothing of its value
	s, ok := q.subjectOfPlace(&use)
	if q.exact = isExact; ok {
		q.place = use
	}
	return s, ok
}

// ofInput is a subject that belongs to a flake input, whose revision counts, whatever hosts are made of the code.
type ofInput interface{ input() string }

// subjectOfPlace finds what a place is about, and widens its span to what is about that.
func (q *query) subjectOfPlace(place *module.Place) (subject, bool) {
	for _, kind := range kinds {
		if kind.at != place.Kind {
			continue
		}
		if kind.in == jetpackDocument && !q.sn.DealsWithJetpack(q.doc) {
			break
		}
		if s, ok := kind.find(q, place); ok {
			return s, s != nil
		}
	}
	return nil, false
}

// explained is a subject that only a pill has something to say of: none if no pill does.
func (q *query) explained(s subject) (subject, bool) {
	if _, ok := s.section(q); !ok {
		return nil, true
	}
	return s, true
}

// topics are what a pill may explain of a subject, the best first. A kind that embeds them is explained by the section
// that explains the first of them.
type topics []pill.Topic

func (t topics) section(q *query) (pill.Section, bool) { return q.sn.Pills().For(t...) }

func concept(name string) pill.Topic { return pill.Topic{Kind: pill.ConceptTopic, Name: name} }

func function(name string) pill.Topic { return pill.Topic{Kind: pill.FunctionTopic, Name: name} }

func output(name string) pill.Topic { return pill.Topic{Kind: pill.OutputTopic, Name: name} }

func generation(major string) pill.Topic { return pill.Topic{Kind: pill.JetPackTopic, Name: major} }

func packageTopic(name string) pill.Topic { return pill.Topic{Kind: pill.PackageTopic, Name: name} }

// undeclared is embedded by kinds that no source declares.
type undeclared struct{}

func (undeclared) declaration(*query) (Location, bool) { return Location{}, false }

// declared is what find gives of the source on disk, by the file's name within it. That source may be of another revision
// than the catalog, so it is asked for a subject by name.
func (q *query) declared(find func(*catalog.Catalog) (file string, line, column int)) (Location, bool) {
	source := q.pinned.Source
	if source == nil {
		return Location{}, false
	}
	name, line, column := find(source.Catalog())
	if name == "" {
		return Location{}, false
	}
	file, ok := source.File(name)
	return Location{File: file, Line: max(line, 1), Column: max(column, 1)}, ok
}
