package host

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
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
	parts     []*system                        // the flakes of flake-parts
	late      map[*eval.Call]func() eval.Value // what stands for a value that is being made
	// common evaluates what all configurations have in common, the flake itself; nil for
	// that run.
	common *run
	hosts  map[int]*eval.Thunk             // what common has of them, by output
	asked  map[*eval.Thunk]*eval.Questions // by common, for what is kept by a thunk
	limit  *eval.Unknown
	depth  int
	lockOf *lockFile // see lock
	// opaque says that nobody looks into NixOS systems: their config and their packages are symbols that tell the system.
	opaque bool
}

// mostDepth bounds how deep definitions and modules nest.
const mostDepth = 500

func newRun(o Options, m *memory, common *run, steps int) *run {
	r := &run{
		options: o, common: common, asked: map[*eval.Thunk]*eval.Questions{},
		hosts: map[int]*eval.Thunk{}, configs: map[*eval.Call]*system{}, optionsOf: map[string]*system{}, made: map[*eval.Thunk]*system{},
		late:   map[*eval.Call]func() eval.Value{},
		flakes: map[string]*flake{}, ofParts: map[*eval.Thunk]eval.Value{},
	}
	options := eval.Options{Steps: steps, Loops: true, Looks: true, Stop: o.stop, Expand: r.expand, Has: r.has}
	if common == nil {
		r.inputs = origins{o.Input, map[string]string{}, map[string]bool{}, map[string]Fetched{}}
		r.reader = &recorder{memory: m, root: path.Dir(o.Entry), inputs: r.inputs, sources: map[string]string{}}
		maps.Copy(r.reader.sources, o.Sources)
		r.reader.note = func(number int) { r.Asked(number) }
	} else {
		r.inputs, options.Common = common.inputs, common.Evaluator
		r.reader = &recorder{memory: m, root: common.reader.root, inputs: r.inputs, sources: common.reader.sources}
	}
	r.reader.asked = map[question]int{}
	options.Reader, options.IsLib = r.reader, r.inputs.isLib
	r.Evaluator = eval.New(options)
	return r
}

// once evaluates something that is kept for a thunk, or uses it again.
func (r *run) once(key *eval.Thunk, evaluate func()) {
	q := r.asked[key]
	if r.Kept(&q, evaluate); q != nil {
		r.asked[key] = q
	}
}

// questions are all that a run depends on.
func (r *run) questions() questions {
	all := slices.Clone(r.reader.questions)
	if r.common != nil {
		for _, number := range r.Questions().All() {
			all = append(all, r.common.reader.questions[number])
		}
	}
	slices.SortFunc(all, compareQuestions)
	return slices.Clip(slices.Compact(all))
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
func (r *run) expand(_ *eval.Evaluator, call *eval.Call) (v eval.Value) {
	if r.common != nil && r.common.standsFor(call) {
		r.Needs(r.common.Asking(func() { v = r.common.expand(nil, call) }))
		return v
	}
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
		r.once(call.Args[1], func() { v = r.flakeParts(call) })
		return v
	case name == "withSystem" && len(call.Args) == 2:
		return r.Apply(r.Force(call.Args[1]), eval.Known(perSystem(call.Args[0])))
	case name == "callPackages" && len(call.Args) == 2 && len(r.options.Upstream) > 0 && r.inputs.isPackages(call.Function.Path):
		f, _ := eval.Lib("callPackagesWith")
		return r.ApplyAll(f, eval.Known(eval.NewSymbol(call.Function.Path[:len(call.Function.Path)-1]...)), call.Args[0], call.Args[1])
	case strings.HasPrefix(name, "each"):
		return r.eachSystem(name, call)
	case (strings.HasPrefix(name, "fetch") || name == "getFlake") && len(call.Args) > 0:
		return r.fetched(call)
	}
	return nil
}

// standsFor reports whether a call stands for a value of the run.
func (r *run) standsFor(call *eval.Call) bool {
	return r.configs[call] != nil || r.late[call] != nil
}

// has says whether there is an option, where a text asks.
func (r *run) has(s *eval.Symbol) (has, known bool) {
	if len(s.Path) == 0 {
		return false, false
	}
	if of, ok := r.optionsOf[s.Path[0]]; ok {
		return of.has(s.Path[1:])
	}
	if len(s.Path) == 2 && s.Path[0] == bare && !syntax.IsName(s.Path[1]) {
		return false, true // nixpkgs has no package whose name needs quotes
	}
	if r.common != nil {
		r.Needs(r.common.Asking(func() { has, known = r.common.has(s) }))
	}
	return has, known
}

// systemOf is the system that a call makes; nil for any other call.
func (r *run) systemOf(call *eval.Call) (s *system) {
	if len(call.Args) > 0 {
		r.once(call.Args[0], func() { s = r.makeSystem(call) })
	}
	return s
}

func (r *run) makeSystem(call *eval.Call) *system {
	name := call.Function.Name()
	nixos, isMaker := makers[name]
	var base *system
	if name == "extendModules" && len(call.Function.Path) == 2 {
		base = r.withID(call.Function.Path[0])
	}
	isOfPackages := name == "nixos" && r.inputs.isPackages(call.Function.Path)
	if !isMaker && !isOfPackages && base == nil {
		return nil
	}
	if s, ok := r.made[call.Args[0]]; ok {
		return s
	}
	s := &system{
		run: r, id: r.nextID(), call: call, nixos: nixos, schema: r.options.Schema, special: eval.NewAttrs(nil),
		args: map[string]*eval.Thunk{},
	}
	if kind, rest, _ := r.inputs.at(call.Function.Path); kind == Nixpkgs && len(rest) == len(call.Function.Path)-2 {
		s.nixpkgs = call.Function.Path[1]
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
		s.nixos, s.special, s.args, s.platform, s.nixpkgs = base.nixos, base.special, base.args, base.platform, base.nixpkgs
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
	kind, _, isInput := in.at(f.Path)
	return !isInput || kind == Nixpkgs
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
	var config, packages = eval.Value(s.config()), s.argument("pkgs")
	if s.opaque && s.nixos {
		config, packages = eval.NewSymbol(s.name(), "config"), eval.Known(eval.NewSymbol(s.name(), "pkgs"))
	}
	return eval.NewAttrs(eval.NewSymbol("system"),
		named(tag, s.call),
		named("config", config),
		named("options", s.optionsSymbol()),
		eval.Attr{Name: "pkgs", Thunk: packages},
		named("extendModules", eval.NewSymbol(s.id, "extendModules")),
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
	if made, ok := r.Force(a.Thunk).(*eval.Call); ok {
		return r.systemOf(made)
	}
	return nil
}

// ofHost begins the ids of systems and the names of their options that belong to one
// host, and not to the run that all have in common.
const ofHost = "host "

// nextID is the id of a system that is made next.
func (r *run) nextID() string {
	id := strconv.Itoa(len(r.systems))
	if r.common != nil {
		id = ofHost + id
	}
	return id
}

// withID is the system that has an id; nil for none. A host has its own of those that
// are in common.
func (r *run) withID(id string) *system {
	number, isOwn := strings.CutPrefix(id, ofHost)
	n, err := strconv.Atoi(number)
	of := r
	if !isOwn {
		of = cmp.Or(r.common, r)
	}
	if err != nil || n < 0 || n >= len(of.systems) {
		return nil
	}
	s := of.systems[n]
	if of != r {
		s = r.systemOf(s.call)
	}
	return s
}
