package host

import (
	"slices"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
)

// Overlays says what is laid over the packages of a host, besides what jetpack-nixos lays there itself.
type Overlays struct {
	// Scopes are the package scopes of jetpack-nixos that overlays of the workspace set, sorted by name, but for those of which
	// all is known that they get: Members.
	Scopes []string
	// Unrelated says that an overlay of an [Unrelated] flake is among them.
	Unrelated bool
	// Open says that an overlay that cannot be looked into is, and that it may set any name.
	Open bool
	// Members are the members that overlays give scopes which they leave as they are otherwise.
	Members []ScopeMember
}

// ScopeMember is a member of a package scope of jetpack-nixos.
type ScopeMember struct{ Scope, Name string }

// Gives reports whether an overlay gives a scope a member, or gives it another that the scope may be.
func (o Overlays) Gives(scope, member string) bool {
	return slices.ContainsFunc(o.Members, func(m ScopeMember) bool { return m.Name == member && catalog.ScopeHas(scope, m.Scope) })
}

// overlays are those of a system: in nixpkgs.overlays, and those that given packages were imported with; nil for none.
func (s *system) overlays(given *eval.Thunk) Overlays {
	var o Overlays
	for _, c := range s.root.at([]string{"nixpkgs", "overlays"}).candidates(nil) {
		if c.holds != No && !s.isSource(&c) {
			s.addOverlays(&o, c.Thunk)
		}
	}
	if given != nil {
		s.addGiven(&o, given)
	} else {
		config, _ := s.nixpkgsConfig()
		o.Open = o.Open || len(config.holes) > 0 || len(config.child("packageOverrides").raw) > 0
	}
	slices.Sort(o.Scopes)
	o.Scopes = slices.Compact(o.Scopes)
	return o
}

// addGiven adds the overlays that given packages were made with.
func (s *system) addGiven(o *Overlays, given *eval.Thunk) {
	switch v := s.Force(given).(type) {
	case *eval.Symbol:
		if len(v.Path) > 1 && s.inputs.isPackages(v.Path) {
			return // as nixpkgs has them
		}
	case *eval.Attrs:
		if a, ok := v.Get("overlays"); ok {
			s.addOverlays(o, a.Thunk)
			return
		}
	}
	o.Open = true
}

func (s *system) addOverlays(o *Overlays, list *eval.Thunk) {
	all, open := s.items(list)
	o.Open = o.Open || open != nil
	for _, one := range all {
		s.addOverlay(o, one.Thunk)
	}
}

func (s *system) addOverlay(o *Overlays, overlay *eval.Thunk) {
	v := s.Force(overlay)
	if f, ok := v.(*eval.Function); ok {
		v = s.Merged(s.ApplyAll(f, eval.Known(eval.NewSymbol("final")), eval.Known(eval.NewSymbol("prev"))))
	}
	set, ok := v.(*eval.Attrs)
	if !ok {
		s.addForeign(o, v, overlay)
		return
	}
	for a := range set.All() {
		if _, isScope := catalog.ScopeMajor(a.Name); !isScope {
			continue
		}
		members, ok := s.added(a)
		if !ok {
			o.Scopes = append(o.Scopes, a.Name)
		}
		for _, name := range members {
			o.Members = append(o.Members, ScopeMember{a.Name, name})
		}
	}
	if set.Rest() != nil {
		s.addForeign(o, set.Rest(), overlay)
	}
}

// added are the names that an overlay gives the scope which it finds under an attribute's name; false where it does more than that.
func (s *system) added(a eval.Attr) (names []string, ok bool) {
	isFound := func(v eval.Value, more ...string) bool {
		symbol, ok := v.(*eval.Symbol)
		return ok && slices.Equal(symbol.Path, append([]string{"prev", a.Name}, more...))
	}
	v := s.Force(a.Thunk)
	switch of := v.(type) {
	case *eval.Call:
		isOverride := isFound(of.Function, "overrideScope") || isFound(of.Function, "overrideScope'")
		if !isOverride || len(of.Args) != 1 {
			return nil, false
		}
		f, isFunction := s.Force(of.Args[0]).(*eval.Function)
		if !isFunction {
			return nil, false
		}
		v = s.Merged(s.ApplyAll(f, eval.Known(eval.NewSymbol("self")), eval.Known(eval.NewSymbol("super"))))
		if set, isSet := v.(*eval.Attrs); !isSet || set.Rest() != nil {
			return nil, false
		}
	case *eval.Attrs:
		if of.Rest() == nil || !isFound(of.Rest()) {
			return nil, false
		}
	}
	set, ok := v.(*eval.Attrs)
	if !ok {
		return nil, false
	}
	for a := range set.All() {
		names = append(names, a.Name)
	}
	return names, true
}

// addForeign adds an overlay from outside of the workspace.
func (s *system) addForeign(o *Overlays, v eval.Value, overlay *eval.Thunk) {
	switch kind, _ := s.kind(v, overlay); kind {
	case Jetpack, Nixpkgs, Harmless:
	case Unrelated:
		o.Unrelated = true
	default:
		o.Open = true
	}
}
