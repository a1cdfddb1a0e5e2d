package workspace

import (
	"io/fs"

	"jetpills/internal/upstream"
)

// extract finds nothing: in a browser, there is neither Nix's store nor room for a checkout.
func extract(fs.FS) (upstream.Extraction, error) { return upstream.Extraction{}, errNotThere }
