package eval_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/nix/syntax"
)

// expressions are those of a file: one a paragraph that does not begin with #.
// Lines belong to the expression that the first of them begins until it is whole.
func expressions(t *testing.T, name string) []string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	open := ""
	for line := range strings.Lines(string(content)) {
		if open == "" && (strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "") {
			continue
		}
		open += line
		if len(syntax.Parse(open).Errors()) == 0 {
			all = append(all, strings.TrimSuffix(open, "\n"))
			open = ""
		}
	}
	if open != "" {
		t.Fatalf("%s ends within an expression: %s", name, open)
	}
	return all
}

// answer is what a judge says of an expression: data, or that it throws.
type answer struct {
	Success bool            `json:"success"`
	Value   json.RawMessage `json:"value"`
}

// askNix has nix-instantiate evaluate expressions, all in one run. setup comes
// before them.
func askNix(t *testing.T, setup string, all []string) []answer {
	t.Helper()
	var src strings.Builder
	src.WriteString(setup + "map (f: builtins.tryEval (let x = f null; in builtins.deepSeq x x)) [\n")
	for _, expression := range all {
		fmt.Fprintf(&src, "(_:\n%s\n)\n", expression)
	}
	src.WriteString("]\n")
	var answers []answer
	nixtest.Eval(t, src.String(), &answers)
	if len(answers) != len(all) {
		t.Fatalf("%d answers to %d expressions", len(answers), len(all))
	}
	return answers
}

// judge compares what expressions come to with what a judge says. None may differ,
// and at least 95 in 100 must be known.
func judge(t *testing.T, all []string, answers []answer, scope func(*eval.Evaluator) *eval.Scope) {
	t.Helper()
	known := 0
	for i, expression := range all {
		e := eval.New(eval.Options{})
		e.File(syntax.Parse(expression), "/file.nix")
		thunk := e.Thunk(syntax.Parse(expression).Root().Child(0), scope(e))
		got, bad := e.Plain(thunk)
		switch {
		case bad != nil && !bad.Fails():
			t.Logf("%s: unknown: %v", expression, bad)
		case bad != nil:
			known++
			if answers[i].Success {
				t.Errorf("%s: %v, want %s", expression, bad, answers[i].Value)
			}
		case !answers[i].Success:
			t.Errorf("%s: %v, want a failure", expression, got)
		default:
			known++
			if want := decoded(t, answers[i].Value); !same(got, want) {
				t.Errorf("%s: is %#v, want %s", expression, got, answers[i].Value)
			}
		}
	}
	t.Logf("%d expressions, %d known", len(all), known)
	if known*100 < len(all)*95 {
		t.Errorf("only %d of %d are known", known, len(all))
	}
}

func decoded(t *testing.T, raw json.RawMessage) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}

// same compares our data with JSON's.
func same(got, want any) bool {
	switch want := want.(type) {
	case json.Number:
		switch got := got.(type) {
		case int64:
			return want.String() == strconv.FormatInt(got, 10)
		case float64:
			f, err := want.Float64()
			return err == nil && fmt.Sprintf("%.6g", f) == fmt.Sprintf("%.6g", got)
		}
		return false
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range want {
			if !same(list[i], want[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		set, ok := got.(map[string]any)
		if !ok || len(set) != len(want) {
			return false
		}
		for name := range want {
			if one, ok := set[name]; !ok || !same(one, want[name]) {
				return false
			}
		}
		return true
	}
	return got == want
}

func noScope(*eval.Evaluator) *eval.Scope { return nil }

// TestNix holds the language and Nix's own functions against Nix.
func TestNix(t *testing.T) {
	for _, name := range []string{"language.txt", "builtins.txt"} {
		t.Run(name, func(t *testing.T) {
			all := expressions(t, name)
			judge(t, all, askNix(t, "", all), noScope)
		})
	}
}

// TestRefused holds that what Nix refuses is refused.
func TestRefused(t *testing.T) {
	for _, expression := range expressions(t, "refused.txt") {
		if out, err := nixtest.TryEval(t, expression); err == nil {
			t.Errorf("%s: Nix gives %s", expression, out)
		}
		e := eval.New(eval.Options{})
		if got, bad := e.Plain(e.File(syntax.Parse(expression), "/file.nix")); bad == nil || !bad.Fails() {
			t.Errorf("%s: is %v, %v", expression, got, bad)
		}
	}
}

// recorded are the answers of Nix with a lib, and the lib's revision.
type recorded struct {
	Revision string            `json:"revision"`
	Answers  map[string]answer `json:"answers"`
}

// TestLib holds the functions of nixpkgs' lib against recorded answers of the real
// one. With -lib DIR it takes them anew.
func TestLib(t *testing.T) {
	all := expressions(t, "lib.txt")
	known := nixtest.Recorded(t, "testdata/lib.json", func() recorded {
		anew := recorded{Revision: nixtest.LibRevision(t), Answers: map[string]answer{}}
		for i, a := range askNix(t, "let lib = import "+nixtest.Lib(t)+"; in ", all) {
			anew.Answers[all[i]] = a
		}
		return anew
	})
	answers := make([]answer, len(all))
	for i, expression := range all {
		a, ok := known.Answers[expression]
		if !ok {
			t.Fatalf("no answer to %s is recorded: run make judge LIB=DIR", expression)
		}
		answers[i] = a
	}
	judge(t, all, answers, func(e *eval.Evaluator) *eval.Scope {
		return eval.NewScope(eval.NewAttrs(nil, eval.Attr{Name: "lib", Thunk: eval.Known(eval.NewSymbol("lib"))}), nil)
	})
}
