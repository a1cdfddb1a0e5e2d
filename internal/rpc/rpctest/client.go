// Package rpctest speaks JSON-RPC to a server over the real wire, as an editor would.
// It shares no code with the server's side, so that a mistake in one isn't a habit of both.
package rpctest

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/textproto"
	"strconv"
	"sync"
)

// Message is one message as it came over the wire.
type Message struct {
	ID     json.RawMessage `json:"id"` // nil for a notification
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *Error          `json:"error"`
}

// Error is the error of an answer.
type Error struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data"`
}

func (e *Error) Error() string { return fmt.Sprintf("%d: %s", e.Code, e.Message) }

// Code returns the code of an [*Error] inside err, or 0.
func Code(err error) int {
	var answer *Error
	if errors.As(err, &answer) {
		return answer.Code
	}
	return 0
}

// Handlers are the client's side of what a server may send. Each may be nil; they run one after another.
type Handlers struct {
	// Request answers a call of the server's; without it the answer is null.
	Request func(method string, params json.RawMessage) (any, error)
	// Raw answers a call of the server's with a body of any kind; it goes before Request.
	Raw func(id json.RawMessage) string
	// Notified gets every notification.
	Notified func(method string, params json.RawMessage)
	// Stray gets answers that belong to no call, such as those with a null id.
	Stray func(Message)
}

// Client is one end of a connection. Its methods may be used from any goroutine.
type Client struct {
	rw       io.ReadWriteCloser
	handlers Handlers

	write sync.Mutex

	mu      sync.Mutex
	next    int
	pending map[string]chan Message
	reading sync.Cond
	paused  bool
	err     error

	ended chan struct{} // closed when no more can be read
	exit  chan int      // holds the exit code of a server started with Start
}

// Connect returns a client over rw, which it closes in the end.
func Connect(rw io.ReadWriteCloser, handlers Handlers) *Client {
	c := &Client{
		rw:       rw,
		handlers: handlers,
		pending:  make(map[string]chan Message),
		ended:    make(chan struct{}),
		exit:     make(chan int, 1),
	}
	c.reading.L = &c.mu
	go c.read()
	return c
}

// Start runs serve on the other end of two pipes in memory, which hold nothing: who writes waits for a reader.
func Start(serve func(in io.ReadCloser, out io.WriteCloser) int, handlers Handlers) *Client {
	serverIn, clientOut := io.Pipe()
	clientIn, serverOut := io.Pipe()
	c := Connect(pipes{clientIn, clientOut}, handlers)
	go func() {
		code := serve(serverIn, serverOut)
		_ = serverIn.Close()
		_ = serverOut.Close()
		c.exit <- code
	}()
	return c
}

type pipes struct {
	*io.PipeReader
	out *io.PipeWriter
}

func (p pipes) Write(b []byte) (int, error) { return p.out.Write(b) }

func (p pipes) Close() error { return errors.Join(p.out.Close(), p.PipeReader.Close()) }

// CloseInput ends the server's input and goes on reading. It works with clients made by Start.
func (c *Client) CloseInput() error {
	p, ok := c.rw.(pipes)
	if !ok {
		return errors.New("the connection can't be closed on one side")
	}
	return p.out.Close()
}

// Close drops the connection, in both directions at once.
func (c *Client) Close() error {
	c.Resume()
	err := c.rw.Close()
	<-c.ended
	return err
}

// Exit waits for a server started with Start to return, and returns its exit code.
func (c *Client) Exit(ctx context.Context) (int, error) {
	select {
	case code := <-c.exit:
		c.exit <- code
		return code, nil
	case <-ctx.Done():
		return 0, fmt.Errorf("the server is still running: %w", ctx.Err())
	}
}

// Pending is a call that was sent.
type Pending struct {
	ID     int
	answer chan Message
	c      *Client
}

// Send sends a call and doesn't wait for its answer.
func (c *Client) Send(method string, params any) (*Pending, error) {
	c.mu.Lock()
	c.next++
	id := c.next
	answer := make(chan Message, 1)
	c.pending[strconv.Itoa(id)] = answer
	c.mu.Unlock()
	return &Pending{ID: id, answer: answer, c: c}, c.sendMessage(map[string]any{"id": id, "method": method}, params)
}

// Await returns the answer, its error being an [*Error], and puts the result into result unless that is nil.
func (p *Pending) Await(ctx context.Context, result any) error {
	var m Message
	select {
	case m = <-p.answer:
	case <-ctx.Done():
		return fmt.Errorf("no answer to call %d: %w", p.ID, ctx.Err())
	case <-p.c.ended:
		select {
		case m = <-p.answer: // it came before the end
		default:
			return fmt.Errorf("no answer to call %d: %w", p.ID, p.c.failure())
		}
	}
	if m.Error != nil {
		return m.Error
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(m.Result, result)
}

// Cancel asks the server to give the call up.
func (p *Pending) Cancel() error {
	return p.c.Notify("$/cancelRequest", map[string]any{"id": p.ID})
}

// Call sends a call and waits for its answer, as [Pending.Await] does.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	p, err := c.Send(method, params)
	if err != nil {
		return err
	}
	return p.Await(ctx, result)
}

// Notify sends a notification.
func (c *Client) Notify(method string, params any) error {
	return c.sendMessage(map[string]any{"method": method}, params)
}

// Frame sends a body of any kind, with the right header.
func (c *Client) Frame(body string) error {
	return c.Raw(fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body))
}

// Raw sends bytes as they are.
func (c *Client) Raw(data string) error {
	c.write.Lock()
	defer c.write.Unlock()
	_, err := io.WriteString(c.rw, data)
	return err
}

// Pause stops reading before the next message; Resume goes on.
func (c *Client) Pause() { c.setPaused(true) }

// Resume goes on reading after Pause.
func (c *Client) Resume() { c.setPaused(false) }

func (c *Client) setPaused(paused bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.paused = paused
	c.reading.Broadcast()
}

func (c *Client) failure() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

func (c *Client) sendMessage(message map[string]any, params any) error {
	message["jsonrpc"] = "2.0"
	if params != nil {
		message["params"] = params
	}
	body, err := json.Marshal(message)
	if err != nil {
		return fmt.Errorf("encoding a message: %w", err)
	}
	return c.Frame(string(body))
}

func (c *Client) read() {
	defer close(c.ended)
	in := bufio.NewReader(c.rw)
	for {
		c.mu.Lock()
		for c.paused {
			c.reading.Wait()
		}
		c.mu.Unlock()
		body, err := readFrame(in)
		if err == nil {
			err = c.received(body)
		}
		if err != nil {
			c.mu.Lock()
			c.err = err
			c.mu.Unlock()
			return
		}
	}
}

func readFrame(in *bufio.Reader) ([]byte, error) {
	header, err := textproto.NewReader(in).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	length, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		return nil, fmt.Errorf("reading a header: %w", err)
	}
	body := make([]byte, length)
	_, err = io.ReadFull(in, body)
	return body, err
}

// received handles one frame: a message, or a batch of answers.
func (c *Client) received(body []byte) error {
	if bytes.HasPrefix(body, []byte("[")) {
		var batch []json.RawMessage
		if err := json.Unmarshal(body, &batch); err != nil {
			return fmt.Errorf("decoding a batch: %w", err)
		}
		for _, member := range batch {
			if err := c.received(member); err != nil {
				return err
			}
		}
		return nil
	}
	var m Message
	if err := json.Unmarshal(body, &m); err != nil {
		return fmt.Errorf("decoding a message: %w", err)
	}
	hasID := m.ID != nil && string(m.ID) != "null"
	switch {
	case m.Method != "" && hasID:
		return c.answer(m)
	case m.Method != "":
		if c.handlers.Notified != nil {
			c.handlers.Notified(m.Method, m.Params)
		}
		return nil
	}
	c.mu.Lock()
	waiting, known := c.pending[string(m.ID)]
	delete(c.pending, string(m.ID))
	c.mu.Unlock()
	switch {
	case known:
		waiting <- m
	case c.handlers.Stray != nil:
		c.handlers.Stray(m)
	}
	return nil
}

// answer replies to a call of the server's, without waiting for it to read the reply.
func (c *Client) answer(m Message) error {
	if c.handlers.Raw != nil {
		body := c.handlers.Raw(m.ID)
		go func() { _ = c.Frame(body) }()
		return nil
	}
	reply := map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": nil}
	if c.handlers.Request != nil {
		result, err := c.handlers.Request(m.Method, m.Params)
		var coded *Error
		switch {
		case errors.As(err, &coded):
			delete(reply, "result")
			reply["error"] = coded
		case err != nil:
			delete(reply, "result")
			reply["error"] = &Error{Code: -32603, Message: err.Error()}
		default:
			reply["result"] = result
		}
	}
	body, err := json.Marshal(reply)
	if err != nil {
		return fmt.Errorf("encoding a reply: %w", err)
	}
	go func() { _ = c.Frame(string(body)) }() // a failed write shows in the reader as well
	return nil
}
