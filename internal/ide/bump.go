package ide

import (
	"context"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/host"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Bump is what another revision of jetpack-nixos would change for the files of a workspace.
type Bump struct {
	From *workspace.Snapshot
	To   *workspace.Snapshot // From.Suppose of the other revision
}

// NewBump compares a snapshot with what it would be at the revision of a catalog.
func NewBump(sn *workspace.Snapshot, to *catalog.Catalog) Bump {
	return Bump{From: sn, To: sn.Suppose(to)}
}

// CanCompare reports whether what is known of a pin says anything beside the revision of a catalog. It does not where no revision is
// pinned, and where the facts that stand for one that is not known are those of that revision.
func CanCompare(pinned workspace.Pinned, to *catalog.Catalog) bool {
	switch {
	case pinned.Basis.IsCertain():
		return true
	case pinned.Pin.Revision == "" && pinned.Basis == workspace.Newest:
		return false
	}
	return pinned.Catalog.Revision != to.Revision
}

// Until is the comparison for a question whose answer nobody waits for once ctx ends.
func (b Bump) Until(ctx context.Context) Bump { return Bump{b.From.Until(ctx), b.To.Until(ctx)} }

// Findings are the diagnostics of a document that another revision would bring, and those that would go. One that only names
// another revision, or is graver because less was known of the pinned one, is the same.
func (b Bump) Findings(doc *workspace.Document) (appear, gone []Diagnostic) {
	before, after := Diagnose(b.From, doc), Diagnose(b.To, doc)
	return b.missing(after, before, doc), b.missing(before, after, doc)
}

// missing are the diagnostics of a document that are in all and not in some.
func (b Bump) missing(all, some []Diagnostic, doc *workspace.Document) []Diagnostic {
	type key struct {
		diagnosticKey
		message string
	}
	revisions := strings.NewReplacer(
		newDiagnoser(b.From, doc, b.From.Catalog(doc)).revision(), "", newDiagnoser(b.To, doc, b.To.Catalog(doc)).revision(), "")
	keyOf := func(d Diagnostic) key { return key{diagnosticKey{d.Span, d.Code}, revisions.Replace(d.Message)} }
	known := map[key]bool{}
	for _, d := range some {
		known[keyOf(d)] = true
	}
	return slices.DeleteFunc(slices.Clone(all), func(d Diagnostic) bool { return known[keyOf(d)] })
}

// HostBump is what changes for one host.
type HostBump struct {
	// Name is the host's, as HostName has it.
	Name    string
	Changes []HostChange
	// Silent says that nothing is said of versions and options: which there are is not known, or jetpack-nixos is off.
	Silent bool
	// Notes say why, and what else is not known, a sentence each, without a full stop. May be empty.
	Notes []string
}

// HostChange is something about a host that another revision makes different.
type HostChange struct {
	// What is the name of a version, the path of an option, or "firmware".
	What string
	// From and To are what it was and would be, on one line; empty for what is not known. A value of an option is as Nix
	// writes it.
	From, To string
	// Notes say what follows, a sentence each, without a full stop. May be empty.
	Notes []string
	// Section explains it; it has no Pill if none does.
	Section pill.Section
}

// Hosts are the Jetsons among the hosts of a configuration, by its entry, that some files are a part of, and what changes for
// them: nothing for some, perhaps. All paths are absolute.
func (b Bump) Hosts(entry string, files []string) []HostBump {
	dir := filepath.Dir(entry)
	from, to := b.From.Configuration(dir), b.To.Configuration(dir)
	if from == nil || to == nil {
		return nil
	}
	isAsked := map[*host.Host]bool{}
	for _, file := range files {
		for _, h := range from.Of(file) {
			isAsked[h] = true
		}
	}
	var all []HostBump
	for _, h := range from.Hosts {
		after := slices.IndexFunc(to.Hosts, func(other *host.Host) bool { return other.Name == h.Name && other.Variant == h.Variant })
		if isAsked[h] && after >= 0 && ConfiguresJetson(from, h) && h.Jetpack != host.No {
			c := comparison{bump: b, from: side{from, h}, to: side{to, to.Hosts[after]}}
			one := HostBump{Name: text.Visible(HostName(h), ""), Changes: c.changes()}
			one.Notes, one.Silent = c.notes()
			all = append(all, one)
		}
	}
	return all
}

// comparison is one host at two revisions.
type comparison struct {
	bump     Bump
	from, to side
}

// side is a host as one revision has it.
type side struct {
	of   *workspace.Configuration
	host *host.Host
}

// major is the JetPack generation; empty if it is not certain.
func (s side) major() string { return majorOf(s.of, s.host) }

func (s side) catalog() *catalog.Catalog { return s.of.PinnedOf(s.host).Catalog }

// factTopics are what a pill explains of the facts of a host, by their names.
var factTopics = map[string]string{
	"JetPack": "jetpack-upgrade", "L4T": "l4t", "kernel": "kernel", "CUDA": "cuda-versions", "CUDA capability": "cuda-capabilities",
}

func (c comparison) changes() []HostChange {
	changes := []HostChange{}
	before, after := FactsOf(c.from.of, c.from.host), FactsOf(c.to.of, c.to.host)
	was := map[string]string{}
	for _, fact := range before.versions() {
		was[fact[0]] = fact[1]
	}
	for _, fact := range after.versions() {
		name, version := fact[0], fact[1]
		switch {
		case was[name] == version,
			name == "CUDA" && strings.HasPrefix(version, was[name]+"."), // of older revisions, less of it is known
			name == "CUDA capability" && was[name] == "":                // likewise, and it is the SoM's
			continue
		}
		change := HostChange{What: name, From: was[name], To: version, Section: c.section(concept(factTopics[name]))}
		if name == "JetPack" {
			change.Notes = c.generationNotes()
		}
		changes = append(changes, change)
	}
	if firmware, ok := c.firmware(before, after); ok {
		changes = append(changes, firmware)
	}
	return append(changes, c.options()...)
}

// notes say what is not known of a host at the other revision. isSilent says that this is all there is to say.
func (c comparison) notes() (notes []string, isSilent bool) {
	enabled, isEnabledKnown := certain(c.to.host, catalog.EnableOption)
	if isEnabledKnown && enabled == false {
		return []string{"jetpack-nixos is not enabled here"}, true
	}
	is := FactsOf(c.to.of, c.to.host)
	const nothingSaid = ", so versions and firmware are left out"
	switch {
	case !isEnabledKnown && is.JetPack == "":
		return []string{"whether jetpack-nixos is enabled here, and with which JetPack, is not known" + c.why(catalog.EnableOption) + nothingSaid}, true
	case !isEnabledKnown:
		return []string{"whether jetpack-nixos is enabled here is not known" + c.why(catalog.EnableOption)}, false
	case is.JetPack == "":
		return []string{"the JetPack of the host is not known" + c.why(catalog.SoMOption, catalog.MajorVersionOption) + nothingSaid}, true
	case is.L4T == FactsOf(c.from.of, c.from.host).L4T && c.stagesCapsules():
		return []string{"firmware.autoUpdate also stages a capsule of the same L4T if the firmware's build changes"}, false
	}
	return nil, false
}

// why is the reason why one of some options is not known, the first of those, in brackets; empty if there is none.
func (c comparison) why(paths ...string) string {
	for _, path := range paths {
		v, ok := c.to.host.Option(path)
		switch {
		case !ok || v.Certainty >= host.Default:
			continue
		case v.Why != nil:
			return " (" + text.Visible(v.Why.String(), "") + ")"
		case len(v.Values) > 1:
			values := make([]string, len(v.Values))
			for i, value := range v.Values {
				values[i] = nixValue(value)
			}
			return fmt.Sprintf(" (%s may be %s)", shortPath(path), text.List(values, "or"))
		}
	}
	return ""
}

func (c comparison) section(t pill.Topic) pill.Section {
	section, _ := c.bump.From.Pills().For(t)
	return section
}

// options are the options that have another value, as a default or because of what the workspace defines them by.
func (c comparison) options() []HostChange {
	var changes []HostChange
	if enabled, _ := certain(c.to.host, catalog.EnableOption); enabled == false {
		return nil // nobody looks at them
	}
	for _, before := range c.from.host.Values {
		path := strings.Join(before.Path, ".")
		after, ok := c.to.host.Option(path)
		if !ok || IsAlias(c.from.of, c.from.host, before) || IsAlias(c.to.of, c.to.host, after) || !isKnown(before) || !isKnown(after) ||
			reflect.DeepEqual(before.Values, after.Values) {
			continue
		}
		changes = append(changes, HostChange{
			What: path, From: nixValue(before.Values[0]), To: nixValue(after.Values[0]),
			Section: c.section(pill.Topic{Kind: pill.OptionTopic, Name: path}),
		})
	}
	return changes
}

func isKnown(v host.Value) bool { return v.Certainty >= host.Default && len(v.Values) == 1 }

// generationNotes say how to keep the JetPack generation where a default chooses another one.
func (c comparison) generationNotes() []string {
	was, is := c.from.major(), c.to.major()
	chosen, _ := c.to.host.Option(catalog.MajorVersionOption)
	if was == is || was == "" || chosen.Certainty != host.Default {
		return nil
	}
	som := hostString(c.to.host, catalog.SoMOption)
	known, _ := c.to.catalog().SoM(som)
	if !slices.Contains(known.Majors, was) {
		return []string{fmt.Sprintf("%s has no JetPack %s for %s", c.revision(), was, som)}
	}
	return []string{fmt.Sprintf("majorVersion is not set, and its default for %[2]s is now %[1]s; set majorVersion = %[3]q to keep JetPack %[3]s", is, som, was)}
}

// revision names the other revision.
func (c comparison) revision() string {
	r := c.to.catalog().Revision
	return "jetpack-nixos " + r.Short()
}

// FileDiagnostic is a diagnostic and the document that it is of.
type FileDiagnostic struct {
	Document *workspace.Document
	Diagnostic
}

// BumpSummary is what another revision would change for all files of a configuration.
type BumpSummary struct {
	// Entry is that of the configuration, empty for none. From is its revision, To the other one.
	Entry      string
	From, To   catalog.Revision
	Appear, Go []FileDiagnostic
	Hosts      []HostBump
}

// Changes is how many changes there are. What changes for several hosts in the same way counts once.
func (s *BumpSummary) Changes() int {
	type change struct{ what, from, to string }
	once := map[change]bool{}
	for _, h := range s.Hosts {
		for _, c := range h.Changes {
			once[change{c.What, c.From, c.To}] = true
		}
	}
	return len(s.Appear) + len(s.Go) + len(once)
}

// isWhole reports whether all is known of the hosts that could change, and there are some.
func (s *BumpSummary) isWhole() bool {
	return len(s.Hosts) > 0 && !slices.ContainsFunc(s.Hosts, func(h HostBump) bool { return len(h.Notes) > 0 })
}

// Summary is what changes for a document, and for the configuration that it belongs to. It evaluates the hosts twice, and
// looks at each of their files: nobody waits for it to hover. It is nil where the evaluation was stopped.
func (b Bump) Summary(doc *workspace.Document) *BumpSummary {
	s := &BumpSummary{
		Entry: b.From.EntryOf(doc.Dir()), From: b.From.Catalog(doc).Catalog.Revision, To: b.To.Catalog(doc).Catalog.Revision,
	}
	files := []string{doc.Path}
	if s.Entry != "" {
		from, to := b.From.Configuration(doc.Dir()), b.To.Configuration(doc.Dir())
		if from == nil || to == nil {
			return nil
		}
		if files = from.Files(); !slices.Contains(files, filepath.ToSlash(doc.Path)) {
			files = append(files, filepath.ToSlash(doc.Path))
		}
		s.Hosts = b.Hosts(s.Entry, files)
	}
	for _, file := range files {
		in, isOf := doc, true
		if file = filepath.FromSlash(file); file != doc.Path {
			in, isOf = fileOf(b.From, b.From.KnownConfiguration(doc.Dir()), file)
		}
		if !isOf {
			continue
		}
		of := func(found []Diagnostic) (all []FileDiagnostic) {
			for _, d := range found {
				all = append(all, FileDiagnostic{in, d})
			}
			return all
		}
		appear, gone := b.Findings(in)
		s.Appear, s.Go = append(s.Appear, of(appear)...), append(s.Go, of(gone)...)
	}
	if b.From.Done() {
		return nil
	}
	return s
}

// HostGroup is hosts for which the same changes.
type HostGroup struct {
	Names []string
	HostBump
}

// mostGrouped is how many hosts of a group are named.
const mostGrouped = 4

// String names the hosts.
func (g HostGroup) String() string {
	if more := len(g.Names) - mostGrouped; more > 1 {
		return fmt.Sprintf("%s and %d more", strings.Join(g.Names[:mostGrouped], ", "), more)
	}
	return text.List(g.Names, "and")
}

// GroupHosts are hosts by what changes for them, in their order.
func GroupHosts(hosts []HostBump) []HostGroup {
	var groups []HostGroup
	for _, h := range hosts {
		name := h.Name
		h.Name = ""
		i := slices.IndexFunc(groups, func(g HostGroup) bool { return reflect.DeepEqual(g.HostBump, h) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, HostGroup{HostBump: h})
		}
		groups[i].Names = append(groups[i].Names, name)
	}
	return groups
}
