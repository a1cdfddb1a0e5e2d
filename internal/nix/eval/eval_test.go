package eval_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// roots is the scope of expressions in these tests: the usual arguments of modules
// and overlays, and two values that are not known.
func roots(*eval.Evaluator) *eval.Scope {
	var all []eval.Attr
	for _, name := range []string{"config", "options", "pkgs", "lib", "inputs", "self", "final", "prev"} {
		all = append(all, eval.Attr{Name: name, Thunk: eval.Known(eval.NewSymbol(name))})
	}
	for _, name := range []string{"u", "v"} {
		all = append(all, eval.Attr{Name: name, Thunk: eval.Known(&eval.Unknown{Reason: eval.Free, What: name})})
	}
	return eval.NewScope(eval.NewAttrs(nil, all...), nil)
}

// shown writes a value for people to compare.
func shown(e *eval.Evaluator, t *eval.Thunk, depth int) string {
	if depth > 8 {
		return "…"
	}
	below := func(t *eval.Thunk) string { return shown(e, t, depth+1) }
	switch v := e.Force(t).(type) {
	case eval.Null:
		return "null"
	case eval.Bool:
		return strconv.FormatBool(bool(v))
	case eval.Int:
		return strconv.FormatInt(int64(v), 10)
	case eval.Float:
		return strconv.FormatFloat(float64(v), 'g', -1, 64)
	case eval.String:
		return `"` + string(v) + `"`
	case eval.Path:
		return string(v)
	case *eval.List:
		out := "[ "
		for i, t := range v.Items {
			if v.Open && i == v.Gap {
				out += "… "
			}
			out += below(t) + " "
		}
		if v.Open && v.Gap >= len(v.Items) {
			out += "… "
		}
		return out + "]"
	case *eval.Attrs:
		out := "{ "
		for a := range v.All() {
			out += a.Name
			if a.Maybe {
				out += "?"
			}
			out += " = " + below(a.Thunk) + "; "
		}
		if v.Rest() != nil {
			out += "… "
		}
		return out + "}"
	case *eval.Function:
		return "<function " + v.Library() + ">"
	case *eval.Symbol:
		return v.String()
	case *eval.Call:
		var args []string
		for _, t := range v.Args {
			args = append(args, below(t))
		}
		return v.Function.String() + "(" + strings.Join(args, ", ") + ")"
	case *eval.Choice:
		var of []string
		for _, t := range v.Of {
			of = append(of, below(t))
		}
		return strings.Join(of, " | ")
	case *eval.Unknown:
		sign := "?"
		if v.Fails() {
			sign = "!"
		}
		out := sign + reasonNames[v.Reason]
		if v.Reason == eval.Thrown {
			return out + " " + strconv.Quote(v.What)
		}
		if v.What != "" {
			out += " " + v.What
		}
		if v.Shown != "" {
			out += ` "` + v.Shown + `"`
		}
		return out
	}
	return "nothing"
}

var reasonNames = map[eval.Reason]string{
	eval.Free: "free", eval.Outside: "outside", eval.Ambiguous: "ambiguous", eval.Damaged: "damaged", eval.Unreadable: "unreadable",
	eval.Unsupported: "unsupported", eval.Depth: "depth", eval.Steps: "steps", eval.Thrown: "thrown", eval.Aborted: "aborted",
	eval.Cyclic: "cyclic", eval.Refused: "refused",
}

// TestPartial holds what stays of expressions that are known in part.
func TestPartial(t *testing.T) {
	content, err := os.ReadFile("testdata/partial.txt")
	if err != nil {
		t.Fatal(err)
	}
	expression, n := "", 0
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSuffix(line, "\n")
		want, isWant := strings.CutPrefix(line, "=> ")
		switch {
		case isWant:
			n++
			e := eval.New(eval.Options{})
			tree := syntax.Parse(expression)
			e.File(tree, "/work/file.nix")
			if got := shown(e, e.Thunk(tree.Root().Child(0), roots(e)), 0); got != want {
				t.Errorf("%s\nis   %s\nwant %s", expression, got, want)
			}
		case !strings.HasPrefix(line, "#"):
			expression = line
		}
	}
	if n < 100 {
		t.Error(fmt.Sprint("only ", n, " expressions"))
	}
}
