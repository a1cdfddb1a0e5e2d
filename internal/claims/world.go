package claims

import (
	"path"
	"slices"
	"strings"
	"sync"

	"jetpills/internal/catalog"
	"jetpills/internal/pattern"
)

// A World is what exists at one revision.
type World struct {
	*catalog.Catalog
	library *catalog.Library
	// files are the lines of all files, by path; nil where they are not all known.
	files map[string]int

	words       map[string]bool     // the names in the paths of options
	sets        map[string]bool     // those of them that have options below, but for the first two
	valuesOf    map[string][]string // of enums, by the last name of the option
	outputNames map[string]bool     // the names of outputs, and those in them

	era func() (first, last catalog.Revision) // see IsBefore

	memory *Memory

	mu       sync.Mutex
	existing map[string]bool // the answers of exists
}

// NewWorld makes the world of a catalog. files are the lines of all files of the revision by path, or nil where they are not known:
// then a file counts as missing only if the catalog knows so. memory may be nil.
func NewWorld(library *catalog.Library, c *catalog.Catalog, files map[string]int, memory *Memory) *World {
	if memory == nil {
		memory = NewMemory(false)
	}
	w := &World{Catalog: c, library: library, files: files, words: map[string]bool{}, sets: map[string]bool{}, valuesOf: map[string][]string{}, outputNames: map[string]bool{}, memory: memory, existing: map[string]bool{}}
	w.era = sync.OnceValues(func() (first, last catalog.Revision) {
		first, last, _ = library.Era(c)
		return first, last
	})
	for _, o := range c.Options() {
		parts := o.Parts()
		for i, part := range parts {
			w.words[part] = true
			w.sets[part] = w.sets[part] || i > 1 && i+1 < len(parts)
		}
		if leaf := parts[len(parts)-1]; len(o.Values) > 0 {
			w.valuesOf[leaf] = append(w.valuesOf[leaf], o.Values...)
		}
	}
	for _, o := range c.Outputs() {
		first, _, _ := strings.Cut(o.Name, ".")
		w.outputNames[first], w.outputNames[o.Name] = true, true
		for _, name := range o.Names {
			w.outputNames[name] = true
		}
	}
	return w
}

// IsBefore reports whether the world is older than a commit of upstream's. A source of no known commit is as old as the commits whose options
// it has. It is not ok where that leaves it open.
func (w *World) IsBefore(commit string) (before, ok bool) {
	if before, ok := w.library.IsBefore(w.Revision.Hash, commit); ok {
		return before, ok
	}
	first, last := w.era()
	all, known := w.library.IsBefore(last.Hash, commit)
	some, _ := w.library.IsBefore(first.Hash, commit)
	return all, known && all == some
}

// board reports whether a name is that of a configuration of NVIDIA's that is flashed.
func (w *World) board(name string) bool {
	return slices.ContainsFunc(w.SoMs(), func(s catalog.SoM) bool { return name == s.TargetBoard || name == s.SuperTargetBoard }) ||
		slices.ContainsFunc(w.FlashTargets(), func(t catalog.FlashTarget) bool { return name == t.TargetBoard })
}

// values are those of all enums whose last name is leaf.
func (w *World) values(leaf string) []string { return w.valuesOf[leaf] }

// leadsToOptions reports whether a name stands within option paths, and has options below it.
func (w *World) leadsToOptions(name string) bool { return w.sets[name] }

// root is where in a path one of jetpack-nixos's options begins; -1 if nowhere.
func (w *World) root(parts []string) int {
	for i := range parts {
		if w.IsOwn(parts[i:]) {
			return i
		}
	}
	return -1
}

// Files are the lines of all files, by path; nil where they are not all known.
func (w *World) Files() map[string]int { return w.files }

// HasOption reports whether a path from a root is that of an option, the beginning of one, or leads into the
// value of an option that can hold names.
func (w *World) HasOption(parts []string) bool {
	if slices.ContainsFunc(parts, func(p string) bool { return strings.ContainsAny(p, "*$") }) {
		return slices.ContainsFunc(w.Options(), func(o catalog.Option) bool { return fits(parts, o.Parts()) })
	}
	if _, ok := w.Lookup(parts); ok || w.IsPrefix(parts) {
		return true
	}
	for i := len(parts) - 1; i > 0; i-- {
		o, ok := w.Lookup(parts[:i])
		if !ok {
			continue
		}
		switch o.Kind {
		case catalog.KindList:
			// An element's field, written without a name for the element.
			_, ok := w.Lookup(slices.Insert(slices.Clone(parts), i, "*"))
			return ok
		case catalog.KindPackage, catalog.KindAttrs, catalog.KindAnything, catalog.KindOther:
			return true
		}
		return false
	}
	return false
}

// field is the path of an option in which a field of a list's elements has the name of an element before it, as declarations have it.
func (w *World) field(path []string) []string {
	for i := 1; i < len(path); i++ {
		if o, ok := w.Lookup(path[:i]); ok && o.Kind == catalog.KindList && o.Elem == catalog.KindSubmodule {
			return slices.Insert(slices.Clone(path), i, "*")
		}
	}
	return path
}

// inValue reports whether a path goes on below an option whose value is no set of names.
func (w *World) inValue(parts []string) bool {
	for i := len(parts) - 1; i > 0; i-- {
		if o, ok := w.Lookup(parts[:i]); ok {
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
func (w *World) inside(parts []string) bool {
	if len(parts) == 1 && w.words[parts[0]] {
		return true
	}
	return slices.ContainsFunc(w.Options(), func(o catalog.Option) bool {
		all := o.Parts()
		for i := range all {
			if fits(parts, all[i:]) && len(all)-i >= len(parts) {
				return true
			}
		}
		return false
	})
}

var scopePattern = pattern.New(`^nvidia-jetpack[0-9]?$`)

// ofNixOS are members of system.build that NixOS itself makes.
var ofNixOS = []string{"toplevel", "isoImage", "vm"}

func (w *World) built(name string) bool {
	return slices.Contains(ofNixOS, name) ||
		slices.ContainsFunc(w.SystemBuild(), func(a catalog.Attribute) bool { return a.Name == name })
}

// file finds the files that a path may mean: the path itself or, for a bare name, all files of that name.
func (w *World) file(name string) (lines int, ok bool) {
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

// Folder reports whether there are files below a path.
func (w *World) Folder(name string) bool {
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

// oldRoot is where in a path an option begins that another revision has, and what became of that; -1 if nowhere.
func (w *World) oldRoot(parts []string) (int, catalog.History) {
	for i := range parts {
		if len(parts)-i < 2 {
			break
		}
		path := parts[i:]
		if slices.ContainsFunc(path[:2], func(p string) bool { return !w.library.IsOptionWord(p) }) || w.IsPrefix(path[:2]) && len(path) == 2 {
			continue
		}
		if past, ok := w.library.OptionsHistory(strings.Join(path, "."), func(o []string) bool { return len(o) >= len(path) && slices.Equal(o[:len(path)], path) }); ok {
			return i, past
		}
	}
	return -1, catalog.History{}
}

// tailPast is what became of options in whose paths names follow each other.
func (w *World) tailPast(parts []string) (catalog.History, bool) {
	name := strings.Join(parts, ".")
	return w.memory.past("tail", name, func() (catalog.History, bool) {
		return w.library.OptionsHistory(name, func(o []string) bool {
			for i := range o {
				if fits(parts, o[i:]) && len(o)-i >= len(parts) {
					return true
				}
			}
			return false
		})
	})
}

// namePast is what became of a name in the outputs of the flake.
func (w *World) namePast(name string) (catalog.History, bool) {
	return w.memory.past("output", name, func() (catalog.History, bool) { return w.library.NameHistory(name) })
}

// valuePast is what became of a value of options with a last name, or of any option where that is empty.
func (w *World) valuePast(leaf, value string) (catalog.History, bool) {
	return w.memory.past("value "+leaf, value, func() (catalog.History, bool) { return w.library.ValueHistory(leaf, value) })
}

// hasFamily reports whether an SoM is of a family: xavier, orin or thor.
func (w *World) hasFamily(family string) bool {
	return slices.ContainsFunc(w.SoMs(), func(s catalog.SoM) bool { return strings.HasPrefix(s.Name, family+"-") })
}

// familyPast is what became of the first SoM of a family.
func (w *World) familyPast(family string) (catalog.History, bool) {
	return w.memory.past("family", family, func() (first catalog.History, ok bool) {
		for _, s := range w.library.Newest().SoMs() {
			past, known := w.library.ValueHistory("som", s.Name)
			if known && strings.HasPrefix(s.Name, family+"-") && (!ok || past.Introduced.Date.Before(first.Introduced.Date)) {
				first, ok = past, true
			}
		}
		return first, ok
	})
}

// takes reports whether an option takes a value.
func (w *World) takes(value string) bool {
	for _, values := range w.valuesOf {
		if slices.Contains(values, value) {
			return true
		}
	}
	return false
}

// exists reports whether a name without its path is that of anything.
func (w *World) exists(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	is, ok := w.existing[name]
	if !ok {
		is = w.isAnything(name)
		w.existing[name] = is
	}
	return is
}

func (w *World) isAnything(name string) bool {
	if w.words[name] || w.outputNames[name] || w.takes(name) || w.built(name) || w.board(name) {
		return true
	}
	if has, known := w.HasMember(catalog.ScopeName, "", name); has && known {
		return true
	}
	if has, _ := w.HasScope(name); has {
		return true
	}
	if _, ok := w.Package(name); ok {
		return true
	}
	flashes, _ := w.flashing(name)
	return flashes || slices.ContainsFunc(w.Outputs(), func(o catalog.Output) bool {
		return o.Name == name || strings.HasPrefix(o.Name, name+".") || slices.Contains(o.Names, name)
	})
}

// membersKnown reports whether all members of the scope are known.
func (w *World) membersKnown() bool {
	_, known := w.HasMember(catalog.ScopeName, "", "")
	return known
}

// packagePast is what became of an attribute of the overlay or of a member of a scope.
func (w *World) packagePast(name string) catalog.History {
	past, _ := w.memory.past("package", name, func() (catalog.History, bool) {
		if past, ok := w.library.ScopeHistory(name); ok {
			return past, ok
		}
		return w.library.MemberHistory(name)
	})
	return past
}

// buildPast is what became of an attribute of system.build.
func (w *World) buildPast(name string) catalog.History {
	past, _ := w.memory.past("build", name, func() (catalog.History, bool) { return w.library.BuildHistory(name) })
	return past
}

// scope reports whether pkgs has a scope of that name.
func (w *World) scope(name string) (has, known bool) {
	if name == catalog.ScopeName {
		return true, true
	}
	return w.HasScope(name)
}

// output reports whether the flake has an output, its system included where there is one, or names below it.
func (w *World) output(parts []string) (has, known bool) {
	all := w.Outputs()
	known = slices.ContainsFunc(all, func(o catalog.Output) bool { first, _, _ := strings.Cut(o.Name, "."); return first == parts[0] })
	if names, ok := w.Output(""); ok && !slices.Contains(names.Names, parts[0]) {
		known = true
	}
	for _, o := range all {
		names := strings.Split(o.Name, ".")
		n := min(len(names), len(parts))
		if !slices.EqualFunc(names[:n], parts[:n], func(have, named string) bool { return have == named || named == anySystem }) {
			continue
		}
		if n < len(parts) && (parts[n] == anySystem || parts[n] == "*" || slices.Contains(parts[:n], anySystem)) {
			return true, true
		}
		if len(parts) <= len(names) || slices.Contains(o.Names, parts[n]) && parts[0] != "legacyPackages" {
			return true, true
		}
		// What a system's set holds.
		rest := parts[n:]
		if parts[0] == "legacyPackages" && slices.Contains(o.Names, rest[0]) {
			if len(rest) == 1 {
				return true, true
			}
			if has, known := w.inScope(rest[1:]); has || !known {
				return has, known
			}
		}
	}
	return false, known
}

// anySystem is how a pill writes "the system that you are on".
const anySystem = "SYSTEM"

// inScope reports whether names lead to a scope, to a member of one, or to a member of the default one.
func (w *World) inScope(names []string) (has, known bool) {
	if !scopePattern.MatchString(names[0]) {
		return w.HasMember(catalog.ScopeName, "", names[0])
	}
	if has, known := w.scope(names[0]); !has || len(names) == 1 {
		return has, known
	}
	return w.HasMember(names[0], "", names[1])
}

// installable reports whether "nix build jetpack-nixos#name" finds something.
func (w *World) installable(parts []string) (has, known bool) {
	if has, _ := w.output(parts); has {
		return true, true
	}
	known = true
	for _, system := range []string{"x86_64-linux", "aarch64-linux"} {
		for _, kind := range []string{"packages", "legacyPackages"} {
			has, isKnown := w.output(append([]string{kind, system}, parts...))
			if has {
				return true, true
			}
			known = known && isKnown
		}
	}
	return false, known
}

// flashing reports whether a name is that of a flash script or its program.
func (w *World) flashing(name string) (has, known bool) {
	if targets := w.FlashTargets(); len(targets) > 0 {
		return slices.ContainsFunc(targets, func(t catalog.FlashTarget) bool {
			return name == t.Name || name == t.Package || name == t.Binary || name == "flash-"+strings.TrimPrefix(t.Binary, "initrd-flash-")
		}), true
	}
	// Programs have the names of their packages, without what distinguishes these.
	packages, known := w.Output("packages.x86_64-linux")
	hosts, _ := w.Output("nixosConfigurations")
	return slices.Contains(packages.Names, name) || slices.Contains(packages.Names, strings.TrimPrefix(name, "initrd-")) || slices.Contains(hosts.Names, name), known
}

// programSince is since when the flash script of a board has a program of that name, if the revision is one that is not so.
func (w *World) programSince(program string) (catalog.History, bool) {
	if len(w.FlashTargets()) > 0 {
		return catalog.History{}, false // their names are known
	}
	for _, era := range []struct{ from, until string }{{"", catalog.FlashesByInitrd}, {catalog.FlashScriptsCross, catalog.FlashScriptsNamed}} {
		if era.from == "" && !strings.HasPrefix(program, "initrd-") || strings.HasSuffix(program, "-cross") {
			continue
		}
		from, ok := w.IsBefore(era.from)
		until, known := w.IsBefore(era.until)
		if since, isCommit := w.library.Revision(catalog.FlashScriptsNamed); known && until && (era.from == "" || ok && !from) && isCommit {
			return catalog.History{Path: program, Introduced: since}, true
		}
	}
	return catalog.History{}, false
}

// hasVersion reports whether a generation has the version named or a longer form of it, or the overlay touches the packages of that
// CUDA; known is false where the versions of a generation are not known.
func (w *World) hasVersion(of, named string) (has, known bool) {
	if slices.ContainsFunc(w.Generations(), func(g catalog.Generation) bool { return isVersion(versions[of](g), named) }) {
		return true, true
	}
	if of == "CUDA" && slices.ContainsFunc(w.OverlayAttributes(), func(a catalog.Attribute) bool { return isVersion(setVersion(a.Name), named) }) {
		return true, true
	}
	return false, !slices.ContainsFunc(w.Generations(), func(g catalog.Generation) bool { return versions[of](g) == "" })
}

// setVersion is the version of a set of CUDA packages; empty for anything else.
func setVersion(attribute string) string {
	version, ok := strings.CutPrefix(attribute, "cudaPackages_")
	if !ok {
		return ""
	}
	return strings.ReplaceAll(version, "_", ".")
}

func isVersion(version, named string) bool {
	return version == named || strings.HasPrefix(version, named+".")
}

// versionPast is what became of a version.
func (w *World) versionPast(name, of, version string) (catalog.History, bool) {
	return w.memory.past("version", name, func() (catalog.History, bool) {
		past, ok := w.library.GenerationHistory(name, func(g catalog.Generation) bool { return isVersion(versions[of](g), version) })
		if !ok && of == "CUDA" {
			past, ok = w.library.ScopeHistory("cudaPackages_" + strings.ReplaceAll(version, ".", "_"))
		}
		return past, ok
	})
}
