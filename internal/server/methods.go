package server

import (
	"context"

	"go.lsp.dev/protocol"
)

// method decodes the parameters of a method, and runs it.
type method func(ctx context.Context, params []byte) (any, error)

// methods are those that the server knows, by name.
func (s *Server) methods() map[string]method {
	return map[string]method{
		protocol.MethodInitialize:  request(s.Initialize),
		protocol.MethodInitialized: notification(s.Initialized),
		protocol.MethodShutdown:    notification(func(context.Context, *struct{}) error { return nil }), // nothing is to be saved
		protocol.MethodSetTrace:    notification(func(context.Context, *any) error { return nil }),      // nothing is traced

		protocol.MethodTextDocumentDidOpen:                notification(s.DidOpen),
		protocol.MethodTextDocumentDidChange:              s.didChange,
		protocol.MethodTextDocumentDidSave:                notification(s.DidSave),
		protocol.MethodTextDocumentDidClose:               notification(s.DidClose),
		protocol.MethodWorkspaceDidChangeConfiguration:    notification(s.DidChangeConfiguration),
		protocol.MethodWorkspaceDidChangeWorkspaceFolders: notification(s.DidChangeWorkspaceFolders),
		protocol.MethodWorkspaceDidChangeWatchedFiles:     notification(s.DidChangeWatchedFiles),
		protocol.MethodWindowWorkDoneProgressCancel:       notification(s.WorkDoneProgressCancel),

		protocol.MethodTextDocumentHover:        atCursor(s, s.hover),
		protocol.MethodTextDocumentCompletion:   atCursor(s, s.completion),
		protocol.MethodCompletionItemResolve:    request(s.CompletionResolve),
		protocol.MethodTextDocumentDefinition:   atCursor(s, s.definition),
		protocol.MethodTextDocumentDeclaration:  atCursor(s, s.declaration),
		protocol.MethodTextDocumentReferences:   request(s.references),
		protocol.MethodTextDocumentCodeAction:   request(s.CodeAction),
		protocol.MethodTextDocumentInlayHint:    request(s.InlayHint),
		protocol.MethodTextDocumentCodeLens:     request(s.CodeLens),
		protocol.MethodTextDocumentDocumentLink: request(s.DocumentLink),
		protocol.MethodWorkspaceSymbol:          request(s.workspaceSymbol),
		protocol.MethodWorkspaceExecuteCommand:  request(s.ExecuteCommand),

		methodPin:     request(s.pin),
		methodPills:   request(s.pills),
		methodExplain: atCursor(s, s.explain),
		methodSearch:  request(s.search),
		methodWhy:     request(s.why),
		methodHistory: request(s.revisions),
		methodBump:    request(s.bump),
		methodFolders: request(s.pillFolders),
	}
}

func request[P, R any](run func(context.Context, *P) (R, error)) method {
	return func(ctx context.Context, raw []byte) (any, error) {
		params := new(P)
		if err := decode(raw, params); err != nil {
			return nil, err
		}
		return run(ctx, params)
	}
}

// atCursor is a request about a cursor. The answer is null where there is none.
func atCursor[R any](s *Server, run func(cursor) (R, error)) method {
	return request(func(ctx context.Context, params *positionParams) (any, error) {
		at, ok := s.cursorOf(ctx, params)
		if !ok {
			return nil, nil
		}
		return run(at)
	})
}

func notification[P any](run func(context.Context, *P) error) method {
	return request(func(ctx context.Context, params *P) (any, error) { return nil, run(ctx, params) })
}
