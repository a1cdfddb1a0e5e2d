package syntax

import "jetpills/internal/text"

// Kind says what a token or a node is.
type Kind uint8

// The kinds of tokens. Strings and paths are cut into their parts, so that
// code inside an interpolation is made of tokens like any other.
const (
	EOF        Kind = iota
	Whitespace      // spaces, tabs, line breaks; a byte order mark at the start
	Comment         // # … or /* … */
	Invalid         // bytes that begin no token

	Word        // identifier
	Integer     // 42
	FloatNumber // .5 1. 1.5e3
	SearchText  // <nixpkgs/lib>
	URIText     // https://example.org
	PathText    // a part of a path between interpolations
	StringOpen  // "
	StringText  // characters of a string that stand for themselves, or an escape
	StringClose
	IndentOpen // ''
	IndentClose
	InterpOpen // ${
	InterpClose

	LBrace
	RBrace
	LBracket
	RBracket
	LParen
	RParen
	Semicolon
	Equals
	Colon
	Comma
	Dot
	At
	Question
	Ellipsis
	Not       // !
	Minus     // -
	Plus      // +
	Star      // *
	Slash     // /
	Concat    // ++
	Update    // //
	Equal     // ==
	NotEqual  // !=
	Less      // <
	Greater   // >
	LessEq    // <=
	GreaterEq // >=
	And       // &&
	OrOp      // ||
	Implies   // ->
	PipeTo    // |>
	PipeFrom  // <|
	KeywordIf // if
	KeywordThen
	KeywordElse
	KeywordAssert
	KeywordWith
	KeywordLet
	KeywordIn
	KeywordRec
	KeywordInherit
	KeywordOr // or: a keyword after a selection, a name elsewhere

	lastToken
)

// The kinds of nodes. Their children, in order, are given in braces.
const (
	File           Kind = lastToken + iota // { expression }
	Identifier                             // a variable
	IntegerLiteral                         // 42
	FloatLiteral                           // 4.2
	String                                 // "…" { Interpolation… }; an expression or an attribute name
	IndentedString                         // ''…'' { Interpolation… }
	Path                                   // ./a/${b} { Interpolation… }
	SearchPath                             // <nixpkgs>
	URI                                    // https://…
	List                                   // [ … ] { expression… }
	AttrSet                                // { … } or rec { … } { Binding or Inherit… }
	LetIn                                  // let … in … { Binding or Inherit…, expression }
	LetBody                                // let { …; body = …; } { Binding or Inherit… }
	With                                   // with a; b { expression, expression }
	Assert                                 // assert a; b { expression, expression }
	If                                     // if a then b else c { expression ×3 }
	Lambda                                 // x: e, { a, b ? c, ... }@x: e { Parameter and Formals in either order, expression }
	Apply                                  // f x { expression, expression }
	Select                                 // a.b or c { expression, AttrPath, expression? }
	HasAttr                                // a ? b.c { expression, AttrPath }
	Unary                                  // -a !a { expression }
	Binary                                 // a + b { expression, expression }
	Paren                                  // ( … ) { expression }
	Binding                                // a.b = c; { AttrPath, expression }
	Inherit                                // inherit (e) a b; { Paren?, Name, String or Dynamic… }
	AttrPath                               // a."b".${c} { Name, String or Dynamic… }
	Name                                   // an attribute name written as a word
	Dynamic                                // ${…} as an attribute name { expression }
	Formals                                // { a, b ? c, ... } { Formal… }
	Formal                                 // a ? b { Parameter, expression? }
	Parameter                              // the name that a lambda or a formal binds
	Interpolation                          // ${…} inside a string or a path { expression }
	Missing                                // nothing, where an expression or a name should be
	Error                                  // tokens that fit nowhere

	lastKind
)

var kindNames = [lastKind]string{
	EOF: "end of file", Whitespace: "whitespace", Comment: "comment", Invalid: "invalid character",
	Word: "identifier", Integer: "integer", FloatNumber: "float", SearchText: "search path", URIText: "URI",
	PathText: "path", StringOpen: `"`, StringText: "string text", StringClose: `"`, IndentOpen: "''",
	IndentClose: "''", InterpOpen: "${", InterpClose: "}", LBrace: "{", RBrace: "}", LBracket: "[",
	RBracket: "]", LParen: "(", RParen: ")", Semicolon: ";", Equals: "=", Colon: ":", Comma: ",", Dot: ".",
	At: "@", Question: "?", Ellipsis: "...", Not: "!", Minus: "-", Plus: "+", Star: "*", Slash: "/",
	Concat: "++", Update: "//", Equal: "==", NotEqual: "!=", Less: "<", Greater: ">", LessEq: "<=",
	GreaterEq: ">=", And: "&&", OrOp: "||", Implies: "->", PipeTo: "|>", PipeFrom: "<|", KeywordIf: "if",
	KeywordThen: "then", KeywordElse: "else", KeywordAssert: "assert", KeywordWith: "with",
	KeywordLet: "let", KeywordIn: "in", KeywordRec: "rec", KeywordInherit: "inherit", KeywordOr: "or",

	File: "File", Identifier: "Identifier", IntegerLiteral: "Integer", FloatLiteral: "Float",
	String: "String", IndentedString: "IndentedString", Path: "Path", SearchPath: "SearchPath", URI: "URI",
	List: "List", AttrSet: "AttrSet", LetIn: "LetIn", LetBody: "LetBody", With: "With", Assert: "Assert",
	If: "If", Lambda: "Lambda", Apply: "Apply", Select: "Select", HasAttr: "HasAttr", Unary: "Unary",
	Binary: "Binary", Paren: "Paren", Binding: "Binding", Inherit: "Inherit", AttrPath: "AttrPath",
	Name: "Name", Dynamic: "Dynamic", Formals: "Formals", Formal: "Formal", Parameter: "Parameter",
	Interpolation: "Interpolation", Missing: "Missing", Error: "Error",
}

// String is the token's text where it is always the same, and a word for what
// it is otherwise.
func (k Kind) String() string {
	if k < lastKind {
		return kindNames[k]
	}
	return "unknown"
}

// IsTrivia reports whether tokens of this kind mean nothing to the grammar.
func (k Kind) IsTrivia() bool { return k == Whitespace || k == Comment }

// IsExpression reports whether nodes of this kind can stand where the grammar
// has an expression. Missing and Error can.
func (k Kind) IsExpression() bool {
	return k >= Identifier && k <= Paren || k == Missing || k == Error
}

// kinds is a set of kinds of tokens.
type kinds uint64

func setOf(members ...Kind) (s kinds) {
	for _, k := range members {
		s |= 1 << k
	}
	return s
}

func (k Kind) in(s kinds) bool { return s>>k&1 != 0 }

type tokenFlags uint8

const (
	// absent marks a token that the text does not have: the repair of brackets
	// or the end of a broken string put it there, without width.
	absent tokenFlags = 1 << iota
	// skipped marks a bracket that closes nothing, and what went with it; the
	// parser steps over it.
	skipped
)

// token is a token that the grammar sees. Trivia lie in the gaps between them.
type token struct {
	kind       Kind
	flags      tokenFlags
	start, end int32
}

func (t token) of(src string) string { return src[t.start:t.end] }

func (t token) span() text.Span { return text.Span{Start: int(t.start), End: int(t.end)} }

func (t token) public() Token { return Token{t.kind, t.span(), t.flags&skipped != 0} }

// Token is a part of the text. Tokens of a text, laid end to end, are the text.
type Token struct {
	Kind Kind
	text.Span
	// Skipped says that the token fits nowhere and is part of no construct.
	Skipped bool
}
