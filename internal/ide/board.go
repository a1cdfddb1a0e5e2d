package ide

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
)

// board is what is set of the options that decide on each other's values; empty where nothing is.
type board struct{ som, carrier, major string }

// fitOptions are the options that a board has a value of.
var fitOptions = []string{catalog.SoMOption, catalog.MajorVersionOption, catalog.CarrierBoardOption}

// field is the board's value of an option; nil for an option that has none in it.
func (b *board) field(option string) *string {
	switch option {
	case catalog.SoMOption:
		return &b.som
	case catalog.CarrierBoardOption:
		return &b.carrier
	case catalog.MajorVersionOption:
		return &b.major
	}
	return nil
}

// with is the board with another value of an option; it reports false for an option that has none in it.
func (b board) with(option, value string) (board, bool) {
	field := b.field(option)
	if field == nil {
		return b, false
	}
	*field = value
	return b, true
}

func (b board) fits(c *catalog.Catalog) (catalog.Verdict, []catalog.Clash) {
	return c.Fits(b.som, b.carrier, b.major)
}

// involved are the options that a refused combination is due to.
var involved = map[catalog.Clash][]string{
	catalog.ClashMajor:       {catalog.SoMOption, catalog.MajorVersionOption},
	catalog.ClashCarrier:     {catalog.SoMOption, catalog.CarrierBoardOption},
	catalog.ClashTargetBoard: fitOptions,
}

// isInvolved reports whether a clash is due to all of some options.
func isInvolved(clash catalog.Clash, options ...string) bool {
	return !slices.ContainsFunc(options, func(option string) bool { return !slices.Contains(involved[clash], option) })
}

// refused are the options of the board whose values jetpack-nixos refuses together; none of a board that fits, or of
// which that is not known.
func (b board) refused(c *catalog.Catalog) []string {
	verdict, clashes := b.fits(c)
	if b.som == "" || verdict != catalog.FitNo {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(fitOptions), func(option string) bool {
		isDue := func(clash catalog.Clash) bool { return isInvolved(clash, option) }
		return *b.field(option) == "" || !slices.ContainsFunc(clashes, isDue)
	})
}

// against are the options that a value of an option clashes with in a refused combination; none if that is due to others.
func against(option string, clashes []catalog.Clash) []string {
	return slices.DeleteFunc(slices.Clone(fitOptions), func(other string) bool {
		isDue := func(clash catalog.Clash) bool { return isInvolved(clash, option, other) }
		return other == option || !slices.ContainsFunc(clashes, isDue)
	})
}

// settings are options of the board that are set, with their values.
func (b board) settings(options []string) []markup.Text {
	var all []markup.Text
	for _, option := range options {
		if value := *b.field(option); value != "" {
			all = append(all, markup.Code(fmt.Sprintf("%s = %q", shortName(option), value)))
		}
	}
	return all
}

// boardDefinitions are the definitions in the document of the options that a board has, in order, each with its option.
func (q *query) boardDefinitions() iter.Seq2[string, module.Definition] {
	return func(yield func(string, module.Definition) bool) {
		for d := range module.Definitions(q.doc.Tree(), "som", "carrierBoard", "majorVersion") {
			if q.sn.Done() {
				return
			}
			option := strings.Join(q.optionOf(d.Path), ".")
			if new(board).field(option) != nil && !yield(option, d) {
				return
			}
		}
	}
}

// board is what the document configures.
func (q *query) board() board { return boardIn(q.boardDefinitions()) }

// boardIn is what definitions make of a board. An option that they set to two values, as a flake with two machines does, counts
// as not set.
func boardIn(definitions iter.Seq2[string, module.Definition]) board {
	var b board
	seen := map[string]bool{}
	for option, d := range definitions {
		value, quoted, ok := module.Literal(d.Binding.Value())
		field := b.field(option)
		if !ok || !quoted || seen[option] && *field != value {
			value = ""
		}
		*field, seen[option] = value, true
	}
	return b
}
