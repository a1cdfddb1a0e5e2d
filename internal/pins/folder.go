package pins

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"

	"jetpills/internal/nix/syntax"
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
	pin    Pin
	locked []Pin // all that the lock file has whose best is pin
	entry  Pin   // of a format that is a fallback
	// local are the folders that are inputs of the flake, by the names of the inputs.
	local map[string]string
	top   bool // the root of a repository: nothing above it concerns the files below
	// below are the folders in the root of a repository that may pin a revision, where the root itself does not.
	below    []string
	problems []upstream.Problem
	// foundFiles are the files that the pin rests on in addition to those that are looked for in every folder.
	foundFiles []string
	unrelated  []string // see Finder.Unrelated
	nixpkgs    map[string]Nixpkgs
	inputs     map[string]Locked
}

func (f findings) equal(other findings) bool {
	return f.pin == other.pin && f.entry == other.entry && f.top == other.top && slices.Equal(f.below, other.below) &&
		slices.Equal(f.locked, other.locked) && maps.Equal(f.local, other.local) && slices.Equal(f.problems, other.problems) && slices.Equal(f.foundFiles, other.foundFiles) &&
		slices.Equal(f.unrelated, other.unrelated) && maps.Equal(f.nixpkgs, other.nixpkgs) && maps.Equal(f.inputs, other.inputs)
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
	in.distrustLock()
	if in.top && !in.pin.Found() && !in.entry.Found() {
		in.lookBelow()
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
		pins[i].IsDivided = slices.ContainsFunc(pins, func(p Pin) bool { return p.Revision != pins[i].Revision })
	}
	in.locked = pins
	return pins[0]
}

// distrustLock takes for an input the revision in its address where flake.nix names another one than the lock file has: Nix
// locks the input anew.
func (in *opened) distrustLock() {
	const name = "flake.nix"
	if in.pin.Format != flakeLockFormat {
		return
	}
	content, err := upstream.ReadFile(in.root.FS(), name, maxEntry)
	if err != nil || !bytes.Contains(content, []byte(repo)) || !upstream.IsText(content) {
		return
	}
	for pin := range addressesIn(syntax.Parse(string(content))) {
		i := slices.IndexFunc(in.locked, func(p Pin) bool { return p.Input == pin.Input })
		if i < 0 || pin.Revision == "" || SameRevision(pin.Revision, in.locked[i].Revision) {
			continue
		}
		pin.Format, pin.File = Unlocked, filepath.Join(in.dir, name)
		if in.locked[i] == in.pin {
			in.pin = pin
		}
		in.locked[i] = pin
	}
}

// Bounds of the look into the folders of a repository.
const (
	maxBelow      = 64 // folders
	maxBelowDepth = 2
)

// lookBelow finds the folders in the root of a repository that may pin a revision.
func (in *opened) lookBelow() {
	level := []string{"."}
	left := maxBelow
	for range maxBelowDepth {
		var next []string
		for _, dir := range level {
			entries, err := fs.ReadDir(in.root.FS(), dir)
			if err != nil {
				continue
			}
			for _, entry := range entries {
				if name := path.Join(dir, entry.Name()); entry.IsDir() && entry.Name()[0] != '.' && entry.Name() != "node_modules" && left > 0 {
					left--
					next = append(next, name)
					in.foundFiles = append(in.foundFiles, name) // a file that comes there changes its time
				}
			}
		}
		for _, dir := range next {
			isThere := func(file string) bool {
				info, err := in.root.Lstat(path.Join(dir, file))
				return err == nil && info.Mode().IsRegular()
			}
			if slices.ContainsFunc(formats[:], func(row format) bool { return row.lock != nil && isThere(row.files[0]) }) || isThere("flake.nix") {
				in.below = append(in.below, dir)
			}
		}
		level = next
	}
}

// hasConflict finds the lines that a merge leaves in a file.
func hasConflict(content []byte) bool {
	return bytes.HasPrefix(content, []byte("<<<<<<< ")) || bytes.Contains(content, []byte("\n<<<<<<< "))
}
