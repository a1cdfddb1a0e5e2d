package server

import (
	"context"

	"go.lsp.dev/protocol"

	"jetpills/internal/ide"
	"jetpills/internal/text"
)

// rangeParams name a part of a document.
type rangeParams struct {
	documentParams
	Range *lspRange
}

func (p *rangeParams) missing() string {
	if !p.Range.whole() {
		return "range"
	}
	return p.documentParams.missing()
}

// InlayHint is what values in a part of a document come to; null where that is none of ours.
func (s *Server) InlayHint(ctx context.Context, params *rangeParams) ([]protocol.InlayHint, error) {
	at, err := s.settledDocument(ctx, params.document())
	if at.doc == nil {
		return nil, err
	}
	m := at.doc.Mapper()
	within := text.Span{
		Start: m.Offset(params.Range.Start.position(), s.encoding), End: m.Offset(params.Range.End.position(), s.encoding),
	}
	yes := true
	var hints []protocol.InlayHint
	for _, h := range ide.InlayHints(at.snapshot, at.doc, within) {
		hints = append(hints, protocol.InlayHint{
			Position:    s.rangeOf(at.doc, text.Span{Start: h.Offset, End: h.Offset}).Start,
			Label:       protocol.String(h.Label),
			Tooltip:     &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: h.Markdown(at.links())},
			PaddingLeft: &yes,
		})
	}
	s.answers.given(protocol.MethodTextDocumentInlayHint, s.basisOf(protocol.MethodTextDocumentInlayHint, at))
	return hints, nil
}
