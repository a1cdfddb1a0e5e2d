package pill

import (
	"math"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// searchable is a section's text, sorted by how much a mention in it says.
type searchable struct {
	headingCode string // code in the heading, one piece a line
	heading     string // the whole heading
	headWords   string // the heading as prose
	inline      string // code within sentences, one piece a line
	blocks      string // code blocks
	prose       string // the rest: lower case, one space between words, dashes as spaces
	paths       map[string]int
}

// searchable reads the section's text when it is first asked for.
func (s Section) searchable() *searchable {
	s.body.once.Do(func() { s.body.text = s.readText() })
	return &s.body.text
}

func (s Section) readText() searchable {
	text := searchable{heading: s.Title, headWords: asProse(s.Title), paths: map[string]int{}}
	source := s.Pill.source
	var inline, blocks, prose strings.Builder
	for _, n := range s.body.nodes {
		_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
			if !entering {
				if n.Type() == ast.TypeBlock {
					prose.WriteByte(' ')
				}
				return ast.WalkContinue, nil
			}
			switch n := n.(type) {
			case *ast.FencedCodeBlock, *ast.CodeBlock:
				language, _ := codeLines(n, source, 0)
				code := string(n.Lines().Value(source))
				blocks.WriteString(code)
				if language == "nix" {
					nixPaths(code, func(path string) { text.paths[path]++ })
				}
				return ast.WalkSkipChildren, nil
			case *ast.CodeSpan:
				code := codeSpanText(n, source)
				inline.WriteString(code + "\n")
				nixPaths(code, func(path string) { text.paths[path]++ })
				prose.WriteByte(' ')
				return ast.WalkSkipChildren, nil
			case *ast.Text:
				prose.Write(n.Value(source))
				if n.SoftLineBreak() || n.HardLineBreak() {
					prose.WriteByte(' ')
				}
			case *ast.HTMLBlock:
				prose.WriteString(htmlText(n, source))
			}
			return ast.WalkContinue, nil
		})
	}
	text.headingCode = s.headingCode
	text.inline, text.blocks, text.prose = inline.String(), blocks.String(), asProse(prose.String())
	return text
}

func asProse(s string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(strings.ToLower(s), "-", " ")), " ")
}

// A mention is a section that may be found by what it mentions.
type mention struct {
	section Section
	title   string  // of the pill, as prose
	length  float64 // of the text, 1 on average
}

// mentions lists the sections of pills that don't say what they explain.
func (c *Collection) mentions() []mention {
	var all []mention
	total := 0.0
	for _, p := range c.pills {
		if p.annotated {
			continue
		}
		for _, s := range p.Sections {
			if s.body.role != explaining && s.body.role != shortening || s.Excerpt(0).Empty() {
				continue
			}
			text := s.searchable()
			length := float64(len(text.inline) + len(text.blocks) + len(text.prose))
			total += length
			all = append(all, mention{s, asProse(p.Title + " " + p.Subtitle), length})
		}
	}
	for i := range all {
		all[i].length /= max(total/float64(len(all)), 1)
	}
	return all
}

// Weights of the ranking: a heading outweighs any number of mentions; code
// within a sentence says more than an example, and that more than a word. A
// pill's title, and needles that are only nearby, decide between sections that
// have enough of their own. The numbers were chosen on the shipped pills with
// their annotations taken away.
const (
	headingWeight = 40
	bodyWeight    = 20
	titleWeight   = 6
	nearbyWeight  = 12
	homeWeight    = 10
	inlineWeight  = 3
	blockWeight   = 2
	proseWeight   = 0.5

	// threshold is a little less than what one mention in an example is worth
	// in a section of average length: less is not what the section is about.
	threshold = 4.5
)

// mentioning finds the section that is most plainly about t.
func (c *Collection) mentioning(t Topic) (Section, bool) {
	candidates := c.mentioned()
	if len(candidates) == 0 {
		return Section{}, false
	}
	wanted := needlesOf(t)
	var best, short Section
	bestScore, shortScore := 0.0, 0.0
	for _, m := range candidates {
		score := m.score(wanted)
		switch {
		case score < threshold:
		case m.section.body.role == shortening:
			if score > shortScore {
				short, shortScore = m.section, score
			}
		case score > bestScore:
			best, bestScore = m.section, score
		}
	}
	if bestScore > 0 {
		return best, true
	}
	return short, shortScore > 0
}

func (m mention) score(wanted []needle) float64 {
	text := m.section.searchable()
	heading, body, bonus, nearby := 0.0, 0.0, 0.0, 0.0
	for _, n := range wanted {
		if n.path {
			for path, times := range text.paths {
				if path == n.text || strings.HasPrefix(path, n.text+".") {
					body += n.weight * blockWeight * float64(times)
				}
			}
			continue
		}
		if n.nearby {
			if count(text.heading, n.text)+count(text.headWords, n.text) > 0 {
				nearby = nearbyWeight
			} else if count(m.title, n.text) > 0 {
				bonus = max(bonus, homeWeight)
			}
			continue
		}
		code := count(text.inline, n.text)*inlineWeight + count(text.blocks, n.text)*blockWeight
		inHeading := 0.0
		switch {
		case n.word:
			code = 0
			body += n.weight * proseWeight * count(text.prose, n.text)
			if count(text.headWords, n.text) > 0 {
				inHeading = 0.8
			}
			if count(m.title, n.text) > 0 {
				bonus = max(bonus, titleWeight)
			}
		case count(text.headingCode, n.text) > 0:
			inHeading = 1
		case count(text.heading, n.text) > 0:
			switch {
			case n.distinct():
				inHeading = 1
			case code > 0:
				// An ordinary word that is also a name: the text must use it as one.
				inHeading = 0.6
			}
		}
		if inHeading > 0 {
			share := min(float64(len(n.text))/float64(max(len(text.heading), 1)), 1)
			heading = max(heading, n.heading*inHeading*headingWeight*(0.5+0.5*math.Sqrt(share)))
		}
		body += n.weight * code
	}
	body /= 0.5 + 0.5*m.length
	score := heading + bodyWeight*body/(body+4)
	if score >= threshold {
		score += bonus + nearby
	}
	return score
}

// count says how often name stands in text as a name or phrase of its own; a
// plural "s" may follow.
func count(text, name string) float64 {
	found := 0
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return float64(found)
		}
		start, end := from+i, from+i+len(name)
		from = end
		if start > 0 && isNameByte(text[start-1]) && isNameByte(name[0]) {
			continue
		}
		if end < len(text) && text[end] == 's' && isNameByte(name[len(name)-1]) {
			end++
		}
		if end < len(text) && isNameByte(text[end]) && isNameByte(name[len(name)-1]) {
			continue
		}
		found++
	}
}
