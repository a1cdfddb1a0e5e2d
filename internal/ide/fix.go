package ide

import (
	"slices"
	"strings"

	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// Fix is a change that mends what a diagnostic reports.
type Fix struct {
	Title string // one line
	// Certain says that there is no other way to mend it: the fix may be applied without a question.
	Certain bool
	Edits   []Edit
	// defines are the paths that the fix makes the text define, as definedAs writes them, if it gives definitions other paths.
	defines []string
}

// Edit is a change of one file.
type Edit struct {
	File string // an absolute path; empty: the file of the diagnostic
	text.Edit
}

// changeTo is the fix that puts something else in one place. It keeps no document alive that newText is a part of.
func changeTo(at text.Span, newText string) Fix {
	return Fix{Title: "Change to " + newText, Edits: here(text.Edit{Span: at, NewText: strings.Clone(newText)})}
}

// definedAs writes a path so that it begins as those do that lead to it. It keeps no document alive.
func definedAs(p module.Path) string {
	var names strings.Builder
	for _, part := range p {
		names.WriteString(part.Name)
		names.WriteByte(0)
	}
	return names.String()
}

// here are edits of the file of a diagnostic.
func here(edits ...text.Edit) []Edit {
	all := make([]Edit, len(edits))
	for i, e := range edits {
		all[i].Edit = e
	}
	return all
}

// insertBefore adds code before what stands at an offset: on a line of its own where that begins a line.
func insertBefore(source string, at int, code string) text.Edit {
	space := " "
	line := strings.LastIndexByte(source[:at], '\n') + 1
	if indent := source[line:at]; strings.TrimSpace(indent) == "" && line > 0 {
		space = "\n" + indent
	}
	return text.Edit{Span: text.Span{Start: at, End: at}, NewText: code + space}
}

// certainIfOne marks the only one of some fixes as certain.
func certainIfOne(fixes []Fix) []Fix {
	if len(fixes) == 1 {
		fixes[0].Certain = true
	}
	return fixes
}

// deleting is the fix that deletes a definition of an option, where that is all that is written there.
func (d *diagnoser) deleting(definition host.Definition, option []string) (Fix, bool) {
	if definition.Alias != nil {
		option = definition.Alias // the name that the text has
	}
	name := option[len(option)-1]
	for n := range syntax.Ancestors(d.doc.Tree().NodeAt(definition.Path.Span.Start)) {
		at := n.Span()
		switch n.Kind() {
		case syntax.Binding:
			b, _ := syntax.AsBinding(n)
			names := slices.Collect(b.Path().Names())
			last, _ := syntax.AttrName(names[len(names)-1])
			if last != name || b.Path().Span().End != definition.Path.Span.End {
				return Fix{}, false // it is a part of the value
			}
		case syntax.Inherit:
			i, _ := syntax.AsInherit(n)
			if names := slices.Collect(i.Names()); len(names) > 1 {
				at = definition.Path.Span
			}
		default:
			continue
		}
		return Fix{Title: "Delete " + name, Edits: here(text.Edit{Span: withSpace(d.doc.Text, at)})}, true
	}
	return Fix{}, false
}

// withSpace is a span with the line that it takes up alone, or else with the space before it.
func withSpace(source string, at text.Span) text.Span {
	start := at.Start - len(source[:at.Start]) + len(strings.TrimRight(source[:at.Start], " \t"))
	end := at.End + len(source[at.End:]) - len(strings.TrimLeft(source[at.End:], " \t"))
	isAlone := (start == 0 || source[start-1] == '\n') && end < len(source) && source[end] == '\n'
	if isAlone {
		return text.Span{Start: start, End: end + 1}
	}
	return text.Span{Start: start, End: at.End}
}

// Changes are fixes that can be made at once.
type Changes struct {
	edits   map[string][]text.Edit // by file
	changed map[string][]text.Span // for each fix of a file, from its first edit to its last
	defined []string
}

// Add takes a fix of a diagnostic in a file, an absolute path or a document's URI. It reports false, and takes nothing, where
// an earlier fix changes something between the fix's own edits: what the fix was made for is no longer there. So it does where
// an earlier fix leads to the same path: a set defines none twice.
func (c *Changes) Add(file string, fix Fix) bool {
	edits, spans := map[string][]text.Edit{}, map[string]text.Span{}
	for _, e := range fix.Edits {
		in := file
		if e.File != "" {
			in = e.File
		}
		span, ok := spans[in]
		if !ok {
			span = e.Span
		}
		spans[in] = text.Span{Start: min(span.Start, e.Start), End: max(span.End, e.End)}
		edits[in] = append(edits[in], e.Edit)
	}
	for in, span := range spans {
		if slices.ContainsFunc(c.changed[in], func(s text.Span) bool { return s.Start <= span.End && span.Start <= s.End }) {
			return false
		}
	}
	for _, p := range fix.defines {
		if slices.ContainsFunc(c.defined, func(q string) bool { return strings.HasPrefix(p, q) || strings.HasPrefix(q, p) }) {
			return false
		}
	}
	c.defined = append(c.defined, fix.defines...)
	if c.edits == nil {
		c.edits, c.changed = map[string][]text.Edit{}, map[string][]text.Span{}
	}
	for in, span := range spans {
		c.edits[in] = append(c.edits[in], edits[in]...)
		c.changed[in] = append(c.changed[in], span)
	}
	return true
}

// Files are the edits of each file. The map must not be changed.
func (c *Changes) Files() map[string][]text.Edit { return c.edits }

// FixAll are the certain fixes of a document's diagnostics, as far as they can be made at once and change no other file.
func FixAll(found []Diagnostic) []Edit {
	var changes Changes
	for _, d := range found {
		for _, fix := range d.Fixes {
			if fix.Certain && !slices.ContainsFunc(fix.Edits, func(e Edit) bool { return e.File != "" }) {
				changes.Add("", fix)
			}
		}
	}
	return here(changes.Files()[""]...)
}
