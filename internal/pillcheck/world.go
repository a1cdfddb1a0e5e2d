package pillcheck

import (
	"embed"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
)

// fileLists are the files of the revisions that pills describe, one a line: number of lines, path. Renewed
// with
//
//	go test ./internal/pillcheck -run TestFiles -clone CLONE
//
//go:embed files/*.txt
var fileLists embed.FS

// world is what exists at one revision.
type world struct {
	catalog.Revision
	cat   *catalog.Catalog
	files map[string]int // lines by path; nil where the files are not known
}

func newWorld(library *catalog.Library, revision string) *world {
	cat, _ := library.At(revision)
	w := &world{Revision: cat.Revision, cat: cat}
	if list, err := fileLists.ReadFile("files/" + cat.Revision.Hash + ".txt"); err == nil {
		w.files = map[string]int{}
		for line := range strings.Lines(string(list)) {
			number, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if n, err := strconv.Atoi(number); err == nil {
				w.files[name] = n
			}
		}
	}
	return w
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

// hasAttribute reports whether the overlay sets a name beside the scope.
func hasAttribute(c *catalog.Catalog, name string) bool {
	return slices.ContainsFunc(c.OverlayAttributes(), func(a catalog.Attribute) bool { return a.Name == name })
}

// board reports whether a name is that of a configuration of NVIDIA's that is flashed.
func (w *world) board(name string) bool {
	return slices.ContainsFunc(w.cat.SoMs(), func(s catalog.SoM) bool { return name == s.TargetBoard || name == s.SuperTargetBoard }) ||
		slices.ContainsFunc(w.cat.FlashTargets(), func(t catalog.FlashTarget) bool { return name == t.TargetBoard })
}

// values are those of all enums whose last name is leaf.
func (w *world) values(leaf string) []string {
	var values []string
	for _, o := range w.cat.Options() {
		if strings.HasSuffix(o.Path, "."+leaf) {
			values = append(values, o.Values...)
		}
	}
	return values
}

// leadsToOptions reports whether a name stands within option paths, and has options below it.
func (w *world) leadsToOptions(name string) bool {
	return slices.ContainsFunc(w.cat.Options(), func(o catalog.Option) bool {
		parts := o.Parts()
		return slices.Contains(parts[2:len(parts)-1], name)
	})
}

// root is where in a path one of jetpack-nixos's options begins; -1 if nowhere.
func (w *world) root(parts []string) int {
	for i := range parts {
		if w.cat.IsOwn(parts[i:]) {
			return i
		}
	}
	return -1
}

// option reports whether a path from a root is that of an option, the beginning of one, or leads into the
// value of an option that can hold names.
func (w *world) option(parts []string) bool {
	if slices.ContainsFunc(parts, func(p string) bool { return strings.ContainsAny(p, "*$") }) {
		return slices.ContainsFunc(w.cat.Options(), func(o catalog.Option) bool { return fits(parts, o.Parts()) })
	}
	if _, ok := w.cat.Lookup(parts); ok || w.cat.IsPrefix(parts) {
		return true
	}
	for i := len(parts) - 1; i > 0; i-- {
		o, ok := w.cat.Lookup(parts[:i])
		if !ok {
			continue
		}
		switch o.Kind {
		case catalog.KindList:
			// An element's field, written without a name for the element.
			_, ok := w.cat.Lookup(slices.Insert(slices.Clone(parts), i, "*"))
			return ok
		case catalog.KindPackage, catalog.KindAttrs, catalog.KindAnything, catalog.KindOther:
			return true
		}
		return false
	}
	return false
}

// inValue reports whether a path goes on below an option whose value is no set of names.
func (w *world) inValue(parts []string) bool {
	for i := len(parts) - 1; i > 0; i-- {
		if o, ok := w.cat.Lookup(parts[:i]); ok {
			return o.Elem != catalog.KindSubmodule
		}
	}
	return false
}

// fits reports whether a path with globs or computed names covers the beginning of an option's path.
func fits(parts, option []string) bool {
	for i, p := range parts {
		if p == "**" {
			return true
		}
		if i >= len(option) {
			return false
		}
		if strings.HasPrefix(p, "${") {
			continue
		}
		if ok, err := path.Match(p, option[i]); err != nil || !ok {
			return false
		}
	}
	return true
}

// inside reports whether names follow each other somewhere in an option path.
func (w *world) inside(parts []string) bool {
	return slices.ContainsFunc(w.cat.Options(), func(o catalog.Option) bool {
		all := o.Parts()
		for i := range all {
			if fits(parts, all[i:]) && len(all)-i >= len(parts) {
				return true
			}
		}
		return false
	})
}

// member reports whether a name is in a scope: nvidia-jetpack, or that of one generation.
func (w *world) member(scope, name string) bool {
	p, ok := w.cat.Package(name)
	major := strings.TrimPrefix(scope, catalog.ScopeName)
	return ok && (major == "" || slices.Contains(p.Generations, major))
}

var scopePattern = regexp.MustCompile(`^nvidia-jetpack[0-9]?$`)

// scope reports whether pkgs has a scope of that name.
func (w *world) scope(name string) bool {
	major := strings.TrimPrefix(name, catalog.ScopeName)
	_, ok := w.cat.Generation(major)
	return ok || major == ""
}

// output reports whether the flake has an output, its system included where there is one, or names below
// it.
func (w *world) output(parts []string) bool {
	for _, o := range w.cat.Outputs() {
		names := strings.Split(o.Name, ".")
		n := min(len(names), len(parts))
		if !slices.EqualFunc(names[:n], parts[:n], func(have, named string) bool { return have == named || named == anySystem }) {
			continue
		}
		if n < len(parts) && (parts[n] == anySystem || parts[n] == "*" || slices.Contains(parts[:n], anySystem)) {
			return true
		}
		if len(parts) <= len(names) || slices.Contains(o.Names, parts[n]) && parts[0] != "legacyPackages" {
			return true
		}
		// What a system's set holds.
		rest := parts[n:]
		if parts[0] == "legacyPackages" && slices.Contains(o.Names, rest[0]) {
			return len(rest) == 1 || w.cat.HasPackages() && w.inScope(rest[1:])
		}
	}
	return false
}

// anySystem is how a pill writes "the system that you are on".
const anySystem = "SYSTEM"

// inScope reports whether names lead to a scope, to a member of one, or to a member of the default one.
func (w *world) inScope(names []string) bool {
	if !scopePattern.MatchString(names[0]) {
		return w.member(catalog.ScopeName, names[0])
	}
	return w.scope(names[0]) && (len(names) == 1 || w.member(names[0], names[1]))
}

// installable reports whether "nix build jetpack-nixos#name" finds something.
func (w *world) installable(parts []string) bool {
	if w.output(parts) {
		return true
	}
	for _, system := range []string{"x86_64-linux", "aarch64-linux"} {
		if w.output(append([]string{"packages", system}, parts...)) || w.output(append([]string{"legacyPackages", system}, parts...)) {
			return true
		}
	}
	return false
}

// flashing reports whether a name is that of a flash script or its program.
func (w *world) flashing(name string) bool {
	return slices.ContainsFunc(w.cat.FlashTargets(), func(t catalog.FlashTarget) bool {
		return name == t.Name || name == t.Package || name == t.Binary || name == "flash-"+strings.TrimPrefix(t.Binary, "initrd-flash-")
	})
}

// ofNixOS are members of system.build that NixOS itself makes.
var ofNixOS = []string{"toplevel", "isoImage", "vm"}

func (w *world) built(name string) bool {
	return slices.Contains(ofNixOS, name) ||
		slices.ContainsFunc(w.cat.SystemBuild(), func(a catalog.Attribute) bool { return a.Name == name })
}

// file finds the files that a path may mean: the path itself or, for a bare name, all files of that name.
func (w *world) file(name string) (lines int, ok bool) {
	if n, found := w.files[name]; found {
		return n, true
	}
	for other, n := range w.files {
		if strings.HasSuffix(other, "/"+name) {
			lines, ok = max(lines, n), true
		}
	}
	return lines, ok
}

// folder reports whether there are files below a path.
func (w *world) folder(name string) bool {
	for other := range w.files {
		if strings.HasPrefix(other, strings.TrimSuffix(name, "/")+"/") {
			return true
		}
	}
	return false
}

// versions are the versions of a generation, by the word that stands beside one.
var versions = map[string]func(catalog.Generation) string{
	"JetPack": func(g catalog.Generation) string { return g.JetPack },
	"L4T":     func(g catalog.Generation) string { return g.L4T },
	"CUDA":    func(g catalog.Generation) string { return g.CUDA },
	"kernel":  func(g catalog.Generation) string { return g.Kernel },
}

// kindOfVersion is the key of versions that a word means, in whatever case.
func kindOfVersion(word string) string {
	for kind := range versions {
		if strings.EqualFold(kind, word) {
			return kind
		}
	}
	return word
}

// hasVersion reports whether a generation has the version named or a longer form of it, or the overlay
// touches the packages of that CUDA.
func hasVersion(c *catalog.Catalog, of, named string) bool {
	is := func(version string) bool { return version == named || strings.HasPrefix(version, named+".") }
	return slices.ContainsFunc(c.Generations(), func(g catalog.Generation) bool { return is(versions[of](g)) }) ||
		of == "CUDA" && slices.ContainsFunc(c.OverlayAttributes(), func(a catalog.Attribute) bool {
			version, ok := strings.CutPrefix(a.Name, "cudaPackages_")
			return ok && is(strings.ReplaceAll(version, "_", "."))
		})
}

// everWas reports whether something holds at any revision.
func (l *linter) everWas(holds func(*catalog.Catalog) bool) bool {
	if l.history == nil {
		for _, r := range l.library.Revisions() {
			c, _ := l.library.At(r.Hash)
			l.history = append(l.history, c)
		}
	}
	return slices.ContainsFunc(l.history, holds)
}

// everHad reports whether any revision has a package or an attribute of the overlay.
func (l *linter) everHad(name string) bool {
	return l.everWas(func(c *catalog.Catalog) bool {
		_, ok := c.Package(name)
		return ok || hasAttribute(c, name)
	})
}

// everTook reports whether an option of the pill's revision whose last name is leaf took a value at any
// revision.
func (r *claims) everTook(leaf, value string) bool {
	return slices.ContainsFunc(r.world.cat.Options(), func(o catalog.Option) bool {
		return strings.HasSuffix(o.Path, "."+leaf) && r.library.ValueSince(o.Path, value).Known()
	})
}
