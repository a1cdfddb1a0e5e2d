package markup

import (
	"fmt"
	"strings"

	"jetpills/internal/text"
)

// Escape is a text as Markdown in which no mark works, on one line. It starts a line of Markdown, where other marks work
// than within one, or stands anywhere else.
func Escape(s string, starts bool) string {
	s = text.Visible(s, "")
	if starts {
		s = strings.TrimLeft(s, " ") // four would make code of it
	}
	if !strings.ContainsAny(s, "`[]*~_\\<&!") && (!starts || s == "" || isLetter(s[0])) {
		return s // as most are: no mark, and no beginning of a block
	}
	var b strings.Builder
	var before rune
	for i, c := range s {
		var after rune // 0 at the end, where anything may follow
		for _, after = range s[i+len(string(c)):] {
			break
		}
		if isMark(before, c, after) || starts && isMarkAtStart(s[:i], c, after) {
			b.WriteByte('\\')
		}
		b.WriteRune(c)
		before = c
	}
	return b.String()
}

// isMark reports whether a character may be a mark of Markdown within a line. Its neighbours are 0 where they are not known.
func isMark(before, c, after rune) bool {
	switch c {
	case '`', '[', ']':
		return true
	case '*', '~':
		return before != ' ' || after != ' '
	case '_':
		return (before != ' ' || after != ' ') && !(isWord(before) && isWord(after))
	case '\\':
		return after == 0 || after < 0x80 && !isWord(after) && after != ' '
	case '<':
		return after == 0 || isWord(after) || strings.ContainsRune("/!?", after)
	case '&':
		return after == 0 || isWord(after) || after == '#'
	case '!':
		return after == 0 // a link would become an image
	}
	return false
}

// isMarkAtStart reports whether a character behind the beginning of a line may make a block of that line: a heading, a
// quote, a list, a rule, a table.
func isMarkAtStart(before string, c, after rune) bool {
	ends := after == ' ' || after == 0
	switch c {
	case '>', '|':
		return before == ""
	case '#', '+', '-', '=', '*':
		return before == "" && (ends || after == c)
	case ':':
		return before == "" && (ends || after == '-')
	case '.', ')':
		return ends && before != "" && strings.Trim(before, "0123456789") == ""
	}
	return false
}

func isWord(r rune) bool {
	return r < 0x80 && isLetter(byte(r)) || '0' <= r && r <= '9'
}

func isLetter(c byte) bool { return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

// CodeSpan is a text as a code span, on one line.
func CodeSpan(s string) string {
	s = text.Visible(s, "")
	if s == "" {
		return "` `" // nothing between back-ticks would be two back-ticks
	}
	fence := strings.Repeat("`", longestRun(s)+1)
	if s[0] == '`' || s[len(s)-1] == '`' || unpadded(s) != s {
		s = " " + s + " "
	}
	return fence + s + fence
}

// Fence is the lines of a block of code with a fence around them. Its language is left out if it is no word.
func Fence(language string, lines []string) []string {
	if strings.ContainsFunc(language, func(r rune) bool { return !isWord(r) && !strings.ContainsRune("+#-_.", r) }) {
		language = ""
	}
	longest := 2
	block := make([]string, len(lines), len(lines)+2)
	for i, line := range lines {
		longest = max(longest, longestRun(line))
		block[i] = text.Visible(line, "\t")
	}
	fence := strings.Repeat("`", longest+1)
	return append(append([]string{fence + language}, block...), fence)
}

func longestRun(s string) int {
	longest := 0
	for i := 0; i < len(s); i++ {
		run := runAt(s, i)
		longest = max(longest, run)
		i += run
	}
	return longest
}

// Address is where a link may lead, as it stands in the brackets of one: to the web or to a file. It is "" for any other
// scheme, and for what has none.
func Address(s string) string {
	scheme, _, _ := strings.Cut(s, ":")
	switch strings.ToLower(scheme) {
	case "http", "https", "file":
		return Destination(s)
	}
	return ""
}

// Destination is an address of any kind as it stands in the brackets of a link. It has no entities: they end in a semicolon.
func Destination(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isWord(rune(c)) || strings.IndexByte("-._~:/?#@!$&'*+,=%", c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
