package ide

import (
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/workspace"
)

// configuration is what a document says of the board; empty where it doesn't.
type configuration struct{ som, carrier, major string }

// configured reads the board's options from a document. Where a document sets
// one of them to two values, as a flake with two machines does, that option is
// not known.
func configured(sn *workspace.Snapshot, c *catalog.Catalog, doc *workspace.Document) configuration {
	values := map[string]string{}
	for d := range module.Definitions(doc.Tree(), "som", "carrierBoard", "majorVersion") {
		if sn.Done() {
			break
		}
		names := optionPath(c, d.Path)
		if names == nil {
			continue
		}
		path := strings.Join(names, ".")
		if path != somOption && path != carrierOption && path != majorOption {
			continue
		}
		value, quoted, ok := module.Literal(d.Binding.Value())
		if before, seen := values[path]; !ok || !quoted || seen && before != value {
			value = ""
		}
		values[path] = value
	}
	return configuration{values[somOption], values[carrierOption], values[majorOption]}
}

// set gives one of the three options a value; other paths change nothing.
func (c *configuration) set(path, value string) {
	switch path {
	case somOption:
		c.som = value
	case carrierOption:
		c.carrier = value
	case majorOption:
		c.major = value
	}
}

// get is the value of one of the three options.
func (c configuration) get(path string) string {
	switch path {
	case somOption:
		return c.som
	case carrierOption:
		return c.carrier
	case majorOption:
		return c.major
	}
	return ""
}
