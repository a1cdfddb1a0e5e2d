package rpc

import (
	"bytes"
	"context"
	"encoding/json"
	"strconv"
	"sync"

	"go.lsp.dev/jsonrpc2"
)

// calls knows the requests that are not answered yet, from the moment they are read, so that each can be cancelled.
type calls struct {
	base context.Context // parent of each call's context; set before the first call

	mu   sync.Mutex
	live map[jsonrpc2.ID]*call
}

// call is one unanswered id. Ids should be unique; calls that share one share its cancellation.
type call struct {
	ctx    context.Context
	cancel context.CancelFunc
	count  int
}

func newCalls() *calls { return &calls{live: make(map[jsonrpc2.ID]*call)} }

// announce makes id cancellable; the reader calls it before the request is queued.
func (c *calls) announce(id jsonrpc2.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.live[id]; ok {
		known.count++
		return
	}
	c.add(id)
}

// begin returns the context of an announced call. Members of a batch are announced here.
func (c *calls) begin(id jsonrpc2.ID) context.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.live[id]; ok {
		return known.ctx
	}
	return c.add(id).ctx
}

func (c *calls) add(id jsonrpc2.ID) *call {
	ctx, cancel := context.WithCancel(c.base)
	added := &call{ctx: ctx, cancel: cancel, count: 1}
	c.live[id] = added
	return added
}

// end forgets a call that is answered.
func (c *calls) end(id jsonrpc2.ID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.live[id]
	if !ok {
		return
	}
	if known.count--; known.count <= 0 {
		known.cancel()
		delete(c.live, id)
	}
}

// cancel acts on the parameters of a $/cancelRequest; an id that isn't live is none of our business.
func (c *calls) cancel(params []byte) {
	var named struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(params, &named) != nil {
		return
	}
	id, ok := parseID(named.ID)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if known, ok := c.live[id]; ok {
		known.cancel()
	}
}

// parseID reads a request id, a string or a whole number.
func parseID(raw json.RawMessage) (jsonrpc2.ID, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) > 0 && raw[0] == '"' {
		var s string
		if json.Unmarshal(raw, &s) != nil {
			return jsonrpc2.ID{}, false
		}
		return jsonrpc2.NewStringID(s), true
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return jsonrpc2.ID{}, false
	}
	return jsonrpc2.NewNumberID(n), true
}
