package ide

import (
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
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

// HostFacts are what the options of a host come to. What is not certain is empty.
type HostFacts struct {
	// JetPack, L4T, Kernel and CUDA are versions.
	JetPack, L4T, Kernel, CUDA string
	// Capability is the CUDA compute capability of the SoM, as in 8.7.
	Capability string
	// Flash is the command that builds the script which flashes the host.
	Flash string
}

// FactsOf are the facts of one host of a configuration.
func FactsOf(c *workspace.Configuration, h *host.Host) (f HostFacts) {
	if enabled, isKnown := certain(h, catalog.EnableOption); h.Jetpack != host.Yes || isKnown && enabled == false {
		return f
	}
	som, _ := c.Pinned.Catalog.SoM(hostString(h, catalog.SoMOption))
	major := hostString(h, catalog.MajorVersionOption)
	if _, ok := c.Pinned.Catalog.Option(catalog.MajorVersionOption); !ok {
		major = som.DefaultMajor
	}
	f.Capability = strings.Join(som.CUDACapabilities, ", ")
	if g, ok := c.Pinned.Catalog.Generation(major); ok {
		f.JetPack, f.L4T, f.Kernel, f.CUDA = g.JetPack, g.L4T, g.Kernel, g.CUDA
		if g.RealtimeSuffix != "" {
			switch realtime, _ := certain(h, realtimeOption); realtime {
			case true:
				f.Kernel += g.RealtimeSuffix
			case nil:
				f.Kernel = ""
			}
		}
	}
	if h.Variant == "" {
		f.Flash = flashCommand(c.Entry, h.Name)
	}
	return f
}

const realtimeOption = catalog.Namespace + ".kernel.realtime"

// flashCommand builds the flash script in the folder of the entry. It is empty for a name that no command line of Nix can
// have. config.system.build.flashScript is in every revision since 2022-11.
func flashCommand(entry, name string) string {
	const script = "config.system.build.flashScript"
	if filepath.Base(entry) != "flake.nix" {
		return "nix-build '<nixpkgs/nixos>' -I nixos-config=./" + filepath.Base(entry) + " -A " + script
	}
	// Nix decodes the part after # like that of a URL. It then takes what stands in quotes as it is, without escapes.
	switch written := url.PathEscape(name); {
	case name == "" || strings.Contains(name, `"`):
		return ""
	case written == name && syntax.IsName(name):
		return "nix build .#nixosConfigurations." + name + "." + script
	default:
		return "nix build '.#nixosConfigurations.\"" + written + "\"." + script + "'"
	}
}

// certain is the value that an option of a host certainly has.
func certain(h *host.Host, path string) (any, bool) {
	v, ok := h.Get(strings.Split(path, ".")...)
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

// mostHosts is how many hosts a hover tells apart.
const mostHosts = 4

// addHosts says what an option comes to on the hosts that the document is a part of, where that is known already: no hover
// waits for an evaluation. Hosts on which it comes to the same are named together.
func (q *query) addHosts(s *sheet, o catalog.Option) {
	c := q.sn.KnownConfiguration(q.doc.Dir())
	if c == nil || c.Pinned.Catalog != q.pinned.Catalog {
		return
	}
	path := o.Parts()
	if o.RenamedTo != "" {
		path = strings.Split(o.RenamedTo, ".")
	}
	names := map[string][]string{}
	var said []string // in the order of the hosts
	saying := map[string]markup.Text{}
	for _, h := range c.Of(q.doc.Path) {
		v, ok := h.Get(path...)
		if !ok || h.Jetpack == host.No {
			continue
		}
		says := q.hostValue(v)
		key := says.Plain()
		if _, ok := saying[key]; !ok {
			said, saying[key] = append(said, key), says
		}
		names[key] = append(names[key], HostName(h))
	}
	for i, key := range said {
		if i == mostHosts {
			s.add("On other hosts", markup.Prose("something else"))
			return
		}
		on := "On " + strings.Join(names[key], ", ")
		if n := len(names[key]); len(said) == 1 && n > 1 {
			on = "On both hosts"
			if n > 2 {
				on = fmt.Sprintf("On all %d hosts", n)
			}
		} else if n > mostHosts {
			on = fmt.Sprintf("On %s and %d more", names[key][0], n-1)
		}
		s.add(text.Visible(on, ""), saying[key])
	}
}

// hostValue is what an option comes to on a host, and which definition it has that from.
func (q *query) hostValue(v host.Value) markup.Text {
	var from markup.Text
	wins := func(d host.Definition) bool { return d.Wins }
	if i := slices.IndexFunc(v.Definitions, wins); i >= 0 && v.Certainty == host.Certain {
		if line := q.sn.Line(filepath.FromSlash(v.Definitions[i].Path.File), v.Definitions[i].Path.Span.Start); line > 0 {
			from = markup.Format(", from %s", markup.Code(q.lineIn(filepath.FromSlash(v.Definitions[i].Path.File), line)))
		}
	}
	values := make([]string, len(v.Values))
	for i, value := range v.Values {
		values[i] = nixValue(value)
	}
	switch {
	case v.Conflict:
		return markup.Prose("has conflicting definitions")
	case v.Certainty == host.Certain:
		return markup.Format("%s%s", markup.Codes(values), from)
	case v.Certainty == host.Default:
		return markup.Format("%s, the default", markup.Codes(values))
	case v.Certainty == host.Possible:
		return markup.Format("one of %s", markup.Codes(values))
	}
	return markup.Prose("not known without an evaluation")
}

// nixValue is a plain value as Nix writes it, cut to a length that a hover has room for.
func nixValue(v any) string {
	const most = 60
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
	s = oneLine(s)
	if utf8.RuneCountInString(s) > most {
		return string([]rune(s)[:most]) + " …"
	}
	return s
}
