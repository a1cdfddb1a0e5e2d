package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
)

// snapshot is a workspace without an editor: files are read from disk.
func (p *Program) snapshot() (*workspace.Snapshot, error) {
	library, err := catalog.Open()
	if err != nil {
		return nil, err
	}
	settings := workspace.DefaultSettings()
	settings.Severity = p.severity
	if p.pillsDir != "" {
		if settings.PillsPath, err = filepath.Abs(p.pillsDir); err != nil {
			return nil, err
		}
	}
	snapshot := workspace.NewSession(workspace.Config{
		Library:  library,
		Pills:    pill.Open(p.Pills),
		Settings: &settings,
		Root:     p.Root,
	}).Snapshot()
	if err := snapshot.PillsProblem(); err != nil {
		return nil, fmt.Errorf("--pills: %w", errors.Unwrap(err)) // which says that others are shown: not here
	}
	return snapshot, nil
}

// pills are the pills that the commands show: the shipped ones, or those of --pills.
func (p *Program) pills() (*pill.Collection, error) {
	if p.pillsDir == "" {
		return pill.Open(p.Pills), nil
	}
	snapshot, err := p.snapshot()
	if err != nil {
		return nil, err
	}
	return snapshot.Pills(), nil
}

// folderOfPills is the folder that the arguments name, or the shipped pills.
func (p *Program) folderOfPills(args []string) (fs.FS, error) {
	if len(args) == 0 {
		return p.Pills, nil
	}
	if _, err := os.ReadDir(args[0]); err != nil {
		return nil, fmt.Errorf("cannot read the folder of pills: %w", err)
	}
	return os.DirFS(args[0]), nil
}
