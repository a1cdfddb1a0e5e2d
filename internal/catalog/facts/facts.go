// Package facts holds what only an evaluation of jetpack-nixos gives, and the project's own descriptions. README.md says where each
// file comes from. The generator compiles them into the data that the catalog embeds; no other program reads them.
package facts

import "embed"

// Files are the files of this folder.
//
//go:embed *.json
var Files embed.FS
