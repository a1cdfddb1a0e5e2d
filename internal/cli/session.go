package cli

import (
	"errors"
	"fmt"
	"path/filepath"

	"go.uber.org/zap"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
)

// session is a workspace without an editor: files are read from disk.
func (p *Program) session() (*workspace.Session, error) {
	library, err := catalog.Open()
	if err != nil {
		return nil, err
	}
	settings := workspace.DefaultSettings()
	if p.pillsDir != "" {
		if settings.PillsPath, err = filepath.Abs(p.pillsDir); err != nil {
			return nil, err
		}
	}
	session := workspace.NewSession(workspace.Config{
		Library:  library,
		Pills:    pill.Load(p.Pills),
		Logger:   zap.NewNop(),
		Settings: &settings,
	})
	if err := session.Snapshot().PillsProblem(); err != nil {
		return nil, fmt.Errorf("--pills: %w", errors.Unwrap(err)) // which says that others are shown: not here
	}
	return session, nil
}

// pills are the pills that the commands show: the shipped ones, or those of --pills.
func (p *Program) pills() (*pill.Collection, error) {
	if p.pillsDir == "" {
		return pill.Load(p.Pills), nil
	}
	session, err := p.session()
	if err != nil {
		return nil, err
	}
	return session.Snapshot().Pills(), nil
}

// cursor is a place in a document.
type cursor struct {
	snapshot *workspace.Snapshot
	doc      *workspace.Document
	offset   int
}

// cursorAt reads the document that FILE:LINE:COL names.
func (p *Program) cursorAt(arg string) (cursor, error) {
	at, err := parsePlace(arg)
	if err != nil {
		return cursor{}, err
	}
	session, err := p.session()
	if err != nil {
		return cursor{}, err
	}
	snapshot := session.Snapshot()
	doc, err := workspace.ReadDocument(at.file)
	if err != nil {
		return cursor{}, err
	}
	offset, ok := doc.Mapper().OffsetAt(at.line, at.column)
	if !ok {
		return cursor{}, fmt.Errorf("%s has no line %d, column %d", at.file, at.line, at.column)
	}
	return cursor{snapshot, doc, offset}, nil
}

// link gives places of the pills as file: addresses.
func (c cursor) link() ide.Linker { return ide.PillLinks(c.snapshot) }
