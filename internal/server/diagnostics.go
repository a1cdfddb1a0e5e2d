package server

import (
	"bytes"
	"context"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"go.uber.org/zap"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// diagnosticsAfter is how long nothing must have changed before diagnostics are told: nobody wants to be corrected within a word.
const diagnosticsAfter = 200 * time.Millisecond

// diagnosticsSoon asks for the diagnostics to be told anew. It never waits.
func (s *Server) diagnosticsSoon() {
	select {
	case s.changed <- struct{}{}:
	default: // asked for already
	}
}

// tellDiagnostics tells the client what is wrong in each open document, as of the newest snapshot alone, until ctx ends.
func (s *Server) tellDiagnostics(ctx context.Context) {
	told := map[string][]byte{} // by document: what the client shows; none for a document in which nothing was wrong
	var last *workspace.Snapshot
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.changed:
		}
		for quiet := false; !quiet; {
			select {
			case <-ctx.Done():
				return
			case <-s.changed:
			case <-time.After(diagnosticsAfter):
				quiet = true
			}
		}
		if snapshot := s.session.Snapshot(); snapshot != nil && snapshot != last {
			s.tellOf(ctx, snapshot, told)
			last = snapshot
		}
	}
}

// tellOf tells what is news to the client.
func (s *Server) tellOf(ctx context.Context, snapshot *workspace.Snapshot, told map[string][]byte) {
	for document := range told {
		if _, open := snapshot.Document(document); !open {
			s.publish(ctx, document, 0, nil)
			delete(told, document)
		}
	}
	for _, name := range snapshot.Documents() {
		doc, _ := snapshot.Document(name)
		diagnostics := []protocol.Diagnostic{}
		for _, d := range s.diagnose(snapshot, doc) {
			diagnostics = append(diagnostics, s.diagnostic(snapshot, doc, d))
		}
		content, err := protocol.Marshal(diagnostics)
		if err != nil {
			s.log.Error("encoding diagnostics", zap.String("document", name), zap.Error(err))
			continue
		}
		if before, ok := told[name]; !ok && len(diagnostics) == 0 || bytes.Equal(before, content) {
			continue
		}
		s.publish(ctx, name, doc.Version, diagnostics)
		told[name] = content
	}
}

// diagnose is ide.Diagnose, but nothing for a view of an older version, and for a panic, which costs the diagnostics of one
// document.
func (s *Server) diagnose(snapshot *workspace.Snapshot, doc *workspace.Document) (found []ide.Diagnostic) {
	defer func() {
		if cause := recover(); cause != nil {
			s.log.Error("diagnostics panicked", zap.String("document", doc.URI), zap.Any("cause", cause), zap.Stack("stack"))
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
	} else if s.client.versionsDiagnostics {
		params.Version = protocol.NewOptional(version)
	}
	if err := s.remote.PublishDiagnostics(ctx, params); err != nil && ctx.Err() == nil {
		s.log.Warn("telling diagnostics", zap.Error(err))
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
	if d.Code == ide.CodeRenamedOption && s.client.tagsDiagnostics {
		out.Tags = protocol.NewDiagnosticTags(protocol.DiagnosticTagDeprecated)
	}
	if s.client.describesCodes && d.Section.Pill != nil {
		if to := ide.PillLinks(snapshot)(d.Section.Pill.File, d.Section.Anchor); to != "" {
			out.CodeDescription.Href = uri.URI(to)
		}
	}
	return out
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
