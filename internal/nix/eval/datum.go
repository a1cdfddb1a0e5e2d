package eval

import (
	"path"
	"strings"

	"jetpills/internal/text"
)

// Datum is where data comes from that is read from a file: the file as a whole, or what
// the file has at a path of names and indices.
type Datum struct {
	File string
	Path []any // each a string or an int
}

// Datum is where the value of a thunk was read from; false for one that is written in
// Nix. It is complete after the thunk was forced.
func (e *Evaluator) Datum(t *Thunk) (of Datum, ok bool) {
	for t := range t.Through() {
		of, ok = e.data[t]
		if common := e.options.Common; !ok && common != nil {
			of, ok = common.data[t]
		}
		if ok {
			return of, ok
		}
	}
	return of, false
}

// In is the quoted string in the content of the file, JSON or TOML, that the datum is;
// false if it is not found. Of all strings with that value it is the one which changes the
// datum if it is changed: the decoders tell no positions.
func (d Datum) In(content, value string) (text.Span, bool) {
	var at []int
	for i := range content {
		rest, ok := strings.CutPrefix(content[i:], value)
		if !ok || value == "" || i == 0 || rest == "" || rest[0] != content[i-1] || rest[0] != '"' && rest[0] != '\'' {
			continue
		}
		if rest = strings.TrimLeft(rest[1:], " \t\r\n"); !strings.HasPrefix(rest, ":") && !strings.HasPrefix(rest, "=") {
			at = append(at, i) // and no name
		}
	}
	for len(at) > 1 {
		half := at[:len(at)/2]
		if !d.changes(content, value, half) {
			half = at[len(half):]
		}
		at = half
	}
	if len(at) == 0 || !d.changes(content, value, at) {
		return text.Span{}, false
	}
	return text.Span{Start: at[0] - 1, End: at[0] + len(value) + 1}, true
}

// changes reports whether the datum has another value if strings in the content are
// changed.
func (d Datum) changes(content, value string, at []int) bool {
	changed := []byte(content)
	for _, i := range at {
		if changed[i] = '_'; value[0] == '_' {
			changed[i] = '-'
		}
	}
	decode := decodeJSON
	if path.Ext(d.File) == ".toml" {
		decode = decodeTOML
	}
	v, _ := decode(string(changed))
	for _, key := range d.Path {
		switch of := v.(type) {
		case map[string]any:
			name, _ := key.(string)
			v = of[name]
		case []any:
			v = itemOf(of, key)
		case []map[string]any:
			v = itemOf(of, key)
		}
	}
	now, isString := v.(string)
	return isString && now != value
}

func itemOf[T any](list []T, key any) any {
	if i, ok := key.(int); ok && i < len(list) {
		return list[i]
	}
	return nil
}
