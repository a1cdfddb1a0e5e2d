package ide

import (
	"slices"

	"jetpills/internal/pill"
	"jetpills/internal/workspace"
)

// Asserted are the IDs of the assertions that rules follow from, by what the rules say.
func Asserted() map[string][]string {
	all := map[string][]string{}
	for _, a := range assertions {
		all[a.says] = a.ids
	}
	return all
}

// Reached are the topics by which the section is found that a hover under a cursor shows: those that its subject asks for, and that the
// section declares; of a word of the glossary, all that its entry declares.
func Reached(sn *workspace.Snapshot, doc *workspace.Document, offset int) []pill.Topic {
	q := newQueryAt(sn, doc, offset)
	s, _, ok := q.subjectAt(offset)
	if !ok {
		return nil
	}
	section, ok := s.section(q)
	if !ok {
		return nil
	}
	if w, isWord := s.(glossaryWord); isWord {
		more, _ := w.atLength(q)
		return append(slices.Clone(section.Topics), more.topics...)
	}
	asking, ok := s.(interface{ asked() []pill.Topic })
	if !ok {
		return nil
	}
	return slices.DeleteFunc(asking.asked(), func(t pill.Topic) bool { return !slices.Contains(section.Topics, t) })
}

func (t topics) asked() []pill.Topic { return slices.Clone(t) }
