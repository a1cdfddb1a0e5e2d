package pins

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"jetpills/internal/upstream"
)

// maxSteps bounds all steps through the inputs of one lock file, so that inputs that follow each other in circles end.
const (
	maxSteps   = 100_000
	maxFollows = 64 // inputs that follow inputs that follow inputs
)

// flakeLock is a lock file of version 5 to 7. Each node is decoded on its own, so that a strange one costs nothing
// but itself.
type flakeLock struct {
	Root  string                     `json:"root"`
	Nodes map[string]json.RawMessage `json:"nodes"`

	decoded map[string]*lockNode
	steps   int
}

// lockNode is one input. An input of its own is the name of a node, or a list of inputs to follow from the root.
type lockNode struct {
	Flake    *bool                      `json:"flake"` // nil: it is one
	Inputs   map[string]json.RawMessage `json:"inputs"`
	Locked   lockedRef                  `json:"locked"`
	Original lockedRef                  `json:"original"`
}

type lockedRef struct {
	Type         string `json:"type"`
	Owner        string `json:"owner"`
	Repo         string `json:"repo"`
	URL          string `json:"url"`
	Path         string `json:"path"`
	Rev          string `json:"rev"`
	Ref          string `json:"ref"`
	NarHash      string `json:"narHash"`
	LastModified int64  `json:"lastModified"`
}

// readFlakeLock returns the pins of jetpack-nixos in the lock file: first those nearest to the root, the best of them first.
func readFlakeLock(in *opened, content []byte) ([]Pin, error) {
	lock := flakeLock{decoded: map[string]*lockNode{}}
	if err := decode(content, &lock, "a lock file"); err != nil {
		return nil, err
	}
	if lock.Root == "" || lock.Nodes[lock.Root] == nil {
		return nil, errors.New("is not a lock file: it has no root node")
	}
	defer func() { // last: it looks at all there is
		in.unrelated, in.nixpkgs, in.local, in.inputs = lock.unrelated(), lock.nixpkgs(), lock.local(), lock.inputs()
	}()
	for _, byName := range []bool{false, true} {
		if pins := in.lockedPins(&lock, byName); len(pins) > 0 {
			return pins, nil
		}
	}
	return nil, nil
}

// Locked is what a lock file has of an input.
type Locked struct {
	Revision     string    // a commit; empty for what is none, such as an archive
	LastModified time.Time // of that; zero where the lock file has none
}

// inputs are those of the root, by name.
func (l *flakeLock) inputs() map[string]Locked {
	found := map[string]Locked{}
	for input, target := range l.node(l.Root).Inputs {
		locked := l.node(l.resolve(target, 0)).Locked
		one := Locked{Revision: commit(locked.Rev)}
		if locked.LastModified > 0 {
			one.LastModified = time.Unix(locked.LastModified, 0).UTC()
		}
		if one != (Locked{}) {
			found[input] = one
		}
	}
	return found
}

// Locked is what the flake.lock in a folder has of an input of its flake; the zero Locked where it has none.
func (f *Finder) Locked(dir, input string) Locked { return f.look(dir).inputs[input] }

// unrelated are the inputs of the root that are flakes and have nothing with jetpack-nixos or a Jetson in its name: neither
// they nor what their inputs lead to.
func (l *flakeLock) unrelated() []string {
	related := map[string]bool{"": true} // by node; "" is one that cannot be found
	var queue []string
	add := func(node string) {
		if !related[node] {
			related[node] = true
			queue = append(queue, node)
		}
	}
	usedBy := map[string][]string{}
	for name := range l.Nodes {
		node := l.node(name)
		if locked := node.Locked; namesJetson(locked.Repo, locked.URL, locked.Path, node.Original.URL) {
			add(name)
		}
		for input, target := range node.Inputs {
			of := l.resolve(target, 0)
			if usedBy[of] = append(usedBy[of], name); of == "" || namesJetson(input) {
				add(name)
			}
		}
	}
	for len(queue) > 0 {
		name := queue[0]
		queue = queue[1:]
		for _, user := range usedBy[name] {
			add(user)
		}
	}
	var all []string
	for input, target := range l.node(l.Root).Inputs {
		name := l.resolve(target, 0)
		isFlake := l.node(name).Flake
		if !namesJetson(input) && !related[name] && (isFlake == nil || *isFlake) {
			all = append(all, input)
		}
	}
	slices.Sort(all)
	return all
}

// local are the folders below that of the lock file that are inputs of the root, by the names of the inputs.
func (l *flakeLock) local() map[string]string {
	all := map[string]string{}
	for input, target := range l.node(l.Root).Inputs {
		locked := l.node(l.resolve(target, 0)).Locked
		if dir := filepath.FromSlash(strings.TrimPrefix(locked.Path, "./")); locked.Type == "path" && dir != "." && filepath.IsLocal(dir) {
			all[input] = dir
		}
	}
	return all
}

func namesJetson(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		name = strings.ToLower(name)
		return strings.Contains(name, "jetpack") || strings.Contains(name, "jetson")
	})
}

// maxLocked bounds how many inputs of one lock file are known as jetpack-nixos.
const maxLocked = 64

// lockedPins are the pins of jetpack-nixos by their steps from the root of a lock file, the best of each step first: by name
// those of inputs called jetpack-nixos, whatever they are, which may be forks under names of their own.
func (in *opened) lockedPins(lock *flakeLock, byName bool) []Pin {
	type step struct{ node, input string }
	level, seen := []step{{node: lock.Root}}, map[string]bool{lock.Root: true}
	var all []Pin
	for len(level) > 0 && lock.steps < maxSteps && len(all) < maxLocked {
		var pins []Pin
		var next []step
		for _, at := range level {
			node := lock.node(at.node)
			for _, name := range slices.Sorted(maps.Keys(node.Inputs)) {
				target := lock.resolve(node.Inputs[name], 0)
				if target == "" {
					continue
				}
				input := strings.TrimPrefix(at.input+"/"+name, "/")
				if pin, ok := in.lockedPin(input, byName && name == repo, lock.node(target)); ok {
					pins = append(pins, pin)
				} else if !seen[target] {
					seen[target] = true
					next = append(next, step{target, input})
				}
			}
		}
		all = append(all, bestFirst(pins)...)
		level = next
	}
	return all[:min(len(all), maxLocked)]
}

// node is a node by name. Fields of a wrong type are left out.
func (l *flakeLock) node(name string) *lockNode {
	node, ok := l.decoded[name]
	if !ok {
		if node = new(lockNode); !decodeLoosely(l.Nodes[name], node) {
			node = new(lockNode)
		}
		l.decoded[name] = node
	}
	return node
}

// resolve is the name of the node that an input stands for: its own, or that at the end of a list of inputs to follow
// from the root, which may follow others themselves. It is empty if there is none.
func (l *flakeLock) resolve(input json.RawMessage, depth int) string {
	if l.steps++; l.steps > maxSteps || depth > maxFollows {
		return ""
	}
	var name string
	if json.Unmarshal(input, &name) == nil {
		if l.Nodes[name] == nil {
			return ""
		}
		return name
	}
	var path []string
	if json.Unmarshal(input, &path) != nil {
		return ""
	}
	at := l.Root
	for _, step := range path {
		if at = l.resolve(l.node(at).Inputs[step], depth+1); at == "" {
			break
		}
	}
	return at
}

// lockedPin is the pin of a node, if that is jetpack-nixos, or named so.
func (in *opened) lockedPin(input string, named bool, node *lockNode) (pin Pin, ok bool) {
	locked, original := node.Locked, node.Original
	if locked.Type == "path" {
		pin, ok = in.pathPin(named, locked.Path)
	} else { // some hosts send elsewhere than where the original address leads
		from := repository{unescapeGroup(locked.Owner), locked.Repo}
		pin, ok = in.pinOf(from, locked.Rev, original.Ref, named, locked.URL, original.URL)
	}
	pin.Input, pin.NarHash, pin.StorePath = input, locked.NarHash, storePath(in.StoreDir, locked.NarHash, "source")
	if locked.LastModified > 0 {
		pin.LastModified = time.Unix(locked.LastModified, 0).UTC()
	}
	return pin, ok
}

// pathPin is the pin of an input that is a folder. Only a folder below the lock file's is looked into.
func (in *opened) pathPin(named bool, path string) (Pin, bool) {
	local := filepath.FromSlash(strings.TrimPrefix(path, "./"))
	named = named || filepath.Base(local) == repo
	pin := Pin{Repo: repo}
	if filepath.IsAbs(local) {
		inside, err := filepath.Rel(in.dir, local)
		if err != nil {
			return pin, named
		}
		local = inside
	}
	if !filepath.IsLocal(local) || local == "." {
		return pin, named
	}
	below, err := upstream.OpenFolderIn(in.root, local)
	if err != nil {
		return pin, named
	}
	defer below.Close()
	if !upstream.IsCheckout(below.FS()) {
		return Pin{}, false
	}
	pin.Dir = filepath.Join(in.dir, local)
	pin.Revision = in.head(below, filepath.ToSlash(local))
	return pin, true
}

// bestFirst sorts pins of equal depth: upstream before forks, an input named jetpack-nixos before others, then by name.
func bestFirst(pins []Pin) []Pin {
	rank := func(p Pin) int {
		r := 0
		if p.Fork {
			r += 2
		}
		if p.Input != repo {
			r++
		}
		return r
	}
	slices.SortStableFunc(pins, func(a, b Pin) int { return cmp.Compare(rank(a), rank(b)) })
	return pins
}
