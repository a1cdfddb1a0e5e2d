package eval_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
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
			e.File(tree, "/src/file.nix")
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

// files is a reader of a few files in memory.
type files map[string]string

func (f files) Parse(name string) (*syntax.Tree, string, bool) {
	if content, ok := f[name]; ok {
		return syntax.Parse(content), name, true
	}
	if content, ok := f[name+"/default.nix"]; ok {
		return syntax.Parse(content), name + "/default.nix", true
	}
	return nil, "", false
}

func (f files) ReadFile(name string) (string, bool) {
	content, ok := f[name]
	return content, ok
}

func (f files) ReadDir(name string) (map[string]string, bool) {
	entries := map[string]string{}
	for file := range f {
		rest, ok := strings.CutPrefix(file, name+"/")
		if !ok {
			continue
		}
		first, _, deeper := strings.Cut(rest, "/")
		entries[first] = "regular"
		if deeper {
			entries[first] = "directory"
		}
	}
	return entries, len(entries) > 0
}

func (f files) Exists(name string) (exists, known bool) {
	_, isFile := f[name]
	_, isFolder := f.ReadDir(name)
	return isFile || isFolder, true
}

// TestReader holds what is read of files.
func TestReader(t *testing.T) {
	all := files{
		"/src/a.nix":                "{ x = 1; y = ./sub; }",
		"/src/sub/default.nix":      "{ up = (import ../a.nix).x; here = ./.; }",
		"/src/f.nix":                "{ n }: n + 1",
		"/src/data.json":            `{ "som": "orin-nx", "n": 2 }`,
		"/src/data.toml":            "[host]\nsom = \"orin-nx\"\n",
		"/src/text":                 "line\n",
		"/src/hosts/a.nix":          "{ }",
		"/src/hosts/b.nix":          "{ }",
		"/src/hosts/c/x.nix":        "{ }",
		"/src/loop.nix":             "import ./loop.nix",
		"/src/pkgs/one.nix":         "{ }: 1",
		"/src/pkgs/two/package.nix": "{ }: 2",
	}
	for _, test := range []struct{ src, want string }{
		{"(import ./a.nix).x", "1"},
		{"(import (import ./a.nix).y).up", "1"},
		{"(import ./sub).here", "/src/sub"},
		{"import ./f.nix { n = 2; }", "3"},
		{"import ./missing.nix", "?unreadable /src/missing.nix"},
		{"import ./loop.nix", "!cyclic"},
		{"(lib.importJSON ./data.json).som", `"orin-nx"`},
		{"(builtins.fromJSON (builtins.readFile ./data.json)).n", "2"},
		{"(lib.importTOML ./data.toml).host.som", `"orin-nx"`},
		{"lib.fileContents ./text", `"line"`},
		{"builtins.attrNames (builtins.readDir ./hosts)", `[ "a.nix" "b.nix" "c" ]`},
		{`builtins.attrNames (lib.filterAttrs (n: t: t == "regular" && lib.hasSuffix ".nix" n) (builtins.readDir ./hosts))`, `[ "a.nix" "b.nix" ]`},
		{`map (n: ./hosts + "/${n}") [ "a.nix" ]`, "[ /src/hosts/a.nix ]"},
		{"builtins.pathExists ./a.nix", "true"},
		{"builtins.pathExists ./b.nix", "false"},
		{"builtins.readFileType ./hosts", `"directory"`},
		{"lib.packagesFromDirectoryRecursive { callPackage = f: a: import f a; directory = ./pkgs; }", "{ one = 1; two = 2; }"},
		{"import inputs.nixpkgs", "import(inputs.nixpkgs)"},
	} {
		e := eval.New(eval.Options{Reader: all})
		tree := syntax.Parse(test.src)
		e.File(tree, "/src/file.nix")
		if got := shown(e, e.Thunk(tree.Root().Child(0), roots(e)), 0); got != test.want {
			t.Errorf("%s is %s, want %s", test.src, got, test.want)
		}
	}
}

// TestExpand holds that a call of a symbol is what the caller says where its value
// is needed, and stays a call elsewhere.
func TestExpand(t *testing.T) {
	expand := func(e *eval.Evaluator, c *eval.Call) eval.Value {
		if c.Function.Name() == "callPackage" && len(c.Args) == 2 {
			return e.Apply(e.Force(c.Args[0]), c.Args[1])
		}
		return nil
	}
	for _, test := range []struct{ src, want string }{
		{"(pkgs.callPackage (x: { a = x; }) 1).a", "1"},
		{"pkgs.callPackage (x: { a = x; }) 1 // { b = 2; }", "{ a = 1; b = 2; }"},
		{"(pkgs.callPackage (x: { a = x; }) 1) ? b", "false"},
		{"pkgs.callPackage 1 2", "pkgs.callPackage(1, 2)"},
		{"(pkgs.other 1).a", "?outside pkgs.other"},
	} {
		e := eval.New(eval.Options{Expand: expand})
		if got := shown(e, e.Thunk(syntax.Parse(test.src).Root().Child(0), roots(e)), 0); got != test.want {
			t.Errorf("%s is %s, want %s", test.src, got, test.want)
		}
	}
}

// TestTolerant holds that unfinished code costs no more than the part that it is in.
func TestTolerant(t *testing.T) {
	for _, test := range []struct{ src, strict, tolerant string }{
		{"({ a, b }: a) { a = 1; }", "!refused argument b missing", "1"},
		{"({ a }: a) { a = 1; b = 2; }", "!refused an argument that the function does not take", "1"},
		{"({ a, b }: b) { a = 1; }", "!refused argument b missing", "!refused argument b missing"},
		{"({ a }: 1) 2", "!refused a function that takes a set is called with something else", "!refused a function that takes a set is called with something else"},
		{"{ ${1} = 1; a = 2; }.a", "!refused not a string", "2"},
	} {
		for tolerant, want := range map[bool]string{false: test.strict, true: test.tolerant} {
			e := eval.New(eval.Options{Tolerant: tolerant})
			if got := shown(e, e.Thunk(syntax.Parse(test.src).Root().Child(0), roots(e)), 0); got != want {
				t.Errorf("%s, tolerant %v: is %s, want %s", test.src, tolerant, got, want)
			}
		}
	}
}

// TestTogether evaluates in several goroutines: evaluators share the library alone,
// which nothing changes.
func TestTogether(t *testing.T) {
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for _, src := range []string{"lib.mapAttrs (n: v: lib.types.str.description) { a = 1; }", "with lib; toUpper (types.listOf types.int).description"} {
				e := eval.New(eval.Options{})
				if _, bad := e.Plain(e.Thunk(syntax.Parse(src).Root().Child(0), roots(e))); bad != nil {
					t.Errorf("%s: %v", src, bad)
				}
			}
		})
	}
	group.Wait()
}

// TestDatum holds where a value stands in a file that is not Nix.
func TestDatum(t *testing.T) {
	for _, test := range []struct{ file, content, src, want string }{
		{"/a.json", `{ "x": "x", "y": ["z", "x"] }`, `(builtins.fromJSON (builtins.readFile /a.json)).x`, `"x", "y": ["z", "x"] }`},
		{"/a.json", `{ "x": "x", "y": ["z", "x"] }`, `builtins.elemAt (lib.importJSON /a.json).y 1`, `"x"] }`},
		{"/a.json", `{ "x": "q\u0041" }`, `(lib.importJSON /a.json).x`, ""},
		{"/a.json", `{ "x": "" }`, `(lib.importJSON /a.json).x`, ""},
		{"/a.json", `{ "x": "__", "y": "__" }`, `(lib.importJSON /a.json).y`, `"__" }`},
		{"/a.toml", "[[x]]\ny = 'z' # 'z'\n[[x]]\ny = \"z\"\n", `(lib.last (lib.importTOML /a.toml).x).y`, "\"z\"\n"},
		{"/a.toml", "z = 'z'\n", `let all = builtins.fromTOML (builtins.readFile /a.toml); in with all; z`, "'z'\n"},
	} {
		e := eval.New(eval.Options{Reader: files{test.file: test.content}})
		thunk := e.Thunk(syntax.Parse(test.src).Root().Child(0), roots(e))
		value, _ := e.Force(thunk).(eval.String)
		of, ok := e.Datum(thunk)
		if !ok || of.File != test.file {
			t.Errorf("%s: read from %q", test.src, of.File)
		}
		at, ok := of.In(test.content, string(value))
		if got := test.content[at.Start:]; ok != (test.want != "") || ok && got != test.want {
			t.Errorf("%s: stands at %q, want %q", test.src, got, test.want)
		}
	}
}
