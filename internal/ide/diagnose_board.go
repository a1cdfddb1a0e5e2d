package ide

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
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
			if at := set.at[catalog.SoMOption]; at.Of(d.doc.Text) == syntax.Quoted(set.som) {
				found.Fixes = d.withSoMs(found.Fixes, set.board, option, "", at)
			}
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
				Message: fmt.Sprintf("%s %q does not fit som %q in %s", shortName(option), *set.field(option), set.som, d.revision()),
			}
			if clash == catalog.ClashTargetBoard {
				var others []string
				for _, other := range fitOptions {
					if value := *set.field(other); other != option && value != "" {
						others = append(others, fmt.Sprintf("%s %q", shortName(other), value))
					}
				}
				found.Severity = SeverityWarning
				found.Message = fmt.Sprintf("No board to flash for %s %q with %s in %s", shortName(option), *set.field(option), text.List(others, "and"), d.revision())
			}
			if !yield(option, found) {
				return
			}
		}
	}
}

// superOfHost reports super mode on a JetPack whose BSP has no board configuration for it.
func (d *diagnoser) superOfHost(h *host.Host) {
	super, isOn := is(superOption, true)(d, h)
	b := boardOf(h)
	needs := d.pinned.Catalog.SuperMajor(b.som)
	major := hostString(h, catalog.MajorVersionOption)
	if !isOn || !isIn(super.at(), d.doc) || !b.enabled || !b.isKnown() || needs == "" || major == "" || compareVersions(major, needs) >= 0 {
		return
	}
	if _, ok := h.Option(catalog.TargetBoardOption); !ok || mayHaveTargetBoard(h) {
		return // another board may be flashed
	}
	found := Diagnostic{
		Code: CodeRefusedCombination, Severity: SeverityWarning, Span: super.at().Span, Host: HostName(h),
		Section: d.explain(strings.Split(superOption, ".")),
		Message: fmt.Sprintf("No board to flash for super with som %q and JetPack %s in %s: it needs JetPack %s", b.som, major, d.revision(), needs),
		Fixes:   []Fix{changeTo(super.at().Span, "false")},
	}
	d.follow(&found, super.definition, superOption)
	for _, option := range fitOptions {
		if definition, isSet := b.set[option]; isSet && option != catalog.CarrierBoardOption {
			found.Related = append(found.Related, related(writtenAt(definition), fmt.Sprintf("%s = %q is set here", shortName(option), *b.field(option))))
		}
	}
	d.reportForHost(found)
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

// fitting change an option to the values that go with the rest of a set, one that names no board behind the others. Where the rest is
// refused by itself, or not all that a revision refuses is known, they are those after which nothing is known to be refused for the option.
func (d *diagnoser) fitting(set board, option string, at text.Span) []Fix {
	o, _ := d.pinned.Catalog.Option(option)
	values := d.fittingValues(set, option)
	if len(values) == 0 {
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
	som, _ := d.pinned.Catalog.SoM(set.som)
	rank := func(value string) int {
		switch {
		case option == catalog.MajorVersionOption && value == som.DefaultMajor:
			return -1
		case value == catalog.NoBoard:
			return 1
		}
		return 0
	}
	slices.SortStableFunc(values, func(a, b string) int { return rank(a) - rank(b) })
	var fixes []Fix
	for _, value := range values {
		fixes = append(fixes, changeTo(at, syntax.Quoted(value)))
	}
	return fixes
}

// mostSoMs is how many SoMs fixes offer for a carrier board: where more fit, the carrier board says too little of the SoM.
const mostSoMs = 2

// withSoMs adds the fixes that change the SoM to those that go with the rest of a set, before those that name no board. The SoM is
// written in a file, which is empty for the document's, at a span.
func (d *diagnoser) withSoMs(fixes []Fix, set board, option, file string, at text.Span) []Fix {
	soms := slices.DeleteFunc(d.fittingValues(set, catalog.SoMOption), func(som string) bool { return som == catalog.NoBoard })
	if option != catalog.CarrierBoardOption || len(soms) > mostSoMs {
		return fixes
	}
	var more []Fix
	for _, som := range soms {
		fix := changeTo(at, syntax.Quoted(som))
		fix.Title, fix.Edits[0].File = fmt.Sprintf("Change som to %q", som), file
		more = append(more, fix)
	}
	noBoard := slices.IndexFunc(fixes, func(fix Fix) bool { return fix.Edits[0].NewText == syntax.Quoted(catalog.NoBoard) })
	if noBoard < 0 {
		noBoard = len(fixes)
	}
	return slices.Insert(fixes, noBoard, more...)
}
