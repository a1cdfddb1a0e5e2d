package pill

import (
	"strings"
	"unicode"
)

// A headline is a heading taken apart: what it names, and where in it.
type headline []segment

// A segment is a part of a heading between colons, dashes and brackets.
type segment []headWord

// A headWord is a word of a heading, or a piece of code in it.
type headWord struct {
	text   string   // as written: "mkIf", "modules/cuda.nix"
	stem   string   // of an ordinary word or of a part of one: "overlay"
	name   string   // of code, what it ends in: "override" for ".override", "cuda.nix" for "modules/cuda.nix"
	inner  []string // stems of the words that the name is made of
	run    string   // these, run together
	code   bool
	joined bool // follows a hyphen
	opens  bool // is followed by a hyphen
}

// readHeadline takes a heading apart; code are the pieces of code in it.
func readHeadline(title, code string) headline {
	isCode := map[string]bool{}
	for piece := range strings.SplitSeq(code, "\n") {
		for _, word := range strings.Fields(piece) {
			isCode[strings.Trim(word, ",;")] = true
		}
	}
	var h headline
	var s segment
	end := func() {
		if s = s.content(); len(s) > 0 {
			h = append(h, s)
		}
		s = nil
	}
	for _, word := range strings.Fields(title) {
		if strings.Trim(word, "—–-&/|→") == "" {
			switch word {
			case "&", "/", "|", "→":
				s = append(s, headWord{})
			default:
				end()
			}
			continue
		}
		if strings.HasPrefix(word, "(") {
			end()
		}
		bare := strings.Trim(word, `()[]"“”:,;?!`)
		ends := strings.HasSuffix(word, ":") || strings.HasSuffix(word, ")")
		if !isCode[bare] {
			bare = strings.TrimRight(bare, ".")
		}
		switch {
		case !strings.ContainsFunc(bare, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		case isCode[bare] || isName(bare):
			s = append(s, codeWord(bare, isCode[bare]))
		default:
			parts := strings.FieldsFunc(bare, func(r rune) bool { return r == '-' || r == '/' || r == '_' })
			for i, part := range parts {
				s = append(s, headWord{text: part, stem: stem(part), joined: i > 0, opens: i < len(parts)-1})
			}
		}
		if strings.HasSuffix(word, ",") {
			s = append(s, headWord{})
		}
		if ends {
			end()
		}
	}
	end()
	return h
}

// isName knows words that cannot be ordinary ones: modules/cuda.nix, mkIf,
// overlays.default.
func isName(word string) bool {
	if strings.Contains(word, "/") && strings.Contains(word, ".") || strings.HasSuffix(word, ".nix") {
		return true
	}
	var before rune
	for i, r := range word {
		if i > 0 && unicode.IsUpper(r) && unicode.IsLower(rune(word[0])) {
			return true
		}
		if before == '.' && i > 1 && unicode.IsLower(r) && unicode.IsLower(rune(word[0])) {
			return true
		}
		before = r
	}
	return false
}

func codeWord(text string, code bool) headWord {
	name := text[strings.LastIndexByte(text, '/')+1:]
	if !strings.HasSuffix(name, ".nix") && !strings.HasSuffix(name, ".lock") {
		name = name[strings.LastIndexByte(name, '.')+1:]
	}
	words := name
	if !strings.Contains(text, "/") {
		words = text
	}
	inner := stems(inWords(strings.TrimSuffix(words, ".nix")))
	return headWord{
		text: strings.TrimPrefix(text, "."), stem: stem(name), name: name, code: code,
		inner: inner, run: strings.Join(inner, ""),
	}
}

// content takes away what only leads to the matter: numbers, "Step 3",
// "What is a", "Choosing your".
func (s segment) content() segment {
	for len(s) > 0 && isLeading(s[0]) {
		s = s[1:]
	}
	if len(s) == 2 && isOrdinal(s[0].stem) && strings.Trim(s[1].text, "0123456789") == "" {
		return nil
	}
	if len(s) == 1 && isOrdinal(s[0].stem) {
		return nil
	}
	for len(s) > 0 && isTrailing(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isLeading(w headWord) bool {
	if w.code || w.name != "" || w.opens {
		return false
	}
	switch strings.ToLower(w.text) {
	case "", "what", "what's", "which", "why", "how", "when", "is", "are", "a", "an", "the", "your", "our", "my", "to",
		"using", "use", "understanding", "understand", "introducing", "choosing", "choose", "enabling", "about",
		"setting", "key", "common":
		return true
	}
	return strings.Trim(w.text, "0123456789.") == ""
}

func isTrailing(w headWord) bool {
	if w.code || w.joined {
		return false
	}
	switch strings.ToLower(w.text) {
	case "", "is", "are", "does", "do", "work", "works", "explained":
		return true
	}
	return false
}

func isOrdinal(stem string) bool {
	switch stem {
	case "step", "method", "layer", "part", "phase", "pattern", "example", "case", "rule", "level", "stage", "chapter":
		return true
	}
	return false
}

// names says how plainly the heading is about a name written as code, 0 to 1.
// An ordinary word counts as a name only where it is marked as code.
func (h headline) names(name string) float64 {
	best := 0.0
	for i, s := range h {
		for at, w := range s {
			if w.isNamed(name) && (w.code || w.name != "") {
				best = max(best, s.plainness(at, at+1)*segmentWeight(i))
			}
		}
	}
	return best
}

// isNamed reports whether the word is the name, or ends in it after a dot or a
// slash, ".nix" aside.
func (w headWord) isNamed(name string) bool {
	if w.name == name || w.text == name {
		return true
	}
	if stem, ok := strings.CutSuffix(w.name, ".nix"); ok && stem == name {
		return true
	}
	before, ok := strings.CutSuffix(w.text, name)
	return ok && before != "" && (before[len(before)-1] == '.' || before[len(before)-1] == '/')
}

// says is the same for words; words may be split or run together: "OP-TEE" is
// "optee". A word of one's own may stand between those of a phrase.
func (h headline) says(words []string, joined string) float64 {
	best := 0.0
	for i, s := range h {
		for from := range s {
			end, gaps := s.run(from, joined, words)
			if end < 0 {
				continue
			}
			p := s.plainness(from, end) * segmentWeight(i)
			if gaps > 0 {
				p *= 0.85
			}
			if s[from].joined || s[end-1].opens {
				p *= 0.5 // part of another word
			}
			if s[from].name != "" {
				p *= 0.8 // a file or function of that name
				if len(s[from].inner) > len(words) {
					p *= 0.75 // or of a longer one
				}
			}
			best = max(best, p)
		}
	}
	return best
}

// run finds where words that begin at from end, and how many others stand
// among them; -1 if they don't stand there.
func (s segment) run(from int, rest string, words []string) (end, gaps int) {
	for end = from; end < len(s); end++ {
		w := s[end].stem
		if s[end].name != "" {
			w = s[end].run
			if end == from && len(s[end].inner) > len(words) && hasRun(s[end].inner, words) {
				return end + 1, 0
			}
		}
		if w == "" {
			break
		}
		if after, ok := strings.CutPrefix(rest, w); ok {
			if rest = after; rest == "" {
				return end + 1, gaps
			}
			continue
		}
		if end == from || len(words) < 2 || gaps > 0 {
			break
		}
		gaps++
	}
	return -1, 0
}

// plainness weighs the place of the words from start to end in the segment:
// all of it, all but a word or two beside it, the beginning or the end, or
// somewhere inside. Parts of an enumeration stand for themselves.
func (s segment) plainness(start, end int) float64 {
	first, last := start, end
	for first > 0 && !s[first-1].separates() {
		first--
	}
	for last < len(s) && !s[last].separates() {
		last++
	}
	if !s.enumerates() {
		first, last = 0, len(s)
	}
	part := s[first:last].content()
	whole := 1.0
	if first > 0 || last < len(s) {
		whole = 0.9
	}
	// "The kernel of your generation" is about the kernel.
	for i := first + 1; i < last; i++ {
		if isPreposition(s[i]) && end <= i {
			part, last = s[first:i].content(), i
			whole *= 0.95
			break
		}
	}
	share := min(float64(end-start)/float64(max(len(part), 1)), 1)
	switch {
	case share == 1:
		return whole
	case start == first || end == last || len(part) > 0 && len(part) < last-first && share >= 0.5:
		return whole * (0.55 + 0.35*share)
	}
	return whole * (0.4 + 0.3*share)
}

// enumerates reports whether the segment is a list of things: "A, B and C", not
// "The relation between A and B".
func (s segment) enumerates() bool {
	length := 0
	for _, w := range s {
		if w.separates() {
			length = 0
			continue
		}
		if length++; length > 2 {
			return false
		}
	}
	return true
}

func isPreposition(w headWord) bool {
	if w.code || w.name != "" {
		return false
	}
	switch w.stem {
	case "of", "for", "in", "on", "from", "to", "into", "with", "at", "by", "within":
		return true
	}
	return false
}

func (w headWord) separates() bool {
	switch w.stem {
	case "and", "or", "vs", "versu":
		return !w.code
	}
	return w.text == ""
}

func segmentWeight(i int) float64 {
	if i == 0 {
		return 1
	}
	return 0.7
}

// stem brings a word into the form in which words are compared: lower case,
// singular.
func stem(word string) string {
	word = strings.ToLower(word)
	word = strings.TrimSuffix(strings.TrimSuffix(word, "'s"), "’s")
	switch {
	case len(word) > 4 && strings.HasSuffix(word, "ies"):
		return word[:len(word)-3] + "y"
	case len(word) > 3 && strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss"):
		return word[:len(word)-1]
	}
	return word
}

// stems splits a phrase into its compared words.
func stems(phrase string) []string {
	words := strings.FieldsFunc(phrase, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’'
	})
	for i, word := range words {
		words[i] = stem(word)
	}
	return words
}
