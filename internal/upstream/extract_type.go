package upstream

import (
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/nix/eval"
)

// Two of lib's classes of descriptions: by them it puts parentheses in a description that others are part of.
const (
	noun      = "noun"
	connected = "conjunction"
)

// optionType is the type of an option as lib describes it.
type optionType struct {
	// description is empty where the type is not known.
	description string
	class       string
	// values are those of an enum; inside null-or and list types too. valuesOpen says that there may be more.
	values     []string
	valuesOpen bool
	// fields are the modules of a submodule; element says that it is one of a list or a set.
	fields  []*eval.Thunk
	element bool
	// like is the path of the option that has the same type: options.a.b.type.
	like string
}

// foreignTypes are the types of NixOS's own options that jetpack-nixos refers to, as nixpkgs declares them.
func foreignType(option string) (optionType, bool) {
	switch option {
	case "nixpkgs.pkgs":
		return optionType{description: "An evaluation of Nixpkgs; the top level attribute set of packages"}, true
	case "hardware.nvidia-container-toolkit.enable", "hardware.graphics.enable", "hardware.opengl.enable":
		return optionType{description: "boolean", class: noun}, true
	}
	return optionType{}, false
}

// maxDescription is how long a type's description may be, in bytes: that of an enum of a hundred values is not a tenth of it.
const maxDescription = 16 << 10

// maxTypes bounds types within types.
const maxTypes = 64

// typeOf reads a type.
func (x *extractor) typeOf(v eval.Value) optionType {
	switch v := v.(type) {
	case *eval.Symbol:
		if n := len(v.Path); n > 2 && v.Path[0] == "options" && v.Path[n-1] == "type" {
			return optionType{like: strings.Join(v.Path[1:n-1], ".")}
		}
	case *eval.Attrs:
		t := optionType{description: x.text(v, "description"), class: x.text(v, "descriptionClass")}
		if len(t.description) > maxDescription {
			t.description = ""
		}
		if modules, ok := x.Select(v, "getSubModules").(*eval.List); ok {
			t.fields = modules.Items
		}
		var values eval.Value
		if values, t.element = heldValues(x.Evaluator, v); values != nil {
			x.enumValues(&t, values)
		}
		return t
	}
	return optionType{}
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

// enumValues reads the values of an enum.
func (x *extractor) enumValues(t *optionType, v eval.Value) {
	list, ok := v.(*eval.List)
	if !ok {
		t.valuesOpen = true
		return
	}
	t.valuesOpen = list.Open
	size := 0
	for _, item := range list.Items {
		switch v := x.Force(item).(type) {
		case eval.String:
			t.values = append(t.values, string(v))
			size += len(v)
		case eval.Int:
			t.values = append(t.values, strconv.FormatInt(int64(v), 10))
		case eval.Bool:
			t.values = append(t.values, strconv.FormatBool(bool(v)))
		case eval.Null:
		default:
			t.valuesOpen = true
		}
		if size > maxDescription {
			t.values, t.valuesOpen = nil, true
			return
		}
	}
}

// describeEnum words the type of an enum with these values.
func (t *optionType) describeEnum(shown []string) {
	t.class = noun
	switch len(shown) {
	case 0:
		t.description = "impossible (empty enum)"
	case 1:
		t.description = "value " + shown[0] + " (singular enum)"
	default:
		t.description, t.class = "one of "+strings.Join(shown, ", "), connected
	}
}

// extend adds values that another declaration of the option has.
func (t *optionType) extend(values []string) {
	was := enumOf(t.values)
	if len(t.values) == 0 || !strings.Contains(t.description, was.description) {
		return
	}
	all := slices.Clone(t.values)
	for _, v := range values {
		if !slices.Contains(all, v) {
			all = append(all, v)
		}
	}
	is := enumOf(all).description
	if t.element && was.class == noun && len(all) > 1 {
		is = "(" + is + ")"
	}
	t.description = strings.Replace(t.description, was.description, is, 1)
	if t.class == noun && len(all) > 1 {
		t.class = connected
	}
	t.values = all
}

// enumOf is the type of an enum of strings.
func enumOf(values []string) optionType {
	t := optionType{values: values}
	var shown []string
	for _, v := range values {
		shown = append(shown, `"`+v+`"`)
	}
	t.describeEnum(shown)
	return t
}
