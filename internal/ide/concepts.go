package ide

import (
	"path"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
	"jetpills/internal/pins"
)

// definedConcept is the subject of a binding's name that a pill explains:
// overlays, inputs, specialArgs.
func (f finder) definedConcept(place module.Place) (subject, bool) {
	names := place.Path.Known()
	if len(names) == 0 {
		return subject{}, false
	}
	last := names.Last()
	s := subject{kind: aboutConcept, span: place.Span, name: last}
	switch {
	case isOverlayScope(place):
		s.note = markup.Format("package scope of jetpack-nixos%s, as this overlay leaves it", f.generationNote(last))
		s.topics = append(packageTopics(last), concept("scopes"))
	case names.String() == "nixpkgs.overlays" || strings.HasSuffix(names.String(), ".nixpkgs.overlays"):
		s.name, s.note = "nixpkgs.overlays", markup.Prose("list of overlays that NixOS applies to `pkgs`, the first one first")
		s.topics = []pill.Topic{concept("overlays"), concept("overlay-order")}
	case place.Path.String() == "outputs.overlays" && isFlake(f.doc.Path):
		s.note = markup.Prose("flake output: overlays by name, each a function `final: prev: { … }`")
		s.topics = []pill.Topic{{Kind: pill.OutputTopic, Name: "overlays"}, concept("overlays")}
	case last == "overlays" && !isSystemOption(names):
		s.note = markup.Prose("list of overlays, applied in order")
		s.topics = []pill.Topic{concept("overlays"), concept("overlay-order")}
	case len(names) > 1 && names[len(names)-2].Name == "overlays" && !isSystemOption(names):
		s.name, s.note = "overlays."+last, markup.Prose("an overlay: a function `final: prev: { … }`")
		s.topics = []pill.Topic{
			{Kind: pill.OutputTopic, Name: "overlays." + last}, concept("overlay-function"), concept("overlays"),
		}
	case last == "follows" && slices.ContainsFunc(names, func(p module.Part) bool { return p.Name == "inputs" }):
		s.note = markup.Prose("makes an input's own input the same as one of this flake's")
		s.topics = []pill.Topic{function("follows"), concept("follows")}
	case names[0].Name == "inputs" && (len(names) <= 3 || len(names) == 4 && names[2].Name == "inputs") && isFlake(f.doc.Path):
		s.note = markup.Prose("what this flake is built from; `flake.lock` pins each input to a revision")
		s.topics = []pill.Topic{function("inputs"), concept("flake-inputs")}
		if len(names) == 1 {
			break
		}
		s.name = names.String()
		if len(names) > 2 && names[2].Name == "inputs" {
			s.note = markup.Format("what the input %s is built from itself", markup.Code(names[1].Name))
			s.topics = []pill.Topic{concept("follows"), function("follows"), concept("flake-inputs")}
		}
	case last == "outputs" && len(names) == 1 && isFlake(f.doc.Path):
		s.note = markup.Prose("what this flake offers: a function of its inputs")
		s.topics = []pill.Topic{function("outputs"), concept("flake-outputs")}
	case f.isFlakeOutput(place.Path):
		s.name, s.note = names[1:].String(), markup.Format("flake output: %s", markup.Prose(flakeOutputs[names[1].Name]))
		s.topics = []pill.Topic{concept("flake-outputs"), function("outputs")}
		if f.inCheckout() {
			s.topics = slices.Insert(s.topics, 0, pill.Topic{Kind: pill.OutputTopic, Name: s.name})
		}
	case last == "specialArgs":
		s.note = markup.Prose("extra arguments for every module of this configuration")
		s.topics = []pill.Topic{function("specialArgs"), concept("special-args")}
	case last == "assertions" || last == "warnings":
		s.note = markup.Prose("checked when the configuration is built, before anything else")
		s.topics = []pill.Topic{concept("assertions")}
	case buildInputs[last]:
		s.note = markup.Prose("what a derivation is built with")
		s.topics = []pill.Topic{function(last)}
		return s, f.explained(s)
	case last == "imports":
		s.note = markup.Prose("other modules that belong to this one")
		s.topics = []pill.Topic{concept("imports")}
	default:
		return f.declaredMember(place)
	}
	return s, true
}

// flakeOutputs are the outputs that flakes have, by name.
var flakeOutputs = map[string]string{
	"nixosConfigurations": "NixOS systems by name", "nixosModules": "NixOS modules by name",
	"packages": "packages by system and name", "legacyPackages": "package sets by system",
	"devShells": "development shells by system and name", "checks": "what `nix flake check` builds, by system and name",
	"apps": "programs for `nix run`, by system and name", "formatter": "what `nix fmt` runs, by system",
	"hydraJobs": "jobs for Hydra", "templates": "templates for `nix flake init`, by name",
}

// isFlakeOutput reports whether a path is an output of the flake that the document is, or a name in one.
func (f finder) isFlakeOutput(p module.Path) bool {
	if len(p) < 2 || len(p) > 3 || len(p.Known()) != len(p) || !isFlake(f.doc.Path) {
		return false
	}
	return p[0].Name == "outputs" && flakeOutputs[p[1].Name] != ""
}

// buildInputs are the attributes of a derivation that say what it is built with.
var buildInputs = map[string]bool{"buildInputs": true, "nativeBuildInputs": true, "depsBuildBuild": true}

// isSystemOption reports whether a path is that of an option of NixOS about the machine: the overlays of
// hardware.deviceTree are none of package sets.
func isSystemOption(p module.Path) bool {
	return slices.ContainsFunc(p, func(part module.Part) bool {
		switch part.Name {
		case "hardware", "boot", "services", "systemd", "environment", "programs", "virtualisation", "networking":
			return true
		}
		return false
	})
}

// isOverlayScope reports whether a binding is one by which an overlay changes a scope of jetpack-nixos.
func isOverlayScope(place module.Place) bool {
	if !isScope(place.Path.Last()) || place.Written != 1 {
		return false
	}
	binding := place.Node.Parent().Parent()
	for n := range syntax.Ancestors(binding.Parent()) {
		switch n.Kind() {
		case syntax.Lambda:
			_, ok := module.AsOverlay(n)
			return ok
		case syntax.AttrSet, syntax.Paren, syntax.Binary, syntax.LetIn, syntax.With:
		default:
			return false
		}
	}
	return false
}

// declaredMember is the subject of a name that, in a checkout of jetpack-nixos
// itself, defines a member of the scope.
func (f finder) declaredMember(place module.Place) (subject, bool) {
	last := place.Path.Last()
	if !f.inCheckout() || len(place.Path.Known()) > 1 {
		return subject{}, false
	}
	p, ok := f.pinned.Catalog.Package(last)
	if !ok || p.File == "" || f.fileName(f.doc.Path) != p.File {
		return subject{}, false
	}
	return subject{
		kind: aboutPackage, span: place.Span, pkg: p, scope: scopeName, name: last, topics: packageTopics(last),
	}, true
}

func isFlake(file string) bool { return filepath.Base(file) == "flake.nix" }

// scopeName is the attribute that jetpack-nixos puts its packages under.
const scopeName = "nvidia-jetpack"

// isScope reports whether a name is the scope of a generation, or the default
// one.
func isScope(name string) bool {
	rest, ok := strings.CutPrefix(name, scopeName)
	return ok && (rest == "" || len(rest) == 1 && '0' <= rest[0] && rest[0] <= '9')
}

// scopeMember is the subject of a name in pkgs.nvidia-jetpack.
func (f finder) scopeMember(place module.Place) (subject, bool) {
	names := place.Path.Known()
	for i := len(names) - 1; i >= 0; i-- {
		if !isScope(names[i].Name) || i > 0 && names[i-1].Name == "hardware" {
			continue
		}
		scope := names[i].Name
		if i == len(names)-1 {
			if i == 0 && place.Origin == module.Free {
				return subject{}, false
			}
			s := subject{
				kind: aboutConcept, span: place.Span, name: scope,
				note:   markup.Format("package scope of jetpack-nixos%s", f.generationNote(scope)),
				topics: append(packageTopics(scope), concept("scopes")),
			}
			return s, true
		}
		if i != len(names)-2 {
			return subject{}, false // inside of a member
		}
		p, ok := f.pinned.Catalog.Package(names.Last())
		if !ok {
			return subject{}, false
		}
		return subject{
			kind: aboutPackage, span: place.Span, pkg: p, scope: scope, name: p.Name, topics: packageTopics(p.Name),
		}, true
	}
	return subject{}, false
}

func packageTopics(name string) []pill.Topic {
	return []pill.Topic{{Kind: pill.PackageTopic, Name: name}}
}

// generationNote says which JetPack a scope is of.
func (f finder) generationNote(scope string) markup.Text {
	major := strings.TrimPrefix(scope, scopeName)
	if major == "" {
		return markup.Prose(", for the JetPack that `majorVersion` chooses")
	}
	g, ok := f.pinned.Catalog.Generation(major)
	if !ok {
		return markup.Text{}
	}
	return markup.Format(", JetPack %s (L4T %s)", g.JetPack, g.L4T)
}

func (f finder) overlayArgument(place module.Place) (subject, bool) {
	o := place.Overlay
	s := subject{kind: aboutConcept, span: place.Span, name: place.Path.Last()}
	what, when := "the package set", "is in the end, with every overlay applied"
	switch o.For {
	case "overrideScope", "overrideScope'":
		what = "the scope"
	case "extend", "extends", "makeExtensible", "appendOverlays":
		what = "the set that is extended"
	}
	if o.Prev.Text() == s.name && o.Final.Text() != s.name {
		when = "was before this overlay"
	}
	s.note = markup.Prose(what + " as it " + when)
	s.topics = []pill.Topic{concept("overlay-function"), concept("overlays")}
	return s, true
}

// file is the subject of a path that leads to a file of jetpack-nixos.
func (f finder) file(place module.Place) (subject, bool) {
	if !f.inCheckout() {
		return subject{}, false
	}
	target := place.Value
	if place.Node.Kind() == syntax.Path && !filepath.IsAbs(target) {
		target = filepath.Join(f.doc.Dir(), filepath.FromSlash(target))
	}
	name := f.fileName(target)
	if name == "" {
		return subject{}, false
	}
	s := subject{kind: aboutFile, span: place.Span, path: name, name: name, note: markup.Prose("file of jetpack-nixos")}
	if made := f.madeFrom(name); len(made) > 0 {
		s.note = markup.Format("%s, source of %s", s.note, markup.Codes(made))
		for _, p := range made {
			s.topics = append(s.topics, packageTopics(p)...)
		}
	}
	s.topics = append(s.topics, pill.Topic{Kind: pill.FileTopic, Name: name}, pill.Topic{Kind: pill.FileTopic, Name: name + "/default.nix"})
	return s, f.explained(s)
}

// madeFrom are the members of the scope that a file or folder is the source of: by what the overlays say, or by its name.
func (f finder) madeFrom(name string) []string {
	var made []string
	base := strings.TrimSuffix(path.Base(name), ".nix")
	if base == "default" || base == "package" {
		base = path.Base(path.Dir(name))
	}
	for _, p := range f.pinned.Catalog.Packages() {
		if p.File == name && p.Line == 0 || p.Source == name || p.Name == base && strings.HasPrefix(name, "pkgs/") {
			made = append(made, p.Name)
		}
	}
	return made
}

// inCheckout reports whether the document lies in a checkout of jetpack-nixos.
func (f finder) inCheckout() bool { return f.pinned.Pin.Format == pins.Checkout }

// fileName is the name that a file has within the checkout, with slashes; empty
// for one outside.
func (f finder) fileName(file string) string {
	name, err := filepath.Rel(f.pinned.Pin.Dir, file)
	if err != nil || !filepath.IsLocal(name) {
		return ""
	}
	return filepath.ToSlash(name)
}
