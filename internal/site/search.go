package site

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"jetpills/internal/pill"
)

// What the search of site.js looks through. Words stand in one text, because that is small: a line each, the word, and behind a space the
// numbers of the entries that mention it, each as the distance to the one before, in base 36.
type searchIndex struct {
	Pages   []searchPage  `json:"pages"`
	Kinds   []string      `json:"kinds"`
	Entries []searchEntry `json:"entries"`
	Words   string        `json:"words"`
}

type searchPage struct {
	File  string `json:"file"`
	Label string `json:"label"`
}

// searchEntry is [kind, page, anchor, title], and behind them what else names the entry, if something does. The anchor is "" where it
// follows from the title.
type searchEntry []any

// The kinds of entries, the numbers of which are their places here.
var searchKinds = []string{"section", "option", "member", "message"}

const (
	sectionEntry = iota
	optionEntry
	memberEntry
	messageEntry
)

type indexer struct {
	searchIndex
	pages    map[string]int // by file
	mentions map[string][]int
}

func (s *site) addSearch() error {
	x := &indexer{searchIndex: searchIndex{Kinds: searchKinds}, pages: map[string]int{}, mentions: map[string][]int{}}
	for _, p := range s.all() {
		x.page(p.Page(), cmp.Or(map[bool]string{true: p.ID + " "}[s.isNumbered(p)], "")+p.Title)
		for _, section := range p.Sections {
			title := section.Title
			if section.Number() == 0 {
				title = p.Title
			}
			n := x.add(sectionEntry, p.Page(), section.Anchor, title, namesOf(section))
			if !section.IsFrame() {
				x.mention(n, title, section.Words())
			}
		}
	}
	x.page(optionsFile, "Options")
	for _, o := range s.newest.Options() {
		x.add(optionEntry, optionsFile, o.Path, o.Path, "")
	}
	for _, o := range s.options.gone {
		x.add(optionEntry, optionsFile, o.Path, o.Path, "")
	}
	s.addMembers(x)
	if err := s.addMessages(x); err != nil {
		return err
	}
	x.Words = x.words()
	s.add("assets/search.js", script("index", x.searchIndex))
	return nil
}

// namesOf are the names of what a section explains that its title lacks.
func namesOf(section pill.Section) string {
	var names []string
	for _, t := range section.Topics {
		name := t.Name[strings.LastIndexAny(t.Name, "./=")+1:]
		if !strings.ContainsAny(name, "*?") && !strings.Contains(strings.ToLower(section.Title), strings.ToLower(name)) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// addMembers adds the packages of the scopes, what the overlay sets, and the products of a system, at the sections that explain them.
func (s *site) addMembers(x *indexer) {
	topics := map[string]pill.Topic{}
	for _, p := range s.newest.Packages() {
		topics["nvidia-jetpack."+p.Name] = pill.Topic{Kind: pill.PackageTopic, Name: p.Name}
	}
	for _, a := range s.newest.OverlayAttributes() {
		topics[a.Name] = pill.Topic{Kind: pill.PackageTopic, Name: a.Name}
	}
	for _, a := range s.newest.SystemBuild() {
		topics["system.build."+a.Name] = pill.Topic{Kind: pill.PackageTopic, Name: a.Name}
	}
	for _, name := range slices.Sorted(maps.Keys(topics)) {
		if section, ok := s.pills.For(topics[name]); ok {
			x.add(memberEntry, section.Pill.Page(), section.Anchor, name, "")
		}
	}
}

// addMessages adds the messages of the table of symptoms, at the sections that explain them.
func (s *site) addMessages(x *indexer) error {
	table, err := s.pills.Symptoms()
	if err != nil {
		return err
	}
	for symptom := range table.All() {
		title := strings.ReplaceAll(symptom.Label(), "`", "")
		var other []string
		for _, says := range symptom.Says {
			if !strings.Contains(title, says) {
				other = append(other, says)
			}
		}
		for _, ref := range symptom.Read {
			if section, ok := s.pills.Find(ref); ok {
				x.add(messageEntry, section.Pill.Page(), section.Anchor, title, strings.Join(other, "\n"))
				break
			}
		}
	}
	return nil
}

func (x *indexer) page(file, label string) {
	x.pages[file] = len(x.Pages)
	x.Pages = append(x.Pages, searchPage{file, label})
}

// add adds an entry and gives its number.
func (x *indexer) add(kind int, file, anchor, title, also string) int {
	if anchor == title || anchor == plainAnchor(title) {
		anchor = ""
	}
	entry := searchEntry{kind, x.pages[file], anchor, title}
	if also != "" {
		entry = append(entry, also)
	}
	x.Entries = append(x.Entries, entry)
	return len(x.Entries) - 1
}

// plainAnchor is the anchor that site.js makes of a title.
func plainAnchor(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', 'a' <= r && r <= 'z', '0' <= r && r <= '9':
			return r
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return -1
	}, title)
}

// mention notes the words of a section's text that do not stand in its title.
func (x *indexer) mention(n int, title, text string) {
	seen := map[string]bool{}
	for word := range strings.FieldsFuncSeq(strings.ToLower(text), isBetweenWords) {
		word = strings.Trim(word, "-_'")
		if length := len(word); length < 3 || length > 24 || seen[word] || common[word] || isNumber(word) {
			continue
		}
		seen[word] = true
		if !strings.Contains(strings.ToLower(title), word) {
			x.mentions[word] = append(x.mentions[word], n)
		}
	}
}

func isBetweenWords(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_'
}

func isNumber(word string) bool {
	_, err := strconv.ParseUint(word, 16, 64)
	return err == nil && len(word) > 5
}

// words is the text of the words that are mentioned.
func (x *indexer) words() string {
	var b strings.Builder
	for _, word := range slices.Sorted(maps.Keys(x.mentions)) {
		sections := x.mentions[word]
		if len(sections) > mostMentions {
			continue // it says nothing of a section
		}
		b.WriteString(word)
		last := 0
		for _, n := range sections {
			fmt.Fprintf(&b, " %s", strconv.FormatInt(int64(n-last), 36))
			last = n
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// mostMentions is in how many sections a word may stand that one looks for.
const mostMentions = 60

// common are words that nobody looks for.
var common = func() map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(`the and for that with this from are not has its can you your one two but all any does into which where when
		what who how they them then than only also each more most other same such there these those will would have had was were been being here
		over under out about after before both very may must nor own per via use used uses without within every`) {
		all[word] = true
	}
	return all
}()
