package eval

import (
	"strings"

	"jetpills/internal/nix/syntax"
)

func moduleTable() table {
	// wrapper is a function that puts its last argument, and those before it, into a
	// set that the module system reads.
	wrapper := func(kind string, names ...string) function {
		return function{arity: len(names), run: func(c *call) Value {
			s := typed(kind)
			for i, name := range names {
				s.put(Attr{Name: name, Thunk: c.args[i]})
			}
			return s
		}}
	}
	priority := func(kind string, p int) function {
		return function{arity: 1, run: func(c *call) Value {
			s := typed(kind)
			s.put(Attr{Name: "priority", Thunk: Known(Int(p))})
			s.put(Attr{Name: "content", Thunk: c.args[0]})
			return s
		}}
	}
	return table{
		"mkIf":                 wrapper("if", "condition", "content"),
		"mkMerge":              wrapper("merge", "contents"),
		"mkOverride":           wrapper("override", "priority", "content"),
		"mkOrder":              wrapper("order", "priority", "content"),
		"mkOptionDefault":      priority("override", 1500),
		"mkDefault":            priority("override", 1000),
		"mkImageMediaOverride": priority("override", 60),
		"mkForce":              priority("override", 50),
		"mkVMOverride":         priority("override", 10),
		"mkBefore":             priority("order", 500),
		"mkAfter":              priority("order", 1500),
		"mkDefinition":         {arity: 1, run: func(c *call) Value { return c.with(0, "_type", Known(String("definition"))) }},
		"mkFixStrictness":      {arity: 1, run: first},
		"setDefaultModuleLocation": {arity: 2, run: func(c *call) Value {
			return NewAttrs(nil, Attr{Name: "_file", Thunk: c.args[0]}, Attr{Name: "imports", Thunk: Known(NewList(c.args[1]))})
		}},
		"importApply": {arity: 2, run: func(c *call) Value {
			v := c.force(0)
			if p, ok := v.(Path); ok {
				return c.Apply(c.Force(c.Import(string(p))), c.args[1])
			}
			return c.reject(0, v, "a path")
		}},
	}
}

func optionTable() table {
	documented := func(kind string) function {
		return function{arity: 1, run: func(c *call) Value {
			s := typed(kind)
			s.put(Attr{Name: "text", Thunk: c.args[0]})
			return s
		}}
	}
	return table{
		"mkOption":                {arity: 1, run: func(c *call) Value { return made(c.with(0, "_type", Known(String("option"))), "mkOption") }},
		"mkEnableOption":          {arity: 1, run: mkEnableOption},
		"mkPackageOption":         {arity: 3, run: mkPackageOption},
		"mkPackageOptionMD":       {arity: 3, run: mkPackageOption},
		"mkSinkUndeclaredOptions": {arity: 1, run: func(c *call) Value { return unknown(Unsupported, "mkSinkUndeclaredOptions") }},
		"literalExpression":       documented("literalExpression"),
		"literalExample":          documented("literalExpression"),
		"literalMD":               documented("literalMD"),
		"literalDocBook":          documented("literalDocBook"),
		"mdDoc":                   {arity: 1, run: first},
		"isOption":                {arity: 1, run: func(c *call) Value { return hasType(c, 0, "_type", "option") }},
		"showOption":              {arity: 1, run: func(c *call) Value { return c.showOption(c.strs(0)) }},
		"getValues":               {arity: 1, run: func(c *call) Value { return c.selected("value") }},
		"getFiles":                {arity: 1, run: func(c *call) Value { return c.selected("file") }},
	}
}

// typed is a set with its kind, for the module system.
func typed(kind string) *Attrs { return NewAttrs(nil, Attr{Name: "_type", Thunk: Known(String(kind))}) }

// selected is one attribute of each element of a list.
func (c *call) selected(name string) Value {
	return c.mapped(c.list(0), func(_ int, t *Thunk) *Thunk {
		return lazy(func(e *Evaluator) Value { return e.Select(e.Force(t), name) })
	})
}

func mkEnableOption(c *call) Value {
	// What names the feature stands in the description even where it is known in
	// part.
	name := c.args[0]
	return &Attrs{by: "mkEnableOption", attrs: []Attr{
		{Name: "_type", Thunk: Known(String("option"))},
		{Name: "default", Thunk: Known(Bool(false))},
		{Name: "example", Thunk: Known(Bool(true))},
		{Name: "description", Thunk: lazy(func(e *Evaluator) Value {
			return e.around("Whether to enable ", e.Force(name), name, ".")
		})},
		{Name: "type", Thunk: lazy(func(e *Evaluator) Value { return e.At(e.lib, "types", "bool") })},
	}}
}

// around is a string with text before and after it.
func (e *Evaluator) around(before string, v Value, t *Thunk, after string) Value {
	switch v := v.(type) {
	case String:
		return e.text(before + string(v) + after)
	case *Unknown:
		if v.Shown != "" {
			return v.showing(before, v.Shown, after)
		}
	}
	return opaque(v, "a string")
}

// mkPackageOption is lib.mkPackageOption pkgs name { default, nullable, example,
// extraDescription, pkgsText }.
func mkPackageOption(c *call) Value {
	name, given := c.args[1], c.attrs(2)
	if c.bad != nil {
		return nil
	}
	s := &Attrs{by: "mkPackageOption"}
	s.put(Attr{Name: "_type", Thunk: Known(String("option"))})
	pkgsText := c.strOf(Known(c.orElse(given, "pkgsText", String("pkgs"))))
	nullable := c.boolOf(c.orElse(given, "nullable", Bool(false)))
	byDefault := Known(c.orElse(given, "default", c.Force(name)))
	if c.bad != nil {
		return nil
	}
	text := func(t *Thunk) Value {
		parts, bad := c.nameParts(t)
		if bad != nil {
			return bad
		}
		path, ok := c.showPath(parts).(String)
		if !ok {
			return unknown(Unsupported, "")
		}
		return typedText(pkgsText + "." + string(path))
	}
	pkgs := c.args[0]
	if c.Force(byDefault) != Value(Null{}) {
		s.put(Attr{Name: "default", Thunk: lazy(func(e *Evaluator) Value {
			parts, bad := e.nameParts(byDefault)
			if bad != nil {
				return bad
			}
			return e.At(e.Force(pkgs), parts...)
		})})
		s.put(Attr{Name: "defaultText", Thunk: Known(text(byDefault))})
	} else if nullable {
		s.put(Attr{Name: "default", Thunk: Known(Null{})})
	}
	s.put(Attr{Name: "type", Thunk: lazy(func(e *Evaluator) Value {
		of := e.At(e.lib, "types", "package")
		if nullable {
			return e.Apply(e.At(e.lib, "types", "nullOr"), Known(of))
		}
		return of
	})})
	s.put(Attr{Name: "description", Thunk: lazy(func(e *Evaluator) Value {
		parts, bad := e.nameParts(name)
		if bad != nil {
			return bad
		}
		out := "The " + parts[len(parts)-1] + " package to use."
		own := call{Evaluator: e, split: -1}
		if more := own.strOf(Known(own.orElse(given, "extraDescription", String("")))); own.bad != nil {
			return own.bad
		} else if more != "" {
			out += " " + more
		}
		return String(out)
	})})
	switch has, t := c.has(given, "example"); {
	case has == yes && c.Force(t) != Value(Null{}):
		if _, ok := c.Force(t).(*List); ok {
			s.put(Attr{Name: "example", Thunk: Known(text(t))})
		} else {
			s.put(Attr{Name: "example", Thunk: lazy(func(e *Evaluator) Value { return typedWith("literalExpression", "text", t) })})
		}
	case has == perhaps:
		s.rest = opaque(given.rest, "a set")
	}
	return s
}

func typedWith(kind, name string, t *Thunk) *Attrs {
	s := typed(kind)
	s.put(Attr{Name: name, Thunk: t})
	return s
}

func typedText(text string) *Attrs {
	return typedWith("literalExpression", "text", Known(String(text)))
}

// nameParts is the path of a package: a name, or a list of them.
func (e *Evaluator) nameParts(t *Thunk) ([]string, *Unknown) {
	c := call{Evaluator: e, split: -1}
	if s, ok := e.Force(t).(String); ok {
		return []string{string(s)}, nil
	}
	parts := c.strsOf(c.itemsOf(e.Force(t)))
	if len(parts) == 0 {
		c.fail(refused("no name"))
	}
	return parts, c.bad
}

// showPath is an attribute path as Nix writes it.
func (c *call) showPath(parts []string) Value {
	out := make([]string, len(parts))
	for i, p := range parts {
		if out[i] = p; !syntax.IsName(p) {
			out[i] = strings.ReplaceAll(quoteJSON(p), "$", `\$`)
		}
	}
	return c.text(strings.Join(out, "."))
}

// showOption is an option's path as the manual has it: names in angle brackets and
// asterisks stand as they are.
func (c *call) showOption(parts []string) Value {
	out := make([]string, len(parts))
	for i, p := range parts {
		special := p == "*" || p == "<name>" || p == "<function body>" || p == "<dependency name>"
		if out[i] = p; !special && !syntax.IsName(p) {
			out[i] = strings.ReplaceAll(quoteJSON(p), "$", `\$`)
		}
	}
	return c.text(strings.Join(out, "."))
}
