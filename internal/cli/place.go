package cli

import (
	"fmt"
	"strconv"
	"strings"
)

// place is FILE:LINE:COL as a person gives it: 1-based, the column in bytes.
type place struct {
	file         string
	line, column int
}

// parsePlace reads FILE:LINE:COL; the file's name may have colons itself.
func parsePlace(s string) (place, error) {
	rest, column, ok := cutNumber(s)
	file, line, ok2 := cutNumber(rest)
	if !ok || !ok2 || file == "" {
		return place{}, fmt.Errorf("%q is no place: give FILE:LINE:COLUMN, both counted from 1", s)
	}
	return place{file, line, column}, nil
}

func cutNumber(s string) (before string, n int, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return "", 0, false
	}
	n, err := strconv.Atoi(s[i+1:])
	return s[:i], n, err == nil
}
