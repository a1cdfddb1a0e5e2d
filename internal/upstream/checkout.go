package upstream

import (
	"io/fs"
	"os"
	"path"
	"strings"
)

// IsCheckout reports whether a folder is a source tree of jetpack-nixos, by files that its revisions with options have:
// the first two all of them, one of the others each.
func IsCheckout(folder fs.FS) bool {
	has := func(name string, dir bool) bool {
		info, err := fs.Stat(folder, name)
		return err == nil && info.IsDir() == dir
	}
	return has("modules/default.nix", false) && has("overlay.nix", false) &&
		(has("mk-overlay.nix", false) || has("sourceinfo", true) || has("modules/flash-script.nix", false))
}

// headRevision is the commit that is checked out; empty if git keeps that elsewhere, as it does for worktrees and submodules.
func headRevision(root *os.Root) string {
	ref, hash := head(root)
	if ref == "" {
		return hash
	}
	if content, err := readFile(root, ".git/"+ref, maxHead); err == nil {
		return commit(strings.TrimSpace(string(content)))
	}
	packed, err := readFile(root, ".git/packed-refs", maxLock)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(packed)) {
		if hash, name, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == ref {
			return commit(hash)
		}
	}
	return ""
}

// head is what .git/HEAD says: the branch that is checked out, "refs/heads/main", or a commit. Both may be empty.
func head(root *os.Root) (ref, hash string) {
	content, err := readFile(root, ".git/HEAD", maxHead)
	if err != nil {
		return "", ""
	}
	text := strings.TrimSpace(string(content))
	ref, isRef := strings.CutPrefix(text, "ref: ")
	switch {
	case !isRef:
		return "", commit(text)
	case ref != path.Clean(ref) || !strings.HasPrefix(ref, "refs/"):
		return "", ""
	}
	return ref, ""
}

// headFiles are the files that headRevision reads, by their names within the folder.
func headFiles(root *os.Root) []string {
	files := []string{".git/HEAD"}
	if ref, _ := head(root); ref != "" {
		files = append(files, ".git/"+ref, ".git/packed-refs")
	}
	return files
}

func commit(s string) string {
	if isCommit(s) {
		return strings.ToLower(s)
	}
	return ""
}
