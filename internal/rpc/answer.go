package rpc

import (
	"bytes"
	"encoding/json"
	"sync"

	"go.lsp.dev/jsonrpc2"

	"jetpills/internal/log"
)

// questions are the ids of the calls that we sent and have no answer to.
type questions struct {
	mu   sync.Mutex
	open map[jsonrpc2.ID]bool
}

// asksFirst is how the library's messages begin that are no answers.
var asksFirst = []byte(`{"jsonrpc":"2.0","method":`)

// sent takes note of a message of ours, which the library shows as it goes over the wire only.
func (q *questions) sent(body []byte) {
	if !bytes.HasPrefix(body, asksFirst) {
		return
	}
	message, err := jsonrpc2.DecodeMessage(body)
	call, ok := message.(*jsonrpc2.Call)
	if err != nil || !ok {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.open[call.ID()] = true
}

// answered reports whether the call was ours to be answered; it is so once.
func (q *questions) answered(id jsonrpc2.ID) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	known := q.open[id]
	delete(q.open, id)
	return known
}

// envelope is a message by its members. Null is absent, but for a result: null may be one.
type envelope map[string]json.RawMessage

// openEnvelope is false for what is no JSON object.
func openEnvelope(body []byte) (envelope, bool) {
	var e envelope
	if json.Unmarshal(body, &e) != nil || e == nil {
		return nil, false
	}
	for name, value := range e {
		if name != "result" && isNull(value) {
			delete(e, name)
		}
	}
	if _, ok := e["method"]; ok && isNull(e["result"]) {
		delete(e, "result")
	}
	return e, true
}

func isNull(value json.RawMessage) bool { return bytes.Equal(value, []byte("null")) }

// isAnswer reports whether a message answers a call of ours, however badly: it is not to be answered itself.
func (e envelope) isAnswer() bool {
	_, asks := e["method"]
	_, means := e["params"]
	return !asks && !means && (e["id"] != nil || e["result"] != nil || e["error"] != nil)
}

// answer is the answer that a message must mean, and what makes no sense in it. Whoever waits for it gets one.
func (e envelope) answer() (body []byte, id jsonrpc2.ID, problem string) {
	id, ok := parseID(e["id"])
	result, failure := e["result"], e["error"]
	switch {
	case !ok:
		problem = "it has no id"
	case failure != nil && result != nil && !isNull(result):
		problem = "it has both a result and an error"
	case failure == nil && result == nil:
		problem = "it has neither a result nor an error"
	}
	if failure == nil {
		if result == nil {
			result = json.RawMessage("null")
		}
		return jsonrpc2.AppendMessage(nil, jsonrpc2.NewResponse(id, jsonrpc2.RawMessage(result), nil)), id, problem
	}
	var said struct {
		Code    int32
		Message string
	}
	if json.Unmarshal(failure, &said) != nil {
		said.Code, said.Message = int32(InternalError), string(failure)
		if problem == "" {
			problem = "its error is none"
		}
	}
	return jsonrpc2.AppendMessage(nil, jsonrpc2.NewResponse(id, nil, jsonrpc2.NewError(Code(said.Code), said.Message))), id, problem
}

// takeAnswer gives the body to queue, which is nil for an answer that nobody waits for. What makes no sense is logged.
func (p *Peer) takeAnswer(e envelope) []byte {
	body, id, problem := e.answer()
	known := p.questions.answered(id)
	if !known && problem == "" {
		problem = "it answers no question"
	}
	if problem != "" {
		p.log.Warn("an answer that makes no sense", log.Bytes("id", e["id"]), log.String("problem", problem))
	}
	if !known {
		return nil
	}
	return body
}
