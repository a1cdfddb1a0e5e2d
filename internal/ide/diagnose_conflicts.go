package ide

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
)

// conflicts reports the definitions of an option that NixOS cannot merge: they have the same priority and other values, and
// the option takes but one value. Each is reported where it stands.
func (d *diagnoser) conflicts(h *host.Host) {
	d.conflictsWithJetpack(h)
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

// conflictsWithJetpack reports the definitions of an option of NixOS that NixOS cannot merge with the one that jetpack-nixos has: they
// have its priority, and the option takes one definition, or one value and theirs is another.
func (d *diagnoser) conflictsWithJetpack(h *host.Host) {
	enabled, _ := certain(h, catalog.EnableOption)
	isWithin := func(u host.Unseen) bool { return !u.Foreign } // which may override both
	if enabled != true || h.Jetpack != host.Yes || h.Bound != nil || slices.ContainsFunc(h.Unseen, isWithin) {
		return
	}
	if _, _, isUpstream := d.checkoutOf(d.doc.Path); isUpstream {
		return // the definition may be that of jetpack-nixos
	}
	for _, v := range h.Values {
		isHere := func(definition host.Definition) bool { return isIn(definition.Value, d.doc) }
		if v.Conflict || !slices.ContainsFunc(v.Definitions, isHere) || !isOnFor(h, v.Path) {
			continue
		}
		t, _ := h.Type(v.Path...)
		for _, definition := range v.Definitions {
			if !isHere(definition) || definition.Condition != host.Yes {
				continue
			}
			if effect, ok := d.refusing(h, v, t, definition); ok {
				d.reportConflictWithJetpack(h, v, definition, effect)
			}
		}
	}
}

// isOnFor reports whether a host certainly turns on all that an option belongs to, and that it can turn on: NixOS looks at the option
// then.
func isOnFor(h *host.Host, path []string) bool {
	for i := range path {
		enable := append(slices.Clip(path[:i]), "enable")
		if v, ok := h.Get(enable...); ok && !slices.Equal(enable, path) && (v.Certainty < host.Default || v.Values[0] != true) {
			return false
		}
	}
	return true
}

// refusing is the definition in jetpack-nixos beside which NixOS refuses one of a host.
func (d *diagnoser) refusing(h *host.Host, v host.Value, t host.Type, definition host.Definition) (refusing catalog.Effect, ok bool) {
	isStronger := func(other host.Definition) bool {
		return other.Condition != host.No && other.Priority < definition.Priority
	}
	if slices.ContainsFunc(v.Definitions, isStronger) {
		return refusing, false
	}
	for _, e := range d.pinned.Catalog.Effects(strings.Join(v.Path, ".")) {
		if !isSet(e) {
			continue
		}
		if e.Priority < definition.Priority {
			return refusing, false // or one that is not known
		}
		fails := func(test string) bool { value, _ := certain(h, test); return value != true }
		if e.Priority != definition.Priority || slices.ContainsFunc(e.When, fails) {
			continue
		}
		switch other, isLiteral := literalOf(e.Value); t.Kind {
		case host.Raw:
			refusing, ok = e, true
		case host.Equal:
			if isLiteral && definition.Why == nil && !reflect.DeepEqual(other, definition.Plain) {
				refusing, ok = e, true
			}
		}
	}
	return refusing, ok
}

// literalOf is the text, true or false that stands in Nix source by itself.
func literalOf(source string) (value any, ok bool) {
	word, isQuoted, ok := module.Literal(syntax.Parse(source).Root().Child(0))
	switch {
	case isQuoted:
		return word, ok
	case word == "true" || word == "false":
		return word == "true", true
	}
	return nil, false
}

func (d *diagnoser) reportConflictWithJetpack(h *host.Host, v host.Value, definition host.Definition, e catalog.Effect) {
	path := shortPath(strings.Join(v.Path, "."))
	says := fmt.Sprintf("%s is also set in %s of %s, with the same priority, and NixOS takes only one definition", path, e.File, d.revision())
	if other, isLiteral := literalOf(e.Value); isLiteral {
		says = fmt.Sprintf("%s is %s here and %s in %s of %s, with the same priority, so NixOS refuses both",
			path, nixValue(definition.Plain), nixValue(other), e.File, d.revision())
	}
	mend := "put lib.mkForce before the value, or delete the definition"
	// What jetpack-nixos reads too, such as the modules of the kernel, another value may not have.
	isRead := slices.ContainsFunc(d.pinned.Catalog.Effects(e.Option), func(e catalog.Effect) bool { return e.Does == catalog.EffectReads })
	if definition.Priority < 100 || isRead {
		mend = "delete the definition"
	}
	found := Diagnostic{
		Span: definition.Value.Span, Code: CodeConflictingDefinition, Host: HostName(h), Message: says + "; " + mend,
	}
	if fix, ok := d.deleting(definition, v.Path); ok {
		found.Fixes = []Fix{fix}
	}
	d.reportForHost(found)
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
