package host

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

//go:embed frameworks.nix
var frameworksText string

var frameworksTree = sync.OnceValue(func() *syntax.Tree { return syntax.Parse(frameworksText) })

// frameworks are the functions of flakes that frameworks.nix has, by name, each with the
// repository of its flake.
var frameworks = map[string]string{"makeHive": "colmena", "mkFlake": "flake-utils-plus"}

// ofFramework is what a function of a framework gives; nil for a call of anything else.
func (r *run) ofFramework(call *eval.Call) eval.Value {
	name, of := call.Function.Name(), call.Function.Path
	repository, ok := frameworks[name]
	if !ok || len(call.Args) != 1 || len(of) < 2 || of[0] != "inputs" ||
		of[1] != repository && !slices.Contains(wordsOf(r.inputs.urls[of[1]]), repository) {
		return nil
	}
	return r.framework(name, call.Args[0])
}

// framework applies a function of frameworks.nix, once for each argument.
func (r *run) framework(name string, argument *eval.Thunk) eval.Value {
	v, ok := r.ofParts[argument]
	if !ok {
		given := eval.NewAttrs(nil, named("lib", eval.NewSymbol("lib")), named("nixosSystem", eval.NewSymbol("nixosSystem")))
		all := r.Apply(r.Force(r.Thunk(frameworksTree().Root().Child(0), nil)), eval.Known(given))
		v = r.Apply(r.Select(all, name), argument)
		r.ofParts[argument] = v
	}
	return v
}

// wordsOf are the parts of a flake's address: owner, repository and the like.
func wordsOf(url string) []string {
	address, _, _ := strings.Cut(url, "?")
	words := strings.FieldsFunc(address, func(r rune) bool { return r == '/' || r == ':' })
	for i, word := range words {
		words[i] = strings.TrimSuffix(strings.TrimSuffix(word, ".git"), ".tar.gz")
	}
	return words
}

// output is an output of a flake that makes hosts.
type output struct {
	name string
	// path is where the hosts are, each by its name, for who builds them; empty where
	// a program of its own does.
	path  string
	hosts func(*run, *eval.Thunk) eval.Value
}

// outputs are those that make hosts. Of hosts with one name the first counts: the others
// build the same machine.
var outputs = []output{
	{"nixosConfigurations", "nixosConfigurations", func(r *run, t *eval.Thunk) eval.Value { return r.Force(t) }},
	{"colmenaHive", "colmenaHive.nodes", func(r *run, t *eval.Thunk) eval.Value { return r.Select(r.Force(t), "nodes") }},
	{"colmena", "", func(r *run, t *eval.Thunk) eval.Value { return r.Select(r.framework("makeHive", t), "nodes") }},
}
