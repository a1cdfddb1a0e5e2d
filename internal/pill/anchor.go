package pill

import (
	"strconv"
	"strings"
	"unicode"
)

// anchors hands out the anchors of one file's headings.
type anchors map[string]int

// of returns the anchor that code hosts give a heading: lower case, letters, digits, dashes and underscores
// kept, spaces to dashes, a number appended from the second of the same name on.
func (a anchors) of(title string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case r == ' ':
			b.WriteByte('-')
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r):
			b.WriteRune(r)
		}
	}
	base := b.String()
	anchor := base
	for {
		if _, taken := a[anchor]; !taken {
			break
		}
		a[base]++
		anchor = base + "-" + strconv.Itoa(a[base])
	}
	a[anchor] = 0
	return anchor
}
