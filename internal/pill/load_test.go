package pill

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func loadDir(t testing.TB, name string) *Collection {
	t.Helper()
	c := Load(os.DirFS("testdata/" + name))
	for _, p := range c.Problems() {
		t.Errorf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	return c
}

func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

func TestFrontMatterAndSections(t *testing.T) {
	c := loadDir(t, "annotated")
	if len(c.Pills()) != 1 {
		t.Fatalf("%d pills, want 1", len(c.Pills()))
	}
	p := c.Pills()[0]
	got := []any{p.ID, p.Title, p.Subtitle, p.Summary, p.Group, p.Revision[:7], p.BuildsOn, p.Minutes}
	want := []any{"03", "Overlays and overrides", "layering the package set", "How package sets are layered.", "foundation", "4d857d6", []string{"00", "01"}, 12}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	var sections []string
	for _, s := range p.Sections {
		sections = append(sections, fmt.Sprintf("%d %d %s", s.Line, s.Level, s.Anchor))
	}
	if d := cmp.Diff([]string{
		"11 1 pill-03-overlays-and-overrides--layering-the-package-set",
		"13 2 tldr", "17 2 scopes", "30 3 callpackage-and-friends", "35 2 order",
		"40 3 inner", "52 2 firmware", "57 2 order-1", "61 2 questions",
	}, sections); d != "" {
		t.Error(d)
	}
	for _, s := range p.Sections {
		source := strings.Split(string(c.Files()[p.File]), "\n")
		if line := source[s.Line-1]; !strings.HasPrefix(line, strings.Repeat("#", s.Level)+" ") {
			t.Errorf("line %d of %s is %q", s.Line, s.Title, line)
		}
	}
	block := p.CodeBlocks()[0]
	if d := cmp.Diff(CodeBlock{"nix", []string{"eval"}, "1 + 1\n# => 2\n", 25}, block); d != "" {
		t.Error(d)
	}
	inner, _ := c.Find("03#inner")
	if parents := inner.Parents(); len(parents) != 1 || parents[0].Title != "Order" {
		t.Errorf("parents of Inner: %v", parents)
	}
	if label, ref := inner.Label(), inner.Ref(); label != "Pill 03: Overlays and overrides › Inner" || ref != "03#inner" {
		t.Errorf("label %q, ref %q", label, ref)
	}
}

// Headings as pills and other folders write them.
func TestTitles(t *testing.T) {
	for _, tt := range []struct{ file, text, title, subtitle string }{
		{"03-a.md", "# Pill 03: Overlays — layering", "Overlays", "layering"},
		{"03-a.md", "# Pill 03: Overlays - layering", "Overlays", "layering"},
		{"03-a.md", "# Pill 03 — Overlays: layering", "Overlays", "layering"},
		{"03-a.md", "# pill 3: jetpack-nixos in short", "jetpack-nixos in short", ""},
		{"03-a.md", "Overlays\n========\n\ntext", "Overlays", ""},
		{"03-a.md", "# `mkIf` &amp; co", "mkIf & co", ""},
		{"README.md", "# Jetpills", "Jetpills", ""},
		{"03-two-words.md", "## A section", "two words", ""},
		{"03-two-words.md", "", "two words", ""},
		{"03-a.md", "---\ntitle: Own\n---\n# Pill 03: Other — thing", "Own", "thing"},
	} {
		c := Load(files(tt.file, tt.text))
		s, ok := c.Find(tt.file)
		if !ok {
			t.Errorf("%q: not found", tt.text)
			continue
		}
		if s.Pill.Title != tt.title || s.Pill.Subtitle != tt.subtitle {
			t.Errorf("%q: %q, %q", tt.text, s.Pill.Title, s.Pill.Subtitle)
		}
	}
}

func TestAnchors(t *testing.T) {
	made := anchors{}
	for _, tt := range []struct{ title, anchor string }{
		{"Why order matters", "why-order-matters"},
		{"overlay.nix: three generations", "overlaynix-three-generations"},
		{"A — B", "a--b"},
		{"snake_case & Dash-ed?", "snake_case--dash-ed"},
		{"Größe", "größe"},
		{"Order", "order"},
		{"Order", "order-1"},
		{"Order", "order-2"},
		{"Order 1", "order-1-1"},
		{"", ""},
		{"", "-1"},
	} {
		if got := made.of(tt.title); got != tt.anchor {
			t.Errorf("%q: %q, want %q", tt.title, got, tt.anchor)
		}
	}
}

func TestFind(t *testing.T) {
	c := loadDir(t, "plain")
	for ref, want := range map[string]string{
		"03":                               "Pill 03: Overlays and overrides",
		"3":                                "Pill 03: Overlays and overrides",
		"03-overlays-and-overrides.md":     "Pill 03: Overlays and overrides",
		"overlays-and-overrides":           "Pill 03: Overlays and overrides",
		"./README.md":                      "Notes on Jetsons",
		"readme":                           "Notes on Jetsons",
		"04#the-som-option":                "Pill 04: The jetpack-nixos architecture › The som option",
		"04#the-som":                       "Pill 04: The jetpack-nixos architecture › The som option",
		"04#Carrier-Board":                 "Pill 04: The jetpack-nixos architecture › Carrier board",
		"03#over":                          "", // two sections begin so
		"03#nothing":                       "",
		"05":                               "",
		"":                                 "",
		"#overlays":                        "",
		"../03-overlays-and-overrides.md":  "",
		"03-overlays-and-overrides.md.bak": "",
	} {
		s, ok := c.Find(ref)
		got := ""
		if ok {
			got = s.Label()
		}
		if got != want {
			t.Errorf("Find(%q) = %q, want %q", ref, got, want)
		}
	}
}

// A bad file costs its own sections; the good one beside it stays, and the
// fault is told with its line.
func TestBadFiles(t *testing.T) {
	const good = "# Pill 03: Good\n\n## Scopes\n<!-- explains: concept:scopes -->\n\nA package set within a set.\n"
	for _, tt := range []struct {
		name, text string
		problem    string // "line: part of the message"
		sections   int    // of the bad file that are there all the same, the title among them
	}{
		{"binary", "# A\x00", "0: binary", 0},
		{"huge", strings.Repeat("a\n", 1<<17+1), "0: larger", 0},
		{"long line", "# A\n\n" + strings.Repeat("[a](", 5000), "3: longer", 0},
		{"numbers in numbers", "# A\n\n" + strings.Repeat("1. ", 5000), "3: deep", 0},
		{"far to the right", "# A\n\n" + strings.Repeat(" ", 1000) + "- a", "3: deep", 0},
		{"rules and stars", "# A\n\n" + strings.Repeat("-", 200) + "\n\n" + strings.Repeat("*", 200) + "\n\n" + strings.Repeat("=", 200) + "\n\n" + strings.Repeat(".", 200) + "\n\n" + strings.Repeat("+", 200), "", 1},
		{"quotes in quotes", strings.Repeat(">", 10000), "1: deep", 0},
		{"lists in lists", "# A\n\n" + strings.Repeat("* ", 5000), "3: deep", 0},
		{"open front matter", "---\nid: \"04\"\n\n# A\n\n## B\n", "1: not closed", 2},
		{"endless front matter", "---\nid: \"04\"\n", "1: not closed", 1},
		{"bad front matter", "---\nid: \"04\"\ntitle: [a\n---\n# A\n\n## B\n", "2: front matter", 2},
		{"number for words", "---\nid: 04\nminutes: many\n---\n# A\n\n## B\n", "3: front matter", 2},
		{"foreign id", "---\nid: \"05\"\n---\n# A\n", "1: file name says", 1},
		{"open fence", "# A\n\n## B\n\n```nix\n{ a = 1;\n\n## C\n", "5: code block is not closed", 2},
		{"open empty fence", "# A\n\n## B\n\n```nix", "5: code block is not closed", 2},
		{"open comment", "# A\n\n## B\n<!-- explains: concept:b\n\ntext\n", "4: not closed", 2},
		{"unknown kind", "# A\n\n## B\n<!-- explains: thing:b -->\n", "4: unknown kind", 2},
		{"no kind", "# A\n\n## B\n<!-- explains: makeScope -->\n", "4: has no kind", 2},
		{"comma forgotten", "# A\n\n## B\n<!-- explains: concept:a concept:b -->\n", "4: no spaces", 2},
		{"half a value", "# A\n\n## B\n<!-- explains: value:som -->\n", "4: option=value", 2},
		{"bad glob", "# A\n\n## B\n<!-- explains: package:[a* -->\n", "4: glob", 2},
		{"topics too late", "# A\n\n## B\n\ntext\n\n<!-- explains: concept:b -->\n", "7: directly", 2},
		{"topics of a title", "# A\n<!-- explains: concept:b -->\n", "2: under a title", 1},
		{"invalid UTF-8", "# A\xff\n\n## B\n\n\xfe\n", "", 2},
		{"empty", "", "1: no title", 1},
		{"only a title's mark", "#", "", 1},
		{"byte order mark", "\uFEFF---\ntitle: A\n---\n## B\n", "", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			c := Load(files("03-good.md", good, "04-bad.md", tt.text))
			if took := time.Since(began); took > time.Minute {
				t.Errorf("took %v", took)
			}
			if s, ok := c.For(Topic{ConceptTopic, "scopes"}); !ok || s.Excerpt(0).Markdown(nil) != "A package set within a set." {
				t.Error("the good file lost its section")
			}
			got := ""
			for _, p := range c.Problems() {
				got += fmt.Sprintf("%s %d: %s\n", p.File, p.Line, p.Message)
			}
			line, message, _ := strings.Cut(tt.problem, ": ")
			if tt.problem == "" && got != "" || tt.problem != "" && (!strings.HasPrefix(got, "04-bad.md "+line+": ") || !strings.Contains(got, message)) {
				t.Errorf("problems %q, want %q", got, tt.problem)
			}
			sections := 0
			if s, ok := c.Find("04"); ok {
				sections = len(s.Pill.Sections)
				for _, s := range s.Pill.Sections {
					_ = s.Excerpt(0).Markdown(nil) + s.Excerpt(0).Plain()
				}
			}
			if sections != tt.sections {
				t.Errorf("%d sections, want %d", sections, tt.sections)
			}
		})
	}
}

func TestFolders(t *testing.T) {
	missing := Load(os.DirFS("testdata/no-such-folder"))
	if len(missing.Problems()) != 1 || len(missing.Pills()) != 0 {
		t.Errorf("missing folder: %v", missing.Problems())
	}
	if _, ok := missing.For(Topic{ConceptTopic, "scopes"}); ok {
		t.Error("a missing folder explains scopes")
	}

	odd := Load(fstest.MapFS{
		"03-folder.md/inside.md": {Data: []byte("# A")},
		"04-pipe.md":             {Mode: fs.ModeNamedPipe},
		"05-one.md":              {Data: []byte("# One")},
		"05-two.md":              {Data: []byte("# Two")},
		"notes.md":               {Data: []byte("# Mine")},
		"readme.txt":             {Data: []byte("x")},
		"06-.md":                 {Data: []byte("# No name")},
	})
	got := ""
	for _, p := range odd.Problems() {
		got += p.File + ": " + p.Message + "\n"
	}
	want := "03-folder.md: is not a regular file\n04-pipe.md: is not a regular file\n05-two.md: pill 05 is already 05-one.md\n"
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if len(odd.Pills()) != 1 || odd.Pills()[0].Title != "One" {
		t.Errorf("pills: %v", odd.Pills())
	}
}

// TestBoundsOfAFolder holds that a folder of pills takes no more memory than its bounds say, whatever is in it, and that what
// is left out is told.
func TestBoundsOfAFolder(t *testing.T) {
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	folder := func(content string) fstest.MapFS {
		fsys := fstest.MapFS{}
		for i := range 100 {
			fsys[fmt.Sprintf("%02d-a.md", i)] = &fstest.MapFile{Data: []byte(content)}
		}
		return fsys
	}
	for _, tt := range []struct {
		name, content string
		pills         int
		problem       string
	}{
		{"brackets", strings.Repeat(strings.Repeat("[", 15_000)+"\n", 14), 0, "100 of 00-a.md 1: without an empty line"},
		{"blocks of brackets", "# A\n\n" + strings.Repeat(strings.Repeat("[", 1900)+"\n\n", 7), 19, "1 of 19-a.md 0: is left out, and so are the 80 files after it"},
		{"references", "# A\n\n" + strings.Repeat(strings.Repeat("[a][b]\n[a]: b\n", 300)+"\n", 8), 21, "1 of 21-a.md 0: is left out"},
		{"emphasis", "# A\n\n" + strings.Repeat(strings.Repeat("a*b_c", 900)+"\n\n", 7), 20, "1 of 20-a.md 0: is left out"},
		{"lists in lists", "# A\n\n" + strings.Repeat(strings.Repeat("1. - 1. - a\n", 250)+"\n", 7), 0, ""},
		{"text", "# A\n\n" + strings.Repeat(strings.Repeat("text ", 1000)+"\n\n", 50), 16, "1 of 16-a.md 0: is left out"},
		{"pills", "# A\n\n" + strings.Repeat("## B\n\nIn `a.nix`, *every* [link](b.md) counts.\n\n```nix\n{ a = 1; }\n```\n\n", 100), 100, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := folder(tt.content)
			before, began := heap(), time.Now()
			c := Load(fsys)
			took, kept := time.Since(began), heap()-before
			t.Logf("%d pills, %v, %d MB", len(c.Pills()), took, kept>>20)
			if kept > 96<<20 || took > time.Minute {
				t.Errorf("took %v and %d MB", took, kept>>20)
			}
			if tt.pills > 0 && len(c.Pills()) != tt.pills {
				t.Errorf("%d pills, want %d", len(c.Pills()), tt.pills)
			}
			if problems := c.Problems(); tt.problem != "" && len(problems) > 0 {
				first := problems[0]
				got := fmt.Sprintf("%d of %s %d: %s", len(problems), first.File, first.Line, first.Message)
				where, message, _ := strings.Cut(tt.problem, ": ")
				if !strings.HasPrefix(got, where+": ") || !strings.Contains(got, message) {
					t.Errorf("%q, want %q", got, tt.problem)
				}
			} else if tt.problem != "" {
				t.Errorf("no problem, want %q", tt.problem)
			}
			runtime.KeepAlive(c)
		})
	}
}

func TestHash(t *testing.T) {
	hash := func(pairs ...string) string { return Load(files(pairs...)).Hash() }
	base := hash("03-a.md", "# A", "04-b.md", "# B")
	if len(base) != 32 || base != hash("04-b.md", "# B", "03-a.md", "# A") {
		t.Errorf("hash %q is not stable", base)
	}
	for name, other := range map[string]string{
		"content changed": hash("03-a.md", "# A ", "04-b.md", "# B"),
		"file renamed":    hash("03-c.md", "# A", "04-b.md", "# B"),
		"contents moved":  hash("03-a.md", "# B", "04-b.md", "# A"),
		"file removed":    hash("03-a.md", "# A"),
		"carriage return": hash("03-a.md", "# A\r", "04-b.md", "# B"),
	} {
		if other == base {
			t.Errorf("%s: same hash", name)
		}
	}
	if base != hash("03-a.md", "# A", "04-b.md", "# B", "other.txt", "x") {
		t.Error("a file that is no pill changes the hash")
	}
}

// Windows line ends change nothing but the files' bytes.
func TestCarriageReturns(t *testing.T) {
	for _, dir := range []string{"plain", "annotated"} {
		c := loadDir(t, dir)
		converted := fstest.MapFS{}
		for name, content := range c.Files() {
			converted[name] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(string(content), "\n", "\r\n"))}
		}
		other := Load(converted)
		if d := cmp.Diff(describe(c), describe(other)); d != "" {
			t.Error(dir, d)
		}
	}
}

func describe(c *Collection) string {
	var b strings.Builder
	for _, p := range c.Pills() {
		for _, s := range p.Sections {
			fmt.Fprintf(&b, "%s:%d %s %v\n%s\n%s\n", p.File, s.Line, s.Label(), s.Topics, s.Excerpt(0).Markdown(nil), s.Excerpt(0).Plain())
		}
		fmt.Fprintln(&b, p.CodeBlocks(), p.Links())
	}
	return b.String()
}

// Prose stands where the file has it, code between back-ticks in it; blocks of code, tags and comments are none.
func TestTexts(t *testing.T) {
	c := Load(files("03-a.md", "---\nid: \"03\"\n---\n# Pill 03: A\n\n<!-- explains: function:f -->\n\nOne `a`,\ntwo ``b ` c``.\n\n"+
		"- item `d`\n\n  > quoted\n  > `e`\n\n```nix\nf `x`\n```\n\n<details>\n\n| `g` | h |\n|---|---|\n| 1 | `i` |\n\n</details>\n\n## `` ` ``\n"))
	var got []string
	for _, text := range c.Pills()[0].Texts() {
		line := fmt.Sprintf("%d %q", text.Line, text.Source)
		for _, code := range text.Code {
			line += " " + text.Source[code[0]:code[1]]
		}
		got = append(got, line)
	}
	want := []string{
		`4 "Pill 03: A"`, "8 \"One `a`,\\ntwo ``b ` c``.\" a b ` c", "11 \"item `d`\" d", "13 \"quoted\\n  > `e`\" e",
		"22 \"`g` | h\" g", "24 \"1 | `i`\" i", "28 \"`` ` ``\" `",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
