package ide

import (
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
)

// flakeOutput is the subject of the flake jetpack-nixos, or of one of its outputs.
type flakeOutput struct {
	undeclared
	topics
	title, what string
	of          string // the flake input; empty where the document's own pin counts
	summary     summary
	described   string // a description of jetpack-nixos as of the newest revision, in the place of summary
}

func (o flakeOutput) input() string { return o.of }

func (o flakeOutput) sheet(q *query) sheet {
	s := sheet{title: o.title, what: markup.Prose(o.what), summary: o.summary, rows: []row{q.revisionRow()}}
	if o.described != "" {
		s.summary = q.dated(o.described, "")
	}
	return s
}

// jetpackPin is the subject of what pins jetpack-nixos: an input of a flake, or an address.
type jetpackPin struct{ flakeOutput }

func (p jetpackPin) sheet(q *query) sheet {
	s := p.flakeOutput.sheet(q)
	if locked := q.sn.Locked(q.doc, p.of); p.of != "" && locked.Revision != "" && locked.Revision == q.pinned.Catalog.Revision.Hash {
		locked.LastModified = q.pinned.Catalog.Revision.Date
		s.rows = []row{{name: "Revision", value: q.revision()}}
		s.addLocked(locked)
	}
	if newer, ok := q.newerRow(); ok {
		s.rows = append(s.rows, newer)
	}
	s.addAge(q)
	return s
}

// definedInput finds the subject of the input that pins jetpack-nixos, at its name in inputs and at its address.
func (q *query) definedInput(place *module.Place) (subject, bool) {
	p := place.Path
	isAddress := hasForm(p, "inputs.*.url")
	if !flakes(q, nil) || !isAddress && !hasForm(p, "inputs.*") || !q.isPinnedInput(p[1].Name) {
		return nil, false
	}
	pin := jetpackPin{flakeOutput{
		title: p.String(), what: "input of this flake",
		summary: described("The flake jetpack-nixos, with NVIDIA's kernel, libraries and firmware for NixOS."),
		topics:  topics{function("inputs"), concept("flake-inputs")},
		of:      p[1].Name,
	}}
	if isAddress {
		pin.what, pin.summary = "attribute of an input", described("Where Nix fetches jetpack-nixos from, and of which branch, tag or revision.")
		pin.topics = append(topics{concept("flake-addresses")}, pin.topics...)
	}
	return pin, true
}

// pinningAddress finds the subject of the address of jetpack-nixos that pins it for a document.
func (q *query) pinningAddress(place *module.Place) (subject, bool) {
	return jetpackPin{flakeOutput{
		title: "jetpack-nixos", what: "address", summary: described("Where jetpack-nixos is fetched from. The revision beside it pins what this file gets."),
		topics: topics{concept("pins"), concept("jetpack-nixos")},
	}}, place.Span == q.pinAddress()
}

// jetpackFlake finds the subject of a name that is the flake jetpack-nixos as a whole: an argument of a flake's outputs or
// of a module, or one of the inputs.
func (q *query) jetpackFlake(place *module.Place) (subject, bool) {
	p := place.Path
	name := p.Last()
	if name != "jetpack-nixos" && !q.isPinnedInput(name) {
		return nil, false
	}
	flake := flakeOutput{
		title: name, what: "flake",
		summary: described("The flake jetpack-nixos: its outputs, such as `nixosModules.default`, and the folder of its source."),
		topics:  topics{concept("jetpack-nixos"), concept("flake-inputs")},
		of:      name,
	}
	if len(p) == 1 {
		return flake, place.Origin == module.Argument && q.isHandedIn(place.Binder, name)
	}
	return flake, p[len(p)-2].Name == "inputs"
}

// outputNames are the flake outputs that have names below them.
var outputNames = map[string]bool{
	"overlays": true, "nixosModules": true, "nixosConfigurations": true, "legacyPackages": true,
}

// flakeOutput finds the subject of a name that selects a flake output, or what is right below one. Of the packages of
// jetpack-nixos those below the system count too.
func (q *query) flakeOutput(place *module.Place) (subject, bool) {
	p := place.Path
	for i := max(len(p)-3, 1); i < len(p); i++ {
		kind, from := p[i].Name, p[:i].Known()
		if !p[i].Known || len(from) == 0 {
			continue
		}
		if n := len(from) - 1; n > 0 && from[n].Name == "outputs" && q.isJetpackInput(from[n-1].Name) {
			from = from[:n]
		}
		flake := from.Last()
		isJetpack := q.isJetpackInput(flake)
		below := len(p) - 1 - i
		isOutput := outputNames[kind] || isJetpack && outputWords[kind].all != ""
		if !isOutput || below == 2 && !(bySystem[kind] && isJetpack) || !q.isFlake(place, from) {
			continue
		}
		if isJetpack {
			return q.outputSelected(flake, p[i:])
		}
		names := p[i:]
		if len(names.Known()) < len(names) {
			return nil, false
		}
		t := term{title: names.String(), what: markup.Format("output of the flake %s", markup.Code(flake)), topics: topics{concept("flake-outputs")}}
		if !strings.HasSuffix(flake, "'") { // with that, flake-parts has left out the system
			t.summary.first = outputSentence(names)
		}
		if kind == "overlays" {
			t.topics = topics{concept("overlays")}
		}
		return q.explained(t)
	}
	return nil, false
}

// outputSelected is the subject of a path into the outputs of jetpack-nixos. Where a system is not known, it is one that has the name.
func (q *query) outputSelected(flake string, path module.Path) (subject, bool) {
	title := path.String()
	if len(path) > 1 && !path[1].Known {
		if !bySystem[path[0].Name] || len(path) < 3 {
			return nil, false
		}
		system := q.systemOf(path[0].Name, path.Last())
		if system == "" && path[0].Name == "legacyPackages" {
			system = outputSystems[0]
		}
		if system == "" {
			return nil, false
		}
		title = path[0].Name + ".SYSTEM." + path.Last()
		path = slices.Clone(path)
		path[1].Name, path[1].Known = system, true
	}
	return q.outputNamed(flake, title, path)
}

// outputNamed is the subject of an output of jetpack-nixos, or of what is right below one. There is none for what no revision has.
func (q *query) outputNamed(flake, title string, path module.Path) (subject, bool) {
	about := topics{output(path.String()), output(path[0].Name)}
	for i := range path {
		output := path[:i].String()
		all, known := q.pinned.Catalog.Output(output)
		if name := path[i].Name; known && !slices.Contains(all.Names, name) {
			past, wasOnce := q.sn.Library().OutputHistory(output, name)
			out := absent{topics: about, title: title, what: "not a flake output of this revision", past: past}
			system := ""
			if i == 2 && bySystem[path[0].Name] {
				system = q.systemOf(path[0].Name, name)
			}
			if isElsewhere := system != "" && q.hasOutput(path[0].Name+"."+system, name); !wasOnce && !isElsewhere {
				return nil, true
			} else if isElsewhere {
				out.instead = markup.Format("It exists for %s only: %s.", markup.Code(system), markup.Code(path[0].Name+"."+system+"."+name))
				out.topics = append(topics{{Kind: pill.OutputTopic, Name: path[0].Name + "." + system + "." + name}}, out.topics...)
			} else if flash := strings.TrimPrefix(name, "initrd-"); flash != name && slices.Contains(all.Names, flash) {
				out.instead = markup.Format("The revision has %s.", markup.Code(output+"."+flash))
			} else if len(all.Names) > 0 && len(all.Names) <= mostInstead {
				out.instead = markup.Format("The revision has %s.", markup.Codes(prefixed(output, all.Names)))
			}
			return q.explained(absentOutput{out, flake})
		}
	}
	of := flakeOutput{
		title: title, what: "flake output of jetpack-nixos",
		summary: summary{first: outputSentence(path)}, described: q.jetpackOutput(path), topics: about, of: flake,
	}
	return q.explained(q.ownOutputAt(of, path))
}

// mostInstead is how many names are listed in place of one that is missing.
const mostInstead = 8

// prefixed are names with a path before them, if there is one.
func prefixed(path string, names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = strings.TrimPrefix(path+"."+name, ".")
	}
	return all
}

// isFlake reports whether a path leads to a flake: an input, or an argument that was handed in.
func (q *query) isFlake(place *module.Place, names module.Path) bool {
	last := names.Last()
	if q.isJetpackInput(last) {
		_, isScope := catalog.ScopeMajor(last)
		return !isScope && !slices.ContainsFunc(names, func(p module.Part) bool { return p.Name == "config" })
	}
	if n := len(names); n > 1 {
		return names[n-2].Name == "inputs"
	}
	switch last {
	case "config", "options", "lib", "pkgs":
		return false
	}
	return q.isHandedIn(place.Binder, last)
}

// isHandedIn reports whether a function's argument is what its name says: { lib, stdenv, ... } gets those from outside,
// while the x of x: … is the function's own. A self is a flake in a flake's outputs and in a module, which
// leaves the rest of its arguments open.
func (q *query) isHandedIn(binder syntax.Node, name string) bool {
	l, ok := syntax.AsLambda(binder)
	if !ok {
		return false
	}
	if l.Formals().IsZero() {
		return name == "inputs" && flakes(q, nil)
	}
	switch name {
	case "outputs":
		return false
	case "self":
		return flakes(q, nil) || l.Formals().HasEllipsis()
	}
	return true
}

// isJetpackInput reports whether a flake input is jetpack-nixos: the lock file says so, or its name does.
func (q *query) isJetpackInput(name string) bool {
	return q.isPinnedInput(name) || strings.Contains(name, "jetpack") || name == "self" && q.inCheckout()
}

// isPinnedInput reports whether the lock file has jetpack-nixos under that name.
func (q *query) isPinnedInput(name string) bool {
	is, ok := q.inputs[name]
	if !ok {
		_, is = q.sn.InputPinned(q.doc, name)
		if q.inputs == nil {
			q.inputs = map[string]bool{}
		}
		q.inputs[name] = is // who goes through a text asks for pkgs and lib at every other line
	}
	input := q.pinned.Pin.Input // of what is asked about now
	return is || input != "" && name == input[strings.LastIndexByte(input, '/')+1:]
}

// flakes reports whether the document is a flake.
func flakes(q *query, _ module.Path) bool { return filepath.Base(q.doc.Path) == "flake.nix" }

// outputWords are the outputs that flakes have, by name: what they are, and what one name below them is.
var outputWords = map[string]struct {
	all, one  string
	areSystem bool // the names below are systems
}{
	"nixosConfigurations": {"The NixOS systems of the flake, by name.", "The NixOS system that the flake calls %s.", false},
	"nixosModules":        {"NixOS modules that the flake offers to others, by name.", "The NixOS module that the flake offers as %s.", false},
	"overlays":            {"Overlays that the flake offers to others, by name.", "The overlay that the flake offers as %s.", false},
	"packages":            {"The packages of the flake, by system and name.", "The packages of the flake for %s, by name.", true},
	"legacyPackages":      {"Package sets of the flake, by system.", "The package set of the flake for %s.", true},
	"devShells":           {"Shells for `nix develop`, by system and name.", "Shells for `nix develop` on %s, by name.", true},
	"checks":              {"What `nix flake check` builds, by system and name.", "What `nix flake check` builds for %s, by name.", true},
	"apps":                {"Programs for `nix run`, by system and name.", "Programs for `nix run` on %s, by name.", true},
	"formatter":           {"What `nix fmt` runs, by system.", "What `nix fmt` runs on %s.", true},
	"hydraJobs":           {"Jobs for the build farm Hydra, by name.", "Jobs for the build farm Hydra under %s.", false},
	"templates":           {"Templates for `nix flake init`, by name.", "The template that the flake offers as %s.", false},
}

// outputSentence says what an output of any flake is, or a name right below it; nothing of a name that is no system where those
// are.
func outputSentence(p module.Path) markup.Text {
	words := outputWords[p[0].Name]
	switch {
	case len(p) == 1:
		return markup.Prose(words.all)
	case words.areSystem && !isSystem(p[1].Name):
		return markup.Text{}
	}
	return markup.Format(words.one, markup.Code(p[1].Name))
}

func outputPart(p module.Path) []any { return []any{outputSentence(p[1:])} }

// jetpackOutput says what an output of jetpack-nixos is, or a package below it; nothing of one that is as in any flake.
func (q *query) jetpackOutput(p module.Path) string {
	if len(p) > 2 {
		return q.sn.Library().PackageSummary(p.Last())
	}
	name, _ := q.sn.Library().Name("outputs." + p.String())
	return name.Summary
}

// flakeOutputs reports whether a path in outputs is that of an output which flakes have, and the document is a flake.
func flakeOutputs(q *query, p module.Path) bool {
	return outputWords[p[1].Name].all != "" && flakes(q, p)
}

func jetpackFlakeOutputs(q *query, p module.Path) bool { return q.inCheckout() && flakeOutputs(q, p) }

// isSystem reports whether a name is that of a system, as x86_64-linux.
func isSystem(name string) bool {
	return strings.HasSuffix(name, "-linux") || strings.HasSuffix(name, "-darwin")
}
