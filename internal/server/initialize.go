package server

import (
	"context"
	"encoding/json"
	"slices"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"jetpills/internal/text"
)

// client is what the other side can do, as far as it changes what we do.
type client struct {
	configuration     bool // answers workspace/configuration
	registersWatchers bool // lets us register file watchers
	watchesFiles      bool // tells then of every change to those files, whoever makes it
	registersSettings bool // lets us register for changes of the settings

	hoverMarkdown   bool // draws Markdown in hovers
	docsMarkdown    bool // draws Markdown beside completions
	snippets        bool // takes snippets as completions
	tagsDeprecated  bool // strikes deprecated completions through by their tag
	flagsDeprecated bool // the same by the older field
	resolvesDocs    bool // asks for a completion's documentation when it is shown
	linksTargets    bool // takes definitions as links with an origin

	takesCodeActions    bool // takes code actions, not only commands
	versionsDiagnostics bool // knows which version of a document diagnostics are about
	tagsDiagnostics     bool // strikes what is deprecated through
	describesCodes      bool // links a diagnostic's code to what explains it
	relatesDiagnostics  bool // shows what else a diagnostic has to do with
}

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
		DidChangeWatchedFiles, DidChangeConfiguration struct{ DynamicRegistration bool }
	}
	TextDocument struct {
		Hover      struct{ ContentFormat []protocol.MarkupKind }
		Completion struct {
			CompletionItem struct {
				DocumentationFormat               []protocol.MarkupKind
				SnippetSupport, DeprecatedSupport bool
				TagSupport                        struct{ ValueSet []protocol.CompletionItemTag }
				ResolveSupport                    struct{ Properties []string }
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

// Initialize learns what the client can do and tells what we can.
// What isn't told here is left to the other Nix servers on the same buffer.
func (s *Server) Initialize(_ context.Context, told *harmless[initializeParams]) (*protocol.InitializeResult, error) {
	params := &told.value
	s.watchParent(params.ProcessID)
	s.client = clientOf(&params.Capabilities)
	s.client.watchesFiles = s.client.registersWatchers && params.ClientInfo.Name != helix
	var kind protocol.PositionEncodingKind
	s.encoding, kind = chooseEncoding(params.Capabilities.General.PositionEncodings)
	s.folders = foldersOf(params)
	s.session.SetFolders(s.folders.paths())
	s.applySettings(protocol.LSPAny(params.InitializationOptions))
	s.log.Info("initialized", zap.String("client", params.ClientInfo.Name), zap.String("clientVersion", params.ClientInfo.Version),
		zap.String("positionEncoding", string(kind)), zap.Strings("folders", s.folders.paths()))

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
				TriggerCharacters: []string{".", `"`},
				ResolveProvider:   &yes,
			},
			DefinitionProvider:  protocol.Boolean(true),
			DeclarationProvider: protocol.Boolean(true),
			CodeActionProvider: &protocol.CodeActionOptions{
				CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix},
			},
			Workspace: &protocol.WorkspaceOptions{
				WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{
					Supported:           &yes,
					ChangeNotifications: protocol.Boolean(true),
				},
			},
		},
	}, nil
}

func clientOf(capabilities *clientCapabilities) client {
	w, d := &capabilities.Workspace, &capabilities.TextDocument
	item := &d.Completion.CompletionItem
	return client{
		configuration:     w.Configuration,
		registersWatchers: w.DidChangeWatchedFiles.DynamicRegistration,
		registersSettings: w.DidChangeConfiguration.DynamicRegistration,

		hoverMarkdown:   slices.Contains(d.Hover.ContentFormat, protocol.MarkupKindMarkdown),
		docsMarkdown:    slices.Contains(item.DocumentationFormat, protocol.MarkupKindMarkdown),
		snippets:        item.SnippetSupport,
		tagsDeprecated:  slices.Contains(item.TagSupport.ValueSet, protocol.CompletionItemTagDeprecated),
		flagsDeprecated: item.DeprecatedSupport,
		resolvesDocs:    slices.Contains(item.ResolveSupport.Properties, "documentation"),
		linksTargets:    d.Definition.LinkSupport,

		takesCodeActions:    len(d.CodeAction.CodeActionLiteralSupport.CodeActionKind.ValueSet) > 0,
		versionsDiagnostics: d.PublishDiagnostics.VersionSupport,
		tagsDiagnostics:     slices.Contains(d.PublishDiagnostics.TagSupport.ValueSet, protocol.DiagnosticTagDeprecated),
		describesCodes:      d.PublishDiagnostics.CodeDescriptionSupport,
		relatesDiagnostics:  d.PublishDiagnostics.RelatedInformation,
	}
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
