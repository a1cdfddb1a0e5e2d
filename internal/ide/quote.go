package ide

import (
	"strings"
	"unicode/utf8"

	"jetpills/internal/pattern"
)

// maxQuote is how much of upstream's own description a hover shows, in characters.
const maxQuote = 320

// role is what stands before a code span in the descriptions of nixpkgs: {option}`services.x`.
var role = pattern.New("\\{[a-z]+\\}`")

// quotation is the first paragraph of a description on one line, cut to a length that leaves a hover short.
func quotation(description string) string {
	paragraph, _, _ := strings.Cut(strings.TrimSpace(description), "\n\n")
	if strings.HasPrefix(paragraph, "```") {
		return ""
	}
	out := strings.Join(strings.Fields(role.ReplaceAllString(paragraph, "`")), " ")
	if utf8.RuneCountInString(out) <= maxQuote {
		return out
	}
	out = string([]rune(out)[:maxQuote])
	if i := strings.LastIndexByte(out, ' '); i > 0 {
		out = out[:i]
	}
	if strings.Count(out, "`")%2 == 1 {
		out = out[:strings.LastIndexByte(out, '`')] // a code span that the cut went through
	}
	return strings.TrimRight(out, " ,;:") + " …"
}
