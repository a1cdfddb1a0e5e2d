package ide

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/pill"
)

// enumValue is the subject of a value of an option that takes some of a list.
type enumValue struct {
	option
	value      string
	written    string // as it stands in the text; may be empty
	isCompared bool   // with the option, and not given to it
}

// value finds the subject of a literal that is the value of an option.
func (q *query) value(place *module.Place) (subject, bool) {
	c := q.pinned.Catalog
	names := q.optionOfPlace(place)
	if names == nil {
		return nil, false
	}
	o, inList, ok := valueOption(c, names)
	if !ok {
		h, wasOnce := q.sn.Library().History(strings.Join(names, "."))
		return otherOption{topics{optionTopic(h.Path), concept("renamed-options")}, h}, wasOnce && !c.IsPrefix(names)
	}
	written := place.Span.Of(q.doc.Text)
	if slices.Contains(o.Values, place.Value) {
		return enumValue{option{Option: o, topics: valueTopics(o, place.Value)}, place.Value, written, place.Compared}, true
	}
	if user, ok := q.userValue(o, place.Value); ok {
		return user, true
	}
	if isNull := place.Value == "null" && o.Nullable; len(o.Values) > 0 && !isNull && q.sn.SawUserValues(q.doc, o.Path) {
		return option{Option: o, topics: optionTopics(o), refused: written}, true
	}
	out := option{Option: o, topics: optionTopics(o)}
	if inList && o.Kind == catalog.KindList && !place.Compared {
		out.element = written
	}
	return out, true
}

func valueTopics(o catalog.Option, value string) topics {
	t := topics{{Kind: pill.ValueTopic, Name: o.Path + "=" + value}}
	if o.RenamedTo != "" {
		t = append(t, pill.Topic{Kind: pill.ValueTopic, Name: o.RenamedTo + "=" + value})
	}
	switch o.Path {
	case catalog.SoMOption:
		t = append(t, pill.Topic{Kind: pill.SoMTopic, Name: value})
	case catalog.MajorVersionOption:
		t = append(t, generation(value))
	}
	return append(t, optionTopics(o)...)
}

func (v enumValue) sheet(q *query) sheet {
	o := v.Option
	of := "value of %s"
	if o.ValuesInList {
		of = "value in the list %s"
	}
	out := sheet{
		title: `"` + v.value + `"`, what: markup.Format(of, markup.Code(o.Path)),
		summary: q.dated(o.ValueSummary(v.value), o.Path),
	}
	switch o.Path {
	case catalog.SoMOption:
		out.addSoM(q.pinned.Catalog, v.value)
	case catalog.MajorVersionOption:
		out.addGeneration(q.pinned.Catalog, v.value)
	}
	if since := o.ValueSince(v.value); since.Known() {
		out.add("Since", dayOf(since))
	}
	q.addHosts(&out, o)
	out.rows = append(out.rows, q.revisionRow())
	if v.written != "" && !strings.ContainsAny(v.written[:1], `"'`) {
		out.remark("%s needs quotes: the value is a string.", markup.Code(v.written))
	}
	if others := v.clashing(q); len(others) > 0 {
		out.remark("jetpack-nixos refuses this value together with %s.", enumerate(others))
	}
	return out
}

func (s *sheet) addSoM(c *catalog.Catalog, name string) {
	som, _ := c.SoM(name)
	s.addFact("SoC", markup.Literal(strings.ToUpper(som.SoC)))
	if som.DefaultMajor != "" {
		jetpack := markup.Literal(som.DefaultMajor)
		if _, ok := c.Option(catalog.MajorVersionOption); ok {
			jetpack = markup.Format("%s, unless `majorVersion` is set", jetpack)
		}
		if len(som.Majors) == 1 {
			jetpack = markup.Format("%s only", som.DefaultMajor)
		} else if len(som.Majors) > 1 {
			jetpack = markup.Format("%s; supported: %s", jetpack, strings.Join(som.Majors, ", "))
		}
		brief := markup.Format("JetPack %s", som.DefaultMajor)
		others := slices.DeleteFunc(slices.Clone(som.Majors), func(major string) bool { return major == som.DefaultMajor })
		if len(others) > 0 {
			brief = markup.Format("%s (also %s)", brief, strings.Join(others, ", "))
		}
		s.addBrief("JetPack", jetpack, brief)
	}
	s.addFact("CUDA capability", markup.Literal(strings.Join(som.CUDACapabilities, ", ")))
	if som.TargetBoard != "" {
		board := markup.Code(som.TargetBoard)
		if _, ok := c.Option(superOption); ok && som.SuperTargetBoard != "" && som.SuperTargetBoard != som.TargetBoard {
			board = markup.Format("%s; with `super`, %s", board, markup.Code(som.SuperTargetBoard))
		}
		s.add("Target board", board)
	}
}

func (s *sheet) addGeneration(c *catalog.Catalog, major string) {
	g, _ := c.Generation(major)
	s.addFact("JetPack", markup.Literal(g.JetPack))
	s.addFact("L4T", markup.Literal(g.L4T))
	s.addFact("CUDA", markup.Literal(g.CUDA))
	s.addFact("Kernel", markup.Literal(g.Kernel))
	if len(g.SoMFamilies) > 0 {
		s.add("SoMs", markup.Literal(strings.Join(g.SoMFamilies, ", ")+", generic"))
	}
}

// clashing are the other definitions in the document that the value does not go with.
func (v enumValue) clashing(q *query) []markup.Text {
	if v.isCompared || new(board).field(v.Path) == nil {
		return nil
	}
	b, _ := q.board().with(v.Path, v.value)
	verdict, clashes := b.fits(q.pinned.Catalog)
	if b.som == "" || verdict != catalog.FitNo {
		return nil
	}
	return b.settings(against(v.Path, clashes))
}
