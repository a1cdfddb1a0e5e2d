package ide

import (
	"iter"
	"slices"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// optionPath is the end of a path that is an option path, or the beginning of one; nil if there is none. Names before it,
// such as config or nixosConfigurations.x, are left out.
func optionPath(c *catalog.Catalog, path module.Path) []string {
	for names, before := range optionNames(path) {
		if c.IsOwn(names) && before.IsRoot() {
			return names
		}
	}
	return nil
}

// optionOfPlace is the option path that a place is about: its own, or that of the one option to which its value comes through names.
func (q *query) optionOfPlace(place *module.Place) []string {
	if names := optionPath(q.pinned.Catalog, place.Path); names != nil {
		return names
	}
	names, _ := oneOption(q.pinned.Catalog, place.Uses())
	if place.Kind == module.DefinedName && names != nil && names[len(names)-1] != place.Path.Last() && q.pinned.Catalog.IsPrefix(names) {
		return nil // the name of a host, which has the options
	}
	return names
}

// oneOption is the option that all uses are of which are of an option, and the first of these; nil if they are of several.
func oneOption(c *catalog.Catalog, uses []module.Use) (names []string, use module.Use) {
	for _, u := range uses {
		switch found := optionPath(c, u.Path); {
		case found == nil:
		case names == nil:
			names, use = found, u
		case !slices.Equal(names, found):
			return nil, module.Use{}
		}
	}
	return names, use
}

// optionOf is the end of a path that is an option path; nil for one that is part of an option's declaration.
func (q *query) optionOf(path module.Path) []string {
	names := optionPath(q.pinned.Catalog, path)
	if names == nil || slices.Contains(names, "") || isDeclaration(path, len(names)) {
		return nil
	}
	return names
}

// optionNames are the ends of a path that could be option paths, the shortest first, each with what stands before it: names
// that are known, and that no variable has.
func optionNames(path module.Path) iter.Seq2[[]string, module.Path] {
	return func(yield func([]string, module.Path) bool) {
		first := len(path)
		for first > 0 && path[first-1].Known && !path[first-1].Variable {
			first--
		}
		names := path.Names(len(path) - first)
		for i := len(names) - 1; i >= 0; i-- {
			if !yield(names[i:], path[:first+i]) {
				return
			}
		}
	}
}

// isDeclaration reports whether a path, which so many names of an option path end, is part of an option's declaration:
// options.hardware.nvidia-jetpack.som. What stands there is no value.
func isDeclaration(path module.Path, names int) bool {
	known := path.Known()
	return slices.ContainsFunc(known[:len(known)-names], func(p module.Part) bool { return p.Name == "options" })
}

// valueOption is the option that a path of a value leads to, and whether the value is an element of a list.
func valueOption(c *catalog.Catalog, names []string) (o catalog.Option, inList, ok bool) {
	if inList = names[len(names)-1] == module.Element; inList {
		names = names[:len(names)-1]
	}
	o, ok = c.Lookup(names)
	return o, inList, ok
}

// wholePath is the whole path that the attribute path under the cursor is a part of, and where it is written.
func wholePath(place *module.Place) (module.Path, text.Span, bool) {
	up := place.Node.Parent()
	path, ok := syntax.AsAttrPath(up)
	if !ok {
		s, ok := syntax.AsSelect(up)
		if !ok || place.Node.Kind() != syntax.Identifier || s.From() != place.Node {
			return nil, text.Span{}, false
		}
		path = s.Path() // behind the first name of a selection
	}
	var lastName syntax.Node
	for n := range path.Names() {
		if n.Kind() != syntax.Missing {
			lastName = n
		}
	}
	if lastName.IsZero() || lastName == place.Node {
		return nil, text.Span{}, false
	}
	end := lastName.Span().End
	whole := module.At(place.Node.Tree(), end)
	if whole.Kind != place.Kind && place.Kind != module.ReferredName {
		return nil, text.Span{}, false
	}
	start := path.Span().Start
	if path.Parent().Kind() == syntax.Select {
		start = path.Parent().Span().Start
	}
	return whole.Path, text.Span{Start: start, End: end}, true
}
