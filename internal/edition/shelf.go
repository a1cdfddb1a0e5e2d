package edition

import (
	"slices"
	"sync"

	"jetpills/internal/catalog"
	"jetpills/internal/claims"
	"jetpills/internal/markup"
	"jetpills/internal/pill"
)

// How much a shelf keeps: of worlds, the two that a hover needs, for a few pins; of excerpts, what a person looks at again.
const (
	maxWorlds   = 6
	maxExcerpts = 48
)

// A Shelf makes the excerpts of sections for revisions, and keeps those that were asked for last. Any number of goroutines may use it.
type Shelf struct {
	library *catalog.Library
	memory  *claims.Memory

	mu       sync.Mutex
	worlds   []*claims.World // the last used first
	excerpts []kept          // likewise

	descriptions map[keptDescription]Description
	differences  map[difference]bool
}

type kept struct {
	section any
	catalog *catalog.Catalog
	lines   int
	title   string
	excerpt pill.Excerpt
	about   markup.Text
}

// NewShelf makes an empty shelf.
func NewShelf(library *catalog.Library) *Shelf {
	return &Shelf{library: library, memory: claims.NewMemory(false)}
}

// NewLongShelf makes an empty shelf for who reads the same sections at many revisions.
func NewLongShelf(library *catalog.Library) *Shelf {
	return &Shelf{library: library, memory: claims.NewMemory(true)}
}

// Excerpt returns the title and the excerpt of a section as they hold at a catalog's revision, and what is to be said of them: see
// [Edition.About].
func (s *Shelf) Excerpt(section pill.Section, c *catalog.Catalog, lines int) (string, pill.Excerpt, markup.Text) {
	key := section.Key()
	is := func(k kept) bool { return k.section == key && k.catalog == c && k.lines == lines }
	s.mu.Lock()
	if k, ok := first(s.excerpts, is); ok {
		s.mu.Unlock()
		return k.title, k.excerpt, k.about
	}
	s.mu.Unlock()
	k := kept{section: key, catalog: c, lines: lines, title: section.Title}
	if e, ok := s.Edition(section, c); ok {
		edited, cited := e.Section(section)
		k.title, k.excerpt = e.Title(section.Title), edited.Excerpt(lines)
		k.about = e.About(section.Title, k.excerpt.Markdown(nil), cited)
	} else {
		k.excerpt = section.Excerpt(lines)
	}
	s.mu.Lock()
	s.excerpts = append([]kept{k}, s.excerpts[:min(len(s.excerpts), maxExcerpts-1)]...)
	s.mu.Unlock()
	return k.title, k.excerpt, k.about
}

// Edition is the edition of a section for a catalog; false where the pill holds as it is, or does not say what it was written for.
func (s *Shelf) Edition(section pill.Section, c *catalog.Catalog) (Edition, bool) {
	if !differs(section.Pill, c) {
		return Edition{}, false
	}
	return s.edition(section, c)
}

func (s *Shelf) edition(section pill.Section, c *catalog.Catalog) (Edition, bool) {
	home, match := s.library.At(section.Pill.Revision)
	if match != catalog.Exact {
		return Edition{}, false
	}
	return newEdition(section, s.library, s.world(c), s.world(home), s.memory), true
}

func (s *Shelf) world(c *catalog.Catalog) *claims.World {
	s.mu.Lock()
	defer s.mu.Unlock()
	w, ok := first(s.worlds, func(w *claims.World) bool { return w.Catalog == c })
	if !ok {
		w = claims.NewWorld(s.library, c, nil, s.memory)
		s.worlds = append([]*claims.World{w}, s.worlds[:min(len(s.worlds), maxWorlds-1)]...)
	}
	return w
}

// first finds a member of a list and moves it to the front.
func first[T any](all []T, is func(T) bool) (found T, ok bool) {
	i := slices.IndexFunc(all, is)
	if i < 0 {
		return found, false
	}
	found = all[i]
	copy(all[1:i+1], all[:i])
	all[0] = found
	return found, true
}
