package server

import (
	"context"
	"slices"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/text"
)

type codeActionParams struct {
	documentParams
	Range   *lspRange
	Context harmless[struct{ Only []protocol.CodeActionKind }]
}

func (p *codeActionParams) missing() string {
	if !p.Range.whole() {
		return "range"
	}
	return p.documentParams.missing()
}

// CodeAction offers the fixes of what is wrong at a place.
func (s *Server) CodeAction(ctx context.Context, params *codeActionParams) ([]protocol.CommandOrCodeAction, error) {
	if len(s.client.TextDocument.CodeAction.CodeActionLiteralSupport.CodeActionKind.ValueSet) == 0 || !offersQuickFixes(params.Context.value.Only) {
		return nil, nil
	}
	at, ok := s.cursorOf(ctx, &positionParams{params.documentParams, params.Range.Start})
	if !ok {
		return nil, nil
	}
	asked := text.Span{Start: at.offset, End: at.doc.Mapper().Offset(params.Range.End.position(), s.encoding)}
	kind, preferred := protocol.CodeActionKindQuickFix, true
	var actions []protocol.CommandOrCodeAction
	for _, d := range s.diagnose(at.snapshot, at.doc) {
		if d.Span.Start > asked.End || d.Span.End < asked.Start {
			continue
		}
		for i, fix := range d.Fixes {
			changes := s.changes(at, fix)
			if changes == nil {
				continue
			}
			action := &protocol.CodeAction{
				Title: fix.Title, Kind: &kind,
				Diagnostics: []protocol.Diagnostic{s.diagnostic(at.snapshot, at.doc, d)},
				Edit:        &protocol.WorkspaceEdit{Changes: changes},
			}
			if i == 0 && len(d.Fixes) == 1 {
				action.IsPreferred = &preferred
			}
			actions = append(actions, action)
		}
	}
	return actions, nil
}

// changes are the edits of a fix; nil if the file that it changes cannot be read any more.
func (s *Server) changes(at cursor, fix ide.Fix) map[uri.URI][]protocol.TextEdit {
	if fix.File == "" {
		return map[uri.URI][]protocol.TextEdit{uri.URI(at.doc.URI): s.textEdits(at.doc, fix.Edits)}
	}
	doc, err := at.read(fix.File)
	if err != nil {
		return nil
	}
	return map[uri.URI][]protocol.TextEdit{at.uriOf(fix.File): s.textEdits(doc, fix.Edits)}
}

// offersQuickFixes reports whether a request for code actions wants those that mend something.
func offersQuickFixes(only []protocol.CodeActionKind) bool {
	return len(only) == 0 || slices.Contains(only, "") || slices.Contains(only, protocol.CodeActionKindQuickFix)
}
