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
	head, err := readFile(root, ".git/HEAD", maxHead)
	if err != nil {
		return ""
	}
	text := strings.TrimSpace(string(head))
	ref, symbolic := strings.CutPrefix(text, "ref: ")
	if !symbolic {
		return commit(text)
	}
	if ref != path.Clean(ref) || !strings.HasPrefix(ref, "refs/") {
		return ""
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

func commit(s string) string {
	if isCommit(s) {
		return strings.ToLower(s)
	}
	return ""
}
