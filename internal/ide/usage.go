package ide

import (
	"maps"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
)

// mostUseSteps bounds the evaluation of one test.
const mostUseSteps = 20_000

// circumstances are what the use of an option hangs on, on a host.
type circumstances struct {
	test       syntax.Node
	values     map[string]any // of options that are certain
	priorities map[string]int // of the strongest definitions that are certain
	order      []string       // the options among values, as the test has them
}

// circumstances reads when an option is used, and what a host has of that.
func (d *diagnoser) circumstances(h *host.Host, o catalog.Option) circumstances {
	c := circumstances{test: syntax.Parse(o.Used).Root().Child(0), values: map[string]any{}, priorities: map[string]int{}}
	for n := range syntax.Descendants(c.test) {
		s, ok := syntax.AsSelect(n)
		if !ok {
			continue
		}
		var names []string
		for one := range s.Path().Names() {
			name, _ := syntax.AttrName(one)
			names = append(names, name)
		}
		path := strings.Join(names, ".")
		switch s.From().Text() {
		case "config":
			if _, seen := c.values[path]; seen {
				continue
			}
			if value, ok := certain(h, path); ok {
				c.values[path] = value
				c.order = append(c.order, path)
			}
		case "priorities":
			c.priorities[path] = strongest(h, path)
		}
	}
	return c
}

// optionDefault is the priority of an option's default.
const optionDefault = 1500

// strongest is the priority of the strongest definition that a host certainly has of an option.
func strongest(h *host.Host, path string) int {
	v, _ := h.Option(path)
	priority := optionDefault
	for _, definition := range v.Definitions {
		if definition.Condition == host.Yes && definition.Priority > 0 {
			priority = min(priority, definition.Priority)
		}
	}
	return priority
}

// with are the circumstances with another value of an option.
func (c circumstances) with(path string, value any) circumstances {
	c.values = maps.Clone(c.values)
	c.values[path] = value
	return c
}

// without are the circumstances without the definitions of an option that take the place of those of jetpack-nixos.
func (c circumstances) without(path string) circumstances {
	c.priorities = maps.Clone(c.priorities)
	c.priorities[path] = optionDefault
	return c
}

// uses reports whether the option is used.
func (c circumstances) uses() host.Answer {
	e := eval.New(eval.Options{Steps: mostUseSteps})
	var attrs []eval.Attr
	for path, value := range c.values {
		attrs = append(attrs, eval.Attr{Name: path, Thunk: eval.Known(valueOf(value))})
	}
	var priorities []eval.Attr
	for path, priority := range c.priorities {
		priorities = append(priorities, eval.Attr{Name: path, Thunk: eval.Known(eval.Int(priority))})
	}
	scope := eval.NewScope(eval.NewAttrs(nil,
		eval.Attr{Name: "config", Thunk: eval.Known(nested([]string{"config"}, attrs))},
		eval.Attr{Name: "priorities", Thunk: eval.Known(eval.NewAttrs(nil, priorities...))},
		eval.Attr{Name: "lib", Thunk: eval.Known(eval.NewSymbol("lib"))},
		eval.Attr{Name: "pkgs", Thunk: eval.Known(eval.NewSymbol("pkgs"))},
	), nil)
	return truth(e, c.test, scope)
}

// truth is what a test gives, where one side may be known of what is not known as a whole.
func truth(e *eval.Evaluator, n syntax.Node, scope *eval.Scope) host.Answer {
	switch n.Kind() {
	case syntax.Paren:
		return truth(e, n.Child(0), scope)
	case syntax.Unary:
		if _, op := syntax.Operator(n); op == syntax.Not {
			return not(truth(e, n.Child(0), scope))
		}
	case syntax.Binary:
		left, right := n.Child(0), n.Child(1)
		switch _, op := syntax.Operator(n); op {
		case syntax.And:
			return and(truth(e, left, scope), truth(e, right, scope))
		case syntax.OrOp:
			return not(and(not(truth(e, left, scope)), not(truth(e, right, scope))))
		}
	}
	switch e.Force(e.Thunk(n, scope)) {
	case eval.Value(eval.Bool(true)):
		return host.Yes
	case eval.Value(eval.Bool(false)):
		return host.No
	}
	return host.NotKnown
}

func not(a host.Answer) host.Answer {
	switch a {
	case host.Yes:
		return host.No
	case host.No:
		return host.Yes
	}
	return host.NotKnown
}

func and(a, b host.Answer) host.Answer {
	switch {
	case a == host.No || b == host.No:
		return host.No
	case a == host.Yes && b == host.Yes:
		return host.Yes
	}
	return host.NotKnown
}

// nested is a set of values by their paths, in which all else is not known.
func nested(of []string, attrs []eval.Attr) eval.Value {
	below := map[string][]eval.Attr{}
	var all []eval.Attr
	for _, a := range attrs {
		if name, rest, deeper := strings.Cut(a.Name, "."); deeper {
			below[name] = append(below[name], eval.Attr{Name: rest, Thunk: a.Thunk})
		} else {
			all = append(all, a)
		}
	}
	for name, inside := range below {
		all = append(all, eval.Attr{Name: name, Thunk: eval.Known(nested(append(slices.Clip(of), name), inside))})
	}
	return eval.NewAttrs(eval.NewSymbol(of...), all...)
}

func valueOf(plain any) eval.Value {
	switch v := plain.(type) {
	case nil:
		return eval.Null{}
	case bool:
		return eval.Bool(v)
	case int64:
		return eval.Int(v)
	case string:
		return eval.String(v)
	}
	return &eval.Unknown{Reason: eval.Unsupported}
}
