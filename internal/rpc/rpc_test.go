package rpc_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"jetpills/internal/log"
	"jetpills/internal/rpc"
	"jetpills/internal/rpc/rpctest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type revisionKey struct{}

// session is a small server: a text that notifications change, and requests that show what they see of it.
type session struct {
	*rpctest.Client
	t    *testing.T
	logs *observer.ObservedLogs

	edits   atomic.Int64 // the state; its value is prepared for each request
	waiting atomic.Int64 // calls of wait at work
	most    atomic.Int64 // of them, at once
	blobs   atomic.Int64 // calls of blob
	release chan struct{}
	order   struct {
		sync.Mutex
		names []string
	}
	strays chan rpctest.Message
	peer   *rpc.Peer
}

const (
	// patience is how long a busy machine may take for what happens without fail.
	patience = time.Minute
	// endless is a grace that no test waits for: where the end waits for it, the test fails.
	endless = 10 * patience
)

// start runs a peer and initializes it.
func start(t *testing.T, limits rpc.Limits) *session { return startWith(t, limits, endless) }

func startWith(t *testing.T, limits rpc.Limits, grace time.Duration) *session {
	t.Helper()
	s := startFresh(t, limits, grace, rpctest.Handlers{})
	if err := s.Call(t.Context(), "initialize", struct{}{}, nil); err != nil {
		t.Fatalf("initialize: %v", err)
	}
	return s
}

func startFresh(t *testing.T, limits rpc.Limits, grace time.Duration, handlers rpctest.Handlers) *session {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	s := &session{t: t, logs: logs, release: make(chan struct{}), strays: make(chan rpctest.Message, 1024)}
	handlers.Stray = func(m rpctest.Message) { s.strays <- m }
	ready := make(chan struct{})
	s.Client = rpctest.Start(func(in io.ReadCloser, out io.WriteCloser) int {
		s.peer = rpc.NewPeer(in, out, rpc.Config{
			Handler:   s.handle,
			Marshal:   marshal,
			Unmarshal: json.Unmarshal,
			Prepare: func(ctx context.Context) context.Context {
				return context.WithValue(ctx, revisionKey{}, s.edits.Load())
			},
			Logger: log.New(core),
			Limits: limits,
			Grace:  grace,
		})
		close(ready)
		return s.peer.Serve(t.Context())
	}, handlers)
	<-ready
	t.Cleanup(func() {
		_ = s.Close()
		s.exit(-1)
	})
	return s
}

// marshal fails and panics on request.
func marshal(v any) ([]byte, error) {
	switch v {
	case "unencodable":
		return nil, errors.New("no encoding")
	case "explosive":
		panic("in the encoder")
	}
	return json.Marshal(v)
}

func (s *session) handle(ctx context.Context, req *rpc.Request) (any, error) {
	switch req.Method() {
	case "initialize", "shutdown":
		return map[string]any{}, nil
	case "edit":
		s.edits.Add(1)
		return nil, nil
	case "seen": // the number of edits before this request
		return ctx.Value(revisionKey{}), nil
	case "echo":
		var params any
		if err := json.Unmarshal(req.Params(), &params); err != nil {
			return nil, rpc.NewError(rpc.ParseError, err.Error())
		}
		return params, nil
	case "wait": // until cancelled or released
		now := s.waiting.Add(1)
		defer s.waiting.Add(-1)
		for most := s.most.Load(); now > most && !s.most.CompareAndSwap(most, now); most = s.most.Load() {
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-s.release:
			return nil, nil
		}
	case "stubborn": // doesn't listen to its context
		<-s.release
		return nil, nil
	case "named": // leaves its name behind
		s.order.Lock()
		s.order.names = append(s.order.names, string(req.Params()))
		s.order.Unlock()
		return nil, nil
	case "blob":
		s.blobs.Add(1)
		var size int
		if err := json.Unmarshal(req.Params(), &size); err != nil {
			return nil, err
		}
		return strings.Repeat("x", size), nil
	case "fail":
		return nil, errors.New("it didn't work")
	case "wrapped":
		return nil, fmt.Errorf("while looking: %w", rpc.NewError(rpc.RequestFailed, "no such thing"))
	case "uncoded":
		return nil, rpc.NewError(0, "no code")
	case "panic":
		panic("handler gone wrong")
	case "result": // the result named by its parameters
		var kind string
		if err := json.Unmarshal(req.Params(), &kind); err != nil {
			return nil, err
		}
		return kind, nil
	case "askBack":
		var answer string
		_, err := s.peer.Conn().Call(ctx, "question", "why", &answer)
		return answer, err
	case "tell":
		return nil, s.peer.Conn().Notify(ctx, "told", req.Params())
	}
	return nil, rpc.NewError(rpc.MethodNotFound, "unknown")
}

// exit waits for the server to leave and compares its exit code, unless want is negative.
func (s *session) exit(want int) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	code, err := s.Exit(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	if want >= 0 && code != want {
		s.t.Errorf("exit code %d, want %d", code, want)
	}
}

// ctx ends long before the test would time out.
func (s *session) ctx() context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	s.t.Cleanup(cancel)
	return ctx
}

// alive fails the test unless the server still answers, having seen this many edits.
func (s *session) alive(edits int) {
	s.t.Helper()
	var seen int
	if err := s.Call(s.ctx(), "seen", nil, &seen); err != nil {
		s.t.Fatalf("the server doesn't answer any more: %v", err)
	}
	if seen != edits {
		s.t.Errorf("the request saw %d edits, want %d", seen, edits)
	}
}

func (s *session) stray() rpctest.Message {
	s.t.Helper()
	select {
	case m := <-s.strays:
		return m
	case <-time.After(patience):
		s.t.Fatal("no answer with a null id came")
		return rpctest.Message{}
	}
}

func (s *session) logged(level zapcore.Level, message string) []observer.LoggedEntry {
	return s.logs.FilterMessage(message).Filter(func(e observer.LoggedEntry) bool { return e.Level == level }).All()
}

// eventually waits for something that another goroutine brings about.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never happened: %s", what)
		}
	}
}

// heap is how many bytes are in use once what nobody holds is gone.
func heap() int64 {
	runtime.GC()
	runtime.GC() // the first one spares what pools hold
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

func wantCode(t *testing.T, err error, code rpc.Code) {
	t.Helper()
	if got := rpctest.Code(err); got != int(code) {
		t.Errorf("answered %v, want an error with code %d", err, code)
	}
}

func TestRequestSeesExactlyTheEditsBeforeIt(t *testing.T) {
	s := start(t, rpc.Limits{})
	const pairs = 3000
	calls := make([]*rpctest.Pending, pairs)
	for i := range pairs {
		if err := s.Notify("edit", nil); err != nil {
			t.Fatal(err)
		}
		var err error
		if calls[i], err = s.Send("seen", nil); err != nil {
			t.Fatal(err)
		}
	}
	for i, call := range calls {
		var seen int
		if err := call.Await(s.ctx(), &seen); err != nil {
			t.Fatal(err)
		}
		if seen != i+1 {
			t.Fatalf("request %d saw %d edits", i+1, seen)
		}
	}
}

func TestErrorsCarryTheirCodes(t *testing.T) {
	s := start(t, rpc.Limits{})
	tests := []struct {
		method  string
		params  any
		code    rpc.Code
		message string
	}{
		{"no/such/method", nil, rpc.MethodNotFound, `method "no/such/method" is not supported`},
		{"$/unknown", nil, rpc.MethodNotFound, `method "$/unknown" is not supported`},
		{"echo", nil, rpc.InvalidParams, "invalid parameters for echo"},
		{"fail", nil, rpc.InternalError, "it didn't work"},
		{"uncoded", nil, rpc.InternalError, "no code"},
		{"wrapped", nil, rpc.RequestFailed, "while looking: no such thing"},
		{"panic", nil, rpc.InternalError, "internal error in panic"},
		{"result", "unencodable", rpc.InternalError, "encoding the result: no encoding"},
		{"result", "explosive", rpc.InternalError, "internal error in result"},
		{"initialize", struct{}{}, rpc.InvalidRequest, "the server is initialized already"},
	}
	for _, test := range tests {
		err := s.Call(s.ctx(), test.method, test.params, nil)
		wantCode(t, err, test.code)
		if err != nil && !strings.Contains(err.Error(), test.message) {
			t.Errorf("%s: the answer %q doesn't say %q", test.method, err, test.message)
		}
	}
	s.alive(0)
}

func TestPanicIsLoggedWithItsStack(t *testing.T) {
	s := start(t, rpc.Limits{})
	if err := s.Notify("panic", nil); err != nil {
		t.Fatal(err)
	}
	wantCode(t, s.Call(s.ctx(), "panic", nil, nil), rpc.InternalError)
	entries := s.logged(zapcore.ErrorLevel, "a handler panicked")
	if len(entries) != 2 {
		t.Fatalf("%d panics logged, want the notification's and the request's", len(entries))
	}
	for _, entry := range entries {
		if stack := fmt.Sprint(entry.ContextMap()["stack"]); !strings.Contains(stack, "(*session).handle") {
			t.Errorf("the stack doesn't lead to the handler: %s", stack)
		}
	}
	s.alive(0)
}

func TestFailingNotificationsDontEndTheConnection(t *testing.T) {
	s := start(t, rpc.Limits{})
	for _, method := range []string{"fail", "panic", "$/foo", "no/such", "echo", "wrapped"} {
		if err := s.Notify(method, nil); err != nil {
			t.Fatal(err)
		}
	}
	s.alive(0)
	if n := len(s.logged(zapcore.WarnLevel, "a notification failed")); n != 3 {
		t.Errorf("%d failures logged as warnings, want 3: what we merely don't know is no warning", n)
	}
}

func TestCancelledRequests(t *testing.T) {
	tests := map[string]struct {
		limits rpc.Limits
		count  int
	}{
		"at work":                 {rpc.Limits{Running: 8}, 5},
		"waiting for their turn":  {rpc.Limits{Running: 1}, 50},
		"not even dispatched yet": {rpc.Limits{Running: 1, Waiting: 4}, 500},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := start(t, test.limits)
			calls := make([]*rpctest.Pending, test.count)
			for i := range calls {
				var err error
				if calls[i], err = s.Send("wait", nil); err != nil {
					t.Fatal(err)
				}
			}
			for _, call := range calls {
				if err := call.Cancel(); err != nil {
					t.Fatal(err)
				}
			}
			for _, call := range calls {
				wantCode(t, call.Await(s.ctx(), nil), rpc.RequestCancelled)
			}
			s.alive(0)
		})
	}
}

func TestCancelByStringID(t *testing.T) {
	s := start(t, rpc.Limits{})
	for _, frame := range []string{
		`{"jsonrpc":"2.0","id":"a","method":"wait"}`,
		`{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":"a"}}`,
	} {
		if err := s.Frame(frame); err != nil {
			t.Fatal(err)
		}
	}
	answer := s.stray()
	if string(answer.ID) != `"a"` || answer.Error == nil || answer.Error.Code != int(rpc.RequestCancelled) {
		t.Errorf("got %s %v, want the cancellation of \"a\"", answer.ID, answer.Error)
	}
}

func TestCancellationsOfNothingAreIgnored(t *testing.T) {
	s := start(t, rpc.Limits{})
	for _, params := range []any{nil, map[string]any{}, map[string]any{"id": nil}, map[string]any{"id": 999}, map[string]any{"id": 1.5}, []int{1}} {
		if err := s.Notify("$/cancelRequest", params); err != nil {
			t.Fatal(err)
		}
	}
	s.alive(0)
}

func TestDamageIsAnsweredAndSurvived(t *testing.T) {
	const good = `{"jsonrpc":"2.0","method":"edit"}`
	frame := func(body string) string { return fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body) }
	framed := frame(good)
	tests := map[string]struct {
		raw    string
		edits  int
		answer rpc.Code // of an answer with the id below; 0 for none
		id     string
	}{
		"empty lines between frames":     {"\r\n\r\n" + framed, 1, 0, ""},
		"bare line feeds":                {strings.ReplaceAll(framed, "\r\n", "\n"), 1, 0, ""},
		"other header fields":            {"Content-Type: application/vscode-jsonrpc; charset=utf-8\r\n" + framed, 1, 0, ""},
		"a field name in lower case":     {strings.ToLower(framed[:14]) + framed[14:], 1, 0, ""},
		"a line of garbage":              {"Last login: never on *tty*\n$ nix develop\n" + framed, 1, 0, ""},
		"garbage without a line end":     {"{}...garbage" + framed, 1, 0, ""},
		"much garbage":                   {strings.Repeat("0123456789", 50_000) + framed, 1, 0, ""},
		"a body that is no JSON":         {frame("not json, but ABC") + framed, 1, rpc.ParseError, "null"},
		"half a JSON object":             {frame(`{"jsonrpc`) + framed, 1, rpc.ParseError, "null"},
		"an empty body":                  {frame("") + framed, 1, rpc.ParseError, "null"},
		"no length":                      {"Content-Type: x\r\n\r\n" + good + framed, 1, rpc.ParseError, "null"},
		"a negative length":              {"Content-Length: -5\r\n\r\n" + good + framed, 1, rpc.ParseError, "null"},
		"a length in words":              {"Content-Length: many\r\n\r\n" + good + framed, 1, rpc.ParseError, "null"},
		"a length over the limit":        {"Content-Length: 4000\r\n\r\n" + good + framed, 1, rpc.ParseError, "null"},
		"a length no machine has":        {"Content-Length: 99999999999999999999999\r\n\r\n" + good + framed, 1, rpc.ParseError, "null"},
		"a length too short":             {"Content-Length: 20\r\n\r\n" + good + framed, 1, rpc.ParseError, "null"},
		"a length too long":              {fmt.Sprintf("Content-Length: %d\r\n\r\n", len(good)+9) + good + framed, 1, rpc.ParseError, "null"},
		"a length that ends in the next": {fmt.Sprintf("Content-Length: %d\r\n\r\n", len(good)+30) + good + framed, 1, rpc.ParseError, "null"},
		"no version":                     {frame(`{"id":7,"method":"echo"}`) + framed, 1, rpc.InvalidRequest, "7"},
		"a method that is no string":     {frame(`{"jsonrpc":"2.0","id":"q","method":5}`) + framed, 1, rpc.InvalidRequest, `"q"`},
		"an id that is no id":            {frame(`{"jsonrpc":"2.0","id":[1],"method":"seen"}`) + framed, 1, rpc.InvalidRequest, "null"},
		"an id between two numbers":      {frame(`{"jsonrpc":"2.0","id":1.5,"method":"seen"}`) + framed, 1, rpc.InvalidRequest, "null"},
		"no object":                      {frame(`5`) + framed, 1, rpc.InvalidRequest, "null"},
		"an empty object":                {frame(`{}`) + framed, 1, rpc.InvalidRequest, "null"},
		"parameters that are no JSON":    {frame(`{"jsonrpc":"2.0","id":8,"method":"echo","params":{a:1}}`) + framed, 1, rpc.InvalidParams, "8"},
		"an answer to no call":           {frame(`{"jsonrpc":"2.0","id":77,"result":null}`) + framed, 1, 0, ""},
		"an answer without an id":        {frame(`{"jsonrpc":"2.0","id":null,"result":5}`) + framed, 1, 0, ""},
		"an answer of nothing":           {frame(`{"jsonrpc":"2.0","id":77}`) + framed, 1, 0, ""},
		"a result and an error":          {frame(`{"jsonrpc":"2.0","id":77,"result":1,"error":{"code":1,"message":"x"}}`) + framed, 1, 0, ""},
		"an error that is none":          {frame(`{"jsonrpc":"2.0","id":77,"error":"no"}`) + framed, 1, 0, ""},
		"an answer of another version":   {frame(`{"id":[],"result":{}}`) + framed, 1, 0, ""},
		"a batch of answers":             {frame(`[{"jsonrpc":"2.0","id":77,"result":1},{"jsonrpc":"2.0","id":78}]`) + framed, 1, 0, ""},
		"a batch with an answer":         {frame(`[{"jsonrpc":"2.0","id":77},`+good+`]`) + framed, 2, 0, ""},
		"nulls beside a request":         {frame(`{"jsonrpc":"2.0","method":"edit","id":null,"params":null,"result":null,"error":null}`) + framed, 2, 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := start(t, rpc.Limits{Frame: 2000})
			if err := s.Raw(test.raw); err != nil {
				t.Fatal(err)
			}
			s.alive(test.edits)
			if test.answer == 0 {
				if len(s.strays) > 0 {
					t.Errorf("answered %v, want silence", <-s.strays)
				}
				return
			}
			answer := s.stray()
			if answer.Error == nil || answer.Error.Code != int(test.answer) || string(answer.ID) != test.id {
				t.Errorf("answered id %s, %v; want id %s, code %d", answer.ID, answer.Error, test.id, test.answer)
			}
		})
	}
}

func TestOversizedMessageSaysTheLimit(t *testing.T) {
	s := start(t, rpc.Limits{Frame: 1000})
	if err := s.Raw("Content-Length: 1001\r\n\r\n" + strings.Repeat(" ", 1001)); err != nil {
		t.Fatal(err)
	}
	s.alive(0)
	if answer := s.stray(); !strings.Contains(answer.Error.Message, "1001 bytes is over the limit of 1000") {
		t.Errorf("the answer is %q", answer.Error.Message)
	}
	if len(s.logged(zapcore.WarnLevel, "damaged frame")) != 1 {
		t.Error("no warning in the log")
	}
}

func TestClaimedLengthCostsNoMemory(t *testing.T) {
	s := start(t, rpc.Limits{})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := s.Raw("Content-Length: 250000000\r\n\r\n{}"); err != nil {
		t.Fatal(err)
	}
	_ = s.CloseInput()
	s.exit(1)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 20<<20 {
		t.Errorf("a frame of 2 bytes made us allocate %d", grown)
	}
	if len(s.logged(zapcore.ErrorLevel, "the input has broken off")) != 1 {
		t.Error("the log doesn't say that the input broke off")
	}
}

func TestBatch(t *testing.T) {
	s := start(t, rpc.Limits{Running: 1}) // a member that is answered makes room
	if err := s.Frame(`[{"jsonrpc":"2.0","method":"edit"},{"jsonrpc":"2.0","id":"x","method":"seen"},{"jsonrpc":"2.0","method":"edit"},{"jsonrpc":"2.0","id":"y","method":"seen"},5]`); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for range 3 {
		m := s.stray()
		got[string(m.ID)] = string(m.Result)
	}
	if got[`"x"`] != "1" || got[`"y"`] != "2" {
		t.Errorf("the members saw %v", got)
	}
	for _, broken := range []string{`[1,`, `[]`} {
		if err := s.Frame(broken); err != nil {
			t.Fatal(err)
		}
		if m := s.stray(); m.Error == nil {
			t.Errorf("%s was answered with %s", broken, m.Result)
		}
	}
	s.alive(2)
}

func TestLifecycle(t *testing.T) {
	s := startFresh(t, rpc.Limits{}, endless, rpctest.Handlers{})
	wantCode(t, s.Call(s.ctx(), "seen", nil, nil), rpc.ServerNotInitialized)
	wantCode(t, s.Call(s.ctx(), "shutdown", nil, nil), rpc.ServerNotInitialized)
	if err := s.Notify("edit", nil); err != nil { // too early to count
		t.Fatal(err)
	}
	if err := s.Call(s.ctx(), "initialize", nil, nil); err != nil {
		t.Fatal(err)
	}
	s.alive(0)
	if err := s.Call(s.ctx(), "shutdown", nil, nil); err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"seen", "shutdown", "initialize", "no/such"} {
		wantCode(t, s.Call(s.ctx(), method, nil, nil), rpc.InvalidRequest)
	}
	if err := s.Notify("exit", nil); err != nil {
		t.Fatal(err)
	}
	s.exit(0)
}

func TestExitCodes(t *testing.T) {
	const short = 300 * time.Millisecond
	tests := map[string]struct {
		do    func(s *session) error
		code  int
		grace time.Duration
	}{
		"exit without shutdown":         {func(s *session) error { return s.Notify("exit", nil) }, 1, endless},
		"end of input without shutdown": {func(s *session) error { return s.CloseInput() }, 1, endless},
		"end of input after shutdown": {func(s *session) error {
			return errors.Join(s.Call(s.ctx(), "shutdown", nil, nil), s.CloseInput())
		}, 0, endless},
		"input ends inside a frame": {func(s *session) error {
			return errors.Join(s.Raw("Content-Length: 10\r\n\r\n{"), s.CloseInput())
		}, 1, endless},
		"both sides gone": {func(s *session) error { return s.Close() }, 1, endless},
		"exit with a request that never returns": {func(s *session) error {
			_, err := s.Send("stubborn", nil)
			return errors.Join(err, s.Call(s.ctx(), "shutdown", nil, nil), s.Notify("exit", nil))
		}, 0, short},
		"end of input with nobody reading answers": {func(s *session) error {
			s.Pause()
			for range 4 {
				if _, err := s.Send("blob", 1<<20); err != nil {
					return err
				}
			}
			return s.CloseInput()
		}, 1, short},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startWith(t, rpc.Limits{}, test.grace)
			defer close(s.release) // once the server has left
			if err := test.do(s); err != nil {
				t.Fatal(err)
			}
			s.exit(test.code)
		})
	}
}

func TestEndOfContextEndsServe(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	c := rpctest.Start(func(in io.ReadCloser, out io.WriteCloser) int {
		return rpc.NewPeer(in, out, rpc.Config{Handler: (&session{}).handle, Marshal: json.Marshal, Unmarshal: json.Unmarshal}).Serve(ctx)
	}, rpctest.Handlers{})
	if err := c.Call(ctx, "initialize", nil, nil); err != nil {
		t.Fatal(err)
	}
	call, err := c.Send("wait", nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	wait, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	if code, err := c.Exit(wait); err != nil || code != 1 {
		t.Errorf("left with %d, %v", code, err)
	}
	if call.Await(wait, nil) == nil {
		t.Error("a request that was given up had a result")
	}
	_ = c.Close()
}

// A script may write everything at once and close its end: what it asked before is still answered.
func TestRequestsBeforeTheEndOfInputAreAnswered(t *testing.T) {
	for _, polite := range []bool{false, true} {
		s := start(t, rpc.Limits{})
		var calls []*rpctest.Pending
		for range 500 {
			call, err := s.Send("echo", "hello")
			if err != nil {
				t.Fatal(err)
			}
			calls = append(calls, call)
		}
		if polite {
			if _, err := s.Send("shutdown", nil); err != nil {
				t.Fatal(err)
			}
			if err := s.Notify("exit", nil); err != nil {
				t.Fatal(err)
			}
		}
		_ = s.CloseInput()
		for _, call := range calls {
			var hello string
			if err := call.Await(s.ctx(), &hello); err != nil {
				t.Fatalf("polite %v: %v", polite, err)
			}
		}
		s.exit(map[bool]int{true: 0, false: 1}[polite])
	}
}

// TestBatchBeforeTheEndOfInputIsAnswered is the same of a batch, which takes a while to put together and is answered as a whole.
func TestBatchBeforeTheEndOfInputIsAnswered(t *testing.T) {
	s := start(t, rpc.Limits{})
	const members, size = 64, 256 << 10
	var batch []string
	for i := range members {
		batch = append(batch, fmt.Sprintf(`{"jsonrpc":"2.0","id":"member%d","method":"echo","params":%q}`, i, strings.Repeat("x", size)))
	}
	if err := s.Frame("[" + strings.Join(batch, ",") + "]"); err != nil {
		t.Fatal(err)
	}
	_ = s.CloseInput()
	for range members {
		if m := s.stray(); len(m.Result) < size {
			t.Fatalf("a member's answer is %.40s, error %v", m.Result, m.Error)
		}
	}
	s.exit(1)
}

// TestSlowReaderAtTheEnd: a client that reads a large answer more slowly than the end waits for others gets all of it.
func TestSlowReaderAtTheEnd(t *testing.T) {
	const size, grace = 1 << 20, 1500 * time.Millisecond
	client := rpctest.Start(func(in io.ReadCloser, out io.WriteCloser) int {
		return rpc.NewPeer(in, slowly{out}, rpc.Config{
			Handler: (&session{}).handle, Marshal: json.Marshal, Unmarshal: json.Unmarshal, Grace: grace,
		}).Serve(t.Context())
	}, rpctest.Handlers{})
	defer func() { _ = client.Close() }()
	if err := client.Call(t.Context(), "initialize", struct{}{}, nil); err != nil {
		t.Fatal(err)
	}
	call, err := client.Send("echo", strings.Repeat("x", size))
	if err != nil {
		t.Fatal(err)
	}
	_ = client.CloseInput()
	var answer string
	if err := call.Await(t.Context(), &answer); err != nil || len(answer) != size {
		t.Errorf("%d bytes of %d came: %v", len(answer), size, err)
	}
}

// slowly is an output that takes 2.6 s for each MiB.
type slowly struct{ io.WriteCloser }

func (o slowly) Write(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		time.Sleep(40 * time.Millisecond)
		var more int
		more, err = o.WriteCloser.Write(p[n:min(n+16<<10, len(p))])
		n += more
	}
	return n, err
}

func TestRequestsAtWorkAreBounded(t *testing.T) {
	s := start(t, rpc.Limits{Running: 3, Waiting: 100})
	var calls []*rpctest.Pending
	for range 20 {
		call, err := s.Send("wait", nil)
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	if err := s.Notify("edit", nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the edit behind the waiting requests", func() bool { return s.edits.Load() == 1 })
	eventually(t, "three requests are at work", func() bool { return s.waiting.Load() >= 3 })
	time.Sleep(50 * time.Millisecond) // let whatever may start, start
	close(s.release)
	for _, call := range calls {
		if err := call.Await(s.ctx(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if most := s.most.Load(); most != 3 {
		t.Errorf("%d requests were at work at once, want 3", most)
	}
}

func TestNewestRequestGoesFirstAndOldestIsNotForgotten(t *testing.T) {
	s := start(t, rpc.Limits{Running: 1, Waiting: 100})
	if _, err := s.Send("wait", nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the lane is taken", func() bool { return s.waiting.Load() == 1 })
	var calls []*rpctest.Pending
	for i := range 9 {
		call, err := s.Send("named", i)
		if err != nil {
			t.Fatal(err)
		}
		calls = append(calls, call)
	}
	if err := s.Notify("edit", nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "all are queued", func() bool { return s.edits.Load() == 1 })
	close(s.release)
	for _, call := range calls {
		if err := call.Await(s.ctx(), nil); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"8", "7", "0", "6", "5", "4", "1", "3", "2"}; !slices.Equal(s.order.names, want) {
		t.Errorf("the order was %v, want %v", s.order.names, want)
	}
}

func TestUnreadAnswersHoldBackRequestsButNotEditsAndCancellations(t *testing.T) {
	const size, count, running = 256 << 10, 80, 4
	s := start(t, rpc.Limits{Running: running, Unsent: size})
	before := heap()

	s.Pause()
	calls := make([]*rpctest.Pending, count)
	for i := range calls {
		var err error
		if calls[i], err = s.Send("blob", size); err != nil {
			t.Fatal(err)
		}
	}
	held, err := s.Send("blob", size)
	if err != nil {
		t.Fatal(err)
	}
	if err := held.Cancel(); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if err := s.Notify("edit", nil); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the edits behind unread answers", func() bool { return s.edits.Load() == 100 })
	eventually(t, "a request starts", func() bool { return s.blobs.Load() > 0 })
	time.Sleep(50 * time.Millisecond)                   // let whatever may start, start
	if started := s.blobs.Load(); started > running+1 { // the client had begun to wait for one message before it paused
		t.Errorf("%d requests have started, want %d at most and one in place of the answer that was read", started, running)
	}
	// What is being encoded takes more for a while; what is held stays.
	eventually(t, "unread answers hold little memory", func() bool { return heap()-before < 16*size })

	s.Resume()
	for _, call := range calls {
		var blob string
		if err := call.Await(s.ctx(), &blob); err != nil || len(blob) != size {
			t.Fatalf("an answer of %d bytes, %v", len(blob), err)
		}
	}
	wantCode(t, held.Await(s.ctx(), nil), rpc.RequestCancelled)
	s.alive(100)
}

func TestFloodOfRefusalsNobodyReadsIsBounded(t *testing.T) {
	const flood = 30_000
	s := start(t, rpc.Limits{})
	s.Pause()
	var written atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range flood {
			if s.Frame("no json") != nil {
				return
			}
			written.Add(1)
		}
	}()
	last, stalled := int64(-1), 0
	eventually(t, "the flood is stopped, or over", func() bool {
		now := written.Load()
		if stalled++; now != last {
			stalled = 0
		}
		last = now
		time.Sleep(50 * time.Millisecond)
		return stalled == 20 || now == flood
	})
	if last > 20_000 {
		t.Errorf("%d refusals are held in memory", last)
	}
	s.Resume()
	go func() {
		for range s.strays { //nolint:revive // only to make room
		}
	}()
	<-done
	s.alive(0)
	close(s.strays)
}

func TestServerMayAskBack(t *testing.T) {
	var told atomic.Value
	s := startFresh(t, rpc.Limits{}, endless, rpctest.Handlers{
		Request: func(method string, params json.RawMessage) (any, error) {
			if method != "question" {
				return nil, &rpctest.Error{Code: -32601, Message: method}
			}
			return "because", nil
		},
		Notified: func(method string, params json.RawMessage) { told.Store(method + string(params)) },
	})
	if err := s.Call(s.ctx(), "initialize", nil, nil); err != nil {
		t.Fatal(err)
	}
	var answer string
	if err := s.Call(s.ctx(), "askBack", nil, &answer); err != nil || answer != "because" {
		t.Errorf("got %q, %v", answer, err)
	}
	// A notification may be sent even from the dispatcher.
	if err := s.Notify("tell", []int{1}); err != nil {
		t.Fatal(err)
	}
	s.alive(0)
	if got := told.Load(); got != "told[1]" {
		t.Errorf("the client was told %v", got)
	}
}

// TestAnswersOfAllKinds: whatever a client answers, the one who asked hears of it, and what makes no sense is logged.
func TestAnswersOfAllKinds(t *testing.T) {
	tests := map[string]struct {
		answer  string // without version and id
		result  string // a string, or what the error says
		problem string
	}{
		"a result":                {`"result":"because"`, "because", ""},
		"a null error beside it":  {`"result":"because","error":null`, "because", ""},
		"an error":                {`"error":{"code":5,"message":"what?"}`, "what?", ""},
		"a null result beside it": {`"result":null,"error":{"code":5,"message":"what?"}`, "what?", ""},
		"a null result":           {`"result":null`, "", ""},
		"null method and params":  {`"result":"because","method":null,"params":null`, "because", ""},
		"nothing":                 {`"x":1`, "", "it has neither a result nor an error"},
		"a null error alone":      {`"error":null`, "", "it has neither a result nor an error"},
		"both":                    {`"result":"because","error":{"code":1,"message":"what?"}`, "what?", "it has both a result and an error"},
		"an error in words":       {`"error":"what?"`, "what?", "its error is none"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := startFresh(t, rpc.Limits{}, endless, rpctest.Handlers{Raw: func(id json.RawMessage) string {
				return fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,%s}`, id, test.answer)
			}})
			if err := s.Call(s.ctx(), "initialize", nil, nil); err != nil {
				t.Fatal(err)
			}
			var answer string
			if err := s.Call(s.ctx(), "askBack", nil, &answer); err != nil {
				answer = err.Error()
			}
			if !strings.Contains(answer, test.result) || test.result == "" && answer != "" {
				t.Errorf("who asked got %q, want %q", answer, test.result)
			}
			var problems []string
			for _, entry := range s.logged(zapcore.WarnLevel, "an answer that makes no sense") {
				problems = append(problems, fmt.Sprint(entry.ContextMap()["problem"]))
			}
			if strings.Join(problems, "; ") != test.problem {
				t.Errorf("logged %q, want %q", problems, test.problem)
			}
			if len(s.strays) > 0 {
				t.Errorf("the answer was answered: %v", <-s.strays)
			}
			s.alive(0)
		})
	}
}

func TestBrokenOutputEndsServe(t *testing.T) {
	for name, out := range map[string]io.WriteCloser{"that waits": brokenPipe{}, "eager": eagerBrokenPipe{}} {
		in, input := io.Pipe()
		done := make(chan int)
		core, logs := observer.New(zapcore.WarnLevel)
		go func() {
			done <- rpc.NewPeer(in, out, rpc.Config{
				Handler: (&session{}).handle, Marshal: json.Marshal, Unmarshal: json.Unmarshal, Logger: log.New(core),
			}).Serve(context.Background())
		}()
		body := `{"jsonrpc":"2.0","id":1,"method":"initialize"}`
		if _, err := fmt.Fprintf(input, "Content-Length: %d\r\n\r\n%s", len(body), body); err != nil {
			t.Fatal(err)
		}
		select {
		case code := <-done:
			if code != 1 {
				t.Errorf("output %s: exit code %d", name, code)
			}
		case <-time.After(patience):
			t.Fatalf("output %s: still serving, though nobody can hear", name)
		}
		if logs.Len() == 0 {
			t.Errorf("output %s: the log doesn't say why", name)
		}
	}
}

type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }
func (brokenPipe) Close() error              { return nil }

type eagerBrokenPipe struct{ brokenPipe }

func (eagerBrokenPipe) TryWrite([]byte) (int, error) { return 0, errors.New("broken pipe") }

// TestOutputTakesAPart: what an output has no room for at once follows, and nothing comes in between.
func TestOutputTakesAPart(t *testing.T) {
	out := &partly{}
	client := rpctest.Start(func(in io.ReadCloser, pipe io.WriteCloser) int {
		out.WriteCloser = pipe
		return rpc.NewPeer(in, out, rpc.Config{
			Handler: (&session{}).handle, Marshal: json.Marshal, Unmarshal: json.Unmarshal,
		}).Serve(t.Context())
	}, rpctest.Handlers{})
	defer func() { _ = client.Close() }()
	if err := client.Call(t.Context(), "initialize", struct{}{}, nil); err != nil {
		t.Fatal(err)
	}
	calls := map[string]*rpctest.Pending{}
	for i := range 300 {
		text := strings.Repeat("x", 13*i)
		call, err := client.Send("echo", text)
		if err != nil {
			t.Fatal(err)
		}
		calls[text] = call
	}
	for sent, call := range calls {
		var answer string
		if err := call.Await(t.Context(), &answer); err != nil || answer != sent {
			t.Fatalf("%d bytes came back as %d: %v", len(sent), len(answer), err)
		}
	}
	if out.whole == 0 || out.part == 0 || out.none == 0 {
		t.Errorf("written at once: %d wholly, %d in part, %d not at all", out.whole, out.part, out.none)
	}
}

// partly is an output that takes at once all, a part or nothing by turns.
type partly struct {
	io.WriteCloser
	whole, part, none int
}

func (o *partly) TryWrite(p []byte) (int, error) {
	switch turn := o.whole + o.part + o.none; turn % 3 {
	case 0:
		o.whole++
	case 1:
		o.part++
		p = p[:len(p)/2]
	default:
		o.none++
		return 0, nil
	}
	return o.Write(p)
}

func TestTimingsAreLogged(t *testing.T) {
	s := start(t, rpc.Limits{})
	s.alive(0)
	for _, entry := range s.logged(zapcore.DebugLevel, "handled") {
		fields := entry.ContextMap()
		if fields["method"] != "seen" {
			continue
		}
		if fields["id"] != "2" || fields["duration"] == nil {
			t.Errorf("logged %v", fields)
		}
		return
	}
	t.Error("the request isn't in the log")
}

func TestSameIDTwice(t *testing.T) {
	s := start(t, rpc.Limits{})
	for range 2 {
		if err := s.Frame(`{"jsonrpc":"2.0","id":"twin","method":"wait"}`); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Notify("$/cancelRequest", map[string]any{"id": "twin"}); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if m := s.stray(); m.Error == nil || m.Error.Code != int(rpc.RequestCancelled) {
			t.Errorf("got %v", m)
		}
	}
	s.alive(0)
}

func TestTaskRunsBetweenMessages(t *testing.T) {
	s := start(t, rpc.Limits{})
	done := make(chan struct{})
	s.peer.Do(func() { panic("a task gone wrong") })
	s.peer.Do(func() { s.edits.Add(1); close(done) })
	<-done
	s.alive(1)
	if n := len(s.logged(zapcore.ErrorLevel, "a handler panicked")); n != 1 {
		t.Errorf("%d panics logged, want the task's", n)
	}
}
