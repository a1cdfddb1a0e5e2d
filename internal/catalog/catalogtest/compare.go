package catalogtest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"jetpills/internal/catalog"
)

// Say receives one field: what kind of field it is, of what thing, what an evaluation gave and what a catalog says.
type Say func(field, of string, want, got any)

// Compare passes every field that an evaluation of a commit gave to say. The commit has to be one that [Evaluations.Evaluates].
func (e *Evaluations) Compare(rev string, c *catalog.Catalog, say Say) {
	wanted := map[string]bool{}
	for _, want := range e.Options(rev) {
		wanted[want.Path] = true
		got, ok := c.Option(want.Path)
		if say("options (none missing)", want.Path, true, ok); ok {
			compareOption(want, got, say)
		}
	}
	for _, o := range c.Options() {
		say("options (none too many)", o.Path, true, wanted[o.Path])
	}
	e.comparePackages(rev, c, say)
	e.compareGenerations(rev, c, say)
}

func compareOption(want, got catalog.Option, say Say) {
	is := func(field string, w, g any) { say(field, want.Path, w, g) }
	is("type", want.Type, got.Type)
	is("kind of the type", fmt.Sprint(want.Kind, want.Elem, want.Nullable, want.ValuesInList), fmt.Sprint(got.Kind, got.Elem, got.Nullable, got.ValuesInList))
	is("enum values", strings.Join(want.Values, " "), strings.Join(got.Values, " "))
	is("renamed to", want.RenamedTo, got.RenamedTo)
	is("has a default", want.HasDefault, got.HasDefault)
	is("internal", want.Internal, got.Internal)
	is("submodule field", want.Field, got.Field)
	if want.DeclaredIn == "" {
		return
	}
	is("position", fmt.Sprint(want.DeclaredIn, ":", want.Line, ":", want.Column), fmt.Sprint(got.DeclaredIn, ":", got.Line, ":", got.Column))
	is("declared with", want.DeclaredWith, got.DeclaredWith)
	is("default", want.Default, got.Default)
	is("default text", want.DefaultText, got.DefaultText)
	is("example", want.Example, got.Example)
	is("read-only", want.ReadOnly, got.ReadOnly)
}

func (e *Evaluations) comparePackages(rev string, c *catalog.Catalog, say Say) {
	at := e.scopes.Of[e.at[rev]]
	if at < 0 {
		return
	}
	scope := e.scopes.Scopes[at]
	for name, where := range scope.members {
		p, ok := c.Package(name)
		say("packages (none missing)", name, true, ok)
		majors, device := strings.CutSuffix(where, "device")
		say("package's JetPack", name, strings.TrimSpace(majors), strings.Join(p.Generations, " "))
		say("package of devices", name, device, p.DeviceFile != "")
		say("package only of devices", name, where == "device", p.DeviceOnly)
	}
	for _, p := range c.Packages() {
		_, ok := scope.members[p.Name]
		say("packages (none too many)", p.Name, true, ok)
	}
	var top []string
	for _, a := range c.OverlayAttributes() {
		top = append(top, a.Name)
	}
	say("overlay attributes", "", strings.Join(scope.Top, " "), strings.Join(top, " "))
	e.compareMembers(rev, c, say)
	evaluated := e.outputs.Outputs[e.outputs.Of[e.at[rev]]].names
	kinds := map[string]bool{}
	for name := range evaluated {
		kind, _, _ := strings.Cut(name, ".")
		kinds[kind] = true
	}
	all, ok := c.Output("")
	say("all outputs", "", fmt.Sprint(slices.Sorted(maps.Keys(kinds)), true), fmt.Sprint(all.Names, ok))
	for _, o := range c.Outputs() {
		say("names of an output", o.Name, strings.Join(evaluated[o.Name], " "), strings.Join(o.Names, " "))
	}
	if rev != e.packages.Rev {
		return
	}
	for _, want := range e.packages.Scope {
		got, _ := c.Package(want.Name)
		say("package's position", want.Name, fmt.Sprint(want.File, ":", want.Line), fmt.Sprint(got.File, ":", got.Line))
		say("package's position on devices", want.Name, fmt.Sprint(want.DeviceFile, ":", want.DeviceLine), fmt.Sprint(got.DeviceFile, ":", got.DeviceLine))
		if want.Source != "" {
			say("package's source", want.Name, want.Source, got.Source)
		}
		say("package's kind", want.Name, want.Kind, got.Kind)
	}
	for _, want := range e.packages.TopLevel {
		i := slices.IndexFunc(c.OverlayAttributes(), func(a catalog.Attribute) bool { return a.Name == want.Name })
		if i >= 0 {
			got := c.OverlayAttributes()[i]
			say("overlay attribute's position", want.Name, fmt.Sprint(want.File, ":", want.Line), fmt.Sprint(got.File, ":", got.Line))
		}
	}
}

// compareMembers passes to say, for each scope and each name that any has, whether an evaluation found it there and whether a catalog
// says so. A catalog may not know; it must not deny a name that is there.
func (e *Evaluations) compareMembers(rev string, c *catalog.Catalog, say Say) {
	scope := e.scopes.Scopes[e.scopes.Of[e.at[rev]]]
	others := e.others.Others[e.others.Of[e.at[rev]]]
	var majors []string
	for _, name := range scope.Top {
		if major, ok := catalog.ScopeMajor(name); ok && major != "" {
			majors = append(majors, major)
			say("scope on other hosts", name, others[name], c.OnOthers(name))
		}
	}
	is := func(name, scope, host string, want bool) {
		has, known := c.HasMember(scope, host, name)
		say("members (none denied)", scope+"."+name, want, has || want && !known)
		say("members (all known)", scope, true, known)
	}
	for name, where := range scope.members {
		fields := strings.Fields(where)
		is(name, catalog.ScopeName, "", true)
		for _, major := range majors {
			isIn := slices.Contains(fields, major)
			is(name, catalog.ScopeName+major, "", isIn)
			is(name, catalog.ScopeName, major, isIn || slices.Contains(fields, "device"))
		}
	}
	for _, name := range []string{catalog.ScopeName, catalog.ScopeName + "5", catalog.ScopeName + "6", catalog.ScopeName + "7", catalog.ScopeName + "8"} {
		has, known := c.HasScope(name)
		say("scopes", name, fmt.Sprint(slices.Contains(scope.Top, name), true), fmt.Sprint(has, known))
	}
}

func (e *Evaluations) compareGenerations(rev string, c *catalog.Catalog, say Say) {
	at := e.revisions[e.at[rev]].Generation
	if at == nil {
		return
	}
	state := e.generations[*at]
	var majors []string
	for _, want := range state.Generations {
		majors = append(majors, want.Major)
		got, _ := c.Generation(want.Major)
		say("versions", want.Major, fmt.Sprint(want.JetPack, " ", want.L4T, " ", want.CUDA, " ", want.Driver), fmt.Sprint(got.JetPack, " ", got.L4T, " ", got.CUDA, " ", got.Driver))
		say("kernel", want.Major, want.Kernel+want.RealtimeSuffix, got.Kernel+got.RealtimeSuffix)
		say("SoM families", want.Major, sorted(want.SoMFamilies), sorted(got.SoMFamilies))
	}
	var got []string
	for _, g := range c.Generations() {
		got = append(got, g.Major)
	}
	say("generations", "", strings.Join(majors, " "), strings.Join(got, " "))
	for _, som := range c.SoMs() {
		var allowed []string
		def := ""
		for _, g := range state.Generations {
			family := e.family(som.Name)
			if len(state.Generations) == 1 || family == "" || slices.Contains(g.SoMFamilies, family) {
				allowed = append(allowed, g.Major)
			}
			if len(state.Generations) == 1 {
				def = g.Major
			}
		}
		for _, arm := range slices.Backward(state.DefaultMajor) {
			if arm.SoM == som.Name || arm.SoM == "" && strings.HasPrefix(som.Name, arm.Prefix) {
				def = arm.Major
			}
		}
		say("JetPack of a SoM", som.Name, strings.Join(allowed, " "), strings.Join(som.Majors, " "))
		say("default JetPack of a SoM", som.Name, def, som.DefaultMajor)
	}
}

func (e *Evaluations) family(som string) string {
	for _, s := range e.soms.SoMs {
		if s.Name == som {
			return s.Family
		}
	}
	return ""
}

func sorted(list []string) string { return strings.Join(slices.Sorted(slices.Values(list)), " ") }

// CompareHistory passes to say what became of every option and value on the mainline.
func (e *Evaluations) CompareHistory(l *catalog.Library, say Say) {
	for _, want := range e.history.Options {
		got, _ := l.History(want.Path)
		is := func(field, want string, got catalog.Revision) { say(field, got.Hash, want, got.Hash) }
		is("introduced", want.Introduced, got.Introduced)
		is("alias since", want.AliasSince, got.AliasSince)
		is("removed", want.Removed, got.Removed)
		is("reintroduced", want.Reintroduced, got.Reintroduced)
		say("became", want.Path, want.RenamedTo, got.RenamedTo)
	}
	for _, want := range e.history.Values {
		say("value since", want.Path+" = "+want.Value, want.Since, l.ValueSince(want.Path, want.Value).Hash)
	}
}

// CompareBoards passes to say the SoMs and all combinations, in the catalog of the commit that was evaluated in most respects.
func (e *Evaluations) CompareBoards(c *catalog.Catalog, say Say) {
	for _, want := range e.soms.SoMs {
		got, _ := c.SoM(want.Name)
		got.Since, got.Summary = catalog.Revision{}, ""
		say("SoM", want.Name, fmt.Sprintf("%v", want), fmt.Sprintf("%v", got))
	}
	for _, want := range e.soms.Combinations {
		verdict, clashes := c.Fits(want.SoM, want.CarrierBoard, want.Major)
		works := catalog.FitYes
		if len(want.Clashes) > 0 {
			works = catalog.FitNo
		}
		of := want.SoM + " on " + want.CarrierBoard + " with " + want.Major
		say("combination", of, fmt.Sprint(works, want.Clashes), fmt.Sprint(verdict, clashes))
		say("target board", of, want.TargetBoard, c.TargetBoardOn(want.SoM, want.CarrierBoard, want.Major))
	}
	say("flash targets", "", fmt.Sprint(e.soms.Targets), fmt.Sprint(c.FlashTargets()))
	say("system.build", "", fmt.Sprint(e.packages.SystemBuild), fmt.Sprint(c.SystemBuild()))
	say("outputs", "", fmt.Sprint(e.packages.Outputs), fmt.Sprint(c.Outputs()))
}
