package ide

import (
	"cmp"

	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Place is a place in a file.
type Place struct {
	// Origin is what the cursor was on.
	Origin text.Span
	// File is an absolute path, or the name of an open document that is no file.
	File string
	// Line and Column are 1-based, the column in bytes.
	Line, Column int
}

// DeclarationAt is where what is under the cursor is declared: in the source of jetpack-nixos, if that is on disk, or in a
// module of the user's.
func DeclarationAt(sn *workspace.Snapshot, doc *workspace.Document, offset int) (Place, bool) {
	s, ok := subjectAt(sn, doc, offset)
	if !ok {
		return Place{}, false
	}
	if s.own.Value != "" {
		return Place{Origin: s.span, File: s.own.File, Line: s.own.Line, Column: s.own.Column}, true
	}
	source := s.pinned.Source
	if source == nil {
		return Place{}, false
	}
	name, line, column, ok := s.declared(source)
	if !ok || name == "" {
		return Place{}, false
	}
	file, ok := source.File(name)
	if !ok {
		return Place{}, false
	}
	return Place{Origin: s.span, File: file, Line: max(line, 1), Column: max(column, 1)}, true
}

// declared is the file within a source tree, the line and the column in which it declares the subject. A source may be
// another than the catalog's, so it is asked for the subject by name.
func (s subject) declared(source *workspace.Source) (file string, line, column int, ok bool) {
	c := source.Catalog()
	switch s.kind {
	case aboutOption, aboutValue:
		o, ok := c.Option(s.option.Path)
		return o.DeclaredIn, o.Line, o.Column, ok
	case aboutGone:
		if o, ok := c.Option(s.path); ok {
			return o.DeclaredIn, o.Line, o.Column, true
		}
		r, ok := source.Removed(s.path)
		return r.DeclaredIn, r.Line, r.Column, ok
	case aboutPackage:
		p, ok := c.Package(s.pkg.Name)
		if p.File == "" {
			return p.DeviceFile, p.DeviceLine, 1, ok
		}
		return p.File, p.Line, p.Column, ok
	case aboutFile:
		return s.path, 1, 1, true
	case aboutConcept:
		if !isScope(s.name) {
			break
		}
		for _, a := range c.OverlayAttributes() {
			if a.Name == s.name {
				return a.File, cmp.Or(a.Line, 1), 1, true
			}
		}
	}
	return "", 0, 0, false
}
