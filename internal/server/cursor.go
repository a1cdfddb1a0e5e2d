package server

import (
	"context"

	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/log"
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
func (s *Server) cursorOf(ctx context.Context, params *positionParams) (cursor, bool) {
	name := params.document()
	snapshot, doc := s.snapshotOf(ctx, name)
	if doc == nil {
		s.log.Debug("a request about a document that isn't open", log.String("document", name))
		return cursor{}, false
	}
	if err := doc.Problem(); err != nil {
		s.log.Info("not analysed", log.String("document", name), log.Error(err))
		return cursor{}, false
	}
	return cursor{snapshot, doc, doc.Mapper().Offset(params.Position.position(), s.encoding)}, true
}

// links gives places of the pills addresses that the client can open.
func (c cursor) links() ide.Linker { return ide.PillLinks(c.snapshot) }

// document is the open document of a file, or the one of that name that is no file.
func (c cursor) document(file string) (*workspace.Document, bool) {
	if file == c.doc.Path {
		return c.doc, true // which may be open under other names too
	}
	if doc, ok := c.snapshot.FileDocument(file); ok {
		return doc, true
	}
	return c.snapshot.Document(file)
}

// read is the document of a file, from disk where it is not open.
func (c cursor) read(file string) (*workspace.Document, error) {
	if doc, ok := c.document(file); ok {
		return doc, nil
	}
	return workspace.ReadDocument(file)
}

// uriOf is the address of a file, or of a document that is no file: the client's own, where the document is open.
func (c cursor) uriOf(file string) uri.URI {
	if doc, ok := c.document(file); ok {
		return uri.URI(doc.URI)
	}
	return uri.URI(workspace.FileURI(file))
}
