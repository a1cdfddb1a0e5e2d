package host

import (
	"path"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// system is a set of modules that are evaluated together: a NixOS configuration, a
// submodule, or a flake's own of flake-parts.
type system struct {
	*run
	id   string
	call *eval.Call // that makes the system; nil for none
	// modules are those that the system was called with, in order.
	modules []item
	// special are the arguments that modules get besides config and its kin.
	special eval.Value
	// args are the values of _module.args that nobody in the workspace defines.
	args   map[string]*eval.Thunk
	schema *Schema
	// freeform is the type of what is defined without being declared; nil for none.
	freeform *Type
	// platform is the system argument of nixosSystem; nil for none.
	platform eval.Value
	// nixpkgs is the flake input whose nixosSystem is called; empty where that is not known.
	nixpkgs string
	// nixos says that the modules of NixOS are among the modules.
	nixos bool
	// closed says that all options are declared by modules that are seen.
	closed bool
	// more are things that may define any option besides.
	more []hole

	root     *level // nil until the modules are collected
	busy     bool
	isHost   bool     // its options are those of the schema of its source
	from     []Source // of its modules of jetpack-nixos
	through  []Source // that its modules from elsewhere may have
	source   Source
	places   []Location // of the modules that are certainly part of the system
	jetpack  Answer     // whether the modules of jetpack-nixos are among the modules
	holes    []hole
	configOf *eval.Call
	scopeOf  *eval.Thunk            // see scope
	given    []eval.Attr            // what every module gets
	rest     eval.Value             // what else it may get
	asked    map[string]*eval.Thunk // the values of _module.args
	loaded   map[string]*loaded
	// functions are the modules that are certainly part of the system and are functions.
	functions []Location
	imports   []Import
	renames   []*Option
	// unchecked says that NixOS may accept definitions of options that no module declares.
	unchecked bool
	// replaced says that a module of jetpack-nixos is left out.
	replaced bool
	needs    *eval.Questions // of collecting the modules
	declares bool            // modules of the workspace declare options of jetpack-nixos
	count    int
}

// loaded is a module, with what it imports.
type loaded struct {
	key      string
	lambda   syntax.Node // the function that the module is; the zero Node for a set
	written  syntax.Node // the expression that is the module, behind all names
	config   *eval.Thunk
	options  *eval.Thunk
	imports  []imported
	disabled []string
	of       *Import // what it is of jetpack-nixos, whose modules are not looked into; nil for any other module
}

// imported is a module that something imports, perhaps.
type imported struct {
	*loaded
	perhaps *eval.Unknown
}

// config is the value that modules get as config. It is looked into when something
// is selected from it, because the modules that it is made of come first.
func (s *system) config() *eval.Call {
	if s.configOf == nil {
		s.configOf = &eval.Call{Function: eval.NewSymbol("config")}
		s.configs[s.configOf] = s
	}
	return s.configOf
}

// value is the set of all options; nil while the modules are being collected.
func (s *system) value() eval.Value {
	if s.collect(); s.root == nil {
		return nil
	}
	if s.root.merged == nil {
		s.root.merged = &merged{value: s.root.set()}
	}
	return s.root.merged.value
}

// collect finds all modules, as collectModules of nixpkgs' lib does, and brings them
// into the order in which they are merged.
func (s *system) collect() { s.Kept(&s.needs, s.collectOnce) }

func (s *system) collectOnce() {
	if s.root != nil || s.busy {
		return
	}
	s.busy, s.jetpack = true, No
	s.loaded, s.asked = map[string]*loaded{}, map[string]*eval.Thunk{}
	s.holes = s.more
	start := s.load(s.modules, "")
	disabled := map[string]bool{}
	for _, m := range closure(start, func(imported) bool { return true }) {
		for _, key := range m.disabled {
			disabled[key] = true
		}
	}
	order := closure(start, func(m imported) bool { return !disabled[m.key] })
	isCertain := map[string]bool{}
	for _, m := range closure(start, func(m imported) bool { return !disabled[m.key] && m.perhaps == nil }) {
		if isCertain[m.key] = true; !m.lambda.IsZero() {
			s.functions = append(s.functions, location(s.Evaluator, m.lambda))
		}
		if !m.written.IsZero() {
			s.places = append(s.places, location(s.Evaluator, m.written))
		}
		if m.of != nil {
			s.imports = append(s.imports, *m.of)
		}
	}
	s.isHost = s.schema != nil && s.schema == s.options.Schema
	s.root, s.busy = s.rootOf(order, isCertain), false
	if !s.isHost {
		return
	}
	s.source = s.origin()
	if s.schema = s.options.schemaOf(s.source); s.schema != s.options.Schema {
		s.root = s.rootOf(order, isCertain)
	}
}

// rootOf is the level that all options are below, with the definitions of modules.
func (s *system) rootOf(order []*loaded, isCertain map[string]bool) *level {
	root := &level{system: s}
	if s.schema != nil {
		root.known = &s.schema.root
	}
	for _, m := range slices.Backward(order) {
		if m.config != nil {
			d := def{Thunk: m.config}
			if !isCertain[m.key] {
				d.perhaps = unsure("whether " + m.key + " is imported is not known")
			}
			root.raw = append(root.raw, d)
		}
		if m.options != nil {
			root.declares = append(root.declares, m.options)
		}
	}
	root.holes = s.holes
	for _, o := range s.renames {
		from, to := root.below(o.Path), root.below(o.RenamedTo)
		from.renamed = o
		to.aliases = append(to.aliases, o)
	}
	return root
}

// closure are the modules that are imported, as genericClosure has them: the ones that
// are imported first come first, and each key comes once.
func closure(start []imported, counts func(imported) bool) []*loaded {
	var all []*loaded
	seen := map[string]bool{}
	for queue := slices.Clone(start); len(queue) > 0; queue = queue[1:] {
		m := queue[0]
		if !counts(m) || seen[m.key] {
			continue
		}
		seen[m.key] = true
		all = append(all, m.loaded)
		queue = append(queue, m.imports...)
	}
	return all
}

// isOwn reports whether modules that are seen declare all options below a path.
func (s *system) isOwn(path []string) bool {
	if s.closed {
		return true
	}
	isSeen := !slices.ContainsFunc(s.holes, func(h hole) bool { return !h.foreign })
	return isSeen && len(path) > 0 && (!s.nixos || !slices.Contains(nixosRoots, path[0]))
}

// nixosRoots are the first names of NixOS's options.
var nixosRoots = strings.Fields(`
	appstream assertions boot console containers documentation dysnomia ec2 environment fileSystems fonts gtk hardware
	i18n ids image isSpecialisation jobs krb5 lib location meta nesting networking nix nixops nixpkgs nssModules oci
	openstack passthru power powerManagement programs qt qt5 security services snapraid sound specialisation stubby
	swapDevices system systemd time users virtualisation warnings xdg zramSwap _module`)

// rename notes what a module does that lib makes for an option of an old name; it
// reports whether the call makes such a module.
func (s *system) rename(m item, call *eval.Call) bool {
	name := call.Function.Name()
	if !call.Function.IsLibrary() || !strings.HasSuffix(name, "OptionModule") {
		return false
	}
	paths := make([][]string, len(call.Args))
	for i, t := range call.Args {
		items, open := s.items(t)
		for _, one := range items {
			text, ok := s.Force(one.Thunk).(eval.String)
			if !ok || open != nil {
				break
			}
			paths[i] = append(paths[i], string(text))
		}
	}
	switch {
	case name == "mkRemovedOptionModule":
		return true
	case m.perhaps != nil || len(paths) < 2 || paths[0] == nil || paths[1] == nil:
		return false
	case name == "mkRenamedOptionModule" || name == "mkAliasOptionModule":
		s.renames = append(s.renames, &Option{Path: paths[0], RenamedTo: paths[1]})
		return true
	}
	return false
}

// load loads the modules of a list.
func (s *system) load(modules []item, parent string) []imported {
	if !s.enter() {
		s.holes = append(s.holes, hole{def: def{priority: strongest}, why: s.bound()})
		return nil
	}
	defer s.leave()
	var all []imported
	for i, m := range modules {
		if of := s.loadOne(m, parent+":anon-"+strconv.Itoa(i+1)); of != nil {
			all = append(all, imported{of, m.perhaps})
		}
	}
	return all
}

// loadOne loads a module: a file, a function or a set. It is nil for one that is not
// looked into.
func (s *system) loadOne(m item, key string) *loaded {
	if s.count++; s.count > s.options.Modules {
		s.limit = &eval.Unknown{Reason: eval.Steps, What: "more than " + strconv.Itoa(s.options.Modules) + " modules"}
		s.holes = append(s.holes, hole{def: def{priority: strongest}, why: s.limit})
		return nil
	}
	v := s.Force(m.Thunk)
	switch value := v.(type) {
	case *eval.Choice:
		of, ok := s.Alternatives(m.Thunk)
		if !ok {
			s.unseen(m, v)
			return nil
		}
		all := &loaded{key: key}
		for i, t := range of {
			one := item{t, unsure("it is in one of several modules")}
			if m := s.loadOne(one, key+"/"+strconv.Itoa(i)); m != nil {
				all.imports = append(all.imports, imported{m, one.perhaps})
			}
		}
		return all
	case eval.Path:
		return s.loadFile(m, string(value))
	case eval.String:
		if path.IsAbs(string(value)) {
			return s.loadFile(m, path.Clean(string(value)))
		}
	case *eval.Call:
		if s.rename(m, value) {
			return nil
		}
		if all, ok := s.tree(value); ok {
			return s.shaped(m, key, eval.NewAttrs(nil, named("imports", all)))
		}
		if of := s.expand(s.Evaluator, value); of != nil {
			return s.loadOne(item{eval.Known(of), m.perhaps}, key)
		}
	}
	if of := s.unread(m, v); of != nil {
		s.comesFrom(m, Jetpack, Source{of.of.Input, of.of.Fetched})
		s.outside(m, Jetpack, &eval.Unknown{Reason: eval.Outside, What: of.key}, true)
		return of
	}
	return s.shaped(m, key, v)
}

// loadFile loads the module in a file, once.
func (s *system) loadFile(m item, name string) *loaded {
	kind, isInput := s.inputs.of(name)
	written := name
	s.fileOf(m, name)
	if local, ok := s.reader.local(name); ok {
		name = local
	} else if isInput {
		s.outside(m, kind, &eval.Unknown{Reason: eval.Outside, What: "inputs." + name[len(inputs):]}, true)
		return s.ofJetpack(m, name)
	}
	if known, ok := s.loaded[name]; ok {
		return known
	}
	known := &loaded{key: name}
	s.loaded[name] = known
	of := s.Import(name)
	if u, ok := s.Force(of).(*eval.Unknown); ok && isInput && !u.Fails() {
		s.outside(m, kind, u, true)
		return known
	} else if ok && u.Reason == eval.Unreadable {
		s.unseen(m, u)
		return known
	}
	if made := s.shaped(item{of, m.perhaps}, name, s.Force(of)); made != nil {
		if made.of != nil && isInput {
			made = s.ofJetpack(m, written)
		} else if made.of != nil {
			made.of.At, made.of.IsValue = location(s.Evaluator, m.Origin()), false
		}
		if made != nil {
			*known = *made
		}
	}
	return known
}

// shaped is a module that is a function or a set.
func (s *system) shaped(m item, key string, v eval.Value) *loaded {
	var lambda syntax.Node
	if f, ok := v.(*eval.Function); ok {
		lambda = f.Lambda()
		v = s.Apply(f, s.arguments(f))
	} else if set, ok := v.(*eval.Attrs); ok && set.Len() > 0 {
		if functor, ok := set.Get("__functor"); ok {
			if f, ok := s.Apply(s.Force(functor.Thunk), eval.Known(set)).(*eval.Function); ok {
				v = s.Apply(f, s.arguments(f))
			}
		}
	}
	v = s.Merged(v)
	set, ok := v.(*eval.Attrs)
	if !ok {
		s.unseen(m, v)
		if f, ok := v.(*eval.Function); ok {
			return s.another(m, key, f)
		}
		return nil
	}
	out := &loaded{key: key, lambda: lambda, written: m.Origin()}
	if !lambda.IsZero() {
		out.written = lambda
		if file, ok := s.PathOf(lambda); ok {
			s.fileOf(m, file)
		}
	}
	switch kindOf(s.Evaluator, set) {
	case "if", "override", "merge":
		out.config = eval.Known(set)
		return out
	}
	if k, ok := set.Get("key"); ok {
		if text, ok := s.text(k.Thunk); ok {
			out.key = text
		}
	}
	if d, ok := set.Get("disabledModules"); ok {
		out.disabled = s.disabled(d.Thunk)
	}
	if _, ok := set.Get("freeformType"); ok {
		s.unchecked = true
	}
	for _, name := range []string{"require", "imports"} {
		list, ok := set.Get(name)
		if !ok {
			continue
		}
		all, open := s.items(list.Thunk)
		if open != nil {
			s.unseen(item{list.Thunk, m.perhaps}, open)
		}
		if list.Maybe {
			for i := range all {
				all[i].perhaps = unsure("which modules are imported is not known")
			}
		}
		out.imports = append(out.imports, s.load(all, out.key+"/"+name)...)
	}
	if free, ok := set.Get("freeformType"); ok && s.closed {
		t := s.typeOf(s.Force(free.Thunk))
		if s.freeform = t.Elem; s.freeform == nil {
			s.freeform = &Type{Kind: t.Kind}
		}
	}
	config, long := set.Get("config")
	options, declares := set.Get("options")
	switch {
	case !long && !declares:
		out.config = s.shorthand(set)
	default:
		if long {
			out.config = config.Thunk
		}
		if declares {
			out.options = options.Thunk
		}
	}
	if rest := set.Rest(); rest != nil {
		s.holes = append(s.holes, hole{def: def{Thunk: m.Thunk, perhaps: m.perhaps}, why: why(rest)})
	}
	return out
}

// shorthand is what a module defines that has neither config nor options.
func (s *system) shorthand(set *eval.Attrs) *eval.Thunk {
	var attrs []eval.Attr
	for a := range set.All() {
		switch a.Name {
		case "_class", "_file", "key", "disabledModules", "require", "imports", "freeformType":
		default:
			attrs = append(attrs, a)
		}
	}
	return eval.Known(eval.NewAttrs(nil, attrs...))
}

// text is a string or a path.
func (s *system) text(t *eval.Thunk) (string, bool) {
	switch v := s.Force(t).(type) {
	case eval.String:
		return string(v), true
	case eval.Path:
		return string(v), true
	}
	return "", false
}

// disabled are the keys of modules that are left out. Without one of jetpack-nixos, all
// that its modules say of options may be otherwise.
func (s *system) disabled(t *eval.Thunk) []string {
	items, _ := s.items(t)
	var keys []string
	for _, one := range items {
		if s.isJetpack(one.Thunk) {
			left := outside("disabledModules leaves out modules of jetpack-nixos")
			s.replaced = true
			s.holes = append(s.holes, hole{def: def{Thunk: one.Thunk, priority: strongest}, why: left})
		}
		if set, ok := s.Force(one.Thunk).(*eval.Attrs); ok {
			if k, ok := set.Get("key"); ok {
				one.Thunk = k.Thunk
			}
		}
		if key, ok := s.text(one.Thunk); ok && one.perhaps == nil {
			keys = append(keys, key)
		}
	}
	return keys
}

// isJetpack reports whether a module that is left out may be one of jetpack-nixos. A name
// that is no path is one of NixOS's own modules.
func (s *system) isJetpack(module *eval.Thunk) bool {
	name, ok := s.text(module)
	if !ok {
		v := s.Force(module)
		kind, isInput := s.kind(v, module)
		_, isSet := v.(*eval.Attrs)
		return !isSet && (!isInput || kind == Jetpack)
	}
	kind, isInput := s.inputs.of(name)
	return isInput && kind == Jetpack
}

// arguments are what a module is called with: what it takes by name, and all there is
// only if it takes that.
func (s *system) arguments(f *eval.Function) *eval.Thunk {
	if s.given == nil {
		s.give()
	}
	l, ok := syntax.AsLambda(f.Lambda())
	if !ok {
		return eval.Known(eval.NewAttrs(s.rest, s.given...))
	}
	var attrs []eval.Attr
	if !l.Parameter().IsZero() {
		attrs = slices.Clip(s.given)
	}
	for formal := range l.Formals().All() {
		name := formal.Child(0).Text()
		if i := slices.IndexFunc(s.given, func(a eval.Attr) bool { return a.Name == name }); i < 0 {
			attrs = append(attrs, eval.Attr{Name: name, Thunk: s.argument(name)})
		} else if l.Parameter().IsZero() {
			attrs = append(attrs, s.given[i])
		}
	}
	rest := s.rest
	if l.Parameter().IsZero() {
		rest = nil // and nothing is asked for that is not there
	}
	return eval.Known(eval.NewAttrs(rest, attrs...))
}

// give finds out what modules get besides _module.args.
func (s *system) give() {
	s.given = []eval.Attr{
		named("lib", eval.NewSymbol("lib")),
		named("options", s.optionsSymbol()),
		named("config", s.config()),
		named("specialArgs", s.special),
	}
	switch special := s.Merged(s.special).(type) {
	case *eval.Attrs:
		for a := range special.All() {
			if i := slices.IndexFunc(s.given, func(b eval.Attr) bool { return a.Name == b.Name }); i >= 0 {
				s.given[i] = a
			} else {
				s.given = append(s.given, a)
			}
		}
		s.rest = special.Rest()
	default:
		s.rest = special
	}
}

// argument is what _module.args has by a name, or what special arguments that are
// not known as a whole may have.
func (s *system) argument(name string) *eval.Thunk {
	return s.Through(func(*eval.Evaluator) (eval.Value, *eval.Thunk) {
		if s.collect(); s.root == nil {
			return s.argumentOr(name) // what imports hang on is asked for too early
		}
		t, ok := s.asked[name]
		s.Kept(&s.needs, func() {
			if ok {
				return
			}
			at := s.root.at([]string{"_module", "args", name})
			switch u := at.hangs(); {
			case u != nil:
				t = eval.Known(u)
				return
			case len(at.raw) > 0:
				t = at.raws()
			default:
				t = s.Through(func(*eval.Evaluator) (eval.Value, *eval.Thunk) { return s.argumentOr(name) })
			}
			s.asked[name] = t
		})
		return s.Force(t), t
	})
}

// argumentOr is an argument that no module of the workspace defines, and the thunk that
// it is the value of, if there is one.
func (s *system) argumentOr(name string) (eval.Value, *eval.Thunk) {
	switch t, ok := s.args[name]; {
	case ok:
		return s.Force(t), t
	case s.rest != nil:
		return s.Select(s.rest, name), nil
	case name == "pkgs":
		return s.packages(), nil
	}
	return eval.NewSymbol(name), nil
}

// optionsSymbol is what modules get as options. Its first name tells the system.
func (s *system) optionsSymbol() *eval.Symbol {
	for name, of := range s.optionsOf {
		if of == s {
			return eval.NewSymbol(name)
		}
	}
	name := "options"
	if s.common == nil {
		name = "flake options"
	}
	if len(s.optionsOf) > 0 {
		name += strconv.Itoa(len(s.optionsOf))
	}
	s.optionsOf[name] = s
	return eval.NewSymbol(name)
}

// has reports whether there is an option, or one below a path.
func (s *system) has(path []string) (has, known bool) {
	if s.collect(); s.root == nil {
		return false, false
	}
	l := s.root
	for _, name := range path {
		if l.declared() != nil {
			return false, false
		}
		l.declare() // its definitions may hang on what is asked
		if l = l.children[name]; l == nil {
			return false, false
		}
	}
	if len(l.declares) > 0 || l.known != nil && l.known.isNixOS() {
		return true, true
	}
	if l.known == nil || s.jetpack != Yes && len(s.holes) > 0 {
		return false, false
	}
	return s.jetpack == Yes, s.jetpack != NotKnown
}

// packages are nixpkgs' packages: a symbol, but for the platform, and for what the source of jetpack-nixos tells.
func (s *system) packages() eval.Value {
	if s.root != nil && s.nixos && len(s.root.at([]string{"nixpkgs", "pkgs"}).raw) > 0 {
		return eval.NewSymbol("pkgs") // for whichever platform they are
	}
	attrs := s.platformAttrs()
	if len(s.options.Upstream) > 0 && s.root != nil && s.nixos {
		attrs = append(attrs,
			eval.Attr{Name: catalog.ScopeName, Thunk: s.Through(func(*eval.Evaluator) (eval.Value, *eval.Thunk) { return s.scope(), nil })},
			named("config", eval.NewAttrs(eval.NewSymbol("pkgs", "config"),
				eval.Attr{Name: "cudaSupport", Thunk: s.Lazy(func(*eval.Evaluator) eval.Value { return s.cudaSupport() })})),
		)
	}
	if attrs == nil {
		return eval.NewSymbol("pkgs")
	}
	return eval.NewAttrs(eval.NewSymbol("pkgs"), attrs...)
}

// platformAttrs are the packages that tell the platform; nil where it is not known.
func (s *system) platformAttrs() []eval.Attr {
	platform := s.platform
	if s.root != nil && s.nixos {
		m := s.root.at([]string{"nixpkgs", "hostPlatform"}).merge()
		if u, ok := m.value.(*eval.Unknown); len(m.all) > 0 && (!ok || !u.Fails()) { // else it is not defined
			platform = m.value
		}
	}
	set, ok := s.elaborated(platform).(*eval.Attrs)
	if !ok {
		return nil
	}
	// stdenv has the tests of the platform as well, but for its name.
	host := named("hostPlatform", eval.NewAttrs(eval.NewSymbol("pkgs", "stdenv", "hostPlatform"), slices.Collect(set.All())...))
	stdenv := []eval.Attr{host}
	for a := range set.All() {
		if strings.HasPrefix(a.Name, "is") {
			stdenv = append(stdenv, a)
		}
	}
	system, _ := set.Get("system")
	return []eval.Attr{system, host, named("stdenv", eval.NewAttrs(eval.NewSymbol("pkgs", "stdenv"), stdenv...))}
}

// elaborated is what lib.systems makes of a platform's name, or of a set with it, as far as that is
// known.
func (s *system) elaborated(platform eval.Value) eval.Value {
	var rest eval.Value = eval.NewSymbol("lib", "systems", "platform")
	if set, ok := platform.(*eval.Attrs); ok {
		platform = s.Select(set, "system")
	}
	name, ok := platform.(eval.String)
	if !ok {
		if u, isUnknown := platform.(*eval.Unknown); isUnknown {
			return u
		}
		return rest
	}
	processor, kernel, _ := strings.Cut(string(name), "-")
	return eval.NewAttrs(rest,
		named("system", name),
		named("isAarch64", eval.Bool(processor == "aarch64")), named("isx86_64", eval.Bool(processor == "x86_64")),
		named("isLinux", eval.Bool(kernel == "linux")), named("isDarwin", eval.Bool(kernel == "darwin")),
	)
}

// raws is the value of a level as a whole, which is not looked into.
func (l *level) raws() *eval.Thunk {
	m := &merged{all: l.candidates(nil)}
	f := l.filter(m.all)
	m.value = l.single(f)
	if l.judge(m, f); m.from != nil {
		return m.from
	}
	return eval.Known(m.value)
}

// unseen notes a module that is not looked into.
func (s *system) unseen(m item, v eval.Value) {
	u := why(v)
	if u.Fails() {
		return
	}
	kind, isInput := s.kind(v, m.Thunk)
	if of, ok := s.sourceOf(v, m.Thunk); ok {
		s.comesFrom(m, kind, of)
	}
	s.outside(m, kind, u, isInput)
}

// fileOf notes the source that a module has its file from, if it has it from one.
func (s *system) fileOf(m item, file string) {
	name, ok := s.sourceOfFile(file)
	if !ok {
		return
	}
	kind := s.inputs.input(name)
	if _, isAtHand := s.reader.sources[name]; kind == Jetpack || !isAtHand { // else its modules say what they import
		s.comesFrom(m, kind, s.inputs.source(name))
	}
}

// outside notes a module that comes from outside of the workspace, certainly so if it
// is one of an input.
func (s *system) outside(m item, kind Input, u *eval.Unknown, isInput bool) {
	switch kind {
	case Jetpack:
		if m.perhaps == nil {
			s.jetpack = Yes
		} else if s.jetpack == No {
			s.jetpack = NotKnown
		}
	case Foreign, Unrelated:
		s.holes = append(s.holes, hole{def{Thunk: m.Thunk, perhaps: m.perhaps}, u, isInput, kind == Unrelated, s.missing(m, u)})
	}
}

// missing is the file of the workspace that a module certainly has, and that is not there; empty for any other.
func (s *system) missing(m item, u *eval.Unknown) string {
	if u.Reason != eval.Unreadable || m.perhaps != nil || !strings.HasPrefix(u.What, s.reader.root+"/") {
		return ""
	}
	file := u.What
	if _, isFolder := s.reader.ReadDir(file); isFolder {
		file = path.Join(file, "default.nix")
	}
	if exists, isKnown := s.reader.Exists(file); exists || !isKnown {
		return ""
	}
	return file
}

// submodule is the value of an option that holds options of its own.
func (s *system) submodule(t *Type, path []string, defs []def, holes []hole) eval.Value {
	sub := &system{
		run: s.run, closed: true, schema: t.schema, freeform: t.freeform, more: holes, special: eval.NewAttrs(nil),
	}
	if t.of != nil {
		sub.modules, sub.special = slices.Clone(t.of.modules), t.of.special
		if t.of.open != nil {
			sub.more = append(sub.more[:len(sub.more):len(sub.more)], hole{why: t.of.open})
		}
	}
	name := ""
	if len(path) > 0 {
		name = path[len(path)-1]
	}
	sub.args = map[string]*eval.Thunk{"name": eval.Known(eval.String(name))}
	for _, d := range defs {
		perhaps := d.perhaps
		if perhaps == nil && s.holds(d) == NotKnown {
			perhaps = unsure(strings.Join(path, ".") + " may have other definitions")
		}
		m := d.Thunk
		if set, ok := s.Force(m).(*eval.Attrs); ok && (t.of == nil || t.of.shorthand) && t.freeform == nil {
			m = eval.Known(eval.NewAttrs(nil, named("config", set)))
		}
		sub.modules = append(sub.modules, item{m, perhaps})
	}
	if v := sub.value(); v != nil {
		return v
	}
	return unsure("the modules of " + strings.Join(path, ".") + " are not known")
}
