// Package eval evaluates Nix lazily, as far as a text goes: an expression in a scope
// gives a value, or an unknown that says why. It accepts unfinished code,
// reads nothing but what a Reader gives, and ends within a budget.
package eval

import (
	"strings"

	"jetpills/internal/nix/syntax"
)

// Options say what an evaluation may use. The zero Options read no file and bound
// the work by the defaults.
type Options struct {
	// Reader reads the files that import, readFile and the like name; nil reads none.
	Reader Reader
	// Steps bounds the work, and the memory with it: a step is an expression that
	// is looked at, an element that is made, or 64 bytes of text. 0 is a million.
	Steps int
	// Depth bounds how deep evaluations nest. 0 is 4,000.
	Depth int
	// Tolerant goes on where Nix refuses a whole function or a whole set for a part
	// of it: an argument that is missing or not taken, a name that fails or is there
	// twice. While somebody types, the rest is worth knowing.
	Tolerant bool
	// IsLib reports whether a symbol's path is nixpkgs' lib; nil takes [IsLib].
	IsLib func(path []string) bool
	// Expand gives the value of a call of a symbol where something is selected
	// from it or laid over it; nil, also as a result, leaves it unknown.
	Expand func(*Evaluator, *Call) Value
	// Argument gives the value of a name that a function takes where it is not known
	// what the function is called with. nil takes [Argument].
	Argument func(name string) (Value, bool)
	// Free gives the value of a name that nothing binds, as in a text that lost its
	// head. nil takes Argument.
	Free func(name string) (Value, bool)
	// Has reports whether there is what a symbol stands for, where a text asks; nil
	// knows of none.
	Has func(*Symbol) (has, known bool)
	// Common forces the thunks that it made, within its own budget and with its own
	// Options, once for all evaluators that have it in common. It has none itself.
	Common *Evaluator
	// Stop reports whether nobody waits for the values any more; it is asked every
	// stepsOfStop steps, and the budget is spent once it says so. nil never stops.
	Stop func() bool
	// Looks says that Looked has what is looked at.
	Looks bool
	// Loops says that a value that hangs on itself is unknown, and no failure: what
	// hands in the values from outside asks for more of them than Nix would.
	Loops bool
}

const (
	defaultSteps = 1_000_000
	defaultDepth = 4_000
	bytesOfStep  = 64
	stepsOfStop  = 1 << 10
	namesOfStep  = bytesOfStep / 16
	// longestText bounds one string, in bytes, and longestList the elements of a
	// list or the attributes of a set.
	longestText = 1 << 20
	longestList = 200_000
	// callsInPlace bounds the calls at the end of functions that one evaluation
	// follows, for each level of depth that there is.
	callsInPlace = 10
)

// Evaluator evaluates expressions of any number of texts. It remembers what it
// evaluated, is for one goroutine, and gives only unknowns once its budget is
// spent.
type Evaluator struct {
	options Options
	steps   int // left
	depth   int // left
	spent   *Unknown
	assumed int // how often something was taken to succeed
	library
	files     map[*syntax.Tree]string
	imported  map[string]imported
	asking    *Questions            // of what is being done
	questions map[*Thunk]*Questions // of the thunks that say so
	looked    map[*syntax.Tree]*Looked
	last      struct { // what was looked at last
		tree   *syntax.Tree
		looked *Looked
	}
	scopes map[syntax.Node]*Scope
	shared map[*Thunk]*Thunk // of the library's values
	data   map[*Thunk]Datum  // of what is read from files that are not Nix
	// unfinished are sets of which a part is put off, by the thunks that are to evaluate them.
	unfinished map[*Thunk]*unfinished
}

// New is an evaluator with a full budget.
func New(options Options) *Evaluator {
	if options.Steps == 0 {
		options.Steps = defaultSteps
	}
	if options.Depth == 0 {
		options.Depth = defaultDepth
	}
	if options.IsLib == nil {
		options.IsLib = IsLib
	}
	if options.Argument == nil {
		options.Argument = Argument
	}
	if options.Free == nil {
		options.Free = options.Argument
	}
	return &Evaluator{
		options: options, steps: options.Steps, depth: options.Depth, library: libraries(),
		files: map[*syntax.Tree]string{}, imported: map[string]imported{}, questions: map[*Thunk]*Questions{},
		looked: map[*syntax.Tree]*Looked{}, scopes: map[syntax.Node]*Scope{}, shared: map[*Thunk]*Thunk{},
		data: map[*Thunk]Datum{}, unfinished: map[*Thunk]*unfinished{},
	}
}

// Thunk is an expression in a scope, not evaluated yet. A nil scope has Nix's own
// names alone.
func (e *Evaluator) Thunk(n syntax.Node, s *Scope) *Thunk {
	if t := e.bound(n, s); t != nil {
		return t
	}
	return e.own(Thunk{node: n, scope: s})
}

// File is the whole of a parsed text, not evaluated yet. path is its name, for the
// relative paths in it; the reader's texts have theirs already.
func (e *Evaluator) File(t *syntax.Tree, path string) *Thunk {
	e.files[t] = path
	e.look(t.Root()) // which expression the text is
	return e.own(Thunk{node: t.Root().Child(0)})
}

// PathOf is the name of the file that a node stands in; false if it has none.
func (e *Evaluator) PathOf(n syntax.Node) (string, bool) {
	path, ok := e.files[n.Tree()]
	if !ok && e.options.Common != nil {
		return e.options.Common.PathOf(n)
	}
	return path, ok
}

// Spent is the bound that was reached; nil if the budget has been enough.
func (e *Evaluator) Spent() *Unknown { return e.spent }

// Steps is the number of steps taken.
func (e *Evaluator) Steps() int { return e.options.Steps - max(e.steps, 0) }

// enter takes a step and goes one level down; leave comes back. It gives an
// unknown if the budget does not allow it; leave is not called then.
func (e *Evaluator) enter() *Unknown {
	if u := e.Charge(1); u != nil {
		return u
	}
	if e.depth <= 0 {
		u := unknown(Depth, "")
		if e.spent == nil {
			e.spent = u
		}
		return u
	}
	e.depth--
	return nil
}

func (e *Evaluator) leave() { e.depth++ }

// Charge takes steps, before the work is done; it gives an unknown if there are
// not enough left.
func (e *Evaluator) Charge(steps int) *Unknown {
	if steps < 0 || steps > e.steps {
		e.steps = 0
		e.spent = unknown(Steps, "")
		return e.spent
	}
	before := e.steps
	e.steps -= steps
	if e.options.Stop != nil && before/stepsOfStop != e.steps/stepsOfStop && e.options.Stop() {
		return e.Charge(e.steps + 1)
	}
	return nil
}

// text is a string that was put together, within the budget.
func (e *Evaluator) text(s string) Value {
	if u := e.chargeText(len(s)); u != nil {
		return u
	}
	return String(s)
}

// chargeItems takes steps for the elements of one list or set.
func (e *Evaluator) chargeItems(n int) *Unknown {
	if n < 0 || n > longestList {
		e.spent = unknown(Steps, "")
		return e.spent
	}
	return e.Charge(n)
}

// write adds to a text that is put together, within the budget.
func (e *Evaluator) write(out *strings.Builder, s string) *Unknown {
	if u := e.chargeText(len(s)); u != nil {
		return u
	}
	if out.WriteString(s); out.Len() > longestText {
		return e.chargeText(out.Len())
	}
	return nil
}

func (e *Evaluator) chargeText(bytes int) *Unknown {
	if bytes > longestText {
		e.spent = unknown(Steps, "")
		return e.spent
	}
	return e.Charge(bytes / bytesOfStep)
}
