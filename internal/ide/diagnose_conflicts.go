package ide

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
)

// conflicts reports the definitions of an option that NixOS cannot merge: they have the same priority and other values, and
// the option takes but one value. Each is reported where it stands.
func (d *diagnoser) conflicts(h *host.Host) {
	for _, v := range h.Values {
		if !v.Conflict || isOffOn(h, v.Path) {
			continue
		}
		path := strings.Join(v.Path, ".")
		if o, ok := d.pinned.Catalog.Option(path); ok && o.Kind == catalog.KindUnspecified {
			continue // a type that is not known may merge them
		}
		all := conflicting(v)
		for _, definition := range all {
			if !isIn(definition.Value, d.doc) {
				continue
			}
			found := Diagnostic{
				Span: definition.Value.Span, Code: CodeConflictingDefinition, Host: HostName(h),
			}
			for _, other := range all {
				if reflect.DeepEqual(other.Plain, definition.Plain) {
					continue
				}
				if found.Message == "" {
					found.Message = fmt.Sprintf("%s is %s here and %s elsewhere, with the same priority, so NixOS refuses both; delete one, or %s",
						shortPath(path), nixValue(definition.Plain), nixValue(other.Plain), winning(definition.Priority))
				}
				found.Related = append(found.Related, related(other.Value, fmt.Sprintf("%s is %s here", shortPath(path), nixValue(other.Plain))))
			}
			if found.Message != "" {
				d.reportForHost(found)
			}
		}
	}
}

// winning is what to do for one of several definitions of a priority to win.
func winning(priority int) string {
	switch {
	case priority > 100:
		return "remove lib.mkDefault from the value that should win"
	case priority < 100:
		return "remove lib.mkForce from the other"
	}
	return "put lib.mkForce before the value that should win, or lib.mkDefault before the other"
}

// conflicting are the definitions of an option with the strongest priority, as far as their values are known.
func conflicting(v host.Value) []host.Definition {
	holds := slices.DeleteFunc(slices.Clone(v.Definitions), func(d host.Definition) bool {
		return d.Condition != host.Yes || d.Priority == 0
	})
	best := slices.MinFunc(holds, func(a, b host.Definition) int { return a.Priority - b.Priority }).Priority
	return slices.DeleteFunc(holds, func(d host.Definition) bool { return d.Priority != best || d.Why != nil })
}
