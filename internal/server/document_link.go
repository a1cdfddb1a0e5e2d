package server

import (
	"context"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"jetpills/internal/ide"
)

// DocumentLink is what a document names that can be opened; null where it names nothing of ours.
func (s *Server) DocumentLink(ctx context.Context, params *documentParams) ([]protocol.DocumentLink, error) {
	snapshot, doc := s.snapshotOf(ctx, params.document())
	if doc == nil {
		return nil, nil
	}
	var links []protocol.DocumentLink
	for _, l := range ide.DocumentLinks(snapshot, doc) {
		target, tooltip := uri.URI(l.Target), l.Tooltip
		links = append(links, protocol.DocumentLink{Range: s.rangeOf(doc, l.Span), Target: &target, Tooltip: &tooltip})
	}
	return links, nil
}
