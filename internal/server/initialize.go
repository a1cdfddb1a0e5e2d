package server

import (
	"context"
	"encoding/json"
	"slices"

	"go.lsp.dev/protocol"

	"jetpills/internal/log"
	"jetpills/internal/rpc"
	"jetpills/internal/text"
)

// client is what the other side can do, as far as it changes what we do.
type client struct {
	clientCapabilities
	watchesFiles bool // after we registered for them, it reports every change of files, whoever makes it
	// countsMarks says that it hides the marks and addresses of Markdown, and yet counts them when it breaks a line: behind a link
	// stands an empty line then, or one with nothing but a full stop.
	countsMarks bool
}

// neovim is the name of a client that countsMarks (github.com/neovim/neovim/issues/14409), and has no links in its windows.
const neovim = "Neovim"

// helix is the name of a client that takes registrations for files, and tells of what it saved itself alone
// (github.com/helix-editor/helix/issues/11882).
const helix = "helix"

// initializeParams are what is used of them. Nothing in them refuses the session.
type initializeParams struct {
	ProcessID             int
	ClientInfo            struct{ Name, Version string }
	RootPath              string
	RootURI               string
	WorkspaceFolders      []folderParams
	Capabilities          clientCapabilities
	InitializationOptions json.RawMessage
}

type clientCapabilities struct {
	General struct {
		PositionEncodings []protocol.PositionEncodingKind
	}
	Workspace struct {
		Configuration                                 bool
		WorkspaceEdit                                 struct{ DocumentChanges bool }
		DidChangeWatchedFiles, DidChangeConfiguration struct{ DynamicRegistration bool }
		InlayHint, CodeLens                           struct{ RefreshSupport bool }
	}
	Window struct {
		WorkDoneProgress bool
		ShowDocument     struct{ Support bool }
	}

	TextDocument struct {
		Hover      struct{ ContentFormat markupKinds }
		Completion struct {
			CompletionItem struct {
				DocumentationFormat                                    markupKinds
				SnippetSupport, DeprecatedSupport, LabelDetailsSupport bool
				TagSupport                                             struct{ ValueSet []protocol.CompletionItemTag }
				ResolveSupport                                         struct{ Properties []string }
			}
		}
		Definition struct{ LinkSupport bool }
		CodeAction struct {
			CodeActionLiteralSupport struct {
				CodeActionKind struct{ ValueSet []protocol.CodeActionKind }
			}
		}
		PublishDiagnostics struct {
			VersionSupport, CodeDescriptionSupport, RelatedInformation bool
			TagSupport                                                 struct{ ValueSet []protocol.DiagnosticTag }
		}
	}
}

// markupKinds are the forms of text that a client draws.
type markupKinds []protocol.MarkupKind

// Initialize learns what the client can do and answers what this server can.
// What the answer leaves out is left to the other Nix servers on the same buffer.
func (s *Server) Initialize(_ context.Context, sent *harmless[initializeParams]) (*protocol.InitializeResult, error) {
	params := &sent.value
	s.watchParent(params.ProcessID)
	s.client = client{params.Capabilities, params.ClientInfo.Name != helix, params.ClientInfo.Name == neovim}
	var kind protocol.PositionEncodingKind
	s.encoding, kind = chooseEncoding(params.Capabilities.General.PositionEncodings)
	s.folders = foldersOf(params)
	if <-s.opened; s.session == nil {
		return nil, rpc.NewError(rpc.InternalError, "the embedded facts are damaged")
	}
	s.session.SetFolders(s.folders.paths())
	s.applySettings(protocol.LSPAny(params.InitializationOptions))
	s.log.Info("initialized", log.String("client", params.ClientInfo.Name), log.String("clientVersion", params.ClientInfo.Version),
		log.String("positionEncoding", string(kind)), log.Strings("folders", s.folders.paths()))

	yes, incremental := true, protocol.TextDocumentSyncKindIncremental
	return &protocol.InitializeResult{
		ServerInfo: protocol.ServerInfo{Name: name, Version: protocol.NewOptional(s.version)},
		Capabilities: protocol.ServerCapabilities{
			PositionEncoding: kind,
			TextDocumentSync: &protocol.TextDocumentSyncOptions{
				OpenClose: &yes,
				Change:    &incremental,
				Save:      protocol.Boolean(true),
			},
			HoverProvider: protocol.Boolean(true),
			CompletionProvider: &protocol.CompletionOptions{
				TriggerCharacters: []string{".", `"`, "#", "/"},
				ResolveProvider:   &yes,
			},
			DefinitionProvider:  protocol.Boolean(true),
			DeclarationProvider: protocol.Boolean(true),
			ReferencesProvider:  protocol.Boolean(true),
			CodeActionProvider: &protocol.CodeActionOptions{
				CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, fixAll},
			},
			WorkspaceSymbolProvider: protocol.Boolean(true),
			InlayHintProvider:       protocol.Boolean(true),
			CodeLensProvider:        &protocol.CodeLensOptions{},
			DocumentLinkProvider:    &protocol.DocumentLinkOptions{},
			ExecuteCommandProvider:  protocol.ExecuteCommandOptions{Commands: []string{copyCommand, showFindingCommand, showBumpCommand, showPillCommand}},
			Workspace: &protocol.WorkspaceOptions{
				WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
					Supported:           &yes,
					ChangeNotifications: protocol.Boolean(true),
				},
			},
		},
	}, nil
}

// chooseEncoding takes UTF-16 wherever it can: a client that attaches other servers to the same buffer may know one encoding a buffer.
func chooseEncoding(offers []protocol.PositionEncodingKind) (text.Encoding, protocol.PositionEncodingKind) {
	if !slices.Contains(offers, protocol.PositionEncodingKindUTF16) {
		for _, offered := range offers {
			switch offered {
			case protocol.PositionEncodingKindUTF8:
				return text.UTF8, offered
			case protocol.PositionEncodingKindUTF32:
				return text.UTF32, offered
			}
		}
	}
	return text.UTF16, protocol.PositionEncodingKindUTF16
}
