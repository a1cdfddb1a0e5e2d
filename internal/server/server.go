// Package server speaks the Language Server Protocol: one file a method, and convert.go for the types.
// It decides nothing about Nix; a method turns its parameters into a document and an offset, asks, and turns the answer back.
package server

import (
	"context"
	"io"
	"slices"
	"sync"

	"go.lsp.dev/protocol"
	"go.uber.org/zap"

	"jetpills/internal/rpc"
	"jetpills/internal/text"
)

// name is what clients and logs call this server, and the settings section it reads.
const name = "jetpills"

// session is the state that notifications change, all of them on the goroutine that reads the messages.
// Documents are named by their path, or by their URI where they aren't files.
type session interface {
	Open(document, languageID string, version int32, content string)
	// Change applies changes in order, each to the text the one before it left.
	Change(document string, version int32, changes []text.Change, encoding text.Encoding)
	Close(document string)
	SetFolders(paths []string)
	// SetSettings takes the settings section as JSON.
	SetSettings(section []byte) error
	// FilesChanged names files that changed on disk.
	FilesChanged(paths []string)
}

// Options are what a server is made of.
type Options struct {
	Logger  *zap.Logger // nil logs nothing
	Version string      // told to the client
	Session session
}

// Server answers the methods of one client.
type Server struct {
	protocol.UnimplementedServer // answers what isn't offered

	log     *zap.Logger
	version string
	session session

	peer     *rpc.Peer
	remote   protocol.Client
	dispatch rpc.Handler

	// Set by initialize, before anything else is read.
	encoding text.Encoding
	client   client
	folders  folders

	pulls int // settings asked for; counted by the goroutine that reads the messages

	running    context.Context // ends with Run
	background sync.WaitGroup
}

// Run serves one client on in and out until it leaves, and returns the exit code of the process.
func Run(ctx context.Context, in io.ReadCloser, out io.WriteCloser, options Options) int {
	if options.Logger == nil {
		options.Logger = zap.NewNop()
	}
	running, stop := context.WithCancel(ctx)
	s := &Server{
		log:     options.Logger,
		version: options.Version,
		session: options.Session,
		running: running,
	}
	s.dispatch = protocol.ServerHandler(s, nil)
	s.peer = rpc.NewPeer(in, out, rpc.Config{
		Handler:   s.handle,
		Marshal:   protocol.Marshal,
		Unmarshal: protocol.Unmarshal,
		Logger:    options.Logger,
	})
	s.remote = protocol.ClientDispatcher(s.peer.Conn())
	code := s.peer.Serve(ctx)
	stop()
	s.background.Wait()
	return code
}

// handle sends a message to its method. The library decodes all but what it would take for something else.
func (s *Server) handle(ctx context.Context, req *rpc.Request) (any, error) {
	switch method := req.Method(); {
	case method == protocol.MethodTextDocumentDidChange:
		return nil, s.didChange(req.Params())
	case req.Params() != nil:
		return s.dispatch(ctx, req)
	case method == protocol.MethodInitialized: // some clients leave its empty parameters out
		return nil, s.Initialized(ctx, &protocol.InitializedParams{})
	case !slices.ContainsFunc(protocol.Methods, func(m protocol.MethodInfo) bool { return m.Method == method }):
		return nil, rpc.NewError(rpc.MethodNotFound, method)
	default:
		return s.dispatch(ctx, req)
	}
}

// inBackground runs what waits for the client: no message is read while a notification's method runs.
func (s *Server) inBackground(work func(ctx context.Context)) {
	s.background.Go(func() { work(s.running) })
}

// Shutdown lets rpc refuse what comes after it; there is nothing to save.
func (s *Server) Shutdown(context.Context) error { return nil }
