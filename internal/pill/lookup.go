package pill

import (
	"slices"
	"strings"
)

// invert builds the map from declared topics to sections.
func (c *Collection) invert() {
	c.topics = map[Topic][]Section{}
	for _, p := range append(slices.Clip(c.pills), c.indexes()...) {
		for _, s := range p.Sections {
			for _, t := range s.Topics {
				c.topics[t] = append(c.topics[t], s)
			}
		}
	}
	for t, sections := range c.topics {
		slices.SortStableFunc(sections, func(a, b Section) int { return preference(t, b) - preference(t, a) })
		if t.isGlob() {
			c.globs = append(c.globs, t)
		}
	}
	bySpecificity(c.globs)
}

func (c *Collection) indexes() []*Pill {
	if c.index == nil {
		return nil
	}
	return []*Pill{c.index}
}

// preference decides between sections that declare the same topic: one that
// names it in its heading, then one that declares little else.
func preference(t Topic, s Section) int {
	points := -len(s.Topics)
	name := t.Name[strings.LastIndexAny(t.Name, "./=")+1:]
	if strings.Contains(strings.ToLower(s.Title), strings.ToLower(name)) {
		points += 1000
	}
	return points
}

// For returns the section that explains the first of the topics that any
// section explains. What sections declare in their comments goes first, an
// exact name before a glob, a longer glob before a shorter. Only in pills
// without such comments does it go by headings and by what the text mentions,
// and then only for what a section is plainly about.
func (c *Collection) For(topics ...Topic) (Section, bool) {
	for _, t := range topics {
		if s, ok := c.declared(t); ok {
			return s, true
		}
	}
	for _, t := range topics {
		if s, ok := c.mentioning(t); ok {
			return s, true
		}
	}
	return Section{}, false
}

func (c *Collection) declared(t Topic) (Section, bool) {
	if sections := c.topics[t]; len(sections) > 0 {
		return sections[0], true
	}
	for _, glob := range c.globs {
		if glob.matches(t) {
			return c.topics[glob][0], true
		}
	}
	return Section{}, false
}
