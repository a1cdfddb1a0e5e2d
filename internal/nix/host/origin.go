package host

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Source is a source tree of jetpack-nixos: that of a flake input, or one that is fetched. The zero Source is none that is known.
type Source struct {
	// Input is the flake input, "a/b" for input b of input a; empty for a source that is fetched.
	Input string
	Fetched
}

// schemaOf is the schema of the options that a source of jetpack-nixos declares.
func (o Options) schemaOf(of Source) *Schema {
	if o.SchemaOf != nil && of != (Source{}) {
		if schema := o.SchemaOf(of); schema != nil {
			return schema
		}
	}
	return o.Schema
}

// nested stands between the name of an input and that of an input among its own, in the names of folders in the store.
const nested = ":"

// NameOf is the name among Options.Sources of a flake input, "a/b" for input b of input a.
func NameOf(input string) string { return strings.ReplaceAll(input, "/", nested) }

// source is what has a name among the folders in the store.
func (s origins) source(name string) Source {
	if fetched, ok := s.fetched[name]; ok {
		return Source{Fetched: fetched}
	}
	return Source{Input: strings.ReplaceAll(name, nested, "/")}
}

// sourceAt is the input that a path leads to; false where it leads to none.
func (s origins) sourceAt(p []string) (Source, bool) {
	if len(p) < 2 || p[0] != "inputs" {
		return Source{}, false
	}
	of, rest := s.source(p[1]), p[2:]
	for ; len(rest) > 1 && rest[0] == "inputs" && of.Input != ""; rest = rest[2:] {
		of.Input += "/" + rest[1]
	}
	return of, true
}

// sourceOfFile is the input, or what is fetched, that has a file, which may be one in the store or one that is at hand.
func (r *run) sourceOfFile(file string) (name string, ok bool) {
	if stored, isAtHand := r.reader.inStore(file); isAtHand {
		file = stored
	}
	rest, ok := strings.CutPrefix(file, inputs)
	return firstName(rest), ok
}

// sourceOf is the input that a value is taken from, or what is fetched, which is not looked into.
func (r *run) sourceOf(v eval.Value, t *eval.Thunk) (Source, bool) {
	switch v := v.(type) {
	case *eval.Symbol:
		return r.inputs.sourceAt(v.Path)
	case *eval.Call:
		if of, ok := r.inputs.sourceAt(v.Function.Path); ok {
			return of, true
		}
		if v.Function.Name() == "import" && len(v.Args) == 1 && v.Args[0].Value() != nil {
			return r.sourceOf(v.Args[0].Value(), v.Args[0])
		}
		if name := v.Function.Name(); len(v.Args) > 0 && (strings.HasPrefix(name, "fetch") || name == "getFlake") {
			if made := r.fetched(v); made != nil {
				return r.sourceOf(made, t)
			}
		}
	case *eval.Unknown:
		if name, ok := r.sourceOfFile(v.What); ok && v.Reason == eval.Unreadable {
			return r.inputs.source(name), true
		}
	case eval.Path:
		if name, ok := r.sourceOfFile(string(v)); ok {
			return r.inputs.source(name), true
		}
	case eval.String:
		if name, ok := r.sourceOfFile(string(v)); ok {
			return r.inputs.source(name), true
		}
	case *eval.Attrs:
		if whole, ok := v.Rest().(*eval.Symbol); ok {
			if of, ok := r.inputs.sourceAt(whole.Path); ok {
				return of, true
			}
		}
		if out, ok := v.Get("outPath"); ok {
			return r.sourceOf(r.Force(out.Thunk), out.Thunk)
		}
	}
	return Source{}, false
}

// comesFrom notes that a module of jetpack-nixos, or one that may have these among its own, certainly comes from a source.
func (s *system) comesFrom(m item, kind Input, of Source) {
	if m.perhaps != nil || s.closed {
		return
	}
	if kind == Foreign && of.Input != "" && s.options.Through != nil {
		if through, ok := s.options.Through(of.Input); ok && !slices.Contains(s.through, through) {
			s.through = append(s.through, through)
		}
	}
	if kind == Jetpack && !slices.Contains(s.from, of) {
		s.from = append(s.from, of)
	}
}

// origin is the one source of the modules of jetpack-nixos that a system has; the zero Source where that is not known.
func (s *system) origin() Source {
	all := s.from
	if len(all) == 0 {
		all = s.through
	}
	if len(all) != 1 {
		return Source{}
	}
	if searched, ok := strings.CutPrefix(all[0].Address, "<"); ok {
		return s.searched(strings.TrimSuffix(searched, ">"))
	}
	return all[0]
}

// searched is the source that the system's own search path of Nix has by a name.
func (s *system) searched(name string) Source {
	var found []Source
	for _, option := range [...][]string{{"nix", "nixPath"}, {"nix", "settings", "nix-path"}} {
		for _, c := range s.root.at(option).candidates(nil) {
			if c.holds == No {
				continue
			}
			entries, _ := s.items(c.Thunk)
			if text, ok := c.value.(eval.String); ok {
				for _, word := range strings.Fields(string(text)) {
					entries = append(entries, item{Thunk: eval.Known(eval.String(word))})
				}
			}
			for _, entry := range entries {
				text, _ := s.Force(entry.Thunk).(eval.String)
				to, ok := strings.CutPrefix(string(text), name+"=")
				if !ok || entry.perhaps != nil {
					continue
				}
				of := Source{Fetched: Fetched{Address: strings.TrimPrefix(to, "flake:")}}
				if stored, isStored := s.sourceOfFile(to); isStored {
					of = s.inputs.source(stored)
				}
				if !slices.Contains(found, of) {
					found = append(found, of)
				}
			}
		}
	}
	if len(found) != 1 {
		return Source{}
	}
	return found[0]
}

// lockFile is what a lock file says of which inputs are the same.
type lockFile struct {
	Root  string
	Nodes map[string]struct {
		Inputs           map[string]any
		Locked, Original lockedSource
	}
}

type lockedSource struct{ Owner, Repo, URL string }

// lock is the lock file of the flake.
func (r *run) lock() *lockFile {
	if r.lockOf == nil {
		r.lockOf = &lockFile{}
		content, _ := r.reader.ReadFile(path.Join(r.reader.root, "flake.lock"))
		if json.Unmarshal([]byte(content), r.lockOf) != nil {
			r.lockOf = &lockFile{}
		}
	}
	return r.lockOf
}

// node is the node of an input, and of inputs of inputs; empty where there is none.
func (l *lockFile) node(inputs ...string) string { return l.follow(inputs, 0) }

// mostFollowed bounds how many inputs follow one another.
const mostFollowed = 64

func (l *lockFile) follow(inputs []string, depth int) string {
	at := l.Root
	for _, input := range inputs {
		switch of := l.Nodes[at].Inputs[input].(type) {
		case string:
			at = of
		case []any:
			if depth > mostFollowed {
				return ""
			}
			names := make([]string, len(of))
			for i, name := range of {
				names[i], _ = name.(string)
			}
			at = l.follow(names, depth+1)
		default:
			return ""
		}
		if at == "" {
			return ""
		}
	}
	return at
}

// address is that of a node, or owner/repo.
func (l *lockFile) address(node string) string {
	of := l.Nodes[node].Locked
	if of == (lockedSource{}) {
		of = l.Nodes[node].Original
	}
	if of.Repo != "" {
		return of.Owner + "/" + of.Repo
	}
	return of.URL
}

// Use is an expression that comes to a source of jetpack-nixos, or to something of it.
type Use struct {
	At Location
	Source
	// IsImport says that the expression is one of a list of imports.
	IsImport bool
}

// mostUses bounds the steps of an evaluation of one file.
const mostUses = 200_000

// Uses are the expressions in a Nix file, beyond names of flake inputs, that come to a source of jetpack-nixos: what it
// fetches, by itself or through names and other files, and what it imports as a module; and the files that were read for them.
// The tree is that of the file. MayUse tells where there is none.
func Uses(reader eval.Reader, file string, tree *syntax.Tree) (all []Use, read []string) {
	var r *run
	look := func(n syntax.Node, isImport bool) eval.Value {
		if r == nil {
			o := Options{Entry: file, stop: func() bool { return false }}
			r = newRun(o, newMemory(reader, o.stop), nil, mostUses)
			r.File(tree, file)
		}
		t := r.Thunk(n, r.ScopeAt(n))
		v := r.Force(t)
		of, ok := r.sourceOf(v, t)
		if ok && (of.Input == "" || isImport) {
			all = append(all, Use{Location{file, n.Span()}, of, isImport})
		}
		return v
	}
	hasSets := false // that other files give, with sources in them
	for n := range syntax.Descendants(tree.Root()) {
		if a, ok := syntax.AsApply(n); ok && isFetch(a) {
			_, isSet := look(n, isImported(n)).(*eval.Attrs)
			hasSets = hasSets || isSet
		}
	}
	for n := range syntax.Descendants(tree.Root()) {
		isMember := n.Kind() == syntax.Select || n.Kind() == syntax.Identifier && strings.Contains(n.Text(), "jetpack")
		if isImported(n) || hasSets && isMember {
			look(n, isImported(n))
		}
	}
	if r != nil {
		read = files(r.questions(), r.reader.memory.known())
	}
	return all, read
}

// MayUse tells most texts apart, without parsing them, from those of which Uses gives something.
func MayUse(has func(word string) bool) bool {
	return has("fetch") || has("getFlake") || has("import ") || has("import(")
}

// isFetch reports whether a call is one of a function that fetches a source, or of import.
func isFetch(a syntax.ApplyNode) bool {
	name := a.Function().Text()
	name = name[strings.LastIndexByte(name, '.')+1:]
	return name == "import" || name == "getFlake" || strings.HasPrefix(name, "fetch")
}

// isImported reports whether an expression is an element of a list of imports.
func isImported(n syntax.Node) bool {
	list := n.Parent()
	if list.Kind() != syntax.List {
		return false
	}
	b, ok := syntax.AsBinding(list.Parent())
	if !ok {
		return false
	}
	name, _ := syntax.AttrName(b.Path().First())
	return name == "imports" && b.Path().First().Next().IsZero()
}

// SourcePart is a source, or a part of one.
type SourcePart struct {
	Source
	// IsFlake says that it is fetched as a flake, with outputs; Below are the attributes of the flake that lead to it.
	IsFlake bool
	Below   []string
	// File is the path within the source of what is no attribute of the flake; empty for the folder as a whole.
	File string
}

// SourceOf is the source of jetpack-nixos, or the part of it, that an expression of a Nix file comes to by what the file fetches.
// It is not ok for anything else.
func SourceOf(reader eval.Reader, file string, n syntax.Node) (part SourcePart, ok bool) {
	o := Options{Entry: file, stop: func() bool { return false }}
	r := newRun(o, newMemory(reader, o.stop), nil, mostUses)
	r.File(n.Tree(), file)
	t := r.Thunk(n, r.ScopeAt(n))
	v := r.Force(t)
	if call, isCall := v.(*eval.Call); isCall {
		if name := call.Function.Name(); len(call.Args) > 0 && (strings.HasPrefix(name, "fetch") || name == "getFlake") {
			if made := r.fetched(call); made != nil {
				v = made
			}
		}
	}
	if part.Source, ok = r.sourceOf(v, t); !ok || part.Input != "" {
		return SourcePart{}, false
	}
	switch v := v.(type) {
	case *eval.Symbol:
		part.IsFlake, part.Below = true, v.Path[2:]
	case *eval.Attrs:
		_, part.IsFlake = v.Rest().(*eval.Symbol)
	case eval.String:
		part.File = fileIn(string(v))
	case eval.Path:
		part.File = fileIn(string(v))
	default:
		return SourcePart{}, false
	}
	return part, true
}

// fileIn is the path within its source of a file in the store.
func fileIn(file string) string {
	rest := strings.TrimPrefix(file, inputs)
	return strings.Trim(strings.TrimPrefix(rest, firstName(rest)), "/")
}
