package eval

import (
	"iter"
	"strings"

	"jetpills/internal/nix/syntax"
)

// Value is what an expression gives, in weak head normal form: [Null], [Bool],
// [Int], [Float], [String], [Path], [*List], [*Attrs], [*Function], or one of
// the four that only partial evaluation has, [*Symbol], [*Call], [*Choice] and
// [*Unknown].
type Value interface{ isValue() }

type (
	// Null is null.
	Null struct{}
	// Bool is true or false.
	Bool bool
	// Int is an integer.
	Int int64
	// Float is a floating point number.
	Float float64
	// String is a string. Its context, the derivations that it names, is not kept.
	String string
	// Path is a path, as the [Reader] names files.
	Path string
)

// List is a list.
type List struct {
	Items []*Thunk
	// Open says that other elements may stand at the index Gap or behind it, and that
	// those from there on may be missing, but for those that Has.
	Open bool
	Gap  int
	// present says of the elements from Gap on which are not missing.
	present []bool
}

// Has reports whether the known element of an index is certainly in the list.
func (l *List) Has(i int) bool {
	return !l.Open || i < l.Gap || i-l.Gap < len(l.present) && l.present[i-l.Gap]
}

// Attrs is an attribute set. It does not change once it is made.
type Attrs struct {
	attrs []Attr
	index map[string]int32 // into attrs, for sets of more than a few names
	// rest gives the attributes that the set may have besides: it is nil if there
	// are none.
	rest Value
	// by is the library function that made the set.
	by string
	// node is the set as it is written; the zero Node for one that a function made.
	node syntax.Node
}

// Attr is an attribute of a set.
type Attr struct {
	Name string
	*Thunk
	// At is the attribute path of the binding, or the name in an inherit, that
	// gives the set the attribute; the zero Node if a function does.
	At syntax.Node
	// Maybe says that the set may lack the attribute.
	Maybe bool
}

// Function is a function: a lambda with the scope that it stands in, or one of
// the library with the arguments that it has so far.
type Function struct {
	lambda  syntax.Node
	scope   *Scope
	library *function
	args    []*Thunk
}

// Symbol is something that is handed in from outside and not looked into:
// config.hardware, pkgs.hello. Selecting from a symbol gives a longer one.
type Symbol struct {
	// Path is empty for the arguments of a module as a whole.
	Path []string
	// Lambda is the function in the text that takes the symbol as an argument, or
	// what the symbol is selected from; the zero Node if none does.
	Lambda syntax.Node
}

// Call is a call of something from outside, or of a function that is a symbol
// otherwise.
type Call struct {
	Function *Symbol
	Args     []*Thunk
	// Node is where the call is written; the zero Node if a function makes it.
	Node syntax.Node
}

// Choice is one of several values; which one is not known.
type Choice struct {
	// Condition decides between the two of if … then … else …; nil for
	// any other choice.
	Condition *Thunk
	Of        []*Thunk
}

func (Null) isValue()      {}
func (Bool) isValue()      {}
func (Int) isValue()       {}
func (Float) isValue()     {}
func (String) isValue()    {}
func (Path) isValue()      {}
func (*List) isValue()     {}
func (*Attrs) isValue()    {}
func (*Function) isValue() {}
func (*Symbol) isValue()   {}
func (*Call) isValue()     {}
func (*Choice) isValue()   {}
func (*Unknown) isValue()  {}

// NewList is a list of these elements.
func NewList(items ...*Thunk) *List { return &List{Items: items} }

// NewAttrs is a set of these attributes; of two with one name the last counts.
// rest gives what the set may have besides, nil for a set that has no more.
func NewAttrs(rest Value, attrs ...Attr) *Attrs {
	s := &Attrs{rest: rest, attrs: make([]Attr, 0, len(attrs))}
	for _, a := range attrs {
		s.put(a)
	}
	return s
}

// manyAttrs is the number of attributes from which an index finds a name faster
// than a look at each.
const manyAttrs = 12

// put adds an attribute to a set that is being made.
func (s *Attrs) put(a Attr) {
	if i, ok := s.find(a.Name); ok {
		s.attrs[i] = a
		return
	}
	s.add(a)
}

// add adds an attribute that a set which is being made does not have yet.
func (s *Attrs) add(a Attr) {
	s.attrs = append(s.attrs, a)
	switch n := len(s.attrs); {
	case s.index != nil:
		s.index[a.Name] = int32(n - 1)
	case n > manyAttrs:
		s.index = make(map[string]int32, cap(s.attrs))
		for i := range s.attrs {
			s.index[s.attrs[i].Name] = int32(i)
		}
	}
}

func (s *Attrs) find(name string) (int, bool) {
	if s.index != nil {
		i, ok := s.index[name]
		return int(i), ok
	}
	for i := range s.attrs {
		if s.attrs[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// Get is the attribute of a name, if the set is known to have it, perhaps at
// least.
func (s *Attrs) Get(name string) (Attr, bool) {
	i, ok := s.find(name)
	if !ok {
		return Attr{}, false
	}
	return s.attrs[i], true
}

// All are the known attributes, in the order of the text.
func (s *Attrs) All() iter.Seq[Attr] {
	return func(yield func(Attr) bool) {
		for _, a := range s.attrs {
			if !yield(a) {
				return
			}
		}
	}
}

// Len is the number of known attributes.
func (s *Attrs) Len() int { return len(s.attrs) }

// Rest gives the attributes that the set may have besides the known ones; nil if
// there are none.
func (s *Attrs) Rest() Value { return s.rest }

// By is the name of the library function that made the set, mkOption for one;
// empty if the set is written out.
func (s *Attrs) By() string { return s.by }

// Node is the set as it is written; the zero Node if it is not.
func (s *Attrs) Node() syntax.Node { return s.node }

// certain reports whether the set has exactly its known attributes.
func (s *Attrs) certain() bool {
	if s.rest != nil {
		return false
	}
	for i := range s.attrs {
		if s.attrs[i].Maybe {
			return false
		}
	}
	return true
}

// Lambda is the function as it is written; the zero Node for one of the library.
func (f *Function) Lambda() syntax.Node { return written(f.lambda) }

// Scope is what a lambda's body sees besides the argument.
func (f *Function) Scope() *Scope { return f.scope }

// Library is the name of a function of the library; empty for a lambda.
func (f *Function) Library() string {
	if f.library == nil {
		return ""
	}
	return f.library.name
}

// Name is the last name of the symbol; empty for the arguments of a module.
func (s *Symbol) Name() string {
	if len(s.Path) == 0 {
		return ""
	}
	return s.Path[len(s.Path)-1]
}

// IsLibrary reports whether the symbol is a name of builtins or lib that there is
// no function for.
func (s *Symbol) IsLibrary() bool {
	return s.Lambda.IsZero() && len(s.Path) > 1 && (s.Path[0] == "builtins" || s.Path[0] == "lib")
}

// String is the symbol's path with dots.
func (s *Symbol) String() string { return strings.Join(s.Path, ".") }

// NewSymbol is the symbol of a path.
func NewSymbol(path ...string) *Symbol { return &Symbol{Path: path} }

// below is the symbol of an attribute.
func (s *Symbol) below(name string) *Symbol {
	path := make([]string, len(s.Path)+1)
	copy(path, s.Path)
	path[len(s.Path)] = name
	return &Symbol{path, s.Lambda}
}
