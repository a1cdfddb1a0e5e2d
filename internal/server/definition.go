package server

import (
	"slices"

	"go.lsp.dev/protocol"

	"jetpills/internal/ide"
	"jetpills/internal/log"
	"jetpills/internal/workspace"
)

// target is where a jump leads, and what it is about: a range of the document with the cursor.
type target struct {
	protocol.Location
	origin protocol.Range
}

func firstTarget(at cursor, ways ...func(cursor) (target, bool)) (target, bool) {
	for _, way := range ways {
		if to, ok := way(at); ok {
			return to, true
		}
	}
	return target{}, false
}

// definition leads to the section of a pill that explains what is under the cursor, or, by the setting, to the declaration
// in jetpack-nixos's source where that is on disk. What leads to code is left to the other Nix server of the buffer.
func (s *Server) definition(at cursor) (protocol.DefinitionResult, error) {
	if ide.LeadsToCode(at.doc, at.offset) {
		return nil, nil
	}
	ways := []func(cursor) (target, bool){s.defined, s.declared}
	if at.snapshot.Settings().Definition == workspace.DefinitionUpstream {
		slices.Reverse(ways)
	}
	to, ok := firstTarget(at, ways...)
	switch {
	case !ok:
		return nil, nil
	case !s.client.TextDocument.Definition.LinkSupport:
		return &to.Location, nil
	}
	return protocol.DefinitionLinkSlice{{
		OriginSelectionRange: &to.origin, TargetURI: to.URI, TargetRange: to.Range, TargetSelectionRange: to.Range,
	}}, nil
}

// defined is the heading of the section to which a jump leads.
func (s *Server) defined(at cursor) (target, bool) { return s.heading(at, ide.DefinitionAt) }

// explained is the heading of the section that explains what is under the cursor.
func (s *Server) explained(at cursor) (target, bool) { return s.heading(at, ide.ExplanationAt) }

func (s *Server) heading(at cursor, find func(*workspace.Snapshot, *workspace.Document, int) (ide.Target, bool)) (target, bool) {
	found, ok := find(at.snapshot, at.doc, at.offset)
	if !ok {
		return target{}, false
	}
	path, line, err := found.File(at.snapshot)
	if err != nil {
		s.log.Warn("no file to jump to", log.Error(err))
		return target{}, false
	}
	heading := protocol.Position{Line: uint32(line - 1)}
	location := protocol.Location{URI: at.uriOf(path), Range: protocol.Range{Start: heading, End: heading}}
	return target{location, s.rangeOf(at.doc, found.Origin)}, true
}
