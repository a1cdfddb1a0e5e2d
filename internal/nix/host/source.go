package host

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// isUpstream reports whether a file is one of the modules of jetpack-nixos.
func (r *run) isUpstream(file string) bool {
	_, is := slices.BinarySearch(r.options.Upstream, file)
	return is
}

// isSource reports whether a definition is one of a flake input whose source is at hand, outside of the workspace.
func (s *system) isSource(c *candidate) bool {
	if len(s.options.Sources) == 0 || c.at.IsZero() {
		return false
	}
	file, _ := s.PathOf(c.at)
	for _, dir := range s.options.Sources {
		if strings.HasPrefix(file, dir+"/") {
			return true
		}
	}
	return false
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
