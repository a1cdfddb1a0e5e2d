package server

import (
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"jetpills/internal/text"
)

// documentName is how the session knows a document: by its path, or by its URI if it is no file ("untitled:…").
// Two spellings of one file's URI have one name. The name doesn't keep the message alive that it came in.
func documentName(u uri.URI) string {
	if u.IsFile() {
		return strings.Clone(u.FsPath())
	}
	return strings.Clone(string(u))
}

func position(p protocol.Position) text.Position {
	return text.Position{Line: p.Line, Character: p.Character}
}
