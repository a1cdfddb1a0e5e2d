package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/pins"
	"jetpills/internal/workspace"
)

// sheet says what the catalog knows of the subject.
func (s subject) sheet(sn *workspace.Snapshot, doc *workspace.Document) sheet {
	switch s.kind {
	case aboutOption:
		return s.optionSheet(sn, doc)
	case aboutSet:
		return s.setSheet()
	case aboutGone:
		return s.goneSheet()
	case aboutValue:
		return s.valueSheet(sn, doc)
	case aboutPackage:
		return s.packageSheet(sn)
	case aboutOutput:
		return sheet{title: s.name, what: s.note, rows: []row{s.revisionRow()}}
	}
	return sheet{title: s.name, what: s.note}
}

func (s subject) optionSheet(sn *workspace.Snapshot, doc *workspace.Document) sheet {
	o, library := s.option, sn.Library()
	what := "option"
	out := sheet{title: o.Path, summary: s.dated(library, o.Summary)}
	now, wasRenamed := later(library, o)
	switch {
	case wasRenamed:
		out.summary = s.dated(library, now.Summary)
		out.remarks = append(out.remarks, markup.Format("Later revisions call it %s.", markup.Code(now.Path)))
	case o.RenamedTo != "":
		what = "renamed option"
		out.rows = append(out.rows, row{"Now", markup.Format("%s%s", markup.Code(o.RenamedTo), aliasSince(o))})
	case o.Field:
		what = "field of a submodule"
	}
	if o.Internal {
		what += ", internal"
	}
	if o.ReadOnly {
		what += ", read-only"
	}
	out.what = markup.Prose(what)
	out.rows = append(out.rows, signature(o)...)
	if own := ownValues(sn, doc, o); len(own) > 0 {
		out.rows = append(out.rows, ownRow(doc, own))
	}
	out.rows = append(out.rows, s.declaredRow(o.DeclaredIn, o.Line))
	if s.pinned.IsOwn() {
		out.quote = quotation(s.pinned.Source.Description(o.Path))
	}
	if s.isBad {
		written := markup.Code(oneLine(s.span.Of(doc.Text)))
		out.remarks = append(out.remarks, markup.Format("%s is none of its values in this revision.", written))
	}
	return out
}

// dated says of a description that it was written for another revision.
func (s subject) dated(library *catalog.Library, summary string) markup.Text {
	newest := library.Newest().Revision
	p := s.pinned
	if summary == "" || p.Catalog.Revision == newest || p.Pin.Format == pins.Checkout && p.Pin.Revision == newest.Hash {
		return markup.Prose(summary)
	}
	return markup.Format("%s (Described as of %s.)", markup.Prose(summary), markup.Code(newest.Short()))
}

func aliasSince(o catalog.Option) markup.Text {
	if !o.AliasSince.Known() {
		return markup.Text{}
	}
	return markup.Format(" since %s", dayOf(o.AliasSince))
}

// dayOf is a commit, and its day.
func dayOf(r catalog.Revision) markup.Text {
	return markup.Format("%s (%s)", markup.Code(r.Short()), r.Day())
}

// mostInline is how long a default may be, in bytes, to stand beside the type:
// editors show some ten lines of a hover, and the pill is to be among them.
const mostInline = 40

// signature is an option's type, default and, for an enum, its values.
func signature(o catalog.Option) []row {
	var rows []row
	kind := typeName(o)
	if kind != "" {
		rows = append(rows, row{"Type", markup.Literal(kind)})
	}
	if d := oneLine(o.ShownDefault()); o.HasDefault && d != "" {
		if len(rows) > 0 && len(d) <= mostInline {
			rows[0].value = markup.Format("%s, default %s", kind, markup.Code(d))
		} else {
			rows = append(rows, row{"Default", markup.Code(d)})
		}
	}
	if len(o.Values) > 0 {
		rows = append(rows, row{"Values", markup.Codes(o.Values)})
	}
	return rows
}

// typeName is an option's type in words; the values of an enum stand elsewhere.
func typeName(o catalog.Option) string {
	if len(o.Values) == 0 {
		return o.Type
	}
	kind := "enum"
	if o.ValuesInList {
		kind = "list of enum"
	}
	if o.Nullable {
		kind = "null or " + kind
	}
	return kind
}

// oneLine is Nix text with its line breaks and indentation as single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// declaredRow says where something is declared, and in which revision.
func (s subject) declaredRow(file string, line int) row {
	if file == "" {
		return s.revisionRow()
	}
	at := file
	if line > 0 {
		at = fmt.Sprintf("%s:%d", file, line)
	}
	return row{"Declared", markup.Format("%s in %s", markup.Code(at), s.revision())}
}

func (s subject) revisionRow() row { return row{"Revision", s.revision()} }

// revision says which jetpack-nixos all this holds for, and how that is known.
func (s subject) revision() markup.Text {
	r := s.pinned.Catalog.Revision
	if !r.Known() {
		return markup.Format("jetpack-nixos, %s", pinNote(s.pinned))
	}
	return markup.Format("jetpack-nixos %s, %s", markup.Code(r.Short()), pinNote(s.pinned))
}

func (s subject) setSheet() sheet {
	children := s.pinned.Catalog.Children(strings.Split(s.path, "."))
	var names []string
	for _, c := range children {
		if c.Option != nil && (c.Option.Internal || c.Option.RenamedTo != "") && !c.HasChildren {
			continue
		}
		name := c.Name
		if c.HasChildren {
			name += ".…"
		}
		names = append(names, name)
	}
	what := "set of options"
	if len(names) == 0 {
		what = "set of old names, which still work"
		for _, c := range children {
			names = append(names, c.Name)
		}
	}
	return sheet{
		title: s.path, what: markup.Prose(what),
		rows: []row{{"Holds", markup.Codes(names)}, s.revisionRow()},
	}
}

func (s subject) goneSheet() sheet {
	h := s.history
	out := sheet{title: h.Path, what: markup.Prose("no option of this revision"), rows: []row{s.revisionRow()}}
	isKnown := s.pinned.Basis == workspace.Exact || s.pinned.Basis == workspace.Read
	switch {
	case h.IsRemoved() && h.RenamedTo != "":
		out.remarks = append(out.remarks, markup.Format("Renamed to %s.", markup.Code(h.RenamedTo)))
	case h.IsRemoved():
		out.remarks = append(out.remarks, markup.Format("Removed in %s.", dayOf(h.Removed)))
	case h.Introduced.Known() && isKnown:
		out.remarks = append(out.remarks, markup.Format("It came with %s.", dayOf(h.Introduced)))
	case h.Introduced.Known(): // and it is not known whether this one is older or newer
		out.remarks = append(out.remarks, markup.Format("Upstream has it since %s.", dayOf(h.Introduced)))
	}
	if s.pinned.IsOwn() {
		if removed, ok := s.pinned.Source.Removed(h.Path); ok {
			out.quote = quotation(s.pinned.Source.Description(removed.Path))
		}
	}
	return out
}

func (s subject) valueSheet(sn *workspace.Snapshot, doc *workspace.Document) sheet {
	o := s.option
	if s.own.Value != "" {
		return sheet{
			title: `"` + s.value + `"`, what: markup.Format("value of %s, your own", markup.Code(o.Path)),
			rows: []row{{"Declared", markup.Code(ownPlace(doc, s.own))}, s.revisionRow()},
		}
	}
	out := sheet{
		title: `"` + s.value + `"`, what: markup.Format("value of %s", markup.Code(o.Path)),
		summary: s.dated(sn.Library(), o.ValueSummary(s.value)),
	}
	switch o.Path {
	case somOption:
		out.rows = append(out.rows, s.somRows()...)
	case majorOption:
		out.rows = append(out.rows, s.generationRows()...)
	}
	if since := o.ValueSince(s.value); since.Known() {
		out.rows = append(out.rows, row{"Since", dayOf(since)})
	}
	out.rows = append(out.rows, s.revisionRow())
	if written := s.span.Of(doc.Text); written != "" && !strings.ContainsAny(written[:1], `"'`) {
		out.remarks = append(out.remarks, markup.Format("%s needs quotes: the value is a string.", markup.Code(written)))
	}
	if clash := s.clash(sn, doc); !clash.Empty() {
		out.remarks = append(out.remarks, clash)
	}
	return out
}

func (s subject) somRows() []row {
	som, ok := s.pinned.Catalog.SoM(s.value)
	if !ok {
		return nil
	}
	var rows []row
	add := func(name string, value markup.Text) {
		if !value.Empty() {
			rows = append(rows, row{name, value})
		}
	}
	add("SoC", markup.Literal(som.SoC))
	if som.DefaultMajor != "" {
		jetpack := markup.Literal(som.DefaultMajor)
		if _, ok := s.pinned.Catalog.Option(majorOption); ok {
			jetpack = markup.Format("%s unless `majorVersion` says otherwise", jetpack)
		}
		if len(som.Majors) == 1 {
			jetpack = markup.Format("%s only", som.DefaultMajor)
		} else if len(som.Majors) > 1 {
			jetpack = markup.Format("%s; %s work", jetpack, strings.Join(som.Majors, ", "))
		}
		add("JetPack", jetpack)
	}
	add("CUDA capability", markup.Literal(strings.Join(som.CUDACapabilities, ", ")))
	if som.TargetBoard != "" {
		add("Target board", markup.Code(som.TargetBoard))
	}
	return rows
}

func (s subject) generationRows() []row {
	g, ok := s.pinned.Catalog.Generation(s.value)
	if !ok {
		return nil
	}
	rows := []row{
		{"JetPack", markup.Literal(g.JetPack)}, {"L4T", markup.Literal(g.L4T)},
		{"CUDA", markup.Literal(g.CUDA)}, {"Kernel", markup.Literal(g.Kernel)},
	}
	if len(g.SoMFamilies) > 0 {
		rows = append(rows, row{"SoMs", markup.Literal(strings.Join(g.SoMFamilies, ", ") + ", generic")})
	}
	return rows
}

// clash says that a value does not go with what the document configures.
func (s subject) clash(sn *workspace.Snapshot, doc *workspace.Document) markup.Text {
	if s.isTest {
		return markup.Text{}
	}
	config := configured(sn, s.pinned.Catalog, doc)
	config.set(s.option.Path, s.value)
	if config.som == "" {
		return markup.Text{}
	}
	verdict, clashes := s.pinned.Catalog.Fits(config.som, config.carrier, config.major)
	if verdict != catalog.FitNo {
		return markup.Text{}
	}
	involved := []string{somOption}
	for _, c := range clashes {
		if c != catalog.ClashCarrier {
			involved = append(involved, majorOption)
		}
		if c != catalog.ClashMajor {
			involved = append(involved, carrierOption)
		}
	}
	var rest []markup.Text
	for _, path := range involved {
		if value := config.get(path); path != s.option.Path && value != "" {
			rest = append(rest, markup.Code(fmt.Sprintf("%s = %q", shortName(path), value)))
		}
	}
	if len(rest) == 0 || !slices.Contains(involved, s.option.Path) {
		return markup.Text{}
	}
	return markup.Format("jetpack-nixos refuses this value together with %s.", markup.Join(rest, " and "))
}

func (s subject) packageSheet(sn *workspace.Snapshot) sheet {
	p := s.pkg
	out := sheet{title: s.scope + "." + p.Name, what: markup.Format("%s of the scope", article(p.Kind)), summary: s.dated(sn.Library(), p.Summary)}
	if len(p.Generations) > 0 {
		out.rows = append(out.rows, row{"JetPack", markup.Literal(strings.Join(p.Generations, ", "))})
	}
	if p.DeviceOnly {
		out.rows = append(out.rows, row{"Where", markup.Prose("only in the `pkgs` of a NixOS configuration with `hardware.nvidia-jetpack.enable`")})
	}
	file, line := p.File, p.Line
	if file == "" {
		file, line = p.DeviceFile, p.DeviceLine
	}
	out.rows = append(out.rows, s.declaredRow(file, line))
	return out
}

func article(kind string) string {
	switch kind {
	case "derivation":
		return "package"
	case "":
		return "member"
	}
	return kind
}
