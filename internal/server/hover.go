package server

import (
	"context"

	"go.lsp.dev/protocol"

	"jetpills/internal/ide"
)

// Hover says what is under the cursor; null where that is none of ours.
func (s *Server) Hover(ctx context.Context, params *positionParams) (*protocol.Hover, error) {
	at, ok := s.cursorOf(ctx, params)
	if !ok {
		return nil, nil
	}
	h, ok := ide.HoverAt(at.snapshot, at.doc, at.offset)
	if !ok {
		return nil, nil
	}
	span := s.rangeOf(at.doc, h.Span)
	return &protocol.Hover{
		Contents: markup(s.client.hoverMarkdown, func() string { return h.Markdown(at.links()) }, h.Plain),
		Range:    &span,
	}, nil
}
