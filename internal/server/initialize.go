package server

import (
	"context"
	"slices"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"jetpills/internal/text"
)

// client is what the other side can do, as far as it changes what we do.
type client struct {
	configuration     bool // answers workspace/configuration
	watchesFiles      bool // lets us register file watchers
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
}

// Initialize learns what the client can do and tells what we can.
// What isn't told here is left to the other Nix servers on the same buffer.
func (s *Server) Initialize(_ context.Context, params *protocol.InitializeParams) (*protocol.InitializeResult, error) {
	s.client = clientOf(&params.Capabilities)
	var kind protocol.PositionEncodingKind
	s.encoding, kind = chooseEncoding(params.Capabilities.General)
	s.folders = foldersOf(params)
	s.session.SetFolders(s.folders.paths())
	s.applySettings(params.InitializationOptions)
	clientVersion, _ := params.ClientInfo.Version.Get()
	s.log.Info("initialized", zap.String("client", params.ClientInfo.Name), zap.String("clientVersion", clientVersion),
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

func clientOf(capabilities *protocol.ClientCapabilities) client {
	var c client
	if w := capabilities.Workspace; w != nil {
		c.configuration = is(w.Configuration)
		c.watchesFiles = w.DidChangeWatchedFiles != nil && is(w.DidChangeWatchedFiles.DynamicRegistration)
		c.registersSettings = w.DidChangeConfiguration != nil && is(w.DidChangeConfiguration.DynamicRegistration)
	}
	d := capabilities.TextDocument
	if d == nil {
		return c
	}
	if d.Hover != nil {
		c.hoverMarkdown = slices.Contains(d.Hover.ContentFormat, protocol.MarkupKindMarkdown)
	}
	if d.Completion != nil && d.Completion.CompletionItem != nil {
		item := d.Completion.CompletionItem
		c.docsMarkdown = slices.Contains(item.DocumentationFormat, protocol.MarkupKindMarkdown)
		c.snippets = is(item.SnippetSupport)
		c.tagsDeprecated = slices.Contains(item.TagSupport.ValueSet, protocol.CompletionItemTagDeprecated)
		c.flagsDeprecated = is(item.DeprecatedSupport)
		c.resolvesDocs = slices.Contains(item.ResolveSupport.Properties, "documentation")
	}
	if d.Definition != nil {
		c.linksTargets = is(d.Definition.LinkSupport)
	}
	if d.CodeAction != nil {
		c.takesCodeActions = len(d.CodeAction.CodeActionLiteralSupport.CodeActionKind.ValueSet) > 0
	}
	if d.PublishDiagnostics != nil {
		c.versionsDiagnostics = is(d.PublishDiagnostics.VersionSupport)
		c.tagsDiagnostics = slices.Contains(d.PublishDiagnostics.TagSupport.ValueSet, protocol.DiagnosticTagDeprecated)
		c.describesCodes = is(d.PublishDiagnostics.CodeDescriptionSupport)
	}
	return c
}

func is(flag *bool) bool { return flag != nil && *flag }

// chooseEncoding takes UTF-16 wherever it can: a client that attaches other servers to the same buffer may know one encoding a buffer.
func chooseEncoding(general *protocol.GeneralClientCapabilities) (text.Encoding, protocol.PositionEncodingKind) {
	if general != nil && !slices.Contains(general.PositionEncodings, protocol.PositionEncodingKindUTF16) {
		for _, offered := range general.PositionEncodings {
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
