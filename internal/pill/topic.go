package pill

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
)

// Kind says what sort of thing a topic names.
type Kind string

// The kinds of topics, with an example of a name.
const (
	OptionTopic   Kind = "option"   // hardware.nvidia-jetpack.som; globs by component, "**" for any rest
	ValueTopic    Kind = "value"    // hardware.nvidia-jetpack.som=orin-agx; a glob may follow "="
	FunctionTopic Kind = "function" // makeScope, types.enum
	PackageTopic  Kind = "package"  // member of the nvidia-jetpack scope: flashScript
	FileTopic     Kind = "file"     // path in jetpack-nixos: modules/default.nix; globs by component
	OutputTopic   Kind = "output"   // flake output: nixosModules.default
	ConceptTopic  Kind = "concept"  // lower case with dashes: overlay-order
	SoMTopic      Kind = "som"      // orin-agx
	JetPackTopic  Kind = "jetpack"  // major version: 6
)

// A Topic is something that a section explains and a cursor may ask about.
type Topic struct {
	Kind Kind
	Name string
}

func (t Topic) String() string { return string(t.Kind) + ":" + t.Name }

// ParseTopic reads "kind:name". The error says what is wrong with the form; it cannot know whether the
// thing named exists.
func ParseTopic(s string) (Topic, error) {
	kind, name, found := strings.Cut(strings.TrimSpace(s), ":")
	t := Topic{Kind(kind), name}
	if !found {
		return t, fmt.Errorf("topic %q has no kind (wanted kind:name)", s)
	}
	switch t.Kind {
	case OptionTopic, ValueTopic, FunctionTopic, PackageTopic, FileTopic, OutputTopic, ConceptTopic, SoMTopic, JetPackTopic:
	default:
		return t, fmt.Errorf("topic %q: unknown kind %q", s, kind)
	}
	if name == "" {
		return t, fmt.Errorf("topic %q has no name", s)
	}
	if strings.ContainsFunc(name, unicode.IsSpace) {
		return t, fmt.Errorf("topic %q: a name has no spaces; topics are separated by commas", s)
	}
	if t.Kind == ValueTopic {
		if option, value, ok := strings.Cut(name, "="); !ok || option == "" || value == "" {
			return t, fmt.Errorf("topic %q: a value reads option=value", s)
		}
	}
	if t.Kind == ConceptTopic && strings.ContainsFunc(name, func(r rune) bool { return r != '-' && !unicode.IsLower(r) && !unicode.IsDigit(r) }) {
		return t, fmt.Errorf("topic %q: a concept is lower case with dashes", s)
	}
	if t.isGlob() {
		if _, err := path.Match(name, ""); err != nil {
			return t, fmt.Errorf("topic %q: malformed glob", s)
		}
	}
	return t, nil
}

func (t Topic) isGlob() bool { return strings.ContainsAny(t.Name, "*?") }

// matches reports whether the declared topic t covers the topic asked for. In a glob "*" stands for one
// component or a part of it, "**" for any number of components, none included.
func (t Topic) matches(asked Topic) bool {
	if t.Kind != asked.Kind {
		return false
	}
	if t.Name == asked.Name {
		return true
	}
	pattern, name := t.Name, asked.Name
	if t.Kind == ValueTopic {
		option, value, _ := strings.Cut(pattern, "=")
		askedOption, askedValue, _ := strings.Cut(name, "=")
		return matchComponents(splitOption(option), splitOption(askedOption)) &&
			matchComponents([]string{value}, []string{askedValue})
	}
	separator := "."
	if t.Kind == FileTopic {
		separator = "/"
	}
	return matchComponents(strings.Split(pattern, separator), strings.Split(name, separator))
}

func splitOption(name string) []string { return strings.Split(name, ".") }

func matchComponents(pattern, name []string) bool {
	for len(pattern) > 0 {
		if pattern[0] == "**" {
			for skip := range len(name) + 1 {
				if matchComponents(pattern[1:], name[skip:]) {
					return true
				}
			}
			return false
		}
		if len(name) == 0 {
			return false
		}
		// A component cannot hold the separator of path.Match but in the value of an option, where it is an
		// ordinary character.
		p, n := strings.ReplaceAll(pattern[0], "/", "\x00"), strings.ReplaceAll(name[0], "/", "\x00")
		if ok, err := path.Match(p, n); err != nil || !ok {
			return false
		}
		pattern, name = pattern[1:], name[1:]
	}
	return len(name) == 0
}

// specificity orders globs: the more literal characters, the more specific.
func (t Topic) specificity() int {
	return len(t.Name) - strings.Count(t.Name, "*") - strings.Count(t.Name, "?")
}

// bySpecificity puts specific globs first; the names decide between equals, so that the order never depends
// on a map's.
func bySpecificity(globs []Topic) {
	slices.SortFunc(globs, func(a, b Topic) int {
		if d := b.specificity() - a.specificity(); d != 0 {
			return d
		}
		return strings.Compare(a.String(), b.String())
	})
}
