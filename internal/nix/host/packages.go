package host

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Packages says where the packages of a host come from, and how nixpkgs was imported for them.
type Packages struct {
	// Input is the flake input whose nixpkgs makes the system; empty where that is not known.
	Input string
	// Given says that the host is given its packages, by nixpkgs.pkgs or as an argument of its
	// modules. NixOS then does not look at nixpkgs.config.
	Given bool
	// Config has what the config of nixpkgs gets by each of the names in settings: the
	// definitions in nixpkgs.config in the order in which NixOS merges them, or what given
	// packages were imported with.
	Config map[string][]Definition
	// Open says that the config may have more than that.
	Open bool
	// Overlays says what is laid over the packages.
	Overlays Overlays
}

// settings are the names in the config of nixpkgs that a host tells of.
var settings = []string{"cudaSupport", "cudaCapabilities"}

// packageSource is where the packages of a system come from.
func (s *system) packageSource() Packages {
	p := Packages{Input: s.nixpkgs, Config: map[string][]Definition{}}
	add := func(name string, c candidate) {
		if !s.isSource(&c) {
			p.Config[name] = append(p.Config[name], s.definition(&c))
		}
	}
	given := s.givenPackages()
	p.Overlays = s.overlays(given)
	if given != nil {
		p.Given = true
		set, ok := s.Merged(s.Select(s.Force(given), "config")).(*eval.Attrs)
		p.Open = !ok || set.Rest() != nil
		for _, name := range settings {
			if !ok {
				break
			}
			if a, has := set.Get(name); has {
				d := def{Thunk: a.Thunk, at: a.At, priority: plain}
				if a.Maybe {
					d.perhaps = ambiguous(name)
				}
				add(name, candidate{def: d, value: s.Force(a.Thunk), holds: s.holds(d)})
			}
		}
		return p
	}
	config, isKnown := s.nixpkgsConfig()
	p.Open = !isKnown
	for _, name := range settings {
		for _, c := range config.child(name).candidates(nil) {
			add(name, c)
		}
	}
	return p
}

// nixpkgsConfig are the definitions in nixpkgs.config, in the order in which NixOS merges them, and whether
// these are all.
func (s *system) nixpkgsConfig() (below *level, isKnown bool) {
	at := s.root.at([]string{"nixpkgs", "config"})
	all := at.candidates(nil)
	pointers := make([]*candidate, len(all))
	for i := range all {
		pointers[i] = &all[i]
	}
	ordered, isKnown := inOrder(pointers)
	below = &level{system: s, up: at, path: at.path}
	for _, c := range ordered {
		isKnown = isKnown && c.priority == plain
		below.raw = append(below.raw, c.def)
	}
	below.split()
	return below, isKnown && len(below.holes) == 0
}

// cudaSupport is nixpkgs.config.cudaSupport as pkgs.config has it, unless definitions differ.
func (s *system) cudaSupport() eval.Value {
	config, isKnown := s.nixpkgsConfig()
	level := config.child("cudaSupport")
	all := level.candidates(nil)
	all = slices.DeleteFunc(all, func(c candidate) bool { return c.holds == No })
	isUncertain := func(c candidate) bool { return c.holds != Yes || c.priority != plain || c.value != all[0].value }
	switch {
	case !isKnown || slices.ContainsFunc(all, isUncertain) || level.filter(nil).why != nil:
		return eval.NewSymbol("pkgs", "config", "cudaSupport")
	case len(all) == 0:
		return eval.Bool(false)
	}
	return all[0].value
}

// bare is the symbol of packages before overlays.
const bare = "packages without overlays"

// scope are the packages of jetpack-nixos, as its source makes them: a symbol where that is not known. What is no
// simple value and no function stays a symbol.
func (s *system) scope() eval.Value {
	if s.scopeOf == nil {
		s.scopeOf = s.Lazy(func(e *eval.Evaluator) eval.Value {
			symbol := eval.NewSymbol("pkgs", catalog.ScopeName)
			overlays, ok := s.allOverlays()
			if !ok {
				return symbol
			}
			pkgs := eval.NewAttrs(eval.NewSymbol(bare), s.platformAttrs()...)
			given := eval.NewAttrs(nil, named("pkgs", pkgs), named("overlays", overlays))
			set, ok := e.Merged(e.Select(s.framework("packages", eval.Known(given)), catalog.ScopeName)).(*eval.Attrs)
			if !ok {
				return symbol
			}
			attrs := make([]eval.Attr, 0, set.Len())
			for a := range set.All() {
				if a.Maybe {
					continue
				}
				made := a
				a.Thunk = e.Through(func(e *eval.Evaluator) (eval.Value, *eval.Thunk) {
					if s.mayBeSimple(made) {
						switch v := e.Force(made.Thunk).(type) {
						case *eval.Function, eval.String, eval.Bool, eval.Null, eval.Int:
							return v, made.Thunk
						}
					}
					return e.Select(symbol, made.Name), nil
				})
				attrs = append(attrs, a)
			}
			return eval.NewAttrs(symbol, attrs...)
		})
	}
	return s.Force(s.scopeOf)
}

// mayBeSimple reports whether an attribute may have a simple value, or a function, as it is written: no call of callPackage
// and the like, and nothing that another set has.
func (r *run) mayBeSimple(a eval.Attr) bool {
	if inherit, ok := syntax.AsInherit(a.At.Parent()); ok && !inherit.From().IsZero() {
		return false
	}
	head := a.Node()
	for head.Kind() == syntax.Paren || head.Kind() == syntax.Apply {
		head = head.Child(0)
	}
	name := head.Text()
	if _, isLib := eval.Lib(name[strings.LastIndexByte(name, '.')+1:]); !isLib && a.Node().Kind() == syntax.Apply {
		r.TextOf(a.Node()) // it is looked at all the same
		return false
	}
	return !head.IsZero()
}

// allOverlays are the overlays that a system lays over its packages, if it is known which they are.
func (s *system) allOverlays() (*eval.List, bool) {
	at := s.root.at([]string{"nixpkgs", "overlays"})
	f := at.filter(at.candidates(nil))
	ordered, ok := inOrder(f.winners)
	if !ok || len(f.perhaps) > 0 || f.unseen(false) != nil {
		return nil, false
	}
	all := &eval.List{}
	for _, c := range ordered {
		items, open := s.items(eval.Known(c.value))
		if open != nil {
			return nil, false
		}
		for _, one := range items {
			if one.perhaps != nil {
				return nil, false
			}
			all.Items = append(all.Items, one.Thunk)
		}
	}
	return all, true
}

// givenPackages are the packages that a system is given; nil where it makes its own.
func (s *system) givenPackages() *eval.Thunk {
	if at := s.root.at([]string{"nixpkgs", "pkgs"}); len(at.raw) > 0 {
		return at.raws()
	}
	if i := slices.IndexFunc(s.given, func(a eval.Attr) bool { return a.Name == "pkgs" }); i >= 0 {
		return s.given[i].Thunk
	}
	if _, isArgument := s.args["pkgs"]; isArgument || s.rest != nil || len(s.root.at([]string{"_module", "args", "pkgs"}).raw) > 0 {
		return s.argument("pkgs")
	}
	return nil
}
