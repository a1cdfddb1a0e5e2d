package server

import (
	"context"
	"path"

	"go.lsp.dev/protocol"

	"jetpills/internal/log"
	"jetpills/internal/pins"
)

// watched are the files that answers depend on: those that say which revision of jetpack-nixos a workspace uses, the modules
// of the workspace and of a checkout in it, the commit that is checked out, and the pills of a folder of the user's own.
// The patterns are plain: relative ones break some clients.
func watched() []protocol.GlobPattern {
	patterns := []protocol.GlobPattern{protocol.Pattern("**/*.nix"), protocol.Pattern("**/*.md")}
	for _, name := range pins.Files() {
		if path.Ext(name) != ".nix" {
			patterns = append(patterns, protocol.Pattern("**/"+name))
		}
	}
	return patterns
}

// Initialized asks the client for what only it can give: changes of files, and the settings.
func (s *Server) Initialized(context.Context, *struct{}) error {
	s.pullSettings()
	var registrations []protocol.Registration
	add := func(method string, options any) {
		raw, err := protocol.Marshal(options)
		if err != nil {
			s.log.Error("encoding a registration", log.String("method", method), log.Error(err))
			return
		}
		registrations = append(registrations, protocol.Registration{ID: name + "/" + method, Method: method, RegisterOptions: raw})
	}
	if s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration {
		var watchers []protocol.FileSystemWatcher
		for _, pattern := range watched() {
			watchers = append(watchers, protocol.FileSystemWatcher{GlobPattern: pattern})
		}
		add(protocol.MethodWorkspaceDidChangeWatchedFiles, &protocol.DidChangeWatchedFilesRegistrationOptions{Watchers: watchers})
	}
	if s.client.Workspace.DidChangeConfiguration.DynamicRegistration {
		add(protocol.MethodWorkspaceDidChangeConfiguration, map[string]string{"section": name})
	}
	if len(registrations) == 0 {
		return nil
	}
	s.inBackground(func(ctx context.Context) {
		err := s.remote.RegisterCapability(ctx, &protocol.RegistrationParams{Registrations: registrations})
		switch {
		case err == nil:
			s.watching.Store(s.client.Workspace.DidChangeWatchedFiles.DynamicRegistration && s.client.watchesFiles)
		case ctx.Err() == nil:
			s.log.Warn("the client didn't register what we asked for", log.Error(err))
		}
	})
	return nil
}
