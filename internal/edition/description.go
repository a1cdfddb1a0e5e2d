package edition

import (
	"slices"
	"strings"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/pattern"
	"jetpills/internal/pill"
	"jetpills/internal/text"
)

// maxDescriptions is how many descriptions a shelf keeps.
const maxDescriptions = 256

type keptDescription struct {
	words, path string
	catalog     *catalog.Catalog
}

// A Description is what holds at a revision of a description that was written for the newest.
type Description struct {
	Text string
	// Differs reports whether sentences were left out, or the option that it describes is another at the revision: there may be more in
	// the rest that does not hold.
	Differs bool
}

// Description returns the sentences of a description, written for the newest revision, that hold at a catalog's revision as far as is
// known. path is that of the option that it describes, or whose value; it is empty for a package.
func (s *Shelf) Description(words, path string, c *catalog.Catalog) Description {
	key := keptDescription{words, path, c}
	s.mu.Lock()
	held, ok := s.descriptions[key]
	s.mu.Unlock()
	if ok || words == "" {
		return held
	}
	held = s.describe(words, path, c)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.descriptions == nil || len(s.descriptions) >= maxDescriptions {
		s.descriptions = map[keptDescription]Description{}
	}
	s.descriptions[key] = held
	return held
}

func (s *Shelf) describe(words, path string, c *catalog.Catalog) Description {
	newest := s.library.Newest()
	e := Edition{library: s.library, world: s.world(c), home: s.world(newest), memory: s.memory}
	now, _ := newest.Option(path)
	then, isThere := c.Option(path)
	e.subjects = slices.Clip(now.Values)
	if path != "" {
		e.subjects = append(e.subjects, e.gone()...)
	}
	for _, u := range e.units(words) {
		e.subjects = append(e.subjects, e.home.ValuesBeside(Claims(u))...)
	}
	decided := slices.DeleteFunc(texts(now.Used), func(value string) bool { return slices.Contains(texts(then.Used), value) })
	var held []string
	differs := path != "" && !isSame(now, then)
	wasGone := false
	for _, part := range s.library.Marked(words) {
		for rest := e.renamed(part.Words); rest != ""; {
			var sentence string
			sentence, rest = text.Sentence(rest)
			gone := wasGone && goesOn.MatchString(sentence) || e.lacks(sentence) || e.isAhead(sentence) || e.isOfOthers(sentence) ||
				len(e.unwitnessed(sentence)) > 0 || rest == "" && !e.holds(part.Mark)
			if isThere {
				gone = gone || now.ShownDefault() != then.ShownDefault() && ofDefault.MatchString(sentence) ||
					isFunction(now) && !isFunction(then) && strings.Contains(sentence, "function") ||
					then.Used != "" && slices.ContainsFunc(decided, func(value string) bool { return strings.Contains(sentence, "`"+value+"`") })
			}
			differs = differs || gone
			if wasGone = gone; !gone {
				held = append(held, sentence)
			}
		}
	}
	return Description{strings.Join(held, " "), differs}
}

// isSame reports whether an option is the same at two revisions, by what the catalog knows of it.
func isSame(a, b catalog.Option) bool {
	return a.Path == b.Path && a.Type == b.Type && slices.Equal(a.Values, b.Values) && a.ShownDefault() == b.ShownDefault() && a.Used == b.Used &&
		a.RenamedTo == b.RenamedTo && a.ReadOnly == b.ReadOnly
}

// holds reports whether a sentence with a mark holds at the revision, as far as is known.
func (e Edition) holds(mark string) bool {
	if witnesses, ok := pill.ReadWitnesses(mark); ok {
		return !e.lacksOf(witnesses)
	}
	kind, commit, _ := strings.Cut(mark, " ")
	before, ok := e.world.IsBefore(commit)
	return !ok || before == (kind == "before")
}

// otherGenerations is how a sentence speaks of more generations than one.
var otherGenerations = pattern.New(`\b(?:(?:an|the) ?other|each|every|all) (?:JetPack )?generations?\b`)

// isOfOthers reports whether a sentence tells of more generations than the revision has.
func (e Edition) isOfOthers(sentence string) bool {
	return len(e.world.Generations()) == 1 && otherGenerations.MatchString(sentence)
}

// gone are the last names of the options of jetpack-nixos that home has and the revision lacks.
func (e Edition) gone() []string {
	var all []string
	for _, o := range e.home.Options() {
		if _, ok := e.world.Option(o.Path); !ok && strings.HasPrefix(o.Path, catalog.Namespace+".") {
			all = append(all, lastName(o.Path))
		}
	}
	return all
}

// isFunction reports whether an option takes a function.
func isFunction(o catalog.Option) bool { return strings.Contains(o.Type, "function") }

// texts are the strings in Nix source that are without escapes.
func texts(nix string) []string {
	var all []string
	for _, m := range quoted.FindAllStringSubmatch(nix, -1) {
		all = append(all, m[1])
	}
	return all
}

var (
	quoted = pattern.New(`"([^"$\\]*)"`)
	// goesOn is what refers to the sentence before.
	goesOn    = pattern.New(`^(?:These|Those|They|Both|Then|So|But|And|There|Each)\b|\b(?:(?:old|new) name|instead|other|also|the same)\b`)
	ofDefault = pattern.New(`\bby default\b|\bdefaults? (?:to|is|was|are|for|value)\b|\bis (?:the|its) default\b`)
	month     = pattern.New(`\b(?:January|February|March|April|May|June|July|August|September|October|November|December) \d{4}\b`)
)

// isAhead reports whether a text tells of a month that was not over on the day of the revision.
func (e Edition) isAhead(words string) bool {
	at := e.world.Revision.Date
	return !at.IsZero() && slices.ContainsFunc(month.FindAllString(words, -1), func(named string) bool {
		first, err := time.Parse("January 2006", named)
		return err == nil && at.Before(first.AddDate(0, 1, 0))
	})
}
