package cli

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"jetpills/internal/ide"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// mostPasses bounds how often the files are checked again after fixes were made.
const mostPasses = 20

// A fixer makes the certain fixes of findings in the files that it was given.
type fixer struct {
	roots    []string // the files and folders that were given, links resolved
	made     io.Writer
	notes    io.Writer
	refused  map[string]bool // the files that cannot be changed, each of which is noted once
	couldNot bool
}

func newFixer(paths []string, made, notes io.Writer) *fixer {
	x := &fixer{made: made, notes: notes, refused: map[string]bool{}}
	for _, path := range paths {
		x.roots = append(x.roots, target(path))
	}
	return x
}

// target is the absolute path of a file or folder behind all links.
func target(path string) string {
	if absolute, err := filepath.Abs(path); err == nil {
		path = absolute
	}
	if behind, err := filepath.EvalSymlinks(path); err == nil {
		return behind
	}
	return path
}

// fix makes as many fixes as can be made at once, each in all of its files or in none, and reports whether it made any.
func (x *fixer) fix(findings []finding) bool {
	for {
		var changes ide.Changes
		var taken []string
		sums := map[string][sha256.Size]byte{}
		for _, f := range findings {
			file := target(f.path)
			sums[file] = f.sum
			for _, fix := range f.Fixes {
				fix.Edits = slices.Clone(fix.Edits)
				for i := range fix.Edits {
					fix.Edits[i].File = target(cmp.Or(fix.Edits[i].File, file))
				}
				if fix.Certain && x.mayChange(fix) && changes.Add(file, fix) {
					taken = append(taken, fmt.Sprintf("%s:%d:%d: fixed: %s [%s]",
						f.file, f.lines.StartLine, f.lines.StartColumn, fix.Title, f.Code))
				}
			}
		}
		if len(taken) == 0 {
			return false
		}
		if x.write(changes.Files(), sums) {
			for _, line := range taken {
				printf(x.made, "%s\n", line)
			}
			return true
		}
	}
}

// mayChange reports whether all files of a fix can be changed, as far as is known.
func (x *fixer) mayChange(fix ide.Fix) bool {
	may := true
	for _, e := range fix.Edits {
		isInside := slices.ContainsFunc(x.roots, func(root string) bool {
			near, err := filepath.Rel(root, e.File)
			return err == nil && filepath.IsLocal(near)
		})
		if !isInside {
			x.refuse(e.File, errors.New("is not among the files to check"))
		}
		may = may && !x.refused[e.File]
	}
	return may
}

func (x *fixer) refuse(file string, why error) {
	if !x.refused[file] {
		printf(x.notes, "jetpills: %s %v: not fixed\n", file, why)
	}
	x.refused[file], x.couldNot = true, true
}

// write changes files, all or none of them. Where a file cannot be changed, that is noted, and the result is false.
func (x *fixer) write(edits map[string][]text.Edit, sums map[string][sha256.Size]byte) bool {
	written := map[string]string{} // the new files, by the names of those that they take the place of
	defer func() {
		for _, name := range written {
			_ = os.Remove(name)
		}
	}()
	files := slices.Sorted(maps.Keys(edits))
	for _, file := range files {
		name, err := writeBeside(file, edits[file], sums[file])
		if err != nil {
			x.refuse(file, err)
			return false
		}
		written[file] = name
	}
	for _, file := range files {
		if err := os.Rename(written[file], file); err != nil {
			x.refuse(file, unwritten(err))
			return false
		}
		delete(written, file)
	}
	return true
}

// writeBeside writes what a file is after some edits into a new file in the same folder, with the same owner and permissions,
// and gives its name. The sum is that of the text that the edits were made for; the zero sum stands for any text.
func writeBeside(file string, edits []text.Edit, sum [sha256.Size]byte) (name string, err error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", unwritten(err)
	}
	if info.Mode().Perm()&0o222 == 0 {
		return "", errors.New("is read-only")
	}
	opened, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return "", unwritten(err)
	}
	defer opened.Close()
	content, err := io.ReadAll(io.LimitReader(opened, workspace.MaxSize))
	if err != nil {
		return "", unwritten(err)
	}
	if sum != [sha256.Size]byte{} && sum != sha256.Sum256(content) {
		return "", errors.New("has changed in the meantime")
	}
	fixed, err := text.Apply(string(content), edits)
	if err != nil {
		return "", err
	}
	beside, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return "", unwritten(err)
	}
	keepOwner(beside, info)
	_, err = io.WriteString(beside, fixed)
	if err = errors.Join(err, beside.Chmod(info.Mode()), beside.Sync(), beside.Close()); err != nil {
		_ = os.Remove(beside.Name())
		return "", unwritten(err)
	}
	return beside.Name(), nil
}

// unwritten says why a file cannot be changed. It goes behind the file's name.
func unwritten(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		err = path.Err
	case errors.As(err, &link):
		err = link.Err
	}
	return fmt.Errorf("cannot be written: %w", err)
}
