package eval

import "fmt"

// The classes of the descriptions of types: what decides where one that is part of
// another stands in parentheses.
const (
	noun        = "noun"
	clause      = "nonRestrictiveClause"
	conjunction = "conjunction"
	composite   = "composite"
)

// simpleType is a type of lib.types without arguments. check tells, where it is
// easily told, whether a value fits; nil elsewhere.
type simpleType struct {
	name, description, class string
	check                    func(c *call, v Value) Value
}

// typeSet is lib.types.
func typeSet(tables map[string]table) *Attrs {
	text, integer := is[String], is[Int]
	numeric := func(_ *call, v Value) Value {
		_, i := v.(Int)
		_, f := v.(Float)
		return Bool(i || f)
	}
	within := func(low, high float64) func(*call, Value) Value {
		return func(_ *call, v Value) Value {
			i, ok := v.(Int)
			return Bool(ok && low <= float64(i) && float64(i) <= high)
		}
	}
	atLeast := func(low float64, open bool) func(*call, Value) Value {
		return func(_ *call, v Value) Value {
			f, bad := number(v)
			return Bool(bad == nil && (f > low || !open && f == low))
		}
	}
	bounded := func(name string, bits int, signed bool) simpleType {
		low, high := 0, 1<<bits-1
		kind := "unsigned integer"
		if signed {
			low, high, kind = -1<<(bits-1), 1<<(bits-1)-1, "signed integer"
		}
		description := fmt.Sprintf("%d bit %s; between %d and %d (both inclusive)", bits, kind, low, high)
		return simpleType{name, description, noun, within(float64(low), float64(high))}
	}
	group := func(name string, types map[string]simpleType) *Attrs {
		s := setOf(NewSymbol("lib", "types", name), tables[name])
		for _, key := range sortedKeys(types) {
			s.put(Attr{Name: key, Thunk: Known(types[key].value())})
		}
		return s
	}
	separated := func(by string) simpleType {
		return simpleType{"separatedString", "strings concatenated with " + quoteJSON(by), noun, text}
	}
	u16 := bounded("unsignedInt16", 16, false)
	s := setOf(NewSymbol("lib", "types"), tables["types"])
	for name, t := range map[string]simpleType{
		"raw":            {"raw", "raw value", noun, anything},
		"anything":       {"anything", "anything", noun, anything},
		"unspecified":    {"unspecified", "unspecified value", noun, anything},
		"bool":           {"bool", "boolean", noun, is[Bool]},
		"boolByOr":       {"boolByOr", "boolean (merged using or)", noun, is[Bool]},
		"int":            {"int", "signed integer", noun, integer},
		"float":          {"float", "floating point number", noun, is[Float]},
		"number":         {"either", "signed integer or floating point number", conjunction, numeric},
		"port":           u16,
		"str":            {"str", "string", noun, text},
		"string":         {"string", "string", noun, text},
		"nonEmptyStr":    {"nonEmptyStr", "non-empty string", noun, nil},
		"singleLineStr":  {"singleLineStr", "(optionally newline-terminated) single-line string", noun, nil},
		"lines":          separated("\n"),
		"commas":         separated(","),
		"envVar":         separated(":"),
		"path":           {"path", "absolute path", noun, nil},
		"pathInStore":    {"path", "path in the Nix store", noun, nil},
		"externalPath":   {"path", "absolute path not in the Nix store", noun, nil},
		"package":        {"package", "package", noun, nil},
		"shellPackage":   {"package", "package", noun, nil},
		"pkgs":           {"pkgs", "Nixpkgs package set", noun, nil},
		"attrs":          {"attrs", "attribute set", "", is[*Attrs]},
		"deferredModule": {"deferredModule", "module", noun, nil},
		"optionType":     {"optionType", "optionType", noun, nil},
		"fileset":        {"fileset", "fileset", noun, nil},
		"luaInline":      {"luaInline", "inline lua", noun, nil},
	} {
		s.put(Attr{Name: name, Thunk: Known(t.value())})
	}
	s.put(Attr{Name: "ints", Thunk: Known(group("ints", map[string]simpleType{
		"unsigned": {"unsignedInt", "unsigned integer, meaning >=0", clause, within(0, 1<<63)},
		"positive": {"positiveInt", "positive integer, meaning >0", clause, within(1, 1<<63)},
		"u8":       bounded("unsignedInt8", 8, false),
		"u16":      u16,
		"u32":      bounded("unsignedInt32", 32, false),
		"s8":       bounded("signedInt8", 8, true),
		"s16":      bounded("signedInt16", 16, true),
		"s32":      bounded("signedInt32", 32, true),
	}))})
	s.put(Attr{Name: "numbers", Thunk: Known(group("numbers", map[string]simpleType{
		"positive":    {"numberPositive", "positive integer or floating point number, meaning >0", clause, atLeast(0, true)},
		"nonnegative": {"numberNonnegative", "nonnegative integer or floating point number, meaning >=0", clause, atLeast(0, false)},
	}))})
	return s
}

func anything(*call, Value) Value { return Bool(true) }

func is[T Value](_ *call, v Value) Value {
	_, ok := v.(T)
	return Bool(ok)
}

func (t simpleType) value() *Attrs {
	return newType(t.name, Known(String(t.description)), t.class, Known(check(t.check)))
}

// check is the check of a type as a function.
func check(f func(c *call, v Value) Value) Value {
	if f == nil {
		return unknown(Unsupported, "check")
	}
	return &Function{library: &function{"check", 1, func(c *call) Value {
		v := c.force(0)
		if isOpaque(v) {
			return c.reject(0, v, "a value")
		}
		return f(c, v)
	}}}
}

// newType is an option type: what its maker says of it, and unknown besides.
func newType(name string, description *Thunk, class string, check *Thunk, more ...Attr) *Attrs {
	var classValue Value = Null{}
	if class != "" {
		classValue = String(class)
	}
	s := &Attrs{rest: unknown(Unsupported, "part of a type"), by: "mkOptionType", attrs: make([]Attr, 0, 10)}
	for _, a := range []Attr{
		{Name: "_type", Thunk: Known(String("option-type"))},
		{Name: "name", Thunk: Known(String(name))},
		{Name: "description", Thunk: description},
		{Name: "descriptionClass", Thunk: Known(classValue)},
		{Name: "check", Thunk: check},
		{Name: "getSubModules", Thunk: Known(Null{})},
		{Name: "nestedTypes", Thunk: Known(&Attrs{})},
		{Name: "deprecationMessage", Thunk: Known(Null{})},
	} {
		s.put(a)
	}
	for _, a := range more {
		s.put(a)
	}
	return s
}

// freeformType is the freeformType of the first of some modules that has one, and
// otherwise null.
func freeformType(c *call) Value {
	for _, t := range c.list(0).Items {
		v := c.Force(t)
		if p, ok := v.(Path); ok {
			v = c.Force(c.Import(string(p)))
		}
		if s, ok := c.Called(v, nil).(*Attrs); ok {
			if has, free := c.has(s, "freeformType"); has == yes {
				return c.Force(free)
			}
		}
	}
	return Null{}
}

func mkOptionType(c *call) Value {
	given := c.attrs(0)
	if c.bad != nil {
		return nil
	}
	description := lazy(func(e *Evaluator) Value {
		own := call{Evaluator: e, split: -1}
		v := own.orElse(given, "description", Null{})
		if _, isNull := v.(Null); isNull {
			return e.Select(given, "name")
		}
		return v
	})
	out := c.update(newType("", nil, "", Known(check(anything))), given)
	return made(c.update(out, NewAttrs(nil, Attr{Name: "description", Thunk: description})), "mkOptionType")
}
