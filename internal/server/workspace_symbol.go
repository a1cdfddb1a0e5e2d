package server

import (
	"context"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/log"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// mostSymbols is how many symbols an answer has at most. Clients ask again as a person types on.
const mostSymbols = 100

type symbolParams struct{ Query string }

// workspaceSymbol are the options, members, hosts and sections that fit a query, the best first; null where there are none.
func (s *Server) workspaceSymbol(ctx context.Context, params *symbolParams) (protocol.SymbolInformationSlice, error) {
	snapshot, _ := s.snapshotOf(ctx, "")
	if snapshot == nil {
		return nil, nil
	}
	found := symbolPlaces{server: s, snapshot: snapshot, read: map[string]*workspace.Document{}}
	var symbols protocol.SymbolInformationSlice
	for _, symbol := range ide.Symbols(snapshot, params.Query, mostSymbols) {
		at, ok := found.of(symbol)
		if !ok {
			continue
		}
		container := symbol.Container
		symbols = append(symbols, protocol.SymbolInformation{
			BaseSymbolInformation: protocol.BaseSymbolInformation{Name: symbol.Name, Kind: symbolKind(symbol.Kind), ContainerName: &container},
			Location:              at,
		})
	}
	return symbols, nil
}

func symbolKind(k ide.SymbolKind) protocol.SymbolKind {
	switch k {
	case ide.SymbolHost:
		return protocol.SymbolKindModule
	case ide.SymbolOption:
		return protocol.SymbolKindProperty
	case ide.SymbolMember:
		return protocol.SymbolKindPackage
	}
	return protocol.SymbolKindString // as headings are to Markdown's servers
}

// symbolPlaces finds where symbols stand, and reads each file once.
type symbolPlaces struct {
	server   *Server
	snapshot *workspace.Snapshot
	read     map[string]*workspace.Document
}

// of is where a symbol is declared, or else the section that explains it.
func (p *symbolPlaces) of(symbol ide.Symbol) (protocol.Location, bool) {
	if symbol.At.File != "" {
		if at, ok := p.declared(symbol.At); ok {
			return at, true
		}
	}
	if symbol.Section.Pill == nil {
		return protocol.Location{}, false
	}
	file, line, err := p.snapshot.PillTarget(symbol.Section)
	if err != nil {
		p.server.log.Info("no file for a section", log.Error(err))
		return protocol.Location{}, false
	}
	start := protocol.Position{Line: uint32(line - 1)}
	return protocol.Location{URI: uri.URI(workspace.FileURI(file)), Range: protocol.Range{Start: start, End: start}}, true
}

func (p *symbolPlaces) declared(at ide.Location) (protocol.Location, bool) {
	in := cursor{snapshot: p.snapshot, doc: &workspace.Document{}} // it is about no document
	doc, known := p.read[at.File]
	if !known {
		doc, _ = in.read(at.File)
		p.read[at.File] = doc
	}
	if doc == nil {
		return protocol.Location{}, false
	}
	offset, ok := doc.Mapper().OffsetAt(at.Line, at.Column)
	if !ok {
		return protocol.Location{}, false
	}
	return protocol.Location{URI: in.uriOf(at.File), Range: p.server.rangeOf(doc, text.Span{Start: offset, End: offset})}, true
}
