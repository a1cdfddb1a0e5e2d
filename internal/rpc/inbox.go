package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"slices"
	"sync"

	"go.lsp.dev/jsonrpc2"

	"jetpills/internal/log"
)

// aheadMessages bounds how many small messages are read ahead.
const aheadMessages = 4096

// item is what the dispatcher does next: a message, or a task of our own.
type item struct {
	body []byte
	task func()
}

// inbox holds what lies between the reader and the dispatcher, in order.
type inbox struct {
	limit int // bytes

	mu      sync.Mutex
	changed sync.Cond
	queue   []item
	bytes   int
	parked  bool // the dispatcher waits in pop, so nothing is being dispatched
	halted  bool // exit was read: the rest doesn't count
	closed  bool
}

func newInbox(limit int) *inbox {
	in := &inbox{limit: limit}
	in.changed.L = &in.mu
	return in
}

// push queues an item; it blocks while too much waits, and reports false once the inbox is closed.
func (in *inbox) push(next item) bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	for len(in.queue) > 0 && (in.bytes+len(next.body) > in.limit || len(in.queue) >= aheadMessages) && !in.closed {
		in.changed.Wait()
	}
	in.queue = append(in.queue, next)
	in.bytes += len(next.body)
	in.changed.Broadcast()
	return !in.closed
}

// pop returns the next item. It blocks until there is one, and reports false once the inbox is closed.
func (in *inbox) pop() (item, bool) {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.parked = true
	for (len(in.queue) == 0 || in.halted) && !in.closed {
		in.changed.Wait()
	}
	in.parked = false
	if in.closed {
		return item{}, false
	}
	next := in.queue[0]
	in.queue[0] = item{}
	in.queue = in.queue[1:]
	in.bytes -= len(next.body)
	in.changed.Broadcast()
	return next, true
}

func (in *inbox) halt() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.halted = true
}

func (in *inbox) idle() bool {
	in.mu.Lock()
	defer in.mu.Unlock()
	return in.parked && (in.halted || len(in.queue) == 0)
}

func (in *inbox) close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.closed = true
	in.changed.Broadcast()
}

// read is the reader: it queues every message the dispatcher can understand, and answers the rest itself.
func (p *Peer) read() {
	defer close(p.inputEnded)
	frames := newFrameReader(p.input, p.limits.Frame, func(n int) {
		p.log.Warn("skipped bytes that belong to no message", log.Int("bytes", n))
	})
	for {
		body, err := frames.next()
		var damage *frameError
		switch {
		case errors.As(err, &damage):
			p.log.Warn("damaged frame", log.String("reason", damage.reason))
			p.refuse(jsonrpc2.ID{}, jsonrpc2.NewError(ParseError, damage.reason))
			continue
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrClosedPipe), errors.Is(err, fs.ErrClosed):
			p.log.Debug("the input has ended")
			return
		case err != nil:
			p.log.Error("the input has broken off", log.Error(err))
			return
		}
		queued, refusal := p.inspect(body)
		if refusal != nil {
			p.log.Warn("damaged message", log.Int("bytes", len(body)), log.Error(refusal))
			if refusal.Code == ParseError {
				frames.putBack(body)
			}
			p.refuse(findID(body), refusal)
		}
		for _, body := range queued {
			if !p.in.push(item{body: body}) {
				return
			}
		}
	}
}

// inspect looks at a message before it is queued, and says what of it is: cancellations take effect here and now, answers
// are put into order, damage is refused. The library ends the connection on whatever it can't decode.
func (p *Peer) inspect(body []byte) (queued [][]byte, refusal *jsonrpc2.Error) {
	if isBatch(body) {
		return p.inspectBatch(body)
	}
	message, err := jsonrpc2.DecodeMessage(body)
	if _, isAnswer := message.(*jsonrpc2.Response); err != nil || isAnswer {
		e, ok := openEnvelope(body)
		switch {
		case ok && e.isAnswer():
			if body = p.takeAnswer(e); body == nil {
				return nil, nil
			}
			return [][]byte{body}, nil
		case ok: // nulls may have been in the way
			if body, err = json.Marshal(e); err == nil {
				message, err = jsonrpc2.DecodeMessage(body)
			}
		case !json.Valid(body):
			return nil, jsonrpc2.NewError(ParseError, "the message is no JSON")
		}
	}
	if err != nil {
		return nil, jsonrpc2.NewError(InvalidRequest, "the message is no JSON-RPC 2.0 request")
	}
	switch m := message.(type) {
	case *jsonrpc2.Call:
		p.calls.announce(m.ID())
	case *jsonrpc2.Notification:
		if m.Method() == methodCancel {
			p.calls.cancel(m.Params())
			return nil, nil
		}
	}
	return [][]byte{body}, nil
}

func isBatch(body []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(body, " \t\r\n"), []byte("["))
}

// inspectBatch takes the answers out of a batch: to the library they are damaged requests.
func (p *Peer) inspectBatch(body []byte) (queued [][]byte, refusal *jsonrpc2.Error) {
	if _, err := jsonrpc2.ParseRequests(bytes.TrimLeft(body, " \t\r\n")); err != nil {
		return nil, jsonrpc2.NewError(ParseError, "the message is no JSON")
	}
	var members []json.RawMessage
	if json.Unmarshal(body, &members) != nil {
		return [][]byte{body}, nil
	}
	asked := slices.DeleteFunc(slices.Clone(members), func(member json.RawMessage) bool {
		e, ok := openEnvelope(member)
		if !ok || !e.isAnswer() {
			return false
		}
		if answer := p.takeAnswer(e); answer != nil {
			queued = append(queued, answer)
		}
		return true
	})
	switch {
	case len(asked) == len(members):
		return [][]byte{body}, nil
	case len(asked) > 0:
		rest, err := json.Marshal(asked)
		if err != nil {
			return nil, jsonrpc2.NewError(ParseError, err.Error())
		}
		queued = append(queued, rest)
	}
	return queued, nil
}

// findID returns the id of a damaged request if it can be found, else the null id.
func findID(body []byte) jsonrpc2.ID {
	var named struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(body, &named) != nil {
		return jsonrpc2.ID{}
	}
	id, _ := parseID(named.ID)
	return id
}

// refuse answers from the reader, which has to wait when nobody reads its answers.
func (p *Peer) refuse(id jsonrpc2.ID, refusal *jsonrpc2.Error) {
	if p.out.waitRoom(p.base) == nil {
		_ = p.send(jsonrpc2.NewResponse(id, nil, refusal))
	}
}
