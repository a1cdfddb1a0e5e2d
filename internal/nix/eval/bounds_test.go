package eval_test

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// hostile are programs that would take all time or all memory.
var hostile = map[string]string{
	"a call of itself":         "let f = x: f x; in f 1",
	"a call of itself twice":   "let f = x: f (f x) + f x; in f 1",
	"a deep recursion":         "let f = n: 1 + f (n + 1); in f 0",
	"exponential":              "let f = n: if n == 0 then 1 else f (n - 1) + f (n - 1); in f 64",
	"a list that doubles":      "builtins.foldl' (l: _: l ++ l) [ 1 ] (builtins.genList (x: x) 64)",
	"a text that doubles":      `builtins.foldl' (s: _: s + s) "x" (builtins.genList (x: x) 64)`,
	"a text in a text":         `builtins.foldl' (s: _: "${s}${s}") "x" (builtins.genList (x: x) 64)`,
	"an unknown that doubles":  `builtins.foldl' (s: _: s + s) "${u}" (builtins.genList (x: x) 64)`,
	"nested TOML":              `builtins.fromTOML ("a = " + lib.concatStrings (lib.replicate 50000 "[[[[[[[[[["))`,
	"a set that grows":         `let f = n: s: f (n + 1) (s // { "a${toString n}" = s; }); in f 0 { }`,
	"a huge list":              "builtins.length (builtins.genList (x: x) 1000000000)",
	"a huge range":             "lib.length (lib.range 0 9000000000000000000)",
	"a range of all integers":  "lib.range (0 - 9223372036854775807) 9223372036854775807",
	"a huge set":               `lib.genAttrs (map toString (lib.range 1 1000000)) (n: n)`,
	"many copies":              "lib.replicate 1000000000 1",
	"a product":                "lib.cartesianProduct { a = lib.range 1 1000; b = lib.range 1 1000; c = lib.range 1 1000; }",
	"a fold without end":       "lib.foldr (x: acc: acc) 0 (lib.range 1 100000000)",
	"a closure without end":    "builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }",
	"converge without end":     "lib.converge (x: x + 1) 0",
	"a set without bottom":     "let f = x: { inherit x; next = f (x + 1); }; in builtins.deepSeq (f 0) 1",
	"choices of choices":       "let f = n: if n == 0 then 1 else (if u then f (n - 1) else f (n - 1) + 1); in f 40 + 1",
	"merges of choices":        "builtins.foldl' (s: n: s // (if u then { ${toString n} = s; } else { })) { } (lib.range 1 3000)",
	"replacements":             `builtins.replaceStrings [ "" ] [ "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" ] (lib.fixedWidthString 1000000 "a" "")`,
	"sorting":                  "builtins.sort (a: b: builtins.length (lib.range 1 1000) > a) (lib.range 1 100000)",
	"nested lists":             "let f = n: [ (f (n + 1)) ]; in f 0 == f 1",
	"flattening without end":   "let f = n: [ (f n) (f n) ]; in lib.flatten (f 0)",
	"a functor of itself":      "let s = { __functor = self: self; }; in s 1",
	"a text of itself":         `let s = { __toString = self: s; }; in "${s}"`,
	"with of itself":           "let a = with a; b; in a",
	"a default of itself":      "({ a ? a }: a) { }",
	"recursive update":         "let a = { x = a; }; in builtins.deepSeq (lib.recursiveUpdate a a) 1",
	"a type of itself":         "let t = lib.types.listOf t; in t.description",
	"a type that doubles":      "(builtins.foldl' (t: _: lib.types.either t t) lib.types.str (lib.range 1 64)).description",
	"a pattern":                `builtins.match "((a*)*)*b" (lib.fixedWidthString 100000 "a" "")`,
	"a pattern of many copies": `builtins.match "(((a{1,900}){1,900}){1,900})" "a"`,
	"deep brackets in a text":  `builtins.fromJSON (lib.fixedWidthString 1000000 "[" "")`,
	"equality without end":     "let a = { x = a; }; b = { x = b; }; in a == b",
	"extensions without end":   "lib.fix (self: lib.fix (lib.extends (f: p: { a = self; }) (s: { a = s; })) // self)",
	"a choice of itself":       "let x = if u then x else { }; in [ (x ? a) (x.a or 1) (x // { }) (x ++ x) x.a (lib.isAttrs x) ]",
	"a scope of scopes":        "let s = lib.makeScope (x: s.newScope x) (self: { a = self.callPackage ({ a }: a) { }; }); in s.a",
}

// TestHostile holds that every program ends, within the budget of steps and little
// memory.
func TestHostile(t *testing.T) {
	for name, src := range hostile {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			e := eval.New(eval.Options{})
			thunk := e.Thunk(syntax.Parse(src).Root().Child(0), roots(e))
			e.Plain(thunk)
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			allocated := (after.TotalAlloc - before.TotalAlloc) >> 20
			t.Logf("%d steps, %v, %d MB allocated, %v", e.Steps(), took, allocated, shown(e, thunk, 7))
			if allocated > 1000 || took > time.Minute {
				t.Errorf("%v, %d MB allocated", took, allocated)
			}
		})
	}
}

// TestBounds holds where bounds are that leave the rest of the budget alone.
func TestBounds(t *testing.T) {
	for _, test := range []struct{ src, want string }{
		{`builtins.stringLength (lib.fixedWidthString 1000000 "a" "")`, "1000000"},
		{`builtins.stringLength (lib.fixedWidthString 1000000 "a" "" + lib.fixedWidthString 1000000 "a" "")`, "?steps"},
		{"builtins.length (lib.range 1 100000)", "100000"},
		{"builtins.length (lib.range 1 300000)", "?steps"},
		{"[ (lib.range 1 300000) 1 ]", "[ ?steps 1 ]"},
		{`builtins.fromJSON (lib.concatStrings (lib.replicate 600 "[") + lib.concatStrings (lib.replicate 600 "]"))`, "?unsupported nested data"},
		{"let f = n: if n == 0 then 0 else f (n - 1); in f 10000", "0"},
		{"let f = n: if n == 0 then 0 else 1 + f (n - 1); in f 1000", "1000"},
	} {
		e := eval.New(eval.Options{})
		if got := shown(e, e.Thunk(syntax.Parse(test.src).Root().Child(0), roots(e)), 0); got != test.want {
			t.Errorf("%s is %s, want %s", test.src, got, test.want)
		}
	}
}

// TestDeepNesting evaluates texts that are nested as deep as the parser follows.
func TestDeepNesting(t *testing.T) {
	for _, part := range []struct{ open, inner, end string }{
		{"(", "1", ")"}, {"[ ", "1", " ]"}, {"{ a = ", "1", "; }"}, {"let a = ", "1", "; in a"}, {"x: ", "x", ""}, {"1 + ", "1", ""},
		{`"${`, `"a"`, `}"`}, {"if ", "true", " then true else false"}, {"with ", "{ }", "; { }"}, {"! ", "true", ""}, {"a.b or ", "1", ""},
	} {
		src := strings.Repeat(part.open, 50_000) + part.inner + strings.Repeat(part.end, 50_000)
		e := eval.New(eval.Options{})
		e.Plain(e.File(syntax.Parse(src), "/file.nix"))
	}
}

// program makes expressions out of all that Nix has.
func program(t *rapid.T, depth int) string {
	pick := func(all ...string) string { return rapid.SampledFrom(all).Draw(t, "part") }
	if depth == 0 {
		return pick("1", "0", "1.5", `"a"`, "true", "null", "a", "b", "x", "u", "config.a", "[ ]", "{ }", "./p", "pkgs", `"${x}"`, "9223372036854775807", "")
	}
	sub := func() string { return "(" + program(t, depth-1) + ")" }
	switch pick("op", "set", "let", "list", "call", "lambda", "if", "select", "string", "with", "lib", "leaf") {
	case "op":
		return sub() + pick(" + ", " - ", " * ", " / ", " ++ ", " // ", " == ", " < ", " && ", " || ", " -> ", " ? ", "") + sub()
	case "set":
		return pick("", "rec ") + "{ a = " + sub() + "; b" + pick("", ".c", ".${x}") + " = " + sub() + "; " + pick("", "inherit x; ", "inherit (a) b; ", "}") + "}"
	case "let":
		return "let a = " + sub() + "; x = " + sub() + "; in " + sub()
	case "list":
		return "[ " + sub() + " " + sub() + " ]"
	case "call":
		return sub() + " " + sub()
	case "lambda":
		return pick("x: ", "{ a, b ? a, ... }: ", "{ a ? b, b ? 1 }@x: ", "_: ") + sub()
	case "if":
		return "if " + sub() + " then " + sub() + " else " + sub()
	case "select":
		return sub() + pick(".a", ".b.c", ".a or 1", ".${x}", ".a.b or x", ".")
	case "string":
		return `"` + pick("", "a", "\\n") + "${" + sub() + "}" + `"`
	case "with":
		return "with " + sub() + "; " + sub()
	case "lib":
		f := rapid.SampledFrom(libraryNames()).Draw(t, "function")
		call := f
		for range rapid.IntRange(0, 4).Draw(t, "arguments") {
			call += " " + sub()
		}
		return call
	}
	return program(t, 0)
}

// libraryNames are all functions of the library.
func libraryNames() []string {
	e := eval.New(eval.Options{})
	var names []string
	add := func(prefix string, v eval.Value) {
		if s, ok := v.(*eval.Attrs); ok {
			for a := range s.All() {
				names = append(names, prefix+"."+a.Name)
			}
		}
	}
	lib := e.Force(e.Thunk(syntax.Parse("lib.extend (final: prev: { })").Root().Child(0), roots(e)))
	add("lib", lib)
	if len(names) < 250 {
		panic(fmt.Sprint("only ", len(names), " functions of lib"))
	}
	for _, path := range []string{"lib.types", "lib.types.ints", "lib.versions", "builtins"} {
		add(path, e.Force(e.Thunk(syntax.Parse(path).Root().Child(0), roots(e))))
	}
	return names
}

// explore evaluates a text, and every expression in it where it stands.
func explore(src string) {
	e := eval.New(eval.Options{Steps: 20_000, Depth: 300})
	tree := syntax.Parse(src)
	t := e.File(tree, "/src/file.nix")
	e.Plain(t)
	for range t.Through() {
		continue
	}
	t.Origin()
	for n := range syntax.Descendants(tree.Root()) {
		if !n.Kind().IsExpression() {
			continue
		}
		t := e.Thunk(n, e.ScopeAt(n))
		e.Plain(t)
		e.Called(e.Force(t), nil)
		e.Merged(e.Force(t))
	}
}

// TestStop holds that an evaluation ends once nobody waits for it, and is asked so often only.
func TestStop(t *testing.T) {
	const enough = 10
	asked := 0
	e := eval.New(eval.Options{Stop: func() bool { asked++; return asked >= enough }})
	v := e.Force(e.File(syntax.Parse("builtins.length (builtins.filter (n: n > 5) (builtins.genList (n: n * n) 100000))"), "/src/file.nix"))
	if u, ok := v.(*eval.Unknown); !ok || u.Reason != eval.Steps || asked != enough {
		t.Errorf("%v, asked %d times whether to stop", v, asked)
	}
}

// TestPrograms holds that no program makes the evaluator panic or go on for ever.
func TestPrograms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { explore(program(t, 4)) })
}

func FuzzEval(f *testing.F) {
	for _, name := range []string{"language.txt", "builtins.txt", "lib.txt", "partial.txt", "refused.txt"} {
		content, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		for i, line := range strings.Split(string(content), "\n") {
			if i%7 == 0 && line != "" && !strings.HasPrefix(line, "#") {
				f.Add(line)
			}
		}
	}
	for _, src := range hostile {
		f.Add(src)
	}
	f.Add(fmt.Sprintf("{ a = %s", strings.Repeat("[", 40)))
	f.Fuzz(func(t *testing.T, src string) {
		if len(src) > 1<<11 {
			return
		}
		start := time.Now()
		if explore(src); time.Since(start) > time.Minute {
			t.Errorf("takes %v", time.Since(start))
		}
	})
}
