package ide

import (
	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/starter"
)

// buildProduct is the subject of an attribute of system.build that jetpack-nixos sets: what a configuration can be built into.
type buildProduct struct {
	topics
	catalog.Attribute
	host string // the configuration that the path names; may be empty
}

const buildSet = "system.build"

// deviceSet are the packages of a device under their old name in system.build.
const deviceSet = "jetsonDevicePkgs"

// buildProduct finds the subject of a name in system.build.
func (q *query) buildProduct(place *module.Place) (subject, bool) {
	names := place.Path.Known()
	n := len(names)
	if n < 3 || n < len(place.Path) {
		return nil, false
	}
	if isBuild(names[:n-1]) {
		return q.productNamed(names.Last(), hostIn(names))
	}
	isOfDevice := names[n-2].Name == deviceSet && isBuild(names[:n-2]) || names[n-2].Name == "devicePkgs" && names[n-3].Name == catalog.ScopeName
	if b, ok := q.pinned.Catalog.BuildProduct("flashScript"); isOfDevice && ok && b.Equals != "" { // since then, the set is the scope
		return q.memberNamed(catalog.ScopeName, names.Last())
	}
	if name := names.Last(); isOfDevice && q.sn.Library().IsDevicePackage(q.pinned.Catalog, name) {
		return devicePackage{topics{packageTopic(name), packageTopic("devicePkgsFromNixosConfig"), concept("flash-script")}, name}, true
	}
	return nil, false
}

// devicePackage is the subject of what old revisions have in their option devicePkgs alone.
type devicePackage struct {
	topics
	name string
}

func (p devicePackage) sheet(q *query) sheet {
	out := sheet{title: p.name, what: markup.Prose("package for this device, of jetpack-nixos")}
	out.summary = q.dated(q.sn.Library().PackageSummary(p.name), "")
	out.rows = append(out.rows, q.revisionRow())
	out.remark("Later revisions have it in %s.", markup.Code("pkgs."+catalog.ScopeName))
	return out
}

func (p devicePackage) declaration(q *query) (Location, bool) {
	return q.optionDeclared(catalog.DevicePackagesOption)
}

// isBuild reports whether a path is that of system.build, of a configuration.
func isBuild(names module.Path) bool {
	n := len(names)
	if n < 2 || names[n-1].Name != "build" || names[n-2].Name != "system" {
		return false
	}
	before := names[:n-2]
	return len(before) < 2 || before.Last() == "config" || isHostSet(before)
}

// isHostSet reports whether a path is that of a configuration by its name, whose config old revisions left out.
func isHostSet(names module.Path) bool {
	n := len(names)
	return n > 1 && names[n-2].Name == "nixosConfigurations"
}

// hostIn is the configuration that a path names; empty if it names none.
func hostIn(names module.Path) string {
	for i := range len(names) - 1 {
		if names[i].Name == "nixosConfigurations" {
			return names[i+1].Name
		}
	}
	return ""
}

func (q *query) productNamed(name, host string) (subject, bool) {
	about := topics{packageTopic(name), concept("flash-script")}
	if name == deviceSet {
		about = topics{packageTopic("devicePkgsFromNixosConfig"), concept("scopes")}
	}
	if a, ok := q.pinned.Catalog.BuildProduct(name); ok {
		return buildProduct{about, a, host}, true
	}
	past, wasOnce := q.sn.Library().BuildHistory(name)
	if !wasOnce || !q.pinned.Catalog.HasPackages() {
		return nil, false
	}
	path := productPath(name)
	out := absent{topics: about, title: path, what: "not in this revision", past: past, referent: memberReferent(path)}
	if name == "flashScript" {
		if own := q.pinned.Catalog.FlashScript(); own != path {
			out.instead = markup.Format("The revision has %s.", markup.Code("config."+own))
		}
	} else if _, ok := q.pinned.Catalog.BuildProduct(deviceSet); ok {
		out.instead = markup.Format("The revision has %s, a set of what is built for the device.", markup.Code(productPath(deviceSet)))
	}
	return out, true
}

func productPath(name string) string { return buildSet + "." + name }

func (b buildProduct) sheet(q *query) sheet {
	path := productPath(b.Name)
	out := sheet{
		title: path, what: markup.Prose("build product of a Jetson's configuration"),
		summary: q.dated(q.sn.Library().PackageSummary(path), ""),
	}
	if b.Equals != "" {
		out.add("Same as", markup.Format("%s of the configuration", markup.Code(b.Equals)))
	}
	out.rows = append(out.rows, q.declaredRow(b.File, b.Line))
	if b.Name != deviceSet {
		host := "HOST"
		switch hosts := q.hostsToBuild(b.host); {
		case len(hosts) == 1:
			host = hosts[0]
			out.remark("To build it, run in the folder of the flake:")
		case len(hosts) == 0 || len(hosts) > mostHosts:
			out.remark("To build it, run in the folder of the flake, with the name of your configuration for %s:", markup.Code(host))
		default:
			out.remark("To build it, run in the folder of the flake, with one of %s for %s:", markup.Codes(hosts), markup.Code(host))
		}
		out.remarks = append(out.remarks, markup.Command(starter.Build("nixosConfigurations.", host, ".config."+path)))
	}
	return out
}

// example is the one host that the product can be built of.
func (b buildProduct) example(q *query) (of exampleHost) {
	hosts := q.hostsToBuild(b.host)
	if len(hosts) != 1 {
		return of
	}
	of.name = hosts[0]
	if c := q.knownConfiguration(); c != nil {
		if h, ok := c.Host(of.name); ok {
			of.program = programName(c, h)
		}
	}
	return of
}

// hostsToBuild are the configurations that a command may build: the one that a path names, or those that the document is a part of.
func (q *query) hostsToBuild(named string) []string {
	isWritable := func(name string) bool { return starter.Build("", name, "") != "" }
	if isWritable(named) {
		return []string{named}
	}
	var names []string
	for _, h := range q.knownConfiguration().HostsOf(q.doc.Path, q.pinned) {
		if h.Output == "nixosConfigurations" && h.Variant == "" && isWritable(h.Name) {
			names = append(names, h.Name)
		}
	}
	return names
}

func (b buildProduct) declaration(q *query) (Location, bool) {
	return q.declared(func(c *catalog.Catalog) (string, int, int) {
		a, _ := c.BuildProduct(b.Name)
		return a.File, a.Line, 1
	})
}
