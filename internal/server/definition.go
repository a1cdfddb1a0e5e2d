package server

import (
	"context"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"jetpills/internal/ide"
)

// Definition leads to the section of a pill that explains what is under the cursor.
func (s *Server) Definition(ctx context.Context, params *protocol.DefinitionParams) (protocol.DefinitionResult, error) {
	at, ok := s.cursorOf(ctx, &params.TextDocumentPositionParams)
	if !ok {
		return nil, nil
	}
	location, origin, ok := s.explanation(at)
	if !ok {
		return nil, nil
	}
	if !s.client.linksTargets {
		return &location, nil
	}
	return protocol.DefinitionLinkSlice{{
		OriginSelectionRange: &origin, TargetURI: location.URI,
		TargetRange: location.Range, TargetSelectionRange: location.Range,
	}}, nil
}

// Declaration leads to the same place: nothing else is known without upstream's source.
func (s *Server) Declaration(ctx context.Context, params *protocol.DeclarationParams) (protocol.DeclarationResult, error) {
	at, ok := s.cursorOf(ctx, &params.TextDocumentPositionParams)
	if !ok {
		return nil, nil
	}
	location, _, ok := s.explanation(at)
	if !ok {
		return nil, nil
	}
	return &location, nil
}

// explanation is the heading of the section that explains what is under the cursor, and what that is.
func (s *Server) explanation(at cursor) (protocol.Location, protocol.Range, bool) {
	target, ok := ide.DefinitionAt(at.snapshot, at.doc, at.offset)
	if !ok {
		return protocol.Location{}, protocol.Range{}, false
	}
	path, line, err := at.snapshot.PillTarget(target.Section)
	if err != nil {
		s.log.Warn("no file to jump to", zap.Error(err))
		return protocol.Location{}, protocol.Range{}, false
	}
	heading := protocol.Position{Line: uint32(line - 1)}
	return protocol.Location{URI: uri.File(path), Range: protocol.Range{Start: heading, End: heading}},
		s.rangeOf(at.doc, target.Origin), true
}
