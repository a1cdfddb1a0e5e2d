package rpc

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// lengthField names the only header field that matters.
const lengthField = "Content-Length"

// frameError describes a damaged frame; reading goes on behind it.
type frameError struct{ reason string }

func (e *frameError) Error() string { return e.reason }

// frameReader takes the bodies out of a stream of frames: header lines, an empty line, and as many bytes as the header says.
//
// JSON holds no raw line break inside a string, so a line that ends in "Content-Length: N" starts a frame, whatever stands before it.
// That is how the reader finds back after damage.
type frameReader struct {
	src     pushback
	in      *bufio.Reader
	limit   int             // bytes of a body
	garbage func(bytes int) // called with how much was skipped between two frames
}

func newFrameReader(r io.Reader, limit int, garbage func(bytes int)) *frameReader {
	f := &frameReader{src: pushback{r: r}, limit: limit, garbage: garbage}
	f.in = bufio.NewReaderSize(&f.src, 64<<10)
	return f
}

// next returns the body of the next frame.
// The error is a *frameError where reading can go on, io.EOF between frames, and io.ErrUnexpectedEOF inside one.
func (f *frameReader) next() ([]byte, error) {
	length, err := f.header()
	if err != nil {
		return nil, err
	}
	// The length is the other side's claim: memory follows the bytes that really come.
	var body bytes.Buffer
	body.Grow(min(length, 1<<20))
	if _, err := io.CopyN(&body, f.in, int64(length)); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return body.Bytes(), nil
}

// header reads up to the empty line and returns the length of the body.
func (f *frameReader) header() (int, error) {
	var (
		length  = -1
		damage  string
		started bool // a header line was seen
		skipped int
	)
	for {
		line, size, err := f.line()
		if err != nil {
			if errors.Is(err, io.EOF) && (started || skipped > 0 || strings.TrimSpace(line) != "") {
				err = io.ErrUnexpectedEOF
			}
			return 0, err
		}
		if line == "" {
			switch {
			case damage != "":
				return 0, &frameError{damage}
			case length >= 0:
				if skipped > 0 {
					f.garbage(skipped)
				}
				return length, nil
			case started:
				return 0, &frameError{"a header without " + lengthField}
			}
			continue // empty lines between frames do no harm
		}
		if at := strings.LastIndex(line, lengthField+":"); at > 0 {
			skipped += at
			line, length, damage, started = line[at:], -1, "", false
		}
		name, value, ok := headerField(line)
		if !ok {
			skipped += size
			length, damage, started = -1, "", false
			continue
		}
		started = true
		if strings.EqualFold(name, lengthField) {
			length, damage = f.parseLength(strings.TrimSpace(value))
		}
	}
}

// headerField splits "Name: value". Text that is no field name is none.
func headerField(line string) (name, value string, ok bool) {
	name, value, ok = strings.Cut(line, ":")
	if !ok || name == "" {
		return "", "", false
	}
	for _, c := range []byte(name) {
		if c != '-' && (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'z') {
			return "", "", false
		}
	}
	return name, value, true
}

// parseLength reads the length of a body, or says what is wrong with it.
func (f *frameReader) parseLength(value string) (length int, damage string) {
	if value == "" {
		return -1, "an empty " + lengthField
	}
	for _, c := range []byte(value) {
		if c < '0' || c > '9' {
			return -1, fmt.Sprintf("%s %.40q is no number of bytes", lengthField, value)
		}
		if length = length*10 + int(c-'0'); length > f.limit {
			return -1, fmt.Sprintf("a message of %.40s bytes is over the limit of %d", value, f.limit)
		}
	}
	return length, ""
}

// line reads one line without its end, and its whole size in bytes. Of a very long one only the last part is kept.
func (f *frameReader) line() (line string, size int, err error) {
	const keep = 128
	var tail []byte
	for {
		chunk, err := f.in.ReadSlice('\n')
		size += len(chunk)
		if errors.Is(err, bufio.ErrBufferFull) {
			// A '"' in front keeps a cut line from looking like a header field.
			tail = append([]byte{'"'}, chunk[len(chunk)-keep:]...)
			continue
		}
		return strings.TrimRight(string(append(tail, chunk...)), "\r\n"), size, err
	}
}

// putBack returns what may be the start of the next frame, after a body turned out to be no JSON because its length was too long.
func (f *frameReader) putBack(body []byte) {
	at := bytes.Index(body, []byte(lengthField+":"))
	if at < 0 {
		for n := min(len(lengthField), len(body)); n > 0 && at < 0; n-- {
			if bytes.HasSuffix(body, []byte(lengthField[:n])) {
				at = len(body) - n
			}
		}
	}
	if at < 0 {
		return
	}
	buffered, _ := f.in.Peek(f.in.Buffered())
	f.src.front = bytes.Join([][]byte{body[at:], buffered, f.src.front}, nil)
	f.in.Reset(&f.src)
}

// pushback reads its front first.
type pushback struct {
	front []byte
	r     io.Reader
}

func (p *pushback) Read(b []byte) (int, error) {
	if len(p.front) > 0 {
		n := copy(b, p.front)
		p.front = p.front[n:]
		return n, nil
	}
	return p.r.Read(b)
}
