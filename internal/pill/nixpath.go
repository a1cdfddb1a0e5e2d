package pill

import "strings"

// nixPaths collects the attribute paths that a Nix example defines, through
// nested sets, and with them "path=value" for values that are strings. It reads
// examples that no parser accepts: "..." in them, parts missing.
func nixPaths(code string, emit func(string)) {
	r := nixReader{rest: code, frames: []nixFrame{{}}}
	for r.rest != "" {
		r.step(emit)
	}
}

type nixReader struct {
	rest   string
	frames []nixFrame
	path   []string // the path being read
	joined bool     // a "." came last
}

// A nixFrame is a set that is open.
type nixFrame struct {
	prefix  string // path of the set
	binding string // path that is being given a value, "" between bindings
}

func (r *nixReader) step(emit func(string)) {
	c := r.rest[0]
	top := &r.frames[len(r.frames)-1]
	switch {
	case c == '#':
		r.skipPast("\n")
		return
	case strings.HasPrefix(r.rest, "/*"):
		r.skipPast("*/")
		return
	case strings.HasPrefix(r.rest, "''"):
		r.rest = r.rest[2:]
		r.skipPast("''")
		r.path = nil
		return
	case c == '"':
		r.rest = r.rest[1:]
		text := r.quoted()
		if r.joined {
			r.path = append(r.path, text)
			r.joined = false
		} else if r.path = nil; top.binding != "" {
			emit(top.binding + "=" + text)
		}
		return
	case isNameStart(c):
		end := 1
		for end < len(r.rest) && isNameByte(r.rest[end]) {
			end++
		}
		name := r.rest[:end]
		r.rest = r.rest[end:]
		if r.joined {
			r.path = append(r.path, name)
		} else {
			r.path = []string{name}
		}
		r.joined = false
		return
	case c == '.':
		r.joined = len(r.path) > 0 && !strings.HasPrefix(r.rest, "..")
	case c == '=':
		if len(r.rest) > 1 && r.rest[1] == '=' {
			r.rest = r.rest[1:]
			r.path = nil
			break
		}
		if len(r.path) > 0 {
			top.binding = strings.TrimPrefix(strings.Join(r.path, "."), "config.")
			if top.prefix != "" {
				top.binding = top.prefix + "." + top.binding
			}
			emit(top.binding)
		}
		r.path = nil
	case c == '{':
		prefix := top.binding
		if prefix == "" {
			prefix = top.prefix
		}
		r.frames = append(r.frames, nixFrame{prefix: strings.TrimPrefix(prefix, "config.")})
		if prefix == "config" {
			r.frames[len(r.frames)-1].prefix = ""
		}
		r.path = nil
	case c == '}':
		if len(r.frames) > 1 {
			r.frames = r.frames[:len(r.frames)-1]
		}
		r.path = nil
	case c == ';':
		top.binding = ""
		r.path = nil
	case c == ' ', c == '\t', c == '\n', c == '\r':
	default:
		r.path = nil
	}
	r.rest = r.rest[1:]
}

func (r *nixReader) skipPast(end string) {
	_, r.rest, _ = strings.Cut(r.rest, end)
}

// quoted reads a string whose opening quote is gone; it ends with its line at
// the latest.
func (r *nixReader) quoted() string {
	for i := 0; i < len(r.rest); i++ {
		switch r.rest[i] {
		case '\\':
			i++
		case '"', '\n':
			text := r.rest[:i]
			r.rest = r.rest[i+1:]
			return text
		}
	}
	text := r.rest
	r.rest = ""
	return text
}

func isNameStart(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '_'
}

func isNameByte(c byte) bool {
	return isNameStart(c) || '0' <= c && c <= '9' || c == '-' || c == '\''
}
