package server

import (
	"context"
	"maps"
	"sync"
	"time"

	"go.lsp.dev/protocol"

	"jetpills/internal/ide"
	"jetpills/internal/log"
	"jetpills/internal/rpc"
	"jetpills/internal/workspace"
)

// looks counts the changes after which the diagnostics are to be looked for, and those that they were looked for after. With
// the diagnostics, the hosts are known.
type looks struct {
	mu          sync.Mutex
	asked, done int
	last        time.Time     // of the changes
	ended       chan struct{} // closed when the next look ends; nil as long as nobody waits
}

func (l *looks) ask() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked++
	l.last = time.Now()
}

func (l *looks) lastAsked() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
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

// basis is what an answer rests on: inlay hints on the hosts and the pin, code lenses, which say how many findings there are, on
// all that they say.
type basis struct {
	doc    *workspace.Document
	hosts  *workspace.Configuration
	pinned workspace.Pinned
	lenses string
	isOld  bool // whatever it rests on
}

func (b basis) same(other basis) bool {
	return !b.isOld && b.pinned == other.pinned && b.hosts.Same(other.hosts) && b.lenses == other.lenses
}

// basisOf is what an answer to a method rests on.
func (s *Server) basisOf(method string, at cursor) basis {
	if method == protocol.MethodTextDocumentCodeLens {
		lenses, _ := s.lenses(at)
		return basis{doc: at.doc, lenses: shownLenses(lenses)}
	}
	return basis{doc: at.doc, hosts: at.snapshot.KnownConfiguration(at.doc.Dir()), pinned: at.snapshot.Catalog(at.doc)}
}

// given notes an answer about a document.
func (a *answers) given(method string, b basis) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.restOn == nil {
		a.restOn = map[answer]basis{}
	}
	a.restOn[answer{method, b.doc.URI}] = b
}

// outdate makes the answers to a method old, as a change of the settings does.
func (a *answers) outdate(method string) {
	for of, before := range a.to(method) {
		before.isOld = true
		a.given(of.method, before)
	}
}

// to are the answers to a method.
func (a *answers) to(method string) map[answer]basis {
	a.mu.Lock()
	defer a.mu.Unlock()
	all := maps.Clone(a.restOn)
	maps.DeleteFunc(all, func(of answer, _ basis) bool { return of.method != method })
	return all
}

// forget forgets an answer, if the client has no newer one.
func (a *answers) forget(of answer, b basis) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.restOn[of] == b {
		delete(a.restOn, of)
	}
}

// settle does in the background what follows from a look for diagnostics: it finds out what a newer revision would change, and
// tells the client to ask again where its answers are old. It ends once stop is called, as when there is something newer.
func (s *Server) settle() (stop func()) {
	ctx, stop := context.WithCancel(s.running)
	snapshot := s.session.Snapshot()
	if snapshot == nil {
		return stop
	}
	snapshot = snapshot.Until(ctx)
	s.inBackground(func(context.Context) {
		defer func() {
			if cause := recover(); cause != nil {
				s.log.Error("what follows from diagnostics panicked", log.Cause(cause), log.Stack())
			}
		}()
		can := &s.client.Workspace
		if can.InlayHint.RefreshSupport {
			s.refreshStale(snapshot, protocol.MethodTextDocumentInlayHint, s.remote.InlayHintRefresh)
		}
		for _, doc := range snapshot.Documents() {
			if doc.Problem() == nil && !isView(doc.URI) {
				ide.NewerThanPin(snapshot, doc)
			}
		}
		if can.CodeLens.RefreshSupport {
			s.refreshStale(snapshot, protocol.MethodTextDocumentCodeLens, s.remote.CodeLensRefresh)
		}
	})
	return stop
}

// refreshStale tells the client to ask again where its answers to a method are old, once for each: an answer that nobody asks for
// again is not old again. Lenses of a text that has changed it asks for anyway.
func (s *Server) refreshStale(snapshot *workspace.Snapshot, method string, refresh func(context.Context) error) {
	isStale := false
	for of, before := range s.answers.to(method) {
		doc, isOpen := snapshot.Document(of.document)
		if isOpen && (doc == before.doc || before.lenses == "") {
			now := s.basisOf(method, cursor{snapshot: snapshot, doc: doc})
			switch {
			case snapshot.Done():
				return
			case before.same(now):
				continue
			}
			isStale = true
		}
		s.answers.forget(of, before)
	}
	if !isStale {
		return
	}
	s.inBackground(func(ctx context.Context) { // a client may never answer
		if err := refresh(ctx); err != nil && ctx.Err() == nil {
			s.log.Warn("the client does not ask again", log.String("method", method), log.Error(err))
		}
	})
}
