package module

import (
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/pattern"
)

// SetKind is a kind of set that functions make in layers, each of which sees the whole.
type SetKind uint8

// The kinds of sets that are made in layers.
const (
	AnySet        SetKind = iota // of makeExtensible, or one that the text does not tell
	PackageSet                   // nixpkgs' package set
	ScopeSet                     // a scope in it, of makeScope
	PythonSet                    // the packages of a Python
	KernelSet                    // the packages of a kernel
	LibSet                       // nixpkgs' lib
	DerivationSet                // the attributes of a derivation
	ArgumentSet                  // the arguments of a package's function
)

// Layer is a function that gives a part of a set, or all of it, and is given the set as it is in the end: an overlay, the function of
// makeScope, the attributes of a derivation.
type Layer struct {
	// Final and Prev are the names of the set in the end and of the set below this layer; the zero Node for a function
	// that is not given it.
	Final, Prev syntax.Node
	// Set says what is made, Name by what name the text knows it; empty where it has none.
	Set  SetKind
	Name string
	// For is the function that the layer is given to; empty where no known one is.
	For string
	// Parent is, for the function of makeScope, what is looked in for the arguments that the scope lacks: the
	// newScope of the call, from which it is selected.
	Parent syntax.Node
	// Lambda is the outer one of the function.
	Lambda syntax.Node
}

// Makes reports whether the layer is all that makes the set, and no change of one.
func (l Layer) Makes() bool { return l.Prev.IsZero() && l.Set != DerivationSet && l.Set != ArgumentSet }

// IsFinal reports whether a node is in, or is, the name of the set in the end. A name that both have is the inner one's.
func (l Layer) IsFinal(lambda syntax.Node) bool {
	return !l.Final.IsZero() && l.Final.Parent() == lambda
}

// AsLayer is the layer that a lambda is, either lambda of two. Where the text uses the function elsewhere by its name, that tells of
// which set: it is gone through for that.
func AsLayer(n syntax.Node) (Layer, bool) {
	l, ok := asLayer(n)
	if own, isLambda := syntax.AsLambda(n); !ok && isLambda {
		return usedMaker(own)
	}
	if !ok || l.For != "" || l.Final.IsZero() || l.Prev.IsZero() {
		return l, ok
	}
	if u := useOf(l.Lambda); u.binding != "" && !isOverlayPath(u.path) {
		if of, isUsed := usedAs(l.Lambda, u.binding); isUsed {
			l.Set, l.Name, l.For = of.Set, of.Name, of.For
		}
	}
	return l, true
}

// LayerHere is AsLayer as far as what is around the lambda tells.
func LayerHere(n syntax.Node) (Layer, bool) { return asLayer(n) }

func asLayer(n syntax.Node) (Layer, bool) {
	own, ok := syntax.AsLambda(n)
	if !ok || !isSimple(own) {
		return Layer{}, false
	}
	if up, ok := syntax.AsLambda(n.Parent()); ok && up.Body() == n && isSimple(up) {
		if l, ok := pair(up, own); ok {
			return l, true
		}
	}
	if inner, ok := syntax.AsLambda(own.Body()); ok && isSimple(inner) {
		return pair(own, inner)
	}
	return single(own)
}

// LambdaAround is the innermost function that gives the names of a set; the zero Node if none does.
func LambdaAround(set syntax.Node) syntax.Node {
	at := set
	for range mostLevels {
		up := at.Parent()
		switch up.Kind() {
		case syntax.Paren:
		case syntax.Binary:
			if _, op := syntax.Operator(up); op != syntax.Update {
				return syntax.Node{}
			}
		case syntax.LetIn, syntax.With, syntax.Assert:
			if !isLast(at) {
				return syntax.Node{}
			}
		case syntax.If:
			if up.Child(0) == at {
				return syntax.Node{}
			}
		case syntax.Apply:
			function, index := callOf(at)
			if w, ok := wrappers[function]; !ok || w.argument != index || w.named || w.element || w.merges {
				return syntax.Node{}
			}
		case syntax.Lambda:
			return up
		default:
			return syntax.Node{}
		}
		at = up
	}
	return syntax.Node{}
}

// pair is the layer of a function final: prev: e.
func pair(outer, inner syntax.LambdaNode) (Layer, bool) {
	l := Layer{Final: outer.Parameter(), Prev: inner.Parameter(), Lambda: outer.Node}
	u := useOf(outer.Node)
	if u.applied > 0 {
		return Layer{}, false
	}
	if of, ok := u.overlaid(); ok {
		l.Set, l.Name, l.For = of.Set, of.Name, u.function
		if set, isKnown := setByNames(l.Final.Text(), l.Prev.Text()); l.Set == AnySet && l.Name == "" && isKnown && set != PackageSet {
			l.Set = set
		}
		return l, true
	}
	if u.function != "" {
		return Layer{}, false
	}
	set, ok := setByNames(l.Final.Text(), l.Prev.Text())
	if !ok {
		return Layer{}, false
	}
	if l.Set = set; set == PackageSet && u.binding != "" && !strings.Contains(strings.ToLower(u.binding), "overlay") {
		l.Set = AnySet
	}
	switch {
	case u.binding == kernelOverlay:
		l.Set = KernelSet
	case set == PackageSet && isOtherOverlay.MatchString(u.binding):
		l.Set = AnySet
	}
	return l, true
}

// kernelOverlay is the member of the scope of jetpack-nixos that overlays the packages of a kernel.
const kernelOverlay = "kernelPackagesOverlay"

// isOtherOverlay matches the names of overlays that may be laid over other sets than the package set.
var isOtherOverlay = pattern.New(`(?i)kernel|python|scope|lib|haskell|cuda|ros|packages`)

// single is the layer of a function self: e, or old: e.
func single(l syntax.LambdaNode) (Layer, bool) {
	inner, isOuter := syntax.AsLambda(l.Body())
	if isOuter && (isSimple(inner) || l.Parameter().Text() != "finalAttrs") {
		return Layer{}, false
	}
	u := useOf(l.Node)
	made := Layer{Final: l.Parameter(), For: u.function, Lambda: l.Node}
	if u.function != "" {
		made.Name = useOf(u.call).binding
	}
	changed := Layer{Prev: l.Parameter(), For: u.function, Lambda: l.Node}
	switch f := u.function; {
	case u.isInList || u.applied > 0:
		return Layer{}, false
	case f == "makeScope" && u.index == 1:
		made.Set, made.Parent = ScopeSet, u.argument(0)
		return made, true
	case f == "makeScopeWithSplicing" && u.index >= 5:
		made.Set, made.Parent = ScopeSet, u.argument(1)
		return made, true
	case f == "makeExtensible" && u.index == 0, f == "makeExtensibleWithCustomName" && u.index == 1, (f == "fix" || f == "fix'") && u.index == 0:
		return made, true
	case u.index == 0 && f == "withPackages" && strings.HasPrefix(baseName(u.callee), "python"):
		made.Set, made.Name = PythonSet, baseName(u.callee)
		return made, true
	case u.index == 0 && (f == "mkDerivation" || buildsPackage.MatchString(f)):
		made.Set, made.Name = DerivationSet, ""
		return made, true
	case u.index == 0 && (f == "overrideAttrs" || f == "overrideDerivation" || f == "overridePythonAttrs"):
		changed.Set, changed.Name = DerivationSet, baseName(u.callee)
		return changed, true
	case u.index == 0 && f == "override":
		changed.Set, changed.Name = ArgumentSet, baseName(u.callee)
		return changed, true
	case f == "" && u.binding == "f":
		set := u.set.Parent()
		if function, _ := callOf(u.set); set.Kind() == syntax.Apply && function == "makeScopeWithSplicing'" {
			made.Set, made.For, made.Name = ScopeSet, function, useOf(useOf(u.set).call).binding
			return made, true
		}
	case f == "" && u.binding == "packageOverrides" && len(u.path) > 1 && u.path[len(u.path)-2].Name == "config":
		changed.Set = PackageSet
		return changed, true
	}
	switch l.Parameter().Text() {
	case "finalAttrs":
		made.Set, made.For, made.Name = DerivationSet, "", ""
		return made, true
	case "prevAttrs":
		changed.Set, changed.For = DerivationSet, ""
		return changed, true
	}
	return Layer{}, false
}

// buildsPackage matches the functions of nixpkgs that make a derivation, and take its attributes as a set or as a function.
var buildsPackage = pattern.New(`^(mk[A-Z][A-Za-z]*Derivation|build[A-Z][A-Za-z]*(Package|Module|Application))$`)

// use is where a function goes.
type use struct {
	// function is the last name of the function that it is given to, callee that function as it is written, call the
	// call, index which argument it is.
	function     string
	callee, call syntax.Node
	index        int
	// isInList says that it is given in a list, list is that.
	isInList bool
	list     syntax.Node
	// binding is the last name of what has it for its value; path is the whole path, and set the set or the let.
	binding string
	path    Path
	set     syntax.Node
	// applied is how many arguments the value is called with on the way.
	applied int
}

// argument is an argument of the call, from 0.
func (u use) argument(i int) syntax.Node {
	call := u.call
	for range u.index - i {
		a, _ := syntax.AsApply(call)
		call = a.Function()
	}
	a, _ := syntax.AsApply(call)
	return a.Argument()
}

// useOf finds where the value of an expression goes, through what hands it on.
func useOf(n syntax.Node) use {
	var u use
	arguments := 0 // that functions around take
	for range mostLevels {
		up := n.Parent()
		switch up.Kind() {
		case syntax.Paren:
		case syntax.Lambda:
			arguments++
		case syntax.LetIn, syntax.With, syntax.Assert:
			if !isLast(n) {
				return u
			}
		case syntax.If:
			if up.Child(0) == n {
				return u
			}
		case syntax.List:
			u.isInList, u.list = true, up
		case syntax.Binary:
			if _, op := syntax.Operator(up); op != syntax.Concat {
				return u
			}
		case syntax.Apply:
			if a, _ := syntax.AsApply(up); a.Function() == n {
				if arguments--; arguments < 0 {
					u.applied, arguments = u.applied+1, 0
				}
				break
			}
			head, index := calleeOf(up.Child(0))
			function := CalleeName(head)
			if w, ok := wrappers[function]; ok && w.argument == index {
				u.isInList = u.isInList || w.element
				break
			}
			if function == "" {
				function = "?"
			}
			u.function, u.callee, u.call, u.index = function, syntax.WithoutParens(head), up, index
			return u
		case syntax.Binding:
			b, _ := syntax.AsBinding(up)
			u.set = up.Parent()
			u.path = append(PathOf(u.set), names(b.Path())...)
			u.binding = u.path.Last()
			return u
		default:
			return u
		}
		n = up
	}
	return u
}

// overlaid is the set that a function of two sets is laid over, with For for the function that lays it, if the use tells.
func (u use) overlaid() (Layer, bool) {
	of := Layer{For: u.function}
	switch f := u.function; {
	case u.isInList && (f == "composeManyExtensions" || f == "appendOverlays"), f == "composeExtensions":
		if f == "appendOverlays" || u.hasOverlayBeside() {
			of.Set = PackageSet
			return of, true
		}
		around := useOf(u.call)
		if outer, ok := around.overlaid(); ok {
			outer.For = f
			return outer, true
		}
		if around.binding == kernelOverlay {
			of.Set = KernelSet
		}
		return of, true
	case u.isInList && f != "":
	case f == "extend", f == "overrideScope", f == "overrideScope'":
		if u.index != 0 {
			return of, false
		}
		set, name := baseOf(u.callee, true, mostBases)
		if set == AnySet && f != "extend" {
			set = ScopeSet
		}
		of.Set, of.Name = set, name
		return of, true
	case f == "extends":
		return of, u.index == 0
	case f == "overrideAttrs":
		of.Set, of.Name = DerivationSet, baseName(u.callee)
		return of, u.index == 0
	case f != "":
	case isOverlayPath(u.path):
		of.Set = PackageSet
		return of, !isMachinePath(u.path)
	case u.binding == "crossOverlays":
		of.Set = PackageSet
		return of, true
	case u.binding == "packageOverrides", u.binding == "pythonPackagesExtensions":
		of.Set = PythonSet
		return of, true
	case u.binding == "overrides" && u.set.Parent().Kind() == syntax.Apply:
		return of, CalleeName(u.set.Parent().Child(0)) == "override"
	}
	return of, false
}

// isMachinePath reports whether a path is that of an option about the machine: hardware.deviceTree.overlays are no overlays of packages.
func isMachinePath(p Path) bool {
	return slices.ContainsFunc(p, func(part Part) bool { return part.Name == "hardware" || part.Name == "deviceTree" })
}

// hasOverlayBeside reports whether an overlay of a flake is composed with the function: x.overlays.default.
func (u use) hasOverlayBeside() bool {
	around := u.list
	if around.IsZero() {
		around = u.call
	}
	left := mostNames
	for n := range around.Children() {
		if left--; left < 0 {
			return false
		}
		for range mostArguments {
			if n.Kind() != syntax.Apply {
				break
			}
			n = n.Child(1)
		}
		if s, ok := syntax.AsSelect(syntax.WithoutParens(n)); ok {
			if p := names(s.Path()); isOverlayPath(p) {
				return true
			}
		}
	}
	return false
}

// mostBases bounds how many names are followed to what a set is.
const mostBases = 16

// baseName is the name of what a function is selected from: dtc, of prev.dtc.overrideAttrs.
func baseName(callee syntax.Node) string {
	s, ok := syntax.AsSelect(syntax.WithoutParens(callee))
	if !ok {
		return ""
	}
	path := names(s.Path())
	if len(path) > 1 {
		return path[:len(path)-1].Last()
	}
	return CalleeName(s.From())
}

// baseOf says what an expression makes in layers, and its name; with isMember, what the expression is selected from.
func baseOf(n syntax.Node, isMember bool, left int) (SetKind, string) {
	n = syntax.WithoutParens(n)
	if left == 0 {
		return AnySet, ""
	}
	switch n.Kind() {
	case syntax.Select:
		s, _ := syntax.AsSelect(n)
		path := names(s.Path())
		if isMember {
			path = path[:len(path)-1]
		}
		if len(path) == 0 {
			return baseOf(s.From(), false, left-1)
		}
		before := CalleeName(s.From())
		if len(path) > 1 {
			before = path[:len(path)-1].Last()
		}
		return setNamed(path.Last(), before), path.Last()
	case syntax.Identifier:
		if isMember {
			return AnySet, ""
		}
		return variable(n, left)
	case syntax.If:
		return baseOf(n.Child(1), false, left-1)
	case syntax.LetIn, syntax.With, syntax.Assert:
		return baseOf(valueOf(n), false, left-1)
	case syntax.Apply:
		head, _ := calleeOf(n)
		switch function := CalleeName(head); function {
		case "linuxPackagesFor", "linuxKernelPackagesFor":
			return KernelSet, ""
		case "import", "nixpkgs":
			if a, _ := syntax.AsApply(n); function == "import" && a.Function().Kind() != syntax.Apply {
				return AnySet, "" // import nixpkgs, without arguments yet
			}
			return PackageSet, ""
		case "extend", "overrideScope", "overrideScope'", "override", "appendOverlays":
			return baseOf(head, true, left-1)
		case "recurseIntoAttrs":
			return baseOf(n.Child(1), false, left-1)
		case "makeScope", "makeScopeWithSplicing", "makeScopeWithSplicing'":
			return ScopeSet, ""
		}
	}
	return AnySet, ""
}

// variable says what a variable stands for.
func variable(n syntax.Node, left int) (SetKind, string) {
	name := n.Text()
	for at, up := n, n.Parent(); !up.IsZero(); at, up = up, up.Parent() {
		switch up.Kind() {
		case syntax.LetIn, syntax.AttrSet:
			if s, ok := syntax.AsAttrSet(up); ok && !s.Recursive() {
				continue
			}
			for c := range syntax.Bindings(up) {
				if b, ok := syntax.AsBinding(c); ok && b.Path().Text() == name && b.Value() != at {
					if set, of := baseOf(b.Value(), false, left-1); set != AnySet {
						return set, of
					}
					return setNamed(name, ""), name
				}
			}
		case syntax.Lambda:
			l, _ := syntax.AsLambda(up)
			if p := l.Parameter(); p.IsZero() || p.Text() != name || !l.Formals().IsZero() {
				continue
			}
			if of, ok := asLayer(up); ok {
				return of.Set, of.Name
			}
			return setNamed(name, ""), name
		}
	}
	return setNamed(name, ""), name
}

var (
	kernelSets = pattern.New(`^(linuxPackages.*|linux_.*|.*[kK]ernelPackages)$`)
	pythonSets = pattern.New(`^(python|pypy)[0-9]*Packages$`)
	scopeSets  = pattern.New(`^(nvidia-jetpack[0-9]*|cudaPackages(_[0-9_]+)?)$`)
	packages   = pattern.New(`^(pkgs|nixpkgs|final|prev|super|self|buildPackages|pkgs[A-Z].*)$`)
)

// setNamed says what is made in layers under a name that nixpkgs has, behind another one.
func setNamed(name, before string) SetKind {
	switch {
	case scopeSets.MatchString(name):
		return ScopeSet
	case kernelSets.MatchString(name), before == "packages" && strings.HasPrefix(name, "linux_"):
		return KernelSet
	case pythonSets.MatchString(name), name == "pkgs" && strings.HasPrefix(before, "python"):
		return PythonSet
	case name == "lib":
		return LibSet
	case packages.MatchString(name), before == "legacyPackages":
		return PackageSet
	}
	return AnySet
}

// argumentNames matches the names that the arguments of overlays have, with what tells of which set they are before or behind.
var argumentNames = [...]*pattern.Pattern{
	pattern.New(`^_?([a-z]*)[-_]?(?:final|self|Final|Self)([A-Z][A-Za-z]*)?$`),
	pattern.New(`^_?([a-z]*)[-_]?(?:prev|super|Prev|Super)([A-Z][A-Za-z]*)?$`),
}

// setByNames says of the two arguments of a function whether they are called as those of overlays are, and of which set.
func setByNames(final, prev string) (SetKind, bool) {
	var of [2]string
	known := false
	for i, name := range [...]string{final, prev} {
		if name == "_" {
			continue
		}
		m := argumentNames[i].FindStringSubmatch(name)
		if m == nil {
			return AnySet, false
		}
		of[i], known = strings.ToLower(m[1]+m[2]), true
		if i == 1 && final != "_" && of[0] != of[1] {
			return AnySet, false
		}
	}
	of[0] = of[0] + of[1]
	switch {
	case !known:
		return AnySet, false
	case of[0] == "" || strings.HasPrefix(of[0], "pkgs"):
		return PackageSet, true
	case strings.HasPrefix(of[0], "py"):
		return PythonSet, true
	case strings.HasPrefix(of[0], "attrs"):
		return DerivationSet, true
	case strings.HasPrefix(of[0], "lib"):
		return LibSet, true
	case strings.HasPrefix(of[0], "kernel"), strings.HasPrefix(of[0], "linux"):
		return KernelSet, true
	case strings.HasPrefix(of[0], "cuda"):
		return ScopeSet, true
	}
	return AnySet, true
}

// usedAs finds where a text uses a function for a layer, by the name that it has there.
func usedAs(lambda syntax.Node, name string) (Layer, bool) {
	for n := range lambda.Tree().Identifiers(name) {
		if path, ok := syntax.AsAttrPath(n.Parent()); ok && path.Parent().Kind() == syntax.Select && path.Last() == n {
			n = path.Parent()
		}
		if of, ok := useOf(n).overlaid(); ok {
			return of, true
		}
	}
	return Layer{}, false
}

// usedMaker is the layer of a function self: e that the text gives, by the name it has there, to a function that makes a set of it.
func usedMaker(l syntax.LambdaNode) (Layer, bool) {
	u := useOf(l.Node)
	_, isOuter := syntax.AsLambda(l.Body())
	source := l.Tree().Source()
	if !isSimple(l) || isOuter || u.function != "" || u.binding == "" || u.applied > 0 || u.isInList || !slices.ContainsFunc(makers[:], func(name string) bool { return strings.Contains(source, name) }) {
		return Layer{}, false
	}
	for n := range l.Tree().Identifiers(u.binding) {
		used := useOf(n)
		made := Layer{Final: l.Parameter(), For: used.function, Lambda: l.Node}
		switch f := used.function; {
		case f == "extends" && used.index == 1:
			used = useOf(used.call)
			if used.function != "makeScope" || used.index != 1 {
				return made, true
			}
			made.For = used.function
			fallthrough
		case f == "makeScope" && used.index == 1:
			made.Set, made.Parent, made.Name = ScopeSet, used.argument(0), useOf(used.call).binding
			return made, true
		case f == "makeExtensible" && used.index == 0:
			made.Name = useOf(used.call).binding
			return made, true
		}
	}
	return Layer{}, false
}

// makers are the functions that make a set of a function, which usedMaker looks for.
var makers = [...]string{"extends", "makeScope", "makeExtensible"}

// Key is a name that a layer gives.
type Key struct {
	Name string
	// Node is where the name stands.
	Node syntax.Node
	// Value is its value, or, for a name that is inherited, what that is inherited from; the zero Node for one of a let
	// around or of an argument.
	Value syntax.Node
	// IsInherited says that an inherit gives it.
	IsInherited bool
}

// mostKeys bounds the names of a layer.
const mostKeys = 2000

// Keys are the names that a layer gives, in the order of the text. They are all of them if whole.
func (l Layer) Keys() (keys []Key, whole bool) {
	lambda, _ := syntax.AsLambda(l.Lambda)
	body := lambda.Body()
	if inner, ok := syntax.AsLambda(body); ok && !l.Final.IsZero() && (!l.Prev.IsZero() || l.Set == DerivationSet) {
		body = inner.Body()
	}
	c := keyCollector{seen: map[string]bool{}}
	whole = c.add(body, mostBases)
	return c.keys, whole
}

// keyCollector collects the names of a layer, each once: of a.b = 1; a.c = 2; the first.
type keyCollector struct {
	keys []Key
	seen map[string]bool
}

func (c *keyCollector) key(key Key) {
	if key.Name != "" && !c.seen[key.Name] && len(c.keys) < mostKeys {
		c.seen[key.Name] = true
		c.keys = append(c.keys, key)
	}
}

func (c *keyCollector) add(n syntax.Node, left int) (whole bool) {
	if left == 0 || len(c.keys) >= mostKeys {
		return false
	}
	switch n = valueOf(n); n.Kind() {
	case syntax.AttrSet:
		whole = true
		for binding := range syntax.Bindings(n) {
			if i, ok := syntax.AsInherit(binding); ok {
				for name := range i.Names() {
					part := partOf(name)
					whole = whole && part.Known
					c.key(Key{part.Name, name, i.From(), true})
				}
				continue
			}
			b, _ := syntax.AsBinding(binding)
			for name := range b.Path().Names() {
				part := partOf(name)
				whole = whole && part.Known
				key := Key{part.Name, name, b.Value(), false}
				if b.Path().Last() != name {
					key.Value = syntax.Node{}
				}
				if b.HasEquals() {
					c.key(key)
				}
				break
			}
		}
		return whole
	case syntax.Binary:
		if _, op := syntax.Operator(n); op == syntax.Update {
			first, second := c.add(n.Child(0), left-1), c.add(n.Child(1), left-1)
			return first && second
		}
	case syntax.If:
		first, second := c.add(n.Child(1), left-1), c.add(n.Child(2), left-1)
		return first && second
	case syntax.Apply:
		head, count := calleeOf(n)
		if w, ok := wrappers[CalleeName(head)]; ok && w.argument == count-1 && !w.named && !w.element && !w.merges {
			return c.add(n.Child(1), left-1)
		}
	}
	return false
}

// Takes reports whether the value of a name is made of what the name stands for below the layer: dtc = prev.dtc.overrideAttrs ….
func (l Layer) Takes(key Key) bool {
	if l.Prev.IsZero() || key.Value.IsZero() {
		return false
	}
	if key.IsInherited {
		return key.Value.Text() == l.Prev.Text()
	}
	for n := range syntax.Descendants(key.Value) {
		s, ok := syntax.AsSelect(n)
		if !ok || s.From().Kind() != syntax.Identifier || s.From().Text() != l.Prev.Text() {
			continue
		}
		for name := range s.Path().Names() {
			if text, _ := syntax.AttrName(name); text == key.Name {
				return true
			}
			break
		}
	}
	return false
}

// ScopeOf is the layer that makes the scope which an expression is, if a call of makeScope stands there.
func ScopeOf(n syntax.Node) (Layer, bool) {
	for range mostBases {
		n = valueOf(n)
		a, ok := syntax.AsApply(n)
		if !ok {
			return Layer{}, false
		}
		argument := syntax.WithoutParens(a.Argument())
		if argument.Kind() == syntax.AttrSet {
			for c := range syntax.Bindings(argument) {
				if b, ok := syntax.AsBinding(c); ok && b.Path().Text() == "f" {
					argument = syntax.WithoutParens(b.Value())
				}
			}
		}
		if l, ok := AsLayer(argument); ok && l.Set == ScopeSet && l.Makes() {
			return l, true
		}
		n = argument // of recurseIntoAttrs
	}
	return Layer{}, false
}

// FileUse is a file that a text uses for a layer: overlays = [ (import ./x.nix) ].
type FileUse struct {
	Path syntax.Node
	// Arguments are those that the function in the file gets before those of the layer.
	Arguments int
	// Of has the set, its name, and what the layer is for. Makes says that it makes the set.
	Set   SetKind
	Name  string
	For   string
	Makes bool
	// IsSet says that the file is used for a set of overlays, by name: overlays = import ./overlays.
	IsSet bool
}

// FileUses are the files that a text uses for layers.
func FileUses(t *syntax.Tree) []FileUse {
	var all []FileUse
	for n := range syntax.Descendants(t.Root()) {
		if f, ok := FileUseAt(n); ok {
			all = append(all, f)
		}
	}
	return all
}

// FileUseAt is the use of a file for a layer, at its path.
func FileUseAt(n syntax.Node) (FileUse, bool) {
	if n.Kind() != syntax.Path || !n.First().IsZero() {
		return FileUse{}, false
	}
	call, ok := syntax.AsApply(outOfParens(n).Parent())
	if !ok || CalleeName(call.Function()) != "import" {
		return FileUse{}, false
	}
	u := useOf(call.Node)
	f := FileUse{Path: n, Arguments: u.applied}
	switch of, ok := u.overlaid(); {
	case ok:
		f.Set, f.Name, f.For = of.Set, of.Name, of.For
		f.IsSet = u.function == "" && !u.isInList && u.path.Last() == "overlays"
	case u.function == "makeScope" && u.index == 1:
		f.Set, f.Name, f.For, f.Makes = ScopeSet, useOf(u.call).binding, u.function, true
	default:
		return FileUse{}, false
	}
	return f, true
}

// ListOf is the list of overlays that a value is an element of, and which element, from 1 of how many; where the list is
// wrapped so that it comes before or behind others, order is the function that does.
func ListOf(n syntax.Node) (element, elements int, order string, ok bool) {
	at := outOfParens(n)
	for at.Parent().Kind() == syntax.Apply {
		at = outOfParens(at.Parent())
	}
	list := at.Parent()
	if u := useOf(at); list.Kind() != syntax.List || !u.isInList || u.function != "" && u.function != "composeManyExtensions" && u.function != "appendOverlays" {
		return 0, 0, "", false
	}
	for c := range list.Children() {
		if elements++; c == at {
			element = elements
		}
	}
	for up := list; up.Kind() != syntax.Binding && !up.IsZero(); up = up.Parent() {
		if function, _ := callOf(up); function == "mkBefore" || function == "mkAfter" {
			order = function
			break
		}
		if up.Parent().Kind() == syntax.Binary {
			elements = 0 // there are others beside the list
		}
	}
	_, ok = useOf(at).overlaid()
	return element, elements, order, ok
}

// Layer is the layer that a lambda of the file is, if it is the one that is used.
func (f FileUse) Layer(lambda syntax.Node) (Layer, bool) {
	own, ok := syntax.AsLambda(lambda)
	if !ok || !isSimple(own) {
		return Layer{}, false
	}
	if f.IsSet {
		return f.named(own)
	}
	around, ok := argumentsAround(lambda)
	if inner, isPair := syntax.AsLambda(own.Parent()); ok && !f.Makes && around == f.Arguments+1 && isPair && isSimple(inner) && inner.Body() == lambda {
		own, around = inner, f.Arguments
	}
	if !ok || around != f.Arguments {
		return Layer{}, false
	}
	l := Layer{Final: own.Parameter(), Set: f.Set, Name: f.Name, For: f.For, Lambda: own.Node}
	if f.Makes {
		return l, true
	}
	inner, ok := syntax.AsLambda(own.Body())
	l.Prev = inner.Parameter()
	return l, ok && isSimple(inner)
}

// named is the overlay that a lambda is which a file gives by a name.
func (f FileUse) named(own syntax.LambdaNode) (Layer, bool) {
	outer, inner := own, own
	if up, ok := syntax.AsLambda(own.Parent()); ok && up.Body() == own.Node {
		outer = up
	} else if inner, ok = syntax.AsLambda(own.Body()); !ok {
		return Layer{}, false
	}
	u := useOf(outer.Node)
	if !isSimple(outer) || !isSimple(inner) || u.function != "" || u.isInList || u.set.Kind() != syntax.AttrSet || len(u.path) != 1 {
		return Layer{}, false
	}
	return Layer{Final: outer.Parameter(), Prev: inner.Parameter(), Set: f.Set, Lambda: outer.Node}, true
}

// argumentsAround is how many functions are around a lambda that is what a file gives in the end.
func argumentsAround(lambda syntax.Node) (count int, ok bool) {
	at := lambda
	for range mostLevels {
		up := at.Parent()
		switch up.Kind() {
		case syntax.File:
			return count, true
		case syntax.Paren:
		case syntax.Lambda:
			count++
		case syntax.LetIn, syntax.With, syntax.Assert:
			if !isLast(at) {
				return 0, false
			}
		default:
			return 0, false
		}
		at = up
	}
	return 0, false
}

// FileLayer is the layer that the file is used for, in its text.
func (f FileUse) FileLayer(t *syntax.Tree) (Layer, bool) {
	n := t.Root()
	for c := range n.Children() {
		if c.Kind().IsExpression() {
			n = c
		}
	}
	for left := f.Arguments; ; left-- {
		n = valueOf(n)
		l, ok := syntax.AsLambda(n)
		if !ok || left == 0 {
			break
		}
		n = l.Body()
	}
	return f.Layer(n)
}

// VariableValue is the expression that a let or a recursive set around a variable gives it; the zero Node where none does.
func VariableValue(n syntax.Node) syntax.Node {
	name := n.Text()
	for at, up := n, n.Parent(); !up.IsZero(); at, up = up, up.Parent() {
		if s, ok := syntax.AsAttrSet(up); up.Kind() != syntax.LetIn && !(ok && s.Recursive()) {
			continue
		}
		for c := range syntax.Bindings(up) {
			if b, ok := syntax.AsBinding(c); ok && b.Path().Text() == name && b.Value() != at {
				return syntax.WithoutParens(b.Value())
			}
		}
	}
	return syntax.Node{}
}

// AddedTo are the names that an expression adds to a set which it takes from the packages before an overlay: prev.NAME.overrideScope of
// a function that is written out, or prev.NAME // { … }. It is not ok for any other expression.
func AddedTo(name string, n syntax.Node) (names []string, ok bool) {
	isFound := func(n syntax.Node, more string) bool {
		s, ok := syntax.AsSelect(syntax.WithoutParens(n))
		if !ok || !s.Default().IsZero() || !isParameter(s.From()) {
			return false
		}
		var path []string
		for part := range s.Path().Names() {
			name, _ := syntax.AttrName(part)
			path = append(path, strings.TrimSuffix(name, "'"))
		}
		return slices.Equal(path, strings.Fields(name+" "+more))
	}
	c := keyCollector{seen: map[string]bool{}}
	switch n = syntax.WithoutParens(n); n.Kind() {
	case syntax.Apply:
		call, _ := syntax.AsApply(n)
		outer, isLambda := syntax.AsLambda(syntax.WithoutParens(call.Argument()))
		inner, takesTwo := syntax.AsLambda(outer.Body())
		ok = isLambda && takesTwo && isFound(call.Function(), "overrideScope") && c.add(inner.Body(), mostBases)
	case syntax.Binary:
		_, op := syntax.Operator(n)
		ok = op == syntax.Update && isFound(n.Child(0), "") && c.add(n.Child(1), mostBases)
	}
	for _, key := range c.keys {
		names = append(names, strings.Clone(key.Name))
	}
	return names, ok
}

// isParameter reports whether a name is the argument of a function around it, or one of those that the function takes by name.
func isParameter(n syntax.Node) bool {
	for up := range syntax.Ancestors(n) {
		l, ok := syntax.AsLambda(up)
		if !ok {
			continue
		}
		if p := l.Parameter(); !p.IsZero() && p.Text() == n.Text() {
			return true
		}
		for formal := range l.Formals().All() {
			if formal.Child(0).Text() == n.Text() {
				return true
			}
		}
	}
	return false
}
