package ide

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

const rootModule = "nixosModules.default"

// moduleOfHost reports that a host sets options of jetpack-nixos and certainly lacks its module. The flake has jetpack-nixos as an input.
func (d *diagnoser) moduleOfHost(h *host.Host) {
	pin, c := d.pinned.Pin, d.sn.Configuration(d.doc.Dir())
	if from := filepath.Base(pin.File); from != "flake.lock" && from != "flake.nix" || !syntax.IsName(pin.Input) || filepath.Base(c.Entry) != "flake.nix" {
		return
	}
	if h.Jetpack != host.No || len(h.Unseen) > 0 || h.Bound != nil || h.Unchecked || c.Open != nil || c.Bound != nil {
		return
	}
	first := Diagnostic{Span: text.Span{Start: len(d.doc.Text)}}
	for _, v := range slices.Concat(h.Values, h.Undeclared) {
		for _, definition := range v.Definitions {
			path := strings.Join(v.Path, ".")
			if definition.Alias != nil {
				path = strings.Join(definition.Alias, ".")
			}
			if at := definition.Path; strings.HasPrefix(path, catalog.Namespace+".") && definition.Condition == host.Yes && isIn(at, d.doc) && at.Span.Start < first.Span.Start {
				first.Span = at.Span
			}
		}
	}
	if first.Span.Start == len(d.doc.Text) {
		return
	}
	first.Code, first.Host = CodeMissingModule, HostName(h)
	first.Message = fmt.Sprintf("Import %s.%s: without it, %s does not exist", pin.Input, rootModule, catalog.Namespace)
	if fix, ok := d.importing(h, pin.Input); ok {
		first.Fixes = []Fix{fix}
	}
	d.reportForHost(first)
}

// importing is the fix that adds the module of jetpack-nixos to the list of modules that is written in the call which makes a host.
func (d *diagnoser) importing(h *host.Host, input string) (fix Fix, ok bool) {
	file := filepath.FromSlash(h.Body.File)
	flake, ok := fileOf(d.sn, d.sn.Configuration(d.doc.Dir()), h.Body.File)
	if !ok || filepath.Base(file) != "flake.nix" {
		return fix, false
	}
	list := listOfModules(flake.Tree().NodeAt(h.Body.Span.Start), h.Body.Span)
	if list.IsZero() || list.First().IsZero() {
		return fix, false
	}
	name := inScope(list, input)
	if name == "" {
		return fix, false
	}
	name += "." + rootModule
	fix = Fix{Title: "Add " + name + " to the modules", Edits: here(insertBefore(flake.Text, list.First().Span().Start, name))}
	if file != d.doc.Path {
		fix.Edits[0].File = file
	}
	return fix, true
}

// inScope is the expression at a node for an input of the flake, which the outputs are a function of; empty where none is certain.
func inScope(n syntax.Node, input string) string {
	if isOutputs(module.Binder(n, input)) {
		return input
	}
	for l := range syntax.Ancestors(n) {
		f, _ := syntax.AsLambda(l)
		if isOutputs(l) && !f.Parameter().IsZero() && module.Binder(n, f.Parameter().Text()) == l {
			return f.Parameter().Text() + "." + input
		}
	}
	return ""
}

// listOfModules is the list that is written as the modules in the argument of a call; the zero Node where there is none.
func listOfModules(n syntax.Node, call text.Span) syntax.Node {
	for a := range syntax.Ancestors(n) {
		apply, ok := syntax.AsApply(a)
		if !ok || a.Span() != call {
			continue
		}
		set, ok := syntax.AsAttrSet(apply.Argument())
		if !ok {
			break
		}
		for child := range syntax.Bindings(set.Node) {
			if b, ok := syntax.AsBinding(child); ok && b.Path().Text() == "modules" && b.Value().Kind() == syntax.List {
				return b.Value()
			}
		}
	}
	return syntax.Node{}
}

// isOutputs reports whether a function is the outputs of a flake.
func isOutputs(function syntax.Node) bool {
	b, ok := syntax.AsBinding(function.Parent())
	return ok && function.Kind() == syntax.Lambda && b.Path().Text() == "outputs"
}
