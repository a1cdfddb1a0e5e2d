package catalog

import "strings"

// Kind is the kind of an option's value, without the null that a nullable option also takes.
type Kind string

// The kinds of values. KindOther is a type this package has no word for.
const (
	KindBool        Kind = "bool"
	KindInt         Kind = "int"
	KindString      Kind = "string"
	KindLines       Kind = "lines"
	KindPath        Kind = "path"
	KindPackage     Kind = "package"
	KindEnum        Kind = "enum"
	KindList        Kind = "list"
	KindAttrs       Kind = "attrs"
	KindSubmodule   Kind = "submodule"
	KindEither      Kind = "either"
	KindAnything    Kind = "anything"
	KindUnspecified Kind = "unspecified"
	KindOther       Kind = "other"
)

// Option is one option, alias or submodule field as a revision declares it.
// Fields that are not known for the revision are left at their zero value, never filled from another one.
type Option struct {
	// Path is the dotted path; submodule fields are parent.*.field.
	Path string `json:"-"`
	// Type is the type's description as nixpkgs' lib words it; empty where it belongs to a NixOS option that was not evaluated.
	Type string `json:"type,omitzero"`
	// Kind and Nullable are read off Type; Elem is the kind of a list's elements.
	Kind     Kind `json:"-"`
	Elem     Kind `json:"-"`
	Nullable bool `json:"-"`
	// Values are the values of an enum in upstream's order, those inside a list or null-or type too.
	Values []string `json:"-"`
	// ValuesInList is set where the option takes a list of Values.
	ValuesInList bool `json:"-"`

	// HasDefault reports whether the declaration has a default. Options without one may still be set by a module.
	HasDefault bool `json:"hasDefault,omitzero"`
	// Default is the default's Nix source, as written; empty where it is not known.
	Default string `json:"default,omitzero"`
	// DefaultText is what upstream shows in place of Default, where it does.
	DefaultText string `json:"defaultText,omitzero"`
	// Used is when jetpack-nixos looks at the option's value, as Nix source over config, lib, pkgs and priorities: those of the
	// strongest definitions by users, by the path of an option. It is empty where it always may, once
	// hardware.nvidia-jetpack.enable is true.
	Used string `json:"used,omitzero"`
	// Example is the example as JSON text, where there is one.
	Example string `json:"example,omitzero"`

	// DeclaredIn is the declaring file within jetpack-nixos; Line and Column (in bytes) are 1-based.
	DeclaredIn string `json:"file,omitzero"`
	Line       int    `json:"-"`
	Column     int    `json:"column,omitzero"`
	// DeclaredWith is the function that made the declaration: mkOption, mkEnableOption or mkRenamedOptionModule.
	DeclaredWith string `json:"with,omitzero"`

	// RenamedTo is the path an alias stands for; empty for an option proper.
	RenamedTo string `json:"renamedTo,omitzero"`
	Internal  bool   `json:"internal,omitzero"`
	ReadOnly  bool   `json:"readOnly,omitzero"`
	// Field is set for a field of a submodule.
	Field bool `json:"field,omitzero"`

	// Summary is the project's own description; empty where there is none.
	Summary string `json:"-"`
	// Since is the mainline revision that brought the option, AliasSince the one that made it an alias.
	Since      Revision `json:"-"`
	AliasSince Revision `json:"-"`

	library *Library // where the values' history and descriptions are; nil outside of a catalog
}

// Parts returns the components of the path.
func (o Option) Parts() []string { return strings.Split(o.Path, ".") }

// ValueSince returns the mainline revision that brought an enum value, under whatever name the option had; the zero Revision where that is
// not known.
func (o Option) ValueSince(value string) Revision {
	if o.library == nil {
		return Revision{}
	}
	since := o.library.ValueSince(o.Path, value)
	for _, former := range o.library.Newest().Options() {
		if former.RenamedTo != o.Path {
			continue
		}
		earlier := former.ValueSince(value)
		if isEarlier, ok := o.library.IsBefore(earlier.Hash, since.Hash); ok && isEarlier {
			since = earlier
		}
	}
	return since
}

// ValueSummary returns the project's own description of an enum value, or nothing.
func (o Option) ValueSummary(value string) string {
	if o.library == nil {
		return ""
	}
	return o.library.PackageSummary(o.Path + "=" + value)
}

// ShownDefault returns the default as it reads best: upstream's default text where there is one,
// otherwise Default without the indentation of the file it stood in.
func (o Option) ShownDefault() string {
	if o.DefaultText != "" {
		return strings.TrimRight(o.DefaultText, "\n")
	}
	lines := strings.Split(o.Default, "\n")
	indent := -1
	for _, line := range lines[1:] {
		if body := strings.TrimLeft(line, " "); body != "" && (indent < 0 || len(line)-len(body) < indent) {
			indent = len(line) - len(body)
		}
	}
	for i, line := range lines[1:] {
		lines[i+1] = line[min(max(indent, 0), len(line)):]
	}
	return strings.Join(lines, "\n")
}

// OptionJSON is the command line's JSON of an option. Keys without a value are left out.
type OptionJSON struct {
	Path       string   `json:"path"`
	Type       string   `json:"type,omitempty"`
	Values     []string `json:"values,omitempty"`
	Default    string   `json:"default,omitempty"`
	DeclaredIn string   `json:"declaredIn,omitempty"`
	Line       int      `json:"line,omitempty"`
	RenamedTo  string   `json:"renamedTo,omitempty"`
	Internal   bool     `json:"internal,omitempty"`
	ReadOnly   bool     `json:"readOnly,omitempty"`
	Summary    string   `json:"summary,omitempty"`
	// Pill is the pill section that explains the option; the caller fills it.
	Pill string `json:"pill,omitempty"`
}

// JSON returns the command line's JSON of o.
func (o Option) JSON() OptionJSON {
	return OptionJSON{
		Path: o.Path, Type: o.Type, Values: o.Values, Default: o.Default,
		DeclaredIn: o.DeclaredIn, Line: o.Line, RenamedTo: o.RenamedTo,
		Internal: o.Internal, ReadOnly: o.ReadOnly, Summary: o.Summary,
	}
}

// ReadType reads kind, element kind, nullability and enum values off a type description as nixpkgs' lib words it.
func ReadType(description string) (kind, elem Kind, nullable bool, values []string) {
	t := unwrap(description)
	if rest, ok := strings.CutPrefix(t, "null or "); ok {
		nullable = true
		t = unwrap(rest)
	}
	kind = kindOf(t)
	switch kind {
	case KindList:
		of := unwrap(strings.TrimPrefix(t, "list of "))
		if elem = kindOf(of); elem == KindEnum {
			values = quoted(of)
		}
	case KindEnum:
		values = quoted(t)
	}
	return kind, elem, nullable, values
}

// unwrap drops one pair of parentheses around the whole of t.
func unwrap(t string) string {
	if !strings.HasPrefix(t, "(") || !strings.HasSuffix(t, ")") {
		return t
	}
	depth := 0
	for i, r := range t {
		switch r {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 && i < len(t)-1 {
			return t
		}
	}
	return t[1 : len(t)-1]
}

// Descriptions of types, whole or from their beginning on.
var (
	kinds = map[string]Kind{
		"": KindUnspecified, "unspecified value": KindUnspecified, "boolean": KindBool, "signed integer": KindInt,
		"string": KindString, "path": KindPath, "absolute path": KindPath, "package": KindPackage, "submodule": KindSubmodule,
		"anything": KindAnything,
	}
	kindPrefixes = map[string]Kind{
		"list of ": KindList, "one of ": KindEnum, "value ": KindEnum, "positive integer": KindInt,
		"strings concatenated with ": KindLines, "attribute set of ": KindAttrs,
	}
)

func kindOf(t string) Kind {
	if kind, ok := kinds[t]; ok {
		return kind
	}
	for prefix, kind := range kindPrefixes {
		if strings.HasPrefix(t, prefix) {
			return kind
		}
	}
	if strings.Contains(t, " or ") {
		return KindEither
	}
	return KindOther
}

// quoted returns the strings between double quotes in t, in order.
func quoted(t string) []string {
	parts := strings.Split(t, `"`)
	var out []string
	for i := 1; i+1 < len(parts); i += 2 {
		out = append(out, parts[i])
	}
	return out
}
