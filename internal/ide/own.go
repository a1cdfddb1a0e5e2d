package ide

import (
	"fmt"
	"path/filepath"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/workspace"
)

// ownValues are the values that the user's modules add to an option that takes some of a list: what upstream has itself is
// left out.
func ownValues(sn *workspace.Snapshot, doc *workspace.Document, o catalog.Option) []workspace.OwnValue {
	if len(o.Values) == 0 {
		return nil
	}
	path := o.Path
	if o.RenamedTo != "" {
		path = o.RenamedTo
	}
	upstreams := make(map[string]bool, len(o.Values))
	for _, v := range o.Values {
		upstreams[v] = true
	}
	var own []workspace.OwnValue
	for _, v := range sn.OwnValues(doc, path) {
		if !upstreams[v.Value] {
			own = append(own, v)
		}
	}
	return own
}

// ownValue finds a value among those of the user's modules.
func ownValue(sn *workspace.Snapshot, doc *workspace.Document, o catalog.Option, value string) (workspace.OwnValue, bool) {
	for _, v := range ownValues(sn, doc, o) {
		if v.Value == value {
			return v, true
		}
	}
	return workspace.OwnValue{}, false
}

// ownPlace is where a value of the user's is declared, as seen from a document.
func ownPlace(doc *workspace.Document, v workspace.OwnValue) string {
	file := v.File
	if dir := doc.Dir(); dir != "" {
		if near, err := filepath.Rel(dir, file); err == nil && strings.Count(near, "..") < 3 {
			file = filepath.ToSlash(near)
		}
	}
	return fmt.Sprintf("%s:%d", file, v.Line)
}

// maxOwnShown is how many values of the user's a hover shows.
const maxOwnShown = 8

func ownRow(doc *workspace.Document, own []workspace.OwnValue) row {
	var all []markup.Text
	for i, v := range own {
		if i == maxOwnShown {
			all = append(all, markup.Prose("…"))
			break
		}
		all = append(all, markup.Format("%s (%s)", markup.Code(v.Value), markup.Code(ownPlace(doc, v))))
	}
	return row{"Your own", markup.Join(all, ", ")}
}
