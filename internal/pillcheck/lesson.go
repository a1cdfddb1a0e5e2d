package pillcheck

import (
	"math"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/pattern"
	"jetpills/internal/pill"
)

// The parts that every pill has, by the titles of their sections: its story, which ends in the questions, and behind it the
// reference, which one looks things up in.
const (
	problemTitle   = "The problem"
	tryTitle       = "Try it"
	modelTitle     = "The mental model"
	referenceTitle = "Reference"
)

// Bounds of what a reader is told.
const (
	minNixBlocks    = 5
	wordsAMinute    = 130
	minutesABlock   = 0.5
	minutesOff      = 1   // by how much the stated time may differ
	maxExcerptLines = 15  // of a hover, of maxColumns each
	maxExcerptWords = 120 // of a hover
	maxTopics       = 6   // of a section
)

// storySections are a pill's sections up to the reference.
func storySections(p *pill.Pill) []pill.Section {
	if i := slices.IndexFunc(p.Sections, func(s pill.Section) bool { return s.Level == 2 && s.Title == referenceTitle }); i > 0 {
		return p.Sections[:i]
	}
	return p.Sections
}

// markComments are the wordings for other revisions and the lines around what is generated, which nobody reads who reads the pill.
var markComments = pattern.New(`(?ms)^<!-- (?:before |since |generated: |end generated ).*?-->\n\n?`)

// storySize is how many bytes of a pill are read from top to bottom: no reference, and no diagram, which is looked at.
func (l *linter) storySize(p *pill.Pill) int {
	source := l.source(p)
	end := math.MaxInt
	if n := len(storySections(p)); n < len(p.Sections) {
		end = p.Sections[n].Line
		source = []byte(strings.Join(strings.SplitAfter(string(source), "\n")[:end-1], ""))
	}
	size := len(markComments.ReplaceAll(source, nil))
	for _, block := range p.CodeBlocks() {
		if block.Language == "diagram" && block.Line < end {
			size -= len(block.Text)
		}
	}
	return size
}

// lesson checks that a pill teaches in the order in which people learn: the problem, the short version, the story with something
// to try, the mental model, the questions.
func (l *linter) lesson(p *pill.Pill) {
	var titles []string
	for _, s := range p.Sections {
		if s.Level == 2 {
			titles = append(titles, s.Title)
		}
	}
	from := 0
	for _, want := range []string{problemTitle, shortTitle, tryTitle, modelTitle, askingTitle} {
		i := slices.Index(titles[from:], want)
		if i < 0 {
			l.found(p.File, 0, "lesson", "no section %q behind %q", want, strings.Join(titles[:from], ", "))
			return
		}
		from += i + 1
	}
	if titles[0] != problemTitle || titles[1] != shortTitle {
		l.found(p.File, 0, "lesson", "the first sections are %q and %q, want %q and %q", titles[0], titles[1], problemTitle, shortTitle)
	}
	model := p.Sections[slices.IndexFunc(p.Sections, func(s pill.Section) bool { return s.Title == modelTitle })]
	if text := l.lines(model); !slices.ContainsFunc(text, func(line string) bool { return strings.HasPrefix(line, "|") }) {
		l.found(p.File, model.Line, "lesson", "the mental model ends in no table")
	}

	nix, console := 0, 0
	end := math.MaxInt
	if n := len(storySections(p)); n < len(p.Sections) {
		end = p.Sections[n].Line
	}
	minutes := 0.0
	for _, block := range p.CodeBlocks() {
		if name, ok := strings.CutPrefix(strings.Join(block.Info, " "), "file="); ok && !isNamed(p, path.Base(name), block.Line) {
			l.found(p.File, block.Line, "lesson", "the text before does not name the file %s: a reader of the rendered pill sees no fence", name)
		}
		switch block.Language {
		case "nix":
			nix++
		case "console":
			console++
		}
		if block.Line < end {
			minutes += minutesABlock
		}
	}
	if nix < minNixBlocks {
		l.found(p.File, 0, "lesson", "%d Nix blocks, want %d", nix, minNixBlocks)
	}
	if console < 3 {
		l.found(p.File, 0, "lesson", "%d steps to try, want 3", console)
	}
	words := 0
	for _, t := range p.Texts() {
		if t.Line < end {
			words += len(strings.Fields(t.Source))
		}
	}
	minutes += float64(words) / wordsAMinute
	if math.Abs(minutes-float64(p.Minutes)) > minutesOff {
		l.found(p.File, 1, "lesson", "it is read in %.0f minutes, not %d", math.Round(minutes), p.Minutes)
	}
}

// isNamed reports whether a file's name stands in the text of a section before a line of the pill.
func isNamed(p *pill.Pill, name string, line int) bool {
	heading := 0
	for _, s := range p.Sections {
		if s.Line < line {
			heading = s.Line
		}
	}
	return slices.ContainsFunc(p.Texts(), func(t pill.Text) bool {
		return heading < t.Line && t.Line < line && strings.Contains(t.Source, name)
	})
}

// excerpts checks what a hover shows of each topic.
func (l *linter) excerpts() {
	newest := l.library.Newest()
	of := map[string][]pill.Topic{}
	for _, covered := range Coverage(l.pills, newest) {
		t, s := covered.Topic, covered.Section
		if s.Pill == nil || covered.How == Fallback || covered.How == Uncovered {
			continue
		}
		if t.Kind != pill.FileTopic && t.Kind != pill.OutputTopic {
			of[s.Ref()] = append(of[s.Ref()], t)
		}
		text := s.Excerpt(0).Plain()
		lines := 0
		for line := range strings.Lines(text) {
			lines += max(1, (utf8.RuneCountInString(strings.TrimSuffix(line, "\n"))+maxColumns-1)/maxColumns)
		}
		if lines > maxExcerptLines {
			l.found(s.Pill.File, s.Line, "excerpt", "a hover on %s shows %d lines, want at most %d", t, lines, maxExcerptLines)
		}
		if words := len(strings.Fields(text)); words > maxExcerptWords {
			l.found(s.Pill.File, s.Line, "excerpt", "a hover on %s shows %d words, want at most %d", t, words, maxExcerptWords)
		}
		if name := shownName(t); !strings.Contains(strings.ToLower(text), strings.ToLower(name)) {
			l.found(s.Pill.File, s.Line, "excerpt", "a hover on %s never says %s", t, name)
		}
	}
	for ref, topics := range of {
		s, _ := l.pills.Find(ref)
		if n := countTopics(topics, newest); n > maxTopics {
			l.found(s.Pill.File, s.Line, "excerpt", "%d topics lead here, want at most %d", n, maxTopics)
		}
	}
	for t := range l.pills.Topics() {
		if t.Kind != pill.FunctionTopic || strings.ContainsAny(t.Name, "*?") {
			continue
		}
		if s, _ := l.pills.For(t); !isUsed(t.Name, s.Excerpt(0).Markdown(nil)) {
			l.found(s.Pill.File, s.Line, "excerpt", "a hover on %s shows no code that uses %s", t, shownName(t))
		}
	}
}

// isUsed reports whether a function stands in the code of a text with something beside it, such as an argument: `mkForce` names
// it, `lib.mkForce true` uses it.
func isUsed(function, markdown string) bool {
	name := regexp.QuoteMeta(function[strings.LastIndex(function, ".")+1:])
	use := pattern.New(`(^|[^\w'-])` + name + `($|[^\w'-])`)
	alone := pattern.New(`^([\w-]+\.)*` + name + `$`)
	return slices.ContainsFunc(codeInText.FindAllString(markdown, -1), func(code string) bool {
		code = strings.Trim(code, "`")
		return use.MatchString(code) && !alone.MatchString(code)
	})
}

// codeInText is code in Markdown: a block between fences, or words in back-ticks.
var codeInText = pattern.New("(?s)```.*?\n```|`[^`\n]+`")

// countTopics counts topics: the values of one option, a SoM as a value and as an idea, and a set with its options count once.
func countTopics(topics []pill.Topic, c *catalog.Catalog) int {
	names := map[string]bool{}
	for _, t := range topics {
		name := t.Name
		switch t.Kind {
		case pill.ValueTopic, pill.SoMTopic, pill.JetPackTopic:
			name = "a value"
		case pill.OptionTopic:
			if _, isOption := c.Option(name); !isOption {
				continue // a set of options
			}
		case pill.ConceptTopic:
			continue // what the section is about
		}
		names[name] = true
	}
	return len(names)
}

// shownName is the part of a topic's name by which a text speaks of it.
func shownName(t pill.Topic) string {
	name := t.Name
	switch t.Kind {
	case pill.OptionTopic, pill.FunctionTopic:
		name = name[strings.LastIndex(name, ".")+1:]
	case pill.ValueTopic:
		_, name, _ = strings.Cut(name, "=")
	case pill.PackageTopic:
	default:
		return ""
	}
	if name == "enable" || name == "*" {
		return "" // it goes without saying
	}
	return name
}
