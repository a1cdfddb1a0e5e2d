package pill

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Hit is a section that a search found.
type Hit struct {
	Section Section
	Snippet string // one line of its text around the first word found, at most about 100 characters
	score   int
}

const snippetWidth = 100 // characters

// Meant finds what a person means by the name of a pill or a section (04, 04#the-problem), by a name or an idea that a section explains
// (makeScope, overlay order), or else by words: the best that a search finds.
func (c *Collection) Meant(words string) (Section, bool) {
	if s, ok := c.Find(words); ok {
		return s, true
	}
	idea := strings.Join(strings.Fields(strings.ToLower(words)), "-")
	for _, t := range []Topic{
		{OptionTopic, words}, {FunctionTopic, words}, {OutputTopic, words}, {PackageTopic, words}, {SoMTopic, words}, {FileTopic, words}, {ConceptTopic, idea},
	} {
		if s, ok := c.explained().declares(t); ok {
			return s, true
		}
	}
	if s, ok := c.ofLastName(words); ok {
		return s, true
	}
	// A number or an anchor that no pill has is a slip, and no word to look for.
	if hits := c.Search(words); len(hits) > 0 && !strings.Contains(words, "#") && !unicode.IsDigit(rune(words[0])) {
		return hits[0].Section, true
	}
	return Section{}, false
}

// ofLastName finds the section on the option whose last name consists of the words, or ends in them, as initialBootOrder does in boot
// order: one that has the name in its heading before others, else that with the shortest path.
func (c *Collection) ofLastName(words string) (found Section, ok bool) {
	wanted := " " + strings.Join(strings.Fields(strings.ToLower(words)), " ")
	best := 0
	for _, p := range c.all() {
		for _, s := range p.Sections {
			for _, t := range s.Topics {
				name := last(t.Name)
				if t.Kind != OptionTopic || strings.Contains(t.Name, "*") || !strings.HasSuffix(" "+strings.ToLower(strings.Join(inWords(name), " ")), wanted) {
					continue
				}
				points := 1000 - len(t.Name)
				if strings.Contains(strings.ToLower(s.Title), strings.ToLower(name)) {
					points += 1000
				}
				if points > best {
					found, ok, best = s, true, points
				}
			}
		}
	}
	return found, ok
}

// Search finds the sections that hold all of the words, each at least as the beginning of a word, in any
// case. Best first: the entry of the glossary for the words, then words in a pill's title, in headings, in
// topics, in the text.
func (c *Collection) Search(words string) []Hit {
	wanted := strings.Fields(strings.ToLower(words))
	if len(wanted) == 0 {
		return nil
	}
	var hits []Hit
	for _, p := range c.all() {
		title := strings.ToLower(p.Title + " " + p.Subtitle)
		for _, s := range p.Sections {
			if score := s.rank(wanted, title); score > 0 {
				if p == c.glossary && s.isEntryFor(strings.Join(wanted, " ")) {
					score += 1000
				}
				hits = append(hits, Hit{s, s.snippet(wanted), score})
			}
		}
	}
	slices.SortStableFunc(hits, func(a, b Hit) int { return b.score - a.score })
	return hits
}

// rank is 0 unless every word is found and at least one of them in the section itself.
func (s Section) rank(wanted []string, title string) int {
	text, prose := s.text()
	heading, summary, inTitle := strings.ToLower(s.Title), "", 4
	titling := s.body.role == titling
	if titling {
		heading, summary, inTitle = "", strings.ToLower(s.Pill.Summary), 60
	}
	var topics strings.Builder
	for _, t := range s.Topics {
		topics.WriteString(strings.ToLower(t.Name) + "\n")
	}
	score, inSection := 0, titling
	for _, word := range wanted {
		points := 0
		add := func(found bool, more int) {
			if found {
				points += more
			}
		}
		add(begins(heading, word), 30)
		add(begins(topics.String(), word), 15)
		add(begins(text, word) || begins(prose, asProse(word)) || begins(summary, word), 5)
		inSection = inSection || points > 0
		add(begins(title, word), inTitle)
		if points == 0 {
			return 0
		}
		score += points
	}
	phrase := strings.Join(wanted, " ")
	if strings.HasPrefix(asProse(heading), phrase) || strings.HasPrefix(asProse(heading[strings.LastIndex(heading, ": ")+1:]), phrase) {
		score += 20 // the heading, or what it says behind a name, begins with the words in this order
	}
	switch {
	case !inSection:
		return 0
	case s.body.role == framing || s.body.role == shortening:
		return max(score/3, 1)
	}
	return score
}

// Words is what the section says, in lower case, code included, without the sections inside it.
func (s Section) Words() string {
	text, _ := s.text()
	return text
}

// text is what a section says in lower case, and that as prose.
func (s Section) text() (text, prose string) {
	s.body.once.Do(func() {
		var b strings.Builder
		for _, n := range s.nodes() {
			b.WriteString(blockText(n, s.Pill.source()))
		}
		s.body.text = strings.ToLower(b.String())
		s.body.prose = asProse(s.body.text)
	})
	return s.body.text, s.body.prose
}

// asProse is a text with one space between words, hyphens taken for spaces.
func asProse(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(s), "-", " ")), " ")
}

// begins reports whether some word of text begins with prefix.
func begins(text, prefix string) bool { return beginning(text, prefix) >= 0 }

// beginning is where the first word of text stands that begins with prefix, or -1.
func beginning(text, prefix string) int {
	for at := 0; prefix != ""; at++ {
		i := strings.Index(text[at:], prefix)
		if i < 0 {
			break
		}
		at += i
		if before, _ := utf8.DecodeLastRuneInString(text[:at]); !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return at
		}
	}
	return -1
}

// snippet is the line of the section that holds the first word found in it, or else its first line.
func (s Section) snippet(wanted []string) string {
	t := terminal{pill: s.Pill}
	first := ""
	for _, n := range s.nodes() {
		for _, line := range t.block(n, limit{}, 0) {
			line = strings.Join(strings.Fields(line), " ")
			if line == "" {
				continue
			}
			if first == "" {
				first = line
			}
			lower := strings.ToLower(line)
			for _, word := range wanted {
				if at := beginning(lower, word); at >= 0 {
					return window(line, utf8.RuneCountInString(lower[:at]))
				}
			}
		}
	}
	if first == "" {
		first = s.Pill.Summary
	}
	return window(first, 0)
}

// window cuts a line to snippetWidth around the character at.
func window(line string, at int) string {
	runes := []rune(line)
	if len(runes) <= snippetWidth {
		return line
	}
	start := max(min(at-snippetWidth/3, len(runes)-snippetWidth), 0)
	end := start + snippetWidth
	for start > 0 && start < at && runes[start-1] != ' ' {
		start++
	}
	for end < len(runes) && end > at+1 && runes[end] != ' ' {
		end--
	}
	cut := strings.TrimSpace(string(runes[start:end]))
	if start > 0 {
		cut = "… " + cut
	}
	if end < len(runes) {
		cut += " …"
	}
	return cut
}
