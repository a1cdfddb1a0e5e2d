package edition_test

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"jetpills/internal/catalog"
	"jetpills/internal/edition"
	"jetpills/internal/pill"
)

func open(t testing.TB) (*catalog.Library, *pill.Collection) {
	t.Helper()
	l, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return l, pill.Load(os.DirFS("../../pills"))
}

// BenchmarkExcerpt makes the excerpt of a section for an old pin: with what is known of the pin's names, and without.
func BenchmarkExcerpt(b *testing.B) {
	l, pills := open(b)
	c, _ := l.At("8f27a0b")
	sections := []pill.Section{}
	for _, ref := range []string{"04#overlaynix-three-generations", "07#carrierboard-what-the-module-sits-on", "06#which-cuda-goes-with-which-jetpack", "08#op-tee-the-secure-world"} {
		s, ok := pills.Find(ref)
		if !ok {
			b.Fatal(ref)
		}
		sections = append(sections, s)
	}
	make := func(shelf *edition.Shelf, lines int) {
		for _, s := range sections {
			if _, e, _ := shelf.Excerpt(s, c, lines); e.Empty() {
				b.Fatal(s.Ref())
			}
		}
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			make(edition.NewShelf(l), 12)
		}
	})
	b.Run("other", func(b *testing.B) {
		shelf := edition.NewShelf(l)
		lines := 12
		for b.Loop() {
			lines++
			make(shelf, lines)
		}
	})
	b.Run("again", func(b *testing.B) {
		shelf := edition.NewShelf(l)
		for b.Loop() {
			make(shelf, 12)
		}
	})
}

// The sentences of a description that hold at a pin.
func TestDescription(t *testing.T) {
	l, _ := open(t)
	shelf := edition.NewShelf(l)
	const namespace = "hardware.nvidia-jetpack."
	for name, c := range map[string]struct{ rev, path, text, want string }{
		"the revision it was written for":      {"4d857d6", "", "`majorVersion` came in June 2025. JetPack 7.2.", "`majorVersion` came in June 2025. JetPack 7.2."},
		"a name":                               {"8f27a0b", "", "First. Set `majorVersion`. Last.", "First. Last."},
		"the first goes":                       {"8f27a0b", "", "Set `majorVersion`. Last.", "Last."},
		"all go":                               {"8f27a0b", "", "Set `majorVersion`.", ""},
		"a version":                            {"4a4e93a", "", "It is of JetPack 7.2. It is of JetPack 7.1.", "It is of JetPack 7.1."},
		"a month ahead":                        {"8f27a0b", "", "Since June 2025, it is so. It is there.", "It is there."},
		"the same month":                       {"20bc50f", "", "Since June 2025, it is so. It is there.", "It is there."},
		"a month that is over":                 {"5a83306", "", "Since June 2025, it is so. It is there.", "Since June 2025, it is so. It is there."},
		"what goes on":                         {"da52b9d", "", "Old name of `x`, renamed in August 2025. The old name still works. The option is good.", "The option is good."},
		"an option that is no word of its own": {"8f27a0b", namespace + "firmware.autoUpdate", "It follows from `super`. It is on.", "It is on."},
		"a value beside its option":            {"946072c", namespace + "firmware.autoUpdate", "It needs a `som`. With `generic`, it does nothing.", "It needs a `som`."},
		"a family":                             {"da52b9d", "", "It runs on Orin. It is off on a Thor.", "It runs on Orin."},
		"a family that is there":               {"5a83306", "", "It is off on a Thor.", "It is off on a Thor."},
		"other generations":                    {"8f27a0b", "", "It is a set. The scopes of the other generations stay.", "It is a set."},
		"a value":                              {"da52b9d", namespace + "carrierBoard", "First. `xavierNxDevkit` is old.", "First."},
		"a default":                            {"da52b9d", namespace + "configureCuda", "First. It is on by default with graphics.", "First."},
		"the same default":                     {"5a83306", namespace + "configureCuda", "First. It is on by default with graphics.", "First. It is on by default with graphics."},
		"a function":                           {"8f27a0b", namespace + "firmware.secureBoot.preSignCommands", "First. Or write a function.", "First."},
		"what it is used for":                  {"5a83306", namespace + "super", "For `orin-nx`. For `orin-agx`.", "For `orin-nx`."},
		"and is from then on":                  {"4d857d6", namespace + "super", "For `orin-nx`. For `orin-agx`.", "For `orin-nx`. For `orin-agx`."},
		"a plain value":                        {"946072c", namespace + "som", "First. `generic` is none.", "First."},
		"a name of NixOS":                      {"8f27a0b", "", "Set `hardware.graphics.enable`.", "Set `hardware.opengl.enable`."},
	} {
		at, match := l.At(c.rev)
		if match != catalog.Exact {
			t.Fatal(c.rev)
		}
		for range 2 { // made, and kept
			if got := shelf.Description(c.text, c.path, at).Text; got != c.want {
				t.Errorf("%s: %q at %s is %q, not %q", name, c.text, c.rev, got, c.want)
			}
		}
	}
}

// Whether a description may say more than holds at a pin: if sentences were left out, or the option is another there.
func TestDescriptionDiffers(t *testing.T) {
	l, _ := open(t)
	shelf := edition.NewShelf(l)
	const namespace = "hardware.nvidia-jetpack."
	for name, c := range map[string]struct {
		rev, path, text string
		want            bool
	}{
		"the same option":       {"8f27a0b", namespace + "maxClock", "It is a switch.", false},
		"a package":             {"8f27a0b", "", "It is a program.", false},
		"a name of NixOS":       {"8f27a0b", "", "Set `hardware.graphics.enable`.", false},
		"a sentence is gone":    {"8f27a0b", "", "First. Set `majorVersion`.", true},
		"other values":          {"8f27a0b", namespace + "som", "It is a board.", true},
		"another default":       {"da52b9d", namespace + "configureCuda", "It is a switch.", true},
		"other conditions":      {"5a83306", namespace + "super", "It is a switch.", true},
		"an option not there":   {"8f27a0b", namespace + "majorVersion", "It is a number.", true},
		"at the newest, all is": {"4d857d6", namespace + "super", "It is a switch.", false},
	} {
		at, _ := l.At(c.rev)
		if got := shelf.Description(c.text, c.path, at).Differs; got != c.want {
			t.Errorf("%s: differs: %t", name, got)
		}
	}
}

// A sentence of a description may say when it holds, in a mark that nobody sees.
func TestMarkedDescription(t *testing.T) {
	shipped, _ := open(t)
	const path = "hardware.nvidia-jetpack.som"
	d := catalog.DataOf(shipped)
	d.Summaries[path] = "First. It is so. [while flake.nix:149] They are new. [since 1a54d38] It was old. [before e1b355b] It fuses. [while JP_FUSE_PRESIGN] Last."
	dir := t.TempDir()
	if err := catalog.Write(dir, d); err != nil {
		t.Fatal(err)
	}
	l, err := catalog.Read(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if catalog.DataOf(l).Summaries[path] != d.Summaries[path] {
		t.Error("the marks are lost")
	}
	for rev, want := range map[string]string{
		"4d857d6": "First. It is so. They are new. It fuses. Last.",
		"4a4e93a": "First. It is so. They are new. Last.",
		"20bc50f": "First. It was old. Last.",
		"8f27a0b": "First. It was old. Last.",
	} {
		c, _ := l.At(rev)
		o, _ := c.Option(path)
		if shown := "First. It is so. They are new. It was old. It fuses. Last."; o.Summary != shown || l.SetSummary(path) != shown {
			t.Errorf("%q, not %q", o.Summary, shown)
		}
		if got := edition.NewShelf(l).Description(o.Summary, path, c).Text; got != want {
			t.Errorf("at %s: %q, not %q", rev, got, want)
		}
	}
}

// A title as it reads at a pin.
func TestTitle(t *testing.T) {
	l, pills := open(t)
	s, ok := pills.Find("04#overlaynix-three-generations")
	if !ok {
		t.Fatal("no such section")
	}
	for rev, want := range map[string]string{"8f27a0b": "overlay.nix: one generation", "da52b9d": "overlay.nix: two generations", "5a83306": "overlay.nix: three generations"} {
		at, _ := l.At(rev)
		title, _, about := edition.NewShelf(l).Excerpt(s, at, 12)
		if title != want || strings.Contains(about.Plain(), "Counted") {
			t.Errorf("at %s, the title is %q, not %q: %s", rev, title, want, about.Plain())
		}
	}
}

// A section as it reads at a pin: what is left out, kept, drawn anew and listed.
func TestEdition(t *testing.T) {
	l, _ := open(t)
	for name, c := range map[string]struct{ rev, text, want string }{
		"nothing differs": {"4a4e93a", "`hardware.nvidia-jetpack.som` is yours.", "`hardware.nvidia-jetpack.som` is yours."},
		"the first paragraph stays": {"8f27a0b", "`majorVersion` chooses.\n\n`som` is there.",
			"`majorVersion` chooses.\n\n`som` is there.\n\nNot in `8f27a0b`: `majorVersion` (since 2025-06-26)."},
		"others go, and what refers to them": {"8f27a0b", "First.\n\nUse `majorVersion`.\n\nIt is good.\n\nMore.", "First.\n\nMore."},
		"a passage and its announcement go":  {"8f27a0b", "First.\n\nWrite:\n\n```nix\n{ hardware.nvidia-jetpack.majorVersion = \"6\"; }\n```\n\nMore.", "First.\n\nMore."},
		"the first announces": {"8f27a0b", "Write:\n\n```nix\n{ hardware.nvidia-jetpack.majorVersion = \"6\"; }\n```\n\nMore.",
			"Write:\n\n```nix\n{ hardware.nvidia-jetpack.majorVersion = \"6\"; }\n```\n\nMore.\n\nNot in `8f27a0b`: `hardware.nvidia-jetpack.majorVersion` (since 2025-06-26)."},
		"rows and items go": {"8f27a0b", "First.\n\n| a | b |\n|---|---|\n| `som` | 1 |\n| `majorVersion` | 2 |\n\n- `carrierBoard`\n- `nvidia-jetpack6`\n",
			"First.\n\n| a | b |\n|---|---|\n| `som` | 1 |\n\n- `carrierBoard`"},
		"steps stay in order or go": {"8f27a0b", "First.\n\n1. Set `som`.\n2. Set `majorVersion`.\n\nMore.", "First.\n\nMore."},
		"a text that dates itself":  {"8f27a0b", "`majorVersion` came with e1b355b (2025-06-26).", "`majorVersion` came with e1b355b (2025-06-26)."},
		"versions": {"4a4e93a", "JetPack 7.2 has L4T 39.2.0, and needs CUDA 11 or newer.", "JetPack 7.2 has L4T 39.2.0, and needs CUDA 11 or newer.\n\n" +
			"Not in `4a4e93a`: JetPack 7.2 (since 2026-06-29), L4T 39.2.0 (since 2026-06-29)."},
		"a word of the source":           {"8f27a0b", "First.\n\nSet `JP_FUSE_PRESIGN=1`.\n\nMore.", "First.\n\nMore."},
		"and in a file":                  {"8f27a0b", "First.\n\nWrite:\n\n```nix\n{ x = y.override { expectedBiosVersion = null; }; }\n```\n\nMore.", "First.\n\nMore."},
		"a word that stays":              {"8f27a0b", "See `last_attempt_status`.", "See `last_attempt_status`.\n\nNot in `8f27a0b`: `last_attempt_status` (since 2025-10-10)."},
		"a message":                      {"8f27a0b", "First.\n\nIt says `L4T version downgrade detected`.\n\nMore.", "First.\n\nMore."},
		"a word in prose":                {"8f27a0b", "First.\n\nThey come from cuda-legacy.\n\nMore.", "First.\n\nMore."},
		"a plain word":                   {"5a83306", "First.\n\nIt is `openrm`.\n\nMore.", "First.\n\nMore."},
		"that does not stand alone":      {"5a83306", "First.\n\nIt is `echo openrm`.", "First.\n\nIt is `echo openrm`."},
		"a parameter with another value": {"5a83306", "First.\n\nIt is `swiotlb=2048`.\n\nOr `swiotlb=1`.", "First.\n\nOr `swiotlb=1`."},
		"a program of now":               {"da52b9d", "First.\n\nRun `sudo ./result/bin/initrd-flash-orin-agx-devkit`.\n\nMore.", "First.\n\nMore."},
		"another name":                   {"5a83306", "Run `./result/bin/flash-orin-agx-devkit`.", "Run `./result/bin/flash-orin-agx-devkit`.\n\nNot in `5a83306`: `flash-orin-agx-devkit` (since 2026-03-07)."},
		"a program that is there":        {"4a4e93a", "Run `./result/bin/initrd-flash-orin-agx-devkit`.", "Run `./result/bin/initrd-flash-orin-agx-devkit`."},
		"a program of then":              {"da52b9d", "Run `./result/bin/flash-orin-agx-devkit`.", "Run `./result/bin/flash-orin-agx-devkit`."},
		"an output that has its name":    {"5a83306", "Build `flash-orin-agx-devkit`.", "Build `flash-orin-agx-devkit`."},
		"a field of a list":              {"8f27a0b", "First.\n\n```nix\n{ hardware.nvidia-jetpack.firmware.variants = [ { boardid = \"3767\"; fab = \"0\"; } ]; }\n```\n\n```nix\n{ hardware.nvidia-jetpack.firmware.variants = [ { ramcode = \"4\"; } ]; }\n```\n\nMore.", "First.\n\n```nix\n{ hardware.nvidia-jetpack.firmware.variants = [ { boardid = \"3767\"; fab = \"0\"; } ]; }\n```\n\nMore."},
		"a function":                     {"8f27a0b", "First. Or write:\n\n```nix\n{ hardware.nvidia-jetpack.firmware.secureBoot.preSignCommands = pkgs: \"x\"; }\n```\n\nMore.", "First. Or write:\n\n```nix\n{ hardware.nvidia-jetpack.firmware.secureBoot.preSignCommands = pkgs: \"x\"; }\n```\n\nMore.\n\nNot in `8f27a0b`: `hardware.nvidia-jetpack.firmware.secureBoot.preSignCommands = pkgs: …` (since 2024-09-26)."},
		"a function that fits":           {"5a83306", "First.\n\n```nix\n{ hardware.nvidia-jetpack.firmware.secureBoot.preSignCommands = pkgs: \"x\"; }\n```\n\nMore.", "First.\n\n```nix\n{ hardware.nvidia-jetpack.firmware.secureBoot.preSignCommands = pkgs: \"x\"; }\n```\n\nMore."},
		"a name of somebody's":           {"8f27a0b", "`rover` and `pkgs.nvidia-jetpack.rover` are yours.", "`rover` and `pkgs.nvidia-jetpack.rover` are yours."},
		"lines are the pin's":            {"4a4e93a", "See `flake.nix:149` and `modules/default.nix:58`.", "See `flake.nix:138` and `modules/default.nix:57`."},
		"lines that are not there": {"8f27a0b", "See `flake.nix:149`, in line 151 too (line 152).",
			"See `flake.nix` too.\n\nCites lines that are not in `8f27a0b`: `flake.nix:149` (since 2025-11-11), `flake.nix:151` (since 2026-01-27)."},
		"a sentence goes with its line": {"8f27a0b", "First. It is so (`flake.nix:149`). That is why. More.", "First. More."},
		"but for the first of a section": {"8f27a0b", "It is so (`flake.nix:149`). That is why. It is so, too (`flake.nix:151`). More.",
			"It is so (`flake.nix`). That is why. More.\n\nCites lines that are not in `8f27a0b`: `flake.nix:149` (since 2025-11-11)."},
		"that only names the file stays":      {"8f27a0b", "First. It is so (`flake.nix`). That is why. More.", "First. It is so (`flake.nix`). That is why. More."},
		"a line that is there":                {"4a4e93a", "First. It is so (`flake.nix:149`). That is why. More.", "First. It is so (`flake.nix:138`). That is why. More."},
		"a passage goes with its line":        {"8f27a0b", "First.\n\nIt is so (`flake.nix:149`):\n\n```nix\n1\n```\n\nMore.", "First.\n\nMore."},
		"an item and a row go with theirs":    {"8f27a0b", "First.\n\n- One (`flake.nix:149`).\n- Two.\n\n| a | b |\n|---|---|\n| 1 | `flake.nix:149` |\n| 2 | 3 |", "First.\n\n- Two.\n\n| a | b |\n|---|---|\n| 2 | 3 |"},
		"a line of a file that is not there":  {"8f27a0b", "See `modules/cuda.nix:68`.", "See `modules/cuda.nix`.\n\nNot in `8f27a0b`: `modules/cuda.nix` (since 2025-11-17)."},
		"a line that moved to another file":   {"8f27a0b", "First. See `overlay-with-config.nix:19`.", "First. See `device-pkgs/default.nix:31`."},
		"while a line is there":               {"8f27a0b", "First.\n\nOld.\n\n<!-- while flake.nix:149 -->\n\nMore.", "First.\n\nMore."},
		"while it is":                         {"4a4e93a", "First.\n\nOld.\n\n<!-- while flake.nix:149 -->\n\nMore.", "First.\n\nOld.\n\nMore."},
		"while a word is there":               {"8f27a0b", "Old.\n\n<!-- while JP_FUSE_PRESIGN -->\n\nMore.", "More."},
		"while all are":                       {"4a4e93a", "First.\n\nOld.\n\n<!-- while flake.nix:149, JP_FUSE_PRESIGN -->\n\nMore.", "First.\n\nMore."},
		"a wording for the side of a witness": {"8f27a0b", "First.\n\nNew.\n\n<!-- while flake.nix:149 -->\n\n<!-- before e1b355b: Old. -->\n\nMore.", "First.\n\nOld.\n\nMore."},
		"a wording for the side":              {"8f27a0b", "New.\n\n<!-- before 1a54d38: Oldest. -->\n\n<!-- before e1b355b: Old. -->\n\nMore.", "Oldest.\n\nMore."},
		"and for the next":                    {"20bc50f", "New.\n\n<!-- before 1a54d38: Oldest. -->\n\n<!-- before e1b355b: Old. -->\n\nMore.", "Old.\n\nMore."},
		"and for none":                        {"da52b9d", "New.\n\n<!-- before 1a54d38: Oldest. -->\n\n<!-- before e1b355b: Old. -->\n\nMore.", "New.\n\nMore."},
		"none at all":                         {"8f27a0b", "First.\n\nNew.\n\n<!-- before e1b355b: -->\n\nMore.", "First.\n\nMore."},
		"a generated table": {"8f27a0b", "First.\n\n<!-- generated: generations -->\n| majorVersion | JetPack |\n|---|---|\n| 7 | 7.2 |\n<!-- end generated -->\n", "First.\n\n" +
			"| JetPack | L4T | kernel | CUDA | driver | SoMs |\n|---|---|---|---|---|---|\n| 5.1.2 | 35.4.1 | 5.10.120 | 11.4 | 35.4.1 | Orin, Xavier |"},
		"NixOS's names of that time": {"8f27a0b", "Set `hardware.graphics.enable`.", "Set `hardware.opengl.enable`."},
		"of what the pill speaks":    {"4a4e93a", "At this revision it fails.", "At the pill's revision it fails."},
		"counts":                     {"da52b9d", "There are 28 systems, two scopes and three generations.", "There are 28 systems, two scopes and three generations.\n\nCounted in `4d857d6`: 28 systems, three generations."},
	} {
		pills := pill.Load(fstest.MapFS{"04-t.md": &fstest.MapFile{Data: []byte("---\nrevision: " + l.Newest().Revision.Hash + "\n---\n# T\n\n## S\n\n" + c.text + "\n")}})
		s, _ := pills.Find("04#s")
		at, _ := l.At(c.rev)
		_, excerpt, about := edition.NewShelf(l).Excerpt(s, at, 30)
		if got := strings.TrimSpace(excerpt.Markdown(nil) + "\n\n" + about.Markdown()); got != c.want {
			t.Errorf("%s at %s:\n%s\nwant\n%s", name, c.rev, got, c.want)
		}
	}
}

// In an excerpt, an option has the name that the revision has for it.
func TestFormerNames(t *testing.T) {
	l, pills := open(t)
	s, _ := pills.Find("08#initialbootorder-where-uefi-looks-first")
	for rev, want := range map[string]string{"8f27a0b": "bootOrder", "4a4e93a": "initialBootOrder"} {
		c, _ := l.At(rev)
		title, excerpt, note := edition.NewShelf(l).Excerpt(s, c, 12)
		text := excerpt.Markdown(nil)
		if title != want+": where UEFI looks first" || !strings.HasPrefix(text, "`"+want+"` tells") || !strings.Contains(text, "firmware."+want+" =") || !note.Empty() {
			t.Errorf("at %s: %s\n%s\n%s", rev, title, text, note.Plain())
		}
	}
}
