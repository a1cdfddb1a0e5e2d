// Command standin plays the language servers that the editors are tested with, beside or instead of the real one.
//
//	standin second             a server for Nix that knows nothing of jetpack-nixos, to share a buffer with
//	standin wrong PROGRAM ARG… runs the real server and spoils its answers, to show that a check can fail
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/textproto"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

func main() {
	log.SetFlags(0)
	var err error
	switch {
	case len(os.Args) == 2 && os.Args[1] == "second":
		err = second(bufio.NewReader(os.Stdin), os.Stdout)
	case len(os.Args) > 2 && os.Args[1] == "wrong":
		err = wrong(os.Args[2:])
	default:
		err = errors.New("usage: standin second | standin wrong PROGRAM ARG…")
	}
	if err != nil {
		log.Fatal("standin: ", err)
	}
}

// message is a request, a notification or a response: what a server that looks at few of its members needs.
type message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params struct {
		TextDocument struct {
			URI string `json:"uri"`
		} `json:"textDocument"`
	} `json:"params"`
}

// readFrame reads the body of the next frame; io.EOF at the end of the input.
func readFrame(r *bufio.Reader) ([]byte, error) {
	header, err := textproto.NewReader(r).ReadMIMEHeader()
	if err != nil {
		return nil, err
	}
	length, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		return nil, fmt.Errorf("length of a frame: %w", err)
	}
	body := make([]byte, length)
	_, err = io.ReadFull(r, body)
	return body, err
}

// writeFrame writes a frame in one piece.
func writeFrame(w io.Writer, body []byte) error {
	_, err := w.Write(fmt.Appendf(nil, "Content-Length: %d\r\n\r\n%s", len(body), body))
	return err
}

// lockedWriter keeps the frames of two writers apart.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func send(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return writeFrame(w, body)
}

// second knows what any server for Nix knows: it completes after a dot, and has hovers where jetpack-nixos plays no part.
func second(r *bufio.Reader, w io.Writer) error {
	for {
		body, err := readFrame(r)
		if err != nil {
			return ignoreEOF(err)
		}
		var m message
		if err := json.Unmarshal(body, &m); err != nil {
			return err
		}
		if m.Method == "exit" {
			return nil
		}
		if m.ID == nil || m.Method == "" {
			continue
		}
		var result any
		switch m.Method {
		case "initialize":
			result = map[string]any{
				"serverInfo": map[string]string{"name": "standin"},
				"capabilities": map[string]any{
					"positionEncoding":           "utf-16",
					"textDocumentSync":           1,
					"hoverProvider":              true,
					"definitionProvider":         true,
					"completionProvider":         map[string]any{"triggerCharacters": []string{"."}},
					"documentFormattingProvider": true,
				},
			}
		case "textDocument/hover":
			if strings.Contains(m.Params.TextDocument.URI, "/plain/") {
				result = map[string]any{"contents": "a hover of the stand-in"}
			}
		case "textDocument/completion":
			result = []map[string]any{{"label": "standin-attribute", "kind": 5}}
		}
		if err := send(w, map[string]any{"jsonrpc": "2.0", "id": m.ID, "result": result}); err != nil {
			return err
		}
	}
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// warning is a popup.
const warning = `{"jsonrpc":"2.0","method":"window/showMessage","params":{"type":2,"message":"popup from the server"}}`

// wrong passes everything through, and spoils the answers to the requests that a check looks at.
func wrong(command []string) error {
	server := exec.Command(command[0], command[1:]...)
	server.Stderr = os.Stderr
	in, err := server.StdinPipe()
	if err != nil {
		return err
	}
	out, err := server.StdoutPipe()
	if err != nil {
		return err
	}
	if err := server.Start(); err != nil {
		return err
	}
	s := spoiler{asked: map[string]string{}}
	stdout := &lockedWriter{w: os.Stdout}
	go func() {
		defer in.Close()
		requests := bufio.NewReader(os.Stdin)
		for {
			body, err := readFrame(requests)
			if err != nil {
				return
			}
			if s.note(body) == "initialized" && writeFrame(stdout, []byte(warning)) != nil {
				return
			}
			if writeFrame(in, body) != nil {
				return
			}
		}
	}()
	answers := bufio.NewReader(out)
	for {
		body, err := readFrame(answers)
		if err != nil {
			break
		}
		if writeFrame(stdout, s.spoil(body)) != nil {
			break
		}
	}
	return server.Wait()
}
