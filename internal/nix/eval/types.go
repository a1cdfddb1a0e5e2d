package eval

import (
	"fmt"
	"strconv"
	"strings"

	"jetpills/internal/nix/syntax"
)

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
func typeSet() *Attrs {
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
	group := func(name string, types map[string]simpleType, functions table) *Attrs {
		s := setOf(NewSymbol("lib", "types", name), functions)
		for _, key := range sortedKeys(types) {
			s.put(Attr{Name: key, Thunk: Known(types[key].value())})
		}
		return s
	}
	separated := func(by string) simpleType {
		return simpleType{"separatedString", "strings concatenated with " + quoteJSON(by), noun, text}
	}
	u16 := bounded("unsignedInt16", 16, false)
	s := setOf(NewSymbol("lib", "types"), typeTable())
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
	}, table{"between": {arity: 2, run: func(c *call) Value { return c.between("intBetween", "integer") }}}))})
	s.put(Attr{Name: "numbers", Thunk: Known(group("numbers", map[string]simpleType{
		"positive":    {"numberPositive", "positive integer or floating point number, meaning >0", clause, atLeast(0, true)},
		"nonnegative": {"numberNonnegative", "nonnegative integer or floating point number, meaning >=0", clause, atLeast(0, false)},
	}, table{"between": {arity: 2, run: func(c *call) Value { return c.between("numberBetween", "integer or floating point number") }}}))})
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

// typeTable are the types that take arguments.
func typeTable() table {
	wrap := func(name, before, class string, plain ...string) function {
		return function{arity: 1, run: func(c *call) Value {
			return c.wrapping(name, c.args[0], class, func(e *Evaluator, of *Thunk) Value {
				return e.around(before, e.phrase(of, plain...), of, "")
			})
		}}
	}
	return table{
		"listOf":      wrap("listOf", "list of ", composite, noun, composite),
		"attrsOf":     wrap("attrsOf", "attribute set of ", composite, noun, composite),
		"lazyAttrsOf": wrap("lazyAttrsOf", "lazy attribute set of ", composite, noun, composite),
		"nullOr":      wrap("nullOr", "null or ", conjunction, noun, conjunction),
		"functionTo":  wrap("functionTo", "function that evaluates to a(n) ", composite, noun, composite),
		"nonEmptyListOf": {arity: 1, run: func(c *call) Value {
			return c.wrapping("listOf", c.args[0], composite, func(e *Evaluator, of *Thunk) Value {
				return e.around("non-empty (list of ", e.phrase(of, noun, composite), of, ")")
			})
		}},
		"passwdEntry": {arity: 1, run: func(c *call) Value {
			return c.over(0, Attr{Name: "name", Thunk: Known(c.around("passwdEntry ", c.Select(c.force(0), "name"), c.args[0], ""))},
				Attr{Name: "description", Thunk: Known(c.around("", c.phrase(c.args[0], noun), c.args[0], ", not containing newlines or colons"))},
				Attr{Name: "descriptionClass", Thunk: Known(String(clause))})
		}},
		"attrsWith": {arity: 1, run: func(c *call) Value {
			given := c.attrs(0)
			name, before := "attrsOf", "attribute set of "
			if c.boolOf(c.orElse(given, "lazy", Bool(false))) {
				name, before = "lazyAttrsOf", "lazy attribute set of "
			}
			elem := lazy(func(e *Evaluator) Value { return e.Select(given, "elemType") })
			return c.wrapping(name, elem, composite, func(e *Evaluator, of *Thunk) Value {
				return e.around(before, e.phrase(of, noun, composite), of, "")
			})
		}},
		"uniq":   {arity: 1, run: func(c *call) Value { return c.sameAs(0) }},
		"unique": {arity: 2, run: func(c *call) Value { return c.sameAs(1) }},
		"addCheck": {arity: 2, run: func(c *call) Value {
			return c.over(0, Attr{Name: "check", Thunk: Known(unknown(Unsupported, "check"))})
		}},
		"either": {arity: 2, run: func(c *call) Value { return c.either(c.args[0], c.args[1]) }},
		"oneOf": {arity: 1, run: func(c *call) Value {
			items := c.items(0)
			if len(items) == 0 {
				return c.fail(unknown(Thrown, "no types"))
			}
			t := items[0]
			for _, other := range items[1:] {
				t = Known(c.either(t, other))
			}
			return c.Force(t)
		}},
		"coercedTo": {arity: 3, run: func(c *call) Value {
			from, to := c.args[0], c.args[2]
			return newType("coercedTo", lazy(func(e *Evaluator) Value {
				return e.joined(e.phrase(to, noun), " or ", e.phrase(from, noun), " convertible to it")
			}), "", Known(unknown(Unsupported, "check")), nested(
				Attr{Name: "coercedType", Thunk: from}, Attr{Name: "finalType", Thunk: to}),
				Attr{Name: "getSubModules", Thunk: subModules(to)})
		}},
		"enum": {arity: 1, run: enum},
		"separatedString": {arity: 1, run: func(c *call) Value {
			return simpleType{"separatedString", "strings concatenated with " + quoteJSON(c.str(0)), noun, is[String]}.value()
		}},
		"strMatching": {arity: 1, run: func(c *call) Value {
			return simpleType{"strMatching " + quoteJSON(c.str(0)), "string matching the pattern " + c.str(0), noun, nil}.value()
		}},
		"pathWith":           {arity: 1, run: pathWith},
		"attrTag":            {arity: 1, run: attrTag},
		"submodule":          {arity: 1, run: func(c *call) Value { return c.submodule(toList(c), NewAttrs(nil)) }},
		"submoduleWith":      {arity: 1, run: func(c *call) Value { s := c.attrs(0); return c.submodule(c.Select(s, "modules"), s) }},
		"deferredModuleWith": {arity: 1, run: func(c *call) Value { return simpleType{"deferredModule", "module", noun, nil}.value() }},
		"mkOptionType":       {arity: 1, run: mkOptionType},
		"isOptionType":       {arity: 1, run: func(c *call) Value { return hasType(c, 0, "_type", "option-type") }},
	}
}

// phrase is the description of a type, in parentheses if its class is none of
// these.
func (e *Evaluator) phrase(t *Thunk, plain ...string) Value {
	v := e.Force(t)
	description := e.Select(v, "description")
	has, class := e.has(v, "descriptionClass")
	if has == yes {
		for _, p := range plain {
			if e.Force(class) == Value(String(p)) {
				return description
			}
		}
		if isOpaque(e.Force(class)) {
			return opaque(e.Force(class), "a string")
		}
	}
	return e.around("(", description, t, ")")
}

// joined is one string of values and texts.
func (e *Evaluator) joined(a Value, between string, b Value, after string) Value {
	x, ok := a.(String)
	if !ok {
		return opaque(a, "a string")
	}
	y, ok := b.(String)
	if !ok {
		return opaque(b, "a string")
	}
	return e.text(string(x) + between + string(y) + after)
}

func nested(attrs ...Attr) Attr {
	return Attr{Name: "nestedTypes", Thunk: Known(NewAttrs(nil, attrs...))}
}

// subModules are the modules of the submodule that a type holds.
func subModules(of *Thunk) *Thunk {
	return lazy(func(e *Evaluator) Value { return e.Select(e.Force(of), "getSubModules") })
}

// wrapping is a type that holds values of another one.
func (c *call) wrapping(name string, of *Thunk, class string, describe func(*Evaluator, *Thunk) Value) Value {
	description := lazy(func(e *Evaluator) Value { return describe(e, of) })
	var fits func(c *call, v Value) Value
	switch name {
	case "listOf":
		fits = is[*List]
	case "attrsOf", "lazyAttrsOf":
		fits = is[*Attrs]
	case "nullOr":
		fits = func(c *call, v Value) Value {
			if _, ok := v.(Null); ok {
				return Bool(true)
			}
			return c.Apply(c.Select(c.Force(of), "check"), Known(v))
		}
	}
	return newType(name, description, class, Known(check(fits)), nested(Attr{Name: "elemType", Thunk: of}),
		Attr{Name: "getSubModules", Thunk: subModules(of)})
}

// over is an argument that is a type, with some attributes of its own.
func (c *call) over(i int, attrs ...Attr) Value {
	return c.update(c.force(i), NewAttrs(nil, attrs...))
}

func (c *call) sameAs(i int) Value {
	return c.over(i, Attr{Name: "name", Thunk: Known(String("unique"))}, nested(Attr{Name: "elemType", Thunk: c.args[i]}))
}

func (c *call) either(a, b *Thunk) Value {
	description := lazy(func(e *Evaluator) Value {
		has, class := e.has(e.Force(a), "descriptionClass")
		if has == yes && e.Force(class) == Value(String(clause)) {
			return e.joined(e.Select(e.Force(a), "description"), ", or ", e.phrase(b, noun, conjunction), "")
		}
		return e.joined(e.phrase(a, noun, conjunction), " or ", e.phrase(b, noun, conjunction, composite), "")
	})
	fits := func(c *call, v Value) Value {
		first := c.Apply(c.Select(c.Force(a), "check"), Known(v))
		return c.logical(syntax.OrOp, first, lazy(func(e *Evaluator) Value {
			return e.Apply(e.Select(e.Force(b), "check"), Known(v))
		}))
	}
	return newType("either", description, conjunction, Known(check(fits)),
		nested(Attr{Name: "left", Thunk: a}, Attr{Name: "right", Thunk: b}))
}

// numeral is a number as JSON has it.
func (c *call) numeral(i int) string {
	plain, bad := c.Plain(c.args[i])
	c.fail(bad)
	var out strings.Builder
	if !c.writeJSON(&out, plain) {
		c.fail(unknown(Unsupported, "a number as JSON"))
	}
	return out.String()
}

// between are the integers or numbers of a range.
func (c *call) between(name, kind string) Value {
	low, high := c.numeral(0), c.numeral(1)
	from, bad := number(c.force(0))
	c.fail(bad)
	to, bad := number(c.force(1))
	c.fail(bad)
	if c.bad != nil {
		return nil
	}
	if from > to {
		return unknown(Thrown, "lowest must be smaller than highest")
	}
	whole := name == "intBetween"
	class := noun
	fits := func(_ *call, v Value) Value {
		_, isInt := v.(Int)
		f, bad := number(v)
		return Bool(bad == nil && (isInt || !whole) && from <= f && f <= to)
	}
	if !whole {
		class = conjunction
	}
	return simpleType{name, kind + " between " + low + " and " + high + " (both inclusive)", class, fits}.value()
}

// enum is one of some values. They stay in the type, as the payload of its functor.
func enum(c *call) Value {
	values := c.args[0]
	description := lazy(func(e *Evaluator) Value {
		own := call{Evaluator: e, split: -1}
		shown := own.shownValues(own.itemsOf(e.Force(values)))
		if own.bad != nil {
			return own.bad
		}
		switch len(shown) {
		case 0:
			return String("impossible (empty enum)")
		case 1:
			return e.text("value " + shown[0] + " (singular enum)")
		}
		return e.text("one of " + strings.Join(shown, ", "))
	})
	l := c.list(0)
	if c.bad != nil {
		return nil
	}
	class := conjunction
	if !l.Open && len(l.Items) < 2 {
		class = noun
	}
	fits := func(c *call, v Value) Value {
		own := call{Evaluator: c.Evaluator, args: []*Thunk{Known(v), values}, split: -1}
		result := elem(&own)
		if own.bad != nil {
			return own.bad
		}
		return result
	}
	payload := NewAttrs(nil, Attr{Name: "values", Thunk: values})
	functor := NewAttrs(unknown(Unsupported, "part of a type"), Attr{Name: "name", Thunk: Known(String("enum"))}, Attr{Name: "payload", Thunk: Known(payload)})
	return newType("enum", description, class, Known(check(fits)), Attr{Name: "functor", Thunk: Known(functor)})
}

// shownValues are the values of an enum as its description has them.
func (c *call) shownValues(items []*Thunk) []string {
	if !c.grow(len(items)) {
		return nil
	}
	shown := make([]string, len(items))
	size := 0
	for i, t := range items {
		switch v := c.Force(t).(type) {
		case String:
			shown[i] = `"` + string(v) + `"`
		case Int:
			shown[i] = strconv.FormatInt(int64(v), 10)
		case Bool:
			shown[i] = strconv.FormatBool(bool(v))
		case Null:
			shown[i] = "<null>"
		default:
			c.fail(opaque(v, "a value of an enum"))
		}
		if size += len(shown[i]); c.bad != nil || size > longestText {
			c.fail(unknown(Steps, ""))
			return nil
		}
	}
	return shown
}

func pathWith(c *call) Value {
	given := c.attrs(0)
	inStore, absolute := c.orElse(given, "inStore", Null{}), c.orElse(given, "absolute", Null{})
	var words string
	switch in := inStore.(type) {
	case Null, Bool:
		switch abs, _ := absolute.(Bool); {
		case in == Value(Bool(true)):
			words = "path in the Nix store"
		case in == Value(Bool(false)) && bool(abs):
			words = "absolute path not in the Nix store"
		case in == Value(Bool(false)):
			words = "path not in the Nix store"
		case bool(abs):
			words = "absolute path"
		case absolute == Value(Bool(false)):
			words = "relative path"
		default:
			words = "path"
		}
	default:
		return c.fail(opaque(inStore, "a boolean"))
	}
	return simpleType{"path", words, noun, nil}.value()
}

func attrTag(c *call) Value {
	tags := c.whole(0)
	var names []string
	for _, a := range tags.inOrder() {
		names = append(names, a.Name)
	}
	return simpleType{"attrTag", "attribute-tagged union with choices: " + strings.Join(names, ", "), noun, nil}.value()
}

// submodule is the type of a set that modules declare.
func (c *call) submodule(modules Value, given *Attrs) Value {
	description := lazy(func(e *Evaluator) Value {
		own := call{Evaluator: e, split: -1}
		v := own.orElse(given, "description", Null{})
		if _, ok := v.(Null); !ok {
			return v
		}
		l, bad := e.listOf(modules)
		if bad != nil {
			return bad
		}
		for _, t := range l.Items {
			v := e.Force(t)
			if p, ok := v.(Path); ok {
				v = e.Force(e.Import(string(p)))
			}
			s, ok := e.Called(v, nil).(*Attrs)
			if !ok {
				continue
			}
			if has, free := e.has(s, "freeformType"); has == yes {
				return e.around("open submodule of ", e.phrase(free, noun, composite), free, "")
			}
		}
		return String("submodule")
	})
	fits := Known(unknown(Unsupported, "check"))
	return newType("submodule", description, "", fits, Attr{Name: "getSubModules", Thunk: Known(modules)})
}

func mkOptionType(c *call) Value {
	given := c.attrs(0)
	if c.bad != nil {
		return nil
	}
	name := c.Select(given, "name")
	defaults := newType("", lazy(func(e *Evaluator) Value { return name }), "", Known(check(anything)))
	out := c.update(defaults, given)
	if s, ok := given.Get("description"); ok {
		if _, isNull := c.Force(s.Thunk).(Null); isNull {
			out = c.update(out, NewAttrs(nil, Attr{Name: "description", Thunk: Known(name)}))
		}
	}
	return made(out, "mkOptionType")
}
