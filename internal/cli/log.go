package cli

import (
	"bytes"
	"io"
	"sync/atomic"
	"time"
)

// logAhead is how many lines may wait to be written; logGrace is how long the end waits for them.
const (
	logAhead = 1024
	logGrace = 200 * time.Millisecond
)

// logWriter writes lines from a goroutine of its own, as far as that works. A log must end nothing and hold up nothing, though
// its reader is gone or reads no further, or its disk is full. Lines that cannot be kept are lost, and counted.
type logWriter struct {
	entries chan logEntry
	lost    atomic.Int64
}

// logEntry is a line, or a request for a sign that all lines before it are dealt with.
type logEntry struct {
	line []byte
	done chan struct{}
}

func newLogWriter(w io.Writer) *logWriter {
	l := &logWriter{entries: make(chan logEntry, logAhead)}
	go l.run(w)
	return l
}

func (l *logWriter) run(w io.Writer) {
	for e := range l.entries {
		if lost := l.lost.Swap(0); lost > 0 {
			printf(w, "%d lines of the log were lost\n", lost)
		}
		if e.done != nil {
			close(e.done)
			continue
		}
		_, _ = w.Write(e.line)
	}
}

// Write takes a line. It never waits and never fails.
func (l *logWriter) Write(line []byte) (int, error) {
	select {
	case l.entries <- logEntry{line: bytes.Clone(line)}:
	default:
		l.lost.Add(1)
	}
	return len(line), nil
}

// Sync waits for the lines before it, but not for long.
func (l *logWriter) Sync() error {
	done, late := make(chan struct{}), time.After(logGrace)
	select {
	case l.entries <- logEntry{done: done}:
	case <-late:
		return nil
	}
	select {
	case <-done:
	case <-late:
	}
	return nil
}
