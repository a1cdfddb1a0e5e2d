package pill

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func ask(t *testing.T, c *Collection, topics ...string) string {
	t.Helper()
	var asked []Topic
	for _, text := range topics {
		topic, err := ParseTopic(text)
		if err != nil {
			t.Fatal(err)
		}
		asked = append(asked, topic)
	}
	s, ok := c.For(asked...)
	if !ok {
		return ""
	}
	return s.Ref()
}

func TestForDeclared(t *testing.T) {
	c := loadDir(t, "annotated")
	for _, tt := range []struct {
		want   string
		topics []string
	}{
		{"03#scopes", []string{"function:makeScope"}},
		{"03#scopes", []string{"concept:scopes"}},
		{"03#callpackage-and-friends", []string{"function:callPackage"}},
		{"03#scopes", []string{"function:unknown", "function:newScope", "function:callPackage"}},
		// The more specific wins.
		{"03#order", []string{"option:hardware.nvidia-jetpack.som"}},
		{"03#order", []string{"option:hardware.nvidia-jetpack"}},
		{"03#firmware", []string{"option:hardware.nvidia-jetpack.firmware.autoUpdate"}},
		{"03#firmware", []string{"option:hardware.nvidia-jetpack.firmware.uefi.secureBoot.enrollDefaultKeys"}},
		{"03#order", []string{"option:hardware.nvidia-jetpack.firmware.optee.patches"}},
		{"", []string{"option:hardware.nvidia.enabled"}},
		{"", []string{"option:hardware.nvidia-jetpacks.som"}},
		{"03#firmware", []string{"value:hardware.nvidia-jetpack.som=orin-agx"}},
		{"", []string{"value:hardware.nvidia-jetpack.som=thor-agx"}},
		{"", []string{"value:hardware.nvidia-jetpack.other=orin-agx"}},
		{"03#callpackage-and-friends", []string{"package:l4t-core"}},
		{"", []string{"package:flashScript"}},
		{"03#firmware", []string{"file:modules/default.nix"}},
		{"", []string{"file:modules/deep/default.nix"}},
		{"03#firmware", []string{"file:pkgs/l4t/default.nix"}},
		// Kinds are apart.
		{"", []string{"function:scopes"}},
		// What is mentioned and not declared is not explained here.
		{"", []string{"concept:laziness"}},
	} {
		if got := ask(t, c, tt.topics...); got != tt.want {
			t.Errorf("%v: %q, want %q", tt.topics, got, tt.want)
		}
	}
}

// Of two sections that declare a topic the one that names it in its heading
// wins, then the one that declares less; reading order decides last.
func TestForPrefers(t *testing.T) {
	c := Load(files("03-a.md", `# A
## First
<!-- explains: function:mkIf, function:mkMerge, function:mkForce -->
one
## Second
<!-- explains: function:mkMerge -->
two
## About mkForce
<!-- explains: function:mkForce, function:mkDefault, function:mkOverride, function:mkBefore -->
three
## Fourth
<!-- explains: function:mkMerge -->
four
`))
	for topic, want := range map[string]string{
		"function:mkIf": "03#first", "function:mkMerge": "03#second", "function:mkForce": "03#about-mkforce",
	} {
		if got := ask(t, c, topic); got != want {
			t.Errorf("%s: %q, want %q", topic, got, want)
		}
	}
	if got := len(c.Topics()[Topic{FunctionTopic, "mkMerge"}]); got != 3 {
		t.Errorf("mkMerge is declared %d times, want 3", got)
	}
}

// A folder without annotations: headings and mentions.
func TestForMentioned(t *testing.T) {
	c := loadDir(t, "plain")
	for topic, want := range map[string]string{
		"function:makeScope":       "03#scopes-with-makescope",
		"function:newScope":        "03#scopes-with-makescope",
		"function:callPackage":     "03#scopes-with-makescope",
		"function:overrideAttrs":   "03#override-and-overrideattrs",
		"function:override":        "03#override-and-overrideattrs",
		"function:mkIf":            "07#conditional-settings",
		"function:mkForce":         "07#priorities",
		"concept:overlays":         "03#overlays",
		"concept:overlay-order":    "",
		"concept:scopes":           "03#scopes-with-makescope",
		"concept:priorities":       "07#priorities",
		"concept:submodules":       "07#submodules",
		"concept:carrier-board":    "04#carrier-board",
		"concept:overlay-function": "03#overlays",
		// The option in a nested set, its parts in a heading, its last two names.
		"option:hardware.nvidia-jetpack.som":          "04#the-som-option",
		"option:hardware.nvidia-jetpack.carrierBoard": "04#carrier-board",
		"option:services.nvpmodel.enable":             "07#conditional-settings",
		"option:services.nvfancontrol.enable":         "04#fans-and-clocks",
		"option:services.xserver.enable":              "",
		"option:hardware.nvidia-jetpack.majorVersion": "",
		"value:hardware.nvidia-jetpack.som=orin-agx":  "04#the-som-option",
		"value:hardware.nvidia-jetpack.som=thor-agx":  "",
		"som:orin-agx": "04#the-som-option",
		// Nothing here is about these; no section is better than a wrong one.
		"function:mkMerge":      "",
		"concept:secure-boot":   "",
		"concept:lock-file":     "",
		"package:l4t-core":      "",
		"file:modules/cuda.nix": "",
		"jetpack:6":             "",
	} {
		if got := ask(t, c, topic); got != want {
			t.Errorf("%s: %q, want %q", topic, got, want)
		}
	}
}

// An index beside pills that say what they explain explains nothing.
func TestIndexBesideAnnotatedPills(t *testing.T) {
	const index = "# Index\n\n## Files\n\n| file | role |\n|---|---|\n| `modules/optee.nix` | the secure world |\n\n## Licence\n\nMIT\n"
	if got := ask(t, Load(files("README.md", index, "03-a.md", "# A\n\n## Scopes\n\nText.\n")), "file:modules/optee.nix"); got != "README#files" {
		t.Errorf("beside a bare pill: %q", got)
	}
	annotated := "# A\n\n## Scopes\n<!-- explains: concept:scopes -->\n\nText.\n"
	if got := ask(t, Load(files("README.md", index, "03-a.md", annotated)), "file:modules/optee.nix"); got != "" {
		t.Errorf("beside an annotated pill: %q", got)
	}
}

func TestForMentionedPrefersTheFirstTopicFound(t *testing.T) {
	c := loadDir(t, "plain")
	if got := ask(t, c, "function:mkMerge", "function:mkForce", "concept:scopes"); got != "07#priorities" {
		t.Errorf("got %q", got)
	}
}

// The tl;dr is better than nothing, and only that.
func TestShortSummaryIsLastResort(t *testing.T) {
	const head = "# Pill 02: Flakes\n\n## tl;dr\n\nPin with `flake.lock`, `flake.lock`.\n"
	alone := Load(files("02-flakes.md", head+"\n## Other\n\nSomething else.\n"))
	if got := ask(t, alone, "concept:lock-file"); got != "02#tldr" {
		t.Errorf("alone: %q", got)
	}
	beside := Load(files("02-flakes.md", head+"\n## Pins\n\nEvery input is written to `flake.lock`.\n"))
	if got := ask(t, beside, "concept:lock-file"); got != "02#pins" {
		t.Errorf("beside: %q", got)
	}
}

// Examples as people write them: no set around them, "..." in them, parts
// missing.
func TestExamples(t *testing.T) {
	for code, want := range map[string]string{
		`{ hardware.nvidia-jetpack = { enable = true; som = "orin-agx"; }; }`: "option:hardware.nvidia-jetpack option:hardware.nvidia-jetpack.enable option:hardware.nvidia-jetpack.som value:hardware.nvidia-jetpack.som=orin-agx",
		"{ a.b.c = 1; }":                           "option:a.b.c",
		"{ config = { a.b = 1; }; }":               "option:a.b",
		"{ config.a.b = 1; }":                      "option:a.b",
		"{ a = lib.mkIf (x == y) { b = 1; }; }":    "name:mkIf option:a option:a.b",
		"{ a = { ... }; b = 2; }":                  "option:a option:b",
		"{ # c = 1;\n a = 1; /* d = 2; */ }":       "option:a",
		"{ a = ''x = 1;''; b = 1; }":               "option:a option:b",
		`{ a."b c".d = 1; }`:                       "option:a.b c.d",
		`{ l = [ "x" "y" ]; }`:                     "option:l value:l=x value:l=y",
		"{ a = 1":                                  "option:a",
		"a.b = 1;\na.c = 2;\n":                     "option:a.b option:a.c",
		"}}} = ; {{{ a.":                           "",
		"{ config, ... }: { a = x: { b = 1; }; }":  "concept:moduleargument option:a option:a.b",
		"final: prev: { hello = 1; }":              "concept:overlayfunction name:hello option:hello",
		"rtKernel = f x;\nother-kernel = f y;\n":   "name:rtKernel option:other-kernel option:rtKernel",
		"fetchurl { url = 1; }":                    "name:fetchurl option:url",
		"{ a = lib.optional cfg.b.c 1; d = f 1; }": "option:a option:b.c option:d",
	} {
		found := inferred{}
		found.example(code)
		var got []string
		for topic := range found {
			// The names of a longer path go without saying.
			if topic.Kind != nameTopic || !standsIn(found, topic.Name) {
				if topic.Kind != ValueTopic || strings.Contains(topic.Name, ".") || strings.HasPrefix(topic.Name, "l=") {
					got = append(got, topic.String())
				}
			}
		}
		slices.Sort(got)
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s\n got %q\nwant %q", code, got, want)
		}
	}
}

// What nobody writes is read all the same, and in time.
func TestStrangeSections(t *testing.T) {
	const nix, end = "```nix\n", "\n```\n"
	for name, body := range map[string]string{
		"sets in sets":    nix + strings.Repeat("a = {\n", 30000) + end,
		"one long call":   nix + strings.Repeat("f x y z\n", 25000) + end,
		"overlays within": nix + strings.Repeat("final: prev: {\n", 10000) + end,
		"code in words":   strings.Repeat("`a = 1; b`\n", 20000),
		"a long heading":  "## " + strings.Repeat("ab of ", 2600),
	} {
		began := time.Now()
		c := Load(files("03-a.md", "# A\n\n## Scopes\n\nText.\n\n## Strange\n\n"+body+"\n\n## Last\n\nText.\n"))
		if got := ask(t, c, "concept:scopes"); got != "03#scopes" {
			t.Errorf("%s: %q", name, got)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func standsIn(found inferred, name string) bool {
	for topic := range found {
		if topic.Kind == OptionTopic && strings.Contains(topic.Name+".", "."+name+".") {
			return true
		}
	}
	return false
}

// Many readers at once; the race detector looks on.
func TestConcurrentReaders(t *testing.T) {
	c := loadDir(t, "plain")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for _, topic := range []string{"function:makeScope", "option:hardware.nvidia-jetpack.som", "concept:priorities"} {
				if ask(t, c, topic) == "" {
					t.Errorf("%s: nothing", topic)
				}
			}
			if hits := c.Search("overlays"); len(hits) == 0 || hits[0].Section.Excerpt(0).Markdown(nil) == "" {
				t.Error("nothing found for overlays")
			}
		})
	}
	group.Wait()
}
