// Package rpc carries JSON-RPC over a pair of byte streams, framed as language servers frame it.
// It decides in which order messages are handled, how many at once, and how each failure is answered; what the messages mean is its caller's business.
//
// Four parties work on a [Peer]. None waits for the one behind it, unless one of the [Limits] is reached:
//
//	reader      takes frames off the input, refuses what is no message, lets cancellations overtake
//	dispatcher  takes messages in order; runs notifications, initialize and shutdown itself,
//	            takes the Prepare hook's value for every other request and sends it off
//	requests    a bounded number of goroutines, each answering one call
//	writer      writes finished messages; how much it still holds decides whether requests may start
package rpc

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"go.lsp.dev/jsonrpc2"

	"jetpills/internal/log"
)

// Handler answers one message: its result, or its error, becomes the answer of a call and is dropped for a notification.
// It has the type of a jsonrpc2 handler, so whoever builds one from a library can hand it over without importing jsonrpc2.
// The request and its parameters are valid until the handler returns.
type Handler = jsonrpc2.Handler

// Request is a call or a notification as a [Handler] receives it.
type Request = jsonrpc2.Request

// Conn is the way to the other side, for calls and notifications of our own.
// A call must not be awaited inside a notification's handler: its answer could not be read.
type Conn = jsonrpc2.Conn

// Limits bound what one connection may hold. A field that is zero takes its default.
type Limits struct {
	Frame   int // bytes of one message's body; 256 MiB
	Ahead   int // bytes of messages read but not yet dispatched, beyond the first; 64 MiB
	Running int // requests at work at once; 8
	Waiting int // requests waiting for their turn; 256
	Unsent  int // bytes of answers the other side hasn't read, above which no request starts; 16 MiB
}

func (l Limits) withDefaults() Limits {
	fill := func(field *int, value int) {
		if *field <= 0 {
			*field = value
		}
	}
	fill(&l.Frame, 256<<20)
	fill(&l.Ahead, 64<<20)
	fill(&l.Running, 8)
	fill(&l.Waiting, 256)
	fill(&l.Unsent, 16<<20)
	return l
}

// Config says what a [Peer] does with its messages.
type Config struct {
	// Handler answers everything but exit and $/cancelRequest, which are this package's own.
	Handler Handler

	// Marshal and Unmarshal turn results and parameters into JSON and back.
	Marshal   func(v any) ([]byte, error)
	Unmarshal func(data []byte, v any) error

	// Prepare, if set, is called for each request where it stands in the order of messages.
	// The context it returns reaches the handler, which may run much later.
	Prepare func(ctx context.Context) context.Context

	// Logger receives damage at warn and error, and timings at debug level; nil logs nothing.
	Logger *log.Logger

	Limits Limits

	// Grace is how long the end waits for work that makes no progress; one second if zero.
	Grace time.Duration
}

// Peer is one end of a connection. Make it with [NewPeer] and run it with [Peer.Serve], once.
type Peer struct {
	cfg    Config
	log    *log.Logger
	limits Limits
	input  io.ReadCloser
	output io.WriteCloser

	conn  jsonrpc2.Conn
	in    *inbox
	out   *outbox
	lane  *lane
	calls *calls
	life  lifecycle

	questions questions

	inBatch bool // what the library works at is a batch; it reads on when the request at work lets it

	base     context.Context // parent of every handler's context, set by Serve
	progress atomic.Uint64   // counts steps of work, so that the end can tell slow from stuck

	exited     chan struct{} // closed by the exit notification
	exitOnce   sync.Once
	inputEnded chan struct{} // closed by the reader
}

// NewPeer returns a peer that reads from in and writes to out, both of which it closes in the end.
func NewPeer(in io.ReadCloser, out io.WriteCloser, cfg Config) *Peer {
	if cfg.Grace <= 0 {
		cfg.Grace = time.Second
	}
	p := &Peer{
		cfg:        cfg,
		log:        cfg.Logger,
		limits:     cfg.Limits.withDefaults(),
		input:      in,
		output:     out,
		calls:      newCalls(),
		questions:  questions{open: map[jsonrpc2.ID]bool{}},
		exited:     make(chan struct{}),
		inputEnded: make(chan struct{}),
	}
	p.in = newInbox(p.limits.Ahead)
	p.out = newOutbox(out, p.limits.Unsent)
	p.lane = newLane(p.limits.Running, p.limits.Waiting, p.out.congested)
	p.out.onWritten = func() {
		p.progress.Add(1)
		p.lane.fill()
	}
	p.conn = jsonrpc2.NewConn(stream{p}, jsonrpc2.WithCodec(codec{cfg.Marshal, cfg.Unmarshal}))
	return p
}

// Conn returns the way to the other side. It may be used from any goroutine, during Serve.
func (p *Peer) Conn() Conn { return remote{Conn: p.conn, out: p.out} }

// Do runs task between two messages, on the goroutine that runs the notifications, and doesn't wait for it.
// It must not be called there. After the end of Serve, the task is dropped.
func (p *Peer) Do(task func()) { p.in.push(item{task: task}) }

// Serve runs the connection until the exit notification, the end of the input, a broken output, or the end of ctx.
// It returns the exit code of the process: 0 if shutdown was asked for before, else 1.
// Requests at work when the end comes are still answered, as long as they get on and the answers are read.
func (p *Peer) Serve(ctx context.Context) int {
	base, cancel := context.WithCancel(ctx)
	defer cancel()
	p.base = base
	p.calls.base = base

	go p.out.run()
	go p.read()
	// Requests have contexts of their own; this one is never cancelled, so that the end can be orderly.
	p.conn.Go(context.WithoutCancel(ctx), p.handle)

	select {
	case <-p.exited:
	case <-p.inputEnded:
	case <-p.out.broken:
		p.log.Warn("the output is broken, leaving", log.Error(p.out.failure()))
	case <-ctx.Done():
	}
	p.settle(ctx)
	cancel()

	p.lane.close()
	p.in.close()
	p.out.close()
	// Both may be in the middle of a read or write that nothing else can end.
	_ = p.input.Close()
	_ = p.output.Close()
	select {
	case <-p.conn.Done():
	case <-time.After(p.cfg.Grace):
		p.log.Warn("leaving with a request that doesn't return")
	}
	return p.life.exitCode()
}

// settle waits until nothing is left to do, or nothing has moved for the grace period.
func (p *Peer) settle(ctx context.Context) {
	const step = 2 * time.Millisecond
	seen, since := p.progress.Load(), time.Now()
	for !p.idle() && ctx.Err() == nil && p.out.failure() == nil {
		time.Sleep(step)
		if now := p.progress.Load(); now != seen {
			seen, since = now, time.Now()
		} else if time.Since(since) > p.cfg.Grace {
			return
		}
	}
}

func (p *Peer) idle() bool { return p.in.idle() && p.lane.idle() && p.out.idle() }
