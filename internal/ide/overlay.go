package ide

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/workspace"
)

// setWords are what a set that is made in layers is called: alone, as it is in the end, below a layer, and for what its names are.
var setWords = map[module.SetKind]struct{ set, final, prev, attribute string }{
	module.AnySet:        {"set that is extended", "set that is extended as it is in the end", "set that is extended as it was before this change", "attribute"},
	module.PackageSet:    {"package set", "package set as it is in the end", "package set before this overlay", "attribute"},
	module.ScopeSet:      {"scope", "scope as it is in the end", "scope as it was before this overlay", "attribute"},
	module.PythonSet:     {"set of Python packages", "set of Python packages as it is in the end", "set of Python packages as it was before this overlay", "attribute"},
	module.KernelSet:     {"set of kernel packages", "set of kernel packages as it is in the end", "set of kernel packages as it was before this overlay", "attribute"},
	module.LibSet:        {"library of nixpkgs", "nixpkgs' `lib` as it is in the end", "nixpkgs' `lib` as it was before this extension", "attribute"},
	module.DerivationSet: {"derivation", "derivation as it is in the end", "derivation as it was before this change", "attribute"},
	module.ArgumentSet:   {"package", "package as it is in the end", "package as it was before this change", "argument"},
}

// layerSentences say what an argument, the first %s, is; the second is what the set is called.
var layerSentences = map[module.SetKind]struct{ final, prev, maker string }{
	module.AnySet: {
		"%s is %s with all that is laid over it, this function too.", "%s is %s without this function and those after it.",
		"%s is %s itself: what this function gives, and what is laid over it later.",
	},
	module.PackageSet: {
		"%s is %s with every overlay applied, this one and later ones too. Take from it what you use.",
		"%s is %s with only the overlays before this one. Take from it the package that you replace.", "",
	},
	module.ScopeSet: {
		"%s is %s with all that is laid over it, this overlay too. Take from it the members that you use.",
		"%s is %s without this overlay and those after it. Take from it the member that you replace.",
		"%s is %s itself: what this function gives, its `callPackage`, and what is laid over it later.",
	},
	module.PythonSet: {
		"%s is %s with every overlay applied, this one too. It is not `pkgs`.",
		"%s is %s without this overlay and those after it. It is not `pkgs`.", "%s is %s, of which the function picks some. It is not `pkgs`.",
	},
	module.KernelSet: {
		"%s is %s with every overlay applied, this one too. It is not `pkgs`.",
		"%s is %s without this overlay and those after it. It is not `pkgs`.", "",
	},
	module.LibSet: {
		"%s is %s with every extension applied, this one too.", "%s is %s without this extension and those after it.", "",
	},
	module.DerivationSet: {
		"%s are the attributes of %s with every override applied, later ones too.",
		"%s are the attributes of %s without this change and those after it.", "",
	},
	module.ArgumentSet: {"", "%s are the arguments that the function of %s gets without this change.", ""},
}

// layerArgument is the subject of an argument of a layer, whatever it is called: final, prev, self, old.
type layerArgument struct {
	undeclared
	topics
	name    string
	layer   module.Layer
	isFinal bool
	// isNamed says that it stands where the function names it, not where it is used.
	isNamed bool
	by      string // the file that uses this one for a layer
}

// layerOf is the layer that a lambda of the document is, as the document says or another file that uses it for one.
func (q *query) layerOf(lambda syntax.Node) (l module.Layer, by string, ok bool) {
	if lambda.IsZero() {
		return l, "", false
	}
	known, isKnown := q.layers.of[lambda]
	if !isKnown {
		known.Layer, known.by, known.ok = q.findLayer(lambda)
		if q.layers.of == nil {
			q.layers.of = map[syntax.Node]foundLayer{}
		}
		q.layers.of[lambda] = known
	}
	return known.Layer, known.by, known.ok
}

// layers are what is known of the layers of a document: a search for references asks about each of its names.
type layers struct {
	of      map[syntax.Node]foundLayer
	keys    map[syntax.Node]layerKeys
	members map[string]map[string]workspace.UserMember
}

type foundLayer struct {
	module.Layer
	by string
	ok bool
}

// layerKeys are the names that a layer gives, with all by name.
type layerKeys struct {
	byName map[string]module.Key
	whole  bool
}

func (q *query) keysOf(l module.Layer) layerKeys {
	known, ok := q.layers.keys[l.Lambda]
	if !ok {
		known.byName = map[string]module.Key{}
		var keys []module.Key
		keys, known.whole = l.Keys()
		for _, key := range keys {
			known.byName[key.Name] = key
		}
		if q.layers.keys == nil {
			q.layers.keys = map[syntax.Node]layerKeys{}
		}
		q.layers.keys[l.Lambda] = known
	}
	return known
}

func (q *query) findLayer(lambda syntax.Node) (l module.Layer, by string, ok bool) {
	const most = 64 // searches through the whole text
	if l, ok = module.LayerHere(lambda); len(q.layers.of) < most {
		l, ok = module.AsLayer(lambda)
	}
	if ok && l.For != "" {
		return l, "", true
	}
	if parameter, isLambda := syntax.AsLambda(lambda); !isLambda || !parameter.Formals().IsZero() {
		return l, "", ok
	}
	if use, by, isUsed := q.sn.FileUse(q.doc); isUsed {
		if used, isIt := use.Layer(lambda); isIt {
			return used, by, true
		}
	}
	return l, "", ok
}

// argument finds the subject of an argument of an overlay, a scope or a derivation.
func (q *query) layerArgument(place *module.Place) (subject, bool) {
	if len(place.Path) != 1 || place.Binder.IsZero() || place.Origin != module.Argument && place.Kind != module.OverlayArgument {
		return nil, false
	}
	l, by, ok := q.layerOf(place.Binder)
	if !ok {
		return nil, false
	}
	a := layerArgument{
		name: place.Path.Last(), layer: l, by: by,
		isFinal: l.IsFinal(place.Binder), isNamed: place.Node.Kind() == syntax.Parameter,
	}
	a.topics = layerTopics(l)
	if l.Set == module.PackageSet && !a.isNamed && q.mayBeWrong(a, place.Node) {
		a.topics = append(topics{concept("final-or-prev")}, a.topics...)
	}
	return a, true
}

// layerTopics are those of an argument of a layer.
func layerTopics(l module.Layer) topics {
	switch l.Set {
	case module.PackageSet:
		return topics{concept("overlay-function"), concept("overlays")}
	case module.ScopeSet:
		if l.Makes() {
			return topics{function("makeScope"), concept("scopes")}
		}
		return topics{function("overrideScope"), concept("scopes")}
	case module.KernelSet:
		return topics{concept("kernel-package-overlays"), function("extend"), concept("overlay-function")}
	case module.DerivationSet:
		return topics{concept("final-attrs"), function("overrideAttrs")}
	case module.ArgumentSet:
		return topics{function("override")}
	}
	return topics{function(l.For), function("extend"), concept("overlay-function")}
}

// mayBeWrong reports whether the other argument may be meant where one is used: the finished set for what this overlay replaces by it, or the
// set below for what the overlay does not replace.
func (q *query) mayBeWrong(a layerArgument, n syntax.Node) bool {
	s, ok := syntax.AsSelect(n.Parent())
	if !ok {
		return false
	}
	selected := ""
	for name := range s.Path().Names() {
		selected, _ = syntax.AttrName(name)
		break
	}
	if key, isSet := q.keysOf(a.layer).byName[selected]; isSet {
		return a.isFinal && !key.Value.IsZero() && key.Value.Span().Touches(n.Span().Start)
	}
	return !a.isFinal && !strings.HasPrefix(selected, "lib")
}

func (a layerArgument) sheet(q *query) sheet {
	words, sentences := setWords[a.layer.Set], layerSentences[a.layer.Set]
	if a.layer.Set == module.DerivationSet || a.layer.Set == module.ArgumentSet {
		words.final, words.prev = words.attribute+"s of the "+words.final, words.attribute+"s of the "+words.prev
	}
	what, says := words.prev, sentences.prev
	switch {
	case a.isFinal && a.layer.Makes():
		what, says = words.final, sentences.maker
	case a.isFinal:
		what, says = words.final, sentences.final
	}
	set := markup.Format("the %s", setCalled(a.layer))
	switch a.layer.For {
	case "fix", "fix'":
		what, says, set = "result of the function as it is in the end", "%s is %s.", markup.Prose("what this function gives in the end")
	case "overridePythonAttrs":
		what, says = "arguments of the Python package's builder as they were before this change", "%s are the arguments that the builder of %s gets without this change."
	}
	out := sheet{title: a.name, what: markup.Prose(what), summary: summary{first: markup.Format(says, markup.Code(a.name), set)}}
	if a.by != "" {
		out.addBrief("Used by", markup.Code(q.nearPath(a.by)), markup.Format("used by %s", markup.Code(q.nearPath(a.by))))
	}
	if a.isNamed {
		q.addKeys(&out, a.layer)
		if a.layer.Set == module.PackageSet {
			q.addOrder(&out, a.layer.Lambda)
		}
	}
	return out
}

// addOrder says when an overlay comes, as far as the list around it tells.
func (q *query) addOrder(s *sheet, overlay syntax.Node) {
	element, elements, order, ok := module.ListOf(overlay)
	if !ok {
		return
	}
	var all []markup.Text
	if elements > 1 {
		all = append(all, markup.Format("%s of %s in this list, which NixOS or nixpkgs applies from first to last", fmt.Sprint(element), fmt.Sprint(elements)))
	}
	switch order {
	case "mkBefore":
		all = append(all, markup.Prose("`mkBefore` puts the list before those of other modules"))
	case "mkAfter":
		all = append(all, markup.Prose("`mkAfter` puts the list behind those of other modules"))
	}
	s.add("Order", markup.Join(all, "; "))
}

// nearPath is a file as seen from the document.
func (q *query) nearPath(file string) string {
	near, _, _ := strings.Cut(q.lineIn(file, 0), ":0")
	return near
}

// mostKeys is how many names of a layer a hover shows.
const mostKeys = 12

// addKeys says what a layer gives, and what of that replaces something of jetpack-nixos.
func (q *query) addKeys(s *sheet, l module.Layer) {
	if l.Set == module.DerivationSet || l.Set == module.ArgumentSet {
		return
	}
	keys, whole := l.Keys()
	var all, replaced, outside []string
	for _, key := range keys {
		all = append(all, key.Name)
		switch {
		case q.isUpstreams(l, key.Name):
			replaced = append(replaced, key.Name)
		case key.IsInherited && !key.Value.IsZero():
			outside = append(outside, key.Name)
		}
	}
	name := "Sets"
	if l.Makes() {
		name = "Members"
	}
	s.add(name, folded(all, whole))
	if len(replaced) > 0 {
		s.add("Replaces", markup.Format("%s, of jetpack-nixos", folded(replaced, true)))
	}
	if l.Makes() {
		s.add("From outside", folded(outside, true))
		s.add("Parent", q.parentOf(l))
	}
}

// parentOf says where a scope looks for what it lacks.
func (q *query) parentOf(l module.Layer) markup.Text {
	from, ok := syntax.AsSelect(syntax.WithoutParens(l.Parent))
	if !ok || from.Path().Text() != "newScope" {
		return markup.Text{}
	}
	code := markup.Code(from.From().Text())
	place := module.At(q.doc.Tree(), from.From().Span().Start)
	if around, _, isLayer := q.layerOf(place.Binder); isLayer && len(place.Path) == 1 {
		return markup.Format("%s, the %s", code, setCalled(around))
	}
	return code
}

// folded are names with how many there are, the first of them where they are many.
func folded(all []string, whole bool) markup.Text {
	switch {
	case len(all) == 0:
		return markup.Text{}
	case len(all) > mostKeys:
		return markup.Format("%s names, among them %s", fmt.Sprint(len(all)), markup.Codes(all[:mostKeys]))
	case !whole:
		return markup.Format("%s, and others that the text does not name", markup.Codes(all))
	}
	return markup.Codes(all)
}

// isUpstreams reports whether a name that a layer gives is one of jetpack-nixos, as far as the revision is known.
func (q *query) isUpstreams(l module.Layer, name string) bool {
	if q.inCheckout() || l.Makes() {
		return false
	}
	c := q.pinned.Catalog
	if l.Set == module.PackageSet {
		return slices.ContainsFunc(c.OverlayAttributes(), func(a catalog.Attribute) bool { return a.Name == name })
	}
	if _, ok := catalog.ScopeMajor(l.Name); !ok || l.Set != module.ScopeSet {
		return false
	}
	has, known := c.HasMember(l.Name, "", name)
	return has && known
}

// layerName is the subject of a name in a set that is made in layers: where an argument of a layer has it, and where the layer gives it.
type layerName struct {
	topics
	name, set string
	what      markup.Text
	says      markup.Text
	// declared is where the user's files give it; without a file where they don't. isBefore says that the name means what
	// was there before.
	declared Location
	isBefore bool
	layer    module.Layer
	scope    module.Layer // that the name is, if it is one
}

func (n layerName) sheet(q *query) sheet {
	title := n.name
	if n.set != "" {
		title = n.set + "." + n.name
	}
	out := sheet{title: title, what: n.what, summary: summary{first: n.says}}
	if n.declared.File != "" {
		at := markup.Code(q.lineIn(n.declared.File, n.declared.Line))
		if n.isBefore {
			out.addBrief("Replaced", at, markup.Format("replaced in %s", at))
		} else {
			out.addBrief("Defined", at, at)
		}
	}
	if !n.scope.Lambda.IsZero() {
		q.addKeys(&out, n.scope)
	}
	return out
}

func (n layerName) declaration(*query) (Location, bool) { return n.declared, n.isOwn() }

// isOwn says that the name is the user's: a jump leads to where it is defined, and not to a pill.
func (n layerName) isOwn() bool { return n.declared.File != "" && !n.isBefore }

// at is a node of the document as a location.
func (q *query) at(n syntax.Node) Location {
	line, column := q.doc.Mapper().LineColumn(n.Span().Start)
	file := q.doc.Path
	if file == "" {
		file = q.doc.URI
	}
	return Location{File: file, Line: line, Column: column}
}

// nameInLayer finds the subject of a name that is selected from an argument of a layer.
func (q *query) nameInLayer(place *module.Place) (subject, bool) {
	path, lambda := place.Path, place.Binder
	if !place.Layer.IsZero() {
		path, lambda = place.InLayer, place.Layer
	} else if place.Origin != module.Argument {
		return nil, false
	}
	if len(path) != 2 || path.Last() == "" || place.Node.Kind() == syntax.Parameter {
		return nil, false
	}
	l, _, ok := q.layerOf(lambda)
	if !ok {
		return nil, false
	}
	isFinal := l.IsFinal(lambda)
	name := path.Last()
	if q.inCheckout() && l.Makes() && l.Set == module.ScopeSet && l.Name == "" {
		if p, ok := q.pinned.Catalog.Package(name); ok {
			return newMember(p, catalog.ScopeName), true
		}
	}
	keys := q.keysOf(l)
	if key, ok := keys.byName[name]; ok {
		return q.ownName(l, key, isFinal), true
	}
	set := l.Name
	if l.Set == module.PackageSet {
		set = ""
	}
	if member, ok := q.userMember(set, name); ok && (l.Set == module.PackageSet || l.Set == module.ScopeSet && l.Name != "") && isFinal {
		return member, true
	}
	if s, ok := q.function(place); ok && s != nil {
		return s, true
	}
	if l.Makes() && keys.whole && l.Set != module.PackageSet {
		return nil, true
	}
	return q.foreignName(l, path[0].Name, name, isFinal), true
}

// ownName is the subject of a name that a layer of the document gives.
func (q *query) ownName(l module.Layer, key module.Key, isFinal bool) subject {
	n := q.newLayerName(l, key.Name)
	n.declared, n.isBefore = q.at(key.Node), !isFinal
	switch {
	case l.Makes():
		n.what = markup.Format("attribute of the %s", setCalled(l))
		n.says = markup.Format("%s is what this file gives the %s by that name.", markup.Code(key.Name), setCalled(l))
	case isFinal:
		n.what = attributeOf(l, true)
		n.says = markup.Format("%s is the one that is set here, or that of a later change.", markup.Code(key.Name))
	default:
		n.what = attributeOf(l, false)
		n.says = markup.Format("%s as it was before this change, which replaces it.", markup.Code(key.Name))
		if l.Set == module.DerivationSet {
			n.says = markup.Format("What the package has for %s without this change, which replaces it. Use it to add to that.", markup.Code(key.Name))
		}
		n.topics = append(topics{concept("final-or-prev")}, n.topics...)
	}
	if l.Set == module.DerivationSet {
		n.topics = layerTopics(l)
	}
	if isFinal {
		n.scope, _ = module.ScopeOf(key.Value)
	}
	return n
}

// foreignName is the subject of a name of a set that no file of the user's gives.
func (q *query) foreignName(l module.Layer, argument, name string, isFinal bool) subject {
	n := q.newLayerName(l, name)
	n.what = attributeOf(l, isFinal)
	if isFinal {
		n.says = markup.Format("%s is the one that all others get, with every change.", markup.Code(argument+"."+name))
	} else {
		n.says = markup.Format("%s is the one from before this change, without this one and later ones.", markup.Code(argument+"."+name))
		if l.Set == module.PackageSet {
			n.topics = append(topics{concept("final-or-prev")}, n.topics...)
		}
	}
	switch l.Set {
	case module.DerivationSet:
		n.says = markup.Format("%s is what the derivation has by that name, with every override applied.", markup.Code(argument+"."+name))
		if !isFinal {
			n.says = markup.Format("%s is what the derivation has by that name without this change.", markup.Code(argument+"."+name))
		}
		if name == "finalPackage" {
			n.says = markup.Format("%s is the derivation itself, with every override applied.", markup.Code(argument+"."+name))
		}
	case module.ArgumentSet:
		n.says = markup.Format("%s is the argument that the function of the package gets without this change.", markup.Code(argument+"."+name))
	}
	return n
}

func (q *query) newLayerName(l module.Layer, name string) layerName {
	n := layerName{topics: layerTopics(l), name: name, layer: l}
	if l.Set != module.PackageSet && l.Set != module.DerivationSet && l.Set != module.ArgumentSet {
		n.set = l.Name
	}
	return n
}

// attributeOf is what a name of a set is, as the set is in the end or below a layer.
func attributeOf(l module.Layer, isFinal bool) markup.Text {
	words := setWords[l.Set]
	if isFinal {
		return markup.Format("%s of the %s", words.attribute, markup.Prose(words.final))
	}
	return markup.Format("%s of the %s", words.attribute, markup.Prose(words.prev))
}

// setCalled is what a set is called, with its name.
func setCalled(l module.Layer) markup.Text {
	set := setWords[l.Set].set
	if l.Name == "" || l.Set == module.PackageSet || l.Set == module.LibSet {
		return markup.Prose(set)
	}
	if l.Set == module.AnySet {
		set = "set"
	}
	return markup.Format("%s %s", set, markup.Code(l.Name))
}

// userMember is the subject of a name that an overlay of the user's gives in a scope, or in the package set for an empty one.
func (q *query) userMember(set, name string) (subject, bool) {
	all, ok := q.layers.members[set]
	if !ok {
		all = map[string]workspace.UserMember{}
		for _, m := range q.sn.UserMembers(q.doc, set) {
			if _, isKnown := all[m.Name]; !isKnown {
				all[m.Name] = m
			}
		}
		if q.layers.members == nil {
			q.layers.members = map[string]map[string]workspace.UserMember{}
		}
		q.layers.members[set] = all
	}
	m, ok := all[name]
	if !ok {
		return nil, false
	}
	return q.newUserMember(m), true
}

func (q *query) newUserMember(m workspace.UserMember) layerName {
	n := layerName{
		topics: topics{concept("overlay-function"), concept("overlays")}, name: m.Name, set: m.Set,
		what: markup.Prose("attribute that an overlay of yours sets"), declared: Location{File: m.File, Line: m.Line, Column: m.Column},
	}
	switch {
	case m.Set != "":
		n.topics = topics{function("overrideScope"), concept("scopes")}
		n.what = markup.Format("your attribute of the scope %s", markup.Code(m.Set))
		n.says = markup.Format("A file of yours gives %s to the scope %s.", markup.Code(m.Name), markup.Code(m.Set))
	case m.IsScope:
		n.topics = topics{function("makeScope"), concept("scopes")}
		n.what = markup.Prose("package scope of yours")
		n.says = markup.Format("An overlay of yours makes the scope %s.", markup.Code(m.Name))
		var members []string
		for _, inner := range q.sn.UserMembers(q.doc, m.Name) {
			members = append(members, inner.Name)
		}
		if len(members) > 0 {
			n.says = markup.Format("An overlay of yours makes the scope %s, with %s.", markup.Code(m.Name), folded(slices.Compact(members), true))
		}
	default:
		n.says = markup.Format("An overlay of yours gives %s to the package set.", markup.Code(m.Name))
	}
	return n
}

// userPackage finds the subject of a name that an overlay of the user's gives the package set, or a scope that it makes there.
func (q *query) userPackage(place *module.Place) (subject, bool) {
	names := place.Path.Names(len(place.Path))
	if n := len(names); n < 2 || n > 3 || names[0] != "pkgs" && !q.isPackageSet(place, 0) {
		return nil, false
	}
	if len(names) == 2 {
		return q.userMember("", names[1])
	}
	return q.userMember(names[1], names[2])
}

// definedKey finds the subject of a name that an overlay or the function of a scope gives.
func (q *query) definedKey(place *module.Place) (subject, bool) {
	if place.Written != 1 {
		return nil, false
	}
	set := place.Node.Parent().Parent()
	if place.Node.Parent().Kind() == syntax.AttrPath {
		set = set.Parent()
	}
	if set.Kind() != syntax.AttrSet {
		return nil, false
	}
	around, _, ok := q.layerOf(module.LambdaAround(set))
	if !ok || around.Set == module.DerivationSet || around.Set == module.ArgumentSet || around.Set == module.LibSet {
		return nil, false
	}
	name := place.Path.Last()
	key, ok := q.keysOf(around).byName[name]
	if !ok {
		return nil, false
	}
	n := q.newLayerName(around, name)
	n.scope, _ = module.ScopeOf(key.Value)
	switch code := markup.Code(name); {
	case around.Makes():
		n.what = markup.Format("attribute of the %s", setCalled(around))
		n.says = markup.Format("The %s has %s, and `callPackage` of that finds it.", setCalled(around), code)
		if around.Set != module.ScopeSet {
			n.says = markup.Format("The %s has %s.", setCalled(around), code)
		}
	case !n.scope.Lambda.IsZero():
		n.what = markup.Prose("package scope of yours")
		n.says = markup.Format("This overlay makes the scope %s: a package set with a `callPackage` that finds its members first.", code)
		n.topics = topics{function("makeScope"), concept("scopes")}
	case around.Takes(key):
		n.what = markup.Format("attribute that this overlay replaces")
		n.says = markup.Format("This overlay replaces %s of the %s: it builds the new one from the one before.", code, setCalled(around))
	case q.isUpstreams(around, name):
		n.what = markup.Format("attribute that this overlay sets anew")
		n.says = markup.Format("This overlay sets %s in place of the one of jetpack-nixos, if it comes after that.", code)
	default:
		n.what = markup.Format("attribute that this overlay sets")
		n.says = markup.Format("This overlay gives %s to the %s, in the place of any other of that name.", code, setCalled(around))
	}
	return n, true
}

// overlayTerm is the subject of a name or of a file that is an overlay, with what that sets.
type overlayTerm struct {
	term
	layer module.Layer // of the document
	file  string       // that has it, if another one does
	at    syntax.Node  // where the overlay stands in the document
}

func (o overlayTerm) sheet(q *query) sheet {
	s := o.term.sheet(q)
	if !o.layer.Lambda.IsZero() {
		q.addKeys(&s, o.layer)
	}
	if o.file != "" {
		var names []string
		for _, m := range append(q.sn.UserMembers(q.doc, ""), q.sn.UserMembers(q.doc, o.layer.Name)...) {
			if m.File == o.file && !slices.Contains(names, m.Name) {
				names = append(names, m.Name)
			}
		}
		s.add("Sets", folded(names, true))
	}
	q.addOrder(&s, o.at)
	return s
}

// definedOverlay finds the subject of a name whose value is an overlay: overlays.default.
func (q *query) definedOverlay(place *module.Place) (subject, bool) {
	path, ok := syntax.AsAttrPath(place.Node.Parent())
	b, isBinding := syntax.AsBinding(path.Parent())
	if !ok || !isBinding || path.Last() != place.Node {
		return nil, false
	}
	s, ok := q.definedTerm(place)
	t, isTerm := s.(term)
	if !ok || !isTerm {
		return nil, false
	}
	value := syntax.WithoutParens(b.Value())
	if l, isLayer := module.AsLayer(value); isLayer && l.Set == module.PackageSet && !l.Final.IsZero() {
		return overlayTerm{term: t, layer: l, at: value}, true
	}
	for n := value; ; {
		a, isCall := syntax.AsApply(n)
		if !isCall {
			return nil, false
		}
		if use, isUsed := module.FileUseAt(a.Argument()); isUsed && !use.IsSet {
			return overlayTerm{term: t, file: q.fileOf(a.Argument()), at: value}, true
		}
		n = syntax.WithoutParens(a.Function())
	}
}

// fileOf is the file that a path leads to, default.nix in a folder.
func (q *query) fileOf(path syntax.Node) string {
	file := filepath.FromSlash(path.Text())
	if !filepath.IsAbs(file) {
		file = filepath.Join(q.doc.Dir(), file)
	}
	if filepath.Ext(file) != ".nix" {
		file = filepath.Join(file, "default.nix")
	}
	return file
}

// overlayFile finds the subject of a file that is imported for an overlay or a scope.
func (q *query) overlayFile(place *module.Place) (subject, bool) {
	use, ok := module.FileUseAt(place.Node)
	if !ok || use.Makes || use.IsSet || use.Set == module.DerivationSet {
		return nil, false
	}
	l := module.Layer{Set: use.Set, Name: use.Name}
	t := term{
		title: place.Node.Text(), what: markup.Format("overlay of the %s", setCalled(l)),
		summary: summary{first: markup.Format("The function in this file gives names to add to the %s, or to replace there.", setCalled(l))},
		topics:  append(topics{concept("overlay-function")}, layerTopics(l)...),
	}
	return overlayTerm{term: t, layer: l, file: q.fileOf(place.Node), at: place.Node.Parent()}, true
}

// listedOverlay finds the subject of a variable in a list of overlays.
func (q *query) listedOverlay(place *module.Place) (subject, bool) {
	n := place.Node
	if n.Kind() != syntax.Identifier || len(place.Path) != 1 || place.Origin != module.Local {
		return nil, false
	}
	if _, _, _, isListed := module.ListOf(n); !isListed {
		return nil, false
	}
	l, ok := module.AsLayer(module.VariableValue(n))
	if !ok || l.Final.IsZero() || l.Prev.IsZero() {
		return nil, false
	}
	t := term{
		title: n.Text(), what: markup.Format("overlay of the %s", setCalled(l)),
		summary: summary{first: markup.Format("A function of this file that gives names to add to the %s, or to replace there.", setCalled(l))},
		topics:  append(topics{concept("overlay-function")}, layerTopics(l)...),
	}
	return overlayTerm{term: t, layer: l, at: n}, true
}

// otherFunctions are functions of nixpkgs that make layers or what they are laid over, and have no section of a pill to themselves.
var otherFunctions = map[string]term{
	"linuxPackagesFor": {
		what:    markup.Prose("function of nixpkgs"),
		summary: described("`linuxPackagesFor kernel` is the set of packages for one kernel: the kernel itself, its modules and tools."),
		topics:  topics{concept("kernel-package-overlays"), concept("kernel")},
	},
	"overridePythonAttrs": {
		what:    markup.Prose("function of a Python package"),
		summary: described("`package.overridePythonAttrs (old: { … })` is the package with other arguments of its builder, such as `buildPythonPackage`."),
		topics:  topics{function("overrideAttrs"), function("override")},
	},
}

// otherFunction finds the subject of one of otherFunctions.
func (q *query) otherFunction(place *module.Place) (subject, bool) {
	t, ok := otherFunctions[place.Path.Last()]
	t.title = place.Path.Last()
	return t, ok && place.Origin != module.Local
}
