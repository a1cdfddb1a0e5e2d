package upstream

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
)

const flakeFile = "flake.nix"

// bySystem are the outputs of a flake whose names stand below a system.
var bySystem = map[string]bool{"apps": true, "checks": true, "devShells": true, "packages": true}

// mostOutputs bounds the names of one output.
const mostOutputs = 1024

// outputs reads the names of the flake's outputs: of each output whose names are known as a whole, and of them all, without a name.
// What cannot be read is no problem: nobody misses it.
func (x *extractor) outputs(e *Extraction) {
	if entries, _ := x.ReadDir("."); entries[flakeFile] == "" {
		return
	}
	problems := x.problems
	defer func() {
		if x.problems = problems; x.Spent() != nil {
			e.Outputs = nil
		}
	}()
	all, ok := x.Merged(x.Called(x.Select(x.Force(x.Import(flakeFile)), "outputs"), nil)).(*eval.Attrs)
	if !ok {
		return
	}
	x.output(e, "", all)
	for a := range all.All() {
		if a.Maybe {
			continue
		}
		s, ok := x.Merged(x.Force(a.Thunk)).(*eval.Attrs)
		if !ok {
			continue // nixosModule and its kin
		}
		if !bySystem[a.Name] {
			x.output(e, a.Name, s)
			continue
		}
		for system := range s.All() {
			if below, ok := x.Merged(x.Force(system.Thunk)).(*eval.Attrs); ok {
				x.output(e, a.Name+"."+system.Name, below)
			}
		}
	}
	slices.SortFunc(e.Outputs, func(a, b catalog.Output) int { return strings.Compare(a.Name, b.Name) })
}

// output adds an output, if all its names are known.
func (x *extractor) output(e *Extraction, name string, s *eval.Attrs) {
	if s.Rest() != nil || s.Len() > mostOutputs {
		return
	}
	o := catalog.Output{Name: name}
	for a := range s.All() {
		if a.Maybe {
			return
		}
		o.Names = append(o.Names, a.Name)
	}
	slices.Sort(o.Names)
	e.Outputs = append(e.Outputs, o)
}
