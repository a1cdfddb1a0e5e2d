// Package symptom finds in what a build, a flash or a boot printed the messages that a table of symptoms knows. It reads a text of any
// size once, from its beginning to its end, in memory that does not grow with it.
package symptom

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

// File is the name of the table in a folder of pills.
const File = "symptoms.yaml"

// A Table is the symptoms of a folder of pills. It never changes, and any number of goroutines may use it.
type Table struct {
	Groups []Group

	finder func() *finder
}

// A Group is the symptoms of one table of the index.
type Group struct {
	Name string `yaml:"group"`
	// Head is the head of the first column: "message" or "what you see".
	Head     string    `yaml:"head"`
	Symptoms []Symptom `yaml:"symptoms"`
}

// A Symptom is something that a person sees, and where its cause and its cure are explained.
type Symptom struct {
	Name string `yaml:"name"`
	// Shows is the symptom in the index, as Markdown; empty for the first of Says as code.
	Shows string `yaml:"shows"`
	// Says are the messages, each in the words that never change; "…" stands for others, on this line or the next. Case, kinds of
	// quotes and the width of spaces mean nothing.
	Says words `yaml:"says"`
	// Near are messages one of which must stand somewhere in the text too; none asks for nothing.
	Near words `yaml:"near"`
	// Last is set where the message means something only at the end of a text: all goes on behind it where all is well.
	Last bool `yaml:"last"`
	// Means says what has happened, in a sentence.
	Means string `yaml:"means"`
	// Read are the sections to read, as "08#recovery-mode", the first one first.
	Read words `yaml:"read"`
	Kind Kind  `yaml:"kind"`
	// Upstream are pieces of the source of jetpack-nixos that print the message, of which a revision has at least one.
	Upstream words `yaml:"upstream"`
	// Since and Until are commits of jetpack-nixos, of at least seven digits: the first one with the message, and the first one
	// without it. Empty where there is none, or where the message is not that of jetpack-nixos.
	Since string `yaml:"since"`
	Until string `yaml:"until"`

	// Line is where the symptom begins in its file, 1-based.
	Line int `yaml:"-"`
}

var keys = []string{"name", "shows", "says", "near", "last", "means", "read", "kind", "upstream", "since", "until"}

// UnmarshalYAML reads a symptom and keeps its line.
func (s *Symptom) UnmarshalYAML(node *yaml.Node) error {
	for i := 0; i < len(node.Content); i += 2 {
		if key := node.Content[i]; !slices.Contains(keys, key.Value) {
			return fmt.Errorf("line %d: a symptom has no %s", key.Line, key.Value)
		}
	}
	type plain Symptom
	if err := node.Decode((*plain)(s)); err != nil {
		return err
	}
	s.Line = node.Line
	return nil
}

// Kind says what a message is worth beside others.
type Kind string

// The kinds, the most telling first.
const (
	Failure Kind = "" // says what failed
	Warning Kind = "warning"
	Result  Kind = "result" // says that something failed before
)

func (k Kind) rank() int { return slices.Index([]Kind{Failure, Warning, Result}, k) }

// words are one text, or several in a list.
type words []string

func (w *words) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		*w = words{node.Value}
		return nil
	}
	return node.Decode((*[]string)(w))
}

// Read reads a table from the text of its file.
func Read(data []byte) (*Table, error) {
	t := &Table{}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&t.Groups); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("cannot read the symptoms: %w", err)
	}
	for s := range t.All() {
		if s.Kind.rank() < 0 {
			return nil, fmt.Errorf("line %d: unknown kind %q", s.Line, s.Kind)
		}
		for _, says := range slices.Concat(s.Says, s.Near) {
			if err := checkPattern(says); err != nil {
				return nil, fmt.Errorf("line %d: %w", s.Line, err)
			}
		}
	}
	t.finder = sync.OnceValue(func() *finder { return newFinder(t) })
	return t, nil
}

// All yields the symptoms in the order of the file.
func (t *Table) All() func(yield func(*Symptom) bool) {
	return func(yield func(*Symptom) bool) {
		for i := range t.Groups {
			for j := range t.Groups[i].Symptoms {
				if !yield(&t.Groups[i].Symptoms[j]) {
					return
				}
			}
		}
	}
}

// Group returns the symptoms of a table of the index.
func (t *Table) Group(name string) (Group, bool) {
	i := slices.IndexFunc(t.Groups, func(g Group) bool { return g.Name == name })
	if i < 0 {
		return Group{}, false
	}
	return t.Groups[i], true
}

// Label is the symptom in the index, as Markdown.
func (s *Symptom) Label() string {
	if s.Shows != "" {
		return s.Shows
	}
	return "`" + strings.Join(s.Says[:min(1, len(s.Says))], "") + "`"
}

// Bounds of a pattern, in normal bytes.
const (
	fewestOfPattern = 8
	fewestOfPiece   = 3
)

func checkPattern(pattern string) error {
	length := 0
	for _, piece := range pieces(pattern) {
		if length += len(piece); len(piece) < fewestOfPiece {
			return fmt.Errorf("%q has a piece of fewer than %d characters", pattern, fewestOfPiece)
		}
	}
	if length < fewestOfPattern {
		return fmt.Errorf("%q has fewer than %d characters", pattern, fewestOfPattern)
	}
	return nil
}

// pieces are the words of a pattern between its gaps, in normal form.
func pieces(pattern string) []string {
	var all []string
	for piece := range strings.SplitSeq(pattern, "…") {
		all = append(all, normal(piece))
	}
	return all
}
