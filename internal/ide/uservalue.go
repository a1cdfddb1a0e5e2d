package ide

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/workspace"
)

// userValue is the subject of a value that a module of the user's adds to an option of jetpack-nixos.
type userValue struct {
	topics
	option catalog.Option
	workspace.UserValue
}

// userValue finds a value of an option among those of the user's modules.
func (q *query) userValue(o catalog.Option, value string) (userValue, bool) {
	for _, v := range q.userValues(o) {
		if v.Value == value {
			return userValue{append(topics{concept("som-enum-extension")}, optionTopics(o)...), o, v}, true
		}
	}
	return userValue{}, false
}

// userValues are the values that the user's modules add to an option that takes some of a list.
func (q *query) userValues(o catalog.Option) []workspace.UserValue {
	if len(o.Values) == 0 {
		return nil
	}
	path := o.Path
	if o.RenamedTo != "" {
		path = o.RenamedTo
	}
	added := q.sn.UserValues(q.doc, path)
	if len(added) == 0 {
		return nil
	}
	known := make(map[string]bool, len(o.Values))
	for _, v := range o.Values {
		known[v] = true
	}
	return slices.DeleteFunc(added, func(v workspace.UserValue) bool { return known[v.Value] })
}

func (v userValue) declaration(*query) (Location, bool) {
	return Location{File: v.File, Line: v.Line, Column: v.Column}, true
}

func (v userValue) sheet(q *query) sheet {
	out := sheet{title: `"` + v.Value + `"`, what: markup.Format("value of %s, your own", markup.Code(v.option.Path))}
	at := markup.Code(q.lineOf(v.UserValue))
	out.addBrief("Declared", at, at)
	q.addHosts(&out, v.option)
	out.rows = append(out.rows, q.revisionRow())
	return out
}

// lineOf is the file, as seen from the document, and the line in which a value of the user's is declared.
func (q *query) lineOf(v workspace.UserValue) string { return q.lineIn(v.File, v.Line) }

// lineIn is a line of a file, as seen from the document.
func (q *query) lineIn(file string, line int) string {
	if dir := q.doc.Dir(); dir != "" {
		if near, err := filepath.Rel(dir, file); err == nil && strings.Count(near, "..") < 3 {
			file = filepath.ToSlash(near)
		}
	}
	return fmt.Sprintf("%s:%d", file, line)
}

// maxUserValues is how many values of the user's a hover shows.
const maxUserValues = 8

// shown are values of the user's with where they are declared.
func (q *query) shown(values []workspace.UserValue) markup.Text {
	var all []markup.Text
	for _, v := range values[:min(len(values), maxUserValues)] {
		all = append(all, markup.Format("%s (%s)", markup.Code(v.Value), markup.Code(q.lineOf(v))))
	}
	if len(values) > maxUserValues {
		all = append(all, markup.Prose("…"))
	}
	return markup.Join(all, ", ")
}
