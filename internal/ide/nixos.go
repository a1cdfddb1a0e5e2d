package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/pill"
	"jetpills/internal/text"
)

// nixosOption is the subject of an option of NixOS that means something of its own on a Jetson, or that the modules of the revision
// set, read or assert on.
type nixosOption struct {
	topics
	path  string
	names []string // of the path
}

// nixosOption finds the subject of a name in the path of an option of NixOS.
func (q *query) nixosOption(place *module.Place) (subject, bool) {
	names := q.nixosPath(place.Path)
	if names == nil && !q.exact {
		whole, span, ok := wholePath(place)
		if !ok || len(whole) <= len(place.Path) {
			return nil, false
		}
		if names = q.nixosPath(whole); names == nil || len(place.Path) <= len(whole)-len(names) {
			return nil, false
		}
		place.Span = span
	}
	if names == nil || q.allHosts(func(h *host.Host) bool { return h.Jetpack == host.No }) {
		return nil, false
	}
	path := catalog.NixOSPath(names)
	o := nixosOption{q.nixosTopics(path), path, names}
	if len(q.pinned.Catalog.Effects(path)) == 0 && o.summary(q).first.Empty() && q.renamedHere(path).Empty() && q.otherTimes(path).Empty() {
		return nil, true
	}
	return o, true
}

// isForced reports whether a definition is one that replaces plain ones.
func isForced(place *module.Place) bool {
	return slices.ContainsFunc(place.Wrappers(), func(f string) bool { return slices.Contains(strongWrappers, f) })
}

// allHosts reports whether something is known of all hosts that are made of the document, and there are some.
func (q *query) allHosts(is func(*host.Host) bool) bool {
	c := q.knownConfiguration()
	if c == nil {
		return false
	}
	hosts := c.Of(q.doc.Path)
	return len(hosts) > 0 && !slices.ContainsFunc(hosts, func(h *host.Host) bool { return !is(h) })
}

// nixosPath is the end of a path that is an option of NixOS of which there is something to say, or nothing.
func (q *query) nixosPath(path module.Path) []string {
	for names, before := range optionNames(path) {
		if !before.IsRoot() {
			continue
		}
		isDescribed := q.sn.Library().NixOSSummary(names) != ""
		if option, _ := catalog.NixOSOption(names); len(option) < len(names) && !isDescribed {
			continue
		}
		if isDescribed || len(q.pinned.Catalog.Effects(catalog.NixOSPath(names))) > 0 {
			return names
		}
	}
	return nil
}

// nixosTopic are the topics of options of NixOS by the beginning of their paths, the longest first.
var nixosTopic = []struct {
	path  string
	topic pill.Topic
}{
	{"hardware.graphics", concept("graphics")},
	{"hardware.opengl", concept("graphics")},
	{"hardware.nvidia-container-toolkit", concept("containers")},
	{"hardware.nvidia", optionTopic("hardware.nvidia.enabled")},
	{"hardware.deviceTree", concept("device-tree")},
	{"hardware.firmware", packageTopic("l4t-firmware")},
	{"hardware.enable", packageTopic("l4t-firmware")},
	{"hardware.bluetooth", packageTopic("l4t-firmware")},
	{"networking.wireless", packageTopic("l4t-firmware")},
	{"virtualisation", concept("containers")},
	{"nixpkgs.config.cudaCapabilities", concept("cuda-capabilities")},
	{"nixpkgs.config.cuda", optionTopic("hardware.nvidia-jetpack.configureCuda")},
	{"nixpkgs.config.allowUnfree", concept("enable-gpu")},
	{"nixpkgs.hostPlatform", concept("where-to-build")},
	{"nixpkgs.buildPlatform", concept("cross-builds")},
	{"nixpkgs.overlays", concept("jetpack-overlay-order")},
	{"boot.kernelPackages", concept("kernel")},
	{"boot.kernelPatches", concept("kernel-patches")},
	{"boot.kernelParams", concept("initrd-modules")},
	{"boot.kernelModules", concept("gpu-driver")},
	{"boot.blacklistedKernelModules", concept("gpu-driver")},
	{"boot.extraModprobeConfig", concept("gpu-driver")},
	{"boot.extraModulePackages", concept("out-of-tree-modules")},
	{"boot.initrd.systemd", optionTopic("hardware.nvidia-jetpack.firmware.optee.supplicant.earlyBoot.enable")},
	{"boot.initrd", concept("initrd-modules")},
	{"boot.loader.efi.efiSysMountPoint", concept("capsule-updates")},
	{"boot.loader.systemd-boot.extraInstallCommands", concept("capsule-updates")},
	{"boot.loader.grub.extraInstallCommands", concept("capsule-updates")},
	{"boot.loader", concept("minimal-configuration")},
	{"boot.binfmt", concept("where-to-build")},
	{"console", optionTopic("hardware.nvidia-jetpack.console.enable")},
	{"systemd.services.nvpmodel", concept("nvpmodel")},
	{"systemd.services.nvfancontrol", concept("nvfancontrol")},
	{"systemd.services.nvargus-daemon", concept("camera")},
	{"systemd.services.isp-setup", concept("camera")},
	{"systemd.services.jetson_clocks", optionTopic("hardware.nvidia-jetpack.maxClock")},
	{"systemd.services.firmware-update", optionTopic("hardware.nvidia-jetpack.firmware.autoUpdate")},
	{"systemd.services.setup-jetson-efi-variables", concept("capsule-updates")},
	{"systemd.services.tee-supplicant", optionTopic("hardware.nvidia-jetpack.firmware.optee.supplicant.enable")},
	{"systemd.services.ftpm-driver", concept("ftpm")},
	{"systemd.services.nvidia-", concept("containers")},
	{"services.xserver", concept("graphics")},
	{"services.udev", packageTopic("l4t-init")},
	{"system.preSwitchChecks", optionTopic("hardware.nvidia-jetpack.firmware.maxAllowedDowngrade")},
	{"environment.systemPackages", packageTopic("l4t-tools")},
	{"fileSystems", concept("minimal-configuration")},
	{"programs.git", concept("minimal-configuration")},
	{"users.", concept("minimal-configuration")},
	{"services.openssh", concept("minimal-configuration")},
	{"networking.hostName", concept("minimal-configuration")},
	{"system.stateVersion", concept("minimal-configuration")},
	{"nix.settings", concept("minimal-configuration")},
}

// nixosTopics are those of an option of NixOS: its own, that of the option of jetpack-nixos that hangs on it, and that of the module.
func (q *query) nixosTopics(path string) topics {
	var all topics
	if path == "nixpkgs.overlays" {
		all = append(all, concept("overlays"))
	}
	for _, row := range nixosTopic {
		if strings.HasPrefix(path, row.path) {
			all = append(all, row.topic)
			break
		}
	}
	for _, e := range q.pinned.Catalog.Effects(path) {
		if strings.HasPrefix(e.Into, catalog.Namespace+".") {
			all = append(all, optionTopic(e.Into))
		}
	}
	for _, e := range q.pinned.Catalog.Effects(path) {
		all = append(all, pill.Topic{Kind: pill.FileTopic, Name: e.File})
	}
	return append(all, concept("everyday-options"))
}

// section shows the option where the section has it, rather than how the section begins.
func (o nixosOption) section(q *query) (pill.Section, bool) {
	section, ok := o.topics.section(q)
	var names []string
	for i := range o.names {
		names = append(names, strings.Join(o.names[i:], "."))
	}
	for i := len(o.names) - 1; i > 0; i-- {
		names = append(names, strings.Join(o.names[:i], "."))
	}
	return section.Focused(names), ok
}

// declaration is the line of upstream's that sets the option, or else the first that has to do with it.
func (o nixosOption) declaration(q *query) (Location, bool) {
	return q.declared(func(c *catalog.Catalog) (string, int, int) {
		effects := c.Effects(o.path)
		if len(effects) == 0 {
			return "", 0, 0
		}
		first := effects[max(slices.IndexFunc(effects, isSet), 0)]
		return first.File, first.Line, 1
	})
}

func isSet(e catalog.Effect) bool { return e.Does == catalog.EffectSets }

func (o nixosOption) sheet(q *query) sheet {
	c := q.pinned.Catalog
	effects := c.Effects(o.path)
	out := sheet{title: o.path, what: markup.Prose(nixosKind(o.path, effects))}
	out.summary = o.summary(q)
	if len(effects) > 0 {
		q.addEffects(&out, effects)
	} else {
		// What no revision has to do with is the same at all.
		name, other := q.renamedHere(o.path), q.otherTimes(o.path)
		if _, was := q.sn.Library().EffectHistory(o.path); was || !name.Empty() {
			out.rows = append(out.rows, q.revisionRow())
		}
		switch {
		case !name.Empty():
			out.remarks = append(out.remarks, name)
		case other.Empty():
		case out.summary.first.Empty():
			out.remarks = append(out.remarks, other)
		default: // people set it for other reasons
			out.add("At other revisions", other)
		}
	}
	q.addHosts(&out, catalog.Option{Path: o.path})
	if set, isSwitch := strings.CutSuffix(o.path, ".enable"); isSwitch {
		var beside []string
		for _, e := range c.EffectsBelow(set) {
			if isSet(e) && e.Option != o.path && !slices.Contains(beside, e.Option) {
				beside = append(beside, e.Option)
			}
		}
		if len(beside) > 0 {
			out.add("Beside it, jetpack-nixos sets", markup.Codes(beside))
		}
	}
	return out
}

// summary is what of our description holds at the revision; of one that describes what jetpack-nixos does there, only what the
// option means in NixOS, where the revision does nothing of the kind.
func (o nixosOption) summary(q *query) summary {
	words := q.sn.Library().NixOSSummary(o.names)
	if !q.isAsDescribed(o.path) {
		words, _ = text.Sentence(words)
	}
	return q.dated(words, "")
}

// nixosKind is what an option of NixOS is, in words.
func nixosKind(path string, effects []catalog.Effect) string {
	isOurs := slices.ContainsFunc(effects, isSet)
	switch {
	case isOurs && strings.HasPrefix(path, "systemd.services."):
		return "systemd service of jetpack-nixos"
	case isOurs && strings.HasPrefix(path, "boot.initrd.systemd.services."):
		return "systemd service of jetpack-nixos, in the initrd"
	case isOurs && strings.HasPrefix(path, "environment.etc."):
		return "file in `/etc`, of jetpack-nixos"
	case isOurs && strings.HasPrefix(path, "system.preSwitchChecks."):
		return "check of jetpack-nixos before a switch"
	}
	return "option of NixOS"
}

// isAsDescribed reports whether the revision does with an option, or with those beside a switch, what the newest does: a description
// of that holds then.
func (q *query) isAsDescribed(path string) bool {
	does := func(c *catalog.Catalog) map[string]bool {
		all := c.Effects(path)
		if set, isSwitch := strings.CutSuffix(path, ".enable"); isSwitch {
			all = append(slices.Clip(all), c.EffectsBelow(set)...)
		}
		found := map[string]bool{}
		for _, e := range all {
			found[e.Does] = true
		}
		return found
	}
	here := does(q.pinned.Catalog)
	if newest := does(q.sn.Library().Newest()); newest[catalog.EffectSets] {
		return here[catalog.EffectSets]
	}
	return true
}

// mostEffects is how many places one row names.
const mostEffects = 4

// deeds are the ways to do something with an option: the name of the row that lists where, and how the line of facts says it.
var deeds = []struct {
	is         func(catalog.Effect) bool
	row, value string // the row's name, without and with a value
	verb       string
}{
	{func(e catalog.Effect) bool { return isSet(e) && e.Priority == 50 }, "Forced", "Forced to", "forces it"},
	{func(e catalog.Effect) bool { return isSet(e) && e.Priority <= 100 && e.Priority != 50 }, "Set", "Set to", "sets it"},
	{func(e catalog.Effect) bool { return isSet(e) && e.Priority > 100 }, "Default", "Default", "gives it a default"},
	{func(e catalog.Effect) bool { return e.Does == catalog.EffectDefaults }, "Default of", "Default of", "takes a default from it"},
	{func(e catalog.Effect) bool { return e.Does == catalog.EffectAsserts }, "In an assertion", "In an assertion", "asserts on it"},
	{func(e catalog.Effect) bool { return e.Does == catalog.EffectWarns }, "In a warning", "In a warning", "may warn about it"},
	{func(e catalog.Effect) bool { return e.Does == catalog.EffectReads }, "Read", "Read", "reads it"},
}

// addEffects adds what the revision does with an option, a row for each way to do something.
func (q *query) addEffects(s *sheet, effects []catalog.Effect) {
	var rows []row
	var verbs []markup.Text
	for _, deed := range deeds {
		var of []catalog.Effect
		for _, e := range effects {
			if deed.is(e) {
				of = append(of, e)
			}
		}
		if len(of) == 0 {
			continue
		}
		var items []markup.Text
		for _, e := range of[:min(len(of), mostEffects)] {
			items = append(items, effectItem(e))
		}
		if more := len(of) - mostEffects; more > 0 {
			items = append(items, markup.Literal("and "+text.Count(more, "more place")))
		}
		name, verb := deed.row, markup.Prose(deed.verb)
		if of[0].Value != "" {
			name = deed.value
		}
		switch value := shortened(of[0].Value); {
		case len(of) > 1:
		case value != "" && len(value) <= mostInline && of[0].Priority > 100:
			verb = markup.Format("gives it the default %s", markup.Code(value))
		case value != "" && len(value) <= mostInline:
			verb = markup.Format("%s to %s", deed.verb, markup.Code(value))
		case of[0].Does == catalog.EffectDefaults:
			verb = markup.Format("takes the default of %s from it", markup.Code(of[0].Into))
		}
		isSometimes := func(e catalog.Effect) bool { return len(e.When) > 0 }
		switch when := of[0].When; {
		case !slices.ContainsFunc(of, isSometimes) || slices.ContainsFunc(of, func(e catalog.Effect) bool { return !isSometimes(e) }):
		case len(of) == 1 && len(when) == 1 && when[0] != "…" && len(shortened(when[0])) <= mostInline:
			verb = markup.Format("%s if %s", verb, markup.Code(shortened(when[0])))
		default:
			verb = markup.Format("%s under conditions", verb)
		}
		rows, verbs = append(rows, row{name: name, value: markup.Join(items, "; ")}), append(verbs, verb)
	}
	at := effects[max(slices.IndexFunc(effects, isSet), 0)]
	join := " and "
	if slices.ContainsFunc(effects, func(e catalog.Effect) bool { return len(e.When) > 0 }) {
		join = ", and " // what stands behind a condition does not hang on it
	}
	does := markup.Format("jetpack-nixos %s", markup.Join(verbs, join))
	s.addBrief("Here", does, does)
	where := q.revisionRow()
	where.brief = q.declaredRow(at.File, at.Line).brief
	s.rows = append(s.rows, where)
	s.rows = append(s.rows, rows...)
	isOff := func(h *host.Host) bool {
		enabled, _ := certain(h, catalog.EnableOption)
		return enabled == false
	}
	if q.allHosts(isOff) {
		s.remark("%s is `false` here: jetpack-nixos does none of that.", markup.Code(catalog.EnableOption))
		return
	}
	q.addConsequence(s, effects)
}

// effectItem is one place at which something is done with an option.
func effectItem(e catalog.Effect) markup.Text {
	var parts []markup.Text
	if e.Value != "" {
		parts = append(parts, markup.Code(shortened(e.Value)))
	}
	if e.Into != "" {
		into := markup.Code(e.Into)
		if e.Does == catalog.EffectReads {
			into = markup.Format("for %s", into)
		}
		parts = append(parts, into)
	}
	for i, test := range e.When {
		word := "if"
		if i > 0 {
			word = "and"
		}
		if test == "…" {
			parts = append(parts, markup.Format("%s a condition holds", word))
		} else {
			parts = append(parts, markup.Format("%s %s", word, markup.Code(shortened(test))))
		}
	}
	at := markup.Code(fmt.Sprintf("%s:%d", e.File, e.Line))
	if len(parts) == 0 {
		return at
	}
	return markup.Format("%s, %s", markup.Join(parts, " "), at)
}

// shortened is Nix source with the names of options of jetpack-nixos as people say them.
// In a function, they would look like its arguments.
func shortened(source string) string {
	if strings.Contains(source, ": ") {
		return source
	}
	return strings.ReplaceAll(source, catalog.Namespace+".", "")
}

// addConsequence says what becomes of a definition of the user's own.
func (q *query) addConsequence(s *sheet, effects []catalog.Effect) {
	var sets []catalog.Effect
	for _, e := range effects {
		if isSet(e) {
			sets = append(sets, e)
		}
	}
	if isForced(&q.place) && len(sets) > 0 && !slices.ContainsFunc(sets, func(e catalog.Effect) bool { return e.Priority <= 50 }) {
		s.remark("Your definition is forced, so it replaces what jetpack-nixos sets.")
		return
	}
	if len(sets) != 1 || len(sets[0].When) > 0 {
		return
	}
	switch e := sets[0]; {
	case e.Priority == 50:
		s.remark("jetpack-nixos forces it: a plain definition of your own does not count.")
	case e.Priority > 100:
		s.remark("A definition of your own takes the place of that default.")
	case e.Priority == 100 && (e.Value == "true" || e.Value == "false"):
		s.remark("Another value conflicts with that, unless it is in `lib.mkForce`.")
	}
}

// renamedSets are sets of options that NixOS renamed, each by the other name.
var renamedSets = map[string]string{"hardware.opengl": "hardware.graphics", "hardware.graphics": "hardware.opengl"}

// renamedHere says of an option that the revision does nothing with under which name it does.
func (q *query) renamedHere(path string) markup.Text {
	c := q.pinned.Catalog
	for set, other := range renamedSets {
		if strings.HasPrefix(path, set+".") && len(c.EffectsBelow(set)) == 0 && len(c.EffectsBelow(other)) > 0 {
			return markup.Format("This revision goes by the name %s.", markup.Code(other+strings.TrimPrefix(path, set)))
		}
	}
	return markup.Text{}
}

// otherTimes says of an option that the revision does nothing with when jetpack-nixos did, or will.
func (q *query) otherTimes(path string) markup.Text {
	h, ok := q.sn.Library().EffectHistory(path)
	switch {
	case !ok:
	case q.isPast(h.Removed):
		before, _ := q.sn.Library().MainlineBefore(h.Removed)
		return markup.Format("Until %s, jetpack-nixos %s it.", dayOf(h.Removed), deed(before, path, "set", "read", "set and read"))
	case !q.isPast(h.Introduced):
		after, _ := q.sn.Library().At(h.Introduced.Hash)
		return markup.Format("From %s on, jetpack-nixos %s it.", dayOf(h.Introduced), deed(after, path, "sets", "reads", "sets and reads"))
	}
	return markup.Text{}
}

// deed is the verb for what a revision does with an option.
func deed(c *catalog.Catalog, path, sets, reads, both string) string {
	var effects []catalog.Effect
	if c != nil {
		effects = c.Effects(path)
	}
	switch isRead := func(e catalog.Effect) bool { return !isSet(e) }; {
	case !slices.ContainsFunc(effects, isRead):
		return sets
	case !slices.ContainsFunc(effects, isSet):
		return reads
	}
	return both
}
