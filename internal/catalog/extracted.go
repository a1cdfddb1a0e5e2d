package catalog

import (
	"slices"
	"strings"
	"sync"
)

// Source is what was read from a source tree of jetpack-nixos that may be in no history: a fork, a checkout, a commit from tomorrow.
type Source struct {
	// Revision is the commit whose source it is, unchanged; the zero Revision where that is not known, as in a checkout.
	Revision Revision
	// Options have what their declarations say; what only history knows is added.
	Options []Option
	// Packages and Overlay are the members of the nvidia-jetpack scope and the attributes of the overlay.
	Packages []Package
	Overlay  []Attribute
	// Generations are oldest first. A generation without SoM families takes every SoM, if it is the only one.
	Generations []Generation
	// DefaultMajors are the JetPack majors that SoMs get where majorVersion is not set, by SoM.
	DefaultMajors map[string]string
}

// Extracted makes a catalog of what was read from a source tree. History and the project's own descriptions are added
// where they speak of the same option, value or package. Where the source is that of a known commit, what an
// evaluation of that commit told is added too: kernels, boards, combinations, outputs and flash targets.
func (l *Library) Extracted(s Source) *Catalog {
	d := l.data
	c := &Catalog{Revision: s.Revision, options: make([]Option, len(s.Options))}
	for i, o := range s.Options {
		o.Summary, o.valueSince, o.summaries = d.optionSummaries[o.Path], d.values[o.Path], d.valueSummaries[o.Path]
		if h, ok := d.history[o.Path]; ok {
			o.Since = h.Introduced
			if o.RenamedTo != "" {
				o.AliasSince = h.AliasSince
			}
		}
		c.options[i] = o
	}
	slices.SortFunc(c.options, func(a, b Option) int {
		if a.Path < b.Path {
			return -1
		}
		return 1
	})
	c.index(d.shared)

	var evaluated *Catalog
	if i, ok := d.findRevision(s.Revision.Hash); ok && d.revisions[i].catalog >= 0 {
		evaluated = l.at(i)
		c.generations = evaluated.generations
		d.addSoMs(c, d.revisions[i])
	} else {
		c.generations = s.Generations
		d.withState(s).addSoMs(c, revision{catalog: -1, tree: -1, generation: 0, like: -1, scope: -1})
		for i := range c.soms {
			d.judgeOwn(c, &c.soms[i])
		}
	}
	c.packages = sync.OnceValue(func() *packageSet {
		var base *packageSet
		if evaluated != nil {
			base = evaluated.packageSet()
		}
		return d.packagesOf(s, base)
	})
	return c
}

// withState is the data with nothing but the generations of a source tree as the state of things.
func (d *data) withState(s Source) *data {
	with := *d
	st := state{generations: s.Generations}
	for som, major := range s.DefaultMajors {
		st.defaults = append(st.defaults, majorDefault{som: som, major: major})
	}
	with.states = []state{st}
	return &with
}

// judgeOwn takes the JetPack majors of a SoM that upstream does not have from its name, as upstream's assertions do.
func (d *data) judgeOwn(c *Catalog, som *SoM) {
	if slices.ContainsFunc(d.soms, func(s SoM) bool { return s.Name == som.Name }) {
		return
	}
	som.Majors = nil
	for _, g := range c.generations {
		if slices.ContainsFunc(g.SoMFamilies, func(family string) bool { return strings.HasPrefix(som.Name, family) }) {
			som.Majors = append(som.Majors, g.Major)
		}
	}
	c.fits.majors[som.Name] = majorRule{allowed: som.Majors}
}

// packagesOf completes the packages of a source tree by what is known of those of the same name.
func (d *data) packagesOf(s Source, evaluated *packageSet) *packageSet {
	set := &packageSet{packages: slices.Clone(s.Packages), topLevel: s.Overlay}
	for i := range set.packages {
		p := &set.packages[i]
		p.Summary = d.packageSummaries[p.Name]
		if evaluated == nil {
			continue
		}
		if known, ok := evaluated.byName[p.Name]; ok && p.Kind == "" {
			p.Kind = evaluated.packages[known].Kind
		}
	}
	if evaluated != nil {
		set.build, set.outputs, set.targets = evaluated.build, evaluated.outputs, evaluated.targets
	}
	set.index()
	return set
}
