package upstream

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/nix/syntax"
)

// class is how a type's description reads in a sentence; nixpkgs' lib puts parentheses by it.
type class uint8

const (
	noClass   class = iota
	noun            // string
	clause          // positive integer, meaning >0
	connected       // null or string
	composite       // list of string
)

// optionType is the type of an option as lib describes it.
type optionType struct {
	// description is empty where the type is not known.
	description string
	class       class
	// values are those of an enum; inside null-or and list types too. valuesOpen says that there may be more.
	values     []string
	valuesOpen bool
	// fields are the modules of a submodule; element says that it is one of a list or a set.
	fields  []*thunk
	element bool
	// like is the path of the option that has the same type: options.a.b.type.
	like string
}

// phrase is the description, in parentheses if its class is none of these.
func (t optionType) phrase(plain ...class) string {
	for _, c := range plain {
		if t.class == c {
			return t.description
		}
	}
	return "(" + t.description + ")"
}

// simpleTypes are the types without arguments, in lib's words.
func simpleType(name string) (description string, c class, ok bool) {
	switch name {
	case "raw":
		return "raw value", noun, true
	case "anything":
		return "anything", noun, true
	case "unspecified":
		return "unspecified value", noun, true
	case "bool":
		return "boolean", noun, true
	case "boolByOr":
		return "boolean (merged using or)", noun, true
	case "int":
		return "signed integer", noun, true
	case "ints.unsigned":
		return "unsigned integer, meaning >=0", clause, true
	case "ints.positive":
		return "positive integer, meaning >0", clause, true
	case "ints.u8":
		return "8 bit unsigned integer; between 0 and 255 (both inclusive)", noun, true
	case "ints.u16", "port":
		return "16 bit unsigned integer; between 0 and 65535 (both inclusive)", noun, true
	case "ints.u32":
		return "32 bit unsigned integer; between 0 and 4294967295 (both inclusive)", noun, true
	case "ints.s8":
		return "8 bit signed integer; between -128 and 127 (both inclusive)", noun, true
	case "ints.s16":
		return "16 bit signed integer; between -32768 and 32767 (both inclusive)", noun, true
	case "ints.s32":
		return "32 bit signed integer; between -2147483648 and 2147483647 (both inclusive)", noun, true
	case "float":
		return "floating point number", noun, true
	case "number":
		return "signed integer or floating point number", connected, true
	case "numbers.positive":
		return "positive integer or floating point number, meaning >0", clause, true
	case "numbers.nonnegative":
		return "nonnegative integer or floating point number, meaning >=0", clause, true
	case "str", "string":
		return "string", noun, true
	case "nonEmptyStr":
		return "non-empty string", noun, true
	case "singleLineStr":
		return "(optionally newline-terminated) single-line string", noun, true
	case "lines":
		return separated("\n"), noun, true
	case "commas":
		return separated(","), noun, true
	case "envVar":
		return separated(":"), noun, true
	case "path":
		return "absolute path", noun, true
	case "pathInStore":
		return "path in the Nix store", noun, true
	case "externalPath":
		return "absolute path not in the Nix store", noun, true
	case "package", "shellPackage":
		return "package", noun, true
	case "pkgs":
		return "Nixpkgs package set", noun, true
	case "attrs":
		return "attribute set", noun, true
	case "deferredModule":
		return "module", noun, true
	case "optionType":
		return "optionType", noun, true
	}
	return "", noClass, false
}

// isTypeName reports whether lib.types has a type or a function of this name.
func isTypeName(name string) bool {
	if _, _, ok := simpleType(name); ok {
		return true
	}
	return name == "ints" || name == "numbers" || typeArguments(name) > 0
}

// typeArguments is how many arguments a type takes; 0 for one that takes none.
func typeArguments(name string) int {
	switch name {
	case "listOf", "nonEmptyListOf", "attrsOf", "lazyAttrsOf", "nullOr", "uniq", "functionTo", "enum", "oneOf", "submodule",
		"submoduleWith", "strMatching", "separatedString", "passwdEntry", "attrsWith", "pathWith", "attrTag":
		return 1
	case "either", "unique", "addCheck", "ints.between", "numbers.between":
		return 2
	case "coercedTo":
		return 3
	}
	return 0
}

func separated(by string) string { return "strings concatenated with " + quote(by) }

// quote writes a string as JSON, which is how lib shows it.
func quote(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return strconv.Quote(s)
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// typeName is the name of a type within lib.types.
func typeName(path []string) string {
	for i := len(path) - 2; i >= 0; i-- {
		if path[i] == "types" {
			return strings.Join(path[i+1:], ".")
		}
	}
	if n := len(path); n > 1 && (path[n-2] == "ints" || path[n-2] == "numbers") {
		return path[n-2] + "." + path[n-1]
	}
	return path[len(path)-1]
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

// typeOf describes a type.
func (x *interpreter) typeOf(t *thunk) optionType { return x.typeOfValue(x.force(t)) }

func (x *interpreter) typeOfValue(v *value) optionType {
	if !x.enter() {
		return optionType{}
	}
	defer x.leave()
	t := x.describedType(v)
	if len(t.description) > maxDescription {
		t.description = ""
	}
	return t
}

// maxDescription is how long a type's description may be, in bytes: that of an enum of a hundred values is not a tenth of it.
const maxDescription = 16 << 10

func (x *interpreter) describedType(v *value) optionType {
	switch v.kind {
	case symbolValue:
		if n := len(v.path); v.path[0] == "options" && v.path[n-1] == "type" && n > 2 {
			return optionType{like: strings.Join(v.path[1:n-1], ".")}
		}
		description, class, _ := simpleType(typeName(v.path))
		return optionType{description: description, class: class}
	case callValue:
		name := typeName(v.head.path)
		if n := typeArguments(name); n > 0 && n == len(v.list) {
			return x.typeCall(name, v.list)
		}
	case setValue:
		if v.set.base == nil {
			break
		}
		t := x.typeOfValue(v.set.base)
		if d := x.selected(v, "description"); d.isString() {
			t.description = d.text
		} else if _, ok := v.set.byName["description"]; ok {
			t.description = ""
		}
		return t
	}
	return optionType{}
}

func (x *interpreter) typeCall(name string, a []*thunk) optionType {
	switch name {
	case "enum":
		return x.enumType(a[0])
	case "nullOr", "listOf", "nonEmptyListOf", "attrsOf", "lazyAttrsOf", "functionTo", "passwdEntry":
		return wrap(name, x.typeOf(a[0]))
	case "uniq":
		return x.typeOf(a[0])
	case "unique":
		return x.typeOf(a[1])
	case "addCheck":
		return x.typeOf(a[0])
	case "either":
		return either(x.typeOf(a[0]), x.typeOf(a[1]))
	case "oneOf":
		list := x.force(a[0])
		if list.kind != listValue || list.open || len(list.list) == 0 {
			return optionType{}
		}
		t := x.typeOf(list.list[0])
		for _, other := range list.list[1:] {
			t = either(t, x.typeOf(other))
		}
		return t
	case "coercedTo":
		from, to := x.typeOf(a[0]), x.typeOf(a[2])
		if from.description == "" || to.description == "" {
			return optionType{}
		}
		return optionType{description: to.phrase(noun) + " or " + from.phrase(noun) + " convertible to it"}
	case "strMatching":
		if v := x.force(a[0]); v.isString() {
			return optionType{description: "string matching the pattern " + v.text, class: noun}
		}
	case "separatedString":
		if v := x.force(a[0]); v.isString() {
			return optionType{description: separated(v.text), class: noun}
		}
	case "ints.between", "numbers.between":
		low, high := x.number(a[0]), x.number(a[1])
		if low == "" || high == "" {
			break
		}
		kind := "integer"
		if name == "numbers.between" {
			kind = "integer or floating point number"
		}
		return optionType{description: kind + " between " + low + " and " + high + " (both inclusive)", class: noun}
	case "attrsWith":
		of := x.force(a[0])
		lazy := x.selected(of, "lazy")
		elem := optionType{}
		if of.kind == setValue {
			if e, ok := of.set.byName["elemType"]; ok {
				elem = x.typeOf(e.thunk)
			}
		}
		if lazy.kind == boolValue && lazy.truth {
			return wrap("lazyAttrsOf", elem)
		}
		return wrap("attrsOf", elem)
	case "attrTag":
		tags := x.force(a[0])
		if tags.kind != setValue || tags.set.open {
			break
		}
		names := slices.Sorted(slices.Values(tags.set.names))
		return optionType{description: "attribute-tagged union with choices: " + strings.Join(names, ", "), class: noun}
	case "submodule", "submoduleWith":
		return x.submodule(name, a[0])
	}
	return optionType{}
}

// wrap is the type that name makes of another one.
func wrap(name string, of optionType) optionType {
	t := of
	switch name {
	case "listOf", "nonEmptyListOf":
		t.description = "list of " + of.phrase(noun, composite)
		t.class, t.element = composite, true
		if name == "nonEmptyListOf" {
			t.description = "non-empty (" + t.description + ")"
		}
	case "attrsOf":
		t.description = "attribute set of " + of.phrase(noun, composite)
		t.class, t.element, t.values = composite, true, nil
	case "lazyAttrsOf":
		t.description = "lazy attribute set of " + of.phrase(noun, composite)
		t.class, t.element, t.values = composite, true, nil
	case "nullOr":
		t.description = "null or " + of.phrase(noun, connected)
		t.class = connected
	case "functionTo":
		t = optionType{description: "function that evaluates to a(n) " + of.phrase(noun, composite), class: composite}
	case "passwdEntry":
		t = optionType{description: of.phrase(noun) + ", not containing newlines or colons", class: clause}
	}
	if of.description == "" {
		t.description, t.class = "", noClass
	}
	return t
}

func either(a, b optionType) optionType {
	if a.description == "" || b.description == "" {
		return optionType{}
	}
	if a.class == clause {
		return optionType{description: a.description + ", or " + b.phrase(noun, connected), class: connected}
	}
	return optionType{description: a.phrase(noun, connected) + " or " + b.phrase(noun, connected, composite), class: connected}
}

// enumType reads the values of an enum.
func (x *interpreter) enumType(t *thunk) optionType {
	list := x.force(t)
	if list.kind != listValue {
		return optionType{valuesOpen: true}
	}
	out := optionType{valuesOpen: list.open}
	var shown []string
	size := 0
	for _, t := range list.list {
		if size += len(x.force(t).text); size > maxDescription {
			return optionType{valuesOpen: true}
		}
		switch v := x.force(t); v.kind {
		case stringValue:
			out.values = append(out.values, v.text)
			shown = append(shown, `"`+v.text+`"`)
		case numberValue:
			out.values = append(out.values, v.text)
			shown = append(shown, v.text)
		case boolValue:
			out.values = append(out.values, strconv.FormatBool(v.truth))
			shown = append(shown, strconv.FormatBool(v.truth))
		case nullValue:
			shown = append(shown, "<null>")
		default:
			out.valuesOpen = true
		}
	}
	if out.valuesOpen {
		return out
	}
	out.describeEnum(shown)
	return out
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

// submodule reads the type of a submodule or of a list of them.
func (x *interpreter) submodule(name string, module *thunk) optionType {
	t := optionType{description: "submodule", fields: []*thunk{module}}
	if v := x.force(module); name == "submoduleWith" {
		t.fields = nil
		if m := x.selected(v, "modules"); m.kind == listValue {
			t.fields = m.list
		}
		if d := x.selected(v, "description"); d.isString() {
			t.description = d.text
			return t
		}
	} else if v.kind == listValue {
		t.fields = v.list
	}
	for _, field := range t.fields {
		v := x.called(x.force(field))
		if v.kind != setValue {
			continue
		}
		if f, ok := v.set.byName["freeformType"]; ok {
			of := x.typeOf(f.thunk)
			t.description = ""
			if of.description != "" {
				t.description = "open submodule of " + of.phrase(noun, composite)
			}
		}
	}
	return t
}

// number is a number as Nix shows it; empty for anything else.
func (x *interpreter) number(t *thunk) string {
	if v := x.force(t); v.kind == numberValue {
		return v.text
	}
	n := t.node
	for n.Kind() == syntax.Paren {
		n = n.Child(0)
	}
	if n.Kind() == syntax.Unary {
		if _, op := syntax.Operator(n); op == syntax.Minus {
			if inner := n.Child(0); inner.Kind() == syntax.IntegerLiteral {
				return "-" + inner.Text()
			}
		}
	}
	return ""
}
