package pill

import (
	"math"
	"slices"
	"strings"
	"sync"
)

// A ranking holds the sections that may be found by what they mention.
type ranking struct {
	candidates []candidate
	index      map[string][]int32 // the candidates that show a sign, by the sign as signs makes it

	mu      sync.Mutex
	answers map[Topic]Section // those asked for before; no pill for those nowhere to be found
}

// A candidate is a section as it stands in the ranking.
type candidate struct {
	section Section
	*evidence
	theme  []string // words of the pill's title and file name
	length float64  // of the text, 1 on average
	tier   int      // 0 for sections that explain; higher ones are asked when no lower one knows
	worth  float64  // factor for sections that use things more than they explain them
}

// maxAnswers bounds what is remembered; a session asks for far less.
const maxAnswers = 4096

// rankable lists the sections of pills that don't say what they explain.
func (c *Collection) rankable() *ranking {
	r := &ranking{index: map[string][]int32{}, answers: map[Topic]Section{}}
	total := 0.0
	add := func(p *Pill, tier int) {
		if p.annotated {
			return
		}
		// The name of the file tells as much as the title does.
		theme := stems(p.Title + " " + p.Subtitle + " " + strings.TrimSuffix(p.File, ".md"))
		for _, s := range p.Sections {
			tier := tier
			switch s.body.role {
			case titling, framing:
				continue
			case shortening:
				tier++
			}
			if s.Excerpt(0).Empty() {
				continue
			}
			e := s.evidence()
			length := float64(e.size)
			total += length
			r.candidates = append(r.candidates, candidate{s, e, theme, length, tier, worthOf(s)})
		}
	}
	for _, p := range c.pills {
		add(p, 0)
	}
	// An index lists what others explain: it answers where none of them says what it does explain.
	if c.index != nil && !slices.ContainsFunc(c.pills, func(p *Pill) bool { return p.annotated }) {
		add(c.index, 2)
	}
	for i := range r.candidates {
		r.candidates[i].length /= max(total/float64(len(r.candidates)), 1)
		r.candidates[i].signs(func(sign string) {
			if held := r.index[sign]; len(held) == 0 || held[len(held)-1] != int32(i) {
				r.index[sign] = append(held, int32(i))
			}
		})
	}
	return r
}

// signs lists all by which a needle may find the section: names, words of the
// text and of the heading, parts of paths.
func (c candidate) signs(emit func(string)) {
	for name := range c.names {
		emit(name)
	}
	for word := range c.at {
		emit(word)
	}
	for path := range c.paths {
		for part := range strings.SplitSeq(path, ".") {
			emit(part)
		}
	}
	for _, s := range c.heading {
		for _, w := range s {
			emit(w.text)
			names(w.text, func(name string, _ int, _ bool) { emit(name) })
			emit(w.name)
			emit(strings.TrimSuffix(w.name, ".nix"))
			emit(w.stem)
			emit(w.run)
			for _, word := range w.inner {
				emit(word)
			}
		}
	}
}

// within is which candidates may show one of the needles.
func (r *ranking) within(wanted needles) []bool {
	found := make([]bool, len(r.candidates))
	mark := func(sign string) {
		for _, i := range r.index[sign] {
			found[i] = true
		}
	}
	for _, n := range wanted.all {
		switch n.kind {
		case nameNeedle:
			mark(n.text)
		case pathNeedle:
			mark(n.text[strings.LastIndexByte(n.text, '.')+1:])
		case phraseNeedle:
			// A word of a heading may be several of the phrase run together.
			for end := range n.joined {
				mark(n.joined[:end])
			}
			mark(n.joined)
			mark(n.words[0])
		case rawNeedle:
			for i := range found {
				found[i] = true
			}
			return found
		}
	}
	return found
}

// worthOf marks down sections that show things at work or going wrong.
func worthOf(s Section) float64 {
	for _, outer := range append(s.Parents(), s) {
		for _, word := range stems(outer.Title) {
			switch word {
			case "troubleshooting", "debugging", "debug", "gotcha", "pitfall", "faq", "prerequisite", "prerequisites", "practical", "together", "command":
				return 0.6
			}
		}
	}
	return 1
}

// Weights of the ranking. A heading outweighs any number of mentions; within
// the text a sentence says more than an example, and the first paragraph more
// than others. A pill's title, and signs that are only near, decide between
// sections that have enough of their own. The numbers were chosen on the
// shipped pills with their annotations taken away and on a folder of someone
// else's.
const (
	headingWeight = 40
	bodyWeight    = 20
	half          = 4.0 // mentions that are worth half of bodyWeight

	leadWeight    = 4
	inlineWeight  = 2.5
	commentWeight = 1.5
	notedWeight   = 1.2
	firstWeight   = 2.5
	codeWeight    = 0.9
	otherWeight   = 0.3

	leadWordWeight    = 1.2
	strongWordWeight  = 2
	textWordWeight    = 0.5
	commentWordWeight = 0.4
	drawingWordWeight = 0.1

	// A first paragraph that says "An overlay is …" is worth nearly as much as a
	// heading that says so.
	definitionHeading = 0.9
	nearBeginning     = 30 // words

	definedWeight  = 2.5
	declaredWeight = 1.5
	opensWeight    = 1

	// glossed is what a section is worth that has a line, row or item for the
	// thing, whatever else it holds.
	glossWeight = 7
	// exactWeight is the same for a section with an example that sets it.
	exactWeight = 5

	// threshold is a little less than what one mention in a sentence is worth in
	// a section of average length: less is not what the section is about.
	threshold = 4.5

	// A summary must know more to stand in for a section that explains.
	summaryThreshold = 9

	// silentWorth is the factor for sections that have a thing in an example and
	// say no word of it.
	silentWorth = 0.5
	often       = 3 // uses in examples that show a thing without a word

	// early decides between sections of a pill that are alike: the first one
	// introduces.
	early = 2
)

// mentioning finds the section that is most plainly about t.
func (c *Collection) mentioning(t Topic) (Section, bool) {
	r := c.mentioned()
	if len(r.candidates) == 0 {
		return Section{}, false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s, asked := r.answers[t]
	if !asked {
		s = r.best(t)
		if len(r.answers) >= maxAnswers {
			clear(r.answers)
		}
		r.answers[t] = s
	}
	return s, s.Pill != nil
}

func (r *ranking) best(t Topic) Section {
	for wanted := needlesOf(t); ; wanted = *wanted.otherwise {
		if s, ok := r.most(wanted); ok {
			s.focus = wanted.focus
			return s
		}
		if wanted.otherwise == nil {
			return Section{}
		}
	}
}

// most finds the section that scores highest, among those that explain if it can.
func (r *ranking) most(wanted needles) (best Section, ok bool) {
	tier, score := math.MaxInt, 0.0
	found := r.within(wanted)
	for i, c := range r.candidates {
		if !found[i] || c.tier > tier {
			continue
		}
		least := threshold
		if c.section.body.role == shortening {
			least = summaryThreshold
		}
		if s := r.score(c, wanted); s >= least && (c.tier < tier || s > score) {
			best, tier, score = c.section, c.tier, s
		}
	}
	return best, best.Pill != nil
}

// score says how plainly a section is about what is wanted, from 0 to about 100.
func (r *ranking) score(c candidate, wanted needles) float64 {
	heading, body, gloss, near := 0.0, 0.0, 0.0, 0.0
	spoken := false
	for _, n := range wanted.all {
		f := c.find(n)
		heading = max(heading, n.heading*f.heading)
		body += n.weight * f.body
		spoken = spoken || f.spoken && n.weight*f.body > 0
		if f.glossed {
			gloss = max(gloss, n.weight*glossWeight)
		}
		if f.exact {
			gloss = max(gloss, exactWeight)
		}
	}
	if c.hollow && heading == 0 {
		return 0 // the section that has the text is asked itself
	}
	for _, company := range wanted.company {
		if !c.keeps(company) {
			body *= company.without
			gloss *= company.without
			if heading < 1 {
				heading *= company.without
			}
		}
	}
	if body == 0 && heading < wanted.bare {
		heading = 0
	}
	if !spoken && heading == 0 {
		body *= silentWorth
	}
	body /= 0.5 + 0.5*c.length
	if c.section.Level > 2 {
		heading *= 0.95
	}
	score := headingWeight*heading + bodyWeight*body/(body+half)*(1-0.5*heading)
	score = max(score, gloss) * c.worth
	if score < threshold {
		return 0
	}
	for _, n := range wanted.near {
		if c.heading.says(n.words, n.joined) > 0 {
			near = max(near, n.heading)
		}
		if hasRun(c.theme, n.words) {
			near = max(near, n.theme)
		}
	}
	number := float64(c.section.body.number) / float64(len(c.section.Pill.Sections))
	return score + near + early*(1-number)
}

func hasRun(words, run []string) bool {
	for from := 0; from+len(run) <= len(words); from++ {
		if slices.Equal(words[from:from+len(run)], run) {
			return true
		}
	}
	return false
}

// A finding is what one needle finds in one section.
type finding struct {
	heading float64 // how plainly the heading names it, 0 to 1
	body    float64 // weight of the mentions
	spoken  bool    // some of them are not merely code of an example
	glossed bool    // a line, row or item explains it
	exact   bool    // an example sets it, by its whole path
}

func (c candidate) find(n needle) finding {
	switch n.kind {
	case nameNeedle:
		u := c.names[n.text]
		if longer, ok := c.names[n.except]; ok {
			u = u.without(longer)
		}
		f := finding{heading: c.heading.names(n.text), glossed: u.glossed}
		f.body = leadWeight*few(u.lead) + inlineWeight*few(u.inline)
		if n.plain {
			f.spoken = f.body > 0
			return f
		}
		f.body += commentWeight*few(u.comment) + notedWeight*few(u.noted) + firstWeight*few(u.first)
		f.spoken = f.body > 0 || u.code >= often
		f.body += codeWeight*few(u.code) + otherWeight*few(u.other)
		f.spoken = f.spoken || n.sure && f.body > 0
		return f
	case phraseNeedle:
		body, defined := c.says(n.words)
		f := finding{heading: c.heading.says(n.words, n.joined), body: body, spoken: body > 0}
		if defined && n.heading == 1 {
			f.heading = max(f.heading, definitionHeading)
		}
		return f
	case rawNeedle:
		inline := inlineWeight * few(float64(strings.Count(c.inline, n.text)))
		code := codeWeight * few(float64(strings.Count(c.blocks, n.text)))
		return finding{body: inline + code, spoken: inline > 0}
	case pathNeedle:
		f := c.defining(n.text)
		f.spoken = f.spoken || f.body > 0 && !n.plain
		return f
	}
	return finding{}
}

// without takes away the uses of a longer name.
func (u uses) without(longer uses) uses {
	u.lead -= longer.lead
	u.inline -= longer.inline
	u.comment -= longer.comment
	u.noted -= longer.noted
	u.code -= longer.code
	u.first -= longer.first
	u.other -= longer.other
	return u
}

// few counts the second mention for less than the first, and so on.
func few(times float64) float64 { return math.Sqrt(times) }

// defining weighs the examples that define a path, or something below it.
func (c candidate) defining(path string) finding {
	var f finding
	for other, d := range c.paths {
		fit := 0.0
		switch {
		case other == path:
			fit = 1
		case strings.HasPrefix(other, path) && other[len(path)] == '.':
			fit = 0.6
		case strings.HasSuffix(other, path) && other[len(other)-len(path)-1] == '.':
			fit = 0.8
		case strings.HasSuffix(path, other) && path[len(path)-len(other)-1] == '.' && strings.Contains(other, "."):
			fit = 0.7
		}
		if fit == 0 {
			continue
		}
		worth := definedWeight * few(d.times)
		if d.declared {
			worth += declaredWeight
		}
		if d.opens {
			worth += opensWeight
		}
		f.body += fit * worth
		f.spoken = f.spoken || d.declared || d.opens || d.glossed
		f.glossed = f.glossed || d.glossed && fit > 0.6
		f.exact = f.exact || fit == 1 && strings.Count(path, ".") > 1
	}
	// An example that sets many things is about none of them.
	f.body /= min(1+0.15*float64(max(len(c.paths)-1, 0)), 2)
	return f
}

// says weighs the places of a phrase in the text and tells whether the
// beginning of the section says what the thing is.
func (c candidate) says(words []string) (body float64, defined bool) {
	var places [inDrawing + 1]float64
	for _, at := range c.at[words[0]] {
		end, ok := c.phraseAt(int(at), words)
		if !ok {
			continue
		}
		place := c.words[at].in
		places[place]++
		defined = defined || at < nearBeginning && (place == inLead || place == inStrong) && c.isDefinition(int(at), end)
	}
	return leadWordWeight*few(places[inLead]) + strongWordWeight*few(places[inStrong]) +
		textWordWeight*few(places[inText]) + commentWordWeight*few(places[inComment]) + drawingWordWeight*few(places[inDrawing]), defined
}

// phraseAt reports whether the phrase begins at a word; one other word may
// stand among its own.
func (c candidate) phraseAt(at int, words []string) (end int, ok bool) {
	gaps := 0
	for _, word := range words {
		switch {
		case at < len(c.words) && c.words[at].stem == word:
			at++
		case gaps == 0 && at+1 < len(c.words) && c.words[at].in != between && c.words[at+1].stem == word:
			gaps++
			at += 2
		default:
			return 0, false
		}
	}
	return at, true
}

// isDefinition reports whether a sentence begins with the words, or with an
// article and the words, and goes on with "is", "are" or "means".
func (c candidate) isDefinition(at, end int) bool {
	if at > 0 && isArticle(c.words[at-1].stem) {
		at--
	}
	if at > 0 && c.words[at-1].in != between {
		return false
	}
	for i := end; i < len(c.words) && i < end+2; i++ {
		switch c.words[i].stem {
		case "is", "are", "mean":
			return true
		}
	}
	return false
}

func isArticle(word string) bool { return word == "a" || word == "an" || word == "the" }

// keeps reports whether a section shows one of the names, in its heading or in
// its text.
func (c candidate) keeps(company company) bool {
	for _, name := range company.names {
		if u, ok := c.names[name]; ok && (!company.said || strings.Contains(name, ".") || u.lead+u.inline > 0) {
			return true
		}
		if c.heading.names(name) > 0 {
			return true
		}
	}
	for _, n := range company.phrases {
		if c.heading.says(n.words, n.joined) > 0 {
			return true
		}
	}
	for _, path := range company.paths {
		if c.defining(path).body > 0 {
			return true
		}
	}
	return false
}
