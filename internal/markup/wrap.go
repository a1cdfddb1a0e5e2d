package markup

import (
	"strings"
	"unicode/utf8"

	"jetpills/internal/pattern"
)

// startsMark matches a word that would be a mark of Markdown at the beginning of a line.
var startsMark = pattern.New(`^(?:[-+*]|#+|=+|-+|\d+[.)]|[>|~].*|` + "```.*)$")

// prefixes are what stands before the text of a line: indentation, and the marks of lists and quotations.
var prefixes = pattern.New(`^(?:\s*(?:[-+*]|\d+[.)])\s+|\s*>\s?|\s+)`)

// Wrap breaks the lines of Markdown between words, so that they have so many characters at most, marks included. Code blocks,
// tables and what has no space stay as they are, and so do code spans that are shorter than half a line.
func Wrap(markdown string, width int) string {
	var out []string
	fence := ""
	for line := range strings.SplitSeq(markdown, "\n") {
		trimmed := strings.TrimLeft(line, " ")
		run := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
		switch {
		case fence != "":
			if strings.HasPrefix(run, fence) {
				fence = ""
			}
		case len(run) >= 3:
			fence = run
		case !strings.HasPrefix(trimmed, "|"):
			out = append(out, wrapLine(line, width)...)
			continue
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func wrapLine(line string, width int) []string {
	if utf8.RuneCountInString(line) <= width {
		return []string{line}
	}
	prefix := prefixes.FindString(line)
	next := strings.Repeat(" ", utf8.RuneCountInString(prefix))
	if strings.Contains(prefix, ">") {
		next = prefix
	}
	content := strings.TrimRight(line[len(prefix):], " ")
	end := line[len(prefix)+len(content):] // two spaces break a line
	var lines []string
	now, isEmpty := prefix, true
	for _, word := range wordsOf(content, width/2) {
		switch {
		case isEmpty:
			now += word
		case utf8.RuneCountInString(now)+1+utf8.RuneCountInString(word) > width:
			lines = append(lines, now)
			now = next + word
		default:
			now += " " + word
		}
		isEmpty = false
	}
	return append(lines, now+end)
}

// wordsOf are the words of a line, in which a code span of up to so many bytes counts as a letter, and a word that would be a mark
// stands with the one before it.
func wordsOf(line string, most int) []string {
	var words []string
	add := func(word string) {
		if last := len(words) - 1; last >= 0 && startsMark.MatchString(word) {
			words[last] += " " + word
		} else if word != "" {
			words = append(words, word)
		}
	}
	from := 0
	for i := 0; i < len(line); {
		switch run := runAt(line, i); {
		case run > 0:
			if end := closing(line, i+run, run); end >= 0 && end-i <= most {
				i = end
			}
			i += run
		case line[i] == ' ':
			add(line[from:i])
			i++
			from = i
		default:
			i++
		}
	}
	add(line[from:])
	return words
}
