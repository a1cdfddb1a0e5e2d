package syntax_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gonix "github.com/orivej/go-nix/nix/parser"

	"jetpills/internal/nix/syntax"
)

// TestAgainstGoNix compares trees, node by node, with another parser's on what
// that one can read. With -corpus DIR,DIR other people's files are taken too.
func TestAgainstGoNix(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/okay/*.nix")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	files = append(files, shippedFiles(t)...)
	if *corpusDirs != "" {
		files = append(files, corpusFiles(t)...)
	}
	classes := map[string]int{}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		tree := syntax.Parse(string(src))
		if len(tree.Errors()) > 0 {
			continue
		}
		other, err := readGoNix(string(src))
		if err != nil {
			classes["not read by go-nix"]++
			continue
		}
		want, got := lisp(goNixNode(other, other.Result)), lisp(ourNode(tree.Root().Child(0)))
		switch {
		case want == got:
			classes["same"]++
		case knownFault(string(src)):
			classes["a known fault of go-nix"]++
		default:
			t.Errorf("%s: another tree\n%s", file, firstDifference(want, got))
		}
	}
	t.Logf("%d files: %v", len(files), classes)
	if classes["same"] < len(files)/4 {
		t.Errorf("only %d of %d files were compared", classes["same"], len(files))
	}
}

// readGoNix parses with go-nix, which panics on some texts.
func readGoNix(src string) (p *gonix.Parser, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return gonix.ParseString(src)
}

// goNixMisreads are what go-nix accepts and reads in another way than Nix: a
// zero before a decimal point, a minus between a number and what follows it, a
// dollar sign before an escaped one.
var goNixMisreads = regexp.MustCompile(`\b0+\.\d|\d-\w|"[^"\n]*\$\\`)

func knownFault(src string) bool { return goNixMisreads.MatchString(src) }

// sexp is a tree that both parsers' trees are brought to.
type sexp struct {
	kind     string
	children []sexp
}

func leaf(kind, text string) sexp { return sexp{kind + " " + text, nil} }

func lisp(s sexp) string {
	var out strings.Builder
	var write func(sexp)
	write = func(s sexp) {
		out.WriteString("(" + s.kind)
		for _, c := range s.children {
			out.WriteByte(' ')
			write(c)
		}
		out.WriteByte(')')
	}
	write(s)
	return out.String()
}

func goNixNode(p *gonix.Parser, n *gonix.Node) sexp {
	s := sexp{kind: n.Type.String()}
	for _, c := range n.Nodes {
		s.children = append(s.children, goNixNode(p, c))
	}
	switch n.Type {
	case gonix.URINode, gonix.PathNode, gonix.FloatNode, gonix.IntNode, gonix.IDNode, gonix.TextNode:
		s.kind += " " + p.TokenString(n.Tokens[0])
	case gonix.StringNode, gonix.IStringNode:
		var joined []sexp
		for _, c := range s.children {
			text, isText := strings.CutPrefix(c.kind, "text ")
			if last := len(joined) - 1; isText && last >= 0 && strings.HasPrefix(joined[last].kind, "text ") {
				joined[last].kind += text
				continue
			}
			joined = append(joined, c)
		}
		s.children = joined
	case gonix.ArgSetNode:
		slices.Reverse(s.children)
	case gonix.InheritFromNode, gonix.InheritNode:
		last := len(s.children) - 1
		s.children = append(s.children[:last], s.children[last].children...)
	case gonix.SetNode, gonix.RecSetNode:
		if len(s.children) == 1 && s.children[0].kind == "binds" {
			s.children = s.children[0].children
		}
	case gonix.LetNode:
		s.children = append(s.children[0].children, s.children[1])
	}
	return s
}

func ourNode(n syntax.Node) sexp {
	s := sexp{}
	for c := range n.Children() {
		s.children = append(s.children, ourNode(c))
	}
	switch n.Kind() {
	case syntax.Identifier, syntax.Name:
		return leaf("id", n.Text())
	case syntax.Parameter:
		return leaf("id", n.Text())
	case syntax.IntegerLiteral:
		return leaf("int", n.Text())
	case syntax.FloatLiteral:
		return leaf("float", n.Text())
	case syntax.URI:
		return leaf("uri", n.Text())
	case syntax.Path, syntax.SearchPath:
		return leaf("path", n.Text())
	case syntax.String, syntax.IndentedString:
		s.kind = map[syntax.Kind]string{syntax.String: "string", syntax.IndentedString: "istring"}[n.Kind()]
		s.children = nil
		content := syntax.StringContent(n)
		at := content.Start
		for c := range n.Children() {
			if c.Span().Start > at {
				s.children = append(s.children, leaf("text", n.Tree().Source()[at:c.Span().Start]))
			}
			s.children = append(s.children, ourNode(c))
			at = c.Span().End
		}
		if content.End > at {
			s.children = append(s.children, leaf("text", n.Tree().Source()[at:content.End]))
		}
	case syntax.AttrSet:
		s.kind = "set"
		if (syntax.AttrSetNode{Node: n}).Recursive() {
			s.kind = "recset"
		}
	case syntax.Inherit:
		s.kind = "inherit"
		if from := (syntax.InheritNode{Node: n}).From(); !from.IsZero() {
			s.kind = "inheritfrom"
			s.children[0] = ourNode(from)
		}
	case syntax.Lambda:
		s.kind = "function"
		l := syntax.LambdaNode{Node: n}
		s.children = nil
		if !l.Parameter().IsZero() {
			s.children = append(s.children, ourNode(l.Parameter()))
		}
		if !l.Formals().IsZero() {
			s.children = append(s.children, ourNode(l.Formals().Node))
		}
		s.children = append(s.children, ourNode(l.Body()))
	case syntax.Formals:
		s.kind = "argset"
		if (syntax.FormalsNode{Node: n}).HasEllipsis() {
			s.children = append(s.children, sexp{kind: "arg"})
		}
	case syntax.Select:
		s.kind = "select"
		if !(syntax.SelectNode{Node: n}).Default().IsZero() {
			s.kind = "selector"
		}
	case syntax.Unary, syntax.Binary, syntax.HasAttr:
		_, operator := syntax.Operator(n)
		s.kind = operator.String()
	default:
		s.kind = map[syntax.Kind]string{
			syntax.List: "list", syntax.LetIn: "let", syntax.With: "with", syntax.Assert: "assert",
			syntax.If: "if", syntax.Apply: "apply", syntax.Paren: "parens", syntax.Binding: "bind",
			syntax.AttrPath: "attrpath", syntax.Dynamic: "interp", syntax.Interpolation: "interp",
			syntax.Formal: "arg",
		}[n.Kind()]
	}
	return s
}
