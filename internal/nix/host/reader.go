package host

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Where sources lie that are copied into the store. Nothing is read there: the names
// stand for the flake itself and for what comes from outside of it.
const (
	store   = "/nix/store/"
	selfDir = store + "self-source"
	inputs  = store + "input-"
	hashOf  = "#narHash" // behind one of these, for the hash of the source
)

// FetchedJetpack is the name among Options.Sources of jetpack-nixos where a function fetches it, and no flake.
const FetchedJetpack = "jetpack-nixos"

// question is one of what a reader is asked.
type question struct {
	kind questionKind
	name string
}

type questionKind uint8

const (
	parse questionKind = iota
	readFile
	readDir
	exists
)

// answer is what a reader said.
type answer struct {
	tree    *syntax.Tree // forgotten once the evaluation is over
	file    string       // the file that was parsed
	text    string
	entries map[string]string
	ok      bool
	exists  bool
}

// questions are questions in their order, each once.
type questions []question

func compareQuestions(a, b question) int {
	return cmp.Or(cmp.Compare(a.kind, b.kind), strings.Compare(a.name, b.name))
}

func (q questions) has(one question) bool {
	_, has := slices.BinarySearchFunc(q, one, compareQuestions)
	return has
}

// memory asks a reader each question once, for any number of goroutines.
type memory struct {
	eval.Reader
	mu      sync.Mutex
	answers map[question]*answered
	stop    func() bool // reports whether nobody waits for the answers any more
}

type answered struct {
	question // the one that all hold who ask
	answer   func() answer
}

func newMemory(r eval.Reader, stop func() bool) *memory {
	return &memory{Reader: r, answers: map[question]*answered{}, stop: stop}
}

func (m *memory) ask(q question) answer {
	if m.stop() {
		return answer{}
	}
	return m.asked(q).answer()
}

func (m *memory) asked(q question) *answered {
	m.mu.Lock()
	defer m.mu.Unlock()
	a, ok := m.answers[q]
	if !ok {
		a = &answered{q, sync.OnceValue(func() answer { return m.read(q) })}
		m.answers[q] = a
	}
	return a
}

func (m *memory) read(q question) (a answer) {
	switch q.kind {
	case parse:
		if a.tree, a.file, a.ok = m.Parse(q.name); a.ok {
			a.text = a.tree.Source()
		}
	case readFile:
		a.text, a.ok = m.ReadFile(q.name)
	case readDir:
		a.entries, a.ok = m.ReadDir(q.name)
	case exists:
		a.exists, a.ok = m.Exists(q.name)
	}
	return a
}

// known are all answers, without the trees.
func (m *memory) known() map[question]answer {
	all := make(map[question]answer, len(m.answers))
	for q, a := range m.answers {
		one := a.answer()
		one.tree = nil
		all[q] = one
	}
	return all
}

// recorder is a reader that keeps what it was asked, and finds the files of the flake
// itself where its outPath has them.
type recorder struct {
	*memory
	root    string
	inputs  origins
	sources map[string]string // the folders of inputs that are looked into
	// evalConfigs are the files evalConfig, by the input that each is a file of.
	evalConfigs map[string]*syntax.Tree
	// asked are the questions so far, each with its number among questions, of which note
	// is told each time; nil for nobody.
	asked     map[question]int
	questions questions
	note      func(number int)
}

// local is the name of a file in the workspace; false for one that is not there.
func (r *recorder) local(name string) (string, bool) {
	if rest, ok := strings.CutPrefix(name, selfDir); ok {
		return r.root + rest, true
	}
	if rest, ok := strings.CutPrefix(name, inputs); ok {
		input := firstName(rest)
		dir, ok := r.sources[input]
		return dir + rest[len(input):], ok
	}
	return name, !strings.HasPrefix(name, store)
}

// inStore is the name that a file of an input whose source is at hand has in the store.
func (r *recorder) inStore(file string) (string, bool) {
	for _, input := range slices.Sorted(maps.Keys(r.sources)) {
		if rest, ok := strings.CutPrefix(file, r.sources[input]+"/"); ok {
			return inputs + input + "/" + rest, true
		}
	}
	return "", false
}

func (r *recorder) ask(kind questionKind, name string) answer {
	name, ok := r.local(name)
	if !ok {
		return answer{}
	}
	q := question{kind, name}
	if r.memory.stop() {
		return answer{}
	}
	a := r.memory.asked(q)
	number, ok := r.asked[a.question]
	if !ok {
		number = len(r.questions)
		r.asked[a.question], r.questions = number, append(r.questions, a.question)
	}
	if r.note != nil {
		r.note(number)
	}
	return a.answer()
}

// packagesText is what nixpkgs gives: packages, among which are the config and the overlays that they are made with.
const packagesText = "{ config ? { }, overlays ? [ ], ... }: pkgs // { inherit config overlays; }"

// nixpkgs are the files of nixpkgs that others import, by their names there: what
// they give is known without them.
var nixpkgs = map[string]*syntax.Tree{
	"":                 syntax.Parse(packagesText),
	"/default.nix":     syntax.Parse(packagesText),
	"/lib":             syntax.Parse("lib"),
	"/lib/default.nix": syntax.Parse("lib"),
}

// evalConfig is the file of nixpkgs that makes a system. What it gives is the nixosSystem of the input that it is a file of.
const evalConfig = "/nixos/lib/eval-config.nix"

// ofNixpkgs is a file of an input that is nixpkgs.
func (r *recorder) ofNixpkgs(input, file string) (*syntax.Tree, bool) {
	if file != evalConfig {
		tree, ok := nixpkgs[file]
		return tree, ok
	}
	tree, ok := r.evalConfigs[input]
	if !ok {
		tree = syntax.Parse("inputs." + syntax.Quoted(input) + ".lib.nixosSystem")
		if r.evalConfigs == nil {
			r.evalConfigs = map[string]*syntax.Tree{}
		}
		r.evalConfigs[input] = tree
	}
	return tree, true
}

func (r *recorder) Parse(name string) (*syntax.Tree, string, bool) {
	if kind, ok := r.inputs.of(name); ok && kind == Nixpkgs && r.sources[firstName(name[len(inputs):])] == "" {
		file := strings.TrimPrefix(name, inputs)
		input := firstName(file)
		tree, ok := r.ofNixpkgs(input, file[len(input):])
		return tree, name, ok
	}
	a := r.ask(parse, name)
	return a.tree, a.file, a.ok
}

// firstName is the name that a path begins with.
func firstName(p string) string {
	name, _, _ := strings.Cut(p, "/")
	return name
}

func (r *recorder) ReadFile(name string) (string, bool) {
	a := r.ask(readFile, name)
	return a.text, a.ok
}

func (r *recorder) ReadDir(name string) (map[string]string, bool) {
	a := r.ask(readDir, name)
	return a.entries, a.ok
}

func (r *recorder) Exists(name string) (bool, bool) {
	a := r.ask(exists, name)
	return a.exists, a.ok
}

// files are the files among questions that there are, sorted.
func files(asked questions, answers map[question]answer) []string {
	var all []string
	for _, q := range asked {
		switch a := answers[q]; {
		case !a.ok:
		case q.kind == parse:
			all = append(all, a.file)
		case q.kind == readFile:
			all = append(all, q.name)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
