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

		protocol.MethodTextDocumentHover:       request(s.Hover),
		protocol.MethodTextDocumentCompletion:  request(s.Completion),
		protocol.MethodCompletionItemResolve:   request(s.CompletionResolve),
		protocol.MethodTextDocumentDefinition:  request(s.Definition),
		protocol.MethodTextDocumentDeclaration: request(s.Declaration),
		protocol.MethodTextDocumentCodeAction:  request(s.CodeAction),

		methodPin:     request(s.pin),
		methodPills:   request(s.pills),
		methodExplain: request(s.explain),
		methodSearch:  request(s.search),
		methodHistory: request(s.revisions),
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

func notification[P any](run func(context.Context, *P) error) method {
	return request(func(ctx context.Context, params *P) (any, error) { return nil, run(ctx, params) })
}
