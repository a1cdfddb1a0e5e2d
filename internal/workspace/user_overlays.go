package workspace

import (
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pattern"
	"jetpills/internal/text"
)

// overlaying is what a text says of overlays.
type overlaying struct {
	// scopes are the package scopes of jetpack-nixos that the text may define; all of them where a name is put together.
	scopes []string
	all    bool
	// added are the members that the text adds to scopes which it leaves as they are otherwise.
	added []host.ScopeMember
	// of are the names before .overlays and .overlay: flakes that have overlays, among others.
	of []string
	// gives are the names that the text's overlays give, without their file.
	gives []UserMember
	// files are those that the text uses for overlays.
	files []usedFile
}

// says reports whether there is anything.
func (o overlaying) says() bool {
	return len(o.scopes)+len(o.added)+len(o.of)+len(o.gives)+len(o.files) > 0 || o.all
}

// MayChangeScope reports whether an overlay of the user's, or of a flake that the user's files take overlays from, may change a package
// scope of jetpack-nixos; or whether one may, because not all files of the user's were seen.
func (s *Snapshot) MayChangeScope(d *Document, scope string) bool {
	var unrelated []string
	if entry, _ := s.entry(s.DirOf(d)); entry != "" {
		unrelated = s.pins.Unrelated(filepath.Dir(entry))
	}
	input := filepath.Base(s.Catalog(d).Pin.Input)
	isForeign := func(name string) bool {
		return host.InputOf(name, "") == host.Foreign && name != input && !slices.Contains(unrelated, name)
	}
	isIn := func(changed string) bool { return catalog.ScopeHas(scope, changed) }
	return slices.ContainsFunc(s.userModules(d), func(m userModule) bool {
		return m.overlays().all || slices.ContainsFunc(m.overlays().scopes, isIn) || slices.ContainsFunc(m.overlays().of, isForeign)
	}) || !s.SawUserModules(d)
}

// MayGiveMember reports whether an overlay of the user's adds a member to a package scope of jetpack-nixos.
func (s *Snapshot) MayGiveMember(d *Document, scope, member string) bool {
	return slices.ContainsFunc(s.userModules(d), func(m userModule) bool {
		return host.Overlays{Members: m.overlays().added}.Gives(scope, member)
	})
}

// hasOverlays matches what may name a flake's overlays.
var hasOverlays = pattern.New(`([A-Za-z_][A-Za-z0-9_'-]*)\.overlays?\b`)

// noFlakes have an attribute overlays that is no flake's: an option, or what packages were made with.
var noFlakes = []string{"nixpkgs", "self", "outputs", "config", "options", "pkgs", "final", "prev"}

// mayOverlay is false for most texts that say nothing of overlays that matters. It does not parse them.
func mayOverlay(words *text.Words) bool {
	return words.Finds(scopeName) || words.Has(".overlay")
}

// scopeName is the name of a scope. The options below hardware.nvidia-jetpack, which most texts of a Jetson set, are none.
var scopeName = text.Sought{Name: "the name of a scope", Reach: len("hardware." + catalog.ScopeName), Find: findScopeName}

func findScopeName(source string, from, to int) int {
	for {
		i := strings.Index(source[from:min(to+len(catalog.ScopeName)-1, len(source))], catalog.ScopeName)
		if i < 0 {
			return -1
		}
		if from += i; !strings.HasSuffix(source[:from], "hardware.") {
			return from
		}
		from++
	}
}

// mostCompared bounds the texts that are parsed at an edit, in bytes: others are taken to say something else than before.
const mostCompared = 64 << 10

// sameOverlays reports whether two versions of a document say the same of overlays.
func sameOverlays(a, b *Document) bool {
	if !mayOverlay(a.words) && !mayOverlay(b.words) {
		return true
	}
	x, y := a.overlaying, b.overlaying
	return len(a.Text) <= mostCompared && len(b.Text) <= mostCompared &&
		x().all == y().all && slices.Equal(x().scopes, y().scopes) && slices.Equal(x().added, y().added) && slices.Equal(x().of, y().of)
}

// overlayingIn is what a text says of overlays.
func overlayingIn(source, file string, words *text.Words, tree func() *syntax.Tree, mapper func() *text.Mapper) overlaying {
	var o overlaying
	o.addLayers(tree(), file, mapper())
	var uses [][]string
	if words.Has(".overlay") {
		uses = hasOverlays.FindAllStringSubmatch(source, -1)
	}
	for _, m := range uses {
		if name := m[1]; !slices.Contains(noFlakes, name) && !slices.Contains(o.of, name) {
			o.of = append(o.of, strings.Clone(name))
		}
	}
	if words.Finds(scopeName) {
		o.addScopes(tree())
	}
	return o
}

// addScopes adds the scopes that a text gives values, in overlays or elsewhere, but for options of that name and variables.
func (o *overlaying) addScopes(tree *syntax.Tree) {
	add := func(name string) {
		if _, isScope := catalog.ScopeMajor(name); isScope && !slices.Contains(o.scopes, name) {
			o.scopes = append(o.scopes, strings.Clone(name))
		}
	}
	for n := range syntax.Descendants(tree.Root()) {
		switch n.Kind() {
		case syntax.Binding:
			b, _ := syntax.AsBinding(n)
			if n.Parent().Kind() != syntax.AttrSet || !strings.Contains(b.Path().Text(), catalog.ScopeName) {
				continue
			}
			path := module.PathOf(b.Value())
			for i, part := range path {
				if isOption := i > 0 && path[i-1].Name == "hardware"; !part.Known || isOption {
					continue
				}
				names, isAdded := module.AddedTo(part.Name, b.Value())
				if !isAdded || i < len(path)-1 {
					add(part.Name)
				}
				for _, name := range names {
					o.added = append(o.added, host.ScopeMember{Scope: strings.Clone(part.Name), Name: name})
				}
			}
		case syntax.Inherit:
			i, _ := syntax.AsInherit(n)
			for name := range i.Names() {
				if text, ok := syntax.AttrName(name); ok && n.Parent().Kind() == syntax.AttrSet {
					add(text)
				}
			}
		case syntax.String:
			if !strings.HasPrefix(n.Text(), `"`+catalog.ScopeName) {
				continue
			}
			// A name that a function gets, or one that is put together.
			up := n.Parent()
			if up.Kind() == syntax.Dynamic {
				up = up.Parent()
			}
			isRead := up.Kind() == syntax.AttrPath && up.Parent().Kind() != syntax.Binding
			if isRead || module.IsAsked(n) {
				continue
			}
			text, isWhole := syntax.StringValue(n)
			o.all = o.all || !isWhole
			if up.Kind() != syntax.AttrPath {
				add(text)
			}
		}
	}
}
