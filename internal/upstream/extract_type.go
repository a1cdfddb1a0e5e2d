package upstream

import (
	"slices"
	"strconv"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
)

// Bounds of one type.
const (
	maxDescription = 16 << 10 // bytes; that of an enum of a hundred values is not a tenth of it
	maxTypes       = 64       // types within types
)

// libType is a type of lib.types, which may be a function of others.
func (x *extractor) libType(name string, of ...*eval.Thunk) eval.Value {
	types, _ := eval.Lib("types")
	t := x.Select(types, name)
	for _, argument := range of {
		t = x.Apply(t, argument)
	}
	return t
}

// foreignType is the type of one of NixOS's own options that jetpack-nixos refers to, as nixpkgs declares it.
func (x *extractor) foreignType(option string) eval.Value {
	switch option {
	case "nixpkgs.pkgs":
		const description = "An evaluation of Nixpkgs; the top level attribute set of packages"
		return eval.NewAttrs(nil, value("description", eval.String(description)))
	case "hardware.nvidia-container-toolkit.enable", "hardware.graphics.enable", "hardware.opengl.enable":
		return x.libType("bool")
	}
	return eval.Null{}
}

// resolved follows the options that a type is said to be the one of: options.a.b.type.
func (m *modules) resolved(v eval.Value) eval.Value {
	for range 8 {
		s, ok := v.(*eval.Symbol)
		if !ok {
			return v
		}
		n := len(s.Path)
		if n < 3 || s.Path[0] != "options" || s.Path[n-1] != "type" {
			break
		}
		path := dotted(s.Path[1 : n-1])
		d, ok := m.declared[path]
		if !ok {
			return m.foreignType(path)
		}
		v = d.typ
	}
	return eval.Null{}
}

// mergedType is the type of an option that is declared with two of them: NixOS gives an enum the values of both.
func (x *extractor) mergedType(a, b eval.Value) eval.Value {
	switch name := x.text(a, "name"); name {
	case "", "unspecified":
		return b
	case "enum":
		merged, _ := x.At(a, "functor", "payload", "values").(*eval.List)
		more, _ := heldValues(x.Evaluator, b)
		list, ok := more.(*eval.List)
		if merged == nil || !ok || x.Charge(len(merged.Items)*len(list.Items)) != nil {
			break
		}
		union := eval.NewList(slices.Clone(merged.Items)...)
		union.Open = merged.Open || list.Open
		for _, t := range list.Items {
			if !slices.ContainsFunc(union.Items, func(other *eval.Thunk) bool { return x.Force(other) == x.Force(t) }) {
				union.Items = append(union.Items, t)
			}
		}
		return x.libType(name, eval.Known(union))
	case "nullOr", "listOf", "attrsOf", "lazyAttrsOf":
		elem := x.mergedType(x.At(a, "nestedTypes", "elemType"), x.At(b, "nestedTypes", "elemType"))
		return x.libType(name, eval.Known(elem))
	}
	return a
}

// typed sets what an option's type decides.
func (x *extractor) typed(o *catalog.Option, t eval.Value) {
	if o.Type = x.text(t, "description"); len(o.Type) > maxDescription {
		o.Type = ""
	}
	o.Kind, o.Elem, o.Nullable, _ = catalog.ReadType(o.Type)
	if o.Kind == catalog.KindEnum || o.Elem == catalog.KindEnum {
		o.Values, o.ValuesInList = x.enumValues(t), o.Elem == catalog.KindEnum
	}
}

// heldValues are the values of an enum, or of one inside types that hold others: nil if there is none. element says
// that the type is one of lists or of sets.
func heldValues(e *eval.Evaluator, v eval.Value) (values eval.Value, element bool) {
	for range maxTypes {
		name, _ := e.Select(v, "name").(eval.String)
		switch name {
		case "enum":
			return e.At(v, "functor", "payload", "values"), element
		case "nullOr", "unique":
		case "listOf":
			element = true
		case "attrsOf", "lazyAttrsOf":
			return nil, true
		default:
			return nil, element
		}
		v = e.At(v, "nestedTypes", "elemType")
	}
	return nil, element
}

// enumValues are the values of an enum as texts; none if there may be others.
func (x *extractor) enumValues(t eval.Value) []string {
	held, _ := heldValues(x.Evaluator, t)
	list, ok := held.(*eval.List)
	if !ok || list.Open {
		return nil
	}
	var values []string
	for _, item := range list.Items {
		switch v := x.Force(item).(type) {
		case eval.String:
			values = append(values, string(v))
		case eval.Int:
			values = append(values, strconv.FormatInt(int64(v), 10))
		case eval.Bool:
			values = append(values, strconv.FormatBool(bool(v)))
		case eval.Null:
		default:
			return nil
		}
	}
	return values
}
