package ide

import (
	"fmt"
	"strings"

	"jetpills/internal/nix/module"
)

// recursions looks at what overlays define by themselves.
func (d *diagnoser) recursions() {
	for r := range module.Recursions(d.doc.Tree()) {
		if d.isEnough() {
			break
		}
		final, prev := r.Final.Text(), r.Prev.Text()
		found := Diagnostic{Span: r.Span, Code: CodeOverlayRecursion}
		if !r.Certain {
			found.Severity = SeverityWarning
		}
		if len(r.Path) > 0 {
			found.Message = fmt.Sprintf("%s is defined by itself: %s.%[1]s is the result of this overlay", r.Path, final)
		} else {
			found.Message = fmt.Sprintf("The names that this overlay defines depend on %s, which contains them", final)
		}
		// A name such as _ says that the argument is not used.
		if isNamed := strings.Trim(prev, "_") != "" && prev != final; isNamed {
			if len(r.Path) > 0 {
				found.Message += fmt.Sprintf("; %s.%s is what it was before this overlay", prev, r.Path)
			}
			if r.SeesPrev && !r.Name.IsZero() {
				found.Fixes = certainIfOne([]Fix{changeTo(r.Name.Span(), prev)})
			}
		}
		d.report(found)
	}
}
