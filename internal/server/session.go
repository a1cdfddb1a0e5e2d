package server

import (
	"context"
	"errors"
	"time"

	"go.uber.org/zap"

	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// session is the state that notifications change, all of them on the goroutine that reads the messages.
// Documents are named by their URI, as the client spells it.
type session interface {
	Open(document, languageID string, version int32, content string)
	// Change applies changes in order, each to the text the one before it left.
	Change(document string, version int32, changes []text.Change, encoding text.Encoding)
	Close(document string)
	SetFolders(paths []string)
	// SetSettings takes the settings section as JSON.
	SetSettings(section []byte) error
	// FilesChanged names files that changed on disk.
	FilesChanged(paths []string)
	// Recheck looks for changes on disk that nobody told of.
	Recheck()
	Snapshot() *workspace.Snapshot
}

// live is the session that the features ask.
type live struct {
	*workspace.Session
	log *zap.Logger
}

func (l live) Open(document, languageID string, version int32, content string) {
	path, _ := workspace.PathOf(document)
	l.Session.Open(document, path, languageID, version, content)
}

func (l live) Change(document string, version int32, changes []text.Change, encoding text.Encoding) {
	if err := l.Session.Change(document, version, changes, encoding); err != nil {
		l.log.Warn("dropped a document", zap.String("document", document), zap.Error(err))
		l.Close(document)
	}
}

func (l live) SetSettings(section []byte) error {
	settings, problems := workspace.ParseSettings(section)
	l.Session.SetSettings(settings)
	var all []error
	for _, p := range problems {
		all = append(all, p)
	}
	return errors.Join(all...)
}

// recheckEvery is how often we look at the pins ourselves: not every client watches files, and some that say so tell only
// of what they saved. A person sees no delay shorter than this, and many requests in a row share one look.
const recheckEvery = 200 * time.Millisecond

// snapshotKey is the context's key for the snapshot that a request sees.
type snapshotKey struct{}

// keepSnapshot runs where a request stands in the order of messages: the request sees the edits before it and no others.
func (s *Server) keepSnapshot(ctx context.Context) context.Context {
	if now := time.Now(); now.Sub(s.rechecked) > recheckEvery {
		before := s.session.Snapshot()
		s.session.Recheck()
		s.rechecked = now
		if s.session.Snapshot() != before {
			s.diagnosticsSoon()
		}
	}
	return context.WithValue(ctx, snapshotKey{}, s.session.Snapshot())
}
