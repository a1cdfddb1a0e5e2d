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

	options Options
	answers map[question]answer // of the reader
	names   map[question]bool   // what decides which configurations there are
	found   []found
	hosts   []*evaluated
}

// evaluated is one configuration with its variants, and what it was read from.
type evaluated struct {
	found
	hosts []*Host
	asked map[question]bool
	steps int
}

// found is a configuration that a flake names.
type found struct {
	name string
	at   Location
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
	res := &Result{options: o}
	old := map[string]*evaluated{}
	var changed map[question]bool
	if before != nil && before.options.Entry == o.Entry && before.options.Schema == o.Schema &&
		maps.Equal(before.options.Sources, o.Sources) {
		changed = m.changed(before.answers)
		for _, e := range before.hosts {
			if !touches(e.asked, changed) {
				old[e.name] = e
			}
		}
	} else {
		before = nil
	}
	if before != nil && !touches(before.names, changed) {
		res.names, res.found, res.Open = before.names, before.found, before.Open
	} else {
		r := newRun(o, m, o.Steps/shareOfSteps)
		res.found, res.Open = r.find()
		res.Open = brief(res.Open)
		res.names, res.Bound = r.reader.asked, brief(r.bound())
	}
	if len(res.found) > o.Hosts {
		res.Bound = &eval.Unknown{Reason: eval.Steps, What: strconv.Itoa(len(res.found)) + " configurations"}
	}
	todo := res.found[:min(len(res.found), o.Hosts)]
	res.hosts = make([]*evaluated, len(todo))
	o.Progress.total.Store(int64(len(todo)))
	var next, spent atomic.Int64
	var workers sync.WaitGroup
	for range min(o.Workers, len(todo)) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(todo) && !o.stop(); i = int(next.Add(1)) - 1 {
				left := o.Steps - int(spent.Load())
				if left <= 0 {
					return
				}
				e := old[todo[i].name]
				if e == nil || e.found != todo[i] {
					e = evaluateOne(m, o, todo[i], min(left, o.Steps/shareOfSteps))
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
	if i := slices.Index(res.hosts, nil); i >= 0 {
		res.Bound = &eval.Unknown{Reason: eval.Steps, What: "the configurations from " + todo[i].name + " on"}
		res.hosts = slices.DeleteFunc(res.hosts, func(e *evaluated) bool { return e == nil })
	}
	if res.Bound == nil && o.stop() {
		res.Bound = &eval.Unknown{Reason: eval.Steps, What: "the evaluation was stopped"}
	}
	for _, e := range res.hosts {
		res.Hosts = append(res.Hosts, e.hosts...)
	}
	res.remember(m, before)
	return res
}

// remember keeps the answers that the result rests on.
func (r *Result) remember(m *memory, before *Result) {
	fresh := m.known()
	r.answers = map[question]answer{}
	keep := func(asked map[question]bool) {
		for q := range asked {
			if a, ok := fresh[q]; ok {
				r.answers[q] = a
			} else if before != nil {
				r.answers[q] = before.answers[q]
			}
		}
	}
	keep(r.names)
	for _, e := range r.hosts {
		keep(e.asked)
	}
}

// touches reports whether something that was asked has changed.
func touches(asked, changed map[question]bool) bool {
	for q := range changed {
		if asked[q] {
			return true
		}
	}
	return false
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
				all = append(all, found{a.Name, r.writtenAt(a), i})
			}
		}
		if rest := set.Rest(); rest != nil && open == nil {
			open = why(rest)
		}
	}
	slices.SortFunc(all, func(a, b found) int { return strings.Compare(a.name, b.name) })
	return all, open
}

// configurations is the set of configurations that an output of the flake has. Of all outputs but
// the first, one that the flake is not known to have is taken for none.
func (r *run) configurations(i int) eval.Value {
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

// evaluateOne evaluates one configuration and its variants.
func evaluateOne(m *memory, o Options, f found, steps int) *evaluated {
	r := newRun(o, m, steps)
	e := &evaluated{found: f, asked: r.reader.asked}
	h := &Host{Name: f.name, At: f.at}
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
	e.steps = r.Steps()
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
		h.Unseen = append(h.Unseen, Unseen{location(s.Evaluator, nodeOf(u.Thunk)), brief(u.why), u.foreign})
	}
	if s.schema == nil {
		return h
	}
	h.indexes = s.schema.indexes
	for i := range s.schema.options {
		o := &s.schema.options[i]
		if o.isOne() {
			h.Values = append(h.Values, s.valueOf(o))
		}
	}
	h.Replaced = s.replaced
	checks := s.root.at([]string{"_module", "check"})
	h.Unchecked = s.unchecked || len(checks.raw) > 0 && s.Force(checks.raws()) != eval.Value(eval.Bool(true)) ||
		len(s.root.at([]string{"_module", "freeformType"}).raw) > 0
	h.Undeclared = s.undeclared(s.root, false, nil)
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
	return &eval.Unknown{Reason: u.Reason, What: u.What, Shown: u.Shown}
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
		if !m.all[i].isDefault {
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
		v := Value{Path: below.path, Why: &eval.Unknown{Reason: eval.Refused, What: "no such option"}}
		for _, c := range below.candidates(nil) {
			v.Definitions = append(v.Definitions, s.definition(&c))
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
		d.Why = &eval.Unknown{Reason: eval.Outside, What: "a condition that does not hold"}
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
		v := &system{run: s.run, nixos: true, schema: s.schema, special: special, args: s.args, platform: s.platform}
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
