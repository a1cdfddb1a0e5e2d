package eval

import (
	"cmp"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	nix "jetpills/internal/nix/syntax"
)

func stringTable() table {
	onText := func(f func(string) string) function {
		return function{arity: 1, run: func(c *call) Value { return c.text(f(c.str(0))) }}
	}
	about := func(f func(s, part string) bool) function {
		return function{arity: 2, run: func(c *call) Value { return Bool(f(c.coerce(1), c.coerce(0))) }}
	}
	without := func(f func(s, part string) string) function {
		return function{arity: 2, run: func(c *call) Value { return String(f(c.str(1), c.str(0))) }}
	}
	return table{
		"splitString":        {arity: 2, run: splitString},
		"stringToCharacters": {arity: 1, run: func(c *call) Value { return c.characters(c.str(0)) }},
		"hasPrefix":          about(strings.HasPrefix),
		"hasSuffix":          about(strings.HasSuffix),
		"hasInfix":           about(strings.Contains),
		"removePrefix":       without(strings.TrimPrefix),
		"removeSuffix":       without(strings.TrimSuffix),
		"toLower":            onText(func(s string) string { return mapASCII(s, 'A', 'Z', 'a'-'A') }),
		"toUpper":            onText(func(s string) string { return mapASCII(s, 'a', 'z', 'A'-'a') }),
		"trim":               onText(func(s string) string { return strings.Trim(s, " \t\r\n") }),
		"escapeNixString":    onText(quoteNix),
		"escapeNixIdentifier": onText(func(s string) string {
			if nix.IsName(s) {
				return s
			}
			return quoteNix(s)
		}),
		"escapeXML":        onText(strings.NewReplacer(`"`, "&quot;", "'", "&apos;", "<", "&lt;", ">", "&gt;", "&", "&amp;").Replace),
		"fixedWidthString": {arity: 3, run: fixedWidth},
		"toInt":            {arity: 1, run: func(c *call) Value { return c.integer(false) }},
		"toIntBase10":      {arity: 1, run: func(c *call) Value { return c.integer(true) }},
		"toHexString":      {arity: 1, run: func(c *call) Value { return String(strings.ToUpper(strconv.FormatInt(int64(c.int(0)), 16))) }},
	}
}

// coerce is an argument as a string, as ${…} has it.
func (c *call) coerce(i int) string {
	if _, ok := c.force(i).(*Choice); ok {
		c.reject(i, c.force(i), "a string")
		return ""
	}
	return c.coerceOf(c.args[i])
}

func (c *call) coerceOf(t *Thunk) string {
	s, bad := c.coerced(c.Force(t), interpolated)
	c.fail(bad)
	return s
}

func toString(c *call) Value {
	return c.one(c.force(0), func(v Value) Value {
		s, bad := c.coerced(v, converted)
		if bad != nil {
			return bad
		}
		return c.text(s)
	})
}

// concatStringsSep is a list of strings as one. Where one is not known, the result
// shows the others.
func concatStringsSep(c *call) Value {
	separator, l := c.str(0), c.list(1)
	if c.bad != nil {
		return nil
	}
	if l.Open {
		return unknown(Outside, "a list")
	}
	var out strings.Builder
	var why *Unknown
	for i, t := range l.Items {
		if i > 0 {
			out.WriteString(separator)
		}
		s, bad := c.coerced(c.Force(t), interpolated)
		if bad != nil {
			if bad.Fails() {
				return bad
			}
			if why == nil {
				why = bad
			}
			if s = bad.Shown; s == "" {
				s = "${" + cmp.Or(c.TextOf(t.Node()), "…") + "}"
			}
		}
		if u := c.write(&out, s); u != nil {
			return u
		}
	}
	if why != nil {
		return why.showing(out.String())
	}
	return String(out.String())
}

func splitString(c *call) Value {
	separator, s := c.coerce(0), c.coerce(1)
	if c.bad != nil || !c.grow(strings.Count(s, separator)+1) {
		return nil
	}
	if separator == "" {
		return unknown(Unsupported, "an empty separator")
	}
	return texts(strings.Split(s, separator))
}

func (c *call) characters(s string) Value {
	if !c.grow(len(s)) {
		return nil
	}
	all := make([]string, len(s))
	for i := range len(s) {
		all[i] = s[i : i+1]
	}
	return texts(all)
}

func substring(c *call) Value {
	start, length, s := c.int(0), c.int(1), c.coerce(2)
	switch {
	case start < 0:
		return refused("a negative start")
	case start >= len(s):
		return String("")
	case length < 0 || length > len(s)-start:
		return String(s[start:])
	}
	return String(s[start : start+length])
}

func mapASCII(s string, from, to byte, by int) string {
	out := []byte(s)
	for i, b := range out {
		if from <= b && b <= to {
			out[i] = byte(int(b) + by)
		}
	}
	return string(out)
}

func replaceStrings(c *call) Value {
	from, to, s := c.strs(0), c.list(1).Items, c.str(2)
	if c.bad != nil {
		return nil
	}
	if len(from) != len(to) {
		return refused("lists of different lengths")
	}
	with := make([]string, len(to))
	for i, t := range to {
		// Nix looks only at those that it needs.
		if from[i] == "" || strings.Contains(s, from[i]) {
			with[i] = c.strOf(t)
		}
	}
	if !c.grow(len(s) * len(from) / bytesOfStep) {
		return nil
	}
	return c.text(replaceAll(from, with, s))
}

// replaceAll replaces, at each offset, the first of some texts that begins there.
func replaceAll(from, to []string, s string) string {
	var out strings.Builder
	for at := 0; at <= len(s); {
		i := slices.IndexFunc(from, func(f string) bool { return strings.HasPrefix(s[at:], f) })
		if i >= 0 {
			out.WriteString(to[i])
			at += len(from[i])
		}
		if i < 0 || from[i] == "" {
			if at < len(s) {
				out.WriteByte(s[at])
			}
			at++
		}
		if out.Len() > longestText {
			break
		}
	}
	return out.String()
}

// pattern compiles a POSIX extended regular expression: the longest match counts,
// and a dot is any character.
func (c *call) pattern(i int, around func(string) string) *regexp.Regexp {
	s := c.str(i)
	if c.bad != nil || !c.grow(len(s)) {
		return nil
	}
	parsed, err := syntax.Parse(around(s), syntax.POSIX|syntax.ClassNL|syntax.DotNL|syntax.OneLine)
	if err == nil {
		if re, err := regexp.Compile(parsed.String()); err == nil {
			re.Longest()
			return re
		}
	}
	c.fail(unknown(Unsupported, "the pattern "+s))
	return nil
}

// match is what the groups of a pattern match, if it matches the whole string.
func match(c *call) Value {
	re, s := c.pattern(0, func(p string) string { return "^(" + p + ")$" }), c.str(1)
	if c.bad != nil {
		return nil
	}
	found := re.FindStringSubmatchIndex(s)
	if found == nil {
		return Null{}
	}
	return groups(s, found[4:])
}

// groups are the parts of a match, null for one that took no part in it.
func groups(s string, at []int) *List {
	out := &List{Items: []*Thunk{}}
	for i := 0; i < len(at); i += 2 {
		if at[i] < 0 {
			out.Items = append(out.Items, Known(Null{}))
		} else {
			out.Items = append(out.Items, Known(String(s[at[i]:at[i+1]])))
		}
	}
	return out
}

// split is what stands between the matches of a pattern, and between these the
// groups of each.
func split(c *call) Value {
	re, s := c.pattern(0, func(p string) string { return p }), c.str(1)
	if c.bad != nil {
		return nil
	}
	if strings.Contains(s, "\n") && strings.ContainsAny(c.str(0), "^$") {
		return unknown(Unsupported, "the pattern "+c.str(0)) // implementations differ on where a line ends
	}
	all := re.FindAllStringSubmatchIndex(s, -1)
	if !c.grow(2*len(all) + 1) {
		return nil
	}
	out, at := &List{}, 0
	for _, m := range all {
		out.Items = append(out.Items, Known(String(s[at:m[0]])), Known(groups(s, m[2:])))
		at = m[1]
	}
	out.Items = append(out.Items, Known(String(s[at:])))
	return out
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isDigits(s string) bool { return s != "" && isDigit(s[0]) }

// compareDigits orders numbers of any length.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// versionParts are the components of a version: digits, or other characters up to
// a dot, a dash or a digit.
func versionParts(s string) []string {
	var parts []string
	for {
		s = strings.TrimLeft(s, ".-")
		if s == "" {
			return parts
		}
		end := 1
		for end < len(s) && s[end] != '.' && s[end] != '-' && isDigit(s[end]) == isDigit(s[0]) {
			end++
		}
		parts, s = append(parts, s[:end]), s[end:]
	}
}

func splitVersion(c *call) Value { return texts(versionParts(c.str(0))) }

// compareVersions orders versions as Nix does: by their components, numbers after
// words, "pre" before everything.
func compareVersions(a, b string) int {
	x, y := versionParts(a), versionParts(b)
	for i := range max(len(x), len(y)) {
		var p, q string
		if i < len(x) {
			p = x[i]
		}
		if i < len(y) {
			q = y[i]
		}
		if componentLess(p, q) {
			return -1
		}
		if componentLess(q, p) {
			return 1
		}
	}
	return 0
}

func componentLess(a, b string) bool {
	switch {
	case isDigits(a) && isDigits(b):
		return compareDigits(a, b) < 0
	case a == "" && isDigits(b):
		return true
	case a == "pre" && b != "pre":
		return true
	case b == "pre":
		return false
	case isDigits(b):
		return true
	case isDigits(a):
		return false
	}
	return a < b
}

// nameAndVersion cuts the name of a derivation at the first dash before something
// other than a letter.
func nameAndVersion(s string) (name, version string) {
	for i := 0; i+1 < len(s); i++ {
		if next := s[i+1] | 0x20; s[i] == '-' && !('a' <= next && next <= 'z') {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

func parseDrvName(c *call) Value {
	name, version := nameAndVersion(c.str(0))
	return NewAttrs(nil, Attr{Name: "name", Thunk: Known(String(name))}, Attr{Name: "version", Thunk: Known(String(version))})
}

func fixedWidth(c *call) Value { return c.padded(c.int(0), c.str(1), c.str(2)) }

func (c *call) padded(width int, with, s string) Value {
	switch {
	case c.bad != nil:
		return nil
	case len(s) > width:
		return unknown(Thrown, "the string is longer than "+strconv.Itoa(width))
	case len(with) != 1:
		return unknown(Unsupported, "a filler of several characters")
	case !c.grow(width / bytesOfStep):
		return nil
	case width > longestText:
		return unknown(Steps, "")
	}
	return String(strings.Repeat(with, width-len(s)) + s)
}

var (
	whole      = regexp.MustCompile(`^[ \t\r\n]*(-?[0-9]+)[ \t\r\n]*$`)
	zeroPadded = regexp.MustCompile(`^-?0[0-9]+$`)
)

// integer is an argument as an integer; padded takes one with zeros before it.
func (c *call) integer(padded bool) Value {
	found := whole.FindStringSubmatch(c.str(0))
	switch {
	case c.bad != nil:
		return nil
	case found == nil, !padded && zeroPadded.MatchString(found[1]):
		return unknown(Thrown, "no integer")
	}
	i, err := strconv.ParseInt(found[1], 10, 64)
	if err != nil {
		return unknown(Unsupported, "integer overflow")
	}
	return Int(i)
}

func hashString(c *call) Value {
	var h hash.Hash
	switch c.str(0) {
	case "md5":
		h = md5.New()
	case "sha1":
		h = sha1.New()
	case "sha256":
		h = sha256.New()
	case "sha512":
		h = sha512.New()
	default:
		return refused("no such hash")
	}
	h.Write([]byte(c.str(1)))
	return String(hex.EncodeToString(h.Sum(nil)))
}
