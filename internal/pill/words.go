package pill

import (
	"slices"
	"strings"
	"unicode"
)

// A word is a word of a heading or of a sentence.
type word struct {
	text string // a name as it is written; of any other word, its stem; "" between the things of an enumeration
	code bool   // a name
}

// segments are the parts of a heading or a sentence between colons, dashes and brackets, without what only
// leads to the matter: "Step 3", "What is a". Words that stand in code, which has one piece a line, are
// names, and so are those that can be nothing else.
func segments(text, code string) [][]word {
	isCode := map[string]bool{}
	for _, piece := range strings.Fields(code) {
		isCode[strings.Trim(piece, ",;")] = true
	}
	var all [][]word
	var segment []word
	end := func() {
		if segment = content(segment); len(segment) > 0 {
			all = append(all, segment)
		}
		segment = nil
	}
	for _, field := range strings.Fields(text) {
		if strings.Trim(field, "—–-") == "" || field[0] == '(' {
			end()
		}
		bare := strings.Trim(field, `()[]"“”:,;?!`)
		if !isCode[bare] {
			bare = strings.TrimRight(bare, ".")
		}
		switch {
		case strings.Trim(field, "&/|→") == "":
			segment = append(segment, word{})
		case !strings.ContainsFunc(bare, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }):
		case isCode[bare] || isName(bare):
			segment = append(segment, word{text: strings.Trim(bare, "."), code: true})
		default:
			for _, part := range strings.FieldsFunc(bare, func(r rune) bool { return strings.ContainsRune("-/_", r) }) {
				w := word{text: stem(part)}
				if w.in(separators) {
					w.text = ""
				}
				segment = append(segment, w)
			}
		}
		switch field[len(field)-1] {
		case ',':
			segment = append(segment, word{})
		case ':', ')':
			end()
		}
	}
	end()
	return all
}

// isName reports whether a word cannot be an ordinary one: modules/cuda.nix, mkIf, overlays.default.
func isName(text string) bool {
	if strings.Contains(text, "/") && strings.Contains(text, ".") || strings.HasSuffix(text, ".nix") {
		return true
	}
	if text == "" || !unicode.IsLower(rune(text[0])) {
		return false
	}
	return strings.ContainsFunc(text, unicode.IsUpper) || strings.Contains(text[1:], ".")
}

var (
	leading = set("", "what", "which", "why", "how", "when", "it", "is", "are", "a", "an", "the", "your", "our", "my", "to", "called",
		"using", "use", "understanding", "understand", "introducing", "choosing", "choose", "enabling", "about", "setting", "key", "common",
		"one", "two", "three", "four", "another")
	trailing     = set("", "is", "are", "doe", "do", "work", "explained", "your", "called")
	ordinals     = set("step", "method", "layer", "part", "phase", "pattern", "example", "case", "rule", "level", "stage", "chapter")
	separators   = set("and", "or", "vs", "versu")
	prepositions = set("of", "for", "in", "on", "from", "to", "into", "with", "at", "by", "within")
)

func set(words ...string) map[string]bool {
	all := map[string]bool{}
	for _, w := range words {
		all[w] = true
	}
	return all
}

func (w word) in(words map[string]bool) bool { return !w.code && words[w.text] }

func (w word) isNumber() bool { return !w.code && strings.Trim(w.text, "0123456789.") == "" }

// content takes away what only leads to the matter and what only follows it.
func content(s []word) []word {
	for len(s) > 0 && (s[0].in(leading) || s[0].isNumber()) {
		s = s[1:]
	}
	if len(s) > 0 && s[0].in(ordinals) && (len(s) == 1 || len(s) == 2 && s[1].isNumber()) {
		return nil
	}
	for len(s) > 0 && s[len(s)-1].in(trailing) {
		s = s[:len(s)-1]
	}
	return s
}

// stem brings a word into the form in which words are compared: lower case, singular.
func stem(text string) string {
	text = strings.ToLower(text)
	text = strings.TrimSuffix(strings.TrimSuffix(text, "'s"), "’s")
	switch {
	case len(text) > 4 && strings.HasSuffix(text, "ies"):
		return text[:len(text)-3] + "y"
	case len(text) > 3 && strings.HasSuffix(text, "s") && !strings.HasSuffix(text, "ss"):
		return text[:len(text)-1]
	}
	return text
}

// inWords are the stems of the words that a name is made of: carrierBoard is a carrier board.
func inWords(name string) []string {
	var b strings.Builder
	var before rune
	for _, r := range name {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
		before = r
	}
	words := strings.FieldsFunc(b.String(), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		words[i] = stem(w)
	}
	return words
}

// last is the last name of a dotted one.
func last(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }

// nameWords are the words of a text that may be names: dotted ones, paths and plain ones.
func nameWords(code string) []string {
	words := strings.FieldsFunc(code, func(r rune) bool {
		return r > unicode.MaxASCII || !isNameByte(byte(r)) && r != '.' && r != '/'
	})
	for i, w := range words {
		words[i] = strings.Trim(w, "./'-")
	}
	return slices.DeleteFunc(words, func(w string) bool { return !strings.ContainsFunc(w, unicode.IsLetter) })
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '\''
}
