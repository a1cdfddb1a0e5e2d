package eval

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
)

// Plain is a value as Go has it: nil, bool, int64, float64, string, []any or
// map[string]any. Functions, what is not known as a whole, and more than a
// hundred thousand values have no plain form.
func (e *Evaluator) Plain(t *Thunk) (any, *Unknown) {
	left := mostPlain
	return e.plain(t, &left)
}

// mostPlain bounds the values in plain data.
const mostPlain = 100_000

func (e *Evaluator) plain(t *Thunk, left *int) (any, *Unknown) {
	if u := e.enter(); u != nil {
		return nil, u
	}
	defer e.leave()
	if *left--; *left < 0 {
		return nil, unknown(Steps, "")
	}
	switch v := e.Force(t).(type) {
	case Null:
		return nil, nil
	case Bool:
		return bool(v), nil
	case Int:
		return int64(v), nil
	case Float:
		return float64(v), nil
	case String:
		return string(v), nil
	case Path:
		s, bad := e.coerced(v, interpolated)
		return s, bad
	case *List:
		if v.Open {
			return nil, unknown(Outside, "a list")
		}
		out := make([]any, len(v.Items))
		for i, t := range v.Items {
			var bad *Unknown
			if out[i], bad = e.plain(t, left); bad != nil {
				return nil, bad
			}
		}
		return out, nil
	case *Attrs:
		if !v.certain() {
			return nil, openSet(v)
		}
		for _, name := range []string{"__toString", "outPath"} {
			if _, ok := v.Get(name); ok {
				s, bad := e.coerced(v, interpolated)
				return s, bad
			}
		}
		out := make(map[string]any, len(v.attrs))
		for _, a := range v.attrs {
			one, bad := e.plain(a.Thunk, left)
			if bad != nil {
				return nil, bad
			}
			out[a.Name] = one
		}
		return out, nil
	default:
		return nil, opaque(v, "data")
	}
}

func toJSON(c *call) Value {
	if _, ok := c.force(0).(*Choice); ok {
		return c.reject(0, c.force(0), "data")
	}
	plain, bad := c.Plain(c.args[0])
	if bad != nil {
		return bad
	}
	var out strings.Builder
	w := json.NewEncoder(&out)
	w.SetEscapeHTML(false)
	if err := w.Encode(asNixWrites(plain)); err != nil {
		return unknown(Unsupported, "a number as JSON")
	}
	return c.text(unescaped.Replace(strings.TrimSuffix(out.String(), "\n")))
}

// unescaped undoes what encoding/json escapes and Nix does not.
var unescaped = strings.NewReplacer(`\u2028`, "\u2028", `\u2029`, "\u2029")

// asNixWrites is plain data with its floats as Nix writes them. Those that writers of
// JSON write in different ways become no number.
func asNixWrites(v any) any {
	switch v := v.(type) {
	case float64:
		s := strconv.FormatFloat(v, 'g', -1, 64)
		if strings.ContainsAny(s, "eIN") || len(s) > 15 {
			return math.NaN()
		}
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return json.RawMessage(s)
	case []any:
		for i := range v {
			v[i] = asNixWrites(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = asNixWrites(v[name])
		}
	}
	return v
}

// quoteNix is a string as Nix writes it.
func quoteNix(s string) string { return strings.ReplaceAll(quoteJSON(s), "$", `\$`) }

// quoteJSON is a string as Nix writes it in JSON.
func quoteJSON(s string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(s); err != nil {
		return strconv.Quote(s)
	}
	return unescaped.Replace(strings.TrimSuffix(out.String(), "\n"))
}

func fromJSON(c *call) Value { return c.parsed(c.str(0), decodeJSON) }
func fromTOML(c *call) Value { return c.parsed(c.str(0), decodeTOML) }

func (c *call) parsed(s string, decode func(string) (any, bool)) Value {
	if c.bad != nil || !c.grow(len(s)/8) {
		return nil
	}
	if nests(s) > deepestData {
		return unknown(Unsupported, "nested data")
	}
	plain, ok := decode(s)
	if !ok {
		return refused("the text is no data")
	}
	d := decoder{call: c}
	if of, ok := c.Datum(c.args[0]); ok && of.Path == nil {
		d.file = of.File
	}
	return d.value(plain, nil)
}

// deepestData bounds how deep data in a text nests.
const deepestData = 500

// nests is at least as deep as the data in a text nest.
func nests(s string) int {
	depth, deepest := 0, 0
	for i := range len(s) {
		switch s[i] {
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth--
		}
	}
	return deepest
}

func decodeJSON(s string) (any, bool) {
	d := json.NewDecoder(strings.NewReader(s))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil || d.More() {
		return nil, false
	}
	return v, true
}

func decodeTOML(s string) (any, bool) {
	var v map[string]any
	_, err := toml.NewDecoder(bytes.NewReader([]byte(s))).Decode(&v)
	return v, err == nil
}

// decoder makes values of decoded data.
type decoder struct {
	*call
	file string // empty where that is not known
}

// thunk is what decoded data has at a path.
func (d decoder) thunk(v any, path []any) *Thunk {
	t := Known(d.value(v, path))
	if d.file != "" {
		d.data[t] = Datum{d.file, path}
	}
	return t
}

func (d decoder) value(v any, path []any) Value {
	at := func(key any) []any { return append(path[:len(path):len(path)], key) }
	switch v := v.(type) {
	case nil:
		return Null{}
	case bool:
		return Bool(v)
	case int64:
		return Int(v)
	case float64:
		return Float(v)
	case json.Number:
		if i, err := strconv.ParseInt(v.String(), 10, 64); err == nil {
			return Int(i)
		}
		if f, err := v.Float64(); err == nil && strings.ContainsAny(v.String(), ".eE") {
			return Float(f)
		}
		return unknown(Unsupported, "integer overflow")
	case string:
		return String(v)
	case []any:
		return listOf(d, v, at)
	case []map[string]any:
		return listOf(d, v, at)
	case map[string]any:
		out := &Attrs{}
		for _, name := range sortedKeys(v) {
			out.put(Attr{Name: name, Thunk: d.thunk(v[name], at(name))})
		}
		return out
	}
	return unknown(Unsupported, "a date")
}

func listOf[T any](d decoder, all []T, at func(key any) []any) Value {
	out := &List{Items: make([]*Thunk, len(all))}
	for i, item := range all {
		out.Items[i] = d.thunk(item, at(i))
	}
	return out
}
