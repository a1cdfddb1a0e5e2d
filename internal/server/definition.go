package server

import (
	"context"
	"slices"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// Definition leads to the section of a pill that explains what is under the cursor, or, by the setting, to the declaration
// in jetpack-nixos's source where that is on disk.
func (s *Server) Definition(ctx context.Context, params *positionParams) (protocol.DefinitionResult, error) {
	at, ok := s.cursorOf(ctx, params)
	if !ok {
		return nil, nil
	}
	lead := [...]func(cursor) (protocol.Location, protocol.Range, bool){s.explanation, s.declaration}
	if at.snapshot.Settings().Definition == workspace.DefinitionUpstream {
		slices.Reverse(lead[:])
	}
	location, origin, ok := lead[0](at)
	if !ok {
		location, origin, ok = lead[1](at)
	}
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
	return protocol.Location{URI: at.uriOf(path), Range: protocol.Range{Start: heading, End: heading}},
		s.rangeOf(at.doc, target.Origin), true
}
