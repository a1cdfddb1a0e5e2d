package pill

import (
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
)

// introduction is how many lines the paragraphs may have that an excerpt puts before the block with a name.
const introduction = 4

// Focused is the section with an excerpt that shows the first of some names that the section has. One that was found by a name shows
// that.
func (s Section) Focused(names []string) Section {
	if s.Pill == nil || s.focus != "" {
		return s
	}
	for _, name := range names {
		focused := s
		focused.focus = name
		if hasName(focused.Excerpt(0).Markdown(nil), name) {
			return focused
		}
	}
	return s
}

// chooseAround picks the blocks of an excerpt that shows a name: the section's first paragraph, the words that
// lead to the block with the name, and of that block the part with the name; nil if no block has it or it
// has no room.
func chooseAround(name string, nodes []ast.Node, source []byte, room int) []item {
	at := -1
	for n := range unfolded(nodes, source) {
		if !isNavigation(n, source) && hasName(blockText(n, source), name) {
			at = slices.Index(nodes, n)
			break
		}
	}
	if at < 0 {
		return nil
	}
	var items []item
	introduce := func(i int) {
		n := nodes[i]
		if n.Kind() != ast.KindParagraph || isNavigation(n, source) || isBlank(n, source) {
			return
		}
		if size := height(n, source); size <= introduction && room-size >= introduction {
			items = append(items, item{node: n})
			room -= size
		}
	}
	first := slices.IndexFunc(nodes, func(n ast.Node) bool { return !isBlank(n, source) })
	if first < at-1 && !announces(nodes[first], source) {
		introduce(first)
	}
	if at > 0 {
		introduce(at - 1)
	}
	n := nodes[at]
	if height(n, source) <= room {
		return append(items, item{node: n})
	}
	end := limit{lines: max(room, introduction)}
	switch n := n.(type) {
	case *ast.FencedCodeBlock, *ast.CodeBlock:
		_, lines := codeLines(n, source, limit{})
		end.at = lineOf(lines, name)
	case *tables.Table:
		end.lines = max(room-4, 1)
		end.at = childWith(name, n, source) - 1 // the first is the head
	case *ast.List:
		end.lines = max(room/2, 1) // an item may take more than a line
		end.at = childWith(name, n, source)
	default:
		return nil
	}
	return append(items, item{n, end})
}

// lineOf is the line of code, from 1, that a name is explained in: one that begins with it before others,
// code before comments.
func lineOf(lines []string, name string) int {
	best, rank := 0, 0
	for i, line := range lines {
		if !hasName(line, name) {
			continue
		}
		r := 1
		body, _ := splitRemark(line, true)
		if hasName(body, name) {
			r = 2
			if words := nameWords(body); len(words) > 0 && (words[0] == name || strings.HasSuffix(words[0], "."+name)) {
				r = 3
			}
		}
		if r > rank {
			best, rank = i+1, r
		}
	}
	return best
}

// childWith is the number, from 1, of the first node right inside n that has a name.
func childWith(name string, n ast.Node, source []byte) int {
	return 1 + slices.IndexFunc(slices.Collect(children(n)), func(child ast.Node) bool { return hasName(blockText(child, source), name) })
}

// hasName reports whether a name stands in text as a whole name.
func hasName(text, name string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], name)
		if i < 0 {
			return false
		}
		start, end := from+i, from+i+len(name)
		from = end
		if (start == 0 || !isNameByte(text[start-1])) && (end == len(text) || !isNameByte(text[end])) {
			return true
		}
	}
}

// shownLines picks the lines of code that fit, the one at 1-based at among them, with the lines that open
// the sets around it; -1 stands for a gap.
func shownLines(lines []string, room, at int) []int {
	if at < room {
		return nil
	}
	shown := map[int]bool{}
	indent := func(i int) int {
		return len(lines[i]) - len(strings.TrimLeft(lines[i], " \t"))
	}
	focus := at - 1
	shown[focus] = true
	depth := indent(focus)
	for i := focus - 1; i >= 0 && depth > 0; i-- {
		if strings.TrimSpace(lines[i]) != "" && indent(i) < depth && !strings.HasPrefix(strings.TrimSpace(lines[i]), "#") {
			depth = indent(i)
			shown[i] = true
		}
	}
	layOut := func() []int {
		var order []int
		last := -1
		for i := range lines {
			// An empty line beside a gap is part of it.
			if !shown[i] || strings.TrimSpace(lines[i]) == "" && (i == 0 || i == len(lines)-1 || !shown[i-1] || !shown[i+1]) {
				continue
			}
			if i > last+1 {
				order = append(order, -1)
			}
			order = append(order, i)
			last = i
		}
		if last < len(lines)-1 {
			order = append(order, -1)
		}
		return order
	}
	// What stands around the line comes in by turns, more of what follows.
	order := layOut()
	before, after := focus-1, focus+1
	for turn := 0; before >= 0 || after < len(lines); turn++ {
		next := after
		if turn%3 == 1 && before >= 0 || after >= len(lines) {
			next = before
			before--
		} else {
			after++
		}
		if next < 0 || next >= len(lines) || shown[next] {
			continue
		}
		shown[next] = true
		larger := layOut()
		if len(larger) > room {
			break
		}
		order = larger
	}
	return order
}
