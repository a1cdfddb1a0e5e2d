package upstream

import (
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
)

// Mentions is what a Nix file itself says about the revision it works with.
type Mentions struct {
	// Modeline is of the first comment that holds "jetpills: revision=REV".
	Modeline Pin
	// URL is of the first address of jetpack-nixos that has a revision, or else of the first one.
	URL Pin
}

// maxLookups bounds the work on one file, in the evaluator's steps: what is there may be made to take all time.
const maxLookups = 200_000

// reader reads texts out of the expressions of one file.
type reader struct{ *eval.Evaluator }

// NoMentions are those of a file that says nothing.
func NoMentions() Mentions {
	return Mentions{Modeline: Pin{Known: FromNothing}, URL: Pin{Known: FromNothing}}
}

// MayMention tells most texts, without parsing them, apart from those that say something about the revision.
func MayMention(source string) bool {
	return strings.Contains(source, modelineMark) || strings.Contains(source, repo)
}

// Mention reads the modeline and the addresses of a file; path becomes the pins' Source.
func Mention(tree *syntax.Tree, path string) Mentions {
	m := NoMentions()
	source := tree.Source()
	if revision := modeline(tree); revision != "" {
		m.Modeline = Pin{Known: FromModeline, Revision: revision, Source: path}
	}
	if !strings.Contains(source, repo) {
		return m
	}
	// Most addresses name the repository. Others are put together, of variables alone: those come last, because there
	// may be many strings with variables, and all that is looked up is bounded.
	for _, mark := range []string{repo, "${"} {
		r := reader{eval.New(eval.Options{Steps: maxLookups})}
		for n := range syntax.Descendants(tree.Root()) {
			pin, ok := r.addressAt(n, mark)
			if !ok {
				continue
			}
			pin.Known, pin.Source = FromURL, path
			if !m.URL.Found() || pin.Revision != "" {
				m.URL = pin
			}
			if pin.Revision != "" {
				return m
			}
		}
		if m.URL.Found() {
			break
		}
	}
	return m
}

// modelineMark is what a modeline begins with.
const modelineMark = "jetpills:"

// modeline is the revision that a comment asks for; empty if none does.
func modeline(tree *syntax.Tree) string {
	const key = "revision="
	source := tree.Source()
	if !strings.Contains(source, modelineMark) {
		return ""
	}
	for token := range tree.Tokens() {
		if token.Kind != syntax.Comment {
			continue
		}
		for line := range strings.Lines(strings.TrimSuffix(token.Of(source), "*/")) {
			_, asked, _ := strings.Cut(line, modelineMark)
			for _, word := range strings.Fields(asked) {
				if revision, ok := strings.CutPrefix(word, key); ok && revision != "" {
					return normalRevision(revision)
				}
			}
		}
	}
	return ""
}

// addressAt is the pin of a string that is an address, or of the set of arguments that a string with the repository's name stands in.
// Strings without the mark are passed by.
func (r reader) addressAt(n syntax.Node, mark string) (Pin, bool) {
	switch n.Kind() {
	case syntax.String, syntax.URI:
	default:
		return Pin{}, false
	}
	if !strings.Contains(n.Text(), mark) {
		return Pin{}, false
	}
	value, ok := r.text(n)
	if !ok {
		return Pin{}, false
	}
	arguments := argumentsAround(n)
	var pin Pin
	if where, ref, ok := readAddress(value); ok {
		pin = pin.of(where).at(ref)
	} else if by, ok := r.argument(arguments, "owner"); ok && strings.EqualFold(value, repo) {
		pin = pin.of(repository{by, value})
	} else {
		return Pin{}, false
	}
	if rev, ok := r.argument(arguments, "rev"); ok {
		pin = pin.at(rev)
	} else if ref, ok := r.argument(arguments, "ref"); ok && pin.Revision == "" {
		pin = pin.at(ref)
	}
	pin.Input = r.inputAround(n)
	return pin, true
}

// argumentsAround is the set in which n is the value of url or repo; the zero Node if there is none.
func argumentsAround(n syntax.Node) syntax.Node {
	binding, ok := syntax.AsBinding(n.Parent())
	if !ok {
		return syntax.Node{}
	}
	first := binding.Path().First()
	name, _ := syntax.AttrName(first)
	if (name != "url" && name != "repo") || !first.Next().IsZero() {
		return syntax.Node{}
	}
	return binding.Parent()
}

// argument is the text of a name in a set, as far as it can be told.
func (r reader) argument(set syntax.Node, name string) (string, bool) {
	if set.Kind() != syntax.AttrSet {
		return "", false
	}
	text, ok := r.Select(r.Force(r.Thunk(set, r.ScopeAt(set))), name).(eval.String)
	return string(text), ok
}

// text is the text that an expression stands for where it stands.
func (r reader) text(n syntax.Node) (string, bool) {
	text, ok := r.Force(r.Thunk(n, r.ScopeAt(n))).(eval.String)
	return string(text), ok
}

// inputAround is the name below "inputs" in the bindings around a node.
func (r reader) inputAround(n syntax.Node) string {
	inner := ""
	for above := range syntax.Ancestors(n) {
		if r.Charge(1) != nil {
			return ""
		}
		binding, ok := syntax.AsBinding(above)
		if !ok {
			continue
		}
		var names []string
		for part := range binding.Path().Names() {
			name, _ := syntax.AttrName(part)
			names = append(names, name)
		}
		for i, name := range names {
			if name != "inputs" {
				continue
			}
			if i+1 < len(names) {
				return names[i+1]
			}
			return inner
		}
		if len(names) > 0 {
			inner = names[0]
		}
	}
	return ""
}
