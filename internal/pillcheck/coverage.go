package pillcheck

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/pattern"
	"jetpills/internal/pill"
)

// How a topic leads to its section.
type How string

const (
	// Exact: a section names the topic.
	Exact How = "exact"
	// Glob: a section names a pattern that covers it.
	Glob How = "glob"
	// Fallback: no section declares it; one that is about something broader, or mentions it, stands in.
	Fallback How = "fallback"
	// Uncovered: no section, or only the beginning of a pill.
	Uncovered How = "none"
)

// Covered is a topic that must have a section, and the section it has.
type Covered struct {
	Topic   pill.Topic
	How     How
	Section pill.Section // the zero value if there is none
}

// Coverage returns, for everything in a catalog and for the functions and ideas that the pills promise to
// explain, the section that a hover on it shows. The order is that of the kinds, then of the names.
func Coverage(c *pill.Collection, cat *catalog.Catalog) []Covered {
	var all []Covered
	declared := c.Topics()
	for _, t := range wanted(cat) {
		covered := Covered{Topic: t, How: Uncovered}
		s, ok := c.For(t)
		switch {
		case !ok:
			for _, broader := range broader(t) {
				if s, ok = c.For(broader); ok {
					covered.How, covered.Section = Fallback, s
					break
				}
			}
		case len(declared[t]) > 0:
			covered.How, covered.Section = Exact, s
		case slices.ContainsFunc(s.Topics, func(d pill.Topic) bool { return d.Kind == t.Kind && strings.ContainsAny(d.Name, "*?") }):
			covered.How, covered.Section = Glob, s
		default:
			covered.How, covered.Section = Fallback, s
		}
		if ok && (s.Level < 2 || strings.EqualFold(s.Title, shortTitle)) {
			covered.How = Uncovered
		}
		all = append(all, covered)
	}
	return all
}

// broader are the topics that a hover asks for next.
func broader(t pill.Topic) []pill.Topic {
	switch t.Kind {
	case pill.FunctionTopic:
		if strings.HasPrefix(t.Name, "types.") {
			return []pill.Topic{{Kind: pill.FunctionTopic, Name: "types"}}
		}
	case pill.ValueTopic:
		option, _, _ := strings.Cut(t.Name, "=")
		return []pill.Topic{{Kind: pill.OptionTopic, Name: option}}
	case pill.OutputTopic:
		name, _, _ := strings.Cut(t.Name, ".")
		return []pill.Topic{{Kind: pill.OutputTopic, Name: name}}
	}
	return nil
}

// silent checks that a section names what leads to it. An "enable" goes without saying.
func (l *linter) silent() {
	for _, covered := range Coverage(l.pills, l.library.Newest()) {
		t, s := covered.Topic, covered.Section
		if covered.How != Exact && covered.How != Glob {
			continue
		}
		name := shownName(t)
		text := comments.ReplaceAllString(strings.Join(l.lines(s), "\n"), "")
		if !strings.Contains(strings.ToLower(text), strings.ToLower(name)) {
			l.found(s.Pill.File, s.Line, "silent", "%s leads here, and the section never says %s", t, name)
		}
	}
}

var comments = pattern.New(`(?s)<!--.*?-->`)

// wanted are the topics that must have a section.
func wanted(cat *catalog.Catalog) []pill.Topic {
	var all []pill.Topic
	add := func(kind pill.Kind, names ...string) {
		for _, name := range names {
			if t := (pill.Topic{Kind: kind, Name: name}); !slices.Contains(all, t) {
				all = append(all, t)
			}
		}
	}
	for _, o := range cat.Options() {
		// The names on the way to an option are hovered too.
		parts := o.Parts()
		for i := 2; i < len(parts); i++ {
			if cat.IsPrefix(parts[:i]) && parts[i-1] != "*" && cat.IsOwn(parts[:i]) {
				add(pill.OptionTopic, strings.Join(parts[:i], "."))
			}
		}
		add(pill.OptionTopic, o.Path)
	}
	for _, name := range namesOf(cat, pill.ValueTopic) {
		path, _, _ := strings.Cut(name, "=")
		if o, _ := cat.Option(path); o.RenamedTo == "" {
			add(pill.ValueTopic, name)
		}
	}
	add(pill.FunctionTopic, functions...)
	add(pill.PackageTopic, namesOf(cat, pill.PackageTopic)...)
	add(pill.FileTopic, keyFiles...)
	for _, o := range cat.Options() {
		add(pill.FileTopic, o.DeclaredIn)
	}
	for _, p := range cat.Packages() {
		for _, file := range []string{p.File, p.Source, p.DeviceFile} {
			if file != "" && !strings.Contains(file, "$") {
				add(pill.FileTopic, file)
			}
		}
	}
	for _, kind := range []pill.Kind{pill.OutputTopic, pill.SoMTopic, pill.JetPackTopic} {
		add(kind, namesOf(cat, kind)...)
	}
	add(pill.ConceptTopic, concepts...)
	return all
}

// functions are those of Nix, nixpkgs, NixOS and jetpack-nixos that the pills promise to explain.
var functions = []string{
	"makeScope", "newScope", "callPackage", "callPackages", "callPackagesWith", "packagesFromDirectoryRecursive",
	"overrideScope", "extend", "override", "overrideAttrs", "composeManyExtensions", "overlays",
	"mkOption", "mkEnableOption", "mkIf", "mkMerge", "mkDefault", "mkForce", "mkBefore", "mkAfter",
	"mkOptionDefault", "mkRenamedOptionModule",
	"types", "types.enum", "types.bool", "types.str", "types.int", "types.ints.positive", "types.path", "types.package",
	"types.lines", "types.listOf", "types.attrsOf", "types.nullOr", "types.oneOf", "types.functionTo", "types.anything",
	"types.submodule",
	"assertions", "buildFromDebs", "fetchurl", "fetchgit", "runCommand", "mkDerivation", "applyPatches",
	"recurseIntoAttrs", "evalModules", "nixosSystem", "follows", "inputs", "outputs", "specialArgs", "derivation",
	"import", "fix",
}

// keyFiles are those that the index lists.
var keyFiles = []string{
	"flake.nix", "flake.lock", "overlay.nix", "mk-overlay.nix", "overlay-with-config.nix", "modules/default.nix", "modules/cuda.nix",
	"modules/devices.nix", "modules/graphics.nix", "modules/flash-script.nix", "sourceinfo/default.nix",
	"pkgs/l4t/default.nix", "pkgs/kernels/r35/default.nix", "pkgs/kernels/r36/default.nix", "pkgs/kernels/r39/default.nix",
}

// concepts are the ideas that a hover or the index leads to.
var concepts = []string{
	"overlays", "overlay-function", "overlay-order", "scopes", "option-path", "priorities", "submodules",
	"renamed-options", "cfg-alias", "flake-inputs", "follows", "lock-file", "flake-outputs", "special-args",
	"module-arguments", "imports", "assertions", "generations", "som", "carrier-board", "som-enum-extension",
	"cross-compilation", "secure-boot", "capsule-updates", "ftpm", "op-tee", "flash-script", "recovery-mode",
	"firmware-kernel-pairing", "kernel", "device-tree", "bsp", "cuda", "cuda-capabilities", "containers", "nvpmodel",
	"nvfancontrol", "camera", "derivations", "store", "hashes", "laziness", "paths", "strings", "with", "inherit", "let",
	"attribute-sets", "functions",
}

// namesOf are the names of the things of a kind that a catalog knows, as topics have them.
func namesOf(c *catalog.Catalog, kind pill.Kind) []string {
	var names []string
	add := func(name string) { names = append(names, name) }
	switch kind {
	case pill.ValueTopic:
		for _, o := range c.Options() {
			for _, value := range o.Values {
				add(o.Path + "=" + value)
			}
		}
	case pill.PackageTopic:
		for _, p := range c.Packages() {
			add(p.Name)
		}
		for _, a := range c.OverlayAttributes() {
			add(a.Name)
		}
	case pill.OutputTopic:
		for _, o := range c.Outputs() {
			name, _, _ := strings.Cut(o.Name, ".")
			add(name)
			for _, below := range o.Names {
				add(o.Name + "." + below)
			}
		}
	case pill.SoMTopic:
		for _, s := range c.SoMs() {
			add(s.Name)
		}
	case pill.JetPackTopic:
		for _, g := range c.Generations() {
			add(g.Major)
		}
	}
	return names
}
