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

// origins says what things from outside of the workspace are.
type origins struct {
	known func(name, url string) Input
	urls  map[string]string // of inputs, as the flake has them
	// sources are the inputs that the flake has as mere sources, without outputs, fetched what is fetched, by
	// the names that their folders in the store have here.
	sources map[string]bool
	fetched map[string]Fetched
}

// InputOf says what a flake input is, by its address and, where that tells nothing,
// by its name.
func InputOf(name, url string) Input {
	for _, word := range wordsOf(url) {
		switch {
		case word == "jetpack-nixos":
			return Jetpack
		case word == "nixpkgs":
			return Nixpkgs
		case slices.Contains(harmless, word):
			return Harmless
		}
	}
	switch {
	case strings.HasPrefix(name, "nixpkgs"):
		return Nixpkgs
	case strings.Contains(name, "jetpack"):
		return Jetpack
	case slices.Contains(harmless, name):
		return Harmless
	}
	return Foreign
}

// harmless are the usual names of flakes whose modules define none of the options of a schema,
// by what they are about instead. No source of theirs is at hand to tell.
var harmless = slices.Concat(
	about("secrets", "agenix ragenix agenix-rekey sops-nix"),
	about("the users' homes, editors and desktops", `home-manager hm stylix catppuccin nixvim nvf hyprland niri-flake
		plasma-manager emacs-overlay vscode-server nixos-vscode-server nix-flatpak nix-gaming nix-snapd`),
	about("disks and what is kept on them", "disko impermanence preservation lanzaboote"),
	about("other machines than Jetsons", "nixos-hardware nixos-wsl nix-on-droid"),
	about("how systems are built and deployed", `nixos-generators nixos-anywhere deploy-rs colmena comin srvos microvm
		nix-topology determinate`),
	about("one program or service", "nix-index-database nix-ld nix-minecraft simple-nixos-mailserver authentik-nix"),
	about("packages and the flake's own shells and checks", `nur rust-overlay devshell treefmt-nix git-hooks
		pre-commit-hooks`),
)

// about are names, and says why they are in a table.
func about(_, names string) []string { return strings.Fields(names) }

func (s origins) input(name string) Input {
	if s.known == nil {
		return InputOf(name, s.urls[name])
	}
	return s.known(name, s.urls[name])
}

// at says what the flake input is that a path leads to, and what of the path is left. It may be an input of an input, of
// which the name alone tells.
func (s origins) at(p []string) (kind Input, rest []string, ok bool) {
	if len(p) < 2 || p[0] != "inputs" {
		return Foreign, nil, false
	}
	kind, rest = s.input(p[1]), p[2:]
	for len(rest) > 1 && rest[0] == "inputs" {
		kind, rest = InputOf(rest[1], ""), rest[2:]
	}
	return kind, rest, true
}

// of says what a file outside of the workspace belongs to.
func (s origins) of(file string) (Input, bool) {
	rest, ok := strings.CutPrefix(file, inputs)
	if !ok {
		return Foreign, false
	}
	name, _, _ := strings.Cut(rest, "/")
	return s.input(name), true
}

// isLib reports whether a path is that of nixpkgs' lib.
func (s origins) isLib(p []string) bool {
	if kind, rest, _ := s.at(p); kind == Nixpkgs && len(rest) > 0 && rest[len(rest)-1] == "lib" {
		return true
	}
	return eval.IsLib(p)
}

// isPackages reports whether a path leads into nixpkgs' packages, or into those for
// another platform.
func (s origins) isPackages(p []string) bool {
	kind, rest, _ := s.at(p)
	return p[0] == "pkgs" || kind == Nixpkgs && len(rest) > 1 && rest[0] == "legacyPackages"
}

// kind says where a value comes from that is not looked into: by the input that it
// is taken from, or else by the name of a source in its text. isInput says that it is
// known to come from outside.
func (r *run) kind(v eval.Value, t *eval.Thunk) (kind Input, isInput bool) {
	if r.isOfJetpack(t) {
		return Jetpack, true
	}
	var texts []string
	switch v := v.(type) {
	case *eval.Symbol:
		if kind, _, ok := r.inputs.at(v.Path); ok {
			return kind, true
		}
		texts = append(texts, v.String())
	case *eval.Call:
		if kind, _, ok := r.inputs.at(v.Function.Path); ok {
			return kind, true
		}
		if name := v.Function.Name(); name == "import" && v.Args[0].Value() != nil {
			return r.kind(v.Args[0].Value(), v.Args[0])
		} else if strings.HasPrefix(name, "fetch") {
			texts = append(texts, r.TextOf(v.Node))
		}
	case *eval.Unknown:
		if kind, ok := r.inputs.of(v.What); ok && v.Reason == eval.Unreadable {
			return kind, true // what a file of an input gives
		}
		texts = append(texts, v.Shown)
		for t := range t.Through() {
			if n := t.Node(); isSource(n) {
				texts = append(texts, r.TextOf(n))
			}
		}
	}
	has := func(word string) bool {
		return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(text, word) })
	}
	switch {
	case has("jetpack-nixos"):
		return Jetpack, true
	case has("<nixpkgs"), has("modulesPath"):
		return Nixpkgs, true
	}
	return Foreign, false
}

// isOfJetpack reports whether a value is taken from the flake of jetpack-nixos, where that is looked into.
func (r *run) isOfJetpack(t *eval.Thunk) bool {
	for t := range t.Through() {
		sel, ok := syntax.AsSelect(t.Node())
		if !ok {
			continue
		}
		if of, ok := r.Force(r.Thunk(sel.From(), t.Scope())).(*eval.Attrs); ok {
			flake, ok := of.Rest().(*eval.Call)
			if ok && cmp.Or(r.common, r).late[flake] != nil && flake.Function.Path[0] == "inputs" && r.inputs.input(flake.Function.Name()) == Jetpack {
				return true
			}
		}
	}
	return false
}

// isSource reports whether an expression names a file or a source as a whole.
func isSource(n syntax.Node) bool {
	switch n.Kind() {
	case syntax.String, syntax.Path, syntax.SearchPath, syntax.Binary, syntax.Select, syntax.Identifier:
		return true
	}
	return false
}

// outputs are what the flake gives, or what a hive of colmena is as an output of a flake.
func (r *run) outputs() eval.Value {
	if path.Base(r.options.Entry) == "hive.nix" {
		return eval.NewAttrs(nil, eval.Attr{Name: "colmena", Thunk: r.Import(r.options.Entry)})
	}
	if r.flake != nil {
		r.Needs(r.flake.asked)
		return r.Force(r.flake.outputs)
	}
	asked := r.Asking(func() {
		r.flake = r.flakeIn(selfDir, "", func(name string, _ eval.Value) eval.Value { return r.input(name) })
	})
	r.flake.asked = asked
	return r.Force(r.flake.outputs)
}

// flake is a flake that is looked into.
type flake struct {
	inputs  *eval.Attrs
	outputs *eval.Thunk
	self    eval.Value
	asked   *eval.Questions
}

// flakeIn is the flake in a folder. input gives what it gets for an input, by the
// name and what the flake says of it.
func (r *run) flakeIn(dir, name string, input func(name string, says eval.Value) eval.Value) *flake {
	f := &flake{}
	late := &eval.Call{Function: eval.NewSymbol("inputs", cmp.Or(name, "self"))}
	r.late[late] = func() eval.Value { return r.Force(f.outputs) }
	source, _ := r.Force(r.Import(dir + "/flake.nix")).(*eval.Attrs)
	if source == nil {
		source = eval.NewAttrs(&eval.Unknown{Reason: eval.Unreadable, What: path.Join(name, "flake.nix")})
	}
	says := map[string]eval.Value{}
	if set, ok := r.Merged(r.Select(source, "inputs")).(*eval.Attrs); ok {
		for a := range set.All() {
			says[a.Name] = r.Force(a.Thunk)
		}
	}
	function := r.Select(source, "outputs")
	if f, ok := function.(*eval.Function); ok {
		if l, ok := syntax.AsLambda(f.Lambda()); ok {
			for formal := range l.Formals().All() {
				if name := formal.Child(0).Text(); says[name] == nil {
					says[name] = eval.Null{}
				}
			}
		}
	}
	delete(says, "self")
	if name == "" {
		r.address(says)
	}
	var attrs []eval.Attr
	for _, name := range slices.Sorted(maps.Keys(says)) {
		value := r.Lazy(func(*eval.Evaluator) eval.Value { return input(name, says[name]) })
		attrs = append(attrs, eval.Attr{Name: name, Thunk: value})
	}
	f.self = eval.NewAttrs(late,
		named("outPath", eval.String(dir)),
		named("narHash", eval.String(dir+hashOf)),
		eval.Attr{Name: "inputs", Thunk: r.Lazy(func(*eval.Evaluator) eval.Value { return f.inputs })},
		named("outputs", late),
	)
	f.inputs = eval.NewAttrs(nil, append(attrs, named("self", f.self))...)
	f.outputs = r.Lazy(func(*eval.Evaluator) eval.Value { return r.Merged(r.Apply(function, eval.Known(f.inputs))) })
	return f
}

// address notes where the inputs of the entry come from, and looks into those that
// lie in the workspace.
func (r *run) address(says map[string]eval.Value) {
	for name, v := range says {
		if set, ok := v.(*eval.Attrs); ok {
			if a, ok := set.Get("url"); ok {
				url, _ := r.Force(a.Thunk).(eval.String)
				r.inputs.urls[name] = string(url)
			}
			if a, ok := set.Get("flake"); ok {
				r.inputs.sources[name] = r.Force(a.Thunk) != eval.Value(eval.Bool(true))
			}
		}
		if r.inputs.urls[name] == "" {
			r.inputs.urls[name] = r.lock().address(r.lock().node(name)) // the flake says none that it takes from the registry
		}
		local, isPath := strings.CutPrefix(r.inputs.urls[name], "path:")
		if _, known := r.reader.sources[name]; !known && (isPath || strings.HasPrefix(local, "./")) && !path.IsAbs(local) {
			r.reader.sources[name] = path.Join(r.reader.root, local)
		}
	}
}

// input is what a flake gets for one of its inputs: the flake in the folder that has
// the input's source, and otherwise a symbol with the name of a folder in the store.
func (r *run) input(name string) eval.Value {
	dir := inputs + name
	if _, ok := r.reader.sources[name]; !ok {
		return eval.NewAttrs(eval.NewSymbol("inputs", name), named("outPath", eval.String(dir)))
	}
	if f, ok := r.flakes[name]; ok {
		r.Needs(f.asked)
		return f.self
	}
	follows := func(of string, says eval.Value) eval.Value {
		if set, ok := says.(*eval.Attrs); ok {
			if a, ok := set.Get("follows"); ok {
				follows, _ := r.Force(a.Thunk).(eval.String)
				of = string(follows)
			}
		}
		if own := r.lock().node(name, of); own != "" && own != r.lock().node(of) {
			r.inputs.urls[name+nested+of] = r.lock().address(own)
			return r.input(name + nested + of)
		}
		if a, ok := r.flake.inputs.Get(of); ok {
			return r.Force(a.Thunk)
		}
		return r.input(NameOf(of))
	}
	var f *flake
	asked := r.Asking(func() { f = r.flakeIn(dir, name, follows) })
	f.asked = asked
	r.flakes[name] = f
	return f.self
}

// fetched is what a function gives that fetches a source, by what its arguments name.
func (r *run) fetched(call *eval.Call) eval.Value {
	text, ok := r.Force(call.Args[0]).(eval.String)
	name := string(text)
	of := Fetched{Address: name}
	if set, isSet := r.Force(call.Args[0]).(*eval.Attrs); isSet {
		argument := func(names ...string) string {
			for _, key := range names {
				if a, has := set.Get(key); has {
					if text, isText := r.Force(a.Thunk).(eval.String); isText {
						return string(text)
					}
				}
			}
			return ""
		}
		name = argument("url", "repo", "name")
		of = Fetched{argument("url"), argument("rev", "ref"), argument("sha256", "hash", "narHash") != ""}
		if repo := argument("repo"); of.Address == "" && repo != "" {
			of.Address = argument("owner") + "/" + repo
		}
		ok = name != ""
	}
	if !ok {
		return nil
	}
	switch {
	case strings.Contains(name, "jetpack-nixos"):
		name = r.inputs.named(FetchedJetpack, of)
	case strings.Contains(name, "nixpkgs"):
		name = "nixpkgs"
	default:
		name = strings.TrimSuffix(path.Base(name), ".git")
	}
	var rest eval.Value
	if call.Function.Name() == "getFlake" {
		rest = eval.NewSymbol("inputs", name)
	}
	return eval.NewAttrs(rest, named("outPath", eval.String(inputs+name)))
}

// named is a name for what is fetched, the same for the same arguments alone.
func (s origins) named(name string, of Fetched) string {
	for n := 1; ; n++ {
		one := name
		if n > 1 {
			one += "-" + strconv.Itoa(n)
		}
		if known, ok := s.fetched[one]; !ok || known == of {
			s.fetched[one] = of
			return one
		}
	}
}

// eachSystem is what flake-utils makes of a function of a system.
func (r *run) eachSystem(name string, call *eval.Call) eval.Value {
	const one = "aarch64-linux"
	f := call.Args[len(call.Args)-1]
	systems := []string{one, "x86_64-linux"}
	switch name {
	case "eachDefaultSystem", "eachDefaultSystemPassThrough":
		if len(call.Args) != 1 {
			return nil
		}
	case "eachSystem", "eachSystemPassThrough":
		if len(call.Args) != 2 {
			return nil
		}
		systems = nil
		items, _ := r.items(call.Args[0])
		for _, t := range items {
			if s, ok := r.Force(t.Thunk).(eval.String); ok {
				systems = append(systems, string(s))
			}
		}
	default:
		return nil
	}
	var attrs []eval.Attr
	below := map[string][]eval.Attr{}
	var rest eval.Value
	for _, system := range systems {
		v := r.Merged(r.Apply(r.Force(f), eval.Known(eval.String(system))))
		set, ok := v.(*eval.Attrs)
		if !ok {
			rest = v
			continue
		}
		if set.Rest() != nil {
			rest = set.Rest()
		}
		for a := range set.All() {
			if strings.HasSuffix(name, "PassThrough") {
				attrs = append(attrs, a)
				continue
			}
			below[a.Name] = append(below[a.Name], eval.Attr{Name: system, Thunk: a.Thunk, At: a.At})
		}
	}
	for name, of := range below {
		attrs = append(attrs, eval.Attr{Name: name, Thunk: eval.Known(eval.NewAttrs(nil, of...)), At: of[0].At})
	}
	return eval.NewAttrs(rest, attrs...)
}

// partsSchema are the options of flake-parts that are merged in their own way.
var partsSchema = NewSchema(
	Option{Path: []string{"flake"}, Type: Type{Kind: Submodule, freeform: &Type{Kind: Raw}, schema: NewSchema(
		parts("nixosConfigurations", &Type{Kind: Raw}),
		parts("nixosModules", &Type{Kind: Deferred}),
		parts("modules", &Type{Kind: Attrs, Lazy: true, Elem: &Type{Kind: Deferred}}),
		parts("overlays", &Type{Kind: Raw}),
		parts("packages", packagesOfParts),
	)}},
	Option{Path: []string{"perSystem"}, Type: Type{Kind: Deferred}},
	Option{Path: []string{"systems"}, Type: Type{Kind: List, Elem: &Type{Kind: Equal}}},
)

// packagesOfParts are the packages of a system.
var packagesOfParts = &Type{Kind: Attrs, Lazy: true, Elem: &Type{Kind: Raw}}

// perSystemSchema are those of the options of perSystem.
var perSystemSchema = NewSchema(parts("packages", &Type{Kind: Raw}))

func parts(name string, elem *Type) Option {
	return Option{Path: []string{name}, Type: Type{Kind: Attrs, Lazy: true, Elem: elem}}
}

// flakeParts is what mkFlake { inherit inputs; } module gives, or evalFlakeModule,
// which has it as config.flake.
func (r *run) flakeParts(call *eval.Call) eval.Value {
	if v, ok := r.ofParts[call.Args[1]]; ok {
		return v
	}
	given, ok := r.Merged(r.Force(call.Args[0])).(*eval.Attrs)
	if !ok {
		return nil
	}
	special := []eval.Value{}
	if a, ok := given.Get("inputs"); ok {
		self := r.Lazy(func(e *eval.Evaluator) eval.Value { return e.Select(e.Force(a.Thunk), "self") })
		special = append(special, eval.NewAttrs(nil, a, eval.Attr{Name: "self", Thunk: self}))
	}
	if a, ok := given.Get("specialArgs"); ok {
		special = append(special, r.Merged(r.Force(a.Thunk)))
	}
	s := &system{
		run: r, schema: partsSchema, modules: []item{{Thunk: call.Args[1]}}, special: overlaid(special),
		args: map[string]*eval.Thunk{"withSystem": eval.Known(eval.NewSymbol("withSystem"))},
	}
	r.parts = append(r.parts, s)
	if call.Function.Name() == "evalFlakeModule" {
		whole := eval.NewAttrs(eval.NewSymbol("flake-parts"), named("config", s.config()))
		r.ofParts[call.Args[1]] = whole
		return whole
	}
	outputs := &eval.Call{Function: eval.NewSymbol("flake")}
	r.ofParts[call.Args[1]] = outputs
	r.late[outputs] = func() eval.Value { return r.flakeOf(s) }
	return r.flakeOf(s)
}

func (r *run) flakeOf(s *system) eval.Value {
	v := s.value()
	if v == nil {
		return nil
	}
	return r.Select(v, "flake")
}

// packagesPerSystem are the packages that the modules of a flake of flake-parts define for each system.
func (r *run) packagesPerSystem(flake *system) eval.Value {
	config := flake.value()
	if config == nil {
		return nil
	}
	var all []eval.Attr
	for _, d := range flake.root.at([]string{"systems"}).merge().all {
		systems, _ := r.items(d.Thunk)
		for _, t := range systems {
			name, ok := r.Force(t.Thunk).(eval.String)
			if !ok || t.perhaps != nil || !d.wins {
				continue
			}
			of := &system{
				run: r, schema: perSystemSchema, modules: []item{{Thunk: eval.Known(r.Select(config, "perSystem"))}},
				special: overlaid([]eval.Value{flake.special, perSystem(eval.Known(name))}), args: map[string]*eval.Thunk{},
			}
			all = append(all, eval.Attr{Name: string(name), Thunk: eval.Known(r.Select(of.value(), "packages"))})
		}
	}
	return eval.NewAttrs(nil, all...)
}

// perSystem is what withSystem of flake-parts calls a function with.
func perSystem(system *eval.Thunk) eval.Value {
	return eval.NewAttrs(eval.NewSymbol("perSystem"),
		eval.Attr{Name: "system", Thunk: system},
		named("pkgs", eval.NewSymbol("pkgs")),
	)
}

// tree are the modules that import-tree finds in a folder.
func (r *run) tree(call *eval.Call) (*eval.List, bool) {
	if p := call.Function.Path; p[len(p)-1] != "import-tree" || len(call.Args) != 1 {
		return nil, false
	}
	root, ok := r.Force(call.Args[0]).(eval.Path)
	if !ok {
		return nil, false
	}
	all := &eval.List{}
	var walk func(dir string)
	walk = func(dir string) {
		if !r.enter() {
			return
		}
		defer r.leave()
		entries, _ := r.reader.ReadDir(dir)
		var names []string
		for name := range entries {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			switch file := dir + "/" + name; {
			case strings.HasPrefix(name, "_"):
			case entries[name] == "directory":
				walk(file)
			case strings.HasSuffix(name, ".nix"):
				all.Items = append(all.Items, eval.Known(eval.Path(file)))
			}
		}
	}
	walk(string(root))
	return all, true
}
