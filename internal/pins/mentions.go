package pins

import (
	"bytes"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/upstream"
)

// Mentions are the pins that stand in a Nix file itself.
type Mentions []Pin

// Mention gives the pins in the source of a Nix file, which is parsed if there may be any: has says which words stand in it. path
// becomes their File.
func Mention(has func(word string) bool, parse func() *syntax.Tree, path string) Mentions {
	var all Mentions
	for _, row := range formats {
		if row.text == nil || !has(row.mark) {
			continue
		}
		if pin := row.text(parse()); pin != (Pin{}) {
			pin.Format, pin.File = row.name, path
			all = append(all, pin)
		}
	}
	return all
}

// modelinePin is the pin of the first directive revision=REV.
func modelinePin(tree *syntax.Tree) Pin {
	for d := range module.Directives(tree) {
		if d.Key == "revision" && d.Value != "" {
			return Pin{Revision: normalRevision(d.Value)}
		}
	}
	return Pin{}
}

// findEntry is the pin of the first address in one of the files.
func findEntry(in *opened, names []string) Pin {
	for _, name := range names {
		content, err := upstream.ReadFile(in.root.FS(), name, maxEntry)
		if err != nil || !bytes.Contains(content, []byte(repo)) || !upstream.IsText(content) {
			continue
		}
		if pin := addressPin(syntax.Parse(string(content))); pin != (Pin{}) {
			pin.File = filepath.Join(in.dir, name)
			return pin
		}
	}
	return Pin{}
}

// addressPin is the pin of the address that AddressIn finds.
func addressPin(tree *syntax.Tree) Pin {
	pin, _ := AddressIn(tree)
	return pin
}

// AddressIn is the pin of the first address of jetpack-nixos in a text that has a revision, or else of the first one, and the
// string that is the address; the zero Pin and Node where there is none.
func AddressIn(tree *syntax.Tree) (first Pin, at syntax.Node) {
	// Most addresses name the repository. Others are put together, of variables alone: those come last, because there
	// may be many strings with variables, and all that is looked up is bounded.
	for _, mark := range []string{repo, "${"} {
		a := addresses{eval.New(eval.Options{Steps: maxLookups})}
		for n := range syntax.Descendants(tree.Root()) {
			pin, ok := a.at(n, mark)
			if !ok || pin.Revision == "" && first != (Pin{}) {
				continue
			}
			pin.Input = inputAround(n)
			if first, at = pin, n; pin.Revision != "" {
				break
			}
		}
		if first != (Pin{}) {
			break
		}
	}
	return first, at
}

// addressesIn are the pins of the addresses of jetpack-nixos that a text has for inputs of a flake.
func addressesIn(tree *syntax.Tree) iter.Seq[Pin] {
	return func(yield func(Pin) bool) {
		a := addresses{eval.New(eval.Options{Steps: maxLookups})}
		for n := range syntax.Descendants(tree.Root()) {
			if pin, ok := a.at(n, repo); ok {
				if pin.Input = inputAround(n); pin.Input != "" && !yield(pin) {
					return
				}
			}
		}
	}
}

// inputAround is the name of the flake input that a node is a part of; empty if it is of none.
func inputAround(n syntax.Node) string {
	path := module.PathOf(n)
	i := slices.IndexFunc(path, func(p module.Part) bool { return p.Known && p.Name == "inputs" })
	if i < 0 || i+1 >= len(path) {
		return ""
	}
	return path[i+1].Name
}

// maxLookups bounds the work on one file, in the evaluator's steps: what is there may be made to take all time.
const maxLookups = 200_000

// addresses reads the addresses in one file.
type addresses struct{ *eval.Evaluator }

// at is the pin of a string that is an address, or of the set of arguments that a string with the repository's name
// stands in. Strings without the mark are passed by.
func (a addresses) at(n syntax.Node, mark string) (Pin, bool) {
	if n.Kind() != syntax.String && n.Kind() != syntax.URI || !strings.Contains(n.Text(), mark) {
		return Pin{}, false
	}
	text, ok := a.Force(a.Thunk(n, a.ScopeAt(n))).(eval.String)
	if !ok {
		return Pin{}, false
	}
	argument := a.argumentsAround(n)
	var pin Pin
	if r, ref, ok := readAddress(string(text)); ok {
		pin = pin.of(r).at(ref)
	} else if by := argument("owner"); by != "" && strings.EqualFold(string(text), repo) {
		pin = pin.of(repository{by, string(text)})
	} else {
		return Pin{}, false
	}
	if rev := argument("rev"); rev != "" {
		pin = pin.at(rev)
	} else if pin.Revision == "" {
		pin = pin.at(argument("ref"))
	}
	return pin, true
}

// argumentsAround gives the texts beside n in the set in which that is the value of url or repo; none where there is
// none.
func (a addresses) argumentsAround(n syntax.Node) func(name string) string {
	var set syntax.Node
	if binding, ok := syntax.AsBinding(n.Parent()); ok {
		first := binding.Path().First()
		if name, _ := syntax.AttrName(first); (name == "url" || name == "repo") && first.Next().IsZero() {
			set = binding.Parent()
		}
	}
	return func(name string) string {
		if set.Kind() != syntax.AttrSet {
			return ""
		}
		text, _ := a.Select(a.Force(a.Thunk(set, a.ScopeAt(set))), name).(eval.String)
		return string(text)
	}
}
