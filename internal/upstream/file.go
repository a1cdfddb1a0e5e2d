package upstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"unicode/utf8"
)

// Problem is something about a file that kept it from being used, or that a person should know of.
type Problem struct {
	File    string
	Message string // one clause without the file's name
}

func (p Problem) String() string { return fmt.Sprintf("%s: %s", p.File, p.Message) }

// ReadFile reads a regular file of at most limit bytes whole. Errors do not name the file; one that is not there gives
// [fs.ErrNotExist].
func ReadFile(fsys fs.FS, name string, limit int64) ([]byte, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, unreadable(err)
	}
	if !info.Mode().IsRegular() { // to open a named pipe is to wait for who writes to it
		return nil, errors.New("is not a regular file")
	}
	content := []byte(nil)
	if info.Size() <= limit {
		file, err := fsys.Open(name)
		if err != nil {
			return nil, unreadable(err)
		}
		defer file.Close()
		if content, err = io.ReadAll(io.LimitReader(file, limit+1)); err != nil {
			return nil, unreadable(err)
		}
	}
	if max(info.Size(), int64(len(content))) > limit {
		return nil, fmt.Errorf("is larger than %d KiB", limit>>10)
	}
	return content, nil
}

func unreadable(err error) error { return fmt.Errorf("cannot be read: %w", Cause(err)) }

// IsText reports whether a file may be Nix code: Nix itself refuses zeros, and jetpack-nixos is written in UTF-8.
func IsText(content []byte) bool { return bytes.IndexByte(content, 0) < 0 && utf8.Valid(content) }

// Cause is an error of the file system without the path, which the caller names.
func Cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
