package server

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.lsp.dev/protocol"

	"jetpills/internal/log"
	"jetpills/internal/workspace"
)

// The client is told how far a pass is once it takes so long, and then so often.
const (
	progressAfter = time.Second
	progressEvery = 200 * time.Millisecond
)

// pass is one look for the diagnostics of all open documents, with the reading of the hosts that they are a part of.
type pass struct {
	wanted   context.Context // until the pass is stopped
	stop     func()
	snapshot atomic.Pointer[workspace.Snapshot]
	checked  atomic.Int64 // of its documents

	token string // what the client calls the pass by
}

// over has the pass look at a snapshot.
func (p *pass) over(snapshot *workspace.Snapshot) *workspace.Snapshot {
	snapshot = snapshot.Until(p.wanted)
	p.snapshot.Store(snapshot)
	return snapshot
}

// beginPass begins a pass over a snapshot. If it takes long, the client is told how far it is, until end.
func (s *Server) beginPass(ctx context.Context, snapshot *workspace.Snapshot) (p *pass, end func()) {
	p = &pass{}
	p.wanted, p.stop = context.WithCancel(ctx)
	p.over(snapshot)
	if !s.client.Window.WorkDoneProgress {
		return p, p.stop
	}
	s.passes++
	p.token = fmt.Sprintf("%s/%d", name, s.passes)
	s.pass.Store(p)
	hidden := make(chan struct{})
	go func() {
		defer close(hidden)
		s.show(p.wanted, p)
	}()
	return p, func() {
		p.stop()
		<-hidden
	}
}

// show has the client show how far a pass is, until ctx ends.
func (s *Server) show(ctx context.Context, p *pass) {
	select {
	case <-ctx.Done():
		return
	case <-time.After(progressAfter):
	}
	err := s.remote.WorkDoneProgressCreate(ctx, &protocol.WorkDoneProgressCreateParams{Token: protocol.String(p.token)})
	switch {
	case ctx.Err() != nil:
		return // a client may never answer, or too late
	case err != nil:
		s.log.Warn("the client shows no progress", log.Error(err))
		return
	}
	yes := true
	message, percentage := p.progress()
	s.tellProgress(p, &protocol.WorkDoneProgressBegin{
		Kind: "begin", Title: "Jetpills", Cancellable: &yes, Message: &message, Percentage: &percentage,
	})
	defer s.tellProgress(p, &protocol.WorkDoneProgressEnd{Kind: "end"})
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(progressEvery):
		}
		before := message
		now, percent := p.progress()
		if message, percentage = now, max(percentage, percent); message != before { // LSP wants a percentage to rise
			s.tellProgress(p, &protocol.WorkDoneProgressReport{Kind: "report", Message: &now, Percentage: &percentage})
		}
	}
}

func (s *Server) tellProgress(p *pass, value any) {
	raw, err := protocol.Marshal(value)
	if err == nil {
		err = s.remote.Progress(s.running, &protocol.ProgressParams{Token: protocol.String(p.token), Value: raw})
	}
	if err != nil && s.running.Err() == nil {
		s.log.Warn("telling the client of progress", log.Error(err))
	}
}

// progress says what a pass is at, and how much of that is done.
func (p *pass) progress() (message string, percentage uint32) {
	snapshot := p.snapshot.Load()
	done, total, isReading := snapshot.Reading()
	switch {
	case !isReading:
		done, total = int(p.checked.Load()), len(snapshot.Documents())
		message = fmt.Sprintf("checking %d of %d files", done, total)
	case total == 0:
		message = "looking for hosts"
	default:
		message = fmt.Sprintf("reading hosts: %d of %d", done, total)
	}
	return message, uint32(100 * done / max(total, 1))
}

// cancel stops what a pass is at: either the reading of the hosts, without which it goes on, or the pass. What is left out
// follows with the next change.
func (p *pass) cancel() {
	snapshot := p.snapshot.Load()
	if _, _, isReading := snapshot.Reading(); isReading {
		snapshot.StopReading()
	} else {
		p.stop()
	}
}

type workDoneProgressCancelParams struct{ Token harmless[string] }

// WorkDoneProgressCancel stops the pass that the client shows.
func (s *Server) WorkDoneProgressCancel(_ context.Context, params *workDoneProgressCancelParams) error {
	if p := s.pass.Load(); p != nil && p.token == params.Token.value {
		p.cancel()
	}
	return nil
}
