// Package pills carries the shipped tutorials inside the binary.
// It only embeds the files; package internal/pill reads them.
package pills

import "embed"

// FS holds README.md, glossary.md and the ten pills, at its root.
//
//go:embed *.md
var FS embed.FS
