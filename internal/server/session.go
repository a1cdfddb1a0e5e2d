package server

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"jetpills/internal/ide"
	"jetpills/internal/log"
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
	Snapshot() *workspace.Snapshot
	// Recheck gives a snapshot with what the answers about some of its documents rest on as it is on disk now: the snapshot
	// itself if nothing changed. Like RecheckPins, it may be called from anywhere.
	Recheck(snapshot *workspace.Snapshot, documents ...*workspace.Document) *workspace.Snapshot
	// RecheckPins is Recheck of the files that pin a revision alone.
	RecheckPins(snapshot *workspace.Snapshot, documents ...*workspace.Document) *workspace.Snapshot
}

// live is the session that the features ask.
type live struct {
	*workspace.Session
	log *log.Logger
}

func (l live) Open(document, languageID string, version int32, content string) {
	path, _ := workspace.PathOf(document)
	l.Session.Open(document, path, languageID, version, content)
}

func (l live) Change(document string, version int32, changes []text.Change, encoding text.Encoding) {
	if err := l.Session.Change(document, version, changes, encoding); err != nil {
		l.log.Warn("dropped a document", log.String("document", document), log.Error(err))
		l.Close(document)
	}
}

func (l live) SetSettings(section []byte) error {
	settings, problems := workspace.ParseSettings(section)
	for _, code := range slices.Sorted(maps.Keys(settings.Severity)) {
		if err := ide.CheckSeverity(code, settings.Severity[code]); err != nil {
			problems = append(problems, "jetpills.diagnostics.severity: "+err.Error())
		}
	}
	l.Session.SetSettings(settings)
	if len(problems) == 0 {
		return nil
	}
	return errors.New(strings.Join(problems, "; "))
}

// snapshotKey is the context's key for the snapshot that was the newest where a request stands in the order of messages.
type snapshotKey struct{}

// keepSnapshot runs where a request stands in the order of messages: the request sees the edits before it and no others.
func (s *Server) keepSnapshot(ctx context.Context) context.Context {
	return context.WithValue(ctx, snapshotKey{}, s.session.Snapshot())
}

// snapshotOf is what a request about a document sees, and the document, nil if that is not open: the edits before the
// request, and the files as they are on disk by now, for as long as the client waits for the answer. The snapshot is nil
// where there is no workspace.
func (s *Server) snapshotOf(ctx context.Context, document string) (*workspace.Snapshot, *workspace.Document) {
	snapshot, ok := ctx.Value(snapshotKey{}).(*workspace.Snapshot)
	if !ok || snapshot == nil {
		return nil, nil
	}
	var about []*workspace.Document
	doc, ok := snapshot.Document(document)
	if ok {
		about = append(about, doc)
	}
	checked := s.session.Recheck(snapshot, about...)
	if checked != snapshot {
		s.diagnosticsSoon()
	}
	return checked.Until(ctx), doc
}
