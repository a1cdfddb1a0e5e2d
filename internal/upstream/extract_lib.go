package upstream

import (
	"io/fs"
	"path"
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
)

// libCall is what a function of nixpkgs' lib, of Nix or of the package set gives; nil if that is not known.
type libCall struct {
	arguments int
	run       func(x *interpreter, arguments []*thunk) *value
}

// libGroups are the parts of lib whose functions are in lib itself too.
var libGroups = []string{
	"modules", "options", "attrsets", "lists", "strings", "trivial", "filesystem", "customisation", "fixedPoints", "sources", "asserts", "debug",
}

// functionName is the name of a function from outside: its name in lib, groups left out, or its last name.
func functionName(path []string) string {
	for i := len(path) - 2; i >= 0; i-- {
		if path[i] != "lib" && path[i] != "builtins" {
			continue
		}
		rest := path[i+1:]
		if len(rest) > 1 && slices.Contains(libGroups, rest[0]) {
			rest = rest[1:]
		}
		return strings.Join(rest, ".")
	}
	return path[len(path)-1]
}

// call runs a call of something from outside as soon as it has all its arguments.
func (x *interpreter) call(c *value) *value {
	f, ok := libFunction(functionName(c.head.path))
	if !ok || len(c.list) < f.arguments {
		return c
	}
	v := f.run(x, c.list[:f.arguments])
	if v == nil {
		return c
	}
	return x.applyAll(v, c.list[f.arguments:]...)
}

func libFunction(name string) (libCall, bool) {
	switch name {
	case "mkOption":
		return libCall{1, mkOption}, true
	case "mkEnableOption":
		return libCall{1, mkEnableOption}, true
	case "mkPackageOption", "mkPackageOptionMD":
		return libCall{3, mkPackageOption}, true
	case "literalExpression", "literalExample", "literalMD", "literalDocBook", "mdDoc", "id", "dontRecurseIntoAttrs", "lowPrio", "hiPrio":
		return libCall{1, func(x *interpreter, a []*thunk) *value { return x.force(a[0]) }}, true
	case "singleton":
		return libCall{1, func(_ *interpreter, a []*thunk) *value { return listOf(a[0]) }}, true
	case "warn", "warnOnInstantiate", "trace", "traceVal", "addErrorContext", "seq", "deepSeq", "setPrio", "const":
		which := 1
		if name == "const" {
			which = 0
		}
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.force(a[which]) }}, true
	case "warnIf", "warnIfNot", "throwIf", "throwIfNot":
		return libCall{3, func(x *interpreter, a []*thunk) *value { return x.force(a[2]) }}, true
	case "import":
		return libCall{1, func(x *interpreter, a []*thunk) *value { return x.imported(x.force(a[0])) }}, true
	case "importApply":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.apply(x.imported(x.force(a[0])), a[1]) }}, true
	case "optionalAttrs":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.onCondition(a, setOf(newAttrs())) }}, true
	case "optionals":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.onCondition(a, listOf()) }}, true
	case "optional":
		return libCall{2, func(x *interpreter, a []*thunk) *value {
			return x.onCondition([]*thunk{a[0], known(listOf(a[1]))}, listOf())
		}}, true
	case "optionalString":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.onCondition(a, stringOf("")) }}, true
	case "versions.major", "versions.minor", "versions.patch", "versions.majorMinor":
		return libCall{1, func(x *interpreter, a []*thunk) *value { return versionPart(name, x.force(a[0])) }}, true
	case "versionAtLeast", "versionOlder":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return versionTest(name, x.force(a[0]), x.force(a[1])) }}, true
	case "toString":
		return libCall{1, func(x *interpreter, a []*thunk) *value {
			if v := x.force(a[0]); v.kind == stringValue || v.kind == numberValue {
				return stringOf(v.text)
			}
			return nil
		}}, true
	case "hasPrefix":
		return libCall{2, func(x *interpreter, a []*thunk) *value {
			prefix, s := x.force(a[0]), x.force(a[1])
			if !prefix.isString() || !s.isString() {
				return nil
			}
			return boolOf(strings.HasPrefix(s.text, prefix.text))
		}}, true
	case "any", "all":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.quantified(a, name == "any") }}, true
	case "elem":
		return libCall{2, elem}, true
	case "map", "concatMap":
		return libCall{2, func(x *interpreter, a []*thunk) *value {
			list := x.force(a[1])
			if list.kind != listValue {
				return nil
			}
			out := &value{kind: listValue, open: list.open}
			for _, t := range list.list {
				out.list = append(out.list, known(x.apply(x.force(a[0]), t)))
			}
			if name == "concatMap" {
				return x.flat(out)
			}
			return out
		}}, true
	case "concatLists", "flatten":
		return libCall{1, func(x *interpreter, a []*thunk) *value { return x.flat(x.force(a[0])) }}, true
	case "unique":
		return libCall{1, unique}, true
	case "attrNames", "attrValues":
		return libCall{1, func(x *interpreter, a []*thunk) *value {
			s := x.merged(x.force(a[0]))
			if s.kind != setValue {
				return nil
			}
			out := &value{kind: listValue, open: s.set.open}
			x.charge(len(s.set.names))
			for _, key := range slices.Sorted(slices.Values(s.set.names)) {
				if name == "attrNames" {
					out.list = append(out.list, known(stringOf(key)))
				} else {
					out.list = append(out.list, s.set.byName[key].thunk)
				}
			}
			return out
		}}, true
	case "genAttrs":
		return libCall{2, genAttrs}, true
	case "mapAttrs":
		return libCall{2, func(x *interpreter, a []*thunk) *value {
			s := x.merged(x.force(a[1]))
			if s.kind != setValue {
				return nil
			}
			out := newAttrs()
			out.open = s.set.open
			for _, key := range s.set.names {
				of := *s.set.byName[key]
				of.thunk = known(x.applyAll(x.force(a[0]), known(stringOf(key)), s.set.byName[key].thunk))
				out.put(key, &of)
			}
			return setOf(out)
		}}, true
	case "nameValuePair":
		return libCall{2, func(_ *interpreter, a []*thunk) *value {
			s := newAttrs()
			s.put("name", &attr{thunk: a[0]})
			s.put("value", &attr{thunk: a[1]})
			return setOf(s)
		}}, true
	case "listToAttrs":
		return libCall{1, listToAttrs}, true
	case "removeAttrs":
		return libCall{2, func(x *interpreter, a []*thunk) *value {
			s, list := x.merged(x.force(a[0])), x.force(a[1])
			if s.kind != setValue || list.kind != listValue {
				return nil
			}
			out := newAttrs()
			out.open = s.set.open
			gone, _ := x.strings(list)
			x.charge(len(gone) * len(s.set.names) / maxTextStep)
			for _, key := range s.set.names {
				if !slices.Contains(gone, key) {
					out.put(key, s.set.byName[key])
				}
			}
			return setOf(out)
		}}, true
	case "recursiveUpdate":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.recursiveUpdate(x.force(a[0]), x.force(a[1]), 0) }}, true
	case "mergeAttrs":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.update(x.force(a[0]), x.force(a[1])) }}, true
	case "makeScope":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.scopeOf(a[1]) }}, true
	case "recurseIntoAttrs":
		return libCall{1, func(x *interpreter, a []*thunk) *value {
			s := x.merged(x.force(a[0]))
			if s.kind != setValue {
				return nil
			}
			out := s.set.over(newAttrs(), false)
			out.maker = name
			return setOf(out)
		}}, true
	case "callPackagesWith":
		return libCall{3, func(x *interpreter, a []*thunk) *value { return x.callFile(a[1], a[2]) }}, true
	case "callPackages":
		return libCall{2, func(x *interpreter, a []*thunk) *value { return x.callFile(a[0], a[1]) }}, true
	case "packagesFromDirectoryRecursive":
		return libCall{1, packagesFromDirectory}, true
	}
	return libCall{}, false
}

// imported is what a file of the source tree evaluates to.
func (x *interpreter) imported(v *value) *value {
	if v.kind != pathValue {
		return unknown
	}
	f := x.open(v.text)
	if f == nil {
		return unknown
	}
	return x.evaluate(f.tree.Root().Child(0), nil)
}

// onCondition is the second argument if the first one holds.
func (x *interpreter) onCondition(a []*thunk, otherwise *value) *value {
	switch c := x.force(a[0]); {
	case c.kind != boolValue:
		return &value{kind: choiceValue, list: []*thunk{a[1], known(otherwise)}}
	case !c.truth:
		return otherwise
	}
	return x.force(a[1])
}

func (x *interpreter) recursiveUpdate(a, b *value, depth int) *value {
	a, b = x.merged(a), x.merged(b)
	if a.kind != setValue || b.kind != setValue || a.set.maker != "" || depth > 32 || !x.enter() {
		return x.update(a, b)
	}
	defer x.leave()
	out := a.set.over(b.set, false)
	for _, name := range b.set.names {
		was, ok := a.set.byName[name]
		if !ok {
			continue
		}
		below := x.recursiveUpdate(x.force(was.thunk), x.force(b.set.byName[name].thunk), depth+1)
		if below.kind == setValue {
			of := *out.byName[name]
			of.thunk = known(below)
			out.byName[name] = &of
		}
	}
	return setOf(out)
}

// strings are the strings of a list, and whether they are all of it.
func (x *interpreter) strings(list *value) (all []string, ok bool) {
	x.charge(len(list.list))
	ok = list.kind == listValue && !list.open
	for _, t := range list.list {
		v := x.force(t)
		if !v.isString() {
			ok = false
			continue
		}
		all = append(all, v.text)
	}
	return all, ok
}

// flat is a list of lists as one list.
func (x *interpreter) flat(v *value) *value {
	if v.kind != listValue {
		return nil
	}
	out := listOf()
	out.open = v.open
	for _, t := range v.list {
		out = x.concat(out, x.force(t))
	}
	return out
}

func unique(x *interpreter, a []*thunk) *value {
	v := x.force(a[0])
	all, ok := x.strings(v)
	if !ok {
		return nil
	}
	x.charge(len(all) * len(all) / maxTextStep)
	out := listOf()
	for i, s := range all {
		if !slices.Contains(all[:i], s) {
			out.list = append(out.list, v.list[i])
		}
	}
	return out
}

func elem(x *interpreter, a []*thunk) *value {
	item, list := x.force(a[0]), x.force(a[1])
	all, ok := x.strings(list)
	if !item.isString() || !ok {
		return nil
	}
	return boolOf(slices.Contains(all, item.text))
}

// quantified is any, or all where any is false: the first element that settles it does.
func (x *interpreter) quantified(a []*thunk, any bool) *value {
	test, list := x.force(a[0]), x.force(a[1])
	if list.kind != listValue {
		return nil
	}
	sure := !list.open
	for _, t := range list.list {
		v := x.apply(test, t)
		if v.kind != boolValue {
			sure = false
		} else if v.truth == any {
			return v
		}
	}
	if !sure {
		return nil
	}
	return boolOf(!any)
}

func genAttrs(x *interpreter, a []*thunk) *value {
	list := x.force(a[0])
	if list.kind != listValue {
		return nil
	}
	out := newAttrs()
	out.open = list.open
	for _, t := range list.list {
		name := x.force(t)
		if !name.isString() || name.text == "" {
			out.open = true
			continue
		}
		out.put(name.text, x.placed(t, known(x.apply(x.force(a[1]), t))))
	}
	return setOf(out)
}

func listToAttrs(x *interpreter, a []*thunk) *value {
	list := x.force(a[0])
	if list.kind != listValue {
		return nil
	}
	out := newAttrs()
	out.open = list.open
	for _, t := range list.list {
		pair := x.force(t)
		name := x.selected(pair, "name")
		if pair.kind != setValue || !name.isString() || name.text == "" {
			out.open = true
			continue
		}
		if v, ok := pair.set.byName["value"]; ok {
			out.put(name.text, x.placed(pair.set.byName["name"].thunk, v.thunk))
		}
	}
	return setOf(out)
}

// placed is an attribute whose name stands where at does.
func (x *interpreter) placed(at, v *thunk) *attr {
	if !at.written() {
		return &attr{thunk: v}
	}
	return &attr{thunk: v, file: x.trees[at.node.Tree()], offset: at.node.Span().Start}
}

// versionPart is what lib.versions takes of a version.
func versionPart(name string, v *value) *value {
	if !v.isString() {
		return nil
	}
	parts := strings.Split(v.text, ".")
	at := func(i int) string {
		if i < len(parts) {
			return parts[i]
		}
		return ""
	}
	switch name {
	case "versions.major":
		return stringOf(at(0))
	case "versions.minor":
		return stringOf(at(1))
	case "versions.patch":
		return stringOf(at(2))
	}
	return stringOf(strings.Join(parts[:min(2, len(parts))], "."))
}

// versionTest is versionOlder a b, a < b, or versionAtLeast a b, a >= b.
func versionTest(name string, a, b *value) *value {
	if !a.isString() || !b.isString() {
		return nil
	}
	older := compareVersions(a.text, b.text) < 0
	return boolOf(older == (name == "versionOlder"))
}

// compareVersions orders versions as Nix does: by their components, numbers after words, "pre" before everything.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var p, q string
		p, a = component(a)
		q, b = component(b)
		if p == q {
			continue
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

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// component cuts the first component off a version: digits, or other characters up to a dot, a dash or a digit.
func component(s string) (first, rest string) {
	s = strings.TrimLeft(s, ".-")
	if s == "" {
		return "", ""
	}
	end := 1
	for end < len(s) && s[end] != '.' && s[end] != '-' && isDigit(s[end]) == isDigit(s[0]) {
		end++
	}
	return s[:end], s[end:]
}

func componentLess(a, b string) bool {
	number := func(s string) (string, bool) {
		return strings.TrimLeft(s, "0"), s != "" && isDigit(s[0])
	}
	p, aIsNumber := number(a)
	q, bIsNumber := number(b)
	switch {
	case aIsNumber && bIsNumber:
		return len(p) < len(q) || len(p) == len(q) && p < q
	case a == "" && bIsNumber:
		return true
	case a == "pre" && b != "pre":
		return true
	case b == "pre":
		return false
	case bIsNumber:
		return true
	case aIsNumber:
		return false
	}
	return a < b
}

// made is an attribute that lib itself puts into an option.
func made(v *value, source string) *attr { return &attr{thunk: &thunk{value: v, source: source}} }

func mkOption(x *interpreter, a []*thunk) *value {
	s := x.merged(x.force(a[0]))
	if s.kind != setValue {
		s = setOf(openSet())
	}
	out := s.set.over(newAttrs(), false)
	out.maker = "mkOption"
	return setOf(out)
}

func mkEnableOption(x *interpreter, a []*thunk) *value {
	s := newAttrs()
	s.maker = "mkEnableOption"
	s.put("default", made(boolOf(false), "false"))
	s.put("example", made(boolOf(true), "true"))
	s.put("type", made(symbol("lib", "types", "bool"), "lib.types.bool"))
	s.put("description", made(stringOf("Whether to enable "+x.shownText(a[0])+"."), ""))
	return setOf(s)
}

// mkPackageOption is lib.mkPackageOption pkgs name { default, nullable, example, extraDescription }.
func mkPackageOption(x *interpreter, a []*thunk) *value {
	name, extra := x.force(a[1]), x.force(a[2])
	names := func(v *value) ([]string, bool) {
		if v.isString() {
			return []string{v.text}, true
		}
		return x.strings(v)
	}
	attribute := name
	if extra.kind == setValue {
		if d, ok := extra.set.byName["default"]; ok {
			attribute = x.force(d.thunk)
		}
	}
	s := newAttrs()
	s.maker = "mkPackageOption"
	nullable := x.selected(extra, "nullable")
	orNull := nullable.kind == boolValue && nullable.truth
	if attribute.kind != nullValue {
		source := ""
		if parts, ok := names(attribute); ok {
			source = "pkgs." + strings.Join(parts, ".")
			s.put("defaultText", made(stringOf(source), ""))
		}
		s.put("default", made(unknown, source))
	} else if orNull {
		s.put("default", made(attribute, "null"))
	}
	ofType := symbol("lib", "types", "package")
	if orNull {
		ofType = &value{kind: callValue, head: symbol("lib", "types", "nullOr"), list: []*thunk{known(ofType)}}
	}
	s.put("type", made(ofType, ""))
	if shown, ok := names(name); ok && len(shown) > 0 {
		description := "The " + shown[len(shown)-1] + " package to use."
		if more := x.selected(extra, "extraDescription"); more.isString() && more.text != "" {
			description += " " + more.text
		}
		s.put("description", made(stringOf(description), ""))
	}
	return setOf(s)
}

// shownText is a string for people: with the source of what cannot be read in it.
func (x *interpreter) shownText(t *thunk) string {
	if v := x.force(t); v.isString() {
		return v.text
	}
	n := t.node
	for n.Kind() == syntax.Paren {
		n = n.Child(0)
	}
	if k := n.Kind(); k != syntax.String && k != syntax.IndentedString {
		return ""
	}
	text, _ := x.textOf(n, func(part syntax.Node) (string, bool) {
		if text, ok := x.interpolated(part, t.around); ok {
			return text, true
		}
		return part.Text(), true
	})
	return text
}

// scopeOf is the set that a scope's function gives for itself.
func (x *interpreter) scopeOf(function *thunk) *value {
	self := &thunk{busy: true}
	self.value = nil
	v := x.merged(x.apply(x.force(function), self))
	self.busy, self.value = false, v
	if v.kind != setValue {
		return nil
	}
	out := v.set.over(newAttrs(), false)
	out.maker, out.inner = "makeScope", x.force(function).around
	return setOf(out)
}

// callFile is the result of a package function, in a file or not, with some of its arguments.
func (x *interpreter) callFile(function, arguments *thunk) *value {
	f := x.force(function)
	if f.kind == pathValue {
		f = x.imported(f)
	}
	if f.kind != functionValue {
		return f
	}
	given := newAttrs()
	if a := x.merged(x.force(arguments)); a.kind == setValue {
		given = a.set.over(newAttrs(), false)
	}
	given.open = true
	return x.apply(f, known(setOf(given)))
}

// packagesFromDirectory is lib.packagesFromDirectoryRecursive { directory; … }: a name for each file of a folder.
func packagesFromDirectory(x *interpreter, a []*thunk) *value {
	directory := x.selected(x.force(a[0]), "directory")
	if directory.kind != pathValue {
		return nil
	}
	return setOf(x.directory(directory.text, 0))
}

func (x *interpreter) directory(dir string, depth int) *attrs {
	out := newAttrs()
	if depth > 8 || !x.enter() {
		out.open = true
		return out
	}
	defer x.leave()
	entry := func(file string) *attr {
		return &attr{thunk: known(&value{kind: pathValue, text: file}), file: &sourceFile{path: file}, offset: -1}
	}
	for _, e := range x.list(dir) {
		name := path.Join(dir, e.Name())
		switch {
		case e.IsDir():
			inner := x.list(name)
			switch {
			case slices.ContainsFunc(inner, func(e fs.DirEntry) bool { return e.Name() == "package.nix" }):
				out.put(e.Name(), entry(path.Join(name, "package.nix")))
			default:
				below := x.directory(name, depth+1)
				out.put(e.Name(), &attr{thunk: known(setOf(below)), file: &sourceFile{path: name}, offset: -1})
			}
		case e.Type().IsRegular() && strings.HasSuffix(e.Name(), ".nix"):
			out.put(strings.TrimSuffix(e.Name(), ".nix"), entry(name))
		}
	}
	return out
}
