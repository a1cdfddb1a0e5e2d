package host

import (
	"maps"
	"path"
	"strconv"
	"strings"

	"jetpills/internal/nix/eval"
)

// run is one evaluation: of the names of the configurations, or of one of them.
type run struct {
	*eval.Evaluator
	options Options
	inputs  origins
	reader  *recorder
	flake   *flake            // the entry
	flakes  map[string]*flake // of its inputs
	systems []*system
	configs map[*eval.Call]*system  // by what stands for their config
	made    map[*eval.Thunk]*system // by the argument of the call that makes it
	// optionsOf are the systems by the first name of what stands for their options.
	optionsOf map[string]*system
	ofParts   map[*eval.Thunk]eval.Value       // what flake-parts gives, by the module
	late      map[*eval.Call]func() eval.Value // what stands for a value that is being made
	limit     *eval.Unknown
	depth     int
}

// mostDepth bounds how deep definitions and modules nest.
const mostDepth = 500

func newRun(o Options, m *memory, steps int) *run {
	in := origins{o.Input, map[string]string{}}
	r := &run{
		options: o, inputs: in, reader: &recorder{m, path.Dir(o.Entry), in, maps.Clone(o.Sources), map[question]bool{}},
		configs: map[*eval.Call]*system{}, optionsOf: map[string]*system{}, made: map[*eval.Thunk]*system{},
		late:   map[*eval.Call]func() eval.Value{},
		flakes: map[string]*flake{}, ofParts: map[*eval.Thunk]eval.Value{},
	}
	if r.reader.sources == nil {
		r.reader.sources = map[string]string{}
	}
	r.Evaluator = eval.New(eval.Options{
		Reader: r.reader, Steps: steps, Stop: o.stop, Loops: true, IsLib: r.inputs.isLib, Expand: r.expand, Has: r.has,
	})
	return r
}

// enter takes a step and goes one level down; it reports false if there is no more
// budget, and then wants no leave.
func (r *run) enter() bool {
	if r.depth >= mostDepth {
		r.limit = &eval.Unknown{Reason: eval.Depth}
		return false
	}
	if r.Charge(1) != nil {
		return false
	}
	r.depth++
	return true
}

func (r *run) leave() { r.depth-- }

// bound is the bound that was reached; nil for none.
func (r *run) bound() *eval.Unknown {
	if u := r.Spent(); u != nil {
		return u
	}
	return r.limit
}

// makers are the functions that make a system of modules, by name. True says that
// the modules of NixOS are among them.
var makers = map[string]bool{"nixosSystem": true, "evalConfig": true, "evalModules": false}

// expand gives the value of a call of something from outside.
func (r *run) expand(_ *eval.Evaluator, call *eval.Call) eval.Value {
	if s, ok := r.configs[call]; ok {
		return s.value()
	}
	if value, ok := r.late[call]; ok {
		return value()
	}
	name := call.Function.Name()
	if s := r.systemOf(call); s != nil {
		return s.result()
	}
	if of := r.ofFramework(call); of != nil {
		return of
	}
	switch {
	case (name == "mkFlake" || name == "evalFlakeModule") && len(call.Args) == 2:
		return r.flakeParts(call)
	case name == "withSystem" && len(call.Args) == 2:
		return r.Apply(r.Force(call.Args[1]), eval.Known(perSystem(call.Args[0])))
	case strings.HasPrefix(name, "each"):
		return r.eachSystem(name, call)
	case strings.HasPrefix(name, "fetch") && len(call.Args) > 0:
		return r.fetched(call)
	}
	return nil
}

// has says whether there is an option, where a text asks.
func (r *run) has(s *eval.Symbol) (has, known bool) {
	if len(s.Path) == 0 {
		return false, false
	}
	if of, ok := r.optionsOf[s.Path[0]]; ok {
		return of.has(s.Path[1:])
	}
	return false, false
}

// systemOf is the system that a call makes; nil for any other call.
func (r *run) systemOf(call *eval.Call) *system {
	if len(call.Args) == 0 {
		return nil
	}
	name := call.Function.Name()
	nixos, isMaker := makers[name]
	var base *system
	if name == "extendModules" && len(call.Function.Path) == 2 {
		base = r.numbered(call.Function.Path[0])
	}
	isOfPackages := name == "nixos" && r.inputs.isPackages(call.Function.Path)
	if !isMaker && !isOfPackages && base == nil {
		return nil
	}
	if s, ok := r.made[call.Args[0]]; ok {
		return s
	}
	s := &system{
		run: r, id: len(r.systems), nixos: nixos, schema: r.options.Schema, special: eval.NewAttrs(nil),
		args: map[string]*eval.Thunk{},
	}
	given := r.Merged(r.Force(call.Args[0]))
	if isOfPackages { // pkgs.nixos takes a module, or a list of them
		s.nixos, nixos = true, true
		modules := call.Args[0]
		if _, isList := given.(*eval.List); !isList {
			modules = eval.Known(eval.NewList(modules))
		}
		given = eval.NewAttrs(nil, eval.Attr{Name: "modules", Thunk: modules})
	}
	set, ok := given.(*eval.Attrs)
	if !ok {
		set = eval.NewAttrs(given)
	}
	if base != nil {
		s.nixos, s.special, s.args, s.platform = base.nixos, base.special, base.args, base.platform
		s.modules = append(s.modules, base.modules...)
		s.more = base.more
	}
	r.made[call.Args[0]] = s
	r.systems = append(r.systems, s)
	var rest *eval.Unknown
	if set.Rest() != nil {
		rest = why(set.Rest())
	}
	for _, name := range []string{"modules", "extraModules"} {
		a, ok := set.Get(name)
		if !ok {
			if rest != nil {
				s.more = append(s.more, hole{why: rest})
			}
			continue
		}
		items, open := r.items(a.Thunk)
		s.modules = append(s.modules, items...)
		if open != nil {
			s.more = append(s.more, hole{def: def{Thunk: a.Thunk}, why: open})
		}
	}
	special := []eval.Value{}
	if nixos {
		special = append(special, eval.NewAttrs(nil, named("modulesPath", eval.String(inputs+"nixpkgs/nixos/modules"))))
	} else if s.special != nil {
		special = append(special, s.special)
	}
	if a, ok := set.Get("lib"); ok {
		special = append(special, eval.NewAttrs(nil, a))
	}
	if a, ok := set.Get("specialArgs"); ok {
		special = append(special, r.Merged(r.Force(a.Thunk)))
	} else if rest != nil {
		special = append(special, set.Rest())
	}
	s.special = overlaid(special)
	for _, name := range []string{"extraArgs", "args"} {
		if a, ok := set.Get(name); ok {
			if extra, ok := r.Merged(r.Force(a.Thunk)).(*eval.Attrs); ok {
				for a := range extra.All() {
					s.args[a.Name] = a.Thunk
				}
			}
		}
	}
	if a, ok := set.Get("system"); ok {
		s.platform = r.Force(a.Thunk)
	}
	if a, ok := set.Get("pkgs"); ok {
		s.args["pkgs"] = a.Thunk
	}
	if !isFrom(call.Function, r.inputs) {
		s.more = append(s.more, hole{why: why(call), foreign: true})
	}
	return s
}

// isFrom reports whether a function that makes systems is NixOS's own.
func isFrom(f *eval.Symbol, in origins) bool {
	return len(f.Path) < 2 || f.Path[0] != "inputs" || in.input(f.Path[1]) == Nixpkgs
}

// named is an attribute that has a value.
func named(name string, v eval.Value) eval.Attr { return eval.Attr{Name: name, Thunk: eval.Known(v)} }

// overlaid is a set of several, the last of which counts.
func overlaid(all []eval.Value) eval.Value {
	var attrs []eval.Attr
	var rest eval.Value
	for _, v := range all {
		set, ok := v.(*eval.Attrs)
		if !ok {
			rest = v
			continue
		}
		for a := range set.All() {
			attrs = append(attrs, a)
		}
		if set.Rest() != nil {
			rest = set.Rest()
		}
	}
	return eval.NewAttrs(rest, attrs...)
}

// tag is the attribute by which the result of a call is known to be a system.
const tag = " system"

// result is what the call gives that makes a system.
func (s *system) result() eval.Value {
	id := eval.NewSymbol(strconv.Itoa(s.id))
	return eval.NewAttrs(eval.NewSymbol("system"),
		named(tag, id),
		named("config", s.config()),
		named("options", s.optionsSymbol()),
		eval.Attr{Name: "pkgs", Thunk: s.argument("pkgs")},
		named("extendModules", eval.NewSymbol(strconv.Itoa(s.id), "extendModules")),
	)
}

// asSystem is the system that a value is; nil for none.
func (r *run) asSystem(v eval.Value) *system {
	if call, ok := v.(*eval.Call); ok {
		if s := r.systemOf(call); s != nil {
			return s
		}
	}
	set, ok := r.Merged(v).(*eval.Attrs)
	if !ok {
		return nil
	}
	a, ok := set.Get(tag)
	if !ok || a.Maybe {
		return nil
	}
	id, _ := r.Force(a.Thunk).(*eval.Symbol)
	if id == nil {
		return nil
	}
	return r.numbered(id.Name())
}

// numbered is the system of a number, as a symbol has it; nil for none.
func (r *run) numbered(name string) *system {
	n, err := strconv.Atoi(name)
	if err != nil || n < 0 || n >= len(r.systems) {
		return nil
	}
	return r.systems[n]
}
