package pillcheck

import (
	"embed"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"jetpills/internal/catalog"
)

// fileLists are the files of the revisions that pills describe, one a line:
// number of lines, path. Renewed with
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
	// folders are the folders at the root.
	folders map[string]bool
	// inner are the names inside option paths that have options below them.
	inner  map[string]bool
	values map[string][]string // of enums, by the last name of the option
	boards map[string]bool     // configurations of NVIDIA's that are flashed
	attrs  map[string]bool     // names that the overlay sets
}

func newWorld(library *catalog.Library, revision string) *world {
	cat, _ := library.At(revision)
	w := &world{
		Revision: cat.Revision, cat: cat,
		folders: map[string]bool{}, inner: map[string]bool{}, values: map[string][]string{},
		boards: map[string]bool{}, attrs: map[string]bool{},
	}
	if list, err := fileLists.ReadFile("files/" + cat.Revision.Hash + ".txt"); err == nil {
		w.files = map[string]int{}
		for line := range strings.Lines(string(list)) {
			number, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
			if n, err := strconv.Atoi(number); err == nil {
				w.files[name] = n
				if folder, _, inside := strings.Cut(name, "/"); inside {
					w.folders[folder] = true
				}
			}
		}
	}
	for _, o := range cat.Options() {
		parts := o.Parts()
		for _, name := range parts[2 : len(parts)-1] {
			w.inner[name] = true
		}
		if len(o.Values) > 0 {
			last := parts[len(parts)-1]
			w.values[last] = append(w.values[last], o.Values...)
		}
	}
	for _, s := range cat.SoMs() {
		w.boards[s.TargetBoard], w.boards[s.SuperTargetBoard] = true, true
	}
	for _, t := range cat.FlashTargets() {
		w.boards[t.TargetBoard] = true
	}
	for _, a := range cat.OverlayAttributes() {
		w.attrs[a.Name] = true
	}
	return w
}

// root is the place in a path where one of jetpack-nixos's own begins; -1 if
// nowhere.
func (w *world) root(parts []string) int {
	for i := range parts {
		for _, root := range w.cat.Roots() {
			if names := strings.Split(root, "."); len(parts)-i >= len(names) && slices.Equal(parts[i:i+len(names)], names) {
				return i
			}
		}
	}
	return -1
}

// option reports whether a path from a root is that of an option, the beginning
// of one, or leads into the value of an option that can hold names.
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

// inValue reports whether a path goes on below an option whose value is no set
// of names.
func (w *world) inValue(parts []string) bool {
	for i := len(parts) - 1; i > 0; i-- {
		if o, ok := w.cat.Lookup(parts[:i]); ok {
			return o.Elem != catalog.KindSubmodule
		}
	}
	return false
}

// fits reports whether a path with globs or computed names covers the beginning
// of an option's path.
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

// member reports whether a name is in a scope: nvidia-jetpack, or that of one
// generation.
func (w *world) member(scope, name string) bool {
	p, ok := w.cat.Package(name)
	major := strings.TrimPrefix(scope, scopeName)
	return ok && (major == "" || slices.Contains(p.Generations, major))
}

const scopeName = "nvidia-jetpack"

var scopePattern = regexp.MustCompile(`^nvidia-jetpack[0-9]?$`)

// scope reports whether pkgs has a scope of that name.
func (w *world) scope(name string) bool {
	major := strings.TrimPrefix(name, scopeName)
	_, ok := w.cat.Generation(major)
	return ok || major == ""
}

// output reports whether the flake has an output, its system included where
// there is one, or names below it.
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

// inScope reports whether names lead to a scope, to a member of one, or to a
// member of the default one.
func (w *world) inScope(names []string) bool {
	if !scopePattern.MatchString(names[0]) {
		return w.member(scopeName, names[0])
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

// file finds the files that a path may mean: the path itself or, for a bare
// name, all files of that name.
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

// what says which kind of version a word announces.
type what string

const (
	jetPack what = "JetPack"
	l4t     what = "L4T"
	cuda    what = "CUDA"
	kernel  what = "kernel"
)

// versions are those of the revision's generations, and of the CUDA releases
// that its overlay touches.
func (w *world) versions(of what) []string {
	all := versionsOf(w.cat, of)
	if of == cuda {
		for name := range w.attrs {
			if version, ok := strings.CutPrefix(name, "cudaPackages_"); ok {
				all = append(all, strings.ReplaceAll(version, "_", "."))
			}
		}
	}
	return all
}

func versionsOf(c *catalog.Catalog, of what) []string {
	var all []string
	for _, g := range c.Generations() {
		switch of {
		case jetPack:
			all = append(all, g.JetPack)
		case l4t:
			all = append(all, g.L4T)
		case cuda:
			all = append(all, g.CUDA)
		case kernel:
			all = append(all, g.Kernel)
		}
	}
	return all
}

// has reports whether one of the versions is the one named or a longer form of it.
func has(versions []string, named string) bool {
	return slices.ContainsFunc(versions, func(v string) bool { return v == named || strings.HasPrefix(v, named+".") })
}

// past is what existed at any revision. It is read when something is asked that
// the present does not have.
type past struct {
	library  *catalog.Library
	versions func() map[what][]string
	members  func() map[string]bool
}

func newPast(library *catalog.Library) *past {
	every := func(visit func(*catalog.Catalog)) {
		for _, r := range library.Revisions() {
			c, _ := library.At(r.Hash)
			visit(c)
		}
	}
	return &past{
		library: library,
		versions: sync.OnceValue(func() map[what][]string {
			all := map[what][]string{}
			every(func(c *catalog.Catalog) {
				for _, of := range []what{jetPack, l4t, cuda, kernel} {
					for _, v := range versionsOf(c, of) {
						if !slices.Contains(all[of], v) {
							all[of] = append(all[of], v)
						}
					}
				}
			})
			return all
		}),
		members: sync.OnceValue(func() map[string]bool {
			all := map[string]bool{}
			every(func(c *catalog.Catalog) {
				for _, p := range c.Packages() {
					all[p.Name] = true
				}
				for _, a := range c.OverlayAttributes() {
					all[a.Name] = true
				}
			})
			return all
		}),
	}
}

func (p *past) option(path string) bool {
	_, ok := p.library.History(path)
	return ok
}

func (p *past) value(w *world, leaf, value string) bool {
	return slices.ContainsFunc(w.cat.Options(), func(o catalog.Option) bool {
		parts := o.Parts()
		return parts[len(parts)-1] == leaf && p.library.ValueSince(o.Path, value).Known()
	})
}
