package pins

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"jetpills/internal/upstream"
)

// Bounds of what is read, in bytes.
const (
	maxLock  = 8 << 20
	maxEntry = 256 << 10
	maxHead  = 4 << 10
)

// opened is a folder while it is read.
type opened struct {
	*Finder
	root *os.Root
	dir  string
	findings
}

// findings are what the files in a folder say.
type findings struct {
	pin      Pin
	locked   []Pin // all that the lock file has whose best is pin
	entry    Pin   // of a format that is a fallback
	top      bool  // the root of a repository: nothing above it concerns the files below
	problems []upstream.Problem
	// foundFiles are the files that the pin rests on in addition to those that are looked for in every folder.
	foundFiles []string
	unrelated  []string // see Finder.Unrelated
	nixpkgs    map[string]Nixpkgs
}

func (f findings) equal(other findings) bool {
	return f.pin == other.pin && f.entry == other.entry && f.top == other.top &&
		slices.Equal(f.locked, other.locked) && slices.Equal(f.problems, other.problems) && slices.Equal(f.foundFiles, other.foundFiles) &&
		slices.Equal(f.unrelated, other.unrelated) && maps.Equal(f.nixpkgs, other.nixpkgs)
}

// read reads a folder by the table of formats.
func (f *Finder) read(dir string) findings {
	in := &opened{Finder: f, dir: dir, findings: findings{pin: Pin{Format: None}, entry: Pin{Format: None}}}
	root, err := upstream.OpenFolder(dir)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			in.problem(dir, fmt.Sprintf("cannot be opened: %v", upstream.Cause(err)))
		}
		return in.findings
	}
	defer root.Close()
	in.root = root
	for _, name := range []string{".git", ".hg", ".jj"} {
		info, err := root.Lstat(name)
		in.top = in.top || err == nil && info.IsDir()
	}
	for _, row := range formats {
		var pin Pin
		switch {
		case row.lock != nil:
			pin = in.readLock(row)
		case row.find != nil:
			pin = row.find(in, row.files)
		}
		if pin == (Pin{}) {
			continue
		}
		pin.Format = row.name
		if row.fallback {
			in.entry = pin
		} else {
			in.pin = pin
		}
		break
	}
	return in.findings
}

func (in *opened) problem(file, message string) {
	in.problems = append(in.problems, upstream.Problem{File: file, Message: message})
}

// readLock reads the pins that a lock file has of jetpack-nixos, and gives the best.
func (in *opened) readLock(row format) Pin {
	content, err := upstream.ReadFile(in.root.FS(), row.files[0], maxLock)
	if errors.Is(err, fs.ErrNotExist) {
		return Pin{}
	}
	file := filepath.Join(in.dir, filepath.FromSlash(row.files[0]))
	var pins []Pin
	if err == nil {
		pins, err = row.lock(in, bytes.TrimPrefix(content, []byte("\uFEFF")))
		if err != nil && hasConflict(content) {
			err = errors.New("has the marks of a merge conflict")
		}
	}
	if err != nil {
		in.problem(file, err.Error()+"; using the next file that pins jetpack-nixos")
	}
	if err != nil || len(pins) == 0 {
		return Pin{}
	}
	for i := range pins {
		pins[i].Format, pins[i].File = row.name, file
	}
	in.locked = pins
	return pins[0]
}

// hasConflict finds the lines that a merge leaves in a file.
func hasConflict(content []byte) bool {
	return bytes.HasPrefix(content, []byte("<<<<<<< ")) || bytes.Contains(content, []byte("\n<<<<<<< "))
}
