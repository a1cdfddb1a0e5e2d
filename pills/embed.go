// Package pills carries the shipped tutorials inside the binary.
// It only embeds the files; package internal/pill reads them.
package pills

import "embed"

// FS holds README.md, glossary.md, the ten pills, the list of their sections and the table of symptoms, at its root.
//
//go:embed *.md sections.tsv symptoms.yaml
var FS embed.FS
