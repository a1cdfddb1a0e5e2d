package syntax_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// TestAgainstNix compares with nix-instantiate --parse on every file: what it
// accepts has no error and is printed in the same form, what it refuses has one
// no later than where Nix says. With -corpus DIR,DIR other people's files are taken too.
func TestAgainstNix(t *testing.T) {
	t.Parallel()
	files := shippedFiles(t)
	for _, pattern := range []string{"testdata/okay/*.nix", "testdata/fail/*.nix"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("no files like %s: %v", pattern, err)
		}
		files = append(files, found...)
	}
	if *corpusDirs != "" {
		files = append(files, corpusFiles(t)...)
	}
	files = absolute(t, files)
	classes := map[string]int{}
	for i, v := range askNix(t, files) {
		src, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		classes[compare(t, files[i], string(src), v)]++
	}
	t.Logf("%d files: %v", len(files), classes)
}

// compare gives the class that a file falls into.
func compare(t *testing.T, file, src string, v verdict) string {
	tree := syntax.Parse(src)
	var joined strings.Builder
	for token := range tree.Tokens() {
		joined.WriteString(token.Of(src))
	}
	if joined.String() != src {
		t.Errorf("%s: the tokens are not the text", file)
	}
	errors := tree.Errors()
	switch {
	case v.form != "" && len(errors) > 0:
		t.Errorf("%s: refused, and Nix accepts it: %v", file, errors[0].Message())
		return "falsely refused"
	case v.form != "" && strings.Contains(src, "\x00"):
		return "accepted, with a NUL that ends Nix's strings"
	case v.form != "":
		want, got := reordered(v.form), reordered(tree.Canonical(filepath.Dir(file), home))
		if want != got {
			t.Errorf("%s: read in another way\n%s", file, firstDifference(want, got))
			return "misread"
		}
		return "accepted, same form"
	case v.refusedByScope():
		if len(errors) > 0 {
			t.Errorf("%s: refused, and Nix only misses a variable: %v", file, errors[0].Message())
			return "falsely refused"
		}
		return "accepted, but for a variable"
	case len(errors) == 0 && isNewer(tree):
		return "accepted, pipes newer than this Nix"
	case len(errors) == 0 && mergesSets(tree, v.err):
		return "accepted, sets merged as by newer Nix"
	case len(errors) == 0:
		t.Errorf("%s: accepted, and Nix refuses it: %s", file, v.err)
		return "falsely accepted"
	}
	// Nix stops where reading on is impossible; what is wrong stands there or
	// before. Of two definitions of a name it may mention either.
	if errors[0].Code == syntax.CodeNotAllowed {
		return "refused, well-formed"
	}
	switch line, _ := text.NewMapper(src).LineColumn(errors[0].Start); {
	case v.line == 0:
		return "refused, nobody knows where"
	case line > v.line:
		t.Errorf("%s: first error on line %d, Nix has it on %d", file, line, v.line)
	case line < v.line:
		return "refused, on an earlier line"
	}
	return "refused, on the same line"
}

// isNewer reports whether a text uses operators that Nix 2.8 does not know.
func isNewer(tree *syntax.Tree) bool {
	for token := range tree.Tokens() {
		if token.Kind == syntax.PipeTo || token.Kind == syntax.PipeFrom {
			return true
		}
	}
	return false
}

// mergesSets reports whether an error of Nix 2.8 says that an attribute is defined
// twice where one of the definitions is, or leads into, a set. Newer ones merge
// such sets at any depth.
func mergesSets(tree *syntax.Tree, message string) bool {
	at := place.FindStringSubmatch(message)
	if at == nil || !strings.Contains(message, "already defined") {
		return false
	}
	line, _ := strconv.Atoi(at[1])
	column, _ := strconv.Atoi(at[2])
	offset, _ := text.NewMapper(tree.Source()).OffsetAt(line, column)
	for n := range syntax.Ancestors(tree.NodeAt(offset)) {
		if b, ok := syntax.AsBinding(n); ok {
			_, isSet := syntax.AsAttrSet(b.Value())
			return isSet || !b.Path().Child(1).IsZero()
		}
	}
	return false
}

func firstDifference(want, got string) string {
	i := 0
	for i < len(want) && i < len(got) && want[i] == got[i] {
		i++
	}
	cut := func(s string) string { return s[max(0, i-80):min(len(s), i+80)] }
	return fmt.Sprintf("want …%s…\ngot  …%s…", cut(want), cut(got))
}
