package host

import (
	"cmp"
	"context"
	"maps"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Result is what the configurations of a workspace come to.
type Result struct {
	// Hosts are the configurations, in the order of their names, each followed by its
	// variants.
	Hosts []*Host
	// Open says why there may be other configurations; nil if these are all.
	Open *eval.Unknown
	// Bound is the bound that kept configurations from being evaluated; nil for none.
	Bound *eval.Unknown
	// Builds are the packages of the flake that are certainly what its hosts build.
	Builds []Build

	options Options
	answers map[question]answer // of the reader
	names   questions           // what decides which configurations there are
	found   []found
	bound   *eval.Unknown // that was reached when they were found
	hosts   []*evaluated
	mu      sync.Mutex // guards common
	common  looks      // of what configurations have in common
	built   *evaluated // of Builds; nil where they were not looked for
}

// evaluated is one configuration with its variants, and what it was read from.
type evaluated struct {
	found
	hosts []*Host
	asked questions
	looks looks
	steps int
}

// hasSchemas reports whether the options of its sources are still those that it was evaluated with.
func (e *evaluated) hasSchemas(o Options) bool {
	return !slices.ContainsFunc(e.hosts, func(h *Host) bool { return h.schema != nil && h.schema != o.schemaOf(h.Source) })
}

// found is a configuration that a flake names.
type found struct {
	name string
	at   Location
	body Location // the expression that makes it; the zero Location where that is not written
	// output is the index in outputs of that which has the configuration.
	output int
}

// Evaluate evaluates the configurations of a workspace. What it can it takes from an
// earlier result, which may be nil: a configuration that was made of what a reader
// still gives is what it was. An earlier result is of no use where Options.Input answers
// otherwise than it did then. It stops early if the context ends, with the configurations
// that it has evaluated whole.
func Evaluate(ctx context.Context, reader eval.Reader, o Options, before *Result) *Result {
	o.Steps, o.Hosts = cmp.Or(o.Steps, defaultSteps), cmp.Or(o.Hosts, defaultHosts)
	o.Modules, o.Workers = cmp.Or(o.Modules, defaultModules), cmp.Or(o.Workers, 1)
	o.Progress = cmp.Or(o.Progress, &Progress{})
	o.stop = func() bool { return ctx.Err() != nil }
	m := newMemory(reader, o.stop)
	res := &Result{options: o, common: looks{}}
	old := map[string]*evaluated{}
	var changed map[question]changes
	if before != nil && before.options.Entry == o.Entry && before.options.Schema == o.Schema &&
		maps.Equal(before.options.Sources, o.Sources) && slices.Equal(before.options.Upstream, o.Upstream) {
		changed = m.changed(before.answers)
		for _, e := range before.hosts {
			if of := e.after(changed, before.common); of != nil {
				old[e.name] = of
			}
		}
		moved := changes{}
		for _, c := range changed {
			maps.Copy(moved, c)
		}
		res.common = before.common.moved(moved)
	} else {
		before = nil
	}
	var common *run // what the first worker has
	isCut := false
	if before == nil || !res.findAgain(before, changed) {
		common = newRun(o, m, nil, o.Steps/shareOfSteps)
		res.found, res.Open = common.find()
		res.Open, isCut = brief(res.Open), o.stop()
		if res.names, res.bound = common.questions(), brief(common.bound()); res.bound != nil || len(res.found) == 0 {
			res.look(common)
			common = nil
		}
	}
	res.Bound = res.bound
	if len(res.found) > o.Hosts {
		res.Bound = &eval.Unknown{Reason: eval.Steps, What: strconv.Itoa(len(res.found)) + " configurations"}
	}
	todo := res.found[:min(len(res.found), o.Hosts)]
	res.hosts = make([]*evaluated, len(todo))
	o.Progress.total.Store(int64(len(todo)))
	var next, spent atomic.Int64
	var workers sync.WaitGroup
	for range min(o.Workers, len(todo)) {
		w := worker{m, res, common}
		common = nil
		workers.Go(func() {
			defer func() { res.look(w.common) }()
			for !o.stop() && int(spent.Load()) < o.Steps {
				i := int(next.Add(1)) - 1
				if i >= len(todo) {
					return
				}
				e := old[todo[i].name]
				if e == nil || e.found != todo[i] || !e.hasSchemas(o) {
					e = w.evaluate(todo[i])
				}
				if o.stop() {
					return // it may have been cut
				}
				spent.Add(int64(e.steps))
				res.hosts[i] = e
				o.Progress.done.Add(1)
			}
		})
	}
	workers.Wait()
	total := 0
	for i, e := range res.hosts {
		// Which were evaluated hangs on the workers, which count does not.
		if e == nil || total >= o.Steps {
			res.Bound = &eval.Unknown{Reason: eval.Steps, What: "the configurations from " + todo[i].name + " on"}
			res.hosts = res.hosts[:i]
			break
		}
		total += e.steps
	}
	if res.Bound == nil && o.stop() {
		res.Bound = &eval.Unknown{Reason: eval.Steps, Says: "the evaluation was stopped"}
	}
	for _, e := range res.hosts {
		res.Hosts = append(res.Hosts, e.hosts...)
	}
	res.build(m, before, changed)
	if isCut { // and there may be others
		res.names = nil
	}
	res.remember(m, before)
	return res
}

// build finds the packages that the hosts build, or takes them from an earlier result if changes do not reach what they were
// read from.
func (r *Result) build(m *memory, before *Result, changed map[question]changes) {
	if path.Base(r.options.Entry) != "flake.nix" || len(r.found) == 0 || r.options.stop() {
		return
	}
	if before != nil && before.built != nil {
		sameName := func(a, b found) bool { return a.name == b.name && a.output == b.output }
		if r.built = before.built.after(changed, nil); r.built != nil && slices.EqualFunc(r.found, before.found, sameName) {
			r.Builds = before.Builds
			return
		}
	}
	of := newRun(r.options, m, nil, r.options.Steps/shareOfSteps)
	of.opaque = true
	r.Builds = of.builds(r.found)
	if r.built = nil; !r.options.stop() {
		r.built = &evaluated{asked: of.questions(), looks: of.looks()}
	}
}

// remember keeps the answers that the result rests on.
func (r *Result) remember(m *memory, before *Result) {
	fresh := m.known()
	r.answers = map[question]answer{}
	keep := func(asked questions) {
		for _, q := range asked {
			if a, ok := fresh[q]; ok {
				r.answers[q] = a
			} else if before != nil {
				r.answers[q] = before.answers[q]
			}
		}
	}
	keep(r.names)
	if r.built != nil {
		keep(r.built.asked)
	}
	for _, e := range r.hosts {
		keep(e.asked)
	}
}

// findAgain takes from an earlier result which configurations there are, if changes do
// not reach what that was read from.
func (r *Result) findAgain(before *Result, changed map[question]changes) bool {
	all, ok := concerns(before.names, changed)
	if !ok || before.names == nil || all.reach(before.common) {
		return false
	}
	names := slices.Clone(before.found)
	for i := range names {
		ok = all.location(&names[i].at) && all.location(&names[i].body) && ok
	}
	if ok {
		r.names, r.found, r.Open, r.bound = before.names, names, before.Open, before.bound
	}
	return ok
}

// look notes what configurations had in common; nil for nothing.
func (r *Result) look(common *run) {
	if common == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for file, looked := range common.Looked() {
		r.common.add(file, looked)
	}
}

// Files are the files that were read, sorted: those that decide which configurations
// there are, and those of each.
func (r *Result) Files() []string {
	all := files(r.names, r.answers)
	for _, e := range r.hosts {
		all = append(all, files(e.asked, r.answers)...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// FilesOf are the files that were read for a configuration and its variants, sorted.
func (r *Result) FilesOf(name string) []string {
	for _, e := range r.hosts {
		if e.name == name {
			return files(e.asked, r.answers)
		}
	}
	return nil
}

// isModule reports whether the entry is a module, and no flake or hive.
func (r *run) isModule() bool {
	name := path.Base(r.options.Entry)
	return name != "flake.nix" && name != "hive.nix"
}

// find finds the configurations that there are.
func (r *run) find() ([]found, *eval.Unknown) {
	if r.isModule() {
		name := strings.TrimSuffix(path.Base(r.options.Entry), ".nix")
		if _, _, ok := r.reader.Parse(r.options.Entry); !ok {
			return nil, &eval.Unknown{Reason: eval.Unreadable, What: r.options.Entry}
		}
		return []found{{name: name, at: Location{File: r.options.Entry}}}, nil
	}
	var all []found
	var open *eval.Unknown
	for i := range outputs {
		v := r.Merged(r.configurations(i))
		set, ok := v.(*eval.Attrs)
		if !ok {
			if u := why(v); u.Reason != eval.Refused && open == nil {
				open = u
			}
			continue
		}
		for a := range set.All() {
			if !slices.ContainsFunc(all, func(f found) bool { return f.name == a.Name }) {
				all = append(all, found{a.Name, r.writtenAt(a), location(r.Evaluator, a.Thunk.Node()), i})
			}
		}
		if rest := set.Rest(); rest != nil && open == nil {
			open = why(rest)
		}
	}
	slices.SortFunc(all, func(a, b found) int { return strings.Compare(a.name, b.name) })
	return all, open
}

// configurations is the set of configurations that an output of the flake has, which all
// runs have in common. Of all outputs but the first, one that the flake is not known to
// have is taken for none.
func (r *run) configurations(i int) eval.Value {
	of := cmp.Or(r.common, r)
	if of.hosts[i] == nil {
		of.hosts[i] = of.Lazy(func(*eval.Evaluator) eval.Value { return of.Merged(of.hostsOf(i)) })
	}
	return r.Force(of.hosts[i])
}

func (r *run) hostsOf(i int) eval.Value {
	out := r.Merged(r.outputs())
	set, ok := out.(*eval.Attrs)
	if !ok {
		return out
	}
	a, ok := set.Get(outputs[i].name)
	switch {
	case ok:
		return outputs[i].hosts(r, a.Thunk)
	case i == 0:
		return r.Select(set, outputs[i].name)
	}
	return &eval.Unknown{Reason: eval.Refused, What: outputs[i].name}
}

// writtenAt is where a configuration is written.
func (r *run) writtenAt(a eval.Attr) Location {
	if !a.At.IsZero() {
		return location(r.Evaluator, a.At)
	}
	if n := a.Thunk.Node(); !n.IsZero() {
		return location(r.Evaluator, n)
	}
	call, ok := r.Force(a.Thunk).(*eval.Call)
	if !ok {
		return Location{}
	}
	if at := location(r.Evaluator, call.Node); at.File != "" || len(call.Args) == 0 {
		return at
	}
	// lib made the call: what it is given is written in the workspace.
	if set, ok := r.Merged(r.Force(call.Args[0])).(*eval.Attrs); ok {
		for given := range set.All() {
			if at := location(r.Evaluator, given.At); at.File != "" {
				return at
			}
		}
	}
	return Location{}
}

// worker evaluates one configuration after the other. What they have in common it
// evaluates once, for as long as the budget for that lasts.
type worker struct {
	memory *memory
	result *Result
	common *run // nil: to be made
}

// evaluate evaluates a configuration. What it comes to does not hang on those that
// were evaluated before it: if the budget for what they have in common ends, it is
// evaluated anew, with one for it alone.
func (w *worker) evaluate(f found) *evaluated {
	o := w.result.options
	for {
		isFresh := w.common == nil
		if isFresh {
			w.common = newRun(o, w.memory, nil, o.Steps/shareOfSteps)
		}
		common := w.common
		e := evaluateOne(common, f, o.Steps/shareOfSteps)
		bound := common.bound()
		if bound == nil {
			return e
		}
		w.result.look(common)
		if w.common = nil; isFresh {
			for _, h := range e.hosts {
				h.Bound = brief(bound)
			}
			e.steps += common.Steps()
			return e
		}
	}
}

// evaluateOne evaluates one configuration and its variants.
func evaluateOne(common *run, f found, steps int) *evaluated {
	r := newRun(common.options, common.reader.memory, common, steps)
	e := &evaluated{found: f}
	h := &Host{Name: f.name, At: f.at, Body: f.body}
	if !r.isModule() {
		h.Output = outputs[f.output].path
	}
	s, u := r.system(f)
	switch {
	case s != nil:
		e.hosts = append(e.hosts, s.host(h))
		for _, v := range s.variants() {
			h := v.system.host(&Host{Name: f.name, Variant: v.name, At: v.at})
			if h.Jetpack != No || !strings.HasPrefix(v.name, "containers.") {
				e.hosts = append(e.hosts, h)
			}
		}
	default:
		h.Unseen = []Unseen{{At: f.at, Why: brief(u)}}
		e.hosts = append(e.hosts, h)
	}
	for _, h := range e.hosts {
		h.Bound = brief(r.bound())
	}
	e.asked, e.looks, e.steps = r.questions(), r.looks(), r.Steps()
	return e
}

// system is a configuration, and why it is not known otherwise.
func (r *run) system(f found) (*system, *eval.Unknown) {
	if r.isModule() {
		s := &system{
			run: r, nixos: true, schema: r.options.Schema, args: map[string]*eval.Thunk{},
			modules: []item{{Thunk: eval.Known(eval.Path(r.options.Entry))}},
			special: eval.NewAttrs(nil, named("modulesPath", eval.String(inputs+"nixpkgs/nixos/modules"))),
		}
		r.systems = append(r.systems, s)
		return s, nil
	}
	v := r.Select(r.configurations(f.output), f.name)
	if s := r.asSystem(v); s != nil {
		return s, nil
	}
	return nil, why(v)
}

// host is what a system comes to.
func (s *system) host(h *Host) *Host {
	s.collect()
	if s.root == nil {
		return h
	}
	for _, u := range s.holes {
		if u.unrelated {
			continue
		}
		h.Unseen = append(h.Unseen, Unseen{location(s.Evaluator, nodeOf(u.Thunk)), brief(u.why), u.foreign, u.missing})
	}
	if s.schema == nil {
		return h
	}
	h.schema, h.Source, h.Modules = s.schema, s.source, s.places
	for i := range s.schema.options {
		o := &s.schema.options[i]
		if o.isOne() {
			h.Values = append(h.Values, s.valueOf(o))
		}
	}
	h.Replaced, h.Functions, h.Imports, h.Packages = s.replaced, s.functions, s.imports, s.packageSource()
	checks := s.root.at([]string{"_module", "check"})
	h.Unchecked = s.unchecked || len(checks.raw) > 0 && s.Force(checks.raws()) != eval.Value(eval.Bool(true)) ||
		len(s.root.at([]string{"_module", "freeformType"}).raw) > 0
	h.Undeclared = s.undeclared(s.root, false, nil)
	if len(s.options.Upstream) > 0 {
		h.Failed = s.failed()
	}
	switch h.Jetpack = s.jetpack; {
	case s.declares:
		h.Jetpack = Yes
	case h.Jetpack == No && len(h.Unseen) > 0:
		h.Jetpack = NotKnown
	}
	return h
}

// brief is an unknown without its node, which would keep a tree.
func brief(u *eval.Unknown) *eval.Unknown {
	if u == nil {
		return nil
	}
	return &eval.Unknown{Reason: u.Reason, What: u.What, Shown: u.Shown, Says: u.Says}
}

func nodeOf(t *eval.Thunk) syntax.Node {
	if t == nil {
		return syntax.Node{}
	}
	return t.Node()
}

// valueOf is an option as a host has it.
func (s *system) valueOf(o *Option) Value {
	v := Value{Path: o.Path}
	at := s.root.at(o.Path)
	m := at.merge()
	v.Conflict = m.conflict
	for i := range m.all {
		if !m.all[i].isDefault && !s.isSource(&m.all[i]) {
			v.Definitions = append(v.Definitions, s.definition(&m.all[i]))
		}
	}
	if m.certainty == Unknown {
		v.Why = brief(why(m.value))
		return v
	}
	values, ok := s.Alternatives(eval.Known(m.shown))
	if !ok {
		v.Why = brief(why(m.value))
		return v
	}
	for _, t := range values {
		plain, bad := s.plain(t)
		if bad != nil {
			v.Values, v.Why = nil, brief(bad)
			return v
		}
		if !slices.ContainsFunc(v.Values, func(one any) bool { return reflect.DeepEqual(one, plain) }) {
			v.Values = append(v.Values, plain)
		}
	}
	v.Certainty = m.certainty
	return v
}

// undeclared adds what is defined at a level or below without being declared. inside
// says that the schema knows all options there are.
func (s *system) undeclared(l *level, inside bool, all []Value) []Value {
	if l.known == nil || l.known.option != nil || l.declared() != nil {
		return all
	}
	if enable := l.known.children["enable"]; enable != nil && enable.option != nil {
		inside = !enable.option.NixOS
	}
	l.split()
	for _, name := range l.names {
		below := l.children[name]
		if !inside || below.known != nil || len(below.declares) > 0 || below.renamed != nil {
			all = s.undeclared(below, inside, all)
			continue
		}
		v := Value{Path: below.path, Why: &eval.Unknown{Reason: eval.Refused, Says: "Nix refuses it, because there is no such option"}}
		for _, c := range below.candidates(nil) {
			if c.perhaps == nil { // else there may be no such name, as where it hangs on which options there are
				v.Definitions = append(v.Definitions, s.definition(&c))
			}
		}
		if len(v.Definitions) > 0 {
			all = append(all, v)
		}
	}
	return all
}

// plain is a value as plain Go has it. A path into the store is none: the flake's own
// is known to Nix alone.
func (s *system) plain(t *eval.Thunk) (any, *eval.Unknown) {
	v, bad := s.Plain(t)
	if bad == nil && inStore(v) {
		bad = &eval.Unknown{Reason: eval.Unsupported, What: "a path in the store"}
	}
	if bad != nil {
		return nil, bad
	}
	return v, nil
}

func inStore(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, selfDir) || strings.Contains(v, inputs)
	case []any:
		return slices.ContainsFunc(v, inStore)
	case map[string]any:
		for _, one := range v {
			if inStore(one) {
				return true
			}
		}
	}
	return false
}

// definition is a definition as a host has it.
func (s *system) definition(c *candidate) Definition {
	value := c.Node()
	if value.IsZero() {
		value = c.around
	}
	d := Definition{
		Path: location(s.Evaluator, c.at), Value: location(s.Evaluator, value),
		Priority: max(c.priority, 0), Condition: c.holds, Wins: c.wins,
	}
	if c.alias != nil {
		d.Alias = c.alias.Path
	}
	if c.holds == No {
		d.Origin = d.Value
		d.Why = outside("its condition does not hold")
		return d
	}
	d.Origin = location(s.Evaluator, c.Origin())
	if d.Datum, _ = s.Datum(c.Thunk); d.Datum.File != "" {
		if local, ok := s.reader.local(d.Datum.File); ok {
			d.Datum.File = local
		}
	}
	if d.Plain, d.Why = s.plain(c.Thunk); d.Why == nil && c.bad {
		d.Plain, d.Why = nil, why(c.value)
	}
	d.Why = brief(d.Why)
	return d
}

// variant is a system that is built beside another one.
type variant struct {
	name   string
	at     Location
	system *system
}

// variants are the specialisations of a system and its virtual machine, each of them
// the system's modules and those of its own, and the containers that take part in
// jetpack-nixos.
func (s *system) variants() []variant {
	if s.root == nil || !s.nixos {
		return nil
	}
	var all []variant
	add := func(name string, below *level, inherits bool, special eval.Value) {
		if len(below.raw) == 0 || len(all) >= mostVariants {
			return
		}
		v := &system{run: s.run, nixos: true, schema: s.options.Schema, special: special, args: s.args, platform: s.platform, nixpkgs: s.nixpkgs}
		if inherits {
			v.modules = slices.Clone(s.modules)
			v.more = s.more
		}
		isDefined := false
		for _, d := range below.raw {
			s.discharge(d, false, func(d def) {
				answer := s.holds(d)
				if answer == No {
					return
				}
				isDefined = true
				one := item{Thunk: d.Thunk, perhaps: d.perhaps}
				if answer == NotKnown && one.perhaps == nil {
					one.perhaps = ambiguous(name)
				}
				v.modules = append(v.modules, one)
			})
		}
		if !isDefined {
			return
		}
		all = append(all, variant{name, location(s.Evaluator, below.raw[0].at), v})
	}
	below := s.root.at([]string{"specialisation"})
	below.split()
	for _, name := range slices.Sorted(slices.Values(below.names)) {
		one := below.child(name)
		one.split()
		inherits := true
		if flag := one.child("inheritParentConfig"); len(flag.raw) > 0 {
			inherits = flag.merge().value != eval.Value(eval.Bool(false))
		}
		add("specialisation."+name, one.child("configuration"), inherits, s.special)
	}
	for _, name := range []string{"vmVariant", "vmVariantWithBootLoader"} {
		add("virtualisation."+name, s.root.at([]string{"virtualisation", name}), true, s.special)
	}
	below = s.root.at([]string{"containers"})
	below.split()
	for _, name := range slices.Sorted(slices.Values(below.names)) {
		one := below.child(name)
		one.split()
		special := []eval.Value{eval.NewAttrs(nil, named("modulesPath", eval.String(inputs+"nixpkgs/nixos/modules")))}
		if given := one.child("specialArgs"); len(given.raw) > 0 {
			special = append(special, s.Force(given.raws()))
		}
		add("containers."+name, one.child("config"), false, overlaid(special))
	}
	return all
}
