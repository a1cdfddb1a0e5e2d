package ide

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// superOption asks for the higher power modes.
const superOption = catalog.Namespace + ".super"

// BoardOptions are the options that say what a host's board is, in the order in which they are shown.
var BoardOptions = []string{
	catalog.EnableOption, catalog.SoMOption, catalog.CarrierBoardOption, catalog.MajorVersionOption, superOption,
}

// HostFacts are what the options of a host come to. What is not certain is empty.
type HostFacts struct {
	// JetPack, L4T, Kernel and CUDA are versions.
	JetPack, L4T, Kernel, CUDA string
	// Capability is the CUDA compute capability of the SoM, as in 8.7.
	Capability string
	// Flash is the command that builds the script which flashes the host, Program the path of what that leaves.
	Flash, Program string

	isOfOther bool // the SoM is one of another revision, and nothing of this one runs on it
}

// Versions are the facts that are known, but for the command, each with its name, in the order in which they are shown. There are none
// for a SoM of another revision.
func (f HostFacts) Versions() [][2]string {
	if f.isOfOther {
		return nil
	}
	return f.versions()
}

// versions are those of the revision, whatever the SoM is.
func (f HostFacts) versions() [][2]string {
	all := [][2]string{
		{"JetPack", f.JetPack}, {"L4T", f.L4T}, {"kernel", f.Kernel}, {"CUDA", f.CUDA}, {"CUDA capability", f.Capability},
	}
	return slices.DeleteFunc(all, func(fact [2]string) bool { return fact[1] == "" })
}

// FactsOf are the facts of one host of a configuration: none of one that is no Jetson, or that turns jetpack-nixos off.
func FactsOf(c *workspace.Configuration, h *host.Host) (f HostFacts) {
	if !isOn(h) {
		return f
	}
	strange, isStrange := strangeSoM(c, h)
	isOfOther := isStrange && c.Library.ValueSince(catalog.SoMOption, strange).Known()
	major := majorOf(c, h)
	if v, _ := h.Option(catalog.MajorVersionOption); isStrange && !isOfOther && v.Certainty == host.Default {
		return f // no revision has the SoM, whose JetPack it would be
	}
	revision := c.PinnedOf(h).Catalog
	f = factsOfBoard(revision, hostString(h, catalog.SoMOption), major)
	f.isOfOther = isOfOther
	if g, _ := revision.Generation(major); g.RealtimeSuffix != "" {
		switch realtime, _ := certain(h, realtimeOption); realtime {
		case true:
			f.Kernel += g.RealtimeSuffix
		case nil:
			f.Kernel = ""
		}
	}
	if mayReplaceKernel(h) {
		f.Kernel = ""
	}
	if h.Variant == "" && hasTargetBoard(h) && len(Refused(c, h)) == 0 && NoFlash(c, h).Empty() {
		f.Flash, f.Program = flashOf(c, h)
	}
	return f
}

// isOn reports whether a host is a Jetson that jetpack-nixos is not turned off on.
func isOn(h *host.Host) bool {
	enabled, _ := certain(h, catalog.EnableOption)
	return h.Jetpack == host.Yes && enabled != false
}

// strangeSoM is the SoM of a host that its revision knows no target board for, and for which nobody else may set one. It reports false
// where the SoM has one, or that is not known.
func strangeSoM(c *workspace.Configuration, h *host.Host) (som string, ok bool) {
	o, _ := c.PinnedOf(h).Catalog.Option(catalog.SoMOption)
	value, _ := certain(h, catalog.SoMOption)
	som, isText := value.(string)
	ok = isText && len(o.Values) > 0 && !slices.Contains(o.Values, som) && !mayHaveTargetBoard(h) && c.PinnedOf(h).Basis.IsCertain()
	return som, ok
}

// NoFlash says why no flash script of a host can be built; it is empty where one can, or that is not known.
func NoFlash(c *workspace.Configuration, h *host.Host) markup.Text {
	som, isStrange := strangeSoM(c, h)
	r := c.PinnedOf(h).Catalog.Revision
	switch {
	case !isOn(h) || h.Variant != "":
		return markup.Text{}
	case isStrange && r.Known():
		return markup.Format("jetpack-nixos %s has no board for %s", markup.Code(r.Short()), markup.Code(fmt.Sprintf("som = %q", som)))
	case isStrange:
		return markup.Format("jetpack-nixos, in the source on disk, has no board for %s", markup.Code(fmt.Sprintf("som = %q", som)))
	case hostString(h, catalog.SoMOption) == catalog.NoBoard && !hasTargetBoard(h):
		return markup.Format("%s is not set", markup.Code("som"))
	case c.PinnedOf(h).Catalog.FlashesFromBoard():
		if _, ok := readyFlash(c, h); ok {
			break
		}
		return markup.Format("jetpack-nixos %s makes that of a configuration for the board itself, and it has to run on a PC with x86_64", markup.Code(r.Short()))
	}
	return markup.Text{}
}

// majorOf is the JetPack generation of a host; empty if it is not certain.
func majorOf(c *workspace.Configuration, h *host.Host) string {
	revision := c.PinnedOf(h).Catalog
	if _, ok := revision.Option(catalog.MajorVersionOption); ok {
		return hostString(h, catalog.MajorVersionOption)
	}
	if only := revision.Generations(); len(only) == 1 {
		return only[0].Major // whatever the SoM is
	}
	som, _ := revision.SoM(hostString(h, catalog.SoMOption))
	return som.DefaultMajor
}

// factsOfBoard are the facts of a SoM and a generation, either of which may be empty, with the kernel that is not a realtime one.
func factsOfBoard(c *catalog.Catalog, som, major string) (f HostFacts) {
	known, _ := c.SoM(som)
	f.Capability = strings.Join(known.CUDACapabilities, ", ")
	g, _ := c.Generation(major)
	f.JetPack, f.L4T, f.Kernel, f.CUDA = g.JetPack, g.L4T, g.Kernel, g.CUDA
	return f
}

// hasTargetBoard reports whether there may be a board configuration to flash: the SoM generic has none of its own, and
// two SoMs have none either.
func hasTargetBoard(h *host.Host) bool {
	som, _ := h.Option(catalog.SoMOption)
	return !som.Conflict && (hostString(h, catalog.SoMOption) != catalog.NoBoard || mayHaveTargetBoard(h))
}

// mayHaveTargetBoard reports whether a definition in the workspace may name the board configuration.
func mayHaveTargetBoard(h *host.Host) bool {
	target, _ := h.Option(catalog.TargetBoardOption)
	return slices.ContainsFunc(target.Definitions, func(d host.Definition) bool { return d.Condition != host.No })
}

// Refused are the settings of a host of a configuration, som = "thor-agx", that jetpack-nixos refuses together.
func Refused(c *workspace.Configuration, h *host.Host) []markup.Text {
	b := boardOf(h)
	if !b.enabled || !b.isKnown() {
		return nil
	}
	return b.settings(b.refused(c.PinnedOf(h).Catalog))
}

// mayReplaceKernel reports whether a definition in the workspace may win over jetpack-nixos' own plain definition of the
// kernel, or conflict with it.
func mayReplaceKernel(h *host.Host) bool {
	kernel, _ := h.Option(kernelOption)
	return slices.ContainsFunc(kernel.Definitions, func(d host.Definition) bool {
		return d.Condition != host.No && d.Priority <= 100
	})
}

const kernelOption = "boot.kernelPackages"

const realtimeOption = catalog.Namespace + ".kernel.realtime"

// certain is the value that an option of a host certainly has.
func certain(h *host.Host, path string) (any, bool) {
	v, ok := h.Option(path)
	if !ok || v.Certainty < host.Default || len(v.Values) != 1 {
		return nil, false
	}
	return v.Values[0], true
}

func hostString(h *host.Host, path string) string {
	v, _ := certain(h, path)
	s, _ := v.(string)
	return s
}

// HostName is what a host is called: the attribute in nixosConfigurations, and the variant of it.
func HostName(h *host.Host) string {
	if h.Variant == "" {
		return h.Name
	}
	return h.Name + "." + h.Variant
}

// ConfiguresJetson reports whether a host of a configuration sets an option of jetpack-nixos, or has its module and does
// not leave it off.
func ConfiguresJetson(c *workspace.Configuration, h *host.Host) bool {
	enable, _ := h.Get(strings.Split(catalog.EnableOption, ".")...)
	isOurs := func(path []string) bool { return strings.HasPrefix(strings.Join(path, "."), catalog.Namespace+".") }
	return h.Jetpack == host.Yes && enable.Certainty != host.Default ||
		slices.ContainsFunc(slices.Concat(h.Values, h.Undeclared), func(v host.Value) bool {
			return !IsAlias(c, h, v) && slices.ContainsFunc(v.Definitions, func(d host.Definition) bool {
				return isOurs(v.Path) && d.Alias == nil || isOurs(d.Alias)
			})
		})
}

// IsAlias reports whether an option of a host is but another name of one that the host has too.
func IsAlias(c *workspace.Configuration, h *host.Host, v host.Value) bool {
	o, ok := c.PinnedOf(h).Catalog.Option(strings.Join(v.Path, "."))
	return ok && o.RenamedTo != ""
}

// Deciding are the definitions that a host has the value of an option from; where none wins, those that conflict, or all.
func Deciding(v host.Value) []host.Definition {
	decides := func(d host.Definition) bool { return d.Wins }
	if v.Conflict {
		strongest := math.MaxInt
		for _, d := range v.Definitions {
			if d.Condition == host.Yes && d.Priority > 0 {
				strongest = min(strongest, d.Priority)
			}
		}
		decides = func(d host.Definition) bool { return d.Condition == host.Yes && d.Priority == strongest }
	}
	deciding := slices.DeleteFunc(slices.Clone(v.Definitions), func(d host.Definition) bool { return !decides(d) })
	if len(deciding) == 0 {
		return v.Definitions
	}
	return deciding
}

// knownConfiguration is the configuration that the document belongs to, where that is known already and the catalog holds for
// some of it: no hover waits for an evaluation. It is nil otherwise.
func (q *query) knownConfiguration() *workspace.Configuration {
	c := q.sn.KnownConfiguration(q.doc.Dir())
	if c == nil || !c.Has(q.pinned) {
		return nil
	}
	return c
}

// mostHosts is how many hosts a hover tells apart, and how many it names that are the same.
const mostHosts = 4

// addHosts says what an option comes to on the hosts that the document is a part of. What follows from the SoM and from
// the generation stands beside them.
func (q *query) addHosts(s *sheet, o catalog.Option) {
	if q.typing {
		return
	}
	c := q.knownConfiguration()
	path := cmp.Or(o.RenamedTo, o.Path)
	decidesOnBoard := path == catalog.SoMOption || path == catalog.MajorVersionOption
	rests := []string{path}
	if decidesOnBoard {
		rests = append(append(rests, BoardOptions...), realtimeOption)
	}
	hosts := c.HostsOf(q.doc.Path, q.pinned)
	said := map[string]markup.Text{} // of hosts that are the same, once
	before := len(s.rows)
	q.addByHost(s, c, hosts, func(h *host.Host) markup.Text {
		v, ok := h.Option(path)
		if !ok || h.Jetpack == host.No {
			return markup.Text{}
		}
		if of, ok := c.Host(h.Name); ok && h.Variant != "" && fingerprint(h, path) == fingerprint(of, path) {
			return markup.Text{} // it goes without saying
		}
		key := fingerprint(h, rests...)
		says, ok := said[key]
		if ok {
			return says
		}
		says = q.hostValue(v)
		if decidesOnBoard {
			settings, versions := q.boardOn(c, h, path, s.rows)
			if !settings.Empty() {
				says = markup.Format("%s, with %s", says, settings)
			}
			if !versions.Empty() {
				says = markup.Format("%s: %s", says, versions)
			}
		}
		said[key] = says
		return says
	})
	if len(s.rows) > before {
		s.rows[before].brief = briefly(hosts, path)
	}
	hosts = slices.DeleteFunc(hosts, func(h *host.Host) bool { return h.Variant != "" || h.Jetpack == host.No })
	if decidesOnBoard && len(hosts) == 1 {
		if command := FactsOf(c, hosts[0]).Flash; command != "" {
			s.add("Flash", markup.Code(command))
		} else if why := NoFlash(c, hosts[0]); !why.Empty() {
			s.add("No flash script", why)
		}
	}
}

// briefly says what an option comes to on hosts, if that is certain.
func briefly(hosts []*host.Host, path string) markup.Text {
	var values []any
	for _, h := range hosts {
		value, isCertain := certain(h, path)
		if h.Jetpack == host.No {
			continue
		}
		if !isCertain {
			return markup.Text{}
		}
		if !slices.ContainsFunc(values, func(v any) bool { return reflect.DeepEqual(v, value) }) {
			values = append(values, value)
		}
	}
	switch len(values) {
	case 0:
		return markup.Text{}
	case 1:
		return markup.Format("here %s", markup.Code(nixValue(values[0])))
	}
	return markup.Prose("differs between hosts")
}

// fingerprint is the same for hosts that have the same values of options, from the same definitions.
func fingerprint(h *host.Host, options ...string) string {
	b := []byte{byte(h.Jetpack)}
	for _, path := range options {
		v, _ := h.Option(path)
		b = fmt.Appendf(b, "%d %t %q", v.Certainty, v.Conflict, v.Values)
		for _, d := range v.Definitions {
			b = append(fmt.Appendf(b, " %d %d %t ", d.Path.Span.Start, d.Condition, d.Wins), d.Path.File...)
		}
	}
	return string(b)
}

// addByHost adds what there is to say of hosts of a configuration, a row for those of which the same is said.
func (q *query) addByHost(s *sheet, c *workspace.Configuration, hosts []*host.Host, say func(*host.Host) markup.Text) {
	type group struct {
		says  markup.Text
		hosts []*host.Host
	}
	var groups []*group // in the order of the hosts
	byText := map[string]*group{}
	for _, h := range hosts {
		says := say(h)
		if says.Empty() {
			continue
		}
		g, ok := byText[says.Plain()]
		if !ok {
			g = &group{says: says}
			groups, byText[says.Plain()] = append(groups, g), g
		}
		g.hosts = append(g.hosts, h)
	}
	others := 0
	for i, g := range groups {
		if i < mostHosts {
			s.add(onHosts(c, g.hosts), g.says)
		} else {
			others += len(g.hosts)
		}
	}
	switch others {
	case 0:
	case 1:
		s.add("On one more host", markup.Prose("something else"))
	default:
		s.add(fmt.Sprintf("On %d more hosts", others), markup.Prose("something else"))
	}
}

// onHosts names some of the hosts of a configuration.
func onHosts(c *workspace.Configuration, some []*host.Host) string {
	if !c.HasNames() && len(some) == 1 && some[0].Variant == "" {
		return "On this host"
	}
	isHost := func(h *host.Host) bool { return h.Variant == "" && h.Jetpack != host.No }
	all := 0
	for _, h := range c.Hosts {
		if isHost(h) {
			all++
		}
	}
	n := len(some)
	if n == all && n > 1 && !slices.ContainsFunc(some, func(h *host.Host) bool { return !isHost(h) }) {
		if n == 2 {
			return "On both hosts"
		}
		return fmt.Sprintf("On all %d hosts", n)
	}
	named := min(n, mostHosts)
	names := make([]string, named)
	for i, h := range some[:named] {
		names[i] = shownName(h)
	}
	on := "On " + strings.Join(names, ", ")
	if n > named {
		on += fmt.Sprintf(" and %d more", n-named)
	}
	return on
}

// shownName is what a host is called, as Nix writes it, cut to a length that a hover has room for.
func shownName(h *host.Host) string {
	name := syntax.WrittenName(h.Name)
	if h.Variant != "" {
		name += "." + h.Variant
	}
	return cut(text.Visible(name, ""), mostOfValue)
}

// boardOn is what a host sets of its board, but for one option, and the versions that follow, but for those that stand
// in rows already.
func (q *query) boardOn(
	c *workspace.Configuration, h *host.Host, except string, rows []row,
) (settings, versions markup.Text) {
	var set []markup.Text
	for _, path := range BoardOptions {
		v, ok := h.Option(path)
		isEnable := path == catalog.EnableOption
		if !ok || path == except || len(v.Values) != 1 || v.Certainty != host.Certain && !isEnable {
			continue
		}
		if v.Values[0] != any(isEnable) { // a Jetson is enabled and not super, without a word
			set = append(set, markup.Code(shortName(path)+" = "+nixValue(v.Values[0])))
		}
	}
	var known []markup.Text
	for _, fact := range FactsOf(c, h).Versions() {
		stands := func(r row) bool { return strings.EqualFold(r.name, fact[0]) && r.value.Plain() == fact[1] }
		if !slices.ContainsFunc(rows, stands) {
			known = append(known, markup.Literal(fact[0]+" "+fact[1]))
		}
	}
	return enumerate(set), markup.Join(known, ", ")
}

// hostValue is what an option comes to on a host, and which definitions decide on it.
func (q *query) hostValue(v host.Value) markup.Text {
	values := make([]string, len(v.Values))
	for i, value := range v.Values {
		values[i] = nixValue(value)
	}
	deciding := Deciding(v)
	says, where := markup.Codes(values), " from "
	switch {
	case v.Conflict:
		says, where = markup.Prose("conflicting definitions"), " in "
	case v.Certainty == host.Default:
		return markup.Format("%s, the default", says)
	case v.Certainty == host.Possible:
		says, where = markup.Format("one of %s", says), " set in "
	case v.Certainty == host.Unknown:
		says, where = markup.Prose("not known without an evaluation"), " set in "
	}
	if at := q.definedAt(deciding); !at.Empty() {
		says = markup.Format("%s,%s%s", says, where, at)
	}
	overridden := slices.DeleteFunc(slices.Clone(v.Definitions), func(d host.Definition) bool { return d.Wins || d.Condition != host.Yes })
	if at := q.definedAt(overridden); v.Certainty == host.Certain && !at.Empty() {
		says = markup.Format("%s, over %s", says, at)
	}
	return says
}

// mostDefinitions is how many definitions of one value a hover names.
const mostDefinitions = 3

// definedAt is where definitions are written, as seen from the document.
func (q *query) definedAt(definitions []host.Definition) markup.Text {
	var lines []string
	for _, d := range definitions {
		if at := q.locationIn(d.Path); at != "" && !slices.Contains(lines, at) {
			lines = append(lines, at)
		}
	}
	at := make([]markup.Text, min(len(lines), mostDefinitions))
	for i := range at {
		at[i] = markup.Code(lines[i])
	}
	if more := len(lines) - len(at); more > 0 {
		at = append(at, markup.Literal(fmt.Sprint(more, " more")))
	}
	return enumerate(at)
}

// enumerate is texts as a sentence names them: a, b and c.
func enumerate(all []markup.Text) markup.Text {
	n := len(all)
	if n < 2 {
		return markup.Join(all, "")
	}
	return markup.Format("%s and %s", markup.Join(all[:n-1], ", "), all[n-1])
}

// locationIn is the file, as seen from the document, and the line of a location; empty where they are not known.
func (q *query) locationIn(at host.Location) string {
	file := filepath.FromSlash(at.File)
	line, _ := q.sn.LineColumn(file, at.Span.Start)
	if line == 0 {
		return ""
	}
	return q.lineIn(file, line)
}

// winner is where the definition has its name that an option certainly has its value from.
func winner(v host.Value) (host.Location, bool) {
	i := slices.IndexFunc(v.Definitions, func(d host.Definition) bool { return d.Wins })
	if i < 0 || v.Certainty != host.Certain {
		return host.Location{}, false
	}
	return v.Definitions[i].Path, true
}

// nixValue is a plain value as Nix writes it, cut to a length that a hover has room for.
func nixValue(v any) string {
	var s string
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		s = syntax.Quoted(v)
	case []any:
		items := make([]string, 0, len(v)+2)
		for _, item := range v {
			items = append(items, nixValue(item))
		}
		s = "[ " + strings.Join(append(items, "]"), " ")
	case map[string]any:
		s = "{ "
		for _, name := range slices.Sorted(maps.Keys(v)) {
			s += syntax.WrittenName(name) + " = " + nixValue(v[name]) + "; "
		}
		s += "}"
	default:
		s = fmt.Sprint(v)
	}
	return cut(oneLine(s), mostOfValue)
}

// mostOfValue is how much of a value a hover has room for, in runes.
const mostOfValue = 60

// cut is a text on one line, cut to a length in runes.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most]) + " …"
	}
	return s
}
