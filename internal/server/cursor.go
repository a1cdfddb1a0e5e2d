package server

import (
	"context"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// cursor is what a request about a place asks about.
type cursor struct {
	snapshot *workspace.Snapshot
	doc      *workspace.Document
	offset   int
}

// cursorOf finds the document and the offset. Nothing is there for a document that isn't open, or that can't be analysed:
// the answer is null then, and a line in the log says why.
func (s *Server) cursorOf(ctx context.Context, params *protocol.TextDocumentPositionParams) (cursor, bool) {
	snapshot, ok := ctx.Value(snapshotKey{}).(*workspace.Snapshot)
	if !ok || snapshot == nil {
		return cursor{}, false
	}
	name := documentName(params.TextDocument.URI)
	doc, ok := snapshot.Document(name)
	if !ok {
		s.log.Debug("a request about a document that isn't open", zap.String("document", name))
		return cursor{}, false
	}
	if err := doc.Problem(); err != nil {
		s.log.Info("not analysed", zap.String("document", name), zap.Error(err))
		return cursor{}, false
	}
	return cursor{snapshot, doc, doc.Mapper().Offset(position(params.Position), s.encoding)}, true
}

// links gives places of the pills addresses that the client can open.
func (c cursor) links() ide.Linker { return ide.PillLinks(c.snapshot) }
