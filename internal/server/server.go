// Package server speaks the Language Server Protocol: one file a method, and convert.go for the types.
// It decides nothing about Nix; a method turns its parameters into a document and an offset, asks, and turns the answer back.
package server

import (
	"context"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"

	"go.lsp.dev/protocol"

	"jetpills/internal/catalog"
	"jetpills/internal/log"
	"jetpills/internal/pill"
	"jetpills/internal/rpc"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// name is what clients and logs call this server, and the settings section it reads.
const name = "jetpills"

// Options are what a server is made of.
type Options struct {
	Logger  *log.Logger // nil logs nothing
	Version string      // told to the client
	Pills   fs.FS       // the shipped pills
	// Root is the folder that the files of the machine lie below, which say which Jetson it is; empty: nothing is read of it.
	Root    string
	Session session // nil for one that reads the facts and the pills; tests have their own
}

// Server answers the methods of one client.
type Server struct {
	log     *log.Logger
	version string
	session session       // nothing before it is opened
	opened  chan struct{} // closed when it is, or cannot be

	peer   *rpc.Peer
	remote protocol.Client
	known  map[string]method

	// Set by initialize, before anything else is read.
	encoding text.Encoding
	client   client
	folders  folders

	changed  chan struct{} // holds one while diagnostics are to be published anew
	looks    looks         // of keepDiagnostics
	watching atomic.Bool   // whether the client reports changes of files
	answers  answers       // that the client keeps until it is told that they changed

	passes int                  // begun so far; counted by the goroutine that looks for diagnostics
	pass   atomic.Pointer[pass] // the newest that the client may show

	pulls int // settings asked for; counted by the goroutine that reads the messages

	running    context.Context // ends with Run
	leave      func()          // ends Run
	background sync.WaitGroup
}

// Run serves one client on in and out until it leaves, and returns the exit code of the process.
func Run(ctx context.Context, in io.ReadCloser, out io.WriteCloser, options Options) int {
	running, stop := context.WithCancel(ctx)
	s := &Server{
		log:     options.Logger,
		version: options.Version,
		opened:  make(chan struct{}),
		changed: make(chan struct{}, 1),
		running: running,
		leave:   stop,
	}
	s.known = s.methods()
	s.peer = rpc.NewPeer(in, out, rpc.Config{
		Handler:   s.handle,
		Marshal:   protocol.Marshal,
		Unmarshal: protocol.Unmarshal,
		Prepare:   s.keepSnapshot,
		Logger:    options.Logger,
	})
	s.remote = protocol.ClientDispatcher(s.peer.Conn())
	s.inBackground(func(ctx context.Context) {
		if s.open(options) {
			s.keepDiagnostics(ctx)
		}
	})
	code := s.peer.Serve(running)
	stop()
	s.background.Wait()
	return code
}

// open makes the session, while the client says who it is, and does beforehand what the first question would wait for.
func (s *Server) open(options Options) bool {
	if s.session = options.Session; s.session != nil {
		close(s.opened)
		return true
	}
	library, err := catalog.Open()
	if err != nil {
		s.log.Error("the embedded facts", log.Error(err))
		close(s.opened)
		s.leave()
		return false
	}
	opened := workspace.NewSession(workspace.Config{
		Library: library, Pills: pill.Open(options.Pills), Logger: s.log, Root: options.Root,
	})
	s.session = live{opened, s.log}
	close(s.opened)
	opened.Warm()
	return true
}

// handle sends a message to its method.
func (s *Server) handle(ctx context.Context, req *rpc.Request) (any, error) {
	if !req.IsCall() {
		defer s.diagnosticsSince(s.session.Snapshot()) // as it is before the message
	}
	run, ok := s.known[req.Method()]
	if !ok {
		return nil, rpc.NewError(rpc.MethodNotFound, req.Method())
	}
	return run(ctx, req.Params())
}

// inBackground runs what waits for the client: no message is read while a notification's method runs.
func (s *Server) inBackground(work func(ctx context.Context)) {
	s.background.Go(func() { work(s.running) })
}
