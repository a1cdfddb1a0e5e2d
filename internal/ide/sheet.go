package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
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
	case aboutFile:
		return sheet{title: s.name, what: s.note}
	}
	return sheet{title: s.name, what: s.note}
}

func (s subject) optionSheet(sn *workspace.Snapshot, doc *workspace.Document) sheet {
	o, library := s.option, sn.Library()
	out := sheet{title: o.Path, what: "option", summary: s.dated(library, o.Summary)}
	now, wasRenamed := later(library, o)
	switch {
	case wasRenamed:
		out.summary = s.dated(library, now.Summary)
		out.remarks = append(out.remarks, "Later revisions call it "+code(now.Path)+".")
	case o.RenamedTo != "":
		out.what = "renamed option"
		out.rows = append(out.rows, row{"Now", code(o.RenamedTo) + aliasSince(o)})
	case o.Field:
		out.what = "field of a submodule"
	}
	switch {
	case o.Internal && o.ReadOnly:
		out.what += ", internal, read-only"
	case o.Internal:
		out.what += ", internal"
	case o.ReadOnly:
		out.what += ", read-only"
	}
	out.rows = append(out.rows, signature(o)...)
	if own := ownValues(sn, doc, o); len(own) > 0 {
		out.rows = append(out.rows, ownRow(doc, own))
	}
	out.rows = append(out.rows, s.declaredRow(o.DeclaredIn, o.Line))
	if s.pinned.IsOwn() {
		out.quote = quotation(s.pinned.Source.Detail(o.Path).Description)
	}
	if s.isBad {
		out.remarks = append(out.remarks, code(oneLine(s.span.Of(doc.Text)))+" is none of its values in this revision.")
	}
	return out
}

// dated says of a description that it was written for another revision.
func (s subject) dated(library *catalog.Library, summary string) string {
	newest := library.Newest().Revision
	p := s.pinned
	if summary == "" || p.Catalog.Revision == newest || p.Pin.Known == upstream.FromCheckout && p.Pin.Revision == newest.Hash {
		return summary
	}
	return summary + " (Described as of " + code(newest.Short()) + ".)"
}

func aliasSince(o catalog.Option) string {
	if !o.AliasSince.Known() {
		return ""
	}
	return fmt.Sprintf(" since %s (%s)", code(o.AliasSince.Short()), o.AliasSince.Day())
}

// mostInline is how long a default may be, in bytes, to stand beside the type:
// editors show some ten lines of a hover, and the pill is to be among them.
const mostInline = 40

// signature is an option's type, default and, for an enum, its values.
func signature(o catalog.Option) []row {
	var rows []row
	if kind := typeName(o); kind != "" {
		rows = append(rows, row{"Type", kind})
	}
	if d := oneLine(o.ShownDefault()); o.HasDefault && d != "" {
		if len(rows) > 0 && len(d) <= mostInline {
			rows[0].value += ", default " + code(d)
		} else {
			rows = append(rows, row{"Default", code(d)})
		}
	}
	if len(o.Values) > 0 {
		rows = append(rows, row{"Values", codes(o.Values)})
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
	return row{"Declared", code(at) + " in " + s.revision()}
}

func (s subject) revisionRow() row { return row{"Revision", s.revision()} }

// revision says which jetpack-nixos all this holds for, and how that is known.
func (s subject) revision() string {
	r := s.pinned.Catalog.Revision
	if !r.Known() {
		return "jetpack-nixos, " + pinNote(s.pinned)
	}
	return "jetpack-nixos " + code(r.Short()) + ", " + pinNote(s.pinned)
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
	if len(names) == 0 {
		for _, c := range children {
			names = append(names, c.Name)
		}
		return sheet{
			title: s.path, what: "set of old names, which still work",
			rows: []row{{"Holds", codes(names)}, s.revisionRow()},
		}
	}
	return sheet{
		title: s.path, what: "set of options",
		rows: []row{{"Holds", codes(names)}, s.revisionRow()},
	}
}

func (s subject) goneSheet() sheet {
	h := s.history
	out := sheet{title: h.Path, what: "no option of this revision", rows: []row{s.revisionRow()}}
	isKnown := s.pinned.Match == catalog.Exact
	switch {
	case h.Gone() && h.RenamedTo != "":
		out.remarks = append(out.remarks, fmt.Sprintf("Renamed to %s.", code(h.RenamedTo)))
	case h.Gone():
		out.remarks = append(out.remarks, fmt.Sprintf("Removed in %s (%s).", code(h.Removed.Short()), h.Removed.Day()))
	case h.Introduced.Known() && isKnown:
		out.remarks = append(out.remarks, fmt.Sprintf("It came with %s (%s).", code(h.Introduced.Short()), h.Introduced.Day()))
	case h.Introduced.Known(): // and it is not known whether this one is older or newer
		out.remarks = append(out.remarks, fmt.Sprintf("Upstream has it since %s (%s).", code(h.Introduced.Short()), h.Introduced.Day()))
	}
	if s.pinned.IsOwn() {
		if removed, ok := s.pinned.Source.Removed(h.Path); ok {
			out.quote = quotation(removed.Instead)
		}
	}
	return out
}

func (s subject) valueSheet(sn *workspace.Snapshot, doc *workspace.Document) sheet {
	o := s.option
	if s.own.Value != "" {
		return sheet{
			title: `"` + s.value + `"`, what: "value of " + code(o.Path) + ", your own",
			rows: []row{{"Declared", code(ownPlace(doc, s.own))}, s.revisionRow()},
		}
	}
	out := sheet{
		title: `"` + s.value + `"`, what: "value of " + code(o.Path),
		summary: s.dated(sn.Library(), o.ValueSummary(s.value)),
	}
	switch o.Path {
	case somOption:
		out.rows = append(out.rows, s.somRows()...)
	case majorOption:
		out.rows = append(out.rows, s.generationRows()...)
	}
	if since := o.ValueSince(s.value); since.Known() {
		out.rows = append(out.rows, row{"Since", code(since.Short()) + " (" + since.Day() + ")"})
	}
	out.rows = append(out.rows, s.revisionRow())
	if written := s.span.Of(doc.Text); written != "" && !strings.ContainsAny(written[:1], `"'`) {
		out.remarks = append(out.remarks, code(written)+" needs quotes: the value is a string.")
	}
	if clash := s.clash(sn, doc); clash != "" {
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
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, row{name, value})
		}
	}
	add("SoC", som.SoC)
	if som.DefaultMajor != "" {
		jetpack := som.DefaultMajor
		if _, ok := s.pinned.Catalog.Option(majorOption); ok {
			jetpack += " unless `majorVersion` says otherwise"
		}
		if len(som.Majors) == 1 {
			jetpack = som.DefaultMajor + " only"
		} else if len(som.Majors) > 1 {
			jetpack += "; " + strings.Join(som.Majors, ", ") + " work"
		}
		add("JetPack", jetpack)
	}
	add("CUDA capability", strings.Join(som.CUDACapabilities, ", "))
	if som.TargetBoard != "" {
		add("Target board", code(som.TargetBoard))
	}
	return rows
}

func (s subject) generationRows() []row {
	g, ok := s.pinned.Catalog.Generation(s.value)
	if !ok {
		return nil
	}
	rows := []row{{"JetPack", g.JetPack}, {"L4T", g.L4T}, {"CUDA", g.CUDA}, {"Kernel", g.Kernel}}
	if len(g.SoMFamilies) > 0 {
		rows = append(rows, row{"SoMs", strings.Join(g.SoMFamilies, ", ") + ", generic"})
	}
	return rows
}

// clash says that a value does not go with what the document configures.
func (s subject) clash(sn *workspace.Snapshot, doc *workspace.Document) string {
	if s.isTest {
		return ""
	}
	config := configured(s.pinned.Catalog, doc)
	config.set(s.option.Path, s.value)
	if config.som == "" {
		return ""
	}
	verdict, clashes := s.pinned.Catalog.Fits(config.som, config.carrier, config.major)
	if verdict != catalog.FitNo {
		return ""
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
	var rest []string
	for _, path := range involved {
		if value := config.get(path); path != s.option.Path && value != "" {
			name := shortName(path)
			rest = append(rest, code(fmt.Sprintf("%s = %q", name, value)))
		}
	}
	if len(rest) == 0 || !slices.Contains(involved, s.option.Path) {
		return ""
	}
	return "jetpack-nixos refuses this value together with " + strings.Join(rest, " and ") + "."
}

func (s subject) packageSheet(sn *workspace.Snapshot) sheet {
	p := s.pkg
	out := sheet{title: s.scope + "." + p.Name, what: article(p.Kind) + " of the scope", summary: s.dated(sn.Library(), p.Summary)}
	if len(p.Generations) > 0 {
		out.rows = append(out.rows, row{"JetPack", strings.Join(p.Generations, ", ")})
	}
	if p.DeviceOnly {
		out.rows = append(out.rows, row{"Where", "only in the `pkgs` of a NixOS configuration with `hardware.nvidia-jetpack.enable`"})
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
