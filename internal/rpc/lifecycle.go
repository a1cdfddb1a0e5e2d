package rpc

import (
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
)

// The methods this package gives a meaning to.
const (
	methodInitialize = "initialize"
	methodShutdown   = "shutdown"
	methodExit       = "exit"
	methodCancel     = "$/cancelRequest"
)

// The phases of a session.
const (
	fresh uint32 = iota // nothing but initialize is answered
	ready
	down // after shutdown; nothing but exit is welcome
)

// lifecycle knows what may be asked now. It moves on the dispatcher alone, and is read at the end of Serve.
type lifecycle struct{ phase atomic.Uint32 }

// admit returns the refusal of a request that comes too early or too late, or nil.
func (l *lifecycle) admit(method string) *jsonrpc2.Error {
	switch phase := l.phase.Load(); {
	case phase == down:
		return jsonrpc2.NewError(InvalidRequest, "the server is shut down")
	case phase == fresh && method != methodInitialize:
		return jsonrpc2.NewError(ServerNotInitialized, "the server is not initialized")
	case phase == ready && method == methodInitialize:
		return jsonrpc2.NewError(InvalidRequest, "the server is initialized already")
	}
	return nil
}

// listens reports whether notifications have a meaning now.
func (l *lifecycle) listens() bool { return l.phase.Load() == ready }

// passed records that a lifecycle request succeeded.
// A shutdown counts even when its handler failed: the other side is leaving.
func (l *lifecycle) passed(method string, ok bool) {
	switch {
	case method == methodInitialize && ok:
		l.phase.Store(ready)
	case method == methodShutdown:
		l.phase.Store(down)
	}
}

func (l *lifecycle) exitCode() int {
	if l.phase.Load() == down {
		return 0
	}
	return 1
}
