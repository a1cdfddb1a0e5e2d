package pill

import (
	"cmp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
)

// An index holds what the sections of a collection explain.
type index struct {
	sections []*Section        // of all pills in reading order, those of glossary.md and README.md last
	tiers    []int8            // of the sections of which something is inferred
	claims   map[Topic][]claim // the strongest first
	declared []Topic
	globs    []Topic // those declared that are globs, the more specific first
}

// A claim says how strongly a section explains a topic.
type claim struct {
	section  int32 // in index.sections
	strength float32
}

// declared is the least strength of a topic that a section names in its comment: more than anything that a
// text shows.
const declared = 1000

// index gathers what the sections explain: what they say themselves that they do and, in pills that don't,
// what is inferred.
func (c *Collection) index() *index {
	sections, topics := 0, 0
	for _, p := range c.all() {
		sections += len(p.Sections)
		for _, s := range p.Sections {
			topics += len(s.Topics)
		}
	}
	x := &index{sections: make([]*Section, 0, sections), tiers: make([]int8, sections), claims: make(map[Topic][]claim, topics)}
	areAnnotated := slices.ContainsFunc(c.pills, func(p *Pill) bool { return p.annotated })
	for _, p := range c.all() {
		isAnnotated := p.annotated || !isNumber(p.ID) && areAnnotated
		var theme []string
		if !isAnnotated {
			theme = inWords(p.Title + " " + p.Subtitle + " " + strings.TrimSuffix(p.File, ".md"))
			slices.Sort(theme)
			theme = slices.Compact(theme)
		}
		for i, s := range p.Sections {
			n := int32(len(x.sections))
			x.sections = append(x.sections, &p.Sections[i])
			for _, t := range s.Topics {
				x.claims[t] = append(x.claims[t], claim{n, declared + preference(t, s)})
			}
			if isAnnotated {
				continue
			}
			tier, ok := s.tier()
			if x.tiers[n] = tier; !ok || s.isEmpty() {
				continue
			}
			for t, strength := range s.infer(theme) {
				x.claims[t] = append(x.claims[t], claim{n, strength})
			}
		}
	}
	for t, claims := range x.claims {
		slices.SortStableFunc(claims, func(a, b claim) int { return cmp.Compare(b.strength, a.strength) })
		if claims[0].strength < declared {
			continue
		}
		x.declared = append(x.declared, t)
		if t.isGlob() {
			x.globs = append(x.globs, t)
		}
	}
	bySpecificity(x.globs)
	return x
}

// all are the pills in reading order, the glossary and the index last.
func (c *Collection) all() []*Pill {
	all := slices.Clip(c.pills)
	for _, p := range []*Pill{c.glossary, c.readme} {
		if p != nil {
			all = append(all, p)
		}
	}
	return all
}

// preference decides between sections that declare the same topic: one that names it in its heading, then
// one that declares little else.
func preference(t Topic, s Section) float32 {
	points := 1000 / float32(1+len(s.Topics))
	name := t.Name[strings.LastIndexAny(t.Name, "./=")+1:]
	if strings.Contains(strings.ToLower(s.Title), strings.ToLower(name)) {
		points += 1000
	}
	return points
}

// Warm makes what the first lookup would wait for.
func (c *Collection) Warm() { c.explained() }

// For returns the section that explains the first of the topics that any section explains. What sections
// declare in their comments goes first, an exact name before a glob, a longer glob before a shorter. Then
// goes what is inferred of pills without such comments.
func (c *Collection) For(topics ...Topic) (Section, bool) {
	x := c.explained()
	for _, find := range []func(Topic) (Section, bool){x.byComment, x.byText} {
		for _, t := range topics {
			if s, ok := find(t); ok {
				return s, true
			}
		}
	}
	return Section{}, false
}

// byComment finds the section that declares the topic, or else a glob of it.
func (x *index) byComment(t Topic) (Section, bool) {
	if s, ok := x.declares(t); ok {
		return s, true
	}
	for _, glob := range x.globs {
		if glob.matches(t) {
			return *x.sections[x.claims[glob][0].section], true
		}
	}
	return Section{}, false
}

func (x *index) declares(t Topic) (Section, bool) {
	if claims := x.claims[t]; len(claims) > 0 && claims[0].strength >= declared {
		return *x.sections[claims[0].section], true
	}
	return Section{}, false
}

// byText finds the section that has the most of the topic's forms, where that reaches the threshold.
func (x *index) byText(t Topic) (Section, bool) {
	forms, focus := formsOf(t)
	for _, alike := range forms {
		if s, ok := x.strongest(alike); ok {
			s.focus = focus
			return s, true
		}
	}
	return Section{}, false
}

// strongest is the section that has the most of one of the forms, with what it has of those that are only
// near. Of equals it is the first; sections that only sum up and the index are asked where no other one
// answers.
func (x *index) strongest(forms []form) (Section, bool) {
	direct, beside := map[int32]float32{}, map[int32]float32{}
	for _, f := range forms {
		for _, claim := range x.claims[f.Topic] {
			switch strength := f.share * claim.strength; {
			case claim.strength >= declared:
			case f.share > near:
				direct[claim.section] = max(direct[claim.section], strength)
			default:
				beside[claim.section] = max(beside[claim.section], strength)
			}
		}
	}
	best, most := int32(-1), float32(0)
	for n, strength := range direct {
		if strength += beside[n]; strength < threshold {
			continue
		}
		if best < 0 || cmp.Or(
			cmp.Compare(x.tiers[n], x.tiers[best]),
			cmp.Compare(most, strength),
			cmp.Compare(n, best)) < 0 {
			best, most = n, strength
		}
	}
	if best < 0 {
		return Section{}, false
	}
	return *x.sections[best], true
}

// tier says after which others a section is asked for what it shows; it reports false for one that is never
// asked.
func (s Section) tier() (tier int8, ok bool) {
	if !isNumber(s.Pill.ID) {
		tier = 2 // it is short about what others explain
	}
	if s.body.role == shortening || s.isAside() {
		tier++
	}
	return tier, s.body.role == explaining || s.body.role == shortening
}

// isEmpty reports whether neither the section nor one inside it says anything.
func (s Section) isEmpty() bool {
	for _, inner := range s.Subtree() {
		if inner.body.role != framing && slices.ContainsFunc(inner.nodes(), func(n ast.Node) bool { return !isBlank(n, s.Pill.source()) }) {
			return false
		}
	}
	return true
}

// isAside reports whether the heading of a section, or one around it, says that things are shown at work or
// going wrong.
func (s Section) isAside() bool {
	for _, outer := range append(s.Parents(), s) {
		if slices.ContainsFunc(inWords(outer.Title), func(w string) bool { return asides[w] }) {
			return true
		}
	}
	return false
}

var asides = set("troubleshooting", "debugging", "debug", "gotcha", "pitfall", "faq", "prerequisite", "practical", "together", "command")
