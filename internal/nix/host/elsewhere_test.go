package host_test

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/catalog"
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
	byBlob := map[string]map[string]int{}
	tree, now := map[string]string{}, map[string]int{}
	var lines []string
	flush := func(day string) {
		next := map[string]int{}
		for _, blob := range tree {
			for path, priority := range byBlob[blob] {
				next[path] = min(cmp.Or(next[path], priority), priority)
			}
		}
		for path := range now {
			if next[path] == 0 {
				lines = append(lines, fmt.Sprintln(path, day, 0))
			}
		}
		for path, priority := range next {
			if now[path] != priority {
				lines = append(lines, fmt.Sprintln(path, day, priority))
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

// definedIn are the strongest priorities with which a module defines options of jetpack-nixos. A definition is a plain one
// unless mkDefault or mkForce stands around it: what a name stands for is not looked at.
func definedIn(source string) map[string]int {
	all := map[string]int{}
	for d := range module.Definitions(syntax.Parse(source)) {
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
		priority := 100
		for at := d.Binding.Value(); at.Kind() == syntax.Paren || at.Kind() == syntax.Apply; {
			if at.Kind() == syntax.Paren {
				at = at.Child(0)
				continue
			}
			call, _ := syntax.AsApply(at)
			switch module.CalleeName(call.Function()) {
			case "mkDefault":
				priority = 1000
			case "mkForce":
				priority = 50
			}
			at = call.Argument()
		}
		all[path] = min(cmp.Or(all[path], priority), priority)
	}
	return all
}
