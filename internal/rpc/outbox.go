package rpc

import (
	"context"
	"io"
	"sync"

	"go.lsp.dev/jsonrpc2"
)

// A full outbox holds this many messages, or this many times the bytes at which it is congested.
// It stops the dispatcher, where a congested one merely keeps requests from starting.
const (
	fullMessages = 4096
	fullFactor   = 8
)

// mostAtOnce is how many bytes of a message are written at once: so the end can tell a client that reads a large one slowly from one
// that does not read.
const mostAtOnce = 64 << 10

// outbox holds framed messages until a goroutine of its own has written them, so that no answer waits for a slow reader. What an eager
// output takes at once is written where it is put: most answers need no other goroutine.
type outbox struct {
	w         io.Writer
	eager     Eager  // w, if it is one
	limit     int    // bytes at which the outbox is congested
	onWritten func() // called after each write, without the lock

	mu      sync.Mutex
	changed sync.Cond
	queue   [][]byte
	bytes   int // of the queue and the message being written
	writing bool
	err     error
	closed  bool
	broken  chan struct{} // closed when a write has failed
}

// Eager is an output that can be written to without waiting.
type Eager interface {
	// TryWrite writes as much of p as there is room for. That there is none is no error.
	TryWrite(p []byte) (n int, err error)
}

func newOutbox(w io.Writer, limit int) *outbox {
	o := &outbox{w: w, limit: limit, broken: make(chan struct{})}
	o.eager, _ = w.(Eager)
	o.changed.L = &o.mu
	return o
}

// put writes one framed message, or queues what is left of it. It never blocks; it fails when the output is closed or broken.
func (o *outbox) put(frame []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.err != nil:
		return o.err
	case o.closed:
		return io.ErrClosedPipe
	}
	if o.eager != nil && len(o.queue) == 0 && !o.writing {
		n, err := o.eager.TryWrite(frame)
		if err != nil {
			o.fail(err)
			return err
		}
		if frame = frame[n:]; len(frame) == 0 {
			return nil
		}
	}
	o.queue = append(o.queue, frame)
	o.bytes += len(frame)
	o.changed.Broadcast()
	return nil
}

// run writes until the outbox is closed or a write fails.
func (o *outbox) run() {
	for {
		frame, ok := o.next()
		if !ok {
			return
		}
		for len(frame) > 0 {
			n, err := o.w.Write(frame[:min(len(frame), mostAtOnce)])
			frame = frame[n:]
			o.written(n, len(frame) == 0, err)
			if err != nil {
				return
			}
			o.onWritten()
		}
	}
}

func (o *outbox) next() ([]byte, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.queue) == 0 && !o.closed {
		o.changed.Wait()
	}
	if o.closed {
		return nil, false
	}
	frame := o.queue[0]
	o.queue[0] = nil
	o.queue = o.queue[1:]
	o.writing = true
	return frame, true
}

func (o *outbox) written(size int, all bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writing = !all && err == nil
	o.bytes -= size
	if err != nil && o.err == nil {
		o.fail(err)
	}
	o.changed.Broadcast()
}

// fail is the end of an output that is broken: nothing waits for it any more.
func (o *outbox) fail(err error) {
	o.err = err
	o.queue, o.bytes = nil, 0
	close(o.broken)
}

// congested reports whether the other side should read before it gets more answers.
func (o *outbox) congested() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.bytes >= o.limit && o.err == nil
}

// waitRoom blocks while the outbox is full, until ctx ends.
func (o *outbox) waitRoom(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.changed.Broadcast()
	})
	defer stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	for (len(o.queue) >= fullMessages || o.bytes >= fullFactor*o.limit) && o.err == nil && !o.closed && ctx.Err() == nil {
		o.changed.Wait()
	}
	return ctx.Err()
}

func (o *outbox) idle() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.queue) == 0 && !o.writing
}

func (o *outbox) failure() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.changed.Broadcast()
}

// remote is the connection as others use it: what it sends waits for room, since nothing else bounds it.
type remote struct {
	Conn
	out *outbox
}

func (r remote) Call(ctx context.Context, method string, params, result any) (jsonrpc2.ID, error) {
	if err := r.out.waitRoom(ctx); err != nil {
		return jsonrpc2.ID{}, err
	}
	return r.Conn.Call(ctx, method, params, result)
}

func (r remote) Notify(ctx context.Context, method string, params any) error {
	if err := r.out.waitRoom(ctx); err != nil {
		return err
	}
	return r.Conn.Notify(ctx, method, params)
}
