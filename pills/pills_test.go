package pills_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"jetpills/internal/pill"
	"jetpills/pills"
)

var files = []string{
	"00-nix-language.md", "01-derivations.md", "02-flakes.md", "03-overlays-and-overrides.md",
	"04-jetpack-nixos-architecture.md", "05-bsp-kernel-l4t.md", "06-cuda-gpu-packages.md",
	"07-nixos-modules.md", "08-flashing-firmware-ota.md", "09-building-your-system.md",
}

func load(t *testing.T) (*pill.Collection, []*pill.Pill) {
	t.Helper()
	c := pill.Load(pills.FS)
	all := c.Pills()
	if index, ok := c.Index(); ok {
		all = append([]*pill.Pill{index}, all...)
	}
	return c, all
}

func TestAllFilesLoad(t *testing.T) {
	c, _ := load(t)
	for _, p := range c.Problems() {
		t.Errorf("%s:%d: %s", p.File, p.Line, p.Message)
	}
	if _, ok := c.Index(); !ok {
		t.Error("README.md is missing")
	}
	var have []string
	for _, p := range c.Pills() {
		have = append(have, p.File)
	}
	if fmt.Sprint(have) != fmt.Sprint(files) {
		t.Errorf("pills are %v, want %v", have, files)
	}
}

func TestFrontMatter(t *testing.T) {
	c, _ := load(t)
	revision := regexp.MustCompile(`^[0-9a-f]{40}$`)
	for _, p := range c.Pills() {
		for field, ok := range map[string]bool{
			"id":       strings.HasPrefix(p.File, p.ID+"-"),
			"title":    p.Title != "",
			"subtitle": p.Subtitle != "",
			"summary":  p.Summary != "",
			"group":    p.Group == "foundation" || p.Group == "jetpack-nixos" || p.Group == "system",
			"revision": revision.MatchString(p.Revision),
			"minutes":  p.Minutes > 0 && p.Minutes <= 15,
		} {
			if !ok {
				t.Errorf("%s: front matter: %s is missing or wrong", p.File, field)
			}
		}
		for _, id := range p.BuildsOn {
			if other, ok := c.Find(id); !ok || id >= p.ID {
				t.Errorf("%s: builds on %q (%s), which is no earlier pill", p.File, id, other.Title)
			}
		}
		heading := fmt.Sprintf("Pill %s: %s — %s", p.ID, p.Title, p.Subtitle)
		if got := p.Sections[0].Title; got != heading {
			t.Errorf("%s: first heading is %q, front matter says %q", p.File, got, heading)
		}
	}
}

func TestShortSummary(t *testing.T) {
	c, _ := load(t)
	for _, p := range c.Pills() {
		source := strings.Split(string(c.Files()[p.File]), "\n")
		found := false
		for i, s := range p.Sections {
			if s.Title != "tl;dr" {
				continue
			}
			found = true
			end := len(source)
			if i+1 < len(p.Sections) {
				end = p.Sections[i+1].Line - 1
			}
			lines := 0
			for _, line := range source[s.Line:end] {
				if line == "---" {
					break // the footer
				}
				if strings.TrimSpace(line) != "" {
					lines++
				}
			}
			if lines < 1 || lines > 6 {
				t.Errorf("%s:%d: tl;dr has %d lines, want 1 to 6", p.File, s.Line, lines)
			}
		}
		if !found {
			t.Errorf("%s: no section tl;dr", p.File)
		}
	}
}

func TestLinksResolve(t *testing.T) {
	c, all := load(t)
	for _, p := range all {
		for _, l := range p.Links() {
			if l.URL != "" {
				if !strings.HasPrefix(l.URL, "https://") {
					t.Errorf("%s:%d: link to %s", p.File, l.Line, l.URL)
				}
				continue
			}
			ref := l.File
			if l.Anchor != "" {
				ref += "#" + l.Anchor
			}
			if s, ok := c.Find(ref); !ok || s.Pill.File != l.File || l.Anchor != "" && s.Anchor != l.Anchor {
				t.Errorf("%s:%d: link to %s leads nowhere", p.File, l.Line, ref)
			}
		}
	}
}

func TestDiagramsFit(t *testing.T) {
	_, all := load(t)
	for _, p := range all {
		for _, block := range p.CodeBlocks() {
			if block.Language == "" {
				t.Errorf("%s:%d: code block without a language", p.File, block.Line)
			}
			if block.Language != "text" {
				continue
			}
			for i, line := range strings.Split(block.Text, "\n") {
				if n := utf8.RuneCountInString(line); n > 78 {
					t.Errorf("%s:%d: %d columns, want at most 78", p.File, block.Line+1+i, n)
				}
			}
		}
	}
}

// Each topic leads to a section, and a hover on it shows something.
func TestTopicsHaveExcerpts(t *testing.T) {
	c, _ := load(t)
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
		e := s.Excerpt(0)
		if text := e.Markdown(nil); utf8.RuneCountInString(text) < 60 {
			t.Errorf("%s:%d: %s has the excerpt %q", s.Pill.File, s.Line, topic, text)
		}
	}
}

func TestQuestions(t *testing.T) {
	c, _ := load(t)
	for _, p := range c.Pills() {
		if len(p.Sections) <= 2 {
			continue // title and tl;dr: the pill is announced, not yet written
		}
		last := p.Sections[len(p.Sections)-1]
		_, text, _ := strings.Cut(string(c.Files()[p.File]), "\n## Questions\n")
		if open, closed := strings.Count(text, "<details>"), strings.Count(text, "</details>"); last.Title != "Questions" || open != 3 || closed != 3 {
			t.Errorf("%s: ends in %q with %d folded answers, want Questions with 3", p.File, last.Title, open)
		}
	}
}

// Nix itself reads every Nix block; blocks marked "eval" give what they say.
func TestNixBlocks(t *testing.T) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		t.Fatal("nix-instantiate is needed to check the pills (Debian: nix-bin): ", err)
	}
	_, all := load(t)
	dir := t.TempDir()
	run := func(file string, args ...string) (string, error) {
		cmd := exec.Command(nix, append(args, "--store", "dummy://", file)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "HOME="+dir, "NIX_PATH=")
		out, err := cmd.Output()
		var failed *exec.ExitError
		if errors.As(err, &failed) {
			err = errors.New(strings.TrimSpace(string(failed.Stderr)))
		}
		return strings.TrimSpace(string(out)), err
	}
	var group errgroup.Group
	group.SetLimit(2)
	for _, p := range all {
		for _, block := range p.CodeBlocks() {
			if block.Language != "nix" {
				continue
			}
			group.Go(func() error {
				where := fmt.Sprintf("%s:%d", p.File, block.Line)
				file := filepath.Join(dir, fmt.Sprintf("%s-%d.nix", p.ID, block.Line))
				if err := os.WriteFile(file, []byte(block.Text), 0o644); err != nil {
					return err
				}
				if fmt.Sprint(block.Info) != "[eval]" {
					if len(block.Info) > 0 {
						t.Errorf("%s: unknown words after ```nix: %v", where, block.Info)
					}
					if _, err := run(file, "--parse"); err != nil {
						t.Errorf("%s: does not parse: %v", where, err)
					}
					return nil
				}
				lines := strings.Split(strings.TrimSpace(block.Text), "\n")
				want, ok := strings.CutPrefix(lines[len(lines)-1], "# => ")
				if !ok {
					t.Errorf("%s: the last line of an evaluated block reads # => VALUE", where)
					return nil
				}
				got, err := run(file, "--eval", "--strict")
				if err != nil {
					t.Errorf("%s: does not evaluate: %v", where, err)
				} else if got != want {
					t.Errorf("%s: gives %s, the pill says %s", where, got, want)
				}
				return nil
			})
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

// The same texts without front matter and topics, as in a folder that someone
// else wrote, still lead to the right pill by headings and mentions.
func TestWithoutAnnotations(t *testing.T) {
	c, _ := load(t)
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
		if strings.Contains(topic.Name, "*") {
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
