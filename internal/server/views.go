package server

import (
	"slices"
	"strings"
)

// views are the schemes under which editors show a file as it was in an older version, or is in somebody else's. Each is
// what its extension registers or names its buffers by. What is wrong there cannot be mended there, so it is not marked.
var views = [...]string{
	"git", "vscode-local-history", "chat-editing-text-model", // VS Code: Git, the timeline, the text before a chat's edits
	"gitlens", "gitlens-git", // GitLens, today and before version 9
	"git-graph",                                         // Git Graph
	"review", "pr", "githubpr", "gitpr", "githubcommit", // GitHub Pull Requests
	"hg", "svn", "jj", "perforce", // Mercurial, Subversion, Jujutsu and Perforce for VS Code
	"fugitive", "lawrencium", // Vim: vim-fugitive for Git, vim-lawrencium for Mercurial
	"diffview", "gitsigns", "minigit", "octo", // Neovim: diffview.nvim, gitsigns.nvim, mini.git, octo.nvim
}

// isView reports whether a document is a view of another version of a file. All other schemes are documents that people
// edit, those of editors in a browser among them.
func isView(uri string) bool {
	scheme, _, ok := strings.Cut(uri, ":")
	return ok && slices.Contains(views[:], strings.ToLower(scheme))
}
