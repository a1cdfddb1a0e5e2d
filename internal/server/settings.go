package server

import (
	"context"
	"encoding/json"

	"go.lsp.dev/protocol"

	"jetpills/internal/log"
	"jetpills/internal/text"
)

type didChangeConfigurationParams struct{ Settings json.RawMessage }

// DidChangeConfiguration takes the settings it is given, or asks for them: some clients send null to say that something changed.
func (s *Server) DidChangeConfiguration(_ context.Context, params *didChangeConfigurationParams) error {
	if section, ok := member(protocol.LSPAny(params.Settings), name); ok {
		s.pulls++ // what was asked for before is older than this
		s.applySettings(section)
		return nil
	}
	s.pullSettings()
	return nil
}

// pullSettings asks the client for our section, if it answers such questions. Only the last question's answer counts.
func (s *Server) pullSettings() {
	if !s.client.Workspace.Configuration {
		return
	}
	s.pulls++
	asked, section := s.pulls, name
	s.inBackground(func(ctx context.Context) {
		answers, err := s.remote.Configuration(ctx, &protocol.ConfigurationParams{
			Items: []protocol.ConfigurationItem{{Section: &section}},
		})
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			s.log.Warn("the client did not answer the request for its settings", log.Error(err))
			return
		case len(answers) != 1:
			s.log.Warn("the client answered the request for its settings in an unknown form", log.Int("answers", len(answers)))
			return
		}
		s.peer.Do(func() {
			if asked == s.pulls {
				defer s.diagnosticsSince(s.session.Snapshot())
				s.applySettings(answers[0])
			}
		})
	})
}

// applySettings takes our section, or an object that holds it. Where there is none, all stays as it is.
func (s *Server) applySettings(raw protocol.LSPAny) {
	if len(raw) == 0 || raw.Kind() == 'n' {
		return
	}
	if section, ok := member(raw, name); ok {
		raw = section
	}
	if err := s.session.SetSettings(raw.Clone()); err != nil {
		s.warn("Ignored settings: " + err.Error())
	}
	s.answers.outdate(protocol.MethodTextDocumentInlayHint)
	snapshot := s.session.Snapshot()
	if snapshot == nil {
		return
	}
	s.inBackground(func(context.Context) {
		// To know it, the folder is read.
		if err := snapshot.PillsProblem(); err != nil {
			s.warn(err.Error())
		}
		if err := snapshot.SourceProblem(); err != nil {
			s.warn("The setting upstream.path is ignored: " + err.Error())
		}
	})
}

// warn writes a line into the client's log, for what a user must know. It opens no popup.
func (s *Server) warn(message string) {
	message = text.Visible(message, "")
	s.log.Warn(message)
	params := &protocol.LogMessageParams{Type: protocol.MessageTypeWarning, Message: "jetpills: " + message}
	if err := s.remote.LogMessage(s.running, params); err != nil && s.running.Err() == nil {
		s.log.Warn("the client's log", log.Error(err))
	}
}

// member returns the member of a JSON object, unless that is null.
func member(object protocol.LSPAny, key string) (protocol.LSPAny, bool) {
	var members map[string]protocol.LSPAny
	if object.Kind() != '{' || protocol.Unmarshal(object, &members) != nil {
		return nil, false
	}
	value, ok := members[key]
	return value, ok && value.Kind() != 'n'
}
