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
	Context harmless[struct {
		Only        []protocol.CodeActionKind
		Diagnostics []shownDiagnostic
	}]
}

// shownDiagnostic is what tells one diagnostic that the client shows from the others.
type shownDiagnostic struct {
	Range *lspRange
	Code  any
}

func (p *codeActionParams) missing() string {
	if !p.Range.whole() {
		return "range"
	}
	return p.documentParams.missing()
}

// fixAll is the kind of the action that makes all certain fixes of a document.
const fixAll = protocol.CodeActionKindSourceFixAll + "." + name

// CodeAction offers the fixes of what is wrong at a place, the comments that ignore it behind them, and, to a client that
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
	found := s.diagnose(at.snapshot, at.doc)
	var actions, ignores []protocol.CommandOrCodeAction
	if quickFixes {
		asked := s.spanOf(at.doc, params.Range)
		for _, d := range s.near(at, found, asked, params.Context.value.Diagnostics) {
			mends := []protocol.Diagnostic{s.diagnostic(at.snapshot, at.doc, d)}
			offer := func(into *[]protocol.CommandOrCodeAction, fix ide.Fix, preferred bool) {
				if edit, ok := s.workspaceEdit(at, fix.Edits); ok {
					action := &protocol.CodeAction{Title: fix.Title, Kind: new(protocol.CodeActionKindQuickFix), Diagnostics: mends, Edit: edit}
					if preferred {
						action.IsPreferred = &preferred
					}
					*into = append(*into, action)
				}
			}
			for _, fix := range d.Fixes {
				offer(&actions, fix, len(d.Fixes) == 1)
			}
			if ignore, ok := ide.IgnoreHere(at.doc, d); ok {
				offer(&ignores, ignore, false)
			}
		}
		actions = append(actions, ignores...)
	}
	if edits := ide.FixAll(found); all && len(edits) > 0 {
		if edit, ok := s.workspaceEdit(at, edits); ok {
			const title = "Apply all certain fixes of Jetpills"
			actions = append(actions, &protocol.CodeAction{Title: title, Kind: new(fixAll), Edit: edit})
		}
	}
	return actions, nil
}

// near are the diagnostics that a request for code actions is about: first those that the range touches, then those that the client
// names, and those on the range's lines or in the definition around its beginning.
func (s *Server) near(at cursor, found []ide.Diagnostic, asked text.Span, named []shownDiagnostic) []ide.Diagnostic {
	lines := at.doc.Mapper().Lines()
	first, last := lines.Line(asked.Start), lines.Line(asked.End)
	var touched, others []ide.Diagnostic
	for _, d := range found {
		isNamed := func(shown shownDiagnostic) bool {
			return shown.Range.whole() && shown.Code == string(d.Code) && s.spanOf(at.doc, shown.Range) == d.Span
		}
		switch {
		case d.Span.Start <= asked.End && asked.Start <= d.Span.End:
			touched = append(touched, d)
		case lines.Line(d.Span.Start) <= last && first <= lines.Line(d.Span.End),
			ide.InSameDefinition(at.doc, asked.Start, d.Span.Start),
			slices.ContainsFunc(named, isNamed):
			others = append(others, d)
		}
	}
	return append(touched, others...)
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
