package syntax

import (
	"fmt"

	"jetpills/internal/text"
)

// Code names a class of syntax error.
type Code string

// The classes of syntax errors.
const (
	CodeUnexpected       Code = "unexpected"        // something stands where something else is wanted
	CodeMissing          Code = "missing"           // nothing stands where something is wanted
	CodeUnclosed         Code = "unclosed"          // a bracket without its partner
	CodeUnopened         Code = "unopened"          // a closing bracket that closes nothing
	CodeUnclosedString   Code = "unclosed-string"   // a string without its closing quote
	CodeUnclosedComment  Code = "unclosed-comment"  // a /* without its */
	CodeInvalidCharacter Code = "invalid-character" // bytes that begin no token
	CodeTrailingSlash    Code = "trailing-slash"    // a path that ends in a slash
	CodeNumberTooLarge   Code = "number-too-large"  // an integer of more than 63 bits
	CodeNotAssociative   Code = "not-associative"   // a == b == c
	CodeNeedsParentheses Code = "needs-parentheses" // a lambda, if, let, with or assert as an operand
	CodeTooDeep          Code = "too-deep"          // more nesting than the parser follows
	CodeNotAllowed       Code = "not-allowed"       // well-formed, but refused by Nix here
)

// SyntaxError is one place where a text is not Nix.
type SyntaxError struct {
	text.Span // where; empty if something is missing there
	Code      Code
	// Found says what stands there, or what was opened; empty if that is
	// nothing.
	Found string
	// Wanted says what should stand there, empty if nothing should.
	Wanted string
	// In names the construct that is at fault: "binding", "list", …
	In string
	// Opener is the bracket or quote that the error belongs to, or the
	// definition that came first; empty if there is none.
	Opener text.Span
	// Insert is the text that mends the error if it takes the place of Span;
	// empty if no such text is certain.
	Insert string
	// Hint says how it is done in Nix, where other languages have it otherwise;
	// empty if there is nothing to say.
	Hint string
}

// Message is the error in one sentence without its place.
func (e SyntaxError) Message() string {
	in, wanted := "", ""
	if e.In != "" {
		in = " in " + e.In
	}
	if e.Wanted != "" {
		wanted = ", wanted " + e.Wanted
	}
	switch e.Code {
	case CodeUnexpected:
		return "unexpected " + e.Found + in + wanted
	case CodeMissing:
		return "missing " + e.Wanted + in
	case CodeUnclosed, CodeUnclosedString, CodeUnclosedComment:
		return fmt.Sprintf("missing %s that closes %s", e.Wanted, e.Found)
	case CodeUnopened:
		return e.Found + " closes nothing"
	case CodeInvalidCharacter:
		return e.Found + wanted
	case CodeTrailingSlash:
		return "path ends in a slash"
	case CodeNumberTooLarge:
		return "integer does not fit 64 bits"
	case CodeNotAssociative:
		return e.Found + " cannot follow another of its kind without parentheses"
	case CodeNeedsParentheses:
		return e.Found + " needs parentheses here"
	case CodeTooDeep:
		return "nesting is too deep"
	}
	return e.Found
}
