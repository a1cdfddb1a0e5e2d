package ide

import (
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// A level is one of the nested bindings that an option's path is written in: bootloader = { … } around autoUpdate.
type level struct {
	syntax.BindingNode
	names []syntax.Node
	// The binding is the only one in its set, which is rec, and which the binding around hands on through mkIf or its kin.
	only, recursive, wrapped bool
}

// renames is the fix that gives an option another name, in the style in which it is written. Where the names of nested sets
// can be changed they are; else what is renamed moves out of those sets that it doesn't belong to any more. There is none
// where that would change more than the name, or where the other option is defined beside it.
func renames(definition module.Definition, names []string, option string) []Fix {
	other := strings.Split(option, ".")
	root := len(definition.Path) - len(names) // names before the option's path, such as config
	same := root + commonPrefix(names, other, func(a, b string) bool { return a == b })
	if same == len(definition.Path) || same == root+len(other) {
		return nil
	}
	levels, outside := levelsOf(definition, same)
	if levels == nil {
		return nil
	}
	target := slices.Clone(definition.Path[:root])
	for _, name := range other {
		target = append(target, module.Part{Name: name, Known: true})
	}
	if leavesOperand(definition, target) {
		return nil
	}
	first := len(levels) - 1 // the outermost level that holds nothing else
	for first > 0 && levels[first].only {
		first--
	}
	renamed, ok := rename(levels, first, target[outside:])
	if !ok || isTaken(definition, levels[0], target, outside+renamed.plain) {
		return nil
	}
	edits := renamed.edits
	if first > 0 {
		if edits, ok = moveOut(levels, first, edits); !ok {
			return nil
		}
	}
	return []Fix{{Title: "Change to " + strings.Join(other[max(outside-root, 0):], "."), Edits: here(edits...), defines: []string{definedAs(target)}}}
}

// leavesOperand reports whether another path for a definition begins with another name in an operand of //, which replaces
// sets by that name whole: what the other operand has there would be lost, or what is defined.
func leavesOperand(definition module.Definition, target module.Path) bool {
	for n := range syntax.Ancestors(definition.Binding.Node) {
		if n.Kind() != syntax.Binary {
			continue
		}
		at := len(module.PathOf(n))
		if _, op := syntax.Operator(n); op == syntax.Update && at < min(len(target), len(definition.Path)) && target[at].Name != definition.Path[at].Name {
			return true
		}
	}
	return false
}

// levelsOf are the levels of a definition, from the outside in, up to a set that the first same names of its path lead to,
// or fewer; and how many names that set's own path has.
func levelsOf(definition module.Definition, same int) (levels []level, outside int) {
	outside = len(definition.Path)
	for b := definition.Binding; ; {
		set := b.Parent()
		l := level{BindingNode: b, names: slices.Collect(b.Path().Names())}
		outside -= len(l.names)
		if set.Kind() != syntax.AttrSet || !b.HasSemicolon() || outside < 0 {
			return nil, 0
		}
		s, _ := syntax.AsAttrSet(set)
		l.recursive = s.Recursive()
		l.only = len(slices.Collect(syntax.Bindings(set))) == 1
		if outside <= same {
			return slices.Insert(levels, 0, l), outside
		}
		around := set.Parent()
		for around.Kind() == syntax.Paren || around.Kind() == syntax.Apply {
			l.wrapped = l.wrapped || around.Kind() == syntax.Apply
			around = around.Parent()
		}
		outer, ok := syntax.AsBinding(around)
		if !ok || module.Innermost(outer.Value()) != set {
			return nil, 0
		}
		levels = slices.Insert(levels, 0, l)
		b = outer
	}
}

// renamed are the edits that give levels other names.
type renamed struct {
	edits []text.Edit
	// plain is how many of the names lead to a set that others may add to, elsewhere in the text.
	plain int
}

// rename writes a path over the names of the levels from first on, each of which keeps as many as it has where it can.
func rename(levels []level, first int, path module.Path) (renamed, bool) {
	var r renamed
	r.plain = len(path)
	left := len(path)
	for i := len(levels) - 1; i >= first; i-- {
		l := levels[i]
		count := min(len(l.names), left-(i-first))
		if i == first {
			count = left
		}
		if count < 1 {
			return renamed{}, false
		}
		left -= count
		names := path[left : left+count]
		if l.wrapped && i > first {
			r.plain = left
		}
		equal := commonPrefix(l.names, names, func(n syntax.Node, part module.Part) bool {
			name, ok := syntax.AttrName(n)
			return ok == part.Known && (!ok || name == part.Name)
		})
		if equal == count && count == len(l.names) {
			continue
		}
		if l.recursive {
			return renamed{}, false // what stands beside it may use the old name
		}
		equal = min(equal, count-1, len(l.names)-1)
		var written []string
		for _, part := range names[equal:] {
			if !part.Known {
				return renamed{}, false
			}
			written = append(written, syntax.WrittenName(part.Name))
		}
		r.edits = append(r.edits, text.Edit{
			Span:    text.Span{Start: l.names[equal].Span().Start, End: l.names[len(l.names)-1].Span().End},
			NewText: strings.Join(written, "."),
		})
	}
	slices.Reverse(r.edits)
	return r, true
}

// isTaken reports whether what is written beside a definition defines already what it would after it is renamed. Of the
// other name's parts the first plain ones may be shared.
func isTaken(definition module.Definition, outermost level, target module.Path, plain int) bool {
	beside := module.DefinedIn(module.OutermostSet(outermost.Parent()), definition.Binding.Node)
	return slices.ContainsFunc(beside, func(defined module.Path) bool {
		n := commonPrefix(defined, target, func(a, b module.Part) bool { return a.Known == b.Known && a.Name == b.Name })
		return n == len(defined) || n >= plain
	})
}

// moveOut are the edits that move a level, with its comments and some edits made in it, behind the outermost one.
func moveOut(levels []level, index int, inside []text.Edit) ([]text.Edit, bool) {
	for _, l := range levels[1 : index+1] {
		if l.wrapped || l.recursive {
			return nil, false // it would escape a condition, or lose the names beside it
		}
	}
	tree := levels[0].Tree()
	source, from, to := tree.Source(), levels[index].Span(), levels[0].Span()
	fromLine, toLine := lineAround(source, from), lineAround(source, to)
	indent := indentAt(source, toLine.Start)
	block, gap, isLine := blockOf(tree, from)
	moved, err := text.Apply(source[block.Start:block.End], within(block, append(inside, reindented(tree, block, fromLine, indent)...)))
	if err != nil {
		return nil, false
	}
	at, newText, newLine := to.End, " "+moved, lineBreak(source, fromLine.End)
	switch {
	case isAlone(source, to, toLine):
		at, newText = toLine.End, newLine+moved
		if !isLine {
			newText = newLine + indent + moved
		}
	case isLine:
		newText = newLine + moved + newLine + indent
	}
	return []text.Edit{{Span: gap}, {Span: text.Span{Start: at, End: at}, NewText: newText}}, true
}

// blockOf is what goes along with a binding: the rest of its lines and the comments right above, if it stands alone on them.
// gap is what goes with the block so that neither an empty line nor white space is left.
func blockOf(tree *syntax.Tree, at text.Span) (block, gap text.Span, isLine bool) {
	source := tree.Source()
	line := lineAround(source, at)
	block, gap = at, at
	switch {
	case isAlone(source, at, line):
		block = text.Span{Start: commentsAbove(tree, line.Start), End: line.End}
		gap = text.Span{Start: block.Start, End: block.End + len(lineBreak(source, block.End))}
		return block, gap, true
	case strings.TrimSpace(source[line.Start:at.Start]) == "":
		gap.End += len(source[at.End:]) - len(strings.TrimLeft(source[at.End:], " \t"))
	default:
		gap.Start = len(strings.TrimRight(source[:at.Start], " \t"))
	}
	return block, gap, false
}

// within are edits as they are in a part of the text.
func within(part text.Span, edits []text.Edit) []text.Edit {
	moved := slices.Clone(edits)
	for i := range moved {
		moved[i].Start -= part.Start
		moved[i].End -= part.Start
	}
	return moved
}

// lineAround is the lines that a span takes, without the last line break.
func lineAround(source string, s text.Span) text.Span {
	rest, _, _ := strings.Cut(source[s.End:], "\n")
	return text.Span{Start: strings.LastIndexByte(source[:s.Start], '\n') + 1, End: s.End + len(strings.TrimSuffix(rest, "\r"))}
}

// lineBreak is the line break at the end of a line; empty at the end of the text.
func lineBreak(source string, end int) string {
	if strings.HasPrefix(source[end:], "\r\n") {
		return "\r\n"
	}
	return source[end:min(end+1, len(source))]
}

// isAlone reports whether nothing but a comment behind it stands beside a span on its lines.
func isAlone(source string, s, line text.Span) bool {
	behind := strings.TrimSpace(source[s.End:line.End])
	return strings.TrimSpace(source[line.Start:s.Start]) == "" && (behind == "" || strings.HasPrefix(behind, "#"))
}

// indentAt is the white space that a line begins with.
func indentAt(source string, line int) string {
	rest := source[line:]
	return rest[:len(rest)-len(strings.TrimLeft(rest, " \t"))]
}

// commentsAbove is where the comments begin that stand right above a line, each on a line of its own.
func commentsAbove(tree *syntax.Tree, line int) int {
	source := tree.Source()
	for line > 0 {
		above := strings.LastIndexByte(source[:line-1], '\n') + 1
		at := above + len(indentAt(source, above))
		if token := tree.TokenAt(at, nil); token.Kind != syntax.Comment || token.Start != at || source[at] != '#' {
			break
		}
		line = above
	}
	return line
}

// reindented are the edits that give the lines of a block another indentation, but for those that begin in a string.
func reindented(tree *syntax.Tree, block, line text.Span, indent string) []text.Edit {
	source := tree.Source()
	was := indentAt(source, line.Start)
	if was == indent {
		return nil
	}
	var edits []text.Edit
	at := block.Start
	for l := range strings.Lines(source[block.Start:block.End]) {
		if strings.HasPrefix(l, was) && !isInString(tree, at) {
			edits = append(edits, text.Edit{Span: text.Span{Start: at, End: at + len(was)}, NewText: indent})
		}
		at += len(l)
	}
	return edits
}

func isInString(tree *syntax.Tree, offset int) bool {
	for n := range syntax.Ancestors(tree.NodeAt(offset)) {
		if s := n.Span(); module.IsString(n) && s.Start < offset && offset < s.End {
			return true
		}
	}
	return false
}
