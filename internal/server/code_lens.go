package server

import (
	"context"
	"encoding/json"
	"fmt"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"jetpills/internal/ide"
	"jetpills/internal/rpc"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Commands of code lenses, each with one argument: a text, or a location. The server has no clipboard: the extensions of VS
// Code and Neovim copy the text themselves.
const (
	copyCommand        = name + ".copy"
	showFindingCommand = name + ".showFinding"
)

// CodeLens is what stands above the hosts that a document has; null where it has none.
func (s *Server) CodeLens(ctx context.Context, params *documentParams) ([]protocol.CodeLens, error) {
	at, err := s.settledDocument(ctx, params.document())
	if at.doc == nil {
		return nil, err
	}
	var lenses []protocol.CodeLens
	for _, l := range ide.CodeLenses(at.snapshot, at.doc) {
		command := protocol.Command{Title: l.Title, Command: copyCommand}
		var argument any = l.Flash
		if l.First != nil {
			doc, err := at.read(l.First.File)
			if err != nil {
				continue
			}
			command.Command = showFindingCommand
			argument = protocol.Location{URI: at.uriOf(l.First.File), Range: s.rangeOf(doc, l.First.Span)}
		}
		raw, err := protocol.Marshal(argument)
		if err != nil {
			return nil, err
		}
		command.Arguments = []protocol.LSPAny{raw}
		lenses = append(lenses, protocol.CodeLens{Range: s.rangeOf(at.doc, l.Span), Command: command})
	}
	s.answers.given(protocol.MethodTextDocumentCodeLens, at)
	return lenses, nil
}

type executeCommandParams struct {
	Command   string
	Arguments []json.RawMessage
}

// ExecuteCommand runs the command of a code lens for a client that does not do so itself: it shows the text to be copied, or the
// finding.
func (s *Server) ExecuteCommand(_ context.Context, params *executeCommandParams) (any, error) {
	if len(params.Arguments) != 1 {
		return nil, rpc.NewError(rpc.InvalidParams, "a command has one argument")
	}
	switch params.Command {
	case copyCommand:
		var message string
		if err := decode(params.Arguments[0], &message); err != nil {
			return nil, err
		}
		return nil, s.remote.ShowMessage(s.running, &protocol.ShowMessageParams{Type: protocol.MessageTypeInfo, Message: message})
	case showFindingCommand:
		var at findingParams
		if err := decode(params.Arguments[0], &at); err != nil {
			return nil, err
		}
		s.inBackground(func(ctx context.Context) { s.showFinding(ctx, &at) })
		return nil, nil
	}
	return nil, rpc.NewError(rpc.InvalidParams, "there is no command "+text.Visible(params.Command, ""))
}

// findingParams are the location of a finding, as a code lens has it.
type findingParams struct {
	URI   *string
	Range *lspRange
}

func (p *findingParams) missing() string {
	switch {
	case p.URI == nil:
		return "uri"
	case !p.Range.whole():
		return "range"
	}
	return ""
}

// showFinding has the client show a location, or says where it is to a client that cannot.
func (s *Server) showFinding(ctx context.Context, at *findingParams) {
	var err error
	if start, end := at.Range.Start.position(), at.Range.End.position(); s.client.Window.ShowDocument.Support {
		yes := true
		_, err = s.remote.ShowDocument(ctx, &protocol.ShowDocumentParams{URI: uri.URI(*at.URI), TakeFocus: &yes, Selection: &protocol.Range{
			Start: protocol.Position{Line: start.Line, Character: start.Character}, End: protocol.Position{Line: end.Line, Character: end.Character},
		}})
	} else {
		file := *at.URI
		if path, ok := workspace.PathOf(file); ok {
			file = path
		}
		message := text.Visible(fmt.Sprintf("%s:%d:%d", file, start.Line+1, start.Character+1), "")
		err = s.remote.ShowMessage(ctx, &protocol.ShowMessageParams{Type: protocol.MessageTypeInfo, Message: message})
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("showing a finding", zap.Error(err))
	}
}
