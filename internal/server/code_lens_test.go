package server

import (
	"encoding/json"
	"fmt"
	"testing"

	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/text"
)

// showLens shows a lens: where it stands, its title, and what a click does.
func showLens(c marker, at text.Span, title, click string) string {
	return fmt.Sprintf("%s %s → %s", c.span(at), title, click)
}

func directLens(c marker) string {
	var lines []string
	for _, l := range ide.CodeLenses(c.snapshot, c.doc) {
		click := "jetpills.copy " + l.Flash
		if l.First != nil {
			in, name := c.other(l.First.File)
			click = "jetpills.showFinding " + name + ":" + in.span(l.First.Span)
		}
		lines = append(lines, showLens(c, l.Span, l.Title, click))
	}
	return linesOrNothing(lines)
}

type wireLensOf struct {
	Range   wireRange
	Command struct {
		Title, Command string
		Arguments      []json.RawMessage
	}
}

// lenses asks for the code lenses of a document.
func (e *markerEditor) lenses(t testing.TB, path string) []wireLensOf {
	t.Helper()
	var result []wireLensOf
	if err := e.Call(t.Context(), "textDocument/codeLens", map[string]any{"textDocument": map[string]any{"uri": uri.File(path)}}, &result); err != nil {
		t.Fatal(err)
	}
	return result
}

func wireLens(e *markerEditor, c marker) string {
	var lines []string
	for _, l := range e.lenses(c.t, c.doc.Path) {
		click, command := "", l.Command
		switch command.Command {
		case copyCommand:
			var copied string
			if err := json.Unmarshal(command.Arguments[0], &copied); err != nil {
				c.t.Fatal(err)
			}
			click = copied
		case showFindingCommand:
			var at struct {
				URI   string
				Range wireRange
			}
			if err := json.Unmarshal(command.Arguments[0], &at); err != nil {
				c.t.Fatal(err)
			}
			in, name := c.other(uri.URI(at.URI).FsPath())
			click = name + ":" + in.span(at.Range.span(in))
		}
		lines = append(lines, showLens(c, l.Range.span(c), command.Title, command.Command+" "+click))
	}
	return linesOrNothing(lines)
}
