package eval

import (
	"strings"

	"jetpills/internal/nix/syntax"
)

// Reason says why a value is not known.
type Reason uint8

// The reasons for which a value is not known. From Thrown on, Nix itself refuses
// the expression.
const (
	Free        Reason = iota // nothing binds the name
	Outside                   // it depends on a symbol, or on what a call of one gives
	Ambiguous                 // it depends on a choice
	Damaged                   // the code is not Nix, or not yet
	Unreadable                // a file or a folder cannot be read
	Unsupported               // a function or a kind of expression that is not followed
	Depth                     // more nesting than the budget has
	Steps                     // more work than the budget has
	Thrown                    // throw, or an assert that fails
	Aborted                   // abort
	Cyclic                    // the value depends on itself
	Refused                   // a missing attribute, a value of the wrong type
)

var reasons = [...]string{
	Free: "nothing binds the name", Outside: "comes from outside", Ambiguous: "one of several values",
	Damaged: "unfinished code", Unreadable: "cannot be read", Unsupported: "is not evaluated", Depth: "nested too deeply",
	Steps: "too much work", Thrown: "throws", Aborted: "aborts", Cyclic: "infinite recursion", Refused: "Nix refuses it",
}

// sentences say why something is not known that stands in the way, whose name takes the place of %s.
var sentences = [...]string{
	Free: "nothing binds the name %s", Outside: "%s comes from outside the workspace", Ambiguous: "%s is one of several values",
	Damaged: "%s is unfinished code", Unreadable: "%s cannot be read", Unsupported: "%s is not evaluated", Depth: "%s: nested too deeply",
	Steps: "%s: too much work", Thrown: "Nix throws an error: %s", Aborted: "Nix aborts: %s", Cyclic: "%s leads to infinite recursion",
	Refused: "Nix refuses it: %s",
}

// String is the reason in a few words.
func (r Reason) String() string { return reasons[r] }

// Unknown is a value that is not known.
type Unknown struct {
	Reason Reason
	// What names what stands in the way: a variable, a symbol's path, a file, a
	// function, or the message of throw.
	What string
	// Shown is the text of a string that is known in part, with each part that is
	// not as it stands in the source: ${config.networking.hostName}-jetson.
	Shown string
	// Says is the whole reason as a sentence, where Reason and What make none; mostly empty.
	Says string
	// Node is the expression that is not known; the zero Node if a function gave
	// it.
	Node syntax.Node
}

// Fails reports whether Nix refuses the expression: no evaluation that succeeds
// has it.
func (u *Unknown) Fails() bool { return u.Reason >= Thrown }

// String is the reason, and what stands in the way, as a sentence without a full stop.
func (u *Unknown) String() string {
	switch {
	case u.Says != "":
		return u.Says
	case u.What == "":
		return u.Reason.String()
	}
	return strings.Replace(sentences[u.Reason], "%s", u.What, 1)
}

func unknown(r Reason, what string) *Unknown { return &Unknown{Reason: r, What: what} }

// longestShown bounds what an unknown string shows, in bytes.
const longestShown = 16 << 10

// showing is an unknown that shows a text of several parts; one too long shows
// nothing.
func (u *Unknown) showing(parts ...string) *Unknown {
	of := *u
	of.Shown = ""
	size := 0
	for _, p := range parts {
		size += len(p)
	}
	if size <= longestShown {
		of.Shown = strings.Join(parts, "")
	}
	return &of
}

func refused(what string) *Unknown { return unknown(Refused, what) }

// fails reports whether Nix refuses to give the value.
func fails(v Value) bool {
	u, ok := v.(*Unknown)
	return ok && u.Fails()
}

// opaque is why a value that is needed as something it is not known to be is not
// known; for a value that is known it says that Nix refuses it.
func opaque(v Value, wanted string) *Unknown {
	switch v := v.(type) {
	case *Unknown:
		return v
	case *Symbol:
		return unknown(Outside, v.String())
	case *Call:
		return unknown(Outside, v.Function.String())
	case *Choice:
		return unknown(Ambiguous, wanted)
	}
	return refused("not " + wanted)
}

// isOpaque reports whether a value may be anything.
func isOpaque(v Value) bool {
	switch v.(type) {
	case *Unknown, *Symbol, *Call, *Choice:
		return true
	}
	return false
}
