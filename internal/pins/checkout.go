package pins

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"jetpills/internal/upstream"
)

// findCheckout is the pin of a folder that is a source tree of jetpack-nixos.
func findCheckout(in *opened, _ []string) Pin {
	if !upstream.IsCheckout(in.root.FS()) {
		return Pin{}
	}
	return Pin{Repo: repo, Dir: in.dir, File: in.dir, Revision: in.head(in.root, ".")}
}

// head is the commit that is checked out in a folder of the opened one, which rests on the files that say so from
// then on. It is empty if git keeps that elsewhere, as it does for worktrees and submodules.
func (in *opened) head(folder *os.Root, name string) string {
	read := func(file string, limit int64) string {
		in.foundFiles = append(in.foundFiles, path.Join(name, file))
		content, _ := upstream.ReadFile(folder.FS(), file, limit)
		return strings.TrimSpace(string(content))
	}
	text := read(".git/HEAD", maxHead)
	ref, isRef := strings.CutPrefix(text, "ref: ")
	switch {
	case !isRef:
		return commit(text)
	case ref != path.Clean(ref) || !strings.HasPrefix(ref, "refs/"):
		return ""
	}
	loose, packed := read(".git/"+ref, maxHead), read(".git/packed-refs", maxLock)
	if loose != "" {
		return commit(loose)
	}
	for line := range strings.Lines(packed) {
		if hash, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == ref {
			return commit(hash)
		}
	}
	return ""
}

// CheckoutAt is the pin of the source tree in a folder, an absolute path; false if that is none.
func (f *Finder) CheckoutAt(dir string) (Pin, bool) {
	pin := f.look(filepath.Clean(dir)).pin
	return pin, pin.Format == Checkout
}
