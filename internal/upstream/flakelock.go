package upstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// maxHops bounds all steps through the inputs of one lock file, so that inputs that follow each other in circles end.
const (
	maxHops    = 100_000
	maxFollows = 64 // inputs that follow inputs that follow inputs
)

// flakeLock is a lock file of version 5 to 7. Each node is decoded on its own, so that a strange one costs nothing but itself.
type flakeLock struct {
	Root  string                     `json:"root"`
	Nodes map[string]json.RawMessage `json:"nodes"`

	decoded map[string]*lockNode
	hops    int
}

// lockNode is one input. An input of its own is the name of a node, or a list of inputs to follow from the root.
type lockNode struct {
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

// readFlakeLock returns the pins of jetpack-nixos nearest to the root of the lock file, the best first.
func (f *Finder) readFlakeLock(root *os.Root, dir string, content []byte) ([]Pin, error) {
	lock := flakeLock{decoded: map[string]*lockNode{}}
	if err := json.Unmarshal(content, &lock); err != nil {
		return nil, fmt.Errorf("is not a lock file: %w", jsonFault(err))
	}
	if lock.Root == "" || lock.Nodes[lock.Root] == nil {
		return nil, errors.New("is not a lock file: it has no root node")
	}
	for _, byName := range []bool{false, true} {
		if pins := f.nearestPins(&lock, root, dir, byName); len(pins) > 0 {
			return bestFirst(pins), nil
		}
	}
	return nil, nil
}

// nearestPins are the pins of jetpack-nixos at the fewest steps from the root of a lock file: by name those of inputs
// called jetpack-nixos, whatever they are, which may be forks under names of their own.
func (f *Finder) nearestPins(lock *flakeLock, root *os.Root, dir string, byName bool) []Pin {
	type place struct{ node, path string }
	level, seen := []place{{node: lock.Root}}, map[string]bool{lock.Root: true}
	for len(level) > 0 && lock.hops < maxHops {
		var pins []Pin
		var next []place
		for _, at := range level {
			node := lock.node(at.node)
			for _, name := range slices.Sorted(maps.Keys(node.Inputs)) {
				target := lock.resolve(node.Inputs[name])
				if target == "" {
					continue
				}
				input := strings.TrimPrefix(at.path+"/"+name, "/")
				if pin, ok := f.lockedPin(root, dir, input, byName && name == repo, lock.node(target)); ok {
					pins = append(pins, pin)
				} else if !seen[target] {
					seen[target] = true
					next = append(next, place{target, input})
				}
			}
		}
		if len(pins) > 0 {
			return pins
		}
		level = next
	}
	return nil
}

// node is a node by name. Fields of a wrong type are left out.
func (l *flakeLock) node(name string) *lockNode {
	if node, ok := l.decoded[name]; ok {
		return node
	}
	node := new(lockNode)
	var mistyped *json.UnmarshalTypeError
	if err := json.Unmarshal(l.Nodes[name], node); err != nil && !errors.As(err, &mistyped) {
		node = new(lockNode)
	}
	l.decoded[name] = node
	return node
}

// resolve is the name of the node that an input stands for; empty if there is none.
func (l *flakeLock) resolve(input json.RawMessage) string {
	l.hops++
	if l.hops > maxHops {
		return ""
	}
	var name string
	if json.Unmarshal(input, &name) == nil {
		if l.Nodes[name] == nil {
			return ""
		}
		return name
	}
	return l.follow(input, 0)
}

// follow walks a list of input names from the root. An input on the way may follow others itself.
func (l *flakeLock) follow(input json.RawMessage, depth int) string {
	var path []string
	if depth > maxFollows || json.Unmarshal(input, &path) != nil {
		return ""
	}
	at := l.Root
	for _, step := range path {
		l.hops++
		if l.hops > maxHops {
			return ""
		}
		next, ok := l.node(at).Inputs[step]
		if !ok {
			return ""
		}
		var name string
		if json.Unmarshal(next, &name) != nil {
			name = l.follow(next, depth+1)
		}
		if l.Nodes[name] == nil {
			return ""
		}
		at = name
	}
	return at
}

// lockedPin is the pin of a node, if that is jetpack-nixos, or named so.
func (f *Finder) lockedPin(root *os.Root, dir, input string, named bool, node *lockNode) (Pin, bool) {
	locked := node.Locked
	pin := Pin{Input: input, NarHash: locked.NarHash, StorePath: storePath(f.StoreDir, locked.NarHash, "source")}
	if locked.LastModified > 0 {
		pin.LastModified = time.Unix(locked.LastModified, 0).UTC()
	}
	by := strings.ReplaceAll(locked.Owner, "%2F", "/") // GitLab's groups within groups
	r, ref, ok := repository{by, locked.Repo}, "", locked.Repo != ""
	switch {
	case locked.Type == "path":
		return f.pathPin(root, dir, pin, named, locked.Path)
	case locked.URL != "":
		r, ref, ok = readAddress(locked.URL)
		if !ok && node.Original.URL != "" { // some hosts send elsewhere
			r, ref, ok = readAddress(node.Original.URL)
		}
	}
	if locked.Rev != "" {
		ref = locked.Rev
	}
	if (!ok || !r.isJetpack()) && !f.isMirror(ref) && !named {
		return Pin{}, false
	}
	pin = pin.of(r).at(ref)
	if pin.Revision == "" && pin.Branch == "" {
		pin.Branch = node.Original.Ref
	}
	return pin, true
}

// isMirror reports whether a commit is upstream's, whatever the repository is called.
func (f *Finder) isMirror(revision string) bool {
	if f.Library == nil || !isCommit(revision) {
		return false
	}
	_, ok := f.Library.Revision(strings.ToLower(revision))
	return ok
}

// pathPin is the pin of an input that is a folder. Only a folder below the lock file's is looked into.
func (f *Finder) pathPin(root *os.Root, dir string, pin Pin, named bool, path string) (Pin, bool) {
	local := filepath.FromSlash(strings.TrimPrefix(path, "./"))
	named = named || filepath.Base(local) == repo
	pin.Repo = repo
	if filepath.IsAbs(local) {
		if inside, err := filepath.Rel(dir, local); err == nil && filepath.IsLocal(inside) {
			local = inside
		} else {
			return pin, named
		}
	}
	if !filepath.IsLocal(local) || local == "." {
		return pin, named
	}
	below, err := openFolderIn(root, local)
	if err != nil {
		return pin, named
	}
	defer below.Close()
	if !IsCheckout(below.FS()) {
		return Pin{}, false
	}
	pin.Dir = filepath.Join(dir, local)
	pin.Revision = headRevision(below)
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
	slices.SortStableFunc(pins, func(a, b Pin) int { return rank(a) - rank(b) })
	return pins
}
