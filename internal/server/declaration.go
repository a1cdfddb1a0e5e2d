package server

import (
	"context"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"jetpills/internal/ide"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Declaration leads to the declaration in jetpack-nixos's source where that is on disk, and else to the pill that explains it.
func (s *Server) Declaration(ctx context.Context, params *positionParams) (protocol.DeclarationResult, error) {
	at, ok := s.cursorOf(ctx, params)
	if !ok {
		return nil, nil
	}
	location, _, ok := s.declaration(at)
	if !ok {
		location, _, ok = s.explanation(at)
	}
	if !ok {
		return nil, nil
	}
	return &location, nil
}

// declaration is where what is under the cursor is declared, and what that is.
func (s *Server) declaration(at cursor) (protocol.Location, protocol.Range, bool) {
	place, ok := ide.DeclarationAt(at.snapshot, at.doc, at.offset)
	if !ok {
		return protocol.Location{}, protocol.Range{}, false
	}
	// Columns count bytes there; only the text tells how many of its own units the client counts.
	doc, isOpen := at.document(place.File)
	if !isOpen {
		read, err := workspace.ReadDocument(place.File)
		if err != nil {
			s.log.Info("a declaration that cannot be read", zap.Error(err))
			return protocol.Location{}, protocol.Range{}, false
		}
		doc = read
	}
	offset, ok := doc.Mapper().OffsetAt(place.Line, place.Column)
	if !ok {
		return protocol.Location{}, protocol.Range{}, false
	}
	span := s.rangeOf(doc, text.Span{Start: offset, End: offset})
	return protocol.Location{URI: at.uriOf(place.File), Range: span}, s.rangeOf(at.doc, place.Origin), true
}
