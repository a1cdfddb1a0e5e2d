package cli

import (
	"io/fs"
	"os"
	"path/filepath"
)

// eachNixFile visits a file, or all .nix files below a folder, those of Git aside. Links in a folder are not followed: it
// may link to itself. What cannot be read below a folder is noted and left out; what was asked for by name is an error.
func eachNixFile(arg string, visit func(name string) error, unread func(error)) error {
	if info, err := os.Stat(arg); arg == "-" || err != nil || !info.IsDir() {
		return visit(arg)
	}
	root := arg
	if info, err := os.Lstat(arg); err == nil && !info.IsDir() {
		root += string(filepath.Separator) // where the link leads: WalkDir would stay at the link
	}
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil && name == root:
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
