package ide

import (
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
)

// argument finds the subject of an argument that NixOS hands to every module, or a flake to its outputs, where the function names it and
// where it is used.
func (q *query) argument(place *module.Place) (subject, bool) {
	if len(place.Path) != 1 || place.Origin != module.Argument {
		return nil, false
	}
	name := place.Path.Last()
	if _, isConvention := conventions[name]; isConvention {
		return nil, false
	}
	if isSurelyModule(place.Binder) {
		given, ok := q.sn.Library().Name("module." + name)
		if !ok {
			return nil, false
		}
		return term{
			title: name, what: markup.Prose("argument of a module"), summary: q.dated(given.Summary, ""),
			topics: topics{concept("module-arguments")},
		}, true
	}
	if path := module.PathOf(place.Binder); !flakes(q, nil) || len(path) != 1 || path.Last() != "outputs" || !q.isHandedIn(place.Binder, name) {
		return nil, false
	}
	input := *place
	input.Path = module.Path{{Name: "inputs", Known: true}, {Name: name, Known: true}}
	s, ok := q.definedTerm(&input)
	if t, isTerm := s.(term); isTerm {
		t.title, t.what = name, markup.Prose("argument of `outputs`")
		return t, true
	}
	return s, ok
}
