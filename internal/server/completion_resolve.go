package server

import (
	"context"

	"go.lsp.dev/protocol"

	"jetpills/internal/workspace"
)

// CompletionResolve gives an item its documentation. An item of a document that is gone stays as it is.
func (s *Server) CompletionResolve(ctx context.Context, item *protocol.CompletionItem) (*protocol.CompletionItem, error) {
	var data itemData
	if len(item.Data) == 0 || protocol.Unmarshal(item.Data, &data) != nil {
		return item, nil
	}
	snapshot, ok := ctx.Value(snapshotKey{}).(*workspace.Snapshot)
	if !ok || snapshot == nil {
		return item, nil
	}
	doc, ok := snapshot.Document(data.Document)
	if !ok {
		return item, nil
	}
	item.Documentation = s.documentation(cursor{snapshot: snapshot, doc: doc}, data.Topic)
	return item, nil
}
