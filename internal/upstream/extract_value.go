package upstream

import (
	"io/fs"
	"path"
	"strings"

	"jetpills/internal/nix/syntax"
)

// valueKind says what an expression is known to be without running Nix.
type valueKind uint8

const (
	unknownValue  valueKind = iota
	nullValue               //
	boolValue               // truth
	numberValue             // text
	stringValue             // text
	pathValue               // text: a path within the source tree, or beginning with ../
	listValue               // list
	setValue                // set
	functionValue           // node, around
	symbolValue             // path: something that is handed in from outside, config.x.y or lib.mkOption
	callValue               // head applied to list: a call of something from outside
	choiceValue             // list: one of these, on a condition that is not known
)

// value is an expression as far as it can be read.
type value struct {
	kind   valueKind
	truth  bool
	open   bool // of a list: it may have more elements than are known
	text   string
	list   []*thunk
	set    *attrs
	node   syntax.Node // of a function, or of a call
	around *frame
	path   []string
	head   *value
}

// unknown is never written to.
var unknown = &value{}

// thunk is an expression that is read when it is needed, once.
type thunk struct {
	node   syntax.Node
	around *frame
	value  *value
	busy   bool
	source string // what the expression would be in Nix, for one that nobody wrote
	// name is set for a name of an inherit, from for one that is inherited from there.
	name string
	from *thunk
}

// known wraps a value that nobody wrote.
func known(v *value) *thunk { return &thunk{value: v} }

func stringOf(s string) *value     { return &value{kind: stringValue, text: s} }
func boolOf(b bool) *value         { return &value{kind: boolValue, truth: b} }
func setOf(s *attrs) *value        { return &value{kind: setValue, set: s} }
func listOf(list ...*thunk) *value { return &value{kind: listValue, list: list} }
func symbol(path ...string) *value { return &value{kind: symbolValue, path: path} }
func (v *value) isString() bool    { return v.kind == stringValue }
func (t *thunk) written() bool     { return !t.node.IsZero() }

// text is the expression's source.
func (t *thunk) text() string {
	if t.written() {
		return t.node.Text()
	}
	return t.source
}

// attrs is an attribute set.
type attrs struct {
	names  []string // in the order of the text
	byName map[string]*attr
	// open says that there may be more names than these.
	open bool
	// base is what the set was laid over, where that is no set: t // { description = …; }.
	base *value
	// maker is the function of nixpkgs' lib that made the set, where that matters: mkOption and its kin, makeScope.
	maker string
	// symbols says that names that are not known stand for themselves: the arguments of a module.
	symbols bool
	// inner is what a scope's own function sees.
	inner *frame
}

// attr is one name of a set.
type attr struct {
	*thunk
	file   *sourceFile // nil for what nobody wrote
	offset int         // of the attribute path that the name is in, or of the name in an inherit
	// loose says that the name is only there on a condition that is not known.
	loose bool
}

func newAttrs() *attrs { return &attrs{byName: map[string]*attr{}} }

func (s *attrs) put(name string, a *attr) {
	if _, ok := s.byName[name]; !ok {
		s.names = append(s.names, name)
	}
	s.byName[name] = a
}

// over lays top over s as // does.
func (s *attrs) over(top *attrs, loose bool) *attrs {
	out := &attrs{byName: make(map[string]*attr, len(s.names)+len(top.names)), open: s.open || top.open, base: s.base, maker: s.maker}
	out.names = make([]string, 0, len(s.names)+len(top.names))
	for _, name := range s.names {
		out.put(name, s.byName[name])
	}
	for _, name := range top.names {
		a := *top.byName[name]
		if _, ok := s.byName[name]; !ok && loose {
			a.loose = true
		}
		out.put(name, &a)
	}
	if out.maker == "" {
		out.maker = top.maker
	}
	return out
}

// frame is what brings names into scope; up is the frame around it.
type frame struct {
	up *frame
	// node is a let, a recursive set, or the lambda whose argument is bound.
	node     syntax.Node
	argument *thunk
	// names are those of a let or of a recursive set.
	names *attrs
	// with is what a with brings in.
	with *thunk
}

// interpreter reads expressions of a source tree: sets, lists, functions, and the few functions of nixpkgs' lib that
// options and package sets are made with. What comes from outside stays a symbol; what it cannot read is unknown.
// Resolve in package module goes up from a cursor and gives paths; this goes down from a file's root and gives values.
type interpreter struct {
	*source
	steps int // left
	depth int
}

// Bounds of the work on one source tree; the newest revision takes 11 thousand steps.
const (
	maxSteps     = 1_000_000
	maxCallDepth = 600
	maxElements  = 10_000 // of a list
	maxTextStep  = 64     // bytes of a text that count as one step
)

// enter counts a step down; it reports false if that is one too many. leave ends it.
func (x *interpreter) enter() bool {
	if x.steps <= 0 || x.depth >= maxCallDepth {
		x.problem(".", "is too complicated to be read as a whole")
		return false
	}
	x.steps--
	x.depth++
	return true
}

func (x *interpreter) leave() { x.depth-- }

// charge counts work that grows with the size of a value.
func (x *interpreter) charge(steps int) { x.steps -= steps }

// text is a string that was put together.
func (x *interpreter) text(s string) *value {
	if len(s) > maxSourceFile {
		return unknown
	}
	x.charge(len(s) / maxTextStep)
	return stringOf(s)
}

// force reads a thunk.
func (x *interpreter) force(t *thunk) *value {
	switch {
	case t == nil:
		return unknown
	case t.value != nil:
		return t.value
	case t.busy:
		return unknown
	}
	t.busy = true
	var v *value
	switch {
	case t.from != nil:
		v = x.selected(x.force(t.from), t.name)
	case t.name != "":
		v = x.lookup(t.name, t.around)
	default:
		v = x.evaluate(t.node, t.around)
	}
	t.busy = false
	t.value = v
	return v
}

// evaluate reads an expression as far as it can be known.
func (x *interpreter) evaluate(n syntax.Node, around *frame) *value {
	if !x.enter() {
		return unknown
	}
	defer x.leave()
	switch n.Kind() {
	case syntax.Paren:
		return x.evaluate(n.Child(0), around)
	case syntax.Identifier:
		return x.lookup(n.Text(), around)
	case syntax.IntegerLiteral, syntax.FloatLiteral:
		return &value{kind: numberValue, text: n.Text()}
	case syntax.String, syntax.IndentedString:
		if s, ok := x.stringText(n, around); ok {
			return stringOf(s)
		}
	case syntax.URI:
		return stringOf(n.Text())
	case syntax.Path:
		return x.path(n, around)
	case syntax.List:
		v := &value{kind: listValue}
		for c := range n.Children() {
			if c.Kind() != syntax.Error {
				x.charge(1)
				v.list = append(v.list, &thunk{node: c, around: around})
			}
		}
		return v
	case syntax.AttrSet:
		return x.attrSet(n, around)
	case syntax.LetBody:
		return x.selected(x.attrSet(n, around), "body")
	case syntax.LetIn:
		inner := &frame{up: around, node: n}
		inner.names = x.bindings(n, inner, around)
		return x.evaluate(lastChild(n), inner)
	case syntax.With:
		return x.evaluate(lastChild(n), &frame{up: around, with: &thunk{node: n.Child(0), around: around}})
	case syntax.Assert:
		return x.evaluate(lastChild(n), around)
	case syntax.If:
		return x.conditional(n, around)
	case syntax.Lambda:
		return &value{kind: functionValue, node: n, around: around}
	case syntax.Apply:
		a, _ := syntax.AsApply(n)
		v := x.apply(x.evaluate(a.Function(), around), &thunk{node: a.Argument(), around: around})
		if v.kind == callValue && v.node.IsZero() {
			v.node = n
		}
		return v
	case syntax.Select:
		return x.selection(n, around)
	case syntax.HasAttr:
		return x.hasAttr(n, around)
	case syntax.Unary:
		if _, op := syntax.Operator(n); op == syntax.Not {
			if v := x.evaluate(n.Child(0), around); v.kind == boolValue {
				return boolOf(!v.truth)
			}
		}
	case syntax.Binary:
		return x.binary(n, around)
	}
	return unknown
}

// lastChild is the expression behind let … in, with …; and assert …;.
func lastChild(n syntax.Node) syntax.Node {
	var last syntax.Node
	for c := range n.Children() {
		if c.Kind() != syntax.Error {
			last = c
		}
	}
	return last
}

// globals are the names that Nix itself brings into scope, but for builtins.
var globals = map[string]bool{
	"import": true, "map": true, "toString": true, "throw": true, "abort": true, "removeAttrs": true, "baseNameOf": true,
	"dirOf": true, "isNull": true, "derivation": true, "fetchTarball": true, "fetchGit": true, "scopedImport": true,
}

// lookup finds what a name means: lexically, then among Nix's own names, then in the nearest with that may have it.
func (x *interpreter) lookup(name string, around *frame) *value {
	for f := around; f != nil; f = f.up {
		switch {
		case f.names != nil:
			if a, ok := f.names.byName[name]; ok {
				return x.force(a.thunk)
			}
		case f.argument != nil:
			if v, ok := x.argument(f, name); ok {
				return v
			}
		}
	}
	switch {
	case name == "true" || name == "false":
		return boolOf(name == "true")
	case name == "null":
		return &value{kind: nullValue}
	case name == "builtins":
		return symbol("builtins")
	case globals[name]:
		return symbol("builtins", name)
	}
	for f := around; f != nil; f = f.up {
		if f.with == nil {
			continue
		}
		switch v := x.force(f.with); v.kind {
		case setValue:
			if a, ok := v.set.byName[name]; ok {
				return x.force(a.thunk)
			}
			if v.set.open {
				return unknown
			}
		case symbolValue:
			// with lib; with types; mkOption is lib's: types has no such name.
			if v.path[len(v.path)-1] == "types" && !isTypeName(name) {
				continue
			}
			return x.selected(v, name)
		default:
			return unknown
		}
	}
	return symbol(name)
}

// argument finds a name among those that a lambda's argument brings into scope.
func (x *interpreter) argument(f *frame, name string) (*value, bool) {
	l, _ := syntax.AsLambda(f.node)
	if p := l.Parameter(); !p.IsZero() && p.Text() == name {
		return x.force(f.argument), true
	}
	for formal := range l.Formals().All() {
		if formal.Child(0).Text() != name {
			continue
		}
		var byDefault *thunk
		if d := formal.Child(1); !d.IsZero() {
			byDefault = &thunk{node: d, around: f}
		}
		given := x.force(f.argument)
		switch given.kind {
		case setValue:
			if a, ok := given.set.byName[name]; ok {
				return x.force(a.thunk), true
			}
			if !given.set.open && byDefault != nil {
				return x.force(byDefault), true
			}
			return symbol(name), true
		case symbolValue:
			return x.selected(given, name), true
		}
		return unknown, true
	}
	return nil, false
}

// openSet is a set of which nothing is known.
func openSet() *attrs { return &attrs{byName: map[string]*attr{}, open: true} }

// called gives the result of a function, and of what that gives, for arguments from outside: each stands for itself.
func (x *interpreter) called(v *value) *value {
	given := openSet()
	given.symbols = true
	return x.calledWith(v, given)
}

// calledWith does the same where something is known of the arguments that functions take by name.
func (x *interpreter) calledWith(v *value, given *attrs) *value {
	for range 6 {
		if v.kind != functionValue {
			break
		}
		l, _ := syntax.AsLambda(v.node)
		argument := known(setOf(given))
		if p := l.Parameter(); !p.IsZero() && l.Formals().IsZero() {
			argument = known(symbol(p.Text()))
		}
		v = x.apply(v, argument)
	}
	return v
}

// apply is the result of a call.
func (x *interpreter) apply(f *value, argument *thunk) *value {
	if !x.enter() {
		return unknown
	}
	defer x.leave()
	switch f.kind {
	case functionValue:
		l, _ := syntax.AsLambda(f.node)
		return x.evaluate(l.Body(), &frame{up: f.around, node: f.node, argument: argument})
	case symbolValue:
		return x.call(&value{kind: callValue, head: f, list: []*thunk{argument}})
	case callValue:
		list := make([]*thunk, 0, len(f.list)+1)
		return x.call(&value{kind: callValue, head: f.head, list: append(append(list, f.list...), argument)})
	}
	return unknown
}

// applyAll is the result of a call with several arguments.
func (x *interpreter) applyAll(f *value, arguments ...*thunk) *value {
	for _, a := range arguments {
		f = x.apply(f, a)
	}
	return f
}

// selected is v.name.
func (x *interpreter) selected(v *value, name string) *value {
	switch v.kind {
	case setValue:
		if a, ok := v.set.byName[name]; ok {
			return x.force(a.thunk)
		}
		if v.set.symbols {
			return symbol(name)
		}
	case symbolValue:
		path := make([]string, 0, len(v.path)+1)
		return symbol(append(append(path, v.path...), name)...)
	}
	return unknown
}

func (x *interpreter) selection(n syntax.Node, around *frame) *value {
	s, _ := syntax.AsSelect(n)
	v := x.evaluate(s.From(), around)
	for part := range s.Path().Names() {
		name, ok := x.attrName(part, around)
		if !ok {
			v = unknown
			break
		}
		if v.kind == setValue && !v.set.open && !s.Default().IsZero() {
			if _, ok := v.set.byName[name]; !ok {
				return x.evaluate(s.Default(), around)
			}
		}
		v = x.selected(v, name)
	}
	return v
}

func (x *interpreter) hasAttr(n syntax.Node, around *frame) *value {
	v := x.evaluate(n.Child(0), around)
	p, _ := syntax.AsAttrPath(n.Child(1))
	for part := range p.Names() {
		name, ok := x.attrName(part, around)
		if !ok || v.kind != setValue {
			return unknown
		}
		a, ok := v.set.byName[name]
		if !ok && v.set.open || ok && a.loose {
			return unknown
		}
		if !ok {
			return boolOf(false)
		}
		v = x.force(a.thunk)
	}
	return boolOf(true)
}

func (x *interpreter) conditional(n syntax.Node, around *frame) *value {
	yes, no := &thunk{node: n.Child(1), around: around}, &thunk{node: n.Child(2), around: around}
	if c := x.evaluate(n.Child(0), around); c.kind == boolValue {
		if c.truth {
			return x.force(yes)
		}
		return x.force(no)
	}
	return &value{kind: choiceValue, list: []*thunk{yes, no}}
}

func (x *interpreter) binary(n syntax.Node, around *frame) *value {
	_, op := syntax.Operator(n)
	a := x.evaluate(n.Child(0), around)
	switch op {
	case syntax.And, syntax.OrOp, syntax.Implies:
		// The left side alone may tell.
		if a.kind != boolValue {
			return unknown
		}
		if op == syntax.And && !a.truth {
			return boolOf(false)
		}
		if op == syntax.OrOp && a.truth || op == syntax.Implies && !a.truth {
			return boolOf(true)
		}
		if b := x.evaluate(n.Child(1), around); b.kind == boolValue {
			return b
		}
		return unknown
	}
	b := x.evaluate(n.Child(1), around)
	switch op {
	case syntax.Update:
		return x.update(a, b)
	case syntax.Concat:
		return x.concat(a, b)
	case syntax.Plus:
		switch {
		case a.isString() && b.isString():
			return x.text(a.text + b.text)
		case a.kind == pathValue && b.isString():
			return x.joined(a.text + b.text)
		}
	case syntax.Equal, syntax.NotEqual:
		if same, ok := equal(a, b); ok {
			return boolOf(same == (op == syntax.Equal))
		}
	}
	return unknown
}

// equal compares what can be compared.
func equal(a, b *value) (same, ok bool) {
	simple := func(v *value) bool { return v.kind >= nullValue && v.kind <= stringValue }
	if !simple(a) || !simple(b) {
		return false, false
	}
	return a.kind == b.kind && a.text == b.text && a.truth == b.truth, true
}

// update is a // b.
func (x *interpreter) update(a, b *value) *value {
	a, b = x.packageSet(a), x.packageSet(b)
	if a.kind == setValue && b.kind == setValue {
		x.charge(len(a.set.names) + len(b.set.names))
	}
	switch {
	case a.kind == choiceValue || b.kind == choiceValue:
		return x.update(x.merged(a), x.merged(b))
	case a.kind == setValue && b.kind == setValue:
		return setOf(a.set.over(b.set, false))
	case a.kind == setValue:
		s := a.set.over(newAttrs(), false)
		s.open = true
		return setOf(s)
	case b.kind == setValue:
		s := newAttrs().over(b.set, false)
		s.open, s.base = true, a
		return setOf(s)
	}
	return unknown
}

// packageSet is the set that a callPackage gives: one that is laid over another set gives a set.
func (x *interpreter) packageSet(v *value) *value {
	if v.kind != callValue || functionName(v.head.path) != "callPackage" || len(v.list) != 2 {
		return v
	}
	if s := x.merged(x.callFile(v.list[0], v.list[1])); s.kind == setValue {
		return s
	}
	return v
}

// merged is a set of all that a choice may have.
func (x *interpreter) merged(v *value) *value {
	if v.kind != choiceValue {
		return v
	}
	all := newAttrs()
	for _, t := range v.list {
		branch := x.merged(x.force(t))
		if branch.kind != setValue {
			all.open = true
			continue
		}
		x.charge(len(all.names) + len(branch.set.names))
		all = all.over(branch.set, true)
	}
	for _, name := range all.names {
		all.byName[name].loose = true
	}
	return setOf(all)
}

// concat is a ++ b.
func (x *interpreter) concat(a, b *value) *value {
	x.charge(len(a.list) + len(b.list))
	if a.kind != listValue && b.kind != listValue {
		return unknown
	}
	v := &value{kind: listValue}
	for _, part := range []*value{a, b} {
		if part.kind != listValue {
			v.open = true
			continue
		}
		v.open = v.open || part.open
		v.list = append(v.list[:len(v.list):len(v.list)], part.list...)
		if len(v.list) > maxElements {
			return unknown
		}
	}
	return v
}

// attrSet reads a set.
func (x *interpreter) attrSet(n syntax.Node, around *frame) *value {
	s, _ := syntax.AsAttrSet(n)
	if !s.Recursive() {
		return setOf(x.bindings(n, around, around))
	}
	inner := &frame{up: around, node: n}
	inner.names = x.bindings(n, inner, around)
	return setOf(inner.names)
}

// bindings reads what a set or a let binds. Values see the names of inner, names and sources of an inherit without
// a source those of outer.
func (x *interpreter) bindings(n syntax.Node, inner, outer *frame) *attrs {
	all := newAttrs()
	file := x.trees[n.Tree()]
	for c := range syntax.Bindings(n) {
		x.charge(1)
		if b, ok := syntax.AsBinding(c); ok {
			x.bind(all, file, b, inner)
			continue
		}
		inherit, _ := syntax.AsInherit(c)
		var from *thunk
		if !inherit.From().IsZero() {
			from = &thunk{node: inherit.From(), around: inner}
		}
		for name := range inherit.Names() {
			key, ok := syntax.AttrName(name)
			if !ok || key == "" {
				continue
			}
			x.charge(1)
			t := &thunk{node: name, around: outer, name: key, from: from}
			all.put(key, &attr{thunk: t, file: file, offset: name.Span().Start})
		}
	}
	return all
}

// bind reads a.b.c = e; into the set.
func (x *interpreter) bind(into *attrs, file *sourceFile, b syntax.BindingNode, around *frame) {
	offset := b.Path().Span().Start
	var parts []string
	for part := range b.Path().Names() {
		name, ok := x.attrName(part, around)
		if !ok || name == "" {
			into.open = true
			return
		}
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return
	}
	for _, name := range parts[:len(parts)-1] {
		into = x.inside(into, name, file, offset)
	}
	last := parts[len(parts)-1]
	t := &thunk{node: b.Value(), around: around}
	if present, ok := into.byName[last]; ok && isPlainSet(b.Value()) {
		// a.b = …; a = { … }; is one set.
		below := x.inside(into, last, file, present.offset)
		more := x.bindings(b.Value(), around, around)
		for _, name := range more.names {
			below.put(name, more.byName[name])
		}
		below.open = below.open || more.open
		return
	}
	into.put(last, &attr{thunk: t, file: file, offset: offset})
}

// inside is the set below a name, made if there is none yet.
func (x *interpreter) inside(s *attrs, name string, file *sourceFile, offset int) *attrs {
	if a, ok := s.byName[name]; ok {
		if a.value == nil && isPlainSet(a.node) {
			x.force(a.thunk)
		}
		if a.value != nil && a.value.kind == setValue {
			return a.value.set
		}
	}
	below := newAttrs()
	s.put(name, &attr{thunk: known(setOf(below)), file: file, offset: offset})
	return below
}

func isPlainSet(n syntax.Node) bool {
	s, ok := syntax.AsAttrSet(n)
	return ok && n.Kind() == syntax.AttrSet && !s.Recursive()
}

// attrName is the name that a part of an attribute path stands for.
func (x *interpreter) attrName(n syntax.Node, around *frame) (string, bool) {
	if name, ok := syntax.AttrName(n); ok {
		return name, true
	}
	switch n.Kind() {
	case syntax.String:
		return x.stringText(n, around)
	case syntax.Dynamic:
		if v := x.evaluate(n.Child(0), around); v.isString() {
			return v.text, true
		}
	}
	return "", false
}

// stringText is the text of a string whose interpolations can all be read.
func (x *interpreter) stringText(n syntax.Node, around *frame) (string, bool) {
	return x.textOf(n, func(part syntax.Node) (string, bool) {
		return x.interpolated(part, around)
	})
}

// interpolated is the text that ${…} puts into a string.
func (x *interpreter) interpolated(part syntax.Node, around *frame) (string, bool) {
	v := x.evaluate(part.Child(0), around)
	return v.text, v.isString()
}

// textOf is the text of a string; interpolation gives that of each ${…}.
func (x *interpreter) textOf(n syntax.Node, interpolation func(syntax.Node) (string, bool)) (string, bool) {
	x.charge(n.Span().Len() / maxTextStep)
	if s, ok := syntax.StringValue(n); ok {
		return s, true
	}
	content, src := syntax.StringContent(n), n.Tree().Source()
	var parts []syntax.IndentedPart
	at := content.Start
	for c := range n.Children() {
		if c.Kind() != syntax.Interpolation {
			continue
		}
		text, ok := interpolation(c)
		if !ok {
			return "", false
		}
		parts = append(parts,
			syntax.IndentedPart{Text: src[at:c.Span().Start]},
			syntax.IndentedPart{Text: text, IsInterpolated: true})
		at = c.Span().End
	}
	parts = append(parts, syntax.IndentedPart{Text: src[at:content.End]})
	var stripped []string
	if n.Kind() == syntax.IndentedString {
		stripped = syntax.StripIndentation(parts)
	}
	var b strings.Builder
	for i, part := range parts {
		switch {
		case part.IsInterpolated:
			b.WriteString(part.Text)
		case stripped != nil:
			b.WriteString(stripped[i])
		default:
			writeUnescaped(&b, part.Text)
		}
		if b.Len() > maxSourceFile {
			return "", false
		}
	}
	x.charge(b.Len() / maxTextStep)
	return b.String(), true
}

// writeUnescaped writes the characters that a part of a "…" string stands for.
func writeUnescaped(b *strings.Builder, s string) {
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n':
			b.WriteByte('\n')
		case 'r':
			b.WriteByte('\r')
		case 't':
			b.WriteByte('\t')
		default:
			b.WriteByte(s[i])
		}
	}
}

// path reads ./a/${b}.nix: a path within the source tree.
func (x *interpreter) path(n syntax.Node, around *frame) *value {
	file := x.trees[n.Tree()]
	var b strings.Builder
	src, at := n.Tree().Source(), n.Span().Start
	for c := range n.Children() {
		if c.Kind() != syntax.Interpolation {
			continue
		}
		text, ok := x.interpolated(c, around)
		if !ok {
			return unknown
		}
		b.WriteString(src[at:c.Span().Start])
		b.WriteString(text)
		at = c.Span().End
	}
	b.WriteString(src[at:n.Span().End])
	if !strings.HasPrefix(b.String(), ".") {
		return unknown
	}
	return x.joined(path.Join(path.Dir(file.path), b.String()))
}

// joined is a path within the source tree; one that leads out of it is unknown.
func (x *interpreter) joined(name string) *value {
	name = path.Clean(name)
	if !fs.ValidPath(name) {
		x.problem(name, "lies outside of the source tree")
		return unknown
	}
	return &value{kind: pathValue, text: name}
}
