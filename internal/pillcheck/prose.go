package pillcheck

import (
	"maps"
	"path"
	"slices"
	"strings"

	"jetpills/internal/claims"
	"jetpills/internal/edition"
	"jetpills/internal/pill"
)

// claims checks the names of jetpack-nixos in a pill: its topics, its prose, its code.
func (l *linter) claims(p *pill.Pill) {
	w := l.world(p)
	for _, s := range p.Sections {
		for _, t := range s.Topics {
			if !topicExists(w, t) {
				l.found(p.File, s.Line, "topic", "%s does not exist at %s", t, w.Revision.Short())
			}
		}
	}
	bound := map[string]bool{}
	units := p.Units()
	for _, u := range units {
		if u.Language == "nix" {
			claims.Learn(u.Source, bound)
		}
	}
	for _, u := range units {
		for _, m := range w.Read(edition.Claims(u), func(name string) bool { return bound[name] }) {
			l.found(p.File, u.Line+strings.Count(u.Source[:m.Start], "\n"), m.Code, "%s", m.Message)
		}
	}
}

// topicExists reports whether what a topic names exists; functions and ideas are anyone's.
func topicExists(w *claims.World, t pill.Topic) bool {
	separator := "."
	var names []string
	switch t.Kind {
	case pill.FunctionTopic, pill.ConceptTopic:
		return true
	case pill.OptionTopic:
		return w.HasOption(strings.Split(t.Name, "."))
	case pill.FileTopic:
		files := w.Files()
		if files == nil || w.Folder(t.Name) {
			return true
		}
		separator, names = "/", slices.Collect(maps.Keys(files))
	default:
		names = namesOf(w.Catalog, t.Kind)
		if len(names) == 0 && (t.Kind == pill.PackageTopic || t.Kind == pill.OutputTopic) {
			return true // they are not known at the revision
		}
	}
	pattern := strings.Split(t.Name, separator)
	return slices.ContainsFunc(names, func(name string) bool { return covers(pattern, strings.Split(name, separator)) })
}

// covers reports whether a pattern of a topic covers the beginning of a name.
func covers(pattern, name []string) bool {
	for i, p := range pattern {
		if p == "**" {
			return true
		}
		if i >= len(name) {
			return false
		}
		if ok, err := path.Match(p, name[i]); err != nil || !ok {
			return false
		}
	}
	return true
}
