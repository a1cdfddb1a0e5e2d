package cli

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// TestCommandsPrintFields holds that no command prints past printf, which keeps the texts of others on their lines.
func TestCommandsPrintFields(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := file.Name()
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || name == "print.go" {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			called, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			of, _ := called.X.(*ast.Ident)
			switch method := called.Sel.Name; {
			case of != nil && of.Name == "fmt" && (strings.HasPrefix(method, "Fprint") || strings.HasPrefix(method, "Print")),
				of != nil && of.Name == "json" && method == "NewEncoder":
				t.Errorf("%s has %s.%s", name, of.Name, method)
			}
			return true
		})
	}
}

func TestPrintf(t *testing.T) {
	var out bytes.Buffer
	printf(&out, "%s:%d: %v, %q, %-6s|\n", "a\nb", 3, errors.New("c\rd"), "e\nf", "g\t")
	if want := "a\\nb:3: c\\rd, \"e\\nf\", g\\t    |\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

func TestTerminal(t *testing.T) {
	for _, test := range []struct{ printed, want string }{
		{"a\tb\nhöhe", "a\tb\nhöhe"},
		{"a\x1b[31m\u009b\x9b\r\u202e\n", "a\\u001b[31m\\u009b\uFFFD\\r\\u202e\n"},
		{"a::b\n::error::c\n \u00a0::d\n", "a::b\n\\u003a:error::c\n \u00a0\\u003a:d\n"},
		{"#[a] ##[error]b ##vso[c] ##teamcity[d] ### e\n", "#[a] \\u0023#[error]b \\u0023#vso[c] \\u0023#teamcity[d] ### e\n"},
	} {
		for size := 1; size <= len(test.printed); size++ { // however it is cut
			var out bytes.Buffer
			term := terminal{out: &out}
			for rest := []byte(test.printed); len(rest) > 0; {
				n := min(size, len(rest))
				if written, err := term.Write(rest[:n]); written != n || err != nil {
					t.Fatal(written, err)
				}
				rest = rest[n:]
			}
			if err := term.flush(); err != nil || out.String() != test.want {
				t.Fatalf("%q in pieces of %d shows as %q, want %q (%v)", test.printed, size, out.String(), test.want, err)
			}
		}
	}
}
