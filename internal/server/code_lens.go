package server

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/log"
	"jetpills/internal/rpc"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Commands of code lenses, each with one argument: a text, a location, or the URI of a document. The server has no clipboard
// and no window: the extensions of VS Code and Neovim copy the text, and show what a newer revision would change, themselves.
const (
	copyCommand        = name + ".copy"
	showFindingCommand = name + ".showFinding"
	showBumpCommand    = name + ".showBump"
	showPillCommand    = name + ".showPill" // no lens has it: a person binds a key to it
)

// newerWithin is how long lenses wait for what a newer revision would change: in nearly all workspaces that is found out by
// then. A client that can be told to ask again gets the rest later.
const newerWithin = 300 * time.Millisecond

// CodeLens is what stands above the pin and the hosts that a document has; null where it has none.
func (s *Server) CodeLens(ctx context.Context, params *documentParams) ([]protocol.CodeLens, error) {
	at, err := s.settledDocument(ctx, params.document())
	if at.doc == nil {
		return nil, err
	}
	within := ctx
	if s.client.Workspace.CodeLens.RefreshSupport {
		var stop func()
		within, stop = context.WithTimeout(ctx, newerWithin)
		defer stop()
	}
	ide.NewerThanPin(at.snapshot.Until(within), at.doc)
	lenses, err := s.lenses(at)
	if err == nil {
		s.answers.given(protocol.MethodTextDocumentCodeLens, basis{doc: at.doc, lenses: shownLenses(lenses)})
	}
	return lenses, err
}

// lenses are the lenses of a document, as far as they are known.
func (s *Server) lenses(at cursor) ([]protocol.CodeLens, error) {
	var lenses []protocol.CodeLens
	for _, l := range ide.CodeLenses(at.snapshot, at.doc) {
		command := protocol.Command{Title: l.Title, Command: copyCommand}
		var argument any = l.Flash
		switch {
		case l.IsBump:
			command.Command, argument = showBumpCommand, at.doc.URI
		case l.First != nil:
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
	return lenses, nil
}

// shownLenses tells lenses from others.
func shownLenses(lenses []protocol.CodeLens) string {
	content, _ := protocol.Marshal(lenses)
	return string(content)
}

type executeCommandParams struct {
	Command   string
	Arguments []json.RawMessage
}

// ExecuteCommand runs the command of a code lens for a client that does not do so itself: it shows the text to be copied, the
// finding, or what a newer revision would change. And it shows the section that explains what is at a position, which it also answers.
func (s *Server) ExecuteCommand(ctx context.Context, params *executeCommandParams) (any, error) {
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
		s.inBackground(func(ctx context.Context) {
			s.showPlace(ctx, *at.URI, at.Range.Start.position(), at.Range.End.position())
		})
		return nil, nil
	case showPillCommand:
		var of positionParams
		if err := decode(params.Arguments[0], &of); err != nil {
			return nil, err
		}
		at, ok := s.cursorOf(ctx, &of)
		if !ok {
			return nil, nil
		}
		place, err := s.explain(at)
		if err != nil || place == nil {
			return nil, err
		}
		heading := text.Position{Line: uint32(place.Line - 1)}
		s.inBackground(func(ctx context.Context) { s.showPlace(ctx, workspace.FileURI(place.Path), heading, heading) })
		return place, nil
	case showBumpCommand:
		var document string
		if err := decode(params.Arguments[0], &document); err != nil {
			return nil, err
		}
		result, err := s.bumpOf(ctx, document)
		if err != nil || result == nil {
			return nil, err
		}
		return nil, s.remote.ShowMessage(s.running, &protocol.ShowMessageParams{Type: protocol.MessageTypeInfo, Message: result.plain})
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

// showPlace has the client show a place in a document, or says where it is to a client that cannot.
func (s *Server) showPlace(ctx context.Context, document string, start, end text.Position) {
	var err error
	if s.client.Window.ShowDocument.Support {
		yes := true
		_, err = s.remote.ShowDocument(ctx, &protocol.ShowDocumentParams{URI: uri.URI(document), TakeFocus: &yes, Selection: &protocol.Range{
			Start: protocol.Position{Line: start.Line, Character: start.Character}, End: protocol.Position{Line: end.Line, Character: end.Character},
		}})
	} else {
		file := document
		if path, ok := workspace.PathOf(file); ok {
			file = path
		}
		message := text.Visible(fmt.Sprintf("%s:%d:%d", file, start.Line+1, start.Character+1), "")
		err = s.remote.ShowMessage(ctx, &protocol.ShowMessageParams{Type: protocol.MessageTypeInfo, Message: message})
	}
	if err != nil && ctx.Err() == nil {
		s.log.Warn("showing a place", log.Error(err))
	}
}
