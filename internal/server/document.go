package server

import (
	"context"
	"errors"

	"jetpills/internal/log"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

type didOpenParams struct {
	TextDocument struct {
		URI        *string
		LanguageID harmless[string]
		Version    harmless[int32]
		Text       *string
	}
}

func (p *didOpenParams) missing() string {
	switch {
	case p.TextDocument.URI == nil:
		return "textDocument.uri"
	case p.TextDocument.Text == nil:
		return "textDocument.text"
	}
	return ""
}

// DidOpen begins to follow a document.
func (s *Server) DidOpen(_ context.Context, params *didOpenParams) error {
	d := &params.TextDocument
	s.session.Open(*d.URI, d.LanguageID.value, d.Version.value, *d.Text)
	return nil
}

// DidSave matters for the files that we also watch: not every client watches.
func (s *Server) DidSave(_ context.Context, params *documentParams) error {
	if path, ok := workspace.PathOf(params.document()); ok {
		s.session.FilesChanged([]string{path})
	}
	return nil
}

// DidClose lets a document go.
func (s *Server) DidClose(_ context.Context, params *documentParams) error {
	s.session.Close(params.document())
	return nil
}

type didChangeParams struct {
	TextDocument struct {
		URI     *string
		Version harmless[int32] // null by clients that don't count
	}
	ContentChanges []struct {
		Range *lspRange // null by clients that mean the whole text
		Text  *string
	}
}

// didChange applies the changes of a document. After one that makes no sense the text is unknown, so the document is dropped.
func (s *Server) didChange(_ context.Context, raw []byte) (any, error) {
	var params didChangeParams
	err := decode(raw, &params) // reads on behind a member of a wrong type
	document := params.TextDocument.URI
	if document == nil {
		return nil, errors.Join(err, errors.New("a change of no document"))
	}
	changes, senseless := params.changes()
	if err = errors.Join(err, senseless); err != nil {
		s.session.Close(*document)
		s.log.Warn("dropped a document", log.String("uri", *document))
		return nil, err
	}
	s.session.Change(*document, params.TextDocument.Version.value, changes, s.encoding)
	return nil, nil
}

func (p *didChangeParams) changes() ([]text.Change, error) {
	changes := make([]text.Change, 0, len(p.ContentChanges))
	for _, change := range p.ContentChanges {
		switch {
		case change.Text == nil:
			return nil, errors.New("a change without a text")
		case change.Range == nil:
			changes = append(changes, text.Change{Whole: true, Text: *change.Text})
		case !change.Range.whole():
			return nil, errors.New("a change of half a range")
		default:
			changes = append(changes, text.Change{
				Start: change.Range.Start.position(), End: change.Range.End.position(), Text: *change.Text,
			})
		}
	}
	return changes, nil
}
