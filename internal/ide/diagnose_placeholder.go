package ide

import (
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/starter"
)

// placeholders reports the ssh key that jetpills new and the beginnings which completion offers leave to be replaced.
func (d *diagnoser) placeholders() {
	if !strings.Contains(d.doc.Text, starter.PlaceholderKey) {
		return
	}
	for n := range syntax.Descendants(d.doc.Tree().Root()) {
		if value, ok := syntax.StringValue(n); ok && value == starter.PlaceholderKey && !d.isEnough() {
			d.report(Diagnostic{
				Span: n.Span(), Code: CodePlaceholderKey,
				Message: "Replace this placeholder with your public ssh key: with it, nobody can log in over ssh",
			})
		}
	}
}
