package ide

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// effectsOfHost reports definitions of options whose values jetpack-nixos does not look at on any host that the document is a
// part of. When it looks at one is read from its source: see catalog.Option.Used.
func (d *diagnoser) effectsOfHost(h *host.Host) {
	c := d.sn.Configuration(d.doc.Dir())
	if !d.isCertain() || c.Open != nil || c.Bound != nil {
		return // another revision may look at it, or another host
	}
	if d.forgottenEnable(h) {
		return
	}
	d.variablesOfXavier(h)
	for _, v := range h.Values {
		if !slices.ContainsFunc(v.Definitions, func(definition host.Definition) bool { return isIn(definition.Path, d.doc) }) {
			continue
		}
		o, ok := d.pinned.Catalog.Option(strings.Join(v.Path, "."))
		if !ok || o.Used == "" || slices.Contains(fitOptions, o.Path) {
			continue // to name a board has a meaning by itself
		}
		for _, definition := range v.Definitions {
			if !isIn(definition.Path, d.doc) || !d.hasNoEffect(h, o, definition) || d.mayHaveEffectElsewhere(o, definition) || d.isRead(o.Path) {
				continue
			}
			if _, isRefused := d.refusedValue(o, definition, writtenAt(definition).Span); !isRefused {
				d.reportNoEffect(h, o, definition)
			}
		}
	}
}

const efiVariablesOption = "boot.loader.efi.canTouchEfiVariables"

// variablesOfXavier reports that a host lets the boot loader write UEFI variables which Linux cannot write: the firmware of an AGX Xavier
// keeps them on the eMMC, which belongs to the kernel once Linux runs (README.md of jetpack-nixos, "Xavier AGX note").
func (d *diagnoser) variablesOfXavier(h *host.Host) {
	isXavier := func(h *host.Host) bool { return isOn(h) && hostString(h, catalog.SoMOption) == "xavier-agx" }
	v, _ := h.Option(efiVariablesOption)
	if enabled, _ := certain(h, catalog.EnableOption); enabled != true || !isXavier(h) || v.Certainty != host.Certain || v.Values[0] != true {
		return
	}
	for _, definition := range v.Definitions {
		at := writtenAt(definition)
		if !definition.Wins || !isIn(at, d.doc) {
			continue
		}
		section, _ := d.sn.Pills().For(concept("minimal-configuration"))
		found := Diagnostic{
			Span: at.Span, Code: CodeNoEffect, Host: HostName(h), Section: section,
			Message: "Set canTouchEfiVariables to false: on xavier-agx, Linux cannot write UEFI variables",
		}
		isForOthers := slices.ContainsFunc(d.hostsOfDoc, func(other *host.Host) bool {
			of, _ := other.Option(efiVariablesOption)
			isSame := func(o host.Definition) bool { return o.Path == definition.Path }
			return !isXavier(other) && slices.ContainsFunc(of.Definitions, isSame)
		})
		if !d.literalAt(at.Span).IsZero() && !isForOthers {
			found.Fixes = []Fix{changeTo(at.Span, "false")}
		}
		d.reportForHost(found)
	}
}

// forgottenEnable reports that a host sets the SoM and nothing sets enable, without which nothing looks at the SoM. To leave enable to the
// hosts that share the file, or to a specialisation, is no mistake.
func (d *diagnoser) forgottenEnable(h *host.Host) bool {
	isOff := func(h *host.Host) bool {
		enable, ok := h.Option(catalog.EnableOption)
		return ok && h.Jetpack == host.Yes && !h.Replaced && len(h.Unseen) == 0 && h.Bound == nil && enable.Certainty == host.Default && len(enable.Definitions) == 0
	}
	som, _ := h.Option(catalog.SoMOption)
	i := slices.IndexFunc(som.Definitions, func(definition host.Definition) bool {
		return definition.Wins && definition.Condition == host.Yes && isIn(definition.Path, d.doc)
	})
	if i < 0 || !isOff(h) || slices.ContainsFunc(d.hostsOfDoc, func(other *host.Host) bool { return !isOff(other) }) || d.isRead(catalog.SoMOption) {
		return false
	}
	at := som.Definitions[i].Path.Span
	found := Diagnostic{
		Span: at, Code: CodeNoEffect, Host: HostName(h), Section: d.explain(strings.Split(catalog.EnableOption, ".")),
		Message: fmt.Sprintf("Set %s: without it, som and all other options here have no effect", catalog.EnableOption),
	}
	for n := range syntax.Ancestors(d.doc.Tree().NodeAt(at.Start)) {
		b, ok := syntax.AsBinding(n)
		if !ok {
			continue
		}
		if before, isPlain := strings.CutSuffix(b.Path().Text(), "som"); isPlain && b.Path().Span().End == at.End {
			add := before + "enable = true"
			found.Fixes = []Fix{{Title: "Add " + add, Edits: here(insertBefore(d.doc.Text, n.Span().Start, add+";"))}}
		}
		break
	}
	d.reportForHost(found)
	return true
}

// hasNoEffect reports whether a host certainly has a definition, and does not look at its value.
func (d *diagnoser) hasNoEffect(h *host.Host, o catalog.Option, definition host.Definition) bool {
	enabled, _ := certain(h, catalog.EnableOption)
	isPlain := definition.Priority > 0 && definition.Priority <= 100 // others want to be overridden
	return enabled == true && h.Jetpack == host.Yes && !h.Replaced && len(h.Unseen) == 0 && h.Bound == nil &&
		definition.Condition == host.Yes && definition.Wins && isPlain && !d.isDefault(o, definition) && d.isUnusedOn(h, o)
}

// isUnusedOn reports whether a host does not look at the value of an option. What an unknown SoM would look at nobody knows: another
// finding says that there is none of that name.
func (d *diagnoser) isUnusedOn(h *host.Host, o catalog.Option) bool {
	c := d.circumstances(h, o)
	if som, decides := c.values[catalog.SoMOption].(string); decides {
		if _, isKnown := d.pinned.Catalog.SoM(som); !isKnown && som != catalog.NoBoard {
			return false
		}
	}
	return c.uses() == host.No
}

// isDefault reports whether a definition may say what holds without it.
func (d *diagnoser) isDefault(o catalog.Option, definition host.Definition) bool {
	if !o.HasDefault {
		return false
	}
	e := eval.New(eval.Options{Steps: mostUseSteps})
	byDefault, unknown := e.Plain(e.Thunk(syntax.Parse(o.Default).Root().Child(0), nil))
	switch {
	case unknown != nil:
		return true
	case definition.Why == nil:
		return reflect.DeepEqual(byDefault, definition.Plain)
	case !isIn(definition.Origin, d.doc):
		return true
	}
	// The text may tell that it is another value, though only an evaluation knows which.
	for n := range syntax.Ancestors(d.doc.Tree().NodeAt(definition.Origin.Span.Start)) {
		if n.Span() == definition.Origin.Span {
			switch n.Kind() {
			case syntax.List:
				items, isList := byDefault.([]any)
				return !isList || len(items) > 0 || n.First().IsZero()
			case syntax.Path, syntax.String, syntax.IndentedString:
				return byDefault != nil
			}
		}
	}
	return true
}

// mayHaveEffectElsewhere reports whether one of the hosts that the document is a part of may look at the value of a definition.
func (d *diagnoser) mayHaveEffectElsewhere(o catalog.Option, definition host.Definition) bool {
	return slices.ContainsFunc(d.hostsOfDoc, func(h *host.Host) bool {
		v, ok := h.Option(o.Path)
		i := slices.IndexFunc(v.Definitions, func(other host.Definition) bool { return other.Path == definition.Path })
		if !ok || i < 0 || v.Definitions[i].Condition == host.No || v.Certainty >= host.Default && !v.Definitions[i].Wins {
			return false
		}
		return !d.hasNoEffect(h, o, v.Definitions[i])
	})
}

// isRead reports whether a file that the hosts of the document are made of, and that is none of jetpack-nixos, may take the value of
// an option.
func (d *diagnoser) isRead(option string) bool {
	c := d.sn.Configuration(d.doc.Dir())
	isUpstreams := func(file string) bool {
		if d.pinned.Source == nil {
			return false
		}
		name, err := filepath.Rel(d.pinned.Source.Location.Dir, file)
		return err == nil && filepath.IsLocal(name)
	}
	for _, h := range d.hostsOfDoc {
		for _, file := range c.FilesOf(h.Name) {
			file = filepath.FromSlash(file)
			if !isUpstreams(file) && slices.ContainsFunc(d.takesOf(file), func(r module.Take) bool { return mayRead(r, option) }) {
				return true
			}
		}
	}
	return false
}

// takesOf are what a Nix file takes of values from outside.
func (d *diagnoser) takesOf(file string) []module.Take {
	all, ok := d.takes[file]
	if !ok {
		if d.takes == nil {
			d.takes = map[string][]module.Take{}
		}
		if content := d.sn.Content(file); filepath.Ext(file) == ".nix" && content != "" {
			itself := func(name string) (eval.Value, bool) { return eval.NewSymbol(name), true }
			e := eval.New(eval.Options{Steps: mostReadSteps, Free: itself, Argument: itself})
			module.Takes(e, syntax.Parse(content), func(r module.Take) { all = append(all, r) })
		}
		d.takes[file] = all
	}
	return all
}

// mostReadSteps bounds the evaluation of what one file takes.
const mostReadSteps = 2_000_000

// mayRead reports whether a place takes the value of an option, or a set that the option is in. A file that is given the whole
// configuration says itself what it takes.
func mayRead(r module.Take, option string) bool {
	rest := strings.Join(r.Path[1:], ".")
	isBelow := func(path, of string) bool { return path == of || strings.HasPrefix(path, of+".") }
	switch {
	case rest == "":
		return false
	case r.Path[0] == "config" || r.Path[0] == "options":
		return isBelow(rest, option) || isBelow(option, rest) && !r.IsVariable()
	}
	return strings.HasSuffix("."+option, "."+rest) || strings.HasSuffix("."+rest, "."+option)
}

// reportNoEffect reports a definition, and says when the option is used.
func (d *diagnoser) reportNoEffect(h *host.Host, o catalog.Option, definition host.Definition) {
	found := Diagnostic{
		Span: definition.Path.Span, Code: CodeNoEffect, Host: HostName(h), Section: d.explain(strings.Split(o.Path, ".")),
		Message: shortPath(o.Path) + " has no effect ",
	}
	c := d.circumstances(h, o)
	missing := d.missing(&found, h, c, o)
	replaced := ""
	for _, path := range slices.Sorted(maps.Keys(c.priorities)) {
		if c.without(path).uses() != host.No {
			replaced = path
		}
	}
	switch on, only := d.boardsFor(h, c); {
	case missing != "":
		found.Message += "without " + missing
	case replaced != "":
		found.Message += fmt.Sprintf("because your own %s replaces that of jetpack-nixos", shortPath(replaced))
		v, _ := h.Option(replaced)
		for _, other := range v.Definitions {
			if other.Condition == host.Yes && other.Priority == strongest(h, replaced) {
				found.Related = append(found.Related, related(other.Path, shortPath(replaced)+" is set here"))
			}
		}
	case on != "":
		found.Message += "with " + on
		if only != "" {
			found.Message += fmt.Sprintf("; %s uses it only with %s", d.revision(), only)
		}
	default:
		found.Message += fmt.Sprintf("on this host: nothing in %s uses it there", d.revision())
	}
	if fix, ok := d.deleting(definition, strings.Split(o.Path, ".")); ok {
		found.Fixes = append([]Fix{fix}, found.Fixes...)
	}
	d.reportForHost(found)
}

// missing says what an option is used with that a host does not set: one of several features, or else two of them together.
// It is empty where that is none, but a board.
func (d *diagnoser) missing(found *Diagnostic, h *host.Host, c circumstances, o catalog.Option) string {
	type feature struct {
		path string
		with circumstances
		says string
	}
	var features []feature
	for _, path := range c.order {
		switch value := c.values[path].(type) {
		case bool:
			features = append(features, feature{path, c.with(path, !value), fmt.Sprintf("%s = %t", shortPath(path), !value)})
		case nil:
			features = append(features, feature{path, c.with(path, ""), shortPath(path)})
		}
	}
	features = slices.DeleteFunc(features, func(f feature) bool { return f.path == o.Path })
	var enough []string
	for _, f := range features {
		if f.with.uses() != host.No {
			enough = append(enough, f.says)
			d.turnOn(found, h, f.path, c.values[f.path])
		}
	}
	if len(enough) > 0 {
		return text.List(enough, "or")
	}
	for i, f := range features {
		for _, other := range features[i+1:] {
			if f.with.with(other.path, other.with.values[other.path]).uses() != host.No {
				return f.says + " and " + other.says
			}
		}
	}
	return ""
}

// turnOn says where somebody has turned off what an option is a part of, and adds the fix that turns it on.
func (d *diagnoser) turnOn(found *Diagnostic, h *host.Host, path string, value any) {
	is, isBool := value.(bool)
	v, _ := h.Option(path)
	for _, definition := range v.Definitions {
		at := writtenAt(definition)
		file := filepath.FromSlash(at.File)
		if !isBool || !definition.Wins || at.Span.Of(d.sn.Content(file)) != fmt.Sprint(is) {
			continue
		}
		found.Related = append(found.Related, related(at, fmt.Sprintf("%s = %t is set here", shortPath(path), is)))
		fix := Fix{Title: fmt.Sprintf("Set %s = %t", shortPath(path), !is), Edits: here(text.Edit{Span: at.Span, NewText: fmt.Sprint(!is)})}
		if !isIn(at, d.doc) {
			fix.Edits[0].File = file
		}
		found.Fixes = append(found.Fixes, fix)
	}
}

// boardsFor says on which board an option has no effect, and on which boards it has.
func (d *diagnoser) boardsFor(h *host.Host, c circumstances) (on, only string) {
	for _, path := range []string{catalog.CarrierBoardOption, catalog.MajorVersionOption, catalog.SoMOption} {
		is, ok := c.values[path].(string)
		o, isOption := d.pinned.Catalog.Option(path)
		if !ok || !isOption {
			continue
		}
		var with []string
		for _, value := range o.Values {
			if value != is && c.with(path, value).uses() != host.No {
				with = append(with, value)
			}
		}
		switch {
		case len(with) == 0:
			continue
		case len(with) <= mostNamedBoards:
			only = text.List(with, "or")
		}
		on = fmt.Sprintf("%s = %q", shortName(path), is)
		if v, _ := h.Option(path); v.Certainty == host.Default {
			on += ", the default"
		}
		return on, only
	}
	return "", ""
}

// mostNamedBoards is how many boards a message names.
const mostNamedBoards = 4
