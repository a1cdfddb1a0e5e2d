package server

import (
	"context"
	"slices"
	"strings"

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

// fixAll is the kind of the action that makes all certain fixes of a document.
const fixAll = protocol.CodeActionKindSourceFixAll + "." + name

// CodeAction offers the fixes of what is wrong at a place, the comment that ignores it behind them, and, to a client that
// asks for it, all certain fixes of the document at once.
func (s *Server) CodeAction(ctx context.Context, params *codeActionParams) ([]protocol.CommandOrCodeAction, error) {
	if len(s.client.TextDocument.CodeAction.CodeActionLiteralSupport.CodeActionKind.ValueSet) == 0 {
		return nil, nil
	}
	only := params.Context.value.Only
	quickFixes, all := len(only) == 0 || wants(only, protocol.CodeActionKindQuickFix), wants(only, fixAll)
	if !quickFixes && !all {
		return nil, nil
	}
	at, ok := s.cursorOf(ctx, &positionParams{params.documentParams, params.Range.Start})
	if !ok {
		return nil, nil
	}
	asked := text.Span{Start: at.offset, End: at.doc.Mapper().Offset(params.Range.End.position(), s.encoding)}
	var actions []protocol.CommandOrCodeAction
	found := s.diagnose(at.snapshot, at.doc)
	for _, d := range found {
		if !quickFixes || d.Span.Start > asked.End || d.Span.End < asked.Start {
			continue
		}
		mends := []protocol.Diagnostic{s.diagnostic(at.snapshot, at.doc, d)}
		offer := func(fix ide.Fix, preferred bool) {
			if edit, ok := s.workspaceEdit(at, fix.Edits); ok {
				action := &protocol.CodeAction{Title: fix.Title, Kind: new(protocol.CodeActionKindQuickFix), Diagnostics: mends, Edit: edit}
				if preferred {
					action.IsPreferred = &preferred
				}
				actions = append(actions, action)
			}
		}
		for _, fix := range d.Fixes {
			offer(fix, len(d.Fixes) == 1)
		}
		if ignore, ok := ide.IgnoreHere(at.doc, d); ok {
			offer(ignore, false)
		}
	}
	if edits := ide.FixAll(found); all && len(edits) > 0 {
		if edit, ok := s.workspaceEdit(at, edits); ok {
			const title = "Apply all certain fixes of Jetpills"
			actions = append(actions, &protocol.CodeAction{Title: title, Kind: new(fixAll), Edit: edit})
		}
	}
	return actions, nil
}

// wants reports whether a request for code actions of some kinds asks for one of a kind: each kind has those below it.
func wants(only []protocol.CodeActionKind, kind protocol.CodeActionKind) bool {
	return slices.ContainsFunc(only, func(asked protocol.CodeActionKind) bool {
		return asked == "" || asked == kind || strings.HasPrefix(string(kind), string(asked)+".")
	})
}

// workspaceEdit is edits of the document and of other files; none if one of these cannot be read any more.
func (s *Server) workspaceEdit(at cursor, edits []ide.Edit) (*protocol.WorkspaceEdit, bool) {
	var files []string
	byFile := map[string][]text.Edit{}
	for _, e := range edits {
		if _, ok := byFile[e.File]; !ok {
			files = append(files, e.File)
		}
		byFile[e.File] = append(byFile[e.File], e.Edit)
	}
	edit := &protocol.WorkspaceEdit{}
	for _, file := range files {
		doc, name := at.doc, uri.URI(at.doc.URI)
		if file != "" {
			var err error
			if doc, err = at.read(file); err != nil {
				return nil, false
			}
			name = at.uriOf(file)
		}
		textEdits := s.textEdits(doc, byFile[file])
		if !s.client.Workspace.WorkspaceEdit.DocumentChanges {
			if edit.Changes == nil {
				edit.Changes = map[uri.URI][]protocol.TextEdit{}
			}
			edit.Changes[name] = append(edit.Changes[name], textEdits...)
			continue
		}
		change := &protocol.TextDocumentEdit{}
		change.TextDocument.URI = name
		if _, open := at.snapshot.Document(string(name)); open {
			change.TextDocument.Version = &doc.Version
		}
		for i := range textEdits {
			change.Edits = append(change.Edits, &textEdits[i])
		}
		edit.DocumentChanges = append(edit.DocumentChanges, change)
	}
	return edit, true
}
