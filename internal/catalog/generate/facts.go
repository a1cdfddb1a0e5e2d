package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
)

// facts is the content of the facts folder, one field a file.
type facts struct {
	Revisions   []revisionFact
	Trees       []treeFact
	Places      []placesFact
	Catalogs    []catalogFact
	Eras        []eraFact
	History     historyFact
	Generations []stateFact
	SoMs        somFact
	Packages    packageFact
	Scopes      scopesFact
	Summaries   summaryFact
}

// revisionFact is one commit; commits come after their parents.
type revisionFact struct {
	Rev  string `json:"rev"`
	Date string `json:"date"`
	// Mainline is set for commits on the first-parent line.
	Mainline bool `json:"mainline,omitempty"`
	// Read is set where everything known of the revision was read statically from its source, not evaluated.
	Read bool `json:"read,omitempty"`
	// Catalog is the key of the option catalog; empty before the modules and where the revision does not evaluate.
	Catalog string `json:"catalog,omitempty"`
	// Like is the nearest ancestor with a catalog, for a revision without one.
	Like string `json:"like,omitempty"`
	// Tree and Generation are indexes into trees.json and generations.json; absent where not known.
	Tree       *int `json:"tree,omitempty"`
	Generation *int `json:"generation,omitempty"`
}

// treeFact is what the files of a revision tell beyond its catalog.
type treeFact struct {
	// Extras are declared options that the catalogs leave out.
	Extras []string `json:"extras,omitempty"`
	// Places are indexes into places.json, one for each file with known declarations.
	Places []int `json:"places,omitempty"`
	// CarrierRule is set where the assertion on the carrier board xavierNxDevkit has the condition of the newest evaluated
	// revision.
	CarrierRule bool `json:"carrierRule,omitempty"`
	// Same are files and folders that are, byte for byte, those of the newest evaluated revision.
	Same []string `json:"same,omitempty"`
}

// placesFact is one version of a file, as far as its declarations are those of an era.
type placesFact struct {
	File string `json:"file"`
	// Eras gives, for each era (seven digits), the declarations that are as there, with their lines in this version.
	Eras map[string]map[string]int `json:"eras"`
}

// catalogFact is one distinct option catalog, as the difference to the one before it in the file.
type catalogFact struct {
	Key string `json:"key"`
	// Read is set where no revision with this catalog was evaluated.
	Read    bool        `json:"read,omitempty"`
	Removed []string    `json:"removed,omitempty"`
	Set     []shapeFact `json:"set,omitempty"`
	options []shapeFact // all of them, sorted by path
}

// shapeFact is an option as the catalogs tell it.
type shapeFact struct {
	Path       string `json:"path"`
	Type       string `json:"type"`
	HasDefault bool   `json:"hasDefault,omitempty"`
	Internal   bool   `json:"internal,omitempty"`
	// RenamedTo, Field and Proper are in catalogs that were read only, where nothing else tells. Proper is set for an
	// option that is none of the aliases that history.json would make it.
	RenamedTo string `json:"renamedTo,omitempty"`
	Field     bool   `json:"field,omitempty"`
	Proper    bool   `json:"proper,omitempty"`
}

// eraFact is one revision evaluated in full, or the declarations that a revision that was read brought.
type eraFact struct {
	Rev string `json:"rev"`
	// Read is set for a revision that was read: the options are only those whose declarations no other era has.
	Read    bool        `json:"read,omitempty"`
	Options []eraOption `json:"options"`
}

type eraOption struct {
	Path        string          `json:"path"`
	Type        string          `json:"type"`
	Values      []string        `json:"values,omitempty"`
	RenamedTo   string          `json:"renamedTo,omitempty"`
	Field       bool            `json:"field,omitempty"`
	File        string          `json:"file"`
	Line        int             `json:"line"`
	Column      int             `json:"column"`
	With        string          `json:"with"`
	HasDefault  bool            `json:"hasDefault,omitempty"`
	Default     string          `json:"default,omitempty"`
	DefaultText string          `json:"defaultText,omitempty"`
	Example     json.RawMessage `json:"example,omitempty"`
	Internal    bool            `json:"internal,omitempty"`
	ReadOnly    bool            `json:"readOnly,omitempty"`
}

type historyFact struct {
	// Shared are namespaces that NixOS declares too: what lies below them is not all jetpack-nixos's own.
	Shared  []string       `json:"shared"`
	Options []optionEvents `json:"options"`
	Values  []valueEvents  `json:"values"`
}

// optionEvents names the mainline revisions at which something happened to an option, in full.
type optionEvents struct {
	Path         string `json:"path"`
	Introduced   string `json:"introduced"`
	AliasSince   string `json:"aliasSince,omitempty"`
	Removed      string `json:"removed,omitempty"`
	Reintroduced string `json:"reintroduced,omitempty"`
	RenamedTo    string `json:"renamedTo,omitempty"`
}

// valueEvents says which mainline revision brought a value of an enum.
type valueEvents struct {
	Path  string `json:"path"`
	Value string `json:"value"`
	Since string `json:"since"`
}

// stateFact is the set of JetPack versions from a mainline revision on. Kernel is empty where it is not known.
type stateFact struct {
	Since       string           `json:"since"`
	Generations []generationFact `json:"generations"`
	// DefaultMajor are the arms of majorVersion's default, the first that applies wins.
	DefaultMajor []majorArm `json:"defaultMajor,omitempty"`
}

type generationFact struct {
	Major          string   `json:"major"`
	JetPack        string   `json:"jetpack,omitempty"`
	L4T            string   `json:"l4t,omitempty"`
	CUDA           string   `json:"cuda"`
	Driver         string   `json:"driver,omitempty"`
	Kernel         string   `json:"kernel"`
	RealtimeSuffix string   `json:"realtimeSuffix,omitempty"`
	SoMFamilies    []string `json:"somFamilies,omitempty"`
}

// majorArm applies to the SoM named, to SoMs with the prefix, or to all where both are absent.
type majorArm struct {
	Prefix string `json:"prefix,omitempty"`
	SoM    string `json:"som,omitempty"`
	Major  string `json:"major"`
}

// somFact holds at the newest evaluated revision. SoMs that came later have a name and a family only.
type somFact struct {
	SoMs         []oneSoM      `json:"soms"`
	Combinations []combination `json:"combinations"`
	Targets      []target      `json:"targets"`
}

type oneSoM struct {
	Name             string   `json:"name"`
	Family           string   `json:"family,omitempty"`
	SoC              string   `json:"soc,omitempty"`
	ChipID           string   `json:"chipId,omitempty"`
	DefaultMajor     string   `json:"defaultMajor,omitempty"`
	Majors           []string `json:"majors,omitempty"`
	CUDACapabilities []string `json:"cudaCapabilities,omitempty"`
	TargetBoard      string   `json:"targetBoard,omitempty"`
	SuperTargetBoard string   `json:"superTargetBoard,omitempty"`
	BoardIDs         []string `json:"boardIds,omitempty"`
	BoardSKUs        []string `json:"boardSkus,omitempty"`
}

// combination is one evaluated combination without super, which changes no verdict.
type combination struct {
	SoM     string `json:"som"`
	Carrier string `json:"carrierBoard"`
	// Major is what was set; empty for not set.
	Major       string   `json:"majorVersion,omitempty"`
	TargetBoard string   `json:"targetBoard,omitempty"`
	Clashes     []string `json:"clashes,omitempty"`
}

type target struct {
	Name        string `json:"name"`
	Package     string `json:"package"`
	Binary      string `json:"binary"`
	SoM         string `json:"som"`
	Carrier     string `json:"carrierBoard"`
	Super       bool   `json:"super,omitempty"`
	Major       string `json:"majorVersion"`
	TargetBoard string `json:"targetBoard,omitempty"`
}

// packageFact holds at the newest evaluated revision.
type packageFact struct {
	// Rev is that revision: packages.json and soms.json speak of it, and trees.json compares with it.
	Rev string `json:"rev"`
	// Need are the files and folders that make the packages what they are.
	Need     []string        `json:"need"`
	Scope    []scopeMember   `json:"scope"`
	TopLevel []attributeFact `json:"topLevel"`
	Build    []attributeFact `json:"systemBuild"`
	Outputs  []outputFact    `json:"outputs"`
}

type scopeMember struct {
	Name        string   `json:"name"`
	Kind        string   `json:"kind"`
	Generations []string `json:"generations,omitempty"`
	File        string   `json:"file,omitempty"`
	Line        int      `json:"line,omitempty"`
	Column      int      `json:"column,omitempty"`
	Source      string   `json:"source,omitempty"`
	DeviceOnly  bool     `json:"deviceOnly,omitempty"`
	DeviceFile  string   `json:"deviceFile,omitempty"`
	DeviceLine  int      `json:"deviceLine,omitempty"`
}

type attributeFact struct {
	Name   string `json:"name"`
	File   string `json:"file"`
	Line   int    `json:"line"`
	Equals string `json:"equals,omitempty"`
}

type outputFact struct {
	Name  string   `json:"name"`
	Names []string `json:"names"`
}

// summaryFact is the project's own prose.
type summaryFact struct {
	Options  map[string]string `json:"options"`
	Packages map[string]string `json:"packages"`
	// Values are keyed by path=value.
	Values map[string]string `json:"values"`
}

// read reads a facts folder. What -import does not write may be absent: summaries.json and scopes.json.
func read(dir fs.FS) (*facts, error) {
	f := &facts{}
	for _, file := range []struct {
		name string
		into any
	}{
		{"revisions.json", &f.Revisions},
		{"trees.json", &f.Trees},
		{"places.json", &f.Places},
		{"catalogs.json", &f.Catalogs},
		{"history.json", &f.History},
		{"generations.json", &f.Generations},
		{"soms.json", &f.SoMs},
		{"packages.json", &f.Packages},
		{"scopes.json", &f.Scopes},
		{"summaries.json", &f.Summaries},
	} {
		if err := readJSON(dir, file.name, file.into); err != nil {
			if (file.name == "summaries.json" || file.name == "scopes.json") && errors.Is(err, fs.ErrNotExist) {
				continue
			}
			return nil, err
		}
	}
	names, err := fs.Glob(dir, "eras/*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		var e eraFact
		if err := readJSON(dir, name, &e); err != nil {
			return nil, err
		}
		f.Eras = append(f.Eras, e)
	}
	f.expand()
	f.Scopes.expand()
	return f, nil
}

func readJSON(dir fs.FS, name string, into any) error {
	text, err := fs.ReadFile(dir, name)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// expand fills in the full option lists of the catalogs from their differences.
func (f *facts) expand() {
	now := map[string]shapeFact{}
	for i := range f.Catalogs {
		c := &f.Catalogs[i]
		for _, path := range c.Removed {
			delete(now, path)
		}
		for _, s := range c.Set {
			now[s.Path] = s
		}
		c.options = make([]shapeFact, 0, len(now))
		for _, path := range sortedKeys(now) {
			c.options = append(c.options, now[path])
		}
	}
}
