package rpc

import (
	"sync"

	"go.lsp.dev/jsonrpc2"
)

// The methods this package gives a meaning to.
const (
	methodInitialize = "initialize"
	methodShutdown   = "shutdown"
	methodExit       = "exit"
	methodCancel     = "$/cancelRequest"
)

type phase uint8

const (
	fresh phase = iota // nothing but initialize is answered
	ready
	down // after shutdown; nothing but exit is welcome
)

// lifecycle knows what may be asked now. It moves on the dispatcher alone, and is read at the end of Serve.
type lifecycle struct {
	mu    sync.Mutex
	phase phase
}

// admit returns the refusal of a request that comes too early or too late, or nil.
func (l *lifecycle) admit(method string) *jsonrpc2.Error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.phase == down:
		return jsonrpc2.NewError(InvalidRequest, "the server is shut down")
	case l.phase == fresh && method != methodInitialize:
		return jsonrpc2.NewError(ServerNotInitialized, "the server is not initialized")
	case l.phase == ready && method == methodInitialize:
		return jsonrpc2.NewError(InvalidRequest, "the server is initialized already")
	}
	return nil
}

// listens reports whether notifications have a meaning now.
func (l *lifecycle) listens() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.phase == ready
}

// passed records that a lifecycle request succeeded.
// A shutdown counts even when its handler failed: the other side is leaving.
func (l *lifecycle) passed(method string, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case method == methodInitialize && ok:
		l.phase = ready
	case method == methodShutdown:
		l.phase = down
	}
}

func (l *lifecycle) exitCode() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.phase == down {
		return 0
	}
	return 1
}
