package ide

import (
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/workspace"
)

// nixosHost is the subject of the name of a host: where a configuration has it written, and in references to it.
type nixosHost struct {
	topics
	of *workspace.Configuration
	// hosts are several where one name is written for all of them: a specialisation in a module that they share.
	hosts []*host.Host
}

// hostNamed is the subject of the hosts that a test picks, if there is a Jetson among them of which anything is known.
func (q *query) hostNamed(c *workspace.Configuration, isNamed func(*host.Host) bool) (subject, bool) {
	s := nixosHost{of: c, topics: topics{concept("flash-script"), concept("flake-outputs")}}
	for _, h := range c.Hosts {
		isKnown := func(path string) bool {
			v, ok := h.Option(path)
			return ok && (v.Certainty > host.Unknown || len(v.Definitions) > 0)
		}
		if isNamed(h) && ConfiguresJetson(c, h) && slices.ContainsFunc(BoardOptions, isKnown) {
			s.hosts = append(s.hosts, h)
		}
	}
	if len(s.hosts) == 0 {
		return nil, false
	}
	if _, isReady := readyFlash(c, s.hosts[0]); isReady && len(s.hosts) == 1 {
		s.topics = append(topics{concept("flashing-a-devkit")}, s.topics...)
	}
	if name := "nixosConfigurations." + HostName(s.hosts[0]); q.inCheckout() {
		s.topics = append(topics{output(name)}, s.topics...)
	}
	return s, true
}

// definedHost finds the subject of a name by which a flake makes a host: an attribute, an element of the list that
// genAttrs takes, a text that a function makes an attribute of.
func (q *query) definedHost(place *module.Place) (subject, bool) {
	c := q.knownConfiguration()
	if c == nil {
		return nil, false
	}
	name := place.Value
	if place.Kind == module.DefinedName {
		name = place.Path.Last()
	}
	return q.hostNamed(c, func(h *host.Host) bool {
		if !isIn(h.At, q.doc) || !strings.HasSuffix("."+HostName(h), "."+name) {
			return false
		}
		isWritten := h.At.Span.Start <= place.Span.Start && place.Span.End <= h.At.Span.End
		return isWritten || place.Kind == module.ValuePlace && isHanded(place, h)
	})
}

// isHanded reports whether a text is an argument of the call that makes a host, or stands in a set that is one:
// arm = mkHost "arm", arm = mkHost { name = "arm"; }.
func isHanded(place *module.Place, h *host.Host) bool {
	if len(place.Path) > 2 || h.Variant != "" {
		return false // it is a value of a module
	}
	for n := range syntax.Ancestors(place.Node) {
		if b, ok := syntax.AsBinding(n); ok && b.Path().Span() == h.At.Span {
			return true
		}
	}
	return false
}

// referredHost finds the subject of the name in self.nixosConfigurations.NAME.
func (q *query) referredHost(place *module.Place) (subject, bool) {
	names := place.Path.Known()
	of := len(names) - 2
	c := q.knownConfiguration()
	if of < 0 || names[of].Name != "nixosConfigurations" || c == nil {
		return nil, false
	}
	flake := names[:of]
	if flake.Last() == "outputs" {
		flake = flake[:len(flake)-1]
	}
	switch {
	case flake.Last() == "self" && q.isFlake(place, flake):
	case len(flake) > 1 && flake[len(flake)-2:].String() == "config.flake": // in a module of flake-parts
	case len(flake) == 0 && len(names) == len(place.Path): // of the set that the name stands in
	default:
		return nil, false
	}
	return q.hostNamed(c, func(h *host.Host) bool { return h.Name == names.Last() && h.Variant == "" })
}

// declaration is where the host is written.
func (s nixosHost) declaration(q *query) (Location, bool) {
	at := s.hosts[0].At
	file := filepath.FromSlash(at.File)
	line, column := q.sn.LineColumn(file, at.Span.Start)
	return Location{File: file, Line: line, Column: column}, line > 0
}

func (s nixosHost) sheet(q *query) sheet {
	h := s.hosts[0]
	out := sheet{what: markup.Prose("NixOS configuration")}
	if len(s.hosts) > 1 {
		out.title = h.Variant
		q.addByHost(&out, s.of, s.hosts, func(h *host.Host) markup.Text {
			settings, versions := q.boardOn(s.of, h, "", nil)
			return markup.Join(slices.DeleteFunc([]markup.Text{settings, versions}, markup.Text.Empty), ": ")
		})
		out.rows = append(out.rows, q.revisionRow())
		return out
	}
	out.title = shownName(h)
	if h.Output != "" {
		out.title = h.Output + "." + out.title
	}
	isCertain := true
	var unknown []string // and set nowhere
	for _, path := range BoardOptions {
		v, ok := h.Option(path)
		if !ok || path == catalog.EnableOption && v.Certainty == host.Certain && v.Values[0] == true {
			continue // without a word: a Jetson is what is expected
		}
		isCertain = isCertain && v.Certainty >= host.Default
		if v.Certainty == host.Unknown && len(v.Definitions) == 0 {
			unknown = append(unknown, shortName(path))
			continue
		}
		var brief markup.Text
		if len(v.Values) == 1 && v.Certainty == host.Certain {
			brief = markup.Code(shortName(path) + " = " + nixValue(v.Values[0]))
		}
		out.addBrief(shortName(path), q.hostValue(v), brief)
	}
	f := FactsOf(s.of, h)
	var versions []string
	for _, fact := range f.Versions() {
		versions = append(versions, fact[0]+" "+fact[1])
	}
	shown := markup.Literal(strings.Join(versions, ", "))
	out.addBrief("Versions", shown, shown)
	out.add("Not known", markup.Codes(unknown))
	if at := q.unseen(h); !isCertain {
		out.add("Not evaluated", at)
	}
	if at := q.locationIn(h.At); at != "" && q.place.Kind == module.ReferredName {
		out.add("Written", markup.Code(at))
	}
	out.rows = append(out.rows, q.revisionRow())
	if refused := Refused(s.of, h); len(refused) > 0 {
		out.remark("jetpack-nixos refuses %s together.", enumerate(refused))
	}
	if enabled, _ := certain(h, catalog.EnableOption); enabled == false {
		out.remark("Without `enable`, the other options do nothing.")
	}
	if h.Bound != nil {
		out.remark("The host was evaluated only in part: %s.", h.Bound)
	}
	if why := NoFlash(s.of, h); !why.Empty() {
		out.remark("No flash script can be built: %s.", why)
	}
	if f.Flash != "" {
		commands := []string{f.Flash}
		if f.Program != "" {
			commands = append(commands, "sudo "+f.Program)
			out.remark("To build the flash script and start it, with the board in recovery mode, run in the folder of %s on a PC with x86_64:", markup.Code(filepath.Base(s.of.Entry)))
		} else {
			out.remark("To build the flash script, run in the folder of %s:", markup.Code(filepath.Base(s.of.Entry)))
		}
		out.remarks = append(out.remarks, markup.Command(commands...))
	}
	return out
}

// example is the host that the commands of the pill's excerpt are to be for.
func (s nixosHost) example(*query) (of exampleHost) {
	if len(s.hosts) > 1 || s.hosts[0].Variant != "" {
		return of
	}
	of.name, of.program = s.hosts[0].Name, programName(s.of, s.hosts[0])
	of.flash, _ = readyFlash(s.of, s.hosts[0])
	return of
}

// unseen is where the modules of a host are named that are not looked into.
func (q *query) unseen(h *host.Host) markup.Text {
	all := make([]host.Definition, len(h.Unseen))
	for i, u := range h.Unseen {
		all[i].Path = u.At
	}
	return q.definedAt(all)
}
