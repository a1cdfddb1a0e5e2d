package ide

import (
	"fmt"
	"iter"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// board looks at SoMs, carrier boards and JetPack versions that are set together.
func (d *diagnoser) board() {
	for _, set := range d.boardSets() {
		if d.isEnough() {
			break
		}
		d.judge(set)
	}
}

// boardSet is what is certainly set together: in one set, under no condition, and not as a default that others may override.
type boardSet struct {
	board
	at map[string]text.Span // by option: where its value stands
}

// boardSets are the sets of a document that say something of the board, in order.
func (d *diagnoser) boardSets() []boardSet {
	var sets []boardSet
	index := map[syntax.Node]int{}
	for option, definition := range d.boardDefinitions() {
		value := definition.Binding.Value()
		if !d.regardOf(value).value || d.isOff(value, d.optionOf(definition.Path)) {
			continue // NixOS never looks at it
		}
		whole := module.OutermostSet(definition.Binding.Parent())
		i, ok := index[whole]
		if !ok {
			i = len(sets)
			index[whole] = i
			sets = append(sets, boardSet{at: map[string]text.Span{}})
		}
		literal, text := certainString(value)
		if _, twice := sets[i].at[option]; twice {
			text = ""
		}
		*sets[i].field(option), sets[i].at[option] = text, literal.Span()
	}
	return sets
}

// certainString is the string that an option has whatever other modules say, and its text; an empty text if there is none.
func certainString(n syntax.Node) (syntax.Node, string) {
	switch n.Kind() {
	case syntax.Paren:
		return certainString(n.Child(0))
	case syntax.Apply:
		a, _ := syntax.AsApply(n)
		if module.CalleeName(a.Function()) == "mkForce" {
			return certainString(a.Argument())
		}
	case syntax.String, syntax.IndentedString:
		if value, ok := syntax.StringValue(n); ok && syntax.IsClosed(n) {
			return n, value
		}
	}
	return n, ""
}

// judge reports a set that jetpack-nixos refuses, at the value that does not fit the SoM.
func (d *diagnoser) judge(set boardSet) {
	// The first that is written here is the one to mend.
	for option, found := range d.refusals(set.board) {
		if *set.field(option) != "" {
			found.Span = set.at[option]
			found.Fixes = d.fitting(set.board, option, found.Span)
			d.report(found)
			return
		}
	}
}

// refusals are what a combination breaks: the option that does not fit the SoM, and what is to be said of it, without a span.
func (d *diagnoser) refusals(set board) iter.Seq2[string, Diagnostic] {
	return func(yield func(string, Diagnostic) bool) {
		verdict, clashes := set.fits(d.pinned.Catalog)
		if verdict != catalog.FitNo {
			return
		}
		for _, clash := range clashes {
			option := catalog.MajorVersionOption
			if clash == catalog.ClashCarrier || clash == catalog.ClashTargetBoard && (set.major == "" || set.carrier != "" && len(d.fittingValues(set, catalog.CarrierBoardOption)) > 0) {
				option = catalog.CarrierBoardOption
			}
			found := Diagnostic{
				Code: CodeRefusedCombination, Section: d.explain(strings.Split(option, ".")),
				Message: fmt.Sprintf("%s refuses %s = %q together with som = %q", d.revision(), shortName(option), *set.field(option), set.som),
			}
			if clash == catalog.ClashTargetBoard {
				var others []string
				for _, other := range fitOptions {
					if value := *set.field(other); other != option && value != "" {
						others = append(others, fmt.Sprintf("%s = %q", shortName(other), value))
					}
				}
				found.Severity = SeverityWarning
				found.Message = fmt.Sprintf("%s has no board to flash for %s = %q together with %s", d.revision(), shortName(option), *set.field(option), text.List(others, "and"))
			}
			if !yield(option, found) {
				return
			}
		}
	}
}

// fittingValues are the values of an option that go with the rest of a set.
func (d *diagnoser) fittingValues(set board, option string) (values []string) {
	o, _ := d.pinned.Catalog.Option(option)
	for _, value := range o.Values {
		tried, _ := set.with(option, value)
		if verdict, _ := tried.fits(d.pinned.Catalog); verdict == catalog.FitYes {
			values = append(values, value)
		}
	}
	return values
}

// fitting change an option to the values that go with the rest of a set. Where the rest is refused by itself, or not all that a
// revision refuses is known, they are those after which nothing is known to be refused for the option.
func (d *diagnoser) fitting(set board, option string, at text.Span) []Fix {
	values := d.fittingValues(set, option)
	if len(values) == 0 {
		o, _ := d.pinned.Catalog.Option(option)
		for _, value := range o.Values {
			tried, _ := set.with(option, value)
			isRefused := false
			for refused := range d.refusals(tried) {
				isRefused = isRefused || refused == option
			}
			if !isRefused {
				values = append(values, value)
			}
		}
	}
	var fixes []Fix
	for _, value := range values {
		fixes = append(fixes, changeTo(at, syntax.Quoted(value)))
	}
	return fixes
}
