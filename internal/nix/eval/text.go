package eval

import (
	"path"
	"strconv"
	"strings"

	"jetpills/internal/nix/syntax"
)

// stringOf evaluates a string. One that is known in part shows its parts.
func (e *Evaluator) stringOf(n syntax.Node, s *Scope) Value {
	if text, ok := syntax.StringValue(n); ok {
		return e.text(text)
	}
	content, src := syntax.StringContent(n), n.Tree().Source()
	parts := make([]syntax.IndentedPart, 0, 8)
	at := content.Start
	var open *Unknown
	for c := range n.Children() {
		if c.Kind() != syntax.Interpolation {
			continue
		}
		text, bad := e.coerced(e.eval(c.Child(0), s, nil), interpolated)
		if bad != nil {
			if bad.Fails() {
				return bad
			}
			if open == nil {
				open = bad
			}
			if text = bad.Shown; text == "" {
				text = "${" + e.shownAs(c.Child(0), s) + "}"
			}
		}
		parts = append(parts, syntax.IndentedPart{Text: src[at:c.Span().Start]}, syntax.IndentedPart{Text: text, IsInterpolated: true})
		at = c.Span().End
	}
	parts = append(parts, syntax.IndentedPart{Text: src[at:content.End]})
	text, bad := e.joinParts(n.Kind(), parts)
	switch {
	case bad != nil:
		return bad
	case open != nil:
		return (&Unknown{Reason: open.Reason, What: open.What, Node: written(n)}).showing(text)
	}
	return String(text)
}

// joinParts puts a string together from what it is written as and what its
// interpolations give.
func (e *Evaluator) joinParts(kind syntax.Kind, parts []syntax.IndentedPart) (string, *Unknown) {
	var stripped []string
	if kind == syntax.IndentedString {
		stripped = syntax.StripIndentation(parts)
	}
	size := 0
	for _, part := range parts {
		size += len(part.Text)
	}
	if u := e.chargeText(size); u != nil {
		return "", u
	}
	var out strings.Builder
	for i, part := range parts {
		switch {
		case part.IsInterpolated:
			out.WriteString(part.Text)
		case stripped != nil:
			out.WriteString(stripped[i])
		default:
			out.WriteString(syntax.Unescape(part.Text))
		}
	}
	return out.String(), nil
}

// pathOf evaluates a path: ./a/${b}.nix in a file is a path beside it.
func (e *Evaluator) pathOf(n syntax.Node, s *Scope) Value {
	var out strings.Builder
	src, at := n.Tree().Source(), n.Span().Start
	for c := range n.Children() {
		if c.Kind() != syntax.Interpolation {
			continue
		}
		v := e.eval(c.Child(0), s, nil)
		text, ok := v.(String)
		if p, is := v.(Path); is {
			text, ok = String(p), true
		}
		if !ok {
			return opaque(v, "a string")
		}
		out.WriteString(src[at:c.Span().Start])
		out.WriteString(string(text))
		at = c.Span().End
	}
	out.WriteString(src[at:n.Span().End])
	written := out.String()
	if u := e.chargeText(len(written)); u != nil {
		return u
	}
	switch {
	case strings.HasPrefix(written, "/"):
		return joined(written)
	case strings.HasPrefix(written, "~"):
		return unknown(Unsupported, "the home directory")
	}
	file, ok := e.PathOf(n)
	if !ok {
		return unknown(Unreadable, written)
	}
	return joined(path.Dir(file) + "/" + written)
}

func joined(name string) Value { return Path(path.Clean(name)) }

// coercion says what becomes a string.
type coercion bool

const (
	interpolated coercion = false // in "${…}" and +: strings, paths and sets that say how
	converted    coercion = true  // by toString: all but functions and sets that don't
)

// coerced is a value as a string.
func (e *Evaluator) coerced(v Value, how coercion) (string, *Unknown) {
	if u := e.enter(); u != nil {
		return "", u
	}
	defer e.leave()
	v = e.expanded(v)
	switch v := v.(type) {
	case String:
		return string(v), nil
	case Path:
		if how == converted && strings.HasPrefix(string(v), "/") {
			return string(v), nil
		}
		return "", unknown(Unsupported, "a path in the store") // Nix copies the file there
	case *Attrs:
		if has, t := e.has(v, "__toString"); has == yes {
			return e.coerced(e.Apply(e.Force(t), Known(v)), how)
		} else if _, hasPath := v.Get("outPath"); has == perhaps && !hasPath { // a source seldom has both
			return "", unknownPart(v, "__toString")
		}
		if has, t := e.has(v, "outPath"); has == yes {
			return e.coerced(e.Force(t), how)
		} else if has == perhaps {
			return "", unknownPart(v, "outPath")
		}
		return "", refused("a set is no string")
	case *Call:
		if expanded := e.expand(v); expanded != nil {
			return e.coerced(expanded, how)
		}
	}
	if how == interpolated || isOpaque(v) {
		return "", opaque(v, "a string")
	}
	switch v := v.(type) {
	case Null:
		return "", nil
	case Bool:
		if v {
			return "1", nil
		}
		return "", nil
	case Int:
		return strconv.FormatInt(int64(v), 10), nil
	case Float:
		return strconv.FormatFloat(float64(v), 'f', 6, 64), nil
	case *List:
		if v.Open {
			return "", unknown(Outside, "a list")
		}
		var out strings.Builder
		for i, t := range v.Items {
			item := e.Force(t)
			text, bad := e.coerced(item, how)
			if bad == nil {
				bad = e.write(&out, text)
			}
			if bad != nil {
				return "", bad
			}
			if l, ok := item.(*List); i < len(v.Items)-1 && (!ok || len(l.Items) > 0) {
				out.WriteByte(' ')
			}
		}
		return out.String(), nil
	}
	return "", refused("not a string")
}
