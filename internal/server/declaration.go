package server

import (
	"go.lsp.dev/protocol"

	"jetpills/internal/ide"
	"jetpills/internal/log"
	"jetpills/internal/text"
)

// declaration leads to the declaration in jetpack-nixos's source where that is on disk, and else to the pill that explains it.
func (s *Server) declaration(at cursor) (protocol.DeclarationResult, error) {
	if to, ok := firstTarget(at, s.declared, s.explained); ok {
		return &to.Location, nil
	}
	return nil, nil
}

// declared is where what is under the cursor is declared.
func (s *Server) declared(at cursor) (target, bool) {
	place, ok := ide.DeclarationAt(at.snapshot, at.doc, at.offset)
	if !ok {
		return target{}, false
	}
	// Columns count bytes there; only the text tells how many of its own units the client counts.
	doc, err := at.read(place.File)
	if err != nil {
		s.log.Info("a declaration that cannot be read", log.Error(err))
		return target{}, false
	}
	offset, ok := doc.Mapper().OffsetAt(place.Line, place.Column)
	if !ok {
		return target{}, false
	}
	span := s.rangeOf(doc, text.Span{Start: offset, End: offset})
	return target{protocol.Location{URI: at.uriOf(place.File), Range: span}, s.rangeOf(at.doc, place.Origin)}, true
}
