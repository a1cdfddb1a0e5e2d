package server

import (
	"context"
	"sync"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"jetpills/internal/rpc"
	"jetpills/internal/workspace"
)

// looks counts the changes after which the diagnostics are to be looked for, and those that they were looked for after. With
// the diagnostics, the hosts are known.
type looks struct {
	mu          sync.Mutex
	asked, done int
	ended       chan struct{} // closed when the next look ends; nil as long as nobody waits
}

func (l *looks) ask() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
}

// begin is how many changes there were up to now.
func (l *looks) begin() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked
}

// end ends the look after so many changes.
func (l *looks) end(asked int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = asked
	if l.ended != nil {
		close(l.ended)
		l.ended = nil
	}
}

// await waits until the diagnostics were looked for after all changes up to now, or until ctx ends.
func (l *looks) await(ctx context.Context) {
	for asked := l.begin(); ; {
		l.mu.Lock()
		if l.done >= asked {
			l.mu.Unlock()
			return
		}
		if l.ended == nil {
			l.ended = make(chan struct{})
		}
		ended := l.ended
		l.mu.Unlock()
		select {
		case <-ended:
		case <-ctx.Done():
			return
		}
	}
}

// settledDocument is an open document, once the hosts that it is a part of are known. What waits for them is shown beside the
// text, where clients keep the answer before for as long as they have no other: so nothing flickers while somebody types, and
// nothing is said of hosts that are older than the text. Other documents may be newer than the request. If this one is, the
// answer is an error, at which clients ask again. There is no document where there is nothing to say of it.
func (s *Server) settledDocument(ctx context.Context, name string) (cursor, error) {
	_, doc := s.snapshotOf(ctx, name)
	if doc == nil || doc.Problem() != nil || isView(name) {
		return cursor{}, nil
	}
	s.looks.await(ctx)
	snapshot := s.session.Snapshot().Until(ctx)
	if now, _ := snapshot.Document(name); now != doc || ctx.Err() != nil {
		return cursor{}, rpc.NewError(rpc.ContentModified, "the document has changed")
	}
	return cursor{snapshot: snapshot, doc: doc}, nil
}

// answers are those that clients ask for again only when the document changes, or when they are told to.
type answers struct {
	mu     sync.Mutex
	restOn map[answer]basis
}

// answer is the newest one to a method about a document.
type answer struct{ method, document string }

// basis is what an answer rests on, beside the text.
type basis struct {
	hosts  *workspace.Configuration
	pinned workspace.Pinned
	isOld  bool // whatever it rests on
}

func basisOf(snapshot *workspace.Snapshot, doc *workspace.Document) basis {
	return basis{hosts: snapshot.KnownConfiguration(doc.Dir()), pinned: snapshot.Catalog(doc)}
}

func (b basis) same(other basis) bool {
	return !b.isOld && b.pinned == other.pinned && b.hosts.Same(other.hosts)
}

// given notes an answer about a document.
func (a *answers) given(method string, at cursor) {
	b := basisOf(at.snapshot, at.doc)
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.restOn == nil {
		a.restOn = map[answer]basis{}
	}
	a.restOn[answer{method, at.doc.URI}] = b
}

// outdate makes all answers old, as a change of the settings does.
func (a *answers) outdate() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for of := range a.restOn {
		a.restOn[of] = basis{isOld: true}
	}
}

// takeStale forgets the answers that rest on something else than a snapshot has, and those about documents that are closed. It
// gives the methods of the former.
func (a *answers) takeStale(snapshot *workspace.Snapshot) map[string]bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	stale := map[string]bool{}
	for of, before := range a.restOn {
		doc, isOpen := snapshot.Document(of.document)
		if isOpen && before.same(basisOf(snapshot, doc)) {
			continue
		}
		delete(a.restOn, of)
		stale[of.method] = stale[of.method] || isOpen
	}
	return stale
}

// refreshStale tells the client to ask again where its answers are old. It does so once for each answer: an answer that nobody
// asks for again is not old again.
func (s *Server) refreshStale() {
	snapshot := s.session.Snapshot()
	if snapshot == nil {
		return
	}
	stale := s.answers.takeStale(snapshot)
	for _, kind := range []struct {
		method    string
		supported bool
		refresh   func(context.Context) error
	}{
		{protocol.MethodTextDocumentInlayHint, s.client.Workspace.InlayHint.RefreshSupport, s.remote.InlayHintRefresh},
		{protocol.MethodTextDocumentCodeLens, s.client.Workspace.CodeLens.RefreshSupport, s.remote.CodeLensRefresh},
	} {
		if !stale[kind.method] || !kind.supported {
			continue
		}
		s.inBackground(func(ctx context.Context) { // a client may never answer
			if err := kind.refresh(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("the client does not ask again", zap.String("method", kind.method), zap.Error(err))
			}
		})
	}
}
