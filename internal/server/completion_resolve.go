package server

import (
	"context"
	"encoding/json"

	"go.lsp.dev/protocol"
)

// CompletionResolve gives an item its documentation; all else in it goes back as it came. An item of a document that is
// gone stays as it is.
func (s *Server) CompletionResolve(ctx context.Context, item *map[string]json.RawMessage) (map[string]json.RawMessage, error) {
	var data itemData
	if json.Unmarshal((*item)["data"], &data) != nil {
		return *item, nil
	}
	snapshot, doc := s.snapshotOf(ctx, data.Document)
	if doc == nil {
		return *item, nil
	}
	if documentation := s.documentation(cursor{snapshot: snapshot.AtOnce(), doc: doc}, data.Topic); documentation != nil {
		encoded, err := protocol.Marshal(documentation)
		if err != nil {
			return nil, err
		}
		(*item)["documentation"] = encoded
	}
	return *item, nil
}
