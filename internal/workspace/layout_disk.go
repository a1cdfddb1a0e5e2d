//go:build !js

package workspace

import (
	"os"
	"path/filepath"
)

// writeNeighbours writes the pills that are missing or of another size, to which others may link: to compare the content of all would
// cost the first hover milliseconds. Their diagrams lie beside them as SVG, for the previews of editors.
func (l *layout) writeNeighbours(dir string) error {
	for file, size := range l.collection.Sizes() {
		path := filepath.Join(dir, file)
		if seemsIntact(path, size) {
			continue
		}
		content, _ := l.collection.File(file)
		if err := put(path, content); err != nil {
			return err
		}
	}
	for _, picture := range l.collection.Pictures() {
		// All of them take a twentieth of a second to draw: a hover, which lays the pills out, waits for that once a folder.
		path := filepath.Join(dir, picture.File)
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && info.Mode().Perm() == readOnly && info.Size() > 0 {
			continue
		}
		if err := put(path, picture.SVG()); err != nil {
			return err
		}
	}
	return nil
}
