package server

import (
	"context"
	"slices"

	"jetpills/internal/workspace"
)

// folders are the open folders of the client, as it names them.
type folders []string

// folderParams name a folder.
type folderParams = harmless[struct{ URI *string }]

// foldersOf reads the folders from whichever of the three generations of fields the client fills.
func foldersOf(params *initializeParams) folders {
	switch {
	case params.WorkspaceFolders != nil:
		var opened folders
		for _, folder := range params.WorkspaceFolders {
			opened = opened.with(folder)
		}
		return opened
	case params.RootURI != "":
		return folders{params.RootURI}
	case params.RootPath != "":
		return folders{params.RootPath}
	}
	return nil
}

func (f folders) with(folder folderParams) folders {
	if folder.value.URI == nil || slices.Contains(f, *folder.value.URI) {
		return f
	}
	return append(f, *folder.value.URI)
}

// without lets a folder go: the one of that name, or else those at that place.
func (f folders) without(folder folderParams) folders {
	if folder.value.URI == nil {
		return f
	}
	name := *folder.value.URI
	path, isFile := workspace.PathOf(name)
	named := slices.Contains(f, name)
	return slices.DeleteFunc(slices.Clone(f), func(open string) bool {
		if named || !isFile {
			return open == name
		}
		at, ok := workspace.PathOf(open)
		return ok && at == path
	})
}

// paths leaves out what isn't on a disk.
func (f folders) paths() []string {
	paths := []string{}
	for _, folder := range f {
		if path, ok := workspace.PathOf(folder); ok && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

type didChangeWorkspaceFoldersParams struct {
	Event struct{ Added, Removed []folderParams }
}

// DidChangeWorkspaceFolders opens and closes folders.
func (s *Server) DidChangeWorkspaceFolders(_ context.Context, params *didChangeWorkspaceFoldersParams) error {
	for _, folder := range params.Event.Removed {
		s.folders = s.folders.without(folder)
	}
	for _, folder := range params.Event.Added {
		s.folders = s.folders.with(folder)
	}
	s.session.SetFolders(s.folders.paths())
	return nil
}

type didChangeWatchedFilesParams struct {
	Changes []harmless[struct{ URI string }]
}

// DidChangeWatchedFiles reports files that were written, made or deleted.
func (s *Server) DidChangeWatchedFiles(_ context.Context, params *didChangeWatchedFilesParams) error {
	var paths []string
	for _, change := range params.Changes {
		if path, ok := workspace.PathOf(change.value.URI); ok {
			paths = append(paths, path)
		}
	}
	if len(paths) > 0 {
		s.session.FilesChanged(paths)
	}
	return nil
}
