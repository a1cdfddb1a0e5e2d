package ide

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
)

// assertion is an assertion or a warning of jetpack-nixos, as far as the options of a host decide on it.
type assertion struct {
	// ids are its forms in the history of jetpack-nixos: see catalog.Assertion.
	ids []string
	// severity is that of what it reports, where that is not the rule's.
	severity Severity
	// when is all that holds where the assertion fails. The finding stands at the first of them that a definition decides on.
	when []premise
	// says is what jetpack-nixos does not take, and what to write instead.
	says string
	// replaced says that another option takes the place of the one at which the finding stands: to turn that off mends nothing
	// that a person wants.
	replaced bool
}

// premise is something that holds for certain on a host, or not. It comes with the definition that it hangs on, if there is one,
// and with what is to be said of it at another place.
type premise func(*diagnoser, *host.Host) (ground, bool)

type ground struct {
	path       string // the option's
	definition host.Definition
	isWritten  bool // there is a definition
	says       string
}

// at is where the value is written that decides; its name, where the value is a set that dots alone make.
func (g ground) at() host.Location {
	if at := writtenAt(g.definition); at.File != "" {
		return at
	}
	return g.definition.Path
}

const (
	ftpmOption      = catalog.Namespace + ".firmware.optee.ftpm.enable"
	earlyBootOption = catalog.Namespace + ".firmware.optee.supplicant.earlyBoot.enable"
	toolkitOption   = "hardware.nvidia-container-toolkit.enable"
	platformOption  = "nixpkgs.hostPlatform"
)

// assertions are the rules that follow from upstream's assertions and warnings. TestAssertions holds that there is one for every
// ID of history, or a reason why there is none.
var assertions = []assertion{
	{
		ids: []string{"f4366d5c74bc"}, when: []premise{otherPlatform},
		says: "A Jetson runs only aarch64-linux, and jetpack-nixos refuses packages for any other platform; " +
			`set nixpkgs.hostPlatform = "aarch64-linux", and nixpkgs.buildPlatform to build on another machine`,
	},
	{
		ids:  []string{"7cc5def27124"},
		when: []premise{is(toolkitOption, true), is("virtualisation.docker.enableNvidia", true), is("virtualisation.docker.enable", true)},
		says: "Turn hardware.nvidia-container-toolkit off, and keep docker.enableNvidia: " +
			"this revision refuses the two together, because the toolkit does not support Jetsons",
	},
	{
		ids:  []string{"7cc5def27124"},
		when: []premise{is(toolkitOption, true), is("virtualisation.podman.enableNvidia", true), is("virtualisation.podman.enable", true)},
		says: "Turn hardware.nvidia-container-toolkit off, and keep podman.enableNvidia: " +
			"this revision refuses the two together, because the toolkit does not support Jetsons",
	},
	{
		ids: []string{"293f076c6e8a"}, when: []premise{is(toolkitOption, true)},
		says: "Set hardware.nvidia-jetpack.container-toolkit.enable instead: " +
			"hardware.nvidia-container-toolkit does not support Jetsons in this revision, which refuses it",
		replaced: true,
	},
	{
		ids: []string{"f49075789fae"}, severity: SeverityWarning,
		when: []premise{is("virtualisation.docker.enableNvidia", true), is("virtualisation.docker.enable", true)},
		says: "Set hardware.nvidia-jetpack.container-toolkit.enable instead: " +
			"virtualisation.docker.enableNvidia is deprecated, and the build warns of it",
		replaced: true,
	},
	{
		ids: []string{"f49075789fae"}, severity: SeverityWarning,
		when: []premise{is("virtualisation.podman.enableNvidia", true), is("virtualisation.podman.enable", true)},
		says: "Set hardware.nvidia-jetpack.container-toolkit.enable instead: " +
			"virtualisation.podman.enableNvidia is deprecated, and the build warns of it",
		replaced: true,
	},
	{
		ids: []string{"25b472069508", "6a8d0ce80a47"}, when: []premise{setsCUDASupport, soc("t264")},
		says: "No CUDA for Thor in this revision, which refuses nixpkgs.config.cudaSupport there; " +
			"delete the setting, or use a newer jetpack-nixos with nixpkgs 25.11",
	},
	{
		ids: []string{"672e8c7200bb"}, when: []premise{is(ftpmOption, true), l4tOutside("36", "38")},
		says: "The firmware TPM needs L4T 36 in this revision; turn ftpm.enable off, or set majorVersion = \"6\"",
	},
	{
		ids: []string{"3c51cbda273a"}, when: []premise{is(ftpmOption, true), l4tOutside("36", "")},
		says: "The firmware TPM needs L4T 36 or later in this revision; turn ftpm.enable off, or choose JetPack 6 or 7",
	},
	{
		ids: []string{"b2d83bcc7c0e"}, when: []premise{is(ftpmOption, true), l4tOutside("35.5", "")},
		says: "The firmware TPM needs L4T 35.5 or later; turn ftpm.enable off, or choose a newer JetPack",
	},
	{
		ids: []string{"f91df8a0ec9c"}, when: []premise{is(ftpmOption, true), soc("t194", "t264")},
		says: "The firmware TPM runs only on Orin in this revision; turn ftpm.enable off on other modules",
	},
	{
		ids: []string{"10df2297d1b3"}, when: []premise{is(ftpmOption, true), soc("t194")},
		says: "The firmware TPM runs only on Orin and Thor; turn ftpm.enable off on a Xavier",
	},
	{
		ids: []string{"d0372a9618c9"}, when: []premise{is(earlyBootOption, true), is(ftpmOption, false)},
		says: "supplicant.earlyBoot needs firmware.optee.ftpm.enable = true: it starts the firmware TPM early, to unlock disks; " +
			"set that too, or turn earlyBoot off",
	},
	{
		ids: []string{"dd26ce9593e9"}, when: []premise{is("boot.initrd.systemd.enable", false), is(earlyBootOption, true)},
		says: "supplicant.earlyBoot needs systemd in the initrd; set boot.initrd.systemd.enable = true",
	},
}

// assertionsOfHost reports the assertions of the revision that certainly fail on a host.
func (d *diagnoser) assertionsOfHost(h *host.Host) {
	for _, f := range h.Failed {
		d.failed(h, f)
	}
	if enabled, _ := certain(h, catalog.EnableOption); enabled != true {
		return
	}
	for _, a := range assertions {
		if d.pinned.Catalog.HasAssertion(a.ids...) {
			d.assert(h, a)
		}
	}
}

// mostOfMessage is how much a diagnostic says of upstream's message, in runes.
const mostOfMessage = 400

// failed reports an assertion of the pinned source in its own words, unless a rule of ours says the same.
func (d *diagnoser) failed(h *host.Host, f host.Failed) {
	id := d.pinned.Source.AssertionID(f.At.File, f.At.Span.Start)
	if slices.ContainsFunc(assertions, func(a assertion) bool { return slices.Contains(a.ids, id) }) {
		return
	}
	found := Diagnostic{Code: CodeAssertion, Host: HostName(h), Message: "jetpack-nixos refuses this"}
	what := "assertion"
	if f.IsWarning {
		found.Severity, found.Message, what = SeverityWarning, "jetpack-nixos warns of this", "warning"
	}
	if message := oneLine(f.Message); message != "" {
		found.Message = fmt.Sprintf("%s (%s)", strings.TrimSuffix(cut(message, mostOfMessage), "."), found.Message)
	} else {
		found.Message += "; only Nix can tell its message"
	}
	at := h.At
	isFirst := true
	for _, v := range f.HangsOn {
		g := groundOf(v)
		switch {
		case !g.isWritten:
			continue
		case d.isRefused(h, g):
			return
		case !isFirst:
			found.Related = append(found.Related, related(g.at(), g.says))
			continue
		}
		isFirst, at = false, g.at()
		if s, ok := d.optionNamed(v.Path); ok {
			found.Section, _ = s.section(d.query)
		}
		found.Span = at.Span
		d.follow(&found, g.definition, g.path)
	}
	if !isIn(at, d.doc) {
		return // it is a finding of another document
	}
	found.Span = at.Span
	found.Related = append(found.Related, related(f.At, "the "+what+" is written here"))
	d.reportForHost(found)
}

// isRefused reports whether another rule refuses a value on a host: Nix stops there, and looks at no assertion.
func (d *diagnoser) isRefused(h *host.Host, g ground) bool {
	at := g.at()
	if o, ok := d.pinned.Catalog.Option(g.path); ok && len(o.Values) > 0 && !o.ValuesInList {
		if value, isString := g.definition.Plain.(string); isString {
			if _, isUnknown := d.unknownValue(o, value, at.Span, false); isUnknown {
				return true
			}
		}
	}
	return isIn(at, d.doc) && slices.ContainsFunc(d.found, func(other Diagnostic) bool {
		return other.Span == at.Span && other.Code != CodeAssertion && other.Severity == SeverityError &&
			(other.Host == "" || slices.Contains(strings.Split(other.Host, ", "), HostName(h)))
	})
}

func (d *diagnoser) assert(h *host.Host, a assertion) {
	grounds := make([]ground, len(a.when))
	for i, holds := range a.when {
		var ok bool
		if grounds[i], ok = holds(d, h); !ok {
			return
		}
	}
	first := slices.IndexFunc(grounds, func(g ground) bool { return g.isWritten })
	if first < 0 || !isIn(grounds[first].at(), d.doc) {
		return // it is a finding of another document
	}
	at := grounds[first]
	found := Diagnostic{
		Span: at.at().Span, Code: CodeAssertion, Severity: a.severity, Host: HostName(h), Message: a.says,
	}
	if s, ok := d.optionNamed(strings.Split(at.path, ".")); ok {
		found.Section, _ = s.section(d.query)
	}
	if at.path == platformOption {
		found.Fixes = []Fix{changeTo(found.Span, `"aarch64-linux"`)}
	}
	d.follow(&found, at.definition, at.path)
	if value, isBool := at.definition.Plain.(bool); isBool && !a.replaced && found.Span.Of(d.doc.Text) == strconv.FormatBool(value) {
		found.Fixes = []Fix{changeTo(found.Span, strconv.FormatBool(!value))}
	}
	for i, g := range grounds {
		if g.isWritten && i != first {
			found.Related = append(found.Related, related(g.at(), g.says))
		}
	}
	d.reportForHost(found)
}

// is holds where an option certainly has a value.
func is(path string, value any) premise {
	return func(_ *diagnoser, h *host.Host) (ground, bool) {
		v, ok := h.Option(path)
		if !ok || v.Certainty < host.Default || len(v.Values) != 1 || v.Values[0] != value {
			return ground{}, false
		}
		return groundOf(v), true
	}
}

// groundOf is an option and the definition that decides on it.
func groundOf(v host.Value) ground {
	g := ground{path: strings.Join(v.Path, ".")}
	if i := slices.IndexFunc(v.Definitions, func(d host.Definition) bool { return d.Wins }); i >= 0 {
		g.definition, g.isWritten = v.Definitions[i], true
		g.says = fmt.Sprintf("%s = %s is set here", shortPath(g.path), nixValue(g.definition.Plain))
	}
	return g
}

// otherPlatform holds where the packages are certainly for another processor than that of a Jetson.
func otherPlatform(_ *diagnoser, h *host.Host) (ground, bool) {
	v, ok := h.Option(platformOption)
	if !ok || v.Certainty != host.Certain || len(v.Values) != 1 || h.Packages.Given {
		return ground{}, false
	}
	platform := v.Values[0]
	if set, ok := platform.(map[string]any); ok {
		platform = set["system"]
	}
	name, _ := platform.(string)
	processor, _, _ := strings.Cut(name, "-")
	return groundOf(v), slices.Contains([]string{"x86_64", "i686", "armv6l", "armv7l", "riscv64", "powerpc64le"}, processor)
}

// soc holds where the SoM has one of some chips.
func soc(chips ...string) premise {
	return func(d *diagnoser, h *host.Host) (ground, bool) {
		v, _ := h.Option(catalog.SoMOption)
		som, ok := d.pinned.Catalog.SoM(hostString(h, catalog.SoMOption))
		return groundOf(v), ok && slices.Contains(chips, som.SoC) && !h.Packages.Given
	}
}

// l4tOutside holds where the host's JetPack has an L4T version before the first of two, or not before the second, which may be
// empty.
func l4tOutside(from, to string) premise {
	return func(d *diagnoser, h *host.Host) (ground, bool) {
		v, ok := h.Option(catalog.MajorVersionOption)
		g, known := d.pinned.Catalog.Generation(hostString(h, catalog.MajorVersionOption))
		if !ok || !known || g.L4T == "" || h.Packages.Given {
			return ground{}, false
		}
		at := groundOf(v)
		at.says += ", which has L4T " + g.L4T
		return at, compareVersions(g.L4T, from) < 0 || to != "" && compareVersions(g.L4T, to) >= 0
	}
}

// setsCUDASupport holds where nixpkgs.config certainly has cudaSupport = true. NixOS takes one definition of nixpkgs.config over
// the other, attribute by attribute: none of them may say otherwise, or may say anything.
func setsCUDASupport(_ *diagnoser, h *host.Host) (ground, bool) {
	v, _ := h.Option("nixpkgs.config")
	g := ground{path: "nixpkgs.config"}
	for _, definition := range v.Definitions {
		if definition.Condition == host.No {
			continue
		}
		set, isSet := definition.Plain.(map[string]any)
		switch cuda, sets := set["cudaSupport"]; {
		case !isSet || sets && cuda != true:
			return ground{}, false
		case sets && definition.Condition == host.Yes && definition.Priority > 0 && definition.Priority <= 100:
			g.definition, g.isWritten = definition, true
			g.says = "nixpkgs.config.cudaSupport = true is set here"
		}
	}
	return g, g.isWritten && !h.Packages.Given
}
