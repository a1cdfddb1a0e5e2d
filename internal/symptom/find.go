package symptom

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// A Match is a symptom that a text has.
type Match struct {
	*Symptom
	// At is the 1-based line in which the message begins; the last one, if there are several.
	At int
	// Text is what the line says, cut to what is around the message.
	Text string
	// Times is how often the message stands in the text.
	Times int

	text       []byte
	start, end int64 // where it stands in the normal form
	said       int   // bytes of it that do not vary
	block      int   // the line above a list of failed assertions that has it, or 0
}

// A Report is what there is to say of a text.
type Report struct {
	// Matches are the symptoms that it has, the one that most likely made everything else fail first.
	Matches []Match
	// Failing is the last line that speaks of an error, for a text without a match; At is 0 where there is none.
	Failing Match
	Lines   int
	Bytes   int64
	// Binary is for a text that is mostly no text.
	Binary bool
}

// Bounds of what is kept of a line to be shown, in bytes.
const (
	mostBefore = 160 // a message in its line
	mostAfter  = 160
)

// mostBehind is how many lines there are behind a message that counts only at the end.
const mostBehind = 12

// Bounds of the gap that an ellipsis stands for.
const (
	widestGap  = 240 // normal bytes
	tallestGap = 1   // line ends
)

// Find looks for the symptoms in a text. The error is that of the reader.
func (t *Table) Find(r io.Reader) (Report, error) {
	s := &scan{finder: t.finder(), line: 1, seen: map[*Symptom]*Match{}}
	s.partial = make([]partial, len(s.finder.steps))
	s.near = make([]bool, s.finder.nears)
	n := normalizer{fresh: true}
	var report Report
	ended := true
	for buffer := make([]byte, 64<<10); ; {
		size, err := r.Read(buffer)
		for _, b := range buffer[:size] {
			if n.isPlain(b) {
				s.show(b)
				s.normal(b)
				n.before, n.fresh = b, false
			} else {
				n.add(b, s.normal, s.show)
			}
			ended = b == '\n'
		}
		report.Bytes += int64(size)
		if err == io.EOF {
			break
		}
		if err != nil {
			return report, fmt.Errorf("cannot read the text: %w", err)
		}
	}
	n.space(s.normal) // a message may end with the text
	report.Lines = s.line
	if ended {
		report.Lines--
	}
	report.Binary = n.strange*10 > report.Bytes*3
	report.Matches, report.Failing = s.result()
	return report, nil
}

// scan goes through a text.
type scan struct {
	finder *finder
	state  int32
	at     int64 // bytes of the normal form before
	line   int   // 1-based
	block  int   // the line of the last head of a list of assertions, as long as it goes on; else 0

	partial []partial // by step
	near    []bool
	seen    map[*Symptom]*Match
	failing Match

	shown, above []byte   // the end of this line and of the one above, as they are shown
	cut          bool     // shown is not the whole line
	open         []*Match // whose Text is not yet complete
}

// partial is the last place at which the first pieces of a pattern stand.
type partial struct {
	start, end int64
	from, to   int // lines
	said       int // bytes of the message up to here that do not vary
	ok         bool
}

// show keeps what is shown of a line.
func (s *scan) show(b byte) {
	if b != '\n' {
		s.shown = append(s.shown, b)
		if len(s.shown) > 4*mostBefore {
			s.shown = append(s.shown[:0], s.shown[len(s.shown)-mostBefore:]...)
			s.cut = true
		}
		for i := 0; i < len(s.open); i++ {
			m := s.open[i]
			if m.text = append(m.text, b); len(m.text) >= mostBefore+mostAfter {
				s.close(m)
				i--
			}
		}
		return
	}
	for len(s.open) > 0 {
		s.close(s.open[0])
	}
	if s.block > 0 && s.block < s.line && len(strings.TrimSpace(string(s.shown))) == 0 {
		s.block = 0
	}
	s.line++
	s.above = append(s.above[:0], s.shown...)
	s.shown, s.cut = s.shown[:0], false
}

func (s *scan) close(m *Match) {
	s.open = slices.DeleteFunc(s.open, func(other *Match) bool { return other == m })
}

// normal reads a byte of the normal form.
func (s *scan) normal(b byte) {
	s.at++
	s.state = s.finder.next(s.state, b)
	for node := s.state; node != 0; node = s.finder.nodes[node].shorter {
		for _, step := range s.finder.nodes[node].ends {
			s.reached(step)
		}
	}
}

// reached says that the piece of a step ends here.
func (s *scan) reached(number int) {
	step := s.finder.steps[number]
	now := partial{start: s.at - int64(step.length), end: s.at, from: s.line, to: s.line, said: step.said, ok: true}
	if step.first {
		// The piece may have begun on the line above.
		now.from = s.lineOf(now.start)
	} else {
		before := s.partial[number-1]
		if !before.ok || before.end > now.start || now.start-before.end > widestGap || s.line-before.to > tallestGap {
			return
		}
		now.start, now.from = before.start, before.from
	}
	s.partial[number] = now
	if !step.last {
		return
	}
	switch {
	case step.near >= 0:
		s.near[step.near] = true
	case step.symptom == nil && step.heads:
		s.block = s.line
	case step.symptom == nil:
		s.fill(&s.failing, now)
	default:
		m := s.seen[step.symptom]
		if m == nil {
			m = &Match{Symptom: step.symptom}
			s.seen[step.symptom] = m
		}
		if m.Times == 0 || now.start >= m.end {
			m.Times++
		} else if now.start != m.start {
			return // another of its messages, inside
		}
		s.fill(m, now)
	}
}

// lineOf is the line of a place not far behind.
func (s *scan) lineOf(at int64) int {
	// Line ends are spaces like others: a piece that has them counts as begun where it ends, unless it is longer than its line.
	if int(s.at-at) > len(s.shown)+1 && s.line > 1 && !s.cut {
		return s.line - 1
	}
	return s.line
}

func (s *scan) fill(m *Match, at partial) {
	m.start, m.end, m.said, m.At, m.block = at.start, at.end, at.said, at.from, s.block
	m.text = m.text[:0]
	if at.from < s.line {
		m.text = append(append(m.text, s.above...), ' ')
	}
	m.text = append(m.text, s.shown...)
	if over := len(m.text) - mostBefore - mostAfter/2; over > 0 {
		m.text = slices.Delete(m.text, 0, over)
	}
	if !slices.Contains(s.open, m) {
		s.open = append(s.open, m)
	}
}

// result is what was found, without messages that are parts of others, in order.
func (s *scan) result() ([]Match, Match) {
	for len(s.open) > 0 {
		s.close(s.open[0])
	}
	var all []Match
	for symptom, m := range s.seen {
		if near := s.finder.near[symptom]; len(near) > 0 && !slices.ContainsFunc(near, func(i int) bool { return s.near[i] }) {
			continue
		}
		if symptom.Last && s.line-m.At > mostBehind {
			continue
		}
		m.finish()
		all = append(all, *m)
	}
	s.failing.finish()
	all = slices.DeleteFunc(slices.Clone(all), func(m Match) bool {
		return slices.ContainsFunc(all, func(other Match) bool { return m.partOf(other) })
	})
	slices.SortFunc(all, func(a, b Match) int {
		lineOf := func(m Match) int { return cmp.Or(m.block, m.At) }
		order := cmp.Or(cmp.Compare(a.Kind.rank(), b.Kind.rank()), cmp.Compare(lineOf(b), lineOf(a)))
		switch {
		case order == 0 && a.block > 0:
			order = cmp.Compare(a.At, b.At)
		case a.Kind == Result && b.Kind == Result:
			order = cmp.Compare(a.At, b.At) // what failed because of another comes behind it
		}
		return cmp.Or(order, cmp.Compare(b.end-b.start, a.end-a.start), cmp.Compare(a.Line, b.Line))
	})
	return all, s.failing
}

func (m *Match) finish() { m.Text = strings.TrimSpace(strings.ToValidUTF8(string(m.text), "")) }

// partOf reports whether a message stands inside another one, which says more.
func (m Match) partOf(other Match) bool {
	if m.Symptom == other.Symptom || m.start < other.start || m.end > other.end {
		return false
	}
	if m.start == other.start && m.end == other.end {
		if wants, otherWants := len(m.Near) > 0, len(other.Near) > 0; wants != otherWants {
			return otherWants
		}
		return m.said < other.said
	}
	return true
}
