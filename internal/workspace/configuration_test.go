package workspace

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"jetpills/internal/text"
)

// soms are the certain SoMs of the hosts that a folder's files make, by name.
func soms(t *testing.T, s *Session, dir string) map[string]any {
	t.Helper()
	c := s.Snapshot().Configuration(dir)
	if c == nil {
		return nil
	}
	found := map[string]any{}
	for _, h := range c.Hosts {
		v, _ := h.Get("hardware", "nvidia-jetpack", "som")
		found[h.Name] = nil
		if len(v.Values) == 1 {
			found[h.Name] = v.Values[0]
		}
	}
	return found
}

func TestConfiguration(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	write(t, dir, "flake.nix", `{ outputs = { nixpkgs, jetpack-nixos, ... }: {
  nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ jetpack-nixos.nixosModules.default ./hosts/a.nix ]; };
}; }`)
	module := write(t, dir, "hosts/a.nix", `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	asks := func(when string, want any) {
		t.Helper()
		if got := soms(t, s, filepath.Dir(module)); len(got) != 1 || got["a"] != want {
			t.Errorf("%s: the hosts are %v, want %v", when, got, want)
		}
	}
	asks("at first", "orin-agx")

	// An open document counts as it is, and the file again once it is closed.
	s.Open("file:///a.nix", module, "nix", 1, `{ hardware.nvidia-jetpack.som = "orin-nx"; }`)
	asks("in an editor", "orin-nx")
	edit := text.Change{Whole: true, Text: `{ hardware.nvidia-jetpack.som = "thor-agx"; }`}
	if err := s.Change("file:///a.nix", 2, []text.Change{edit}, text.UTF16); err != nil {
		t.Fatal(err)
	}
	asks("after an edit", "thor-agx")
	s.Close("file:///a.nix")
	asks("once it is closed", "orin-agx")

	// A file that changed on disk is read again at the client's word.
	write(t, dir, "hosts/a.nix", `{ hardware.nvidia-jetpack.som = "xavier-agx"; }`)
	s.FilesChanged([]string{module})
	asks("after the file changed", "xavier-agx")

	// Half of a text gives what it gives.
	s.Open("file:///a.nix", module, "nix", 1, `{ hardware.nvidia-jetpack.som = "orin-nano"; hardware.nvidia-jetpack.carr`)
	asks("while somebody types", "orin-nano")
}

// What is not known yet is not waited for.
// Where nothing around the flake pins jetpack-nixos, the revision counts that a module fetches.
func TestConfigurationThatFetches(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	const older, newer = "9ced0c1231f03540a1f31b883c62503f6fc08a21", "4d857d6da48c420da39964b6fb7ba23a958abad3"
	write(t, dir, "flake.nix", `{ outputs = { nixpkgs, ... }: {
  nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./hosts/a.nix ./hosts/b.nix ]; };
}; }`)
	write(t, dir, "hosts/b.nix", `{ hardware.nvidia-jetpack.enable = true; }`)
	for _, revision := range []string{older, "master", newer, older, ""} {
		content := `{ hardware.nvidia-jetpack.som = "xavier-nx"; imports = [ ("${builtins.fetchTarball "https://github.com/anduril/jetpack-nixos/archive/` +
			revision + `.tar.gz"}/modules") ]; }`
		if revision == "" {
			content = "{ }"
		}
		s.FilesChanged([]string{write(t, dir, "hosts/a.nix", content)})
		c := s.Snapshot().Configuration(dir)
		want := newer
		if revision == older {
			want = older
		}
		if got := c.Pinned.Catalog.Revision.Hash; got != want || c.Pinned.Pin.Found() != (revision != "") {
			t.Errorf("with %q, the hosts are read with %s, pinned by %q", revision, got, c.Pinned.Pin.Format)
		}
		_, hasMajor := c.Hosts[0].Get("hardware", "nvidia-jetpack", "majorVersion")
		if hasMajor != (want == newer) {
			t.Errorf("with %q, the host has the options of another revision", revision)
		}
	}
}

func TestKnownConfiguration(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	file := write(t, dir, "configuration.nix", `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	if c := s.Snapshot().KnownConfiguration(dir); c != nil {
		t.Error("known before anybody asked")
	}
	asked := s.Snapshot().Configuration(dir)
	if known := s.Snapshot().KnownConfiguration(dir); asked == nil || known != asked {
		t.Errorf("%p is known, want %p", known, asked)
	}
	s.Open("file:///c.nix", file, "nix", 1, `{ hardware.nvidia-jetpack.som = "orin-nx"; }`)
	if c := s.Snapshot().KnownConfiguration(dir); c != nil {
		t.Error("an answer outlives the text that it rests on")
	}
}

// An evaluation that was given up is no answer.
func TestConfigurationGivenUp(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	write(t, dir, "configuration.nix", `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	left, leave := context.WithCancel(t.Context())
	leave()
	if c := s.Snapshot().Until(left).Configuration(dir); c != nil {
		t.Errorf("nobody waits for %v", c.Hosts)
	}
	if s.Snapshot().KnownConfiguration(dir) != nil {
		t.Error("half an evaluation is kept")
	}
	if got := soms(t, s, dir); got["configuration"] != "orin-agx" {
		t.Errorf("then the hosts are %v", got)
	}

	// Who no longer waits need not wait for another's evaluation either.
	other := repository(t)
	s.Snapshot().configurations.of(write(t, other, "configuration.nix", "{ }")).turn <- struct{}{}
	if c := s.Snapshot().Until(left).Configuration(other); c != nil {
		t.Errorf("%v, while another evaluates", c.Hosts)
	}
}

// A question keeps the evaluations that it has seen, however many others are asked for meanwhile; of those, the newest are kept.
func TestEvaluationsOfAQuestion(t *testing.T) {
	s, _ := newSession(t)
	question := s.Snapshot().Until(t.Context())
	first := question.evaluationOf("flake 0")
	for i := range mostConfigurations {
		s.Snapshot().evaluationOf(fmt.Sprint("flake ", i+1))
	}
	if question.evaluationOf("flake 0") != first || question.peekAt("flake 0") != first {
		t.Error("a question has another evaluation than before")
	}
	if s.Snapshot().peekAt("flake 0") != nil {
		t.Error("more evaluations are kept than are to be")
	}
	for i := range mostConfigurations {
		if s.Snapshot().peekAt(fmt.Sprint("flake ", i+1)) == nil {
			t.Errorf("evaluation %d of the last %d is gone", i+1, mostConfigurations)
		}
	}
}

// An evaluation that an edit overtakes is of use for the next one.
func TestConfigurationOvertaken(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	write(t, dir, "configuration.nix", `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	left, leave := context.WithCancel(t.Context())
	leave()
	before := s.Snapshot()
	before.Until(left).Configuration(dir)
	s.Open("file:///other.nix", filepath.Join(dir, "other.nix"), "nix", 1, "{ }")
	first, second := before.Configuration(dir), s.Snapshot().Configuration(dir)
	if first == nil || second == nil || first == second || first.Hosts[0] != second.Hosts[0] {
		t.Error("the hosts are evaluated twice")
	}
}

// A user who stops the reading of hosts gets none of them until something changes, and what was known stays known.
func TestStopReading(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	write(t, dir, "flake.nix", `{ outputs = { nixpkgs, jetpack-nixos, ... }: {
  nixosConfigurations = nixpkgs.lib.genAttrs [ "a" "b" "c" ] (n: nixpkgs.lib.nixosSystem {
    modules = [ jetpack-nixos.nixosModules.default ./som.nix ];
  });
}; }`)
	write(t, dir, "som.nix", `{ hardware.nvidia-jetpack.som = "orin-nx"; }`)
	known := repository(t)
	write(t, known, "configuration.nix", `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	if got := soms(t, s, known); got["configuration"] != "orin-agx" {
		t.Fatalf("the hosts are %v", got)
	}
	s.Snapshot().StopReading()
	if c := s.Snapshot().Configuration(dir); c != nil {
		t.Errorf("stopped, but there is %v", c.Hosts)
	}
	if got := soms(t, s, known); got["configuration"] != "orin-agx" {
		t.Errorf("what was known is %v", got)
	}
	s.Open("file:///other.nix", filepath.Join(dir, "other.nix"), "nix", 1, "{ }")
	if got := soms(t, s, dir); len(got) != 3 || got["c"] != "orin-nx" {
		t.Errorf("after a change the hosts are %v", got)
	}
}

// Hosts that are read for the snapshot that a look at the pins gives are known to whoever asks next.
func TestConfigurationAfterAPinChanged(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	write(t, dir, "flake.lock", lockOf("anduril", newest, "1"))
	file := write(t, dir, "configuration.nix", `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	s.Open("file:///c.nix", file, "nix", 1, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	before := s.Snapshot()
	d, _ := before.Document("file:///c.nix")
	before.Catalog(d)
	write(t, dir, "flake.lock", lockOf("anduril", newest[:30]+"0000000000", "1"))
	time.Sleep(looksHold)
	checked := s.RecheckPins(before, d)
	if checked == before {
		t.Fatal("the change is not seen")
	}
	if c := checked.Configuration(dir); c == nil || s.Snapshot().KnownConfiguration(dir) != c {
		t.Errorf("%p is not known", c)
	}
}

// A hostile workspace costs no more than its bounds.
func TestConfigurationOfAHostileFolder(t *testing.T) {
	for name, flake := range map[string]string{
		"loop":         `{ outputs = { nixpkgs, ... }: let f = n: f (n + 1); in { nixosConfigurations.a = f 0; }; }`,
		"import cycle": `import ./flake.nix`,
		"modules":      `{ outputs = { nixpkgs, ... }: let m = { imports = [ m m ]; }; in { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ m ]; }; }; }`,
		"hosts":        `{ outputs = { nixpkgs, ... }: { nixosConfigurations = nixpkgs.lib.genAttrs (map toString (nixpkgs.lib.range 1 600)) (n: nixpkgs.lib.nixosSystem { modules = [ ]; }); }; }`,
		"no file":      `{ outputs = { nixpkgs, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./fifo ./dir ./none.nix /dev/zero ]; }; }; }`,
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := newSession(t)
			dir := repository(t)
			write(t, dir, "flake.nix", flake)
			if err := os.Mkdir(filepath.Join(dir, "dir"), 0o755); err != nil {
				t.Fatal(err)
			}
			done := make(chan *Configuration, 1)
			go func() { done <- s.Snapshot().Configuration(dir) }()
			select {
			case c := <-done:
				if c == nil {
					t.Error("nothing")
				}
			case <-time.After(5 * time.Minute):
				t.Fatal("no end")
			}
		})
	}
}

// While somebody types, the configuration of before is at hand, with what was rewritten since; until another file changes.
func TestLatestConfiguration(t *testing.T) {
	s, _ := newSession(t)
	dir := repository(t)
	file := write(t, dir, "configuration.nix", `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	other := write(t, dir, "b.nix", `{ }`)
	latest := func(when string, want *Configuration, before, after string) {
		t.Helper()
		d, _ := s.Snapshot().Document("file:///c.nix")
		c, rewritten := s.Snapshot().LatestConfiguration(d)
		if c != want {
			t.Errorf("%s: %p is known, want %p", when, c, want)
		}
		if got := rewritten.After.Of(d.Text); got != after || rewritten.Before.Len() != len(before) {
			t.Errorf("%s: %q was rewritten, %+v, want %q in place of %q", when, got, rewritten, after, before)
		}
	}
	change := func(uri, content string) {
		t.Helper()
		if err := s.Change(uri, 2, []text.Change{{Whole: true, Text: content}}, text.UTF16); err != nil {
			t.Fatal(err)
		}
	}
	s.Open("file:///c.nix", file, "nix", 1, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	latest("at first", nil, "", "")
	known := s.Snapshot().Configuration(dir)
	latest("once evaluated", known, "", "")
	change("file:///c.nix", `{ hardware.nvidia-jetpack.som = "orin-nano"; }`)
	change("file:///c.nix", `{ hardware.nvidia-jetpack.som = "orin-nx"; }`)
	latest("after edits", known, "ag", "n")
	s.Open("file:///b.nix", other, "nix", 1, `{ }`)
	s.FilesChanged([]string{file, other})
	latest("after what changes no text", nil, "", "") // b.nix is not read by the evaluation, so its text of before is not known
	change("file:///c.nix", `{ hardware.nvidia-jetpack.som = "thor-agx"; }`)
	latest("after one more", nil, "", "")

	known = s.Snapshot().Configuration(dir)
	change("file:///c.nix", `{ hardware.nvidia-jetpack.som = "orin-nx"; }`)
	s.FilesChanged([]string{file, other})
	latest("after a save of what is open", known, "thor-ag", "orin-n")
	change("file:///b.nix", `{ a = 1; }`)
	latest("after an edit of another file", nil, "", "")
}

func TestRewritten(t *testing.T) {
	for _, test := range []struct {
		before, after, of string
		stays             bool
	}{
		{"a = b;", "a = b;", "b", true},
		{"a = b; c = d;", "a = b; c = dd;", "b", true},
		{"a = b; c = d;", "aa = b; c = d;", "d", true},
		{"a = b; c = d;", "a = b; c = d;", "c", true},
		{"a = b; c = d;", "a = bb; c = d;", "b", false}, // the name is another one now
		{"a = b; c = d;", "a = ; c = d;", "b", false},
		{"a = b; c = d;", "", "b", false},
	} {
		r := rewritten(test.before, test.after)
		at := strings.Index(test.before, test.of)
		now, stays := r.Now(text.Span{Start: at, End: at + len(test.of)})
		if stays != test.stays || stays && now.Of(test.after) != test.of {
			t.Errorf("%q to %q: %q is at %v, %t", test.before, test.after, test.of, now, stays)
		}
	}
}
