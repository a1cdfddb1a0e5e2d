package pill

import "strings"

// A nixPath is an attribute path that an example defines, or "path=value".
type nixPath struct {
	path     string
	declared bool // the value makes an option: mkOption and its kin
	glossed  bool // a comment of more than a word ends the line
	first    bool // nothing is defined before it
}

// nixPaths collects the attribute paths that a Nix example defines, through
// nested sets, and with them "path=value" for values that are strings. It reads
// examples that no parser accepts: "..." in them, parts missing.
func nixPaths(code string, emit func(nixPath)) {
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
	begun  bool     // something was defined
}

// A nixFrame is a set that is open.
type nixFrame struct {
	prefix  string // path of the set
	binding string // path that is being given a value, "" between bindings
}

func (r *nixReader) step(emit func(nixPath)) {
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
			emit(nixPath{path: top.binding + "=" + text, glossed: r.glossed()})
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
			top.binding = inModule(strings.Join(r.path, "."))
			if top.prefix != "" {
				top.binding = top.prefix + "." + top.binding
			}
			emit(nixPath{top.binding, r.declares(), r.glossed(), !r.begun})
			r.begun = true
		}
		r.path = nil
	case c == '{':
		prefix := top.binding
		if prefix == "" {
			prefix = top.prefix
		}
		if prefix == "config" || prefix == "options" {
			prefix = ""
		}
		r.frames = append(r.frames, nixFrame{prefix: inModule(prefix)})
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

// inModule is a path as it is without the halves of a module around it.
func inModule(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "config."), "options.")
}

// declares looks ahead whether the value of a binding makes an option.
func (r *nixReader) declares() bool {
	value := strings.TrimPrefix(strings.TrimLeft(r.rest[1:], " \t\n"), "lib.")
	for _, function := range []string{"mkOption", "mkEnableOption", "mkPackageOption"} {
		if strings.HasPrefix(value, function) {
			return true
		}
	}
	return false
}

// glossed looks ahead whether a comment explains the line.
func (r *nixReader) glossed() bool {
	line, _, _ := strings.Cut(r.rest, "\n")
	_, comment, found := strings.Cut(line, "# ")
	return found && strings.Contains(strings.TrimSpace(comment), " ")
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
