package claims

import (
	"sync"

	"jetpills/internal/catalog"
)

// A Memory keeps what several worlds have in common: what became of names and, for who reads the same texts at many revisions, what
// stands in these. Any number of goroutines may use it.
type Memory struct {
	mu    sync.Mutex
	pasts map[string]catalog.History // by the kind of a thing and its name
	scans map[scanned]any            // nil where no texts are kept
}

// scanned names a thing that was looked for in a text.
type scanned struct {
	what, language, source string
	isCode                 bool
}

// NewMemory makes an empty memory, for texts too if these are to be read at many revisions.
func NewMemory(texts bool) *Memory {
	m := &Memory{pasts: map[string]catalog.History{}}
	if texts {
		m.scans = map[scanned]any{}
	}
	return m
}

// scan is what look finds in the reader's text, looked for once. It must not hang on the world.
func scan[T any](r *reader, what string, look func() T) T {
	return keep(r.memory, scanned{what, r.text.Language, r.text.Source, r.text.IsCode}, look)
}

// Places are [Places], looked for once where the memory keeps texts.
func (m *Memory) Places(t Text) []Place {
	return keep(m, scanned{"places", t.Language, t.Source, t.IsCode}, func() []Place { return Places(t) })
}

// Scan is what look finds in a source, looked for once where the memory keeps texts.
func Scan[T any](m *Memory, what, source string, look func() T) T {
	return keep(m, scanned{what: what, source: source}, look)
}

func keep[T any](m *Memory, key scanned, look func() T) T {
	if m.scans == nil {
		return look()
	}
	m.mu.Lock()
	found, ok := m.scans[key]
	m.mu.Unlock()
	if !ok {
		found = look()
		m.mu.Lock()
		m.scans[key] = found
		m.mu.Unlock()
	}
	return found.(T)
}

// past is what became of a thing, which find gives once.
func (m *Memory) past(kind, name string, find func() (catalog.History, bool)) (catalog.History, bool) {
	key := kind + " " + name
	m.mu.Lock()
	defer m.mu.Unlock()
	past, ok := m.pasts[key]
	if !ok {
		past, _ = find()
		m.pasts[key] = past
	}
	return past, past.Introduced.Known()
}
