package pillcheck

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
)

// claims checks the names of jetpack-nixos in a pill: its topics, its prose, its code.
func (l *linter) claims(p *pill.Pill) {
	w := l.world(p)
	for _, s := range p.Sections {
		for _, t := range s.Topics {
			if !w.topic(t) {
				l.found(p.File, s.Line, "topic", "%s does not exist at %s", t, w.Short())
			}
		}
	}
	r := &claims{linter: l, world: w, pill: p, bound: map[string]bool{}}
	all := units(p)
	for _, u := range all {
		if u.language == "nix" {
			r.learn(u.Source)
		}
	}
	for _, u := range all {
		r.read(u)
	}
}

// topic reports whether what a topic names exists; functions and ideas are anyone's.
func (w *world) topic(t pill.Topic) bool {
	separator := "."
	var names []string
	switch t.Kind {
	case pill.FunctionTopic, pill.ConceptTopic:
		return true
	case pill.OptionTopic:
		return w.option(strings.Split(t.Name, "."))
	case pill.FileTopic:
		if w.files == nil || w.folder(t.Name) {
			return true
		}
		separator, names = "/", slices.Collect(maps.Keys(w.files))
	default:
		names = namesOf(w.cat, t.Kind)
		if len(names) == 0 && (t.Kind == pill.PackageTopic || t.Kind == pill.OutputTopic) {
			return true // they are not known at the revision
		}
	}
	pattern := strings.Split(t.Name, separator)
	return slices.ContainsFunc(names, func(name string) bool { return fits(pattern, strings.Split(name, separator)) })
}

// claims checks the names of one pill.
type claims struct {
	*linter
	world *world
	pill  *pill.Pill
	bound map[string]bool // names and values that the Nix of the pill makes itself
}

var enumValues = regexp.MustCompile(`types\.enum\s*\[([^\]]*)\]`)

var quoted = regexp.MustCompile(`"([^"$\\]*)"`)

// learn takes the names that a Nix block binds, and the enum values it declares.
func (r *claims) learn(nix string) {
	for b := range syntax.Parse(nix).BindingPaths() {
		for _, name := range strings.Split(b.Path, ".") {
			r.bound[name] = true
		}
	}
	for _, list := range enumValues.FindAllStringSubmatch(nix, -1) {
		for _, value := range quoted.FindAllStringSubmatch(list[1], -1) {
			r.bound[value[1]] = true
		}
	}
}

func (r *claims) read(u unit) {
	ended := r.revisions(u)
	say := func(offset int, code string, existed bool, format string, args ...any) {
		if ended && existed {
			return
		}
		format += " at %s"
		if existed {
			format += "; if it ended, name the revision"
		}
		r.found(r.pill.File, u.line(offset), code, format, append(args, r.world.Short())...)
	}
	r.readVersions(u, say)
	for _, c := range u.Code {
		r.readNames(u, c, say)
		r.readValues(u, c, say)
		r.readFiles(u, c, say)
	}
	if u.language == "nix" {
		r.readBindings(u, say)
	}
}

// sayer reports a claim that does not hold at the pill's revision; existed says that it once did, as far as
// that is known.
type sayer func(offset int, code string, existed bool, format string, args ...any)

var (
	hashPattern = regexp.MustCompile(`(?:^|[^0-9A-Za-z/._=+-])([0-9a-f]{7,40})(?:$|[^0-9A-Za-z._=+-])`)
	datePattern = regexp.MustCompile("^[`)]* ?\\((\\d{4}-\\d{2}-\\d{2})\\)")
)

// revisions checks the commits that a unit names, and reports whether there
// are any.
func (r *claims) revisions(u unit) bool {
	known := false
	for _, m := range hashPattern.FindAllStringSubmatchIndex(u.Source, -1) {
		hash := u.Source[m[2]:m[3]]
		if !strings.ContainsAny(hash, "abcdef") || !strings.ContainsAny(hash, "0123456789") {
			continue
		}
		revision, ok := r.library.Revision(hash)
		if !ok {
			if u.language == "" || u.language == "nix" {
				r.found(r.pill.File, u.line(m[2]), "revision", "%s is no commit of jetpack-nixos", hash)
			}
			continue
		}
		known = true
		if date := datePattern.FindStringSubmatch(u.Source[m[3]:]); date != nil && date[1] != revision.Day() {
			r.found(r.pill.File, u.line(m[2]), "revision", "%s is of %s, not of %s", hash, revision.Day(), date[1])
		}
	}
	return known
}

const number = `\d+(?:\.\d+)*`

var (
	// versionClaims find versions behind or before their word.
	versionClaims = []*regexp.Regexp{
		regexp.MustCompile(`\b(?P<word>JetPack|L4T|CUDA|kernel)\s+\(?(?P<versions>` + number + `(?:(?:,\s+|\s+(?:and|or|to)\s+)` + number + `\b)*)`),
		regexp.MustCompile(`(?P<versions>\d+\.\d+(?:\.\d+)*(?:(?:,\s+|\s+(?:and|or|to)\s+)\d+\.\d+(?:\.\d+)*)*) (?P<word>kernel)s?\b`),
	}
	// versionBindings find those that Nix sets.
	versionBindings = regexp.MustCompile(`\b(?P<word>l4t|jetpack|cuda)(?:MajorMinorPatchVersion|MajorMinorVersion)?\s*=\s*"(?P<versions>` + number + `)"`)
	onlyVersion     = regexp.MustCompile(number)
	capability      = regexp.MustCompile(`[Cc]apabilit(?:y|ies) (\d+\.\d)\b`)
	limitBefore     = regexp.MustCompile(`(?i)\b(?:from|since|before|than|least|until|below|to|after)\s+$`)
	limitAfter      = regexp.MustCompile(`^(?:\s+on\b|,?\s+(?:and|or) (?:later|newer|older|earlier))`)
)

// readVersions checks versions beside their word.
func (r *claims) readVersions(u unit, say sayer) {
	if len(r.world.cat.Generations()) == 0 {
		return
	}
	patterns := versionClaims
	if u.language == "nix" {
		patterns = append(slices.Clip(patterns), versionBindings)
	}
	for _, pattern := range patterns {
		word, versions := 2*pattern.SubexpIndex("word"), 2*pattern.SubexpIndex("versions")
		for _, m := range pattern.FindAllStringSubmatchIndex(u.Source, -1) {
			of := kindOfVersion(u.Source[m[word]:m[word+1]])
			start, end := m[versions], m[versions+1]
			limit := limitBefore.MatchString(u.Source[:m[0]]) || limitAfter.MatchString(u.Source[end:])
			short := false
			for i, v := range onlyVersion.FindAllStringIndex(u.Source[start:end], -1) {
				version := u.Source[start+v[0] : start+v[1]]
				// "JetPack 5, 12.4" goes on with something else.
				if isShort := !strings.Contains(version, "."); i == 0 {
					short = isShort
				} else if short != isShort {
					break
				}
				if hasVersion(r.world.cat, of, version) {
					continue
				}
				existed := r.everWas(func(c *catalog.Catalog) bool { return hasVersion(c, of, version) })
				if !limit || !existed && of != "CUDA" {
					say(start+v[0], "version", existed, "there is no %s %s", of, version)
				}
			}
		}
	}
	for _, m := range capability.FindAllStringSubmatchIndex(u.Source, -1) {
		named := u.Source[m[2]:m[3]]
		if !slices.ContainsFunc(r.world.cat.SoMs(), func(s catalog.SoM) bool { return slices.Contains(s.CUDACapabilities, named) }) {
			r.found(r.pill.File, u.line(m[2]), "version", "no SoM has the CUDA capability %s", named)
		}
	}
}

var dotted = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_'-]*(?:\.(?:[A-Za-z_][A-Za-z0-9_'-]*\*?|"[^"]*"|\*{1,2}|\$\{[^}]*\}))*`)

// readNames checks the dotted names of a piece of code.
func (r *claims) readNames(u unit, c [2]int, say sayer) {
	code := u.Source[c[0]:c[1]]
	if u.language == "nix" {
		code, _, _ = strings.Cut(code, "\n# => ") // a value that Nix makes
	}
	for _, m := range dotted.FindAllStringIndex(code, -1) {
		before := byte(' ')
		if m[0] > 0 {
			before = code[m[0]-1]
		}
		if before == '/' && scriptLike.MatchString(code[m[0]:m[1]]) {
			before = ' ' // result/bin/initrd-flash-…
		}
		if strings.IndexByte("/.$@", before) >= 0 || '0' <= before && before <= '9' {
			continue
		}
		n := named{
			offset: c[0] + m[0], parts: split(code[m[0]:m[1]]), prose: u.language == "", whole: m[0] == 0 && m[1] == len(code), quoted: before == '"',
			assigned:  before == '"' && assigning.MatchString(code[:m[0]]),
			tentative: hasDefault.MatchString(code[m[1]:]),
		}
		if before == '#' {
			n.reference = flakeBefore(code[:m[0]-1])
		}
		r.readName(n, say)
	}
}

var part = regexp.MustCompile(`(?:"[^"]*"|\$\{[^}]*\}|[^."])+`)

// split cuts a dotted name whose parts may be quoted or computed.
func split(name string) []string {
	parts := part.FindAllString(name, -1)
	for i := range parts {
		parts[i] = strings.Trim(parts[i], `"`)
	}
	return parts
}

// named is a dotted name in code, and how it stands there.
type named struct {
	offset    int // in its unit
	parts     []string
	prose     bool // in back-ticks, not in a block
	whole     bool // nothing else is between the back-ticks
	quoted    bool // begins a string
	assigned  bool // the string is what a name is set to or compared with
	tentative bool // "x or y", "x ? y": it need not exist
	reference flake
}

// flake says whose output a name behind # is.
type flake int

const (
	noFlake flake = iota
	otherFlake
	upstreamFlake
)

func flakeBefore(code string) flake {
	address := code[strings.LastIndexAny(code, " \t\n'\"")+1:]
	if address == "" || strings.HasPrefix(address, "github:anduril/jetpack-nixos") || address == "jetpack-nixos" {
		return upstreamFlake
	}
	return otherFlake
}

var (
	somLike    = regexp.MustCompile(`^(?:xavier|orin|thor)-[A-Za-z0-9-]+$`)
	assigning  = regexp.MustCompile(`(?:=|!=)\s*"$`)
	hasDefault = regexp.MustCompile(`^\s*(?:or\b|\?)`)
	scriptLike = regexp.MustCompile(`^(?:initrd-)?flash-(?:xavier|orin|thor)-`)
	boardLike  = regexp.MustCompile(`^jetson-(?:agx|orin|xavier|thor|nano)-`)
	cudaSet    = regexp.MustCompile(`^cudaPackages_\d+_\d+$`)
	l4tPackage = regexp.MustCompile(`^l4t-[a-z0-9-]+$`)
)

func (r *claims) readName(n named, say sayer) {
	w := r.world
	parts := n.parts
	if i := w.root(parts); i >= 0 {
		if path := parts[i:]; !w.option(path) && !(i > 0 && parts[i-1] == "options") {
			r.noOption(n.offset, path, say)
		}
		return
	}
	if n.prose && len(parts) > 1 && (parts[0] == "cfg" || w.leadsToOptions(parts[0])) {
		path := parts
		if parts[0] == "cfg" {
			path = parts[1:]
		}
		if !w.inside(path) {
			say(n.offset, "option", false, "no option has %s in its path", strings.Join(path, "."))
		}
		return
	}
	if n.reference == upstreamFlake && w.cat.HasPackages() {
		if !w.installable(parts) {
			say(n.offset, "output", false, "the flake has no output %s", strings.Join(parts, "."))
		}
		return
	}
	if w.cat.HasPackages() && !n.tentative {
		r.readMember(n, say)
	}
	for i, part := range parts {
		before := ""
		if i > 0 {
			before = parts[i-1]
		}
		isOutput := slices.Contains(outputs, part) && (before == "jetpack-nixos" ||
			i == 0 && n.prose && n.reference == noFlake && len(parts) > 1 && part != "nixosConfigurations" && !slices.ContainsFunc(parts[1:], r.binds))
		switch {
		case isOutput && len(w.cat.Outputs()) > 0 && !w.output(parts[i:]):
			say(n.offset, "output", false, "the flake has no output %s", strings.Join(parts[i:], "."))
		case before == "build" && i > 1 && parts[i-2] == "system" && len(w.cat.SystemBuild()) > 0 && !w.built(part) && !strings.HasPrefix(part, "$"):
			say(n.offset, "output", false, "there is no system.build.%s", part)
		case cudaSet.MatchString(part) && w.cat.HasPackages() && !n.tentative && !hasAttribute(w.cat, part) && !r.bound[part]:
			say(n.offset, "package", r.everHad(part), "the overlay does not touch %s", part)
		}
	}
	r.readBoard(strings.TrimSuffix(parts[0], "'"), n, say)
}

// noOption reports that a path is that of no option.
func (r *claims) noOption(offset int, path []string, say sayer) {
	name := strings.Join(path, ".")
	_, existed := r.library.History(name)
	say(offset, "option", existed, "there is no option %s", name)
}

var outputs = []string{"nixosModules", "overlays", "packages", "legacyPackages", "nixosConfigurations", "checks", "formatter"}

func (r *claims) binds(name string) bool { return r.bound[name] }

// readMember checks names behind a scope, or behind what overlays of a scope
// call it.
func (r *claims) readMember(n named, say sayer) {
	w := r.world
	for i, part := range n.parts {
		isScope := scopePattern.MatchString(part) && (i == 0 || n.parts[i-1] != "hardware")
		if isScope && !w.scope(part) && !r.bound[part] {
			say(n.offset, "package", r.everHad(part), "there is no scope %s", part)
			return
		}
		if part == "jprev" || part == "jfinal" {
			isScope, part = true, catalog.ScopeName
		}
		if !isScope || i+1 >= len(n.parts) {
			continue
		}
		if member := n.parts[i+1]; !w.member(part, member) && !r.bound[member] && !strings.ContainsAny(member, "$*") {
			say(n.offset, "package", r.everHad(member), "%s has no member %s", part, member)
		}
		return
	}
	if name := n.parts[0]; l4tPackage.MatchString(name) && !n.quoted && !w.member(catalog.ScopeName, name) && !r.bound[name] && (!n.prose || n.whole) {
		say(n.offset, "package", r.everHad(name), "%s has no member %s", catalog.ScopeName, name)
	}
}

// readBoard checks names of SoMs, flash scripts and board configurations.
func (r *claims) readBoard(name string, n named, say sayer) {
	w := r.world
	if r.bound[name] || len(w.cat.SoMs()) == 0 || n.reference == otherFlake && !scriptLike.MatchString(name) {
		return
	}
	switch {
	case scriptLike.MatchString(name):
		if len(w.cat.FlashTargets()) > 0 && !w.flashing(name) {
			say(n.offset, "output", false, "there is no flash script %s", name)
		}
	case somLike.MatchString(name) && !n.assigned:
		if _, ok := w.cat.SoM(name); !ok && !w.flashing(name) && !strings.HasSuffix(name, "-") {
			say(n.offset, "value", r.everTook("som", name), "there is no SoM %s", name)
		}
	case boardLike.MatchString(name):
		if len(w.cat.FlashTargets()) > 0 && !w.board(name) && !strings.HasSuffix(name, "-") {
			say(n.offset, "value", false, "no SoM has the target board %s", name)
		}
	}
}

var (
	assigned     = regexp.MustCompile(`([A-Za-z0-9_'-]+)\s*(?:==?|!=)\s*"([^"$]*)"`)
	assignedList = regexp.MustCompile(`\b([A-Za-z]+)\s*=\s*\[([^\]]*)\]`)
)

// readValues checks what options with fixed values are set to or compared with.
func (r *claims) readValues(u unit, c [2]int, say sayer) {
	w := r.world
	check := func(offset int, leaf, value string) {
		if values := w.values(leaf); values != nil && !slices.Contains(values, value) && !r.bound[value] {
			say(offset, "value", r.everTook(leaf, value), "%s has no value %q", leaf, value)
		}
	}
	code := u.Source[c[0]:c[1]]
	for _, m := range assigned.FindAllStringSubmatchIndex(code, -1) {
		check(c[0]+m[4], code[m[2]:m[3]], code[m[4]:m[5]])
	}
	for _, m := range assignedList.FindAllStringSubmatchIndex(code, -1) {
		for _, value := range quoted.FindAllStringSubmatch(code[m[4]:m[5]], -1) {
			check(c[0]+m[4], code[m[2]:m[3]], value[1])
		}
	}
}

var placePattern = regexp.MustCompile(`(?:^|[\s("'=,│])((?:[A-Za-z0-9_+.-]+/)*[A-Za-z0-9_+.-]+\.(?:nix|json|py|patch|sh|dts|lock|md|diff)|(?:[A-Za-z0-9_+-]+/)+)(?::(\d+)(?:-(\d+))?)?`)

// readFiles checks paths in jetpack-nixos and the lines behind them.
func (r *claims) readFiles(u unit, c [2]int, say sayer) {
	w := r.world
	if w.files == nil || u.language == "json" {
		return
	}
	code := u.Source[c[0]:c[1]]
	for _, m := range placePattern.FindAllStringSubmatchIndex(code, -1) {
		name, hasLine := code[m[2]:m[3]], m[4] >= 0
		rest := code[m[3]:]
		if strings.HasPrefix(name, "./") || strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "…") || strings.HasPrefix(rest, "*") {
			continue
		}
		first, _, inside := strings.Cut(name, "/")
		isFolder := strings.HasSuffix(name, "/")
		if !hasLine && (!inside || !w.folder(first)) {
			continue
		}
		if isFolder {
			if !hasLine && len(rest) > 0 && rest[0] != ' ' && rest[0] != ',' && rest[0] != '\t' && rest[0] != '\n' {
				continue // the path goes on with what is none
			}
			if !w.folder(name) {
				say(c[0]+m[2], "file", true, "there is no folder %s", name)
			}
			continue
		}
		lines, ok := w.file(name)
		if !ok {
			say(c[0]+m[2], "file", true, "there is no file %s", name)
			continue
		}
		for _, g := range []int{4, 6} {
			if m[g] < 0 {
				continue
			}
			if line, err := strconv.Atoi(code[m[g]:m[g+1]]); err != nil || line < 1 || line > lines {
				say(c[0]+m[2], "file", false, "%s has %d lines", name, lines)
			}
		}
	}
}

// readBindings checks the full paths of what a Nix block binds.
func (r *claims) readBindings(u unit, say sayer) {
	w := r.world
	for b := range syntax.Parse(u.Source).BindingPaths() {
		parts := split(b.Path)
		i := w.root(parts)
		if i < 0 || w.option(parts[i:]) || i > 0 && parts[i-1] == "options" || w.inValue(parts[i:]) {
			continue // no option of jetpack-nixos's, or one that the pill declares, or an argument of a call in a value
		}
		r.noOption(b.Offset, parts[i:], say)
	}
}
