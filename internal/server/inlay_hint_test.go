package server

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/text"
)

// hinted is an inlay hint as a golden has it.
type hinted struct {
	offset         int
	label, tooltip string
}

var readOn = regexp.MustCompile(`(?m)\[Read on in pill \d+\]\((\S+)\)$`)

// showHints shows the lines of a document that have hints, with these in place, and under each where its tooltip leads.
func showHints(c marker, hints []hinted) string {
	slices.SortStableFunc(hints, func(a, b hinted) int { return cmp.Compare(a.offset, b.offset) })
	lines := strings.Split(c.doc.Text, "\n")
	var shown []string
	for i, before := len(hints)-1, -1; i >= 0; i-- {
		line, column := c.doc.Mapper().LineColumn(hints[i].offset)
		line--
		to := readOn.FindStringSubmatch(fileLink.ReplaceAllString(hints[i].tooltip, "$1"))
		if to == nil {
			c.t.Fatalf("the tooltip of %q leads nowhere:\n%s", hints[i].label, hints[i].tooltip)
		}
		lines[line] = lines[line][:column-1] + "⟨" + hints[i].label + " → " + to[1] + "⟩" + lines[line][column-1:]
		if before != line {
			shown = append(shown, "")
		}
		shown[len(shown)-1], before = strings.TrimSpace(lines[line]), line
	}
	slices.Reverse(shown)
	return linesOrNothing(shown)
}

func directInlay(c marker) string {
	var hints []hinted
	for _, h := range ide.InlayHints(c.snapshot, c.doc, text.Span{Start: c.offset, End: len(c.doc.Text)}) {
		hints = append(hints, hinted{h.Offset, h.Label, h.Markdown(ide.PillLinks(c.snapshot))})
	}
	return showHints(c, hints)
}

type wireHint struct {
	Position    wirePosition
	Label       string
	PaddingLeft bool
	Tooltip     struct{ Kind, Value string }
}

// hints asks for the inlay hints of a document from a place on.
func (e *markerEditor) hints(t testing.TB, path string, from text.Position) []wireHint {
	t.Helper()
	var result []wireHint
	err := e.Call(t.Context(), "textDocument/inlayHint", map[string]any{
		"textDocument": map[string]any{"uri": uri.File(path)},
		"range": map[string]any{
			"start": map[string]any{"line": from.Line, "character": from.Character},
			"end":   map[string]any{"line": 1 << 30, "character": 0},
		},
	}, &result)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func wireInlay(e *markerEditor, c marker) string {
	var hints []hinted
	for _, h := range e.hints(c.t, c.doc.Path, c.doc.Mapper().Position(c.offset, text.UTF16)) {
		if h.Tooltip.Kind != "markdown" || !h.PaddingLeft {
			c.t.Errorf("%q: %s, padding left: %v", h.Label, h.Tooltip.Kind, h.PaddingLeft)
		}
		at := wireRange{h.Position, h.Position}.span(c)
		hints = append(hints, hinted{at.Start, h.Label, h.Tooltip.Value})
	}
	return showHints(c, hints)
}
