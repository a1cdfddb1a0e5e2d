package host_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/nix/syntax"
)

// TestElsewhere holds which options modules of jetpack-nixos define themselves, by revision. With -upstream DIR it reads
// that off the history of the mainline.
func TestElsewhere(t *testing.T) {
	if nixtest.HasUpstream() {
		if err := os.WriteFile("elsewhere.txt", []byte(definedUpstream(t)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		revision, path string
		want           int
	}{
		{"4d857d6da48c420da39964b6fb7ba23a958abad3", "hardware.nvidia-jetpack.som", 0},
		{"4d857d6da48c420da39964b6fb7ba23a958abad3", "hardware.nvidia-jetpack.flashScriptOverrides.configFileName", 0},
		{"4d857d6da48c420da39964b6fb7ba23a958abad3", "hardware.nvidia-jetpack.configureCuda", 50},
		{"4d857d6da48c420da39964b6fb7ba23a958abad3", "hardware.nvidia-jetpack.firmware.uefi.edk2NvidiaPatches", 0},
		{"day 2023-07-01", "hardware.nvidia-jetpack.firmware.uefi.edk2NvidiaPatches", 100},
		{"day 2022-12-01", "hardware.nvidia-jetpack.flashScriptOverrides.partitionTemplate", 100},
		{"day 2024-06-01", "hardware.nvidia-jetpack.flashScriptOverrides.partitionTemplate", 1000},
		{"day 2022-12-01", "services.nvpmodel.enable", 1000},
	} {
		c, _ := library().At(test.revision)
		if day, ok := strings.CutPrefix(test.revision, "day "); ok {
			revisions := library().Revisions()
			i := slices.IndexFunc(revisions, func(r catalog.Revision) bool { return r.Day() >= day })
			c, _ = library().At(revisions[i].Hash)
		}
		o, ok := host.FromCatalog(c).Lookup(strings.Split(test.path, ".")...)
		if !ok || o.Elsewhere != test.want {
			t.Errorf("%s: %s is defined with %d, want %d", test.revision, test.path, o.Elsewhere, test.want)
		}
	}
}

// definedUpstream are the changes of the strongest priority with which the modules of each commit define an option.
func definedUpstream(t *testing.T) string {
	git := func(arguments ...string) string { return string(nixtest.Git(t, arguments...)) }
	byBlob := map[string]map[string]definedOption{}
	tree, now := map[string]string{}, map[string]definedOption{}
	var lines []string
	flush := func(day string) {
		next := map[string]definedOption{}
		for _, blob := range tree {
			for path, one := range byBlob[blob] {
				next[path] = next[path].beside(one)
			}
		}
		for path := range now {
			if next[path] == (definedOption{}) {
				lines = append(lines, fmt.Sprintln(path, day, 0))
			}
		}
		for path, one := range next {
			if now[path] != one {
				lines = append(lines, strings.TrimSpace(fmt.Sprintln(path, day, one.priority, one.when))+"\n")
			}
		}
		now = next
	}
	day := ""
	for line := range strings.Lines(git("log", "--first-parent", "--reverse", "--raw", "--no-abbrev", "--no-renames", "--format=C %cs", "-m", "HEAD", "--", "modules")) {
		if at, isCommit := strings.CutPrefix(line, "C "); isCommit {
			if at = strings.TrimSpace(at); day != "" && at != day {
				flush(day)
			}
			day = at
			continue
		}
		fields := strings.Fields(line)
		if len(fields) != 6 || !strings.HasSuffix(fields[5], ".nix") {
			continue
		}
		blob := fields[3]
		if delete(tree, fields[5]); strings.Trim(blob, "0") != "" {
			if tree[fields[5]] = blob; byBlob[blob] == nil {
				byBlob[blob] = definedIn(git("cat-file", "blob", blob))
			}
		}
	}
	flush(day)
	slices.Sort(lines)
	return strings.Join(lines, "")
}

// definedOption is how modules define an option: the strongest priority, and the test that the definition stands under, if there is but one.
type definedOption struct {
	priority int
	when     string
}

func (d definedOption) beside(other definedOption) definedOption {
	if d == (definedOption{}) {
		return other
	}
	return definedOption{priority: min(d.priority, other.priority)}
}

// definedIn is how a module defines options of jetpack-nixos. A definition is a plain one unless mkDefault or mkForce stands around it:
// what a name stands for is not looked at.
func definedIn(source string) map[string]definedOption {
	all := map[string]definedOption{}
	tree := syntax.Parse(source)
	for d := range module.Definitions(tree) {
		var names []string
		isDeclared := false
		for _, part := range d.Path {
			if names = append(names, part.Name); !part.Known || part.Name == "config" {
				names = nil
			}
			isDeclared = isDeclared || part.Name == "options"
		}
		path := strings.Join(names, ".")
		if h, ok := library().History(path); !ok || isDeclared {
			continue
		} else if h.RenamedTo != "" {
			path = h.RenamedTo
		}
		one := definedOption{priority: 100}
		at := d.Binding.Value()
		for at.Kind() == syntax.Paren || at.Kind() == syntax.Apply {
			if at.Kind() == syntax.Paren {
				at = at.Child(0)
				continue
			}
			call, _ := syntax.AsApply(at)
			switch module.CalleeName(call.Function()) {
			case "mkDefault":
				one.priority = 1000
			case "mkForce":
				one.priority = 50
			}
			at = call.Argument()
		}
		var tests []string
		for c := range module.Conditions(at) {
			if text, ok := spelledOut(c.Test, 8); ok && c.Wanted {
				tests = append(tests, text)
			}
		}
		one.when = strings.Join(tests, " && ")
		all[path] = all[path].beside(one)
	}
	return all
}

// spelledOut is an expression on one line with the values of the file's own variables in place of their names; false where that
// is long, or a name stands for something else.
func spelledOut(n syntax.Node, depth int) (text string, ok bool) {
	e := eval.New(eval.Options{Steps: 100_000})
	var out strings.Builder
	last, source := n.Span().Start, n.Tree().Source()
	for inside := range syntax.Descendants(n) {
		if inside.Kind() != syntax.Identifier || slices.Contains([]string{"config", "lib", "true", "false", "builtins"}, inside.Text()) {
			continue
		}
		of := e.Lookup(inside.Text(), e.ScopeAt(inside)).Node()
		if depth == 0 || of.IsZero() || of.Tree() != n.Tree() || of.Kind() == syntax.Lambda || of.Parent().Parent().Kind() != syntax.LetIn {
			return "", false
		}
		value, ok := spelledOut(of, depth-1)
		if !ok {
			return "", false
		}
		out.WriteString(source[last:inside.Span().Start] + value)
		last = inside.Span().End
	}
	out.WriteString(source[last:n.Span().End])
	text = strings.Join(strings.Fields(out.String()), " ")
	if n.Kind() == syntax.Binary || n.Kind() == syntax.Apply {
		text = "(" + text + ")"
	}
	return text, len(text) < 200 && !strings.Contains(text, "#")
}
