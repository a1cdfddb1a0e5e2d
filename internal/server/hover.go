package server

import (
	"go.lsp.dev/protocol"

	"jetpills/internal/ide"
)

// hover says what is under the cursor; null where that is none of ours.
func (s *Server) hover(at cursor) (*protocol.Hover, error) {
	at.snapshot = at.snapshot.AtOnce()
	h, ok := ide.HoverAt(at.snapshot, at.doc, at.offset)
	if !ok {
		return nil, nil
	}
	span := s.rangeOf(at.doc, h.Span)
	return &protocol.Hover{
		Contents: markup(s.client.TextDocument.Hover.ContentFormat, s.rich(at, h.Markdown), h.Plain),
		Range:    &span,
	}, nil
}
