package server

import (
	"context"
	"slices"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// folders are the open folders of the client, by canonical URI.
type folders []uri.URI

// foldersOf reads the folders from whichever of the three generations of fields the client fills.
func foldersOf(params *protocol.InitializeParams) folders {
	var opened folders
	if open, ok := params.WorkspaceFolders.Get(); ok {
		for _, folder := range open {
			opened = opened.with(folder.URI)
		}
		return opened
	}
	//lint:ignore SA1019 clients that know no folders send this
	if params.RootURI != nil {
		//lint:ignore SA1019 the same
		return opened.with(*params.RootURI)
	}
	//lint:ignore SA1019 and still older ones send this
	if path, ok := params.RootPath.Get(); ok && path != "" {
		return opened.with(uri.File(path))
	}
	return nil
}

func (f folders) with(folder uri.URI) folders {
	if folder == "" || slices.Contains(f, folder) {
		return f
	}
	return append(f, uri.URI(strings.Clone(string(folder)))) // the URI is a part of the whole message
}

func (f folders) without(folder uri.URI) folders {
	return slices.DeleteFunc(slices.Clone(f), func(open uri.URI) bool { return open == folder })
}

// paths leaves out what isn't on a disk.
func (f folders) paths() []string {
	paths := []string{}
	for _, folder := range f {
		if folder.IsFile() {
			paths = append(paths, folder.FsPath())
		}
	}
	return paths
}

// DidChangeWorkspaceFolders opens and closes folders.
func (s *Server) DidChangeWorkspaceFolders(_ context.Context, params *protocol.DidChangeWorkspaceFoldersParams) error {
	for _, folder := range params.Event.Removed {
		s.folders = s.folders.without(folder.URI)
	}
	for _, folder := range params.Event.Added {
		s.folders = s.folders.with(folder.URI)
	}
	s.session.SetFolders(s.folders.paths())
	return nil
}

// DidChangeWatchedFiles tells of files that were written, made or deleted.
func (s *Server) DidChangeWatchedFiles(_ context.Context, params *protocol.DidChangeWatchedFilesParams) error {
	var paths []string
	for _, change := range params.Changes {
		if change.URI.IsFile() {
			paths = append(paths, strings.Clone(change.URI.FsPath()))
		}
	}
	if len(paths) > 0 {
		s.session.FilesChanged(paths)
	}
	return nil
}
