package rpc

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"go.lsp.dev/jsonrpc2"

	"jetpills/internal/log"
)

// handle is what the library's connection calls for each message, in order, on the dispatcher.
// A panic below is one failed message; the library would end the connection.
func (p *Peer) handle(ctx context.Context, req *jsonrpc2.Request) (result any, err error) {
	growStack()
	defer func() {
		if cause := recover(); cause != nil {
			p.logPanic(req.Method(), cause)
			result, err = nil, nil
			if req.IsCall() {
				err = jsonrpc2.Errorf(InternalError, "internal error in %s", req.Method())
			}
		}
	}()
	if !req.IsCall() {
		p.notified(req)
		return nil, nil // an error here would end the connection, too
	}
	raw, failure := p.request(ctx, req)
	if failure != nil {
		return nil, failure
	}
	return raw, nil
}

// growStack has the runtime make room for all that a request calls, at once. The library handles each message on a new goroutine, whose
// stack would grow in several steps, and each copies what is on it: a sixth of a hover.
//
//go:noinline
func growStack() {
	var room [usualStack]byte
	runtime.KeepAlive(&room)
}

// usualStack is how many bytes of stack a request takes, more or less.
const usualStack = 24 << 10

func (p *Peer) logPanic(what string, cause any) {
	p.log.Error("a handler panicked", log.String("method", what), log.Cause(cause), log.Stack())
}

// runTask runs what [Peer.Do] was given.
func (p *Peer) runTask(task func()) {
	defer func() {
		if cause := recover(); cause != nil {
			p.logPanic("a task", cause)
		}
	}()
	task()
}

// notified runs a notification before the next message is looked at.
func (p *Peer) notified(req *jsonrpc2.Request) {
	switch method := req.Method(); {
	case method == methodExit:
		p.in.halt()
		p.exitOnce.Do(func() { close(p.exited) })
	case method == methodCancel: // only inside a batch; others were seen by the reader
		p.calls.cancel(req.Params())
	case !p.life.listens():
		p.log.Debug("ignored a notification outside the session", log.String("method", method))
	default:
		if _, failure := p.run(p.base, req, 0); failure != nil {
			level := log.WarnLevel
			if failure.Code == MethodNotFound {
				level = log.DebugLevel // the protocol lets anyone send more than we know
			}
			p.log.Log(level, "a notification failed", log.String("method", method), log.Error(failure))
		}
	}
}

// request answers a call. Up to the point where it is detached it runs on the dispatcher.
func (p *Peer) request(dispatch context.Context, req *jsonrpc2.Request) (jsonrpc2.RawMessage, *jsonrpc2.Error) {
	id, method := req.ID(), req.Method()
	ctx := p.calls.begin(id)
	defer p.calls.end(id)
	if refusal := p.life.admit(method); refusal != nil {
		return nil, refusal
	}
	if method == methodInitialize || method == methodShutdown {
		ok := false
		defer func() { p.life.passed(method, ok) }()
		result, failure := p.run(ctx, req, 0)
		ok = failure == nil
		return result, failure
	}
	if p.cfg.Prepare != nil {
		ctx = p.cfg.Prepare(ctx)
	}
	isMember := p.inBatch
	queued := time.Now()
	place := p.lane.enter()
	jsonrpc2.Async(dispatch)
	if err := p.lane.await(ctx, place); err != nil {
		return nil, wireError(ctx, req.Method(), err)
	}
	// Until an answer lies in the outbox its bytes are ours to count. The library keeps those of a batch's members until it has all. It ends
	// a member's context once the answer is kept, and that of the last one once all are sent: before, nothing may take the batch for done.
	if isMember {
		context.AfterFunc(dispatch, func() {
			p.progress.Add(1)
			p.lane.leave()
		})
	} else {
		p.lane.leaveWith(dispatch)
	}
	return p.run(ctx, req, time.Since(queued))
}

// run calls the handler and encodes its result.
func (p *Peer) run(ctx context.Context, req *jsonrpc2.Request, waited time.Duration) (raw jsonrpc2.RawMessage, failure *jsonrpc2.Error) {
	start := time.Now()
	defer func() {
		if p.log.Enabled(log.DebugLevel) {
			fields := []log.Field{log.String("method", req.Method()), log.Duration("duration", time.Since(start))}
			if req.IsCall() {
				fields = append(fields, log.String("id", fmt.Sprint(req.ID())), log.Duration("waited", waited))
			}
			if failure != nil {
				fields = append(fields, log.Int("code", int(failure.Code)))
			}
			p.log.Debug("handled", fields...)
		}
	}()
	result, err := p.cfg.Handler(ctx, req)
	if err == nil {
		err = ctx.Err() // nobody waits for this result any more
	}
	if err != nil {
		return nil, wireError(ctx, req.Method(), err)
	}
	if !req.IsCall() {
		return nil, nil
	}
	raw, err = p.cfg.Marshal(result)
	if err != nil {
		return nil, wireError(ctx, req.Method(), fmt.Errorf("encoding the result: %w", err))
	}
	return raw, nil
}
