package pins

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
)

// sources are those of npins, niv or lon by name. Each is decoded on its own, so that a strange one costs nothing but
// itself.
type sources map[string]json.RawMessage

// sourceEntry is one source: each tool fills its own fields.
type sourceEntry struct {
	Owner      string          `json:"owner"`      // niv, lon
	Repo       string          `json:"repo"`       // niv, lon
	Rev        string          `json:"rev"`        // niv
	SHA256     string          `json:"sha256"`     // niv
	Repository json.RawMessage `json:"repository"` // npins
	Revision   string          `json:"revision"`   // npins, lon
	Branch     string          `json:"branch"`
	URL        string          `json:"url"`
	LockedURL  string          `json:"locked_url"` // npins, for a plain archive
	Hash       string          `json:"hash"`       // npins, lon
}

type npinsRepository struct {
	Owner    string `json:"owner"`
	Repo     string `json:"repo"`
	RepoPath string `json:"repo_path"` // GitLab
	URL      string `json:"url"`       // any other host
}

func readNpins(in *opened, content []byte) ([]Pin, error) {
	var file struct {
		Pins sources `json:"pins"`
	}
	if err := decode(content, &file, "a file of npins"); err != nil {
		return nil, err
	}
	return in.sourcePins(file.Pins, func(string) string { return "source" }), nil
}

func readNiv(in *opened, content []byte) ([]Pin, error) {
	var all sources
	if err := decode(content, &all, "a file of niv"); err != nil {
		return nil, err
	}
	return in.sourcePins(all, func(name string) string { return name + "-src" }), nil
}

func readLon(in *opened, content []byte) ([]Pin, error) {
	var file struct {
		Sources sources `json:"sources"`
	}
	if err := decode(content, &file, "a file of lon"); err != nil {
		return nil, err
	}
	return in.sourcePins(file.Sources, func(string) string { return "source" }), nil
}

// sourcePins are the pins of jetpack-nixos among sources, the best first, or that of the source called jetpack-nixos,
// whatever it is. storeName is what the tool calls a source in the store.
func (f *Finder) sourcePins(all sources, storeName func(name string) string) []Pin {
	for _, byName := range []bool{false, true} {
		var pins []Pin
		for _, name := range slices.Sorted(maps.Keys(all)) {
			var entry sourceEntry
			if !decodeLoosely(all[name], &entry) {
				continue
			}
			if pin, ok := f.sourcePin(entry, byName && name == repo); ok {
				pin.Input = name
				pin.NarHash = cmp.Or(entry.Hash, entry.SHA256)
				pin.StorePath = storePath(f.StoreDir, pin.NarHash, storeName(name))
				pins = append(pins, pin)
			}
		}
		if len(pins) > 0 {
			return bestFirst(pins)
		}
	}
	return nil
}

// sourcePin is the pin of a source, if that is jetpack-nixos, or named so.
func (f *Finder) sourcePin(entry sourceEntry, named bool) (Pin, bool) {
	r := repository{entry.Owner, entry.Repo}
	var npins npinsRepository
	if json.Unmarshal(entry.Repository, &npins) == nil {
		switch {
		case npins.Repo != "":
			r = repository{npins.Owner, npins.Repo}
		case npins.RepoPath != "":
			r, _, _ = readAddress("gitlab:" + npins.RepoPath)
		case npins.URL != "":
			r, _, _ = readAddress(npins.URL)
		}
	}
	return f.pinOf(r, cmp.Or(entry.Revision, entry.Rev), entry.Branch, named, entry.LockedURL, entry.URL)
}

// pinOf is the pin of what a lock file has of a source: its repository or its addresses, and its revision or branch.
// It is not ok for one that is neither jetpack-nixos, whose commits may lie in a repository of another name, nor
// named so.
func (f *Finder) pinOf(r repository, rev, branch string, named bool, addresses ...string) (pin Pin, ok bool) {
	asked := ""
	for _, address := range addresses {
		if from, ref, ok := readAddress(address); ok {
			if r.repo == "" {
				r = from
			}
			if r.isJetpack() {
				asked = cmp.Or(asked, ref)
			}
		}
	}
	ref := cmp.Or(rev, asked)
	if !r.isJetpack() && !f.isMirror(ref) && !named {
		return Pin{}, false
	}
	if pin = pin.of(r).at(ref); pin.Revision == "" && pin.Branch == "" {
		pin = pin.at(branch)
	}
	return pin, true
}

// isMirror reports whether a commit is upstream's, whatever the repository is called.
func (f *Finder) isMirror(revision string) bool {
	hash := commit(revision)
	if f.Library == nil || hash == "" {
		return false
	}
	_, ok := f.Library.Revision(hash)
	return ok
}
