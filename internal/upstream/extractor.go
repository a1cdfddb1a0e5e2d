package upstream

import (
	"io/fs"
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Bounds of the work on one source tree; the newest revision takes a tenth of the steps.
const (
	maxSteps = 1_000_000
	maxDepth = 2_000
)

// extractor evaluates the Nix files of a source tree, for what arguments from outside stand for themselves.
type extractor struct {
	*files
	*eval.Evaluator
}

func newExtractor(fsys fs.FS) *extractor {
	s := &files{fsys: fsys, parsed: map[string]*file{}, trees: map[*syntax.Tree]*file{}, folders: map[string]bool{}}
	options := eval.Options{Reader: s, Steps: maxSteps, Depth: maxDepth, Expand: expand, Tolerant: true}
	return &extractor{s, eval.New(options)}
}

// expand is what a callPackage of the package set, or of a scope, gives, and what that gives for more arguments.
func expand(e *eval.Evaluator, call *eval.Call) eval.Value {
	if len(call.Args) > 2 && call.Function.Name() == "callPackage" {
		made := *call
		made.Args = call.Args[:2]
		if f, ok := expand(e, &made).(*eval.Function); ok {
			return e.ApplyAll(f, call.Args[2:]...)
		}
		return nil
	}
	file, arguments, ok := packageCall(call)
	if !ok {
		return nil
	}
	f := e.Force(file)
	if p, ok := f.(eval.Path); ok {
		f = e.Force(e.Import(string(p)))
	}
	if _, ok := f.(*eval.Function); !ok {
		return f
	}
	var given []eval.Attr
	if s, ok := e.Merged(e.Force(arguments)).(*eval.Attrs); ok {
		given = slices.Collect(s.All())
	}
	return e.Apply(f, eval.Known(eval.NewAttrs(&eval.Symbol{}, given...)))
}

// packageCall are the file, or the function, and the arguments of callPackage.
func packageCall(call *eval.Call) (file, arguments *eval.Thunk, ok bool) {
	args := call.Args
	switch call.Function.Name() {
	case "callPackage", "callPackages":
	case "newScope":
		if len(args) == 0 {
			return nil, nil, false
		}
		args = args[1:]
	default:
		return nil, nil, false
	}
	if len(args) != 2 {
		return nil, nil, false
	}
	return args[0], args[1], true
}

// position is where a node stands: its file, and the 1-based line and column in bytes; nothing for the zero Node.
func (x *extractor) position(n syntax.Node) (file string, line, column int) {
	f := x.trees[n.Tree()]
	if f == nil {
		return "", 0, 0
	}
	offset := n.Span().Start
	line = f.lines.Line(offset)
	return f.path, line + 1, offset - f.lines.Start(line) + 1
}

// is reports whether an attribute of a set is certain to have a value. To select one that is not there takes longer.
func (x *extractor) is(s *eval.Attrs, name string, want eval.Value) bool {
	a, ok := s.Get(name)
	return ok && x.Force(a.Thunk) == want
}

// text is the string at a path of attributes; empty if none is known there.
func (x *extractor) text(v eval.Value, path ...string) string {
	s, _ := x.At(v, path...).(eval.String)
	return string(s)
}

// names are the strings of a list, up to the first that is not known; whole says that there is no such one.
func names(e *eval.Evaluator, v eval.Value) (all []string, whole bool) {
	list, ok := v.(*eval.List)
	if !ok || e.Charge(len(list.Items)) != nil {
		return nil, false
	}
	for _, t := range list.Items {
		s, ok := e.Force(t).(eval.String)
		if !ok {
			return all, false
		}
		all = append(all, string(s))
	}
	return all, !list.Open
}

// shownText is a string for people: with the source of what cannot be read in it.
func (x *extractor) shownText(t *eval.Thunk) string {
	switch v := x.Force(t).(type) {
	case eval.String:
		return string(v)
	case *eval.Unknown:
		return v.Shown
	case *eval.Attrs:
		if text := x.documented(t); text != t {
			return x.shownText(text)
		}
	}
	return ""
}

// documented is the text of literalExpression and its kin, and anything else itself.
func (x *extractor) documented(t *eval.Thunk) *eval.Thunk {
	if s, ok := x.Force(t).(*eval.Attrs); ok && strings.HasPrefix(x.text(s, "_type"), "literal") {
		if text, ok := s.Get("text"); ok {
			return text.Thunk
		}
	}
	return t
}
