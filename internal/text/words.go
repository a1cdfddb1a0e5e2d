package text

import (
	"strings"
	"sync"
)

// Sought is what may stand in a text.
type Sought struct {
	// Name tells it from others.
	Name string
	// Reach is how many bytes before and behind a place decide whether it stands there.
	Reach int
	// Find is the first place from an offset on, before another, at which it stands in a text; -1 if there is none.
	Find func(text string, from, to int) int
}

// Word is a word that may stand in a text.
func Word(word string) Sought {
	return Sought{word, len(word), func(text string, from, to int) int {
		i := strings.Index(text[from:min(to+len(word)-1, len(text))], word)
		if i < 0 {
			return -1
		}
		return from + i
	}}
}

// Words know what stands in a text, and look for it once: at an edit, only where the text was edited. They are safe for concurrent use.
type Words struct {
	text string

	mu     sync.Mutex
	places map[string]place
}

type place struct {
	of Sought
	at int // -1: nowhere
}

// WordsOf are those of a text.
func WordsOf(text string) *Words { return &Words{text: text} }

// Has reports whether a word stands in the text.
func (w *Words) Has(word string) bool {
	w.mu.Lock()
	known, ok := w.places[word]
	w.mu.Unlock()
	if ok {
		return known.at >= 0
	}
	return w.Finds(Word(word))
}

// Finds reports whether something stands in the text.
func (w *Words) Finds(s Sought) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	known, ok := w.places[s.Name]
	if !ok {
		known = place{s, s.Find(w.text, 0, len(w.text))}
		if w.places == nil {
			w.places = map[string]place{}
		}
		w.places[s.Name] = known
	}
	return known.at >= 0
}

// After are the words after an edit of the text.
func (w *Words) After(e Edit, text string) *Words {
	next := &Words{text: text, places: map[string]place{}}
	w.mu.Lock()
	defer w.mu.Unlock()
	for name, known := range w.places {
		reach := known.of.Reach
		switch {
		case known.at >= 0 && known.at+reach <= e.Start:
		case known.at >= 0 && known.at-reach >= e.End:
			known.at += e.More()
		case known.at >= 0:
			continue // it may have gone
		default:
			known.at = known.of.Find(text, max(0, e.Start-reach), min(len(text), e.End+e.More()+reach))
		}
		next.places[name] = known
	}
	return next
}
