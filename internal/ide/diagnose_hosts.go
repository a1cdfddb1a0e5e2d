package ide

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// isModuleOf reports whether a function in a document is certainly one of a host's modules.
func isModuleOf(h *host.Host, doc *workspace.Document, function syntax.Node) bool {
	return slices.Contains(h.Functions, host.Location{File: filepath.ToSlash(doc.Path), Span: function.Span()})
}

// hostsOf are the hosts that a document is a part of, where they are read with the catalog that holds for it, and apart from them those
// that certainly lack the module of jetpack-nixos.
func hostsOf(sn *workspace.Snapshot, doc *workspace.Document, pinned workspace.Pinned) (hosts, bare []*host.Host) {
	if doc.Path == "" {
		return nil, nil
	}
	for _, h := range sn.Configuration(doc.Dir()).HostsOf(doc.Path, pinned) {
		if h.Jetpack == host.No {
			bare = append(bare, h)
		} else {
			hosts = append(hosts, h)
		}
	}
	return hosts, bare
}

// judgedByHosts are those of the diagnostics of a document by itself that its hosts leave standing. What a host knows of the
// board beats what one set says of it, and NixOS does not look at a value that another definition overrides.
func judgedByHosts(hosts []*host.Host, doc *workspace.Document, alone []Diagnostic) []Diagnostic {
	if len(hosts) == 0 {
		return slices.Clone(alone)
	}
	knowsBoard := slices.ContainsFunc(hosts, func(h *host.Host) bool { return boardOf(h).isKnown() })
	overridden := overriddenSpans(hosts, doc)
	if !slices.ContainsFunc(hosts, func(h *host.Host) bool { return !h.Replaced }) {
		return nil // the options are what other modules make of them
	}
	return slices.DeleteFunc(slices.Clone(alone), func(d Diagnostic) bool {
		if d.undeclared && !slices.ContainsFunc(hosts, func(h *host.Host) bool { return !h.Unchecked }) {
			return true
		}
		if d.handed && !slices.ContainsFunc(hosts, func(h *host.Host) bool { return definesAt(h, doc, d.Span) }) {
			return true
		}
		switch d.Code {
		case CodeRefusedCombination:
			return knowsBoard
		case CodeUnknownMember, CodeForeignMember:
			return d.ofPackages && isInOpenPackages(hosts, doc, d.Span)
		case CodeUnknownValue, CodeWrongType:
			return slices.ContainsFunc(overridden, func(s text.Span) bool { return s.Start <= d.Span.Start && d.Span.End <= s.End })
		}
		return false
	})
}

// definesAt reports whether a name in a document is one that a host defines, whether or not there is an option of that name.
func definesAt(h *host.Host, doc *workspace.Document, name text.Span) bool {
	return isDefinedAt(slices.Concat(h.Values, h.Undeclared), doc, name)
}

func isDefinedAt(all []host.Value, doc *workspace.Document, name text.Span) bool {
	return slices.ContainsFunc(all, func(v host.Value) bool {
		return slices.ContainsFunc(v.Definitions, func(d host.Definition) bool {
			return isIn(d.Path, doc) && d.Path.Span.Start <= name.Start && name.End <= d.Path.Span.End
		})
	})
}

// weighUndeclared makes errors of warnings about options that modules which are not seen might declare, where a host defines one and all
// of its modules are seen.
func (d *diagnoser) weighUndeclared(hosts []*host.Host) {
	isWhole := func(h *host.Host) bool {
		return h.Jetpack == host.Yes && len(h.Unseen) == 0 && h.Bound == nil && !h.Unchecked && !h.Replaced
	}
	for i := range d.found {
		f := &d.found[i]
		if _, isChosen := d.chosen(f.Code); isChosen || !f.undeclared || f.Severity != SeverityWarning {
			continue
		}
		if slices.ContainsFunc(hosts, func(h *host.Host) bool { return isWhole(h) && isDefinedAt(h.Undeclared, d.doc, f.Span) }) {
			f.Severity = SeverityError
		}
	}
}

// weighUnseen takes back what modules that are not seen may make right on all hosts: they may add values to an option, and
// declare options. What is spelled nearly like a known one is likelier to be a mistake.
func (d *diagnoser) weighUnseen(hosts []*host.Host) {
	isForeign := func(u host.Unseen) bool { return u.Foreign }
	if len(hosts) == 0 || slices.ContainsFunc(hosts, func(h *host.Host) bool { return !slices.ContainsFunc(h.Unseen, isForeign) }) {
		return
	}
	d.found = slices.DeleteFunc(d.found, func(found Diagnostic) bool { return found.Code == CodeUnknownValue && len(found.Fixes) == 0 })
	for i := range d.found {
		if f := &d.found[i]; f.Code == CodeUnknownValue || f.Code == CodeNearMiss && f.undeclared {
			f.soften()
		}
	}
}

// overriddenSpans are the values in a document that certainly no host takes.
func overriddenSpans(hosts []*host.Host, doc *workspace.Document) []text.Span {
	taken := map[text.Span]bool{}
	for _, h := range hosts {
		for _, v := range h.Values {
			for _, d := range v.Definitions {
				at := d.Value
				if at.File == "" || at.File == d.Path.File && at.Span.Start < d.Path.Span.End {
					at = d.Path // a set that dots make, alone or of another one
				}
				if isIn(at, doc) {
					isTaken := (d.Wins || v.Certainty < host.Default) && !isOffOn(h, v.Path)
					taken[at.Span] = taken[at.Span] || isTaken
				}
			}
		}
	}
	var overridden []text.Span
	for span, isTaken := range taken {
		if !isTaken {
			overridden = append(overridden, span)
		}
	}
	return overridden
}

// isOffOn reports whether a host turns off what an option belongs to, so that NixOS does not look at the option.
func isOffOn(h *host.Host, path []string) bool {
	for i := range path {
		enable, ok := h.Get(append(slices.Clip(path[:i]), "enable")...)
		if ok && !slices.Equal(enable.Path, path) && enable.Certainty == host.Certain && enable.Values[0] == false {
			return true
		}
	}
	return false
}

func isIn(at host.Location, doc *workspace.Document) bool {
	return at.File == filepath.ToSlash(doc.Path)
}

// hostBoard is what a host says of the board, with the definitions that say so.
type hostBoard struct {
	board
	unknown map[string]bool // the options that are not certain
	set     map[string]host.Definition
	enabled bool
}

func boardOf(h *host.Host) hostBoard {
	b := hostBoard{unknown: map[string]bool{}, set: map[string]host.Definition{}}
	enabled, _ := certain(h, catalog.EnableOption)
	b.enabled = enabled == true
	for _, path := range fitOptions {
		v, ok := h.Option(path)
		if !ok {
			continue // the revision does not have it
		}
		value, isString := "", false
		if v.Certainty >= host.Default {
			value, isString = v.Values[0].(string)
		}
		b.unknown[path] = !isString
		if path == catalog.MajorVersionOption && v.Certainty == host.Default {
			continue // it follows from the SoM
		}
		*b.field(path) = value
		if i := slices.IndexFunc(v.Definitions, func(d host.Definition) bool { return d.Wins }); i >= 0 && v.Certainty == host.Certain {
			b.set[path] = v.Definitions[i]
		}
	}
	return b
}

func (b hostBoard) isKnown() bool {
	return b.som != "" && !b.unknown[catalog.SoMOption] && !b.unknown[catalog.CarrierBoardOption] && !b.unknown[catalog.MajorVersionOption]
}

// hosts looks at what each host comes to, and reports what this document has to do with.
func (d *diagnoser) hosts(hosts, bare []*host.Host) {
	d.hostsOfDoc = hosts
	for _, r := range rules {
		for _, h := range bare {
			if r.bare != nil && !d.isEnough() {
				r.bare(d, h)
			}
		}
	}
	for _, h := range hosts {
		if d.isEnough() {
			return
		}
		if h.Replaced {
			continue
		}
		for _, r := range rules {
			if r.host != nil {
				r.host(d, h)
			}
		}
	}
	d.weighUnseen(hosts)
	d.weighUndeclared(hosts)
	d.nameHosts(slices.Concat(hosts, bare))
}

// boardOfHost reports a combination that jetpack-nixos refuses, where the value is written that does not fit the SoM.
func (d *diagnoser) boardOfHost(h *host.Host) {
	d.superOfHost(h)
	b := boardOf(h)
	if !b.enabled || b.unknown[catalog.SoMOption] {
		return
	}
	for option, found := range d.refusals(b.board) {
		definition, isSet := b.set[option]
		needs := []string{option}
		if found.Severity == SeverityWarning { // all three decide on the board that is flashed
			needs = []string{catalog.CarrierBoardOption, catalog.MajorVersionOption}
		}
		if !isSet || slices.ContainsFunc(needs, func(path string) bool { return b.unknown[path] }) {
			continue
		}
		at := writtenAt(definition)
		if !isIn(at, d.doc) {
			return // it is a finding of the other document
		}
		found.Span, found.Host = at.Span, HostName(h)
		found.Fixes = d.fitting(b.board, option, at.Span)
		d.follow(&found, definition, option)
		if som, ok := b.set[catalog.SoMOption]; ok {
			found.Related = append(found.Related, related(writtenAt(som), fmt.Sprintf("som = %q is set here", b.som)))
			if at := writtenAt(som); at.Span.Of(d.sn.Content(filepath.FromSlash(at.File))) == syntax.Quoted(b.som) {
				file := ""
				if !isIn(at, d.doc) {
					file = filepath.FromSlash(at.File)
				}
				found.Fixes = d.withSoMs(found.Fixes, b.board, option, file, at.Span)
			}
		}
		d.reportForHost(found)
		return
	}
}

// hostValues reports values that an option does not have and literals of a type that it does not take, where they are
// written. Those that stand in its definition are mostly reported already: see reportForHost.
func (d *diagnoser) hostValues(h *host.Host) {
	isHere := func(definition host.Definition) bool { return isIn(writtenAt(definition), d.doc) }
	for _, v := range h.Values {
		if !slices.ContainsFunc(v.Definitions, isHere) {
			continue // as nearly all values of many hosts, for most files
		}
		o, ok := d.pinned.Catalog.Option(strings.Join(v.Path, "."))
		if !ok || isOffOn(h, v.Path) {
			continue
		}
		for _, definition := range v.Definitions {
			at := writtenAt(definition)
			if definition.Condition != host.Yes || v.Certainty >= host.Default && !definition.Wins || !isIn(at, d.doc) {
				continue
			}
			found, ok := d.refusedValue(o, definition, at.Span)
			if !ok {
				continue
			}
			found.Host = HostName(h)
			d.follow(&found, definition, o.Path)
			d.reportForHost(found)
		}
	}
}

// refusedValue says of a value that is written at a span that an option does not take it; nothing where it may.
func (d *diagnoser) refusedValue(o catalog.Option, definition host.Definition, at text.Span) (found Diagnostic, ok bool) {
	if value, isString := definition.Plain.(string); isString && len(o.Values) > 0 && !o.ValuesInList {
		return d.unknownValue(o, value, at, false)
	}
	literal := d.literalAt(at)
	if literal.IsZero() {
		return Diagnostic{}, false
	}
	if definition.Alias != nil {
		o.Path = strings.Join(definition.Alias, ".") // the name that the text has
	}
	value, _, _ := module.Literal(literal)
	found, ok = d.wrongType(o, module.Place{Node: literal, Span: at, Value: value}, false)
	if at != definition.Value.Span {
		for i := range found.Fixes {
			found.Fixes[i].Certain = false // what else has the name may want the value as it is
		}
	}
	return found, ok
}

// writtenAt is where a value is written as text, behind all names; where it stands, if it is not written in a Nix file.
func writtenAt(d host.Definition) host.Location {
	switch d.Plain.(type) {
	case string, bool, int64, float64:
		if filepath.Ext(d.Origin.File) == ".nix" && d.Origin.Span.End > d.Origin.Span.Start {
			return d.Origin
		}
	}
	return d.Value
}

// literalAt is the literal that takes up a span of the document, so that another one can take its place: none where the
// value is read from a file, or is what other modules set.
func (d *diagnoser) literalAt(at text.Span) syntax.Node {
	for n := range syntax.Ancestors(d.doc.Tree().NodeAt(at.Start)) {
		if _, _, isLiteral := module.Literal(n); isLiteral && n.Span() == at {
			return n
		}
	}
	return syntax.Node{}
}

// follow says where the value that a diagnostic is about is used, and where it is read from, if it stands elsewhere. The
// fixes change the text that is written; where there is none, they go.
func (d *diagnoser) follow(found *Diagnostic, definition host.Definition, option string) {
	if writtenAt(definition) != definition.Value {
		found.Related = append(found.Related, related(definition.Path, shortName(option)+" gets this value here"))
	}
	if !d.literalAt(found.Span).IsZero() {
		return
	}
	fixes := found.Fixes
	found.Fixes = nil
	file := filepath.FromSlash(definition.Datum.File)
	if value, isString := definition.Plain.(string); isString && file != "" {
		at, isFound := definition.Datum.In(d.sn.Content(file), value)
		found.Related = append(found.Related, related(host.Location{File: file, Span: at}, strconv.Quote(value)+" is read from here"))
		for _, fix := range fixes {
			if fix.Edits[0].File, fix.Edits[0].Span = file, at; isFound {
				found.Fixes = append(found.Fixes, fix)
			}
		}
	}
}

func related(at host.Location, message string) Related {
	return Related{File: filepath.FromSlash(at.File), Span: at.Span, Message: text.Visible(message, "")}
}

// reportForHost reports what holds for a host, once for all hosts that it holds for.
func (d *diagnoser) reportForHost(found Diagnostic) {
	same := slices.IndexFunc(d.found, func(other Diagnostic) bool {
		return other.Span == found.Span && other.Code == found.Code && other.Message == text.Visible(found.Message, "")
	})
	switch {
	case same < 0:
		d.report(found)
	case d.found[same].Host != "" && !slices.Contains(strings.Split(d.found[same].Host, ", "), found.Host):
		d.found[same].Host += ", " + found.Host
	}
}

// nameHosts says in the messages for which hosts they hold, where that is not all.
func (d *diagnoser) nameHosts(hosts []*host.Host) {
	names := map[string]bool{}
	for _, h := range hosts {
		names[HostName(h)] = true
	}
	for i := range d.found {
		f := &d.found[i]
		if f.Host == "" {
			continue
		}
		f.Host = text.Visible(f.Host, "")
		if of := strings.Split(f.Host, ", "); len(names) > len(of) {
			f.Message += " (" + hostsNamed(of) + ")"
		}
	}
	d.joinHosts()
}

// hostsNamed are the names of hosts in a message.
func hostsNamed(names []string) string {
	switch n := len(names); {
	case n == 1:
		return "host " + names[0]
	case n > mostHosts:
		return fmt.Sprintf("hosts %s and %d more", strings.Join(names[:mostHosts-1], ", "), n-mostHosts+1)
	default:
		return "hosts " + strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

// joinHosts makes one diagnostic of those that hosts have with one value for different reasons: the gravest, to which the
// others are related. Of its fixes those remain which mend the others as well, if there are any.
func (d *diagnoser) joinHosts() {
	slices.SortStableFunc(d.found, func(a, b Diagnostic) int { return cmp.Compare(a.Severity, b.Severity) })
	var joined []Diagnostic
	for _, f := range d.found {
		same := slices.IndexFunc(joined, func(other Diagnostic) bool {
			return f.Host != "" && other.Host != "" && other.Span == f.Span && other.Code == f.Code
		})
		if same < 0 {
			joined = append(joined, f)
			continue
		}
		first := &joined[same]
		first.Related = append(first.Related, Related{File: d.doc.Path, Span: f.Span, Message: f.Message})
		for _, r := range f.Related {
			if !slices.Contains(first.Related, r) {
				first.Related = append(first.Related, r)
			}
		}
		first.Host += ", " + f.Host
		isShared := func(fix Fix) bool {
			return slices.ContainsFunc(f.Fixes, func(other Fix) bool { return other.Title == fix.Title })
		}
		if slices.ContainsFunc(first.Fixes, isShared) {
			first.Fixes = slices.DeleteFunc(first.Fixes, func(fix Fix) bool { return !isShared(fix) })
		}
	}
	d.found = joined
}
