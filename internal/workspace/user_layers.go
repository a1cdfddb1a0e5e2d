package workspace

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// UserMember is a name that an overlay or a scope of the user's gives.
type UserMember struct {
	// Set is the scope that has it; empty for a name of the package set itself.
	Set, Name string
	// IsScope says that it is a scope that the user's file makes.
	IsScope bool
	// File is the absolute path, or the name of an open document that is no file; Line and Column are 1-based, the
	// column in bytes.
	File         string
	Line, Column int
	// isOfFile says that it is of the function that the file is, after some arguments; isOverlay that this is an overlay
	// of the package set, if nothing uses the file for another one.
	isOfFile, isOverlay bool
	arguments           int
}

// UserMembers are the names that overlays of the user's give in a scope, or in the package set for an empty name, sorted by
// name.
func (s *Snapshot) UserMembers(d *Document, set string) []UserMember {
	var all []UserMember
	modules := s.userModules(d)
	for _, m := range modules {
		var use *usedFile
		for _, given := range m.overlays().gives {
			of := given.Set
			if given.isOfFile {
				if use == nil {
					use = useOf(modules, m.file)
				}
				switch {
				case use.path == "" && !given.isOverlay, use.IsSet, use.path != "" && use.Arguments != given.arguments:
					continue
				case use.path != "" && (use.Makes || use.Set != module.PackageSet && (use.Set != module.ScopeSet || use.Name == "")):
					continue
				case use.path != "" && use.Set == module.ScopeSet:
					of = use.Name
				}
			}
			if of == set {
				given.Set, given.File = of, m.file
				all = append(all, given)
			}
		}
	}
	slices.SortFunc(all, func(a, b UserMember) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return all
}

// useOf is for what a file is used; the zero usedFile where none of the modules uses it.
func useOf(modules []userModule, file string) *usedFile {
	for _, m := range modules {
		for _, f := range m.overlays().files {
			if key := pathKey(f.path); key == pathKey(file) || filepath.Base(file) == "default.nix" && key == pathKey(filepath.Dir(file)) {
				used := f
				used.by = m.file
				return &used
			}
		}
	}
	return &usedFile{}
}

// FileUse is for what other files of the user's use a document: an overlay, or the function of a scope. By is the file that
// does.
func (s *Snapshot) FileUse(d *Document) (use module.FileUse, by string, ok bool) {
	if d.Path == "" {
		return use, "", false
	}
	f := useOf(s.userModules(d), d.Path)
	return f.FileUse, f.by, f.path != ""
}

// usedFile is a file that a text uses for a layer, without the node of its path.
type usedFile struct {
	module.FileUse
	path string
	by   string // the file that uses it
}

// takesTwo reports whether a text begins as a function of two arguments, perhaps after others in braces. It does not parse the text.
func takesTwo(source string) bool {
	rest, ok := source, true
	cut := func(after string) {
		if ok {
			rest, ok = strings.CutPrefix(strings.TrimLeft(rest, blanks), after)
		}
	}
	for isComment := true; isComment; {
		rest = strings.TrimLeft(rest, blanks)
		switch {
		case strings.HasPrefix(rest, "#"):
			_, rest, isComment = strings.Cut(rest, "\n")
		case strings.HasPrefix(rest, "/*"):
			_, rest, isComment = strings.Cut(rest[2:], "*/")
		default:
			isComment = false
		}
	}
	if strings.HasPrefix(rest, "{") {
		rest = rest[1:]
		rest = rest[max(0, strings.IndexAny(rest, "{}")):]
		cut("}")
		cut(":")
		cut("")
	}
	rest = strings.TrimPrefix(rest, "(")
	for range 2 {
		name := len(rest) - len(strings.TrimLeftFunc(rest, isNamed))
		ok = ok && name > 0 && !strings.ContainsRune("0123456789'-", rune(rest[0]))
		rest = rest[name:]
		cut(":")
		cut("")
	}
	return ok
}

const blanks = " \t\n\f\r"

// isNamed reports whether a name of a variable may have a character.
func isNamed(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '_' || r == '\'' || r == '-'
}

// layerWords are words of which a text has one that overlays a set or makes one.
var layerWords = [...]string{"verlay", "overrideScope", "makeScope", "packageOverrides", ".extend", "Extensions", "prev:", "super:"}

// mayLayer is false for most texts that neither overlay a set nor make one. It does not parse them.
func mayLayer(source string, words *text.Words) bool {
	return mayOverlay(words) || takesTwo(source) || slices.ContainsFunc(layerWords[:], words.Has)
}

// Bounds of what is remembered of one text.
const (
	mostLayers = 64 // overlays
	mostGiven  = 4000

	mostFileArguments = 3 // of the function that a file is, before those of an overlay
)

// addLayers adds what a text says of layers.
func (o *overlaying) addLayers(tree *syntax.Tree, file string, mapper *text.Mapper) {
	left := mostLayers
	add := func(given UserMember, key module.Key) {
		given.Line, given.Column = mapper.LineColumn(key.Node.Span().Start)
		given.Name = strings.Clone(key.Name)
		var scope module.Layer
		scope, given.IsScope = module.ScopeOf(key.Value)
		o.gives = append(o.gives, given)
		if !given.IsScope || given.Set != "" {
			return
		}
		keys, _ := scope.Keys()
		for _, inner := range keys {
			line, column := mapper.LineColumn(inner.Node.Span().Start)
			o.gives = append(o.gives, UserMember{Set: given.Name, Name: strings.Clone(inner.Name), Line: line, Column: column})
		}
	}
	ofFile := map[syntax.Node]bool{}
	for arguments := range mostFileArguments {
		l, ok := module.FileUse{Arguments: arguments}.FileLayer(tree)
		if !ok {
			continue
		}
		of, isLayer := module.AsLayer(l.Lambda)
		ofFile[l.Lambda] = true
		keys, _ := l.Keys()
		for _, key := range keys {
			add(UserMember{isOfFile: true, arguments: arguments, isOverlay: isLayer && of.Set == module.PackageSet && of.Lambda == l.Lambda}, key)
		}
	}
	for n := range tree.OfKind(syntax.Lambda) {
		if ofFile[n] || len(o.gives) > mostGiven || left == 0 {
			continue
		}
		outer, _ := syntax.AsLambda(n)
		if _, takesTwo := syntax.AsLambda(outer.Body()); !takesTwo {
			continue
		}
		l, ok := module.AsLayer(n)
		if ok {
			left--
		}
		if !ok || l.Lambda != n || l.Makes() || l.Final.IsZero() || l.Set != module.PackageSet && (l.Set != module.ScopeSet || l.Name == "") {
			continue
		}
		set := ""
		if l.Set == module.ScopeSet {
			set = strings.Clone(l.Name)
		}
		keys, _ := l.Keys()
		for _, key := range keys {
			add(UserMember{Set: set}, key)
		}
	}
	if file == "" {
		return
	}
	for _, use := range module.FileUses(tree) {
		name := filepath.FromSlash(use.Path.Text())
		if strings.HasPrefix(name, "~") {
			continue
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file), name)
		}
		use.Path, use.Name, use.For = syntax.Node{}, strings.Clone(use.Name), strings.Clone(use.For)
		o.files = append(o.files, usedFile{FileUse: use, path: strings.Clone(filepath.Clean(name))})
	}
}
