package server

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"jetpills/internal/text"
)

// DidOpen begins to follow a document.
func (s *Server) DidOpen(_ context.Context, params *protocol.DidOpenTextDocumentParams) error {
	d := &params.TextDocument
	s.session.Open(documentName(d.URI), strings.Clone(string(d.LanguageID)), d.Version, strings.Clone(d.Text))
	return nil
}

// DidSave matters for the files that we also watch: not every client watches.
func (s *Server) DidSave(_ context.Context, params *protocol.DidSaveTextDocumentParams) error {
	if u := params.TextDocument.URI; u.IsFile() {
		s.session.FilesChanged([]string{documentName(u)})
	}
	return nil
}

// DidClose lets a document go.
func (s *Server) DidClose(_ context.Context, params *protocol.DidCloseTextDocumentParams) error {
	s.session.Close(documentName(params.TextDocument.URI))
	return nil
}

// changeParams are those of textDocument/didChange. The library takes a null range for an insertion at the start
// and a null version for damage; clients mean the whole text by the one and "I don't count" by the other.
type changeParams struct {
	TextDocument struct {
		URI     uri.URI `json:"uri"`
		Version *int32  `json:"version"`
	} `json:"textDocument"`
	ContentChanges []struct {
		Range *protocol.Range `json:"range"`
		Text  *string         `json:"text"`
	} `json:"contentChanges"`
}

// didChange applies the changes of a document. After one that makes no sense the text is unknown, so the document is dropped.
func (s *Server) didChange(raw []byte) error {
	params, changes, err := decodeChanges(raw)
	if err != nil {
		if params.TextDocument.URI != "" {
			s.session.Close(documentName(params.TextDocument.URI))
			s.log.Warn("dropped a document", zap.String("uri", string(params.TextDocument.URI)))
		}
		return err
	}
	var version int32
	if params.TextDocument.Version != nil {
		version = *params.TextDocument.Version
	}
	s.session.Change(documentName(params.TextDocument.URI), version, changes, s.encoding)
	return nil
}

// decodeChanges returns the URI even of parameters it can't read, as long as that much can be read.
func decodeChanges(raw []byte) (changeParams, []text.Change, error) {
	var params changeParams
	if err := protocol.Unmarshal(raw, &params); err != nil {
		var named struct {
			TextDocument struct {
				URI uri.URI `json:"uri"`
			} `json:"textDocument"`
		}
		if protocol.Unmarshal(raw, &named) == nil {
			params.TextDocument.URI = named.TextDocument.URI
		}
		return params, nil, fmt.Errorf("decoding a change: %w", err)
	}
	if params.TextDocument.URI == "" {
		return params, nil, errors.New("a change of no document")
	}
	changes := make([]text.Change, 0, len(params.ContentChanges))
	for _, change := range params.ContentChanges {
		if change.Text == nil {
			return params, nil, errors.New("a change without a text")
		}
		if change.Range == nil {
			changes = append(changes, text.Change{Whole: true, Text: *change.Text})
			continue
		}
		changes = append(changes, text.Change{
			Start: position(change.Range.Start),
			End:   position(change.Range.End),
			Text:  *change.Text,
		})
	}
	return params, changes, nil
}
