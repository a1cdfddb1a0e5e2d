package server

import (
	"fmt"

	"jetpills/internal/ide"
	"jetpills/internal/text"
)

// showLink shows a link: where it stands, and what it leads to.
func showLink(c marker, at text.Span, target, tooltip string) string {
	return fmt.Sprintf("%s → %s (%s)", c.span(at), fileLink.ReplaceAllString("("+c.names.Replace(target)+")", "$1"), tooltip)
}

func directLink(c marker) string {
	var lines []string
	for _, l := range ide.DocumentLinks(c.snapshot, c.doc) {
		lines = append(lines, showLink(c, l.Span, l.Target, l.Tooltip))
	}
	return linesOrNothing(lines)
}

func wireLink(e *markerEditor, c marker) string {
	var result []struct {
		Range           wireRange
		Target, Tooltip string
	}
	if err := e.Call(c.t.Context(), "textDocument/documentLink", map[string]any{"textDocument": map[string]any{"uri": c.doc.URI}}, &result); err != nil {
		c.t.Fatal(err)
	}
	var lines []string
	for _, l := range result {
		lines = append(lines, showLink(c, l.Range.span(c), l.Target, l.Tooltip))
	}
	return linesOrNothing(lines)
}
