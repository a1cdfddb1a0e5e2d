package rpc

import (
	"context"
	"slices"
	"sync"
)

// lane lets a bounded number of requests work at once, and a bounded number wait.
//
// Who waits the shortest goes first: the newest hover is the one somebody looks at.
// Every fourth turn goes to the oldest, so that nobody waits for ever.
type lane struct {
	maxRunning, maxWaiting int
	congested              func() bool // no request starts while this holds

	mu      sync.Mutex
	room    sync.Cond // signalled when the queue gets shorter
	running int
	unsent  map[context.Context]bool // of the running ones, those that leave when their answer lies in the outbox
	waiting []*ticket                // oldest first
	turn    int
	closed  bool
}

// ticket is one request's place in the queue; its channel closes when the request may start.
type ticket struct{ start chan struct{} }

func newLane(maxRunning, maxWaiting int, congested func() bool) *lane {
	l := &lane{maxRunning: maxRunning, maxWaiting: maxWaiting, congested: congested, unsent: map[context.Context]bool{}}
	l.room.L = &l.mu
	return l
}

// enter queues a request, and blocks while the queue is full. Cancelled requests make room.
func (l *lane) enter() *ticket {
	l.mu.Lock()
	defer l.mu.Unlock()
	for len(l.waiting) >= l.maxWaiting && !l.closed {
		l.room.Wait()
	}
	t := &ticket{start: make(chan struct{})}
	l.waiting = append(l.waiting, t)
	l.fillLocked()
	return t
}

// await blocks until the request may start, or gives its place up when ctx ends first.
// After a nil error the request must leave.
func (l *lane) await(ctx context.Context, t *ticket) error {
	select {
	case <-t.start:
		return nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, t)
	if i < 0 {
		return nil // it was started meanwhile
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	l.room.Signal()
	return ctx.Err()
}

// leave ends a request that was started.
func (l *lane) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.running--
	l.fillLocked()
}

// leaveWith has a request that was started leave when [lane.answered] is told of ctx.
func (l *lane) leaveWith(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unsent[ctx] = true
}

// answered ends the request of ctx, if it was to leave then.
func (l *lane) answered(ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.unsent[ctx] {
		delete(l.unsent, ctx)
		l.running--
		l.fillLocked()
	}
}

// fill starts what may start; called when the congestion may have ended.
func (l *lane) fill() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.fillLocked()
}

func (l *lane) fillLocked() {
	for l.running < l.maxRunning && len(l.waiting) > 0 && !l.congested() {
		next := len(l.waiting) - 1
		if l.turn++; l.turn%4 == 0 {
			next = 0
		}
		close(l.waiting[next].start)
		l.waiting = slices.Delete(l.waiting, next, next+1)
		l.running++
		l.room.Signal()
	}
}

func (l *lane) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.running == 0 && len(l.waiting) == 0
}

// close frees whoever is blocked in enter.
func (l *lane) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.room.Broadcast()
}
