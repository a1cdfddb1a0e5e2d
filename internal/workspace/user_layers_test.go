package workspace

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestUserMembers says of a file beside a module, and of what another file uses it for, which names it gives the package set, the
// scope nvidia-jetpack and a scope of its own.
func TestUserMembers(t *testing.T) {
	for _, test := range []struct {
		name, uses, text string
		want             [3]string
	}{
		{"an overlay", "{ }", `final: prev: { a = 1; mine = final.lib.makeScope final.newScope (self: { x = 1; }); }`, [3]string{"a mine", "", "x"}},
		{"one that a list has", "{ }", `{ nixpkgs.overlays = [ (q: r: { a = 1; inherit (r) b; }) ]; }`, [3]string{"a b", "", ""}},
		{"a changed scope", "{ }", `{ nixpkgs.overlays = [ (q: r: { nvidia-jetpack = r.nvidia-jetpack.overrideScope (s: t: { x = 1; }); }) ]; }`, [3]string{"nvidia-jetpack", "x", ""}},
		{"a function that nothing uses", "{ }", `q: r: { a = 1; }`, [3]string{}},
		{"a file for an overlay", "{ nixpkgs.overlays = [ (import ./more/a.nix) ]; }", `q: r: { a = 1; }`, [3]string{"a", "", ""}},
		{"a file for an overlay, behind an argument", "{ nixpkgs.overlays = [ (import ./more/a.nix 1) ]; }", `x: q: r: { a = 1; }`, [3]string{"a", "", ""}},
		{"another number of arguments", "{ nixpkgs.overlays = [ (import ./more/a.nix) ]; }", `{ x }: q: r: { a = 1; }`, [3]string{}},
		{"a file for a scope's overlay", "pkgs: pkgs.nvidia-jetpack.overrideScope (import ./more/a.nix)", `final: prev: { x = 1; }`, [3]string{"", "x", ""}},
		{"a file for Python's overlay", "pkgs: { packageOverrides = import ./more/a.nix; }", `final: prev: { x = 1; }`, [3]string{}},
		{"Python's", "{ }", `final: prev: { p = prev.python3.override { packageOverrides = self: super: { x = 1; }; }; }`, [3]string{"p", "", ""}},
	} {
		s, _, _ := storeSession(t)
		dir := repository(t)
		write(t, dir, "more/a.nix", test.text)
		file := write(t, dir, "configuration.nix", test.uses)
		s.Open(file, file, "nix", 1, test.uses)
		d, _ := s.Snapshot().Document(file)
		for i, set := range [...]string{"", "nvidia-jetpack", "mine"} {
			var names []string
			for _, m := range s.Snapshot().UserMembers(d, set) {
				names = append(names, m.Name)
			}
			if got := strings.Join(names, " "); got != test.want[i] {
				t.Errorf("%s: %q has %q, want %q", test.name, set, got, test.want[i])
			}
		}
	}
}

// TestFileUseOfEdits follows what an open document uses a file for.
func TestFileUseOfEdits(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := repository(t)
	overlay := write(t, dir, "a.nix", "q: r: { a = 1; }")
	user := write(t, dir, "b.nix", "{ }")
	s.Open(overlay, overlay, "nix", 1, "q: r: { a = 1; }")
	for version, text := range []string{"{ }", "{ nixpkgs.overlays = [ (import ./a.nix) ]; }", "{ }"} {
		s.Open(user, user, "nix", int32(version), text)
		d, _ := s.Snapshot().Document(overlay)
		if _, by, ok := s.Snapshot().FileUse(d); ok != (version == 1) || ok && by != user {
			t.Errorf("version %d: used %v, by %q", version, ok, by)
		}
	}
}

// TestTakesTwo holds what is seen of a text from afar to the expression that says it.
func TestTakesTwo(t *testing.T) {
	expression := regexp.MustCompile(`\A(?:\s|#[^\n]*\n|/\*(?:[^*]|\*+[^*/])*\*+/)*(?:\{[^{}]*\}\s*:\s*)?\(?[A-Za-z_][\w'-]*\s*:\s*[A-Za-z_][\w'-]*\s*:`)
	pieces := []string{"#", "a", "b-c'", "1", "-", ":", ":", " ", "\n", "{", "}", "{ x }:", "(", "/*", "*/", "final: prev:", "ä", "\t", "_"}
	both := map[bool]int{}
	rapid.Check(t, func(t *rapid.T) {
		source := strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 12).Draw(t, "pieces"), "")
		if rapid.Bool().Draw(t, "begins") {
			source = rapid.SampledFrom([]string{"# a\n", "/* a */ ", "{ x }: ", "(", ""}).Draw(t, "head") + "final: prev:" + source
		}
		got, want := takesTwo(source), expression.MatchString(source)
		if both[want]++; got != want {
			t.Fatalf("%q: %v, want %v", source, got, want)
		}
	})
	if both[true] == 0 || both[false] == 0 {
		t.Errorf("true and false: %v", both)
	}
}
