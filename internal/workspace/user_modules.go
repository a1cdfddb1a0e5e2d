package workspace

import (
	"cmp"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/upstream"
)

// UserValue is a value that a module of the user's adds to an enum of jetpack-nixos, by declaring the option again.
type UserValue struct {
	Value string
	// File is the module's absolute path, or the name of an open document that is no file.
	File string
	// Line and Column are 1-based, the column in bytes.
	Line, Column int
}

// UserValues are the values that the user's modules add to an option, by its dotted path, sorted by value.
func (s *Snapshot) UserValues(d *Document, option string) []UserValue {
	var values []UserValue
	for _, m := range s.userModules(d) {
		for _, declared := range m.options {
			if declared.path != option || declared.isEnd {
				continue
			}
			for _, v := range declared.values {
				v.File = m.file
				values = append(values, v)
			}
		}
	}
	slices.SortFunc(values, func(a, b UserValue) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(values, func(a, b UserValue) bool { return a.Value == b.Value })
}

// UserMayDeclare reports whether the user's modules declare the option with that dotted path, a set that it may be in, or
// one that is in it, if it is a set; or whether they may, because not all of them were seen.
func (s *Snapshot) UserMayDeclare(d *Document, option string) bool {
	return s.userDeclares(d, func(o declaredOption) bool { return o.isAround(option) }) || !s.SawUserModules(d)
}

// MayDeclareAny is UserMayDeclare for an option, or a set of options, of any name. It reads all Nix files that belong together
// with the document, where UserMayDeclare knows those that may declare an option in one of the sets of jetpack-nixos.
func (s *Snapshot) MayDeclareAny(d *Document, option string) bool {
	if s.UserMayDeclare(d, option) {
		return true
	}
	name := option[strings.LastIndexByte(option, '.')+1:]
	return s.InFiles(d, declaring(option), func(other *Document) bool {
		return mayDeclareOptions(other.words) && other.words.Has(name) &&
			slices.ContainsFunc(other.declared(), func(o declaredOption) bool { return o.isAround(option) })
	})
}

// declaring is what MayDeclareAny looks for in files.
type declaring string

// SawUserValues reports whether UserValues are all values that the user's modules add to the option with that dotted path.
// If not, one that is none of them may be the user's all the same.
func (s *Snapshot) SawUserValues(d *Document, option string) bool {
	return !s.userDeclares(d, func(o declaredOption) bool { return o.open && o.isAround(option) }) && s.SawUserModules(d)
}

// SawUserModules reports whether all modules that the user has for a document were seen. If not, an option or a value that
// none of them declares may be the user's all the same.
func (s *Snapshot) SawUserModules(d *Document) bool {
	_, searches := s.searches(d)
	return !slices.ContainsFunc(searches, func(found *search) bool { return !found.complete })
}

// SearchUserModules searches all that is around a document for the user's modules, for those who ask AtOnce.
func (s *Snapshot) SearchUserModules(d *Document) {
	around := s.surroundings(d)
	if root, deep := s.userRoot(d, around); root != "" && deep && around.Pin.Format != pins.Checkout {
		s.userFiles.below(root, s.reach)
	}
}

func (s *Snapshot) userDeclares(d *Document, wanted func(declaredOption) bool) bool {
	return slices.ContainsFunc(s.userModules(d), func(m userModule) bool { return slices.ContainsFunc(m.options, wanted) })
}

// userModule is a file of the user's that declares options or says something of overlays.
type userModule struct {
	file     string
	options  []declaredOption
	overlays func() overlaying
}

// userModules are the open documents, what the document imports, and the Nix files of the workspace folder, the repository
// or the folder with a lock file that the document lies in; of the document's folder alone if it lies in none. A source tree
// of jetpack-nixos is not the user's.
func (s *Snapshot) userModules(d *Document) []userModule {
	if s.surroundings(d).Pin.Format == pins.Checkout {
		return nil
	}
	inside, searches := s.searches(d)
	var all []userModule
	seen := map[string]bool{}
	add := func(file string, options []declaredOption, overlays func() overlaying) {
		seen[pathKey(file)] = true
		all = append(all, userModule{file, options, overlays})
	}
	for uri, other := range s.documents {
		isFound := func(found *search) bool { return found.has(other.Path) }
		if other.Path == "" || inside(other.Path) || slices.ContainsFunc(searches, isFound) {
			add(cmp.Or(other.Path, uri), other.declared(), other.overlaying)
		}
	}
	if _, isOpen := s.documents[d.URI]; !isOpen {
		add(cmp.Or(d.Path, d.URI), d.declared(), d.overlaying)
	}
	for _, found := range searches {
		for _, f := range found.files {
			if !seen[pathKey(f.path)] {
				add(f.path, f.declared, func() overlaying { return f.overlaying })
			}
		}
	}
	return all
}

// searches are the searches for the user's modules, what is next to the document first, and whether a file lies where they
// look.
func (s *Snapshot) searches(d *Document) (inside func(path string) bool, all []*search) {
	around := s.surroundings(d)
	root, deep := s.userRoot(d, around)
	if root == "" || around.Pin.Format == pins.Checkout {
		return func(string) bool { return false }, nil
	}
	if len(d.imports()) > 0 {
		all = append(all, s.userFiles.imported(root, d, s.reach))
	}
	if d.Path != "" {
		all = append(all, s.userFiles.beside(root, d.Dir(), s.reach))
	}
	if deep {
		all = append(all, s.userFiles.below(root, s.reach))
	}
	return func(path string) bool {
		name, ok := within(root, path)
		return ok && (deep || !strings.Contains(name, "/"))
	}, all
}

// userRoot is the folder whose Nix files belong together with a document, and whether those in folders below do.
func (s *Snapshot) userRoot(d *Document, around *pins.Surroundings) (root string, deep bool) {
	dir := d.Dir()
	if dir == "" {
		if len(s.folders) == 0 {
			return "", false
		}
		return s.folders[0], true
	}
	return s.rootOf(dir, around)
}

// rootOf is the folder whose Nix files belong together with those in another one, and whether those in folders below do.
func (s *Snapshot) rootOf(dir string, around *pins.Surroundings) (root string, deep bool) {
	for _, folder := range s.folders {
		if _, inside := within(folder, dir); inside && len(folder) > len(root) {
			root = folder
		}
	}
	if root = cmp.Or(root, around.Top, around.Pin.Root(), flakeFolder(around.Entry)); root != "" {
		return searchable(root, dir), true
	}
	return dir, false
}

// flakeFolder is the folder of the flake.nix that pins by its address, as a flake does that has no lock file yet.
func flakeFolder(pin pins.Pin) string {
	if filepath.Base(pin.File) != "flake.nix" {
		return ""
	}
	return filepath.Dir(pin.File)
}

// searchable is the folder around dir, at or below root, from which a search gets to dir: it goes into no folder that is
// skipped, such as the .config of a repository that is a whole home folder.
func searchable(root, dir string) string {
	name, _ := within(root, dir)
	for ; name != "."; name = path.Dir(name) {
		if isSkipped(path.Base(name)) {
			return filepath.Join(root, filepath.FromSlash(name))
		}
	}
	return root
}

// declaredOption is an option that a module declares, with the values of an enum.
type declaredOption struct {
	path   string
	values []UserValue // without their file
	open   bool        // it may take more
	isEnd  bool        // path is but the end of the option's
}

// isAround reports whether an option is the declared one, or may be in it, if that is a set, or has it in it.
func (d declaredOption) isAround(option string) bool {
	return d.path == option || strings.HasPrefix(option, d.path+".") || strings.HasPrefix(d.path, option+".") ||
		d.isEnd && strings.HasSuffix(option, "."+d.path)
}

func declaredOptions(tree *syntax.Tree, mapper *text.Mapper) []declaredOption {
	var all []declaredOption
	for _, d := range upstream.Declarations(tree) {
		option := declaredOption{path: d.Path, open: d.Open, isEnd: d.IsEnd}
		for _, v := range d.Values {
			line, column := mapper.LineColumn(v.Span.Start)
			option.values = append(option.values, UserValue{Value: strings.Clone(v.Text), Line: line, Column: column})
		}
		all = append(all, option)
	}
	return all
}

// mayDeclareOptions is false for most texts that declare no option of any set, by mkOption or mkAliasOptionModule for one.
// It does not parse them.
func mayDeclareOptions(words *text.Words) bool {
	return words.Has("options") || words.Has("Option")
}
