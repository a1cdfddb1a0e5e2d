package ide

import (
	"fmt"
	"path/filepath"

	"jetpills/internal/nix/host"
)

// filesOfHost reports what a host certainly imports and is not there, where that is written.
func (d *diagnoser) filesOfHost(h *host.Host) {
	for _, u := range h.Unseen {
		if u.Missing == "" || !isIn(u.At, d.doc) {
			continue
		}
		file := u.Missing
		if near, err := filepath.Rel(d.doc.Dir(), filepath.FromSlash(file)); err == nil {
			file = filepath.ToSlash(near)
		}
		d.reportForHost(Diagnostic{
			Span: u.At.Span, Code: CodeMissingFile, Host: HostName(h),
			Message: fmt.Sprintf("%s does not exist: create it, or correct the path", file),
		})
	}
}
