package text

import (
	"fmt"
	"strings"
)

// List joins words as a sentence has them, with a conjunction before the last: "a", "a and b", "a, b and c".
func List(words []string, conjunction string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}

// Count is a number of things: "1 file", "2 files".
func Count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}
