package server

import (
	"context"

	"go.lsp.dev/protocol"

	"jetpills/internal/ide"
	"jetpills/internal/log"
)

// referenceParams name a place in a document, and say whether the declaration counts.
type referenceParams struct {
	positionParams
	Context harmless[struct{ IncludeDeclaration bool }]
}

// references are where what is under the cursor is defined and read; null where it is none of ours. Clients add them to
// those of other servers, which know variables.
func (s *Server) references(ctx context.Context, params *referenceParams) ([]protocol.Location, error) {
	at, ok := s.cursorOf(ctx, &params.positionParams)
	if !ok {
		return nil, nil
	}
	found, ok := ide.ReferencesAt(at.snapshot, at.doc, at.offset, params.Context.value.IncludeDeclaration)
	if !ok {
		return nil, nil
	}
	if !found.Complete {
		s.log.Info("not all files were searched for references", log.String("document", at.doc.URI))
	}
	locations := make([]protocol.Location, 0, len(found.Found))
	for _, r := range found.Found {
		if isView(r.File) && r.File != at.doc.URI {
			continue // another version of a file that is searched itself
		}
		locations = append(locations, protocol.Location{URI: at.uriOf(r.File), Range: s.rangeIn(r.Mapper, r.Span)})
	}
	return locations, nil
}
