package ide

import (
	"cmp"
	"fmt"
	"path/filepath"

	"jetpills/internal/markup"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Report is what another revision would change, as a page to read. Its links lead to the pills and to the findings.
func (s *BumpSummary) Report(link Linker) markup.Text {
	parts := []markup.Text{markup.Heading(markup.Format("jetpack-nixos %s → %s", dayOf(s.From), dayOf(s.To)))}
	for _, g := range GroupHosts(s.Hosts) {
		parts = append(parts, changesOf(g, link))
	}
	if len(s.Hosts) == 0 {
		parts = append(parts, markup.Format("No host of these files is known to be a Jetson, so versions and firmware are left out. %s lists how the options of the two revisions differ.",
			markup.Code(fmt.Sprintf("jetpills options --diff %s %s", s.From.Short(), s.To.Short()))))
	}
	if len(s.Appear)+len(s.Go) == 0 {
		parts = append(parts, markup.Prose("No finding would appear or disappear."))
	}
	for _, of := range []struct {
		what  string
		found []FileDiagnostic
	}{{"would appear", s.Appear}, {"would disappear", s.Go}} {
		if len(of.found) == 0 {
			continue
		}
		var items []markup.Text
		for _, d := range of.found {
			items = append(items, s.finding(d))
		}
		parts = append(parts, markup.List(markup.Strong(markup.Literal(text.Count(len(items), "finding")+" "+of.what)), items))
	}
	parts = append(parts, markup.Format("In a terminal, %s shows the same for any revision.", markup.Code("jetpills check --rev REV PATH")))
	return markup.Paragraphs(parts)
}

// changesOf are the changes of some hosts.
func changesOf(g HostGroup, link Linker) markup.Text {
	var items []markup.Text
	for _, note := range g.Notes {
		items = append(items, markup.Prose(note))
	}
	for _, c := range g.Changes {
		var under []markup.Text
		for _, note := range c.Notes {
			under = append(under, markup.Prose(note))
		}
		if to := c.Section; len(under) > 0 && to.Pill != nil {
			under = append(under, markup.Format("see %s", markup.Link(markup.Format("%s: %s", to.Pill.Name(), to.Title), link(to.Pill.File, to.Anchor))))
		}
		items = append(items, markup.Item(markup.Format("%s: %s → %s", shortPath(c.What), cmp.Or(c.From, "not known"), c.To), under))
	}
	head := markup.Strong(markup.Literal(g.String()))
	if len(items) == 0 {
		return markup.Format("%s: nothing changes", head)
	}
	return markup.List(head, items)
}

// finding is a finding with the place where it is.
func (s *BumpSummary) finding(d FileDiagnostic) markup.Text {
	file := d.Document.Path
	if near, err := filepath.Rel(filepath.Dir(cmp.Or(s.Entry, file)), file); err == nil {
		file = filepath.ToSlash(near)
	}
	line, column := d.Document.Mapper().LineColumn(d.Span.Start)
	at := markup.Link(markup.Literal(fmt.Sprintf("%s:%d:%d", file, line, column)), workspace.FileLink(d.Document.Path, line))
	return markup.Format("%s: %s: %s [%s]", at, d.Severity.String(), d.Message, string(d.Code))
}
