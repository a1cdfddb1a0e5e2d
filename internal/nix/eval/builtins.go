package eval

import (
	"math"
	"path"
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
)

// builtinTable are Nix's own functions. What reads the clock, the machine or the
// network, or makes something in the store, is not among them.
func builtinTable() table {
	return table{
		"import":       {arity: 1, run: importFile},
		"readFile":     onFile(readFile),
		"readDir":      onFile(readDir),
		"pathExists":   onFile(pathExists),
		"readFileType": onFile(readFileType),
		"baseNameOf":   {arity: 1, run: baseNameOf},
		"dirOf":        {arity: 1, run: dirOf},
		"toPath":       {arity: 1, run: func(c *call) Value { return c.text(c.file(0)) }},

		"throw":           {arity: 1, run: func(c *call) Value { return thrown(c, Thrown) }},
		"abort":           {arity: 1, run: func(c *call) Value { return thrown(c, Aborted) }},
		"tryEval":         {arity: 1, run: tryEval},
		"trace":           {arity: 2, run: second},
		"traceVerbose":    {arity: 2, run: second},
		"warn":            {arity: 2, run: second},
		"addErrorContext": {arity: 2, run: second},
		"seq": {arity: 2, run: func(c *call) Value {
			v := c.force(0)
			if fails(v) {
				return v
			}
			c.assume(v)
			return c.same(c.args[1])
		}},
		"deepSeq": {arity: 2, run: func(c *call) Value {
			if bad := c.deep(c.args[0]); bad != nil {
				return bad
			}
			return c.same(c.args[1])
		}},
		"unsafeDiscardStringContext": {arity: 1, run: func(c *call) Value { return String(c.str(0)) }},

		"isNull":     isA("null"),
		"isBool":     isA("bool"),
		"isInt":      isA("int"),
		"isFloat":    isA("float"),
		"isString":   isA("string"),
		"isPath":     isA("path"),
		"isList":     isA("list"),
		"isAttrs":    isA("set"),
		"isFunction": isA("lambda"),
		"typeOf":     {arity: 1, run: typeOf},

		"add":      {arity: 2, run: func(c *call) Value { return c.two(c.force(0), c.force(1), onNumbers(syntax.Plus)) }},
		"sub":      {arity: 2, run: func(c *call) Value { return c.two(c.force(0), c.force(1), onNumbers(syntax.Minus)) }},
		"mul":      {arity: 2, run: func(c *call) Value { return c.two(c.force(0), c.force(1), onNumbers(syntax.Star)) }},
		"div":      {arity: 2, run: func(c *call) Value { return c.two(c.force(0), c.force(1), onNumbers(syntax.Slash)) }},
		"lessThan": {arity: 2, run: func(c *call) Value { return c.two(c.force(0), c.force(1), c.less) }},
		"bitAnd":   {arity: 2, run: func(c *call) Value { return Int(c.int(0) & c.int(1)) }},
		"bitOr":    {arity: 2, run: func(c *call) Value { return Int(c.int(0) | c.int(1)) }},
		"bitXor":   {arity: 2, run: func(c *call) Value { return Int(c.int(0) ^ c.int(1)) }},
		"floor":    {arity: 1, run: func(c *call) Value { return rounded(c, math.Floor) }},
		"ceil":     {arity: 1, run: func(c *call) Value { return rounded(c, math.Ceil) }},

		"length":         {arity: 1, run: func(c *call) Value { return Int(len(c.items(0))) }},
		"elemAt":         {arity: 2, run: func(c *call) Value { return c.elemAt(c.list(0), c.int(1)) }},
		"head":           {arity: 1, run: func(c *call) Value { return c.elemAt(c.list(0), 0) }},
		"tail":           {arity: 1, run: tail},
		"map":            {arity: 2, run: mapList},
		"filter":         {arity: 2, run: filter},
		"concatLists":    {arity: 1, run: concatLists},
		"genList":        {arity: 2, run: genList},
		"foldl'":         {arity: 3, run: foldl},
		"elem":           {arity: 2, run: elem},
		"any":            {arity: 2, run: func(c *call) Value { return quantified(c, yes) }},
		"all":            {arity: 2, run: func(c *call) Value { return quantified(c, no) }},
		"sort":           {arity: 2, run: sortList},
		"genericClosure": {arity: 1, run: genericClosure},

		"attrNames":  {arity: 1, run: attrNames},
		"attrValues": {arity: 1, run: attrValues},
		"getAttr":    {arity: 2, run: func(c *call) Value { return c.attr(c.force(1), c.str(0)) }},
		"hasAttr": {arity: 2, run: func(c *call) Value {
			if v := c.force(1); !isOpaque(v) {
				c.attrs(1)
			}
			return c.hasPath(c.force(1), []string{c.str(0)})
		}},
		"removeAttrs":      {arity: 2, run: removeAttrs},
		"mapAttrs":         {arity: 2, run: mapAttrs},
		"listToAttrs":      {arity: 1, run: listToAttrs},
		"zipAttrsWith":     {arity: 2, run: zipAttrsWith},
		"functionArgs":     {arity: 1, run: functionArgs},
		"unsafeGetAttrPos": {arity: 2, run: func(c *call) Value { return unknown(Unsupported, "a position") }},

		"toString":         {arity: 1, run: toString},
		"stringLength":     {arity: 1, run: func(c *call) Value { return Int(len(c.coerce(0))) }},
		"substring":        {arity: 3, run: substring},
		"concatStringsSep": {arity: 2, run: concatStringsSep},
		"replaceStrings":   {arity: 3, run: replaceStrings},
		"match":            {arity: 2, run: match},
		"split":            {arity: 2, run: split},
		"splitVersion":     {arity: 1, run: splitVersion},
		"compareVersions":  {arity: 2, run: func(c *call) Value { return Int(compareVersions(c.str(0), c.str(1))) }},
		"parseDrvName":     {arity: 1, run: parseDrvName},
		"toJSON":           {arity: 1, run: toJSON},
		"fromJSON":         {arity: 1, run: fromJSON},
		"fromTOML":         {arity: 1, run: fromTOML},
		"hashString":       {arity: 2, run: hashString},
	}
}

func second(c *call) Value { return c.same(c.args[1]) }

func thrown(c *call, why Reason) Value {
	message, bad := c.coerced(c.force(0), interpolated)
	if bad != nil {
		if bad.Fails() {
			return bad
		}
		message = bad.Shown
	}
	return unknown(why, message)
}

// tryEval is { success, value }. Only throw and assert make it false.
func tryEval(c *call) Value {
	assumed := c.assumed
	v := c.force(0)
	var success Value = Bool(true)
	if u, ok := v.(*Unknown); ok {
		if u.Reason != Thrown {
			return u
		}
		v, success = Bool(false), Bool(false)
	}
	if c.assume(v); c.assumed != assumed {
		c.assumed = assumed
		success = unknown(Ambiguous, "whether it succeeds")
		v = c.choice(nil, Known(v), Known(Bool(false)))
	}
	return NewAttrs(nil, Attr{Name: "success", Thunk: Known(success)}, Attr{Name: "value", Thunk: Known(v)})
}

// deep evaluates all that is in a value; it gives what of it fails.
func (e *Evaluator) deep(t *Thunk) Value {
	if u := e.enter(); u != nil {
		return u
	}
	defer e.leave()
	v := e.Force(t)
	switch v := v.(type) {
	case *List:
		for _, t := range v.Items {
			if bad := e.deep(t); bad != nil {
				return bad
			}
		}
	case *Attrs:
		for _, a := range v.attrs {
			if a.Maybe {
				e.assumed++
				continue
			}
			if bad := e.deep(a.Thunk); bad != nil {
				return bad
			}
		}
		if v.rest != nil {
			e.assumed++
		}
	}
	if fails(v) {
		return v
	}
	e.assume(v)
	return nil
}

// assume takes a value that is evaluated, but not known, to be no failure.
func (e *Evaluator) assume(v Value) {
	if isOpaque(v) {
		e.assumed++
	}
}

// isA is a test for a type.
func isA(name String) function {
	return function{arity: 1, run: func(c *call) Value {
		if s, ok := c.force(0).(*Symbol); ok && name == "list" && isModule(s.Path) {
			return Bool(false)
		}
		return Bool(typeOf(c) == Value(name))
	}}
}

// isModule reports whether a path is that of a module that a flake has: a set, a function
// or a file, and no list, as lib.flatten in imports asks.
func isModule(path []string) bool {
	return len(path) == 4 && path[0] == "inputs" && path[2] == "nixosModules"
}

func typeOf(c *call) Value {
	switch v := c.force(0).(type) {
	case Null:
		return String("null")
	case Bool:
		return String("bool")
	case Int:
		return String("int")
	case Float:
		return String("float")
	case String:
		return String("string")
	case Path:
		return String("path")
	case *List:
		return String("list")
	case *Attrs:
		return String("set")
	case *Function:
		return String("lambda")
	default:
		return c.reject(0, v, "a value")
	}
}

func onNumbers(op syntax.Kind) func(a, b Value) Value {
	return func(a, b Value) Value { return arithmetic(op, a, b) }
}

func rounded(c *call, round func(float64) float64) Value {
	return c.one(c.force(0), func(v Value) Value {
		f, bad := number(v)
		if bad != nil {
			return bad
		}
		if f = round(f); !isWhole(f) {
			return unknown(Unsupported, "integer overflow")
		}
		return Int(f)
	})
}

func baseNameOf(c *call) Value {
	switch v := c.force(0).(type) {
	case Path:
		return String(path.Base(string(v)))
	case String:
		name := strings.TrimSuffix(string(v), "/")
		return String(name[strings.LastIndexByte(name, '/')+1:])
	default:
		return c.reject(0, v, "a path")
	}
}

func dirOf(c *call) Value {
	switch v := c.force(0).(type) {
	case Path:
		return Path(path.Dir(string(v)))
	case String:
		switch i := strings.LastIndexByte(string(v), '/'); i {
		case -1:
			return String(".")
		case 0:
			return String("/")
		default:
			return v[:i]
		}
	default:
		return c.reject(0, v, "a path")
	}
}

// genericClosure is the least set that has startSet and what operator gives for
// each of its members, by their keys.
func genericClosure(c *call) Value {
	given := c.whole(0)
	if c.bad != nil {
		return nil
	}
	work := c.itemsOf(c.Select(given, "startSet"))
	operator := c.Select(given, "operator")
	work = slices.Clone(work)
	seen := map[Value]bool{}
	out := &List{}
	for len(work) > 0 && c.grow(1) {
		t := work[0]
		work = work[1:]
		key := c.Select(c.Force(t), "key")
		switch key.(type) {
		case String, Int, Path, Bool:
		default:
			return c.fail(opaque(key, "a key"))
		}
		if seen[key] {
			continue
		}
		seen[key] = true
		out.Items = append(out.Items, t)
		more := c.itemsOf(c.Apply(operator, t))
		if !c.grow(len(more)) {
			break
		}
		work = append(work, more...)
	}
	return out
}
