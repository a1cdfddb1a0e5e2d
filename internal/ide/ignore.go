package ide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// ignoreKey is that of the directive that keeps findings from being reported: # jetpills: ignore=CODE,CODE
const ignoreKey = "ignore"

// ignoredCodes are the codes that comments ignore, by the line that they are ignored on: that of a comment behind code, or
// the one below a block of comments.
func ignoredCodes(doc *workspace.Document) map[int][]Code {
	if !strings.Contains(doc.Text, module.DirectiveMark) {
		return nil
	}
	tree, lines := doc.Tree(), doc.Mapper().Lines()
	byComment := map[int][]Code{} // by where the comment begins
	for d := range module.Directives(tree) {
		if d.Key == ignoreKey {
			for code := range strings.SplitSeq(d.Value, ",") {
				byComment[d.Comment.Start] = append(byComment[d.Comment.Start], Code(code))
			}
		}
	}
	ignored := map[int][]Code{}
	var above []Code
	last := -1 // the line on which the last code ends
	for token := range tree.Tokens() {
		line := lines.Line(token.Start)
		switch codes := byComment[token.Start]; {
		case token.Kind == syntax.Whitespace:
			if strings.Count(token.Of(doc.Text), "\n") > 1 {
				above = nil
			}
		case token.Kind != syntax.Comment:
			if len(above) > 0 {
				ignored[line] = append(ignored[line], above...)
				above = nil
			}
			last = lines.Line(token.End)
		case line == last:
			ignored[line] = append(ignored[line], codes...)
		default:
			above = append(above, codes...)
			ignored[line] = append(ignored[line], above...) // of what is wrong in the comment
		}
	}
	return ignored
}

// isIgnored reports whether a comment ignores a code where a finding of it begins, or where the definition begins that the
// finding is a part of.
func (d *diagnoser) isIgnored(code Code, at text.Span) bool {
	if d.ignored == nil {
		if d.ignored = ignoredCodes(d.doc); d.ignored == nil {
			d.ignored = map[int][]Code{}
		}
	}
	if len(d.ignored) == 0 {
		return false
	}
	lines := d.doc.Mapper().Lines()
	return slices.Contains(d.ignored[lines.Line(at.Start)], code) ||
		slices.Contains(d.ignored[lines.Line(definitionAround(d.doc.Tree(), at.Start))], code)
}

// definitionAround is where the innermost definition around an offset begins; the offset itself where there is none.
func definitionAround(tree *syntax.Tree, offset int) int {
	for n := range syntax.Ancestors(tree.NodeAt(offset)) {
		if _, ok := syntax.AsBinding(n); ok {
			return n.Span().Start
		}
	}
	return offset
}

// InSameDefinition reports whether the innermost definition around two offsets is the same.
func InSameDefinition(doc *workspace.Document, a, b int) bool {
	return definitionAround(doc.Tree(), a) == definitionAround(doc.Tree(), b)
}

// ignores looks at the comments that ignore codes, and reports codes that do not exist.
func (d *diagnoser) ignores() {
	if !strings.Contains(d.doc.Text, module.DirectiveMark) {
		return
	}
	for directive := range module.Directives(d.doc.Tree()) {
		if directive.Key != ignoreKey || d.isEnough() {
			continue
		}
		if directive.Value == "" {
			d.report(Diagnostic{
				Span: directive.Span, Code: CodeUnknownCode,
				Message: "No code behind ignore, so this comment ignores nothing; write ignore=" + string(CodeUnknownOption),
			})
			continue
		}
		at := directive.ValueSpan()
		for code := range strings.SplitSeq(directive.Value, ",") {
			at.End = at.Start + len(code)
			if _, known := RuleOf(Code(code)); !known {
				found := Diagnostic{Span: at, Code: CodeUnknownCode, Message: fmt.Sprintf("No code %q, so this comment ignores nothing", code)}
				for _, near := range nearestCodes(code) {
					found.Fixes = append(found.Fixes, changeTo(at, near))
				}
				found.Fixes = certainIfOne(found.Fixes)
				d.report(found)
			}
			at.Start = at.End + len(",")
		}
	}
}

// IgnoreHere is the fix that keeps a diagnostic from being reported, by a comment above the definition that it is about.
// There is none inside a string.
func IgnoreHere(doc *workspace.Document, d Diagnostic) (Fix, bool) {
	tree, lines := doc.Tree(), doc.Mapper().Lines()
	line := lineAround(doc.Text, text.Span{Start: definitionAround(tree, d.Span.Start), End: d.Span.Start})
	at := lines.Start(lines.Line(line.Start))
	token := tree.TokenAt(at, nil)
	isInComment := token.Kind == syntax.Comment && token.Start < at
	if d.Code == CodeUnknownCode || isInComment || isInString(tree, at) {
		return Fix{}, false
	}
	comment := fmt.Sprintf("%s# %s %s=%s", indentAt(doc.Text, at), module.DirectiveMark, ignoreKey, d.Code)
	return Fix{
		Title: fmt.Sprintf("Ignore %s here", d.Code),
		Edits: here(text.Edit{Span: text.Span{Start: at, End: at}, NewText: comment + cmp.Or(lineBreak(doc.Text, line.End), "\n")}),
	}, true
}
