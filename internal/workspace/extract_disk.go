//go:build !js

package workspace

import (
	"io/fs"

	"jetpills/internal/upstream"
)

// extract reads a source tree of jetpack-nixos.
func extract(fsys fs.FS) (upstream.Extraction, error) { return upstream.Extract(fsys) }
