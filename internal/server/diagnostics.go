package server

import (
	"context"
	"slices"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/log"
	"jetpills/internal/workspace"
)

// Diagnostics are published when nothing has changed for a while, because nobody wants to be corrected within a word, and
// at the latest so long after a change.
const (
	diagnosticsAfter    = 200 * time.Millisecond
	diagnosticsAtLatest = time.Second
)

// pollEvery is how often the files that pin a revision are looked at where the client does not report their changes.
const pollEvery = time.Second

// diagnosticsSoon asks for the diagnostics to be published anew. It never waits.
func (s *Server) diagnosticsSoon() {
	s.looks.ask()
	select {
	case s.changed <- struct{}{}:
	default: // asked for already
	}
}

// diagnosticsSince asks for the diagnostics to be published anew if the session has changed since a snapshot.
func (s *Server) diagnosticsSince(before *workspace.Snapshot) {
	if s.session.Snapshot() != before {
		s.diagnosticsSoon()
	}
}

// shown is what the client shows of one opening of a document.
type shown struct {
	opening     int
	diagnostics string // JSON
}

// nothingWrong is the JSON of no diagnostics.
const nothingWrong = "[]"

// keepDiagnostics publishes the diagnostics of the open documents whenever they change, until ctx ends.
func (s *Server) keepDiagnostics(ctx context.Context) {
	clientHas := map[string]shown{} // by document
	stopSettling := func() {}
	for {
		var poll <-chan time.Time
		snapshot := s.session.Snapshot()
		if len(s.unwatched(snapshot)) > 0 {
			poll = time.After(pollEvery)
		}
		select {
		case <-ctx.Done():
			return
		case <-poll:
			snapshot = s.session.Snapshot()
			documents := s.unwatched(snapshot)
			if len(documents) == 0 || s.session.RecheckPins(snapshot, documents...) == snapshot {
				continue
			}
		case <-s.changed:
			s.awaitQuiet(ctx)
		}
		stopSettling() // of what is older now
		asked := s.looks.begin()
		if snapshot = s.session.Snapshot(); snapshot != nil && ctx.Err() == nil {
			s.publishChanges(ctx, snapshot, clientHas)
		}
		s.looks.end(asked)
		stopSettling = s.settle()
	}
}

// unwatched are the open documents whose pins the client does not watch.
func (s *Server) unwatched(snapshot *workspace.Snapshot) []*workspace.Document {
	switch {
	case snapshot == nil:
		return nil
	case s.watching.Load():
		return snapshot.Unwatched()
	}
	return snapshot.Documents()
}

// awaitQuiet waits until nothing changes, but not for ever. It looks at the clock when the time since a change may be over, and not at
// each change: so no keystroke wakes it.
func (s *Server) awaitQuiet(ctx context.Context) {
	latest := time.Now().Add(diagnosticsAtLatest)
	for ctx.Err() == nil {
		wait := min(time.Until(s.looks.lastAsked().Add(diagnosticsAfter)), time.Until(latest))
		if wait <= 0 {
			break
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
	}
	select {
	case <-s.changed: // by what the next snapshot has
	default:
	}
}

// publishChanges publishes the diagnostics that differ from what the client has. It has none of a document that was closed
// and opened again: clients forget those of a document that they close.
func (s *Server) publishChanges(ctx context.Context, snapshot *workspace.Snapshot, clientHas map[string]shown) {
	p, end := s.beginPass(ctx, snapshot)
	defer end()
	snapshot = p.over(s.session.Recheck(snapshot, snapshot.Documents()...))
	for name, before := range clientHas {
		if _, open := snapshot.Document(name); !open {
			if before.diagnostics != nothingWrong {
				s.publish(ctx, name, 0, nil)
			}
			delete(clientHas, name)
		}
	}
	for _, doc := range snapshot.Documents() {
		found := s.diagnose(snapshot, doc)
		if snapshot.Done() {
			break // what was found is a part
		}
		p.checked.Add(1)
		diagnostics := []protocol.Diagnostic{}
		for _, d := range found {
			diagnostics = append(diagnostics, s.diagnostic(snapshot, doc, d))
		}
		content, err := protocol.Marshal(diagnostics)
		if err != nil {
			s.log.Error("encoding diagnostics", log.String("document", doc.URI), log.Error(err))
			continue
		}
		if now := (shown{doc.Opening, string(content)}); clientHas[doc.URI] != now {
			s.publish(ctx, doc.URI, doc.Version, diagnostics)
			clientHas[doc.URI] = now
		}
	}
	snapshot.ForgetClosed()
}

// diagnose is ide.Diagnose, but nothing for a view of an older version, and for a panic, which costs the diagnostics of one
// document.
func (s *Server) diagnose(snapshot *workspace.Snapshot, doc *workspace.Document) (found []ide.Diagnostic) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("diagnostics panicked", log.String("document", doc.URI), log.Cause(cause), log.Stack())
			found = nil
		}
	}()
	if isView(doc.URI) {
		return nil
	}
	return ide.Diagnose(snapshot, doc)
}

func (s *Server) publish(ctx context.Context, document string, version int32, diagnostics []protocol.Diagnostic) {
	params := &protocol.PublishDiagnosticsParams{URI: uri.URI(document), Diagnostics: diagnostics}
	if diagnostics == nil {
		params.Diagnostics = []protocol.Diagnostic{}
	} else if s.client.TextDocument.PublishDiagnostics.VersionSupport {
		params.Version = protocol.NewOptional(version)
	}
	if err := s.remote.PublishDiagnostics(ctx, params); err != nil && ctx.Err() == nil {
		s.log.Warn("publishing diagnostics", log.Error(err))
	}
}

func (s *Server) diagnostic(snapshot *workspace.Snapshot, doc *workspace.Document, d ide.Diagnostic) protocol.Diagnostic {
	out := protocol.Diagnostic{
		Range:    s.rangeOf(doc, d.Span),
		Severity: severityOf(d.Severity),
		Code:     protocol.String(d.Code),
		Source:   protocol.NewOptional(name),
		Message:  protocol.String(d.Message),
	}
	client := &s.client.TextDocument.PublishDiagnostics
	if tag, ok := tags[d.Tag]; ok && slices.Contains(client.TagSupport.ValueSet, tag) {
		out.Tags = protocol.NewDiagnosticTags(tag)
	}
	if client.RelatedInformation {
		out.RelatedInformation = s.related(cursor{snapshot: snapshot, doc: doc}, d.Related)
	}
	if client.CodeDescriptionSupport && d.Section.Pill != nil {
		if to := ide.PillLinks(snapshot)(d.Section.Pill.File, d.Section.Anchor); to != "" {
			out.CodeDescription.Href = uri.URI(to)
		}
	}
	return out
}

// related is what a diagnostic refers to. A file that cannot be read any more is left out.
func (s *Server) related(at cursor, all []ide.Related) []protocol.DiagnosticRelatedInformation {
	var out []protocol.DiagnosticRelatedInformation
	for _, r := range all {
		doc, err := at.read(r.File)
		if err != nil {
			continue
		}
		out = append(out, protocol.DiagnosticRelatedInformation{
			Location: protocol.Location{URI: at.uriOf(r.File), Range: s.rangeOf(doc, r.Span)}, Message: r.Message,
		})
	}
	return out
}

var tags = map[ide.Tag]protocol.DiagnosticTag{
	ide.TagDeprecated: protocol.DiagnosticTagDeprecated, ide.TagUnnecessary: protocol.DiagnosticTagUnnecessary,
}

func severityOf(s ide.Severity) protocol.DiagnosticSeverity {
	switch s {
	case ide.SeverityError:
		return protocol.DiagnosticSeverityError
	case ide.SeverityWarning:
		return protocol.DiagnosticSeverityWarning
	}
	return protocol.DiagnosticSeverityHint
}
