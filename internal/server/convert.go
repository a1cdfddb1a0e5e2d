package server

import (
	"slices"

	"go.lsp.dev/protocol"

	"jetpills/internal/ide"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// rangeOf is where a span of a document stands, in the client's units.
func (s *Server) rangeOf(doc *workspace.Document, span text.Span) protocol.Range {
	return s.rangeIn(doc.Mapper(), span)
}

// spanOf is the span of a document for a range, which is whole.
func (s *Server) spanOf(doc *workspace.Document, r *lspRange) text.Span {
	m := doc.Mapper()
	return text.Span{Start: m.Offset(r.Start.position(), s.encoding), End: m.Offset(r.End.position(), s.encoding)}
}

func (s *Server) rangeIn(m *text.Mapper, span text.Span) protocol.Range {
	start, end := m.Position(span.Start, s.encoding), m.Position(span.End, s.encoding)
	return protocol.Range{
		Start: protocol.Position{Line: start.Line, Character: start.Character},
		End:   protocol.Position{Line: end.Line, Character: end.Character},
	}
}

// textEdits are edits of a document, in the client's units.
func (s *Server) textEdits(doc *workspace.Document, edits []text.Edit) []protocol.TextEdit {
	out := make([]protocol.TextEdit, len(edits))
	for i, e := range edits {
		out[i] = protocol.TextEdit{Range: s.rangeOf(doc, e.Span), NewText: e.NewText}
	}
	return out
}

// markup is a text in the form that the client draws.
func markup(drawn markupKinds, rich, plain func() string) *protocol.MarkupContent {
	if slices.Contains(drawn, protocol.MarkupKindMarkdown) {
		return &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: rich()}
	}
	return &protocol.MarkupContent{Kind: protocol.MarkupKindPlainText, Value: plain()}
}

// rich is a page as Markdown that the client draws well.
func (s *Server) rich(at cursor, page func(ide.Linker) string) func() string {
	return func() string {
		if s.client.countsMarks {
			return ide.Wrapped(page(nil))
		}
		return page(at.links())
	}
}

func completionKind(k ide.ItemKind) protocol.CompletionItemKind {
	switch k {
	case ide.ItemOption:
		return protocol.CompletionItemKindProperty
	case ide.ItemSet:
		return protocol.CompletionItemKindModule
	case ide.ItemValue:
		return protocol.CompletionItemKindEnumMember
	case ide.ItemBool:
		return protocol.CompletionItemKindKeyword
	case ide.ItemTemplate:
		return protocol.CompletionItemKindSnippet
	}
	return protocol.CompletionItemKindVariable
}
