// Package host evaluates the NixOS configurations of a workspace as far as their
// text tells: which there are, what defines their options, and what the definitions
// come to. It runs no Nix, reads nothing but what a Reader gives, and ends within a
// budget.
package host

import (
	"strings"
	"sync/atomic"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// Options say what to evaluate.
type Options struct {
	// Entry is the file to begin with: a flake.nix, a hive.nix of colmena, or a NixOS
	// module such as configuration.nix.
	Entry string
	// Schema has the options to report.
	Schema *Schema
	// SchemaOf is the schema of the options that a source of jetpack-nixos declares; nil takes Schema for all, as it is taken
	// for a configuration that has its modules from no source, from several, or from one that is not known.
	SchemaOf func(Source) *Schema
	// Through is the one source of jetpack-nixos among the inputs of a flake input that is not looked into; nil knows none.
	Through func(input string) (Source, bool)
	// Input says what a flake input is, by its name and its address as the flake has
	// it, which may be empty; nil takes [InputOf].
	Input func(name, url string) Input
	// Sources are the folders of flake inputs whose source is at hand, by the names of
	// the inputs: their flakes and modules are evaluated as if they were the
	// workspace's.
	Sources map[string]string
	// Upstream are the files of the modules of jetpack-nixos, sorted, whose assertions and warnings are evaluated; nil
	// evaluates none. They are among what the host's modules import, by Sources or within the workspace.
	Upstream []string
	// Steps bounds the work, in steps of eval: for all configurations together, a
	// thirtieth of it for each, and as much for what they have in common. 0 is 30 million.
	Steps int
	// Hosts bounds the number of configurations; 0 is 500.
	Hosts int
	// Modules bounds the modules of one configuration; 0 is 5,000.
	Modules int
	// Workers is how many configurations are evaluated at once; 0 is 1. More than one
	// ask the Reader at once.
	Workers int
	// Progress is counted up while the configurations are evaluated; nil counts nothing.
	Progress *Progress

	stop func() bool
}

// Progress is how far an evaluation is. It may be read at any time, from any goroutine.
type Progress struct{ done, total atomic.Int64 }

// Hosts is how many configurations are evaluated, and of how many; 0 of 0 as long as
// it is not known how many there are.
func (p *Progress) Hosts() (done, total int) { return int(p.done.Load()), int(p.total.Load()) }

const (
	defaultSteps   = 30_000_000
	shareOfSteps   = 30
	defaultHosts   = 500
	defaultModules = 5_000
	// mostVariants bounds the specialisations of a configuration.
	mostVariants = 32
)

// Input is what a flake input, or a module from outside of the workspace, is.
type Input uint8

const (
	// Foreign modules may define any option, with a priority of 100 at best.
	Foreign Input = iota
	// Unrelated modules come from a flake that does not have jetpack-nixos: they may define
	// the options of NixOS, as Foreign ones may, but none of those that jetpack-nixos
	// declares.
	Unrelated
	// Harmless modules define none of the options of the schema.
	Harmless
	// Nixpkgs has lib, and modules that define what Option.Elsewhere says.
	Nixpkgs
	// Jetpack is jetpack-nixos. Its modules declare the options of the schema, and
	// define what Option.Elsewhere says.
	Jetpack
)

// Certainty says how much is known of an option's value.
type Certainty uint8

const (
	// Unknown: the value is not known.
	Unknown Certainty = iota
	// Possible: the value is one of several.
	Possible
	// Default: the value is certain, and no definition in the workspace gives it.
	Default
	// Certain: nothing that is not known can change the value.
	Certain
)

func (c Certainty) String() string {
	return [...]string{"unknown", "possible", "default", "certain"}[c]
}

// Answer is yes, no, or not known.
type Answer uint8

// The answers.
const (
	NotKnown Answer = iota
	Yes
	No
)

// Location is a span in a file.
type Location struct {
	File string
	Span text.Span
}

// Host is one NixOS configuration.
type Host struct {
	// Name is the attribute in nixosConfigurations or in a hive of colmena, or the name of the entry file
	// without .nix where there is no flake.
	Name string
	// Variant tells a system that is built beside the host's own from that: its path,
	// specialisation.NAME or virtualisation.vmVariant; empty for the host itself.
	Variant string
	// Output is the path of the flake's output that has the configuration by its name:
	// nixosConfigurations. It is empty where there is none that Nix can build.
	Output string
	// At is where the configuration is written: the attribute that defines it, or the
	// call that makes it.
	At Location
	// Body is the expression that makes the configuration; the zero Location where none is written.
	Body Location
	// Jetpack says whether the configuration has the modules of jetpack-nixos.
	Jetpack Answer
	// Source is where its modules of jetpack-nixos come from; the zero Source where that is not known.
	Source Source
	// Modules are where the modules of the workspace are written that are certainly part of the configuration.
	Modules []Location
	// Unseen are the modules that cannot be looked into, but for Unrelated ones, and what
	// else may define any option.
	Unseen []Unseen
	// Unchecked says that NixOS may accept definitions of options that no module declares:
	// by _module.check, or by a freeformType.
	Unchecked bool
	// Replaced says that the configuration leaves modules of jetpack-nixos out, in whose place
	// others may declare the options in their own way.
	Replaced bool
	// Functions are where the modules of the workspace are written that are functions and
	// certainly part of the configuration.
	Functions []Location
	// Imports is what it certainly imports of jetpack-nixos by the file, or as a whole, and not by
	// an attribute of the flake.
	Imports []Import
	// Packages says where its packages come from.
	Packages Packages
	// Values are the options of the schema, in its order.
	Values []Value
	schema *Schema
	// Undeclared are the paths that modules of the workspace define beside the options of
	// the schema, where no module declares them: beside an enable of the schema, or below
	// one.
	Undeclared []Value
	// Failed are the assertions in Options.Upstream that certainly fail, and the warnings there that certainly come.
	Failed []Failed
	// Bound is the bound that was reached; nil if the budget was enough.
	Bound *eval.Unknown
}

// Unseen is something that may define any option of a host.
type Unseen struct {
	At  Location
	Why *eval.Unknown
	// Foreign says that it is a module of a flake input, or of another source outside of the
	// workspace.
	Foreign bool
	// Missing is the file of a module that the host certainly imports and that is not there, by its absolute path; mostly empty.
	Missing string
}

// Import is a file of jetpack-nixos that is taken for a module, or jetpack-nixos itself.
type Import struct {
	// At is the expression that names it, behind all names.
	At Location
	// Flake is the part of that expression that is the flake itself, with its outputs; the zero Location if none is.
	Flake Location
	// Input is the flake input that has the file; Fetched is what is fetched where it is empty. Where that is empty
	// as well, File lies in the workspace.
	Input   string
	Fetched Fetched
	// IsSource says that the flake has the input as a mere source, without outputs.
	IsSource bool
	// File is the file or the folder within the source, empty for all of it; an absolute path in the workspace.
	File string
	// IsValue says that the value of the file is the module, import FILE, and not the file itself.
	IsValue bool
}

// Fetched is a source that is fetched, as far as the arguments are known.
type Fetched struct {
	// Address is what is fetched: an address, or owner/repo.
	Address string
	// Revision is the rev that stands beside the address, or else the ref.
	Revision string
	// IsFixed says that a hash stands beside the address: what a branch has now is not what is fetched.
	IsFixed bool
}

// Value is an option of a host, with all its definitions.
type Value struct {
	Path      []string
	Certainty Certainty
	// Values are what the option may be, as plain Go values: one where the certainty
	// is Default or Certain, several where it is Possible. Text is nil, bool, int64,
	// float64, string, []any or map[string]any.
	Values []any
	// Why says why the value is not known.
	Why *eval.Unknown
	// Conflict says that two definitions of equal priority certainly differ, which
	// NixOS refuses.
	Conflict bool
	// Definitions are those of the workspace, in the order in which NixOS merges them.
	Definitions []Definition
}

// Definition is one definition of an option.
type Definition struct {
	// Path is where the option's name is written, and Value its value, inside of
	// mkDefault, mkIf and their kin. Origin is the expression that gives the value,
	// behind all names.
	Path, Value, Origin Location
	// Datum is where the value comes from, if it is read from a file that is not Nix.
	Datum eval.Datum
	// Alias is the path that the definition has, where that is an alias of the
	// option's.
	Alias []string
	// Priority is 100 for a plain definition, 50 for mkForce, 1000 for mkDefault; 0 if
	// it is not known.
	Priority  int
	Condition Answer
	// Wins says that the option has the value of this definition, alone or together
	// with others.
	Wins bool
	// Plain is the value as Values has it; Why says why it is not known.
	Plain any
	Why   *eval.Unknown
}

// location is where a node stands.
func location(e *eval.Evaluator, n syntax.Node) Location {
	if n.IsZero() {
		return Location{}
	}
	file, _ := e.PathOf(n)
	return Location{file, n.Span()}
}

// Get finds an option of the schema.
func (h *Host) Get(path ...string) (Value, bool) { return h.Option(strings.Join(path, ".")) }

// Option is Get with the path as one text, dots between its names.
func (h *Host) Option(path string) (Value, bool) {
	if h.schema == nil {
		return Value{}, false
	}
	i, ok := h.schema.indexes[path]
	if !ok {
		return Value{}, false
	}
	return h.Values[i], true
}

// Type says how NixOS merges the definitions of an option of the schema.
func (h *Host) Type(path ...string) (Type, bool) {
	if h.schema == nil {
		return Type{}, false
	}
	o, ok := h.schema.Lookup(path...)
	return o.Type, ok
}

// DefinedElsewhere reports whether modules outside of the workspace may define an option of the schema.
func (h *Host) DefinedElsewhere(path ...string) bool {
	if h.schema == nil {
		return false
	}
	o, ok := h.schema.Lookup(path...)
	return ok && o.Elsewhere != 0
}
