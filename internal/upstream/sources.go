package upstream

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
)

// sourceEntry is one source of npins, niv or lon: each tool fills its own fields.
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

func (f *Finder) readNpins(_ *os.Root, _ string, content []byte) ([]Pin, error) {
	var file struct {
		Pins map[string]json.RawMessage `json:"pins"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("is not a file of npins: %w", jsonFault(err))
	}
	return f.readSources(file.Pins, "source"), nil
}

func (f *Finder) readNiv(_ *os.Root, _ string, content []byte) ([]Pin, error) {
	var sources map[string]json.RawMessage
	if err := json.Unmarshal(content, &sources); err != nil {
		return nil, fmt.Errorf("is not a file of niv: %w", jsonFault(err))
	}
	return f.readSources(sources, ""), nil
}

func (f *Finder) readLon(_ *os.Root, _ string, content []byte) ([]Pin, error) {
	var file struct {
		Sources map[string]json.RawMessage `json:"sources"`
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return nil, fmt.Errorf("is not a file of lon: %w", jsonFault(err))
	}
	return f.readSources(file.Sources, "source"), nil
}

// readSources returns the pins of jetpack-nixos among sources. Their store paths bear storeName, or the source's name and "-src".
func (f *Finder) readSources(sources map[string]json.RawMessage, storeName string) []Pin {
	pins := f.sourcePins(sources, storeName, false)
	if len(pins) == 0 {
		pins = f.sourcePins(sources, storeName, true)
	}
	return bestFirst(pins)
}

// sourcePins are those pins: by name that of the source called jetpack-nixos, whatever it is.
func (f *Finder) sourcePins(sources map[string]json.RawMessage, storeName string, byName bool) []Pin {
	var pins []Pin
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		var entry sourceEntry
		var mistyped *json.UnmarshalTypeError
		if err := json.Unmarshal(sources[name], &entry); err != nil && !errors.As(err, &mistyped) {
			continue
		}
		pin, ok := f.sourcePin(entry, byName && name == repo)
		if !ok {
			continue
		}
		pin.Input = name
		pin.NarHash = entry.Hash
		if pin.NarHash == "" {
			pin.NarHash = entry.SHA256
		}
		if storeName == "" {
			pin.StorePath = storePath(f.StoreDir, pin.NarHash, name+"-src")
		} else {
			pin.StorePath = storePath(f.StoreDir, pin.NarHash, storeName)
		}
		pins = append(pins, pin)
	}
	return pins
}

// sourcePin is the pin of a source, if that is jetpack-nixos, or named so.
func (f *Finder) sourcePin(entry sourceEntry, named bool) (Pin, bool) {
	r, ref := repository{entry.Owner, entry.Repo}, ""
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
	for _, address := range []string{entry.LockedURL, entry.URL} {
		if named, asked, ok := readAddress(address); ok {
			if r.repo == "" {
				r = named
			}
			if r.isJetpack() && ref == "" {
				ref = asked
			}
		}
	}
	for _, revision := range []string{entry.Rev, entry.Revision} {
		if revision != "" {
			ref = revision
		}
	}
	if !r.isJetpack() && !f.isMirror(ref) && !named {
		return Pin{}, false
	}
	if ref == "" {
		ref = entry.Branch
	}
	return Pin{}.of(r).at(ref), true
}
