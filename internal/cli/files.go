package cli

import (
	"io/fs"
	"os"
	"path/filepath"
)

// eachNixFile visits a file, or all .nix files below a folder, those of Git aside. Links are not followed: a folder may link
// to itself. What cannot be read below a folder is told and left out; what was asked for by name is an error.
func eachNixFile(arg string, visit func(name string) error, unread func(error)) error {
	if info, err := os.Stat(arg); arg == "-" || err != nil || !info.IsDir() {
		return visit(arg)
	}
	return filepath.WalkDir(arg, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == arg:
			return plain(err)
		case err != nil:
			err = plain(err)
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case d.Type().IsRegular() && filepath.Ext(name) == ".nix":
			err = visit(name)
		}
		if err != nil {
			unread(err)
		}
		return nil
	})
}
