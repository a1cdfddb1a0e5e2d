package rpc

import (
	"context"
	"io"
	"strconv"

	"go.lsp.dev/jsonrpc2"
)

// stream is what the library's connection reads from and writes to: the inbox and the outbox.
// ReadFrame and WriteFrame are how the library recognises a stream that can carry batches.
type stream struct{ p *Peer }

// ReadFrame returns the next message's body, which nobody else holds, and runs the tasks before it.
func (s stream) ReadFrame(ctx context.Context) ([]byte, int64, error) {
	for {
		// Requests are held back by the lane; this stops everything else that makes us write.
		_ = s.p.out.waitRoom(ctx)
		next, ok := s.p.in.pop()
		if !ok {
			return nil, 0, io.EOF
		}
		s.p.progress.Add(1)
		if next.task == nil {
			s.p.inBatch = isBatch(next.body)
			return next.body, int64(len(next.body)), nil
		}
		s.p.runTask(next.task)
	}
}

// Read decodes the next message.
func (s stream) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	body, n, err := s.ReadFrame(ctx)
	if err != nil {
		return nil, 0, err
	}
	message, err := jsonrpc2.DecodeMessage(body)
	return message, n, err
}

// Write sends a message. An answer comes with the context that its handler was called with.
func (s stream) Write(ctx context.Context, message jsonrpc2.Message) (int64, error) {
	err := s.p.send(message)
	s.p.progress.Add(1)
	s.p.lane.answered(ctx)
	return 0, err
}

// WriteFrame sends a body, the answer to a batch.
func (s stream) WriteFrame(_ context.Context, body []byte) (int64, error) {
	return 0, s.p.out.put(frame(body, len(body)))
}

// Close does nothing: [Peer.Serve] closes the input and the output when all is done.
func (s stream) Close() error { return nil }

func (p *Peer) send(message jsonrpc2.Message) error {
	const room = len(lengthField) + len(": \r\n\r\n") + 20
	buffer := jsonrpc2.AppendMessage(make([]byte, room, 512), message)
	p.questions.sent(buffer[room:])
	return p.out.put(frame(buffer, len(buffer)-room))
}

// frame puts the header in front of a body, which is the last part of buffer.
// Room for the header before the body saves copying it.
func frame(buffer []byte, body int) []byte {
	header := lengthField + ": " + strconv.Itoa(body) + "\r\n\r\n"
	start := len(buffer) - body - len(header)
	if start < 0 {
		return append([]byte(header), buffer...)
	}
	copy(buffer[start:], header)
	return buffer[start:]
}
