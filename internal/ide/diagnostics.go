package ide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Diagnostic is something in a document that jetpack-nixos refuses, or takes with a warning.
type Diagnostic struct {
	Span     text.Span
	Severity Severity // left open, it is that of the rule
	Tag      Tag      // left open, it is that of the rule
	Code     Code
	// Message is plain text on one line: a sentence without a full stop. Its first 60 characters say what is wrong, and what is right
	// where there is room: lists of problems show no more.
	Message string
	// Section explains it; it has no Pill if none does.
	Section pill.Section
	// Fixes are ways to mend it, the likeliest first. May be empty.
	Fixes []Fix
	// Related says what else has to do with it. May be empty.
	Related []Related
	// Host names the NixOS configuration that it holds for; empty for one that holds for the document by itself.
	Host string

	undeclared bool // no module declares an option, as far as they are seen
	ofPackages bool // it is about what the package set has, which overlays change
	handed     bool // it is about a set that only the function which gets it may make a module of
}

// soften makes a hint of a diagnostic that what is not seen may make right: its fixes are no longer certain.
func (f *Diagnostic) soften() {
	f.Severity = SeverityHint
	for i := range f.Fixes {
		f.Fixes[i].Certain = false
	}
}

// Related is a span that a diagnostic refers to, perhaps of another file.
type Related struct {
	File    string // an absolute path
	Span    text.Span
	Message string // plain text on one line
}

// mostDiagnostics is how many there are of one document at most: a person mends the first ones first.
const mostDiagnostics = 100

// Diagnose reports what jetpack-nixos refuses in a document, of all hosts that the document is a part of. It leaves out
// what only an evaluation could decide, what is still being typed, and options that the user's own modules declare; it
// reports nothing where the settings turn diagnostics off. Where the revision that the workspace pins is not known, all
// that it reports is a hint, and it leaves out names and values that an unknown revision may have.
// The slice is shared and must not be changed.
func Diagnose(sn *workspace.Snapshot, doc *workspace.Document) []Diagnostic {
	if doc.Problem() != nil {
		return nil
	}
	if !mayDefine(sn.CatalogAt(sn.DirOf(doc)).Catalog, doc.Text) && !sn.DealsWithJetpack(doc) {
		return nil // else another file may give a value of this one to an option
	}
	sn.SearchUserModules(doc)
	if doc.Path != "" {
		sn.Configuration(doc.Dir()) // which hovers wait for, whatever the settings say; which revision holds may hang on it
	}
	all := sn.Catalogs(doc)
	if len(all) == 1 {
		return diagnose(sn, doc, all[0])
	}
	return joinRevisions(sn, doc, all)
}

// Check reports what Diagnose does, and a file that Nix cannot parse: on the command line nobody else says so.
func Check(sn *workspace.Snapshot, doc *workspace.Document) []Diagnostic {
	found := Diagnose(sn, doc)
	if doc.Problem() != nil || len(found) == 0 && !sn.DealsWithJetpack(doc) {
		return found
	}
	d := newDiagnoser(sn, doc, sn.Catalog(doc))
	d.look(d.syntaxError)
	return append(d.diagnostics(), found...)
}

// syntaxError reports the first error of a text, of which others may be a consequence.
func (d *diagnoser) syntaxError() {
	if broken := d.doc.Tree().Errors(); len(broken) > 0 {
		d.report(Diagnostic{Span: broken[0].Span, Code: CodeSyntaxError, Message: broken[0].Message() + ": Nix refuses the file"})
	}
}

// diagnose reports what one revision refuses in a document, of the hosts for which that holds.
func diagnose(sn *workspace.Snapshot, doc *workspace.Document, pinned workspace.Pinned) []Diagnostic {
	applies := map[domain]bool{anyDocument: mayDefine(pinned.Catalog, doc.Text), jetpackDocument: sn.DealsWithJetpack(doc)}
	hosts, bare := hostsOf(sn, doc, pinned)
	if !sn.Settings().Diagnostics {
		return nil
	}
	alone := sn.Remember(doc, pinned, func() any {
		d := newDiagnoser(sn, doc, pinned)
		for _, r := range rules {
			if r.document != nil && applies[r.in] && !r.OfCheck {
				d.look(func() { r.document(d) })
			}
		}
		return d.diagnostics()
	}).([]Diagnostic)
	if isHanded := func(f Diagnostic) bool { return f.handed }; len(hosts) == 0 && slices.ContainsFunc(alone, isHanded) {
		alone = slices.DeleteFunc(slices.Clone(alone), isHanded)
	}
	if len(hosts)+len(bare) == 0 {
		return alone
	}
	d := newDiagnoser(sn, doc, pinned)
	d.found = judgedByHosts(hosts, doc, alone)
	d.look(func() { d.hosts(hosts, bare) })
	return d.diagnostics()
}

func newDiagnoser(sn *workspace.Snapshot, doc *workspace.Document, pinned workspace.Pinned) *diagnoser {
	return &diagnoser{
		query: &query{sn: sn, doc: doc, pinned: pinned}, regards: map[module.Condition]regard{}, variables: map[int][]syntax.Node{}, declares: map[string]bool{},
		isUnchecked: sync.OnceValue(func() bool { return isUnchecked(doc) }),
	}
}

func (d *diagnoser) look(look func()) {
	d.reported = map[diagnosticKey]bool{}
	look()
}

// diagnostics are those that were found, in the order of the text.
func (d *diagnoser) diagnostics() []Diagnostic {
	slices.SortStableFunc(d.found, func(a, b Diagnostic) int { return cmp.Compare(a.Span.Start, b.Span.Start) })
	// A set that is named wrongly is so for each option in it.
	d.found = slices.CompactFunc(d.found, func(a, b Diagnostic) bool { return a.Span == b.Span && a.Code == b.Code })
	return slices.Clone(d.found[:min(len(d.found), mostDiagnostics)])
}

// mayDefine reports whether a text may define an option of the catalog. It needs no parsing and is false for most texts.
func mayDefine(c *catalog.Catalog, source string) bool {
	return slices.ContainsFunc(c.Roots(), func(root string) bool {
		return strings.Contains(source, shortName(root))
	})
}

// diagnoser collects the diagnostics of one document.
type diagnoser struct {
	*query
	found []Diagnostic

	// What was found out already: of tests, and of what is turned off, if anybody asked.
	regards map[module.Condition]regard
	// variables are the uses of variables of a let, by where these are bound.
	variables map[int][]syntax.Node
	tests     *module.Test // see regardUnder
	offs      map[off][][]module.Condition
	// isUnchecked reports whether the document says that options need no declaration.
	isUnchecked func() bool
	ignored     map[int][]Code      // see isIgnored
	usesOfCUDA  []cudaUse           // see cudaUses
	defined     []module.Definition // see definitions
	foundReads  []module.Read       // see allReads
	sets        []root              // see roots
	declares    map[string]bool     // see mayDeclare
	readings    *readings           // see readPlaces
	hostsOfDoc  []*host.Host
	takes       map[string][]module.Take // see takesOf
	ofDocument  *board                   // see byFit
	// reported is what the look at the document that goes on has found.
	reported map[diagnosticKey]bool
}

// diagnosticKey is what a diagnostic is about, and where.
type diagnosticKey struct {
	at   text.Span
	code Code
}

// isEnough reports whether a look at the document, which goes through it in order, can end: what follows would not be
// shown, or nobody waits for it.
func (d *diagnoser) isEnough() bool { return len(d.reported) >= mostDiagnostics || d.sn.Done() }

// report adds a diagnostic, with what it leaves open as its rule has it, unless a person wants none of its code. The severity
// that a person chose holds for all diagnostics of the code. Without a choice, one is a hint where the revision is not known.
func (d *diagnoser) report(found Diagnostic) {
	chosen, isChosen := d.chosen(found.Code)
	if chosen == SeverityOff && isChosen || d.isIgnored(found.Code, found.Span) {
		return
	}
	d.reported[diagnosticKey{found.Span, found.Code}] = true
	rule, _ := RuleOf(found.Code)
	found.Severity, found.Tag = cmp.Or(found.Severity, rule.Severity), cmp.Or(found.Tag, rule.Tag)
	if found.Section.Pill == nil {
		found.Section, _ = rule.Section(d.sn)
	}
	if !d.isCertain() && !rule.OfCheck {
		found.soften()
	}
	if isChosen {
		found.Severity = chosen
	}
	found.Message = text.Visible(found.Message, "")
	for i := range found.Fixes {
		found.Fixes[i].Title = text.Visible(found.Fixes[i].Title, "")
	}
	d.found = append(d.found, found)
}

// isCertain reports whether the catalog is certainly that of the revision which is built.
func (q *query) isCertain() bool {
	return q.pinned.Basis.IsCertain()
}

// mayBeOther reports whether a revision is pinned that is not known. It may have options and values that no known revision
// has; but where one of those is spelled nearly like a known one, it is likelier to be a mistake.
func (q *query) mayBeOther() bool { return !q.isCertain() && q.pinned.Pin.Found() }

// revision names what is judged by.
func (d *diagnoser) revision() string {
	r := d.pinned.Catalog.Revision
	switch {
	case !r.Known():
		return "this jetpack-nixos"
	case d.isCertain():
		return "jetpack-nixos " + r.Short()
	}
	return fmt.Sprintf("jetpack-nixos %s (%s)", r.Short(), d.nearness())
}

// saying adds something to a message, before the revision that may stand at its end: that is what a person looks for last.
func (d *diagnoser) saying(message, more string) string {
	said, isLast := strings.CutSuffix(message, " in "+d.revision())
	if said += "; " + more; isLast {
		said += " (" + d.revisionInside() + ")"
	}
	return said
}

// revisionInside names what is judged by within brackets.
func (d *diagnoser) revisionInside() string {
	return strings.NewReplacer(" (", ", ", ")", "").Replace(d.revision())
}

// nearness says how near the revision of the catalog is to the one that is built, where the two are not the same for certain.
func (q *query) nearness() string {
	if q.pinned.Basis == workspace.ByDate || q.pinned.Basis == workspace.Earlier {
		return "the nearest known"
	}
	return "the newest known"
}

// explain is the section that explains an option.
func (d *diagnoser) explain(names []string) pill.Section {
	s, ok := d.optionNamed(names)
	if !ok {
		s = term{topics: topics{concept("option-path")}}
	}
	section, _ := s.section(d.query)
	return section
}

// shortPath is an option's path without the namespace that most have in common: firmware.autoUpdate.
func shortPath(path string) string { return strings.TrimPrefix(path, catalog.Namespace+".") }

// shortName is an option's last name.
func shortName(path string) string { return path[strings.LastIndexByte(path, '.')+1:] }
