package ide

import (
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
)

// overlaid is what the functions that take an overlay lay it over; the rest lay it over the package set.
var overlaid = map[string]string{
	"overrideScope": "The scope", "overrideScope'": "The scope",
	"extend": "The set that is extended", "extends": "The set that is extended",
	"makeExtensible": "The set that is extended", "appendOverlays": "The set that is extended",
}

// overlayArgument finds the subject of final or prev, by whichever names an overlay has them.
func (q *query) overlayArgument(place *module.Place) (subject, bool) {
	name, o := place.Path.Last(), place.Overlay
	what, ok := overlaid[o.For]
	if !ok {
		what = "The package set"
	}
	when := " with every overlay applied."
	if o.Prev.Text() == name && o.Final.Text() != name {
		when = " before this overlay."
	}
	return term{
		title: name, what: markup.Prose("argument of an overlay"), summary: described(what + when),
		topics: topics{concept("overlay-function"), concept("overlays")},
	}, true
}
