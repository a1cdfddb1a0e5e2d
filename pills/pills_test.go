package pills_test

import (
	"fmt"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/pillcheck"
	"jetpills/pills"
)

// The files' names are linked from elsewhere.
var files = []string{
	"00-nix-language.md", "01-derivations.md", "02-flakes.md", "03-overlays-and-overrides.md",
	"04-jetpack-nixos-architecture.md", "05-bsp-kernel-l4t.md", "06-cuda-gpu-packages.md",
	"07-nixos-modules.md", "08-flashing-firmware-ota.md", "09-building-your-system.md",
}

func library(t *testing.T) *catalog.Library {
	t.Helper()
	l, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestAllFilesLoad(t *testing.T) {
	c := pill.Load(pills.FS)
	if _, ok := c.Index(); !ok {
		t.Error("README.md is missing")
	}
	var have []string
	for _, p := range c.Pills() {
		have = append(have, p.File)
		if want := library(t).Newest().Revision.Hash; p.Revision != want {
			t.Errorf("%s describes %s, the newest revision known is %s", p.File, p.Revision, want)
		}
	}
	if strings.Join(have, " ") != strings.Join(files, " ") {
		t.Errorf("pills are %v, want %v", have, files)
	}
}

// The list of sections saves the program from parsing the pills when it starts: it says what parsing them would.
func TestList(t *testing.T) {
	parsed := fstest.MapFS{}
	for name, content := range pill.Load(pills.FS).Files() {
		parsed[name] = &fstest.MapFile{Data: content}
	}
	want, err := pill.Load(parsed).List()
	if err != nil {
		t.Fatal(err)
	}
	have, err := pills.FS.ReadFile(pill.ListFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != string(want) {
		t.Fatal("the list is not that of the pills: go run ./cmd/jetpills pills lint --fix pills")
	}
	listed, whole := pill.Open(pills.FS), pill.Load(parsed)
	if !listed.IsListed() || whole.IsListed() || !pill.Load(pills.FS).IsListed() {
		t.Fatal("the list is not read where it is, or read where it is not")
	}
	again, err := listed.List()
	if err != nil || string(again) != string(want) {
		t.Error("read back, the list is another one: ", err)
	}
	if listed.Hash() != whole.Hash() {
		t.Error("the list has another hash than the pills")
	}
	texts := func(c *pill.Collection) (all []string) {
		index, _ := c.Index()
		glossary, _ := c.Glossary()
		for _, p := range append(c.Pills(), index, glossary) {
			for _, s := range p.Sections {
				all = append(all, s.Ref(), s.Label(), s.Markdown(), s.Excerpt(0).Markdown(nil), fmt.Sprint(s.Topics, s.Formerly, s.Line, s.IsFrame(), s.LineAt(0)))
			}
			all = append(all, fmt.Sprint(p.Links(), p.CodeBlocks(), p.BuildsOn, p.Minutes, p.Title, p.Summary))
		}
		return all
	}
	if !slices.Equal(texts(listed), texts(whole)) {
		t.Error("sections differ with the list and without it")
	}
}

// What "jetpills pills lint --nix" checks: form, code, tables, every name.
func TestLint(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Fatal("nix-instantiate is needed to check the pills (Debian: nix-bin): ", err)
	}
	findings, err := pillcheck.Lint(t.Context(), pill.Load(pills.FS), library(t), pillcheck.Options{Nix: nix})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Error(f)
	}
}

// Everything in the catalog, and all that the pills promise, has a section of
// its own that is about it.
func TestEverythingIsExplained(t *testing.T) {
	count := map[pillcheck.How]int{}
	for _, covered := range pillcheck.Coverage(pill.Load(pills.FS), library(t).Newest()) {
		count[covered.How]++
		switch covered.How {
		case pillcheck.Exact, pillcheck.Glob:
		default:
			t.Errorf("%s: %s", covered.Topic, covered.How)
		}
	}
	if count[pillcheck.Exact] < 200 {
		t.Errorf("only %d topics are named by a section", count[pillcheck.Exact])
	}
}

// A topic that two sections claim is explained by neither on purpose.
func TestOneSectionPerTopic(t *testing.T) {
	for topic, sections := range pill.Load(pills.FS).Topics() {
		if len(sections) > 1 {
			t.Errorf("%s is claimed by %s and %s", topic, sections[0].Ref(), sections[1].Ref())
		}
	}
}

// Each word of the glossary is a topic, of its entry or of the section of a pill that explains the thing at length, and its entry is
// short and leads to a pill.
func TestGlossary(t *testing.T) {
	c := pill.Load(pills.FS)
	glossary, ok := c.Glossary()
	if !ok {
		t.Fatal("glossary.md is missing")
	}
	for _, entry := range glossary.Sections[1:] {
		names, _, _ := strings.Cut(entry.Title, ": ")
		word, _, _ := strings.Cut(names, ", ")
		if found, ok := c.Word(word); !ok || found.Section.Anchor != entry.Anchor {
			t.Errorf("%s:%d: %q leads to %q", glossary.File, entry.Line, word, found.Section.Ref())
		}
		idea := pill.Topic{Kind: pill.ConceptTopic, Name: strings.ReplaceAll(strings.ToLower(word), " ", "-")}
		switch s, ok := c.Declares(idea); {
		case len(entry.Topics) > 1:
			t.Errorf("%s:%d: %d topics, want one", glossary.File, entry.Line, len(entry.Topics))
		case len(entry.Topics) == 0 && (!ok || s.Pill == glossary):
			t.Errorf("%s:%d: no topic, and no pill explains %s", glossary.File, entry.Line, idea)
		}
		text := entry.Excerpt(0).Plain()
		if words := len(strings.Fields(text)); words > 60 {
			t.Errorf("%s:%d: %d words, want at most 60", glossary.File, entry.Line, words)
		}
		if !slices.ContainsFunc(glossary.Links(), func(l pill.Link) bool {
			return l.File != "" && entry.Line < l.Line && l.Line <= entry.Line+3
		}) {
			t.Errorf("%s:%d: %s leads to no pill", glossary.File, entry.Line, word)
		}
	}
}

// Each topic leads to a section, and a hover on it shows something.
func TestTopicsHaveExcerpts(t *testing.T) {
	c := pill.Load(pills.FS)
	topics := c.Topics()
	if len(topics) == 0 {
		t.Fatal("no topics at all")
	}
	for topic := range topics {
		s, ok := c.For(topic)
		if !ok {
			t.Errorf("%s: no section", topic)
			continue
		}
		if text := s.Excerpt(0).Markdown(nil); utf8.RuneCountInString(text) < 60 {
			t.Errorf("%s:%d: %s has the excerpt %q", s.Pill.File, s.Line, topic, text)
		}
	}
}

// The same texts without front matter and topics, as in a folder that someone
// else wrote, still lead to the right pill by headings and mentions.
func TestWithoutAnnotations(t *testing.T) {
	c := pill.Load(pills.FS)
	topicComment := regexp.MustCompile(`(?s)<!-- explains:.*?-->\n`)
	matter := regexp.MustCompile(`(?s)\A---\n.*?\n---\n`)
	bare := fstest.MapFS{}
	for name, content := range c.Files() {
		content = matter.ReplaceAll(topicComment.ReplaceAll(content, nil), nil)
		bare[name] = &fstest.MapFile{Data: content}
	}
	other := pill.Load(bare)
	for _, p := range other.Problems() {
		t.Errorf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	asked, found, same := 0, 0, 0
	for topic, sections := range c.Topics() {
		if strings.ContainsAny(topic.Name, "*?") {
			continue
		}
		asked++
		if s, ok := other.For(topic); ok {
			found++
			if s.Pill.ID == sections[0].Pill.ID {
				same++
			}
		}
	}
	t.Logf("%d topics: %d found, %d of them in the same pill", asked, found, same)
	if asked == 0 || found*2 < asked || same*3 < found*2 {
		t.Errorf("of %d topics %d are found, %d of them in the pill that explains them", asked, found, same)
	}
	for topic, want := range map[pill.Topic]string{
		{Kind: pill.FunctionTopic, Name: "makeScope"}:                          "03",
		{Kind: pill.FunctionTopic, Name: "overrideAttrs"}:                      "03",
		{Kind: pill.FunctionTopic, Name: "mkIf"}:                               "07",
		{Kind: pill.ConceptTopic, Name: "overlays"}:                            "03",
		{Kind: pill.OptionTopic, Name: "hardware.nvidia-jetpack.som"}:          "04 07",
		{Kind: pill.OptionTopic, Name: "hardware.nvidia-jetpack.carrierBoard"}: "04 07",
	} {
		if s, ok := other.For(topic); !ok || !strings.Contains(want, s.Pill.ID) {
			t.Errorf("%s: found %q, want pill %s", topic, s.Title, want)
		}
	}
}
