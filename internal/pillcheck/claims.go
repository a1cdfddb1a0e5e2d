package pillcheck

import (
	"regexp"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
)

// claims checks the names of jetpack-nixos in a pill: its topics, its prose,
// its code.
func (l *linter) claims(p *pill.Pill) {
	w := l.world(p)
	l.topics(p, w)
	r := &reader{linter: l, world: w, pill: p, own: map[string]bool{}}
	all := units(p, l.source(p))
	for _, u := range all {
		if u.language == "nix" {
			r.learn(u.text)
		}
	}
	for _, u := range all {
		r.read(u)
	}
}

// topics checks that what sections say they explain exists.
func (l *linter) topics(p *pill.Pill, w *world) {
	for _, s := range p.Sections {
		for _, t := range s.Topics {
			if !w.topic(t) {
				l.found(p.File, s.Line, "topic", "%s does not exist at %s", t, w.Short())
			}
		}
	}
}

// topic reports whether what a topic names exists; functions and ideas are
// anyone's.
func (w *world) topic(t pill.Topic) bool {
	switch t.Kind {
	case pill.OptionTopic:
		return w.option(strings.Split(t.Name, "."))
	case pill.ValueTopic:
		option, value, _ := strings.Cut(t.Name, "=")
		o, ok := w.cat.Option(option)
		return ok && slices.ContainsFunc(o.Values, func(v string) bool { return fits([]string{value}, []string{v}) })
	case pill.PackageTopic:
		if strings.ContainsAny(t.Name, "*?") {
			for name := range w.attrs {
				if fits([]string{t.Name}, []string{name}) {
					return true
				}
			}
			return slices.ContainsFunc(w.cat.Packages(), func(p catalog.Package) bool { return fits([]string{t.Name}, []string{p.Name}) })
		}
		return !w.cat.HasPackages() || w.member(scopeName, t.Name) || w.attrs[t.Name]
	case pill.FileTopic:
		if w.files == nil {
			return true
		}
		if !strings.ContainsAny(t.Name, "*?") {
			_, ok := w.files[t.Name]
			return ok || w.folder(t.Name)
		}
		for name := range w.files {
			if fits(strings.Split(t.Name, "/"), strings.Split(name, "/")) {
				return true
			}
		}
		return false
	case pill.OutputTopic:
		if len(w.cat.Outputs()) == 0 {
			return true
		}
		pattern := strings.Split(t.Name, ".")
		for _, o := range w.cat.Outputs() {
			path := strings.Split(o.Name, ".")
			if fits(pattern, path) {
				return true
			}
			for _, name := range o.Names {
				if fits(pattern, append(slices.Clip(path), name)) {
					return true
				}
			}
		}
		return false
	case pill.SoMTopic:
		return slices.ContainsFunc(w.cat.SoMs(), func(s catalog.SoM) bool { return fits([]string{t.Name}, []string{s.Name}) })
	case pill.JetPackTopic:
		_, ok := w.cat.Generation(t.Name)
		return ok
	}
	return true
}

// reader reads one pill.
type reader struct {
	*linter
	world *world
	pill  *pill.Pill
	own   map[string]bool // names and values that the pill's own Nix makes
}

var enumValues = regexp.MustCompile(`types\.enum\s*\[([^\]]*)\]`)

var quoted = regexp.MustCompile(`"([^"$\\]*)"`)

// learn takes the names that a Nix block binds, and the enum values it declares.
func (r *reader) learn(nix string) {
	for b := range syntax.Parse(nix).BindingPaths() {
		for _, name := range strings.Split(b.Path, ".") {
			r.own[name] = true
		}
	}
	for _, list := range enumValues.FindAllStringSubmatch(nix, -1) {
		for _, value := range quoted.FindAllStringSubmatch(list[1], -1) {
			r.own[value[1]] = true
		}
	}
}

func (r *reader) read(u unit) {
	ended := r.revisions(u)
	say := func(offset int, code string, existed bool, format string, args ...any) {
		if ended && existed {
			return
		}
		if existed {
			format += "; if it ended, name the revision"
		}
		r.found(r.pill.File, u.line(offset), code, format, args...)
	}
	r.readVersions(u, say)
	for _, c := range u.code {
		r.readNames(u, c, say)
		r.readValues(u, c, say)
		r.readFiles(u, c, say)
	}
	if u.language == "nix" {
		r.readBindings(u, say)
	}
}

// sayer reports a claim that does not hold; existed tells that it once did, as
// far as that is known.
type sayer func(offset int, code string, existed bool, format string, args ...any)

var (
	hashPattern = regexp.MustCompile(`(?:^|[^0-9A-Za-z/._=+-])([0-9a-f]{7,40})(?:$|[^0-9A-Za-z._=+-])`)
	datePattern = regexp.MustCompile("^[`)]* ?\\((\\d{4}-\\d{2}-\\d{2})\\)")
)

// revisions checks the commits that a unit names, and reports whether there
// are any.
func (r *reader) revisions(u unit) bool {
	known := false
	for _, m := range hashPattern.FindAllStringSubmatchIndex(u.text, -1) {
		hash := u.text[m[2]:m[3]]
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
		if date := datePattern.FindStringSubmatch(u.text[m[3]:]); date != nil && date[1] != revision.Day() {
			r.found(r.pill.File, u.line(m[2]), "revision", "%s is of %s, not of %s", hash, revision.Day(), date[1])
		}
	}
	return known
}

const number = `\d+(?:\.\d+)*`

var (
	wordThenVersion = regexp.MustCompile(`\b(JetPack|L4T|CUDA|kernel)\s+\(?(` + number + `(?:(?:,\s+|\s+(?:and|or|to)\s+)` + number + `\b)*)`)
	versionThenWord = regexp.MustCompile(`(\d+\.\d+(?:\.\d+)*(?:(?:,\s+|\s+(?:and|or|to)\s+)\d+\.\d+(?:\.\d+)*)*) (kernel)s?\b`)
	versionBinding  = regexp.MustCompile(`\b(l4t|jetpack|cuda)(?:MajorMinorPatchVersion|MajorMinorVersion)?\s*=\s*"(` + number + `)"`)
	onlyVersion     = regexp.MustCompile(number)
	capability      = regexp.MustCompile(`[Cc]apabilit(?:y|ies) (\d+\.\d)\b`)
	limitBefore     = regexp.MustCompile(`(?i)\b(?:from|since|before|than|least|until|below|to|after)\s+$`)
	limitAfter      = regexp.MustCompile(`^(?:\s+on\b|,?\s+(?:and|or) (?:later|newer|older|earlier))`)
)

// readVersions checks versions behind their word.
func (r *reader) readVersions(u unit, say sayer) {
	check := func(of what, word, start, end int) {
		short := false
		for i, m := range onlyVersion.FindAllStringIndex(u.text[start:end], -1) {
			version := u.text[start+m[0] : start+m[1]]
			// "JetPack 5, 12.4" goes on with something else.
			if isShort := !strings.Contains(version, "."); i == 0 {
				short = isShort
			} else if short != isShort {
				break
			}
			if has(r.world.versions(of), version) {
				continue
			}
			existed := has(r.past.versions()[of], version)
			limit := limitBefore.MatchString(u.text[:word]) || limitAfter.MatchString(u.text[end:])
			if limit && (existed || of == cuda) {
				continue
			}
			say(start+m[0], "version", existed, "there is no %s %s at %s", of, version, r.world.Short())
		}
	}
	if len(r.world.cat.Generations()) == 0 {
		return
	}
	for _, m := range wordThenVersion.FindAllStringSubmatchIndex(u.text, -1) {
		check(what(u.text[m[2]:m[3]]), m[0], m[4], m[5])
	}
	for _, m := range versionThenWord.FindAllStringSubmatchIndex(u.text, -1) {
		check(kernel, m[0], m[2], m[3])
	}
	if u.language == "nix" {
		for _, m := range versionBinding.FindAllStringSubmatchIndex(u.text, -1) {
			check(map[string]what{"l4t": l4t, "jetpack": jetPack, "cuda": cuda}[u.text[m[2]:m[3]]], m[0], m[4], m[5])
		}
	}
	for _, m := range capability.FindAllStringSubmatchIndex(u.text, -1) {
		named := u.text[m[2]:m[3]]
		if !slices.ContainsFunc(r.world.cat.SoMs(), func(s catalog.SoM) bool { return slices.Contains(s.CUDACapabilities, named) }) {
			say(m[2], "version", false, "no SoM has the CUDA capability %s", named)
		}
	}
}

var dotted = regexp.MustCompile(`[A-Za-z_][A-Za-z0-9_'-]*(?:\.(?:[A-Za-z_][A-Za-z0-9_'-]*\*?|"[^"]*"|\*{1,2}|\$\{[^}]*\}))*`)

// readNames checks the dotted names of a piece of code.
func (r *reader) readNames(u unit, c piece, say sayer) {
	code := u.text[c.start:c.end]
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
		parts := strings.Split(code[m[0]:m[1]], ".")
		if strings.Contains(code[m[0]:m[1]], `"`) || strings.Contains(code[m[0]:m[1]], "${") {
			parts = split(code[m[0]:m[1]])
		}
		n := named{
			parts: parts, prose: u.language == "", whole: m[0] == 0 && m[1] == len(code), quoted: before == '"',
			assigned:  before == '"' && assigning.MatchString(code[:m[0]]),
			tentative: hasDefault.MatchString(code[m[1]:]),
		}
		if before == '#' {
			n.reference = flakeBefore(code[:m[0]-1])
		}
		r.readName(n, func(code string, existed bool, format string, args ...any) {
			say(c.start+m[0], code, existed, format, args...)
		})
	}
}

// split cuts a dotted name whose parts may be quoted or computed.
func split(name string) []string {
	var parts []string
	start, depth, in := 0, 0, false
	for i := range len(name) {
		switch b := name[i]; {
		case b == '"':
			in = !in
		case b == '{':
			depth++
		case b == '}':
			depth--
		case b == '.' && !in && depth == 0:
			parts = append(parts, strings.Trim(name[start:i], `"`))
			start = i + 1
		}
	}
	return append(parts, strings.Trim(name[start:], `"`))
}

// named is a dotted name in code, and how it stands there.
type named struct {
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
	ownFlake
	upstreamFlake
)

func flakeBefore(code string) flake {
	address := code[strings.LastIndexAny(code, " \t\n'\"")+1:]
	if address == "" || strings.HasPrefix(address, "github:anduril/jetpack-nixos") || address == "jetpack-nixos" {
		return upstreamFlake
	}
	return ownFlake
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

func (r *reader) readName(n named, say func(code string, existed bool, format string, args ...any)) {
	w := r.world
	parts := n.parts
	name := strings.Join(parts, ".")
	if i := w.root(parts); i >= 0 {
		if path := parts[i:]; !w.option(path) && !(i > 0 && parts[i-1] == "options") {
			say("option", r.past.option(strings.Join(path, ".")), "there is no option %s at %s", strings.Join(path, "."), w.Short())
		}
		return
	}
	if n.prose && len(parts) > 1 && (w.inner[parts[0]] || parts[0] == "cfg") {
		path := parts
		if parts[0] == "cfg" {
			path = parts[1:]
		}
		if !w.inside(path) {
			say("option", false, "no option has %s in its path at %s", strings.Join(path, "."), w.Short())
		}
		return
	}
	if n.reference == upstreamFlake && w.cat.HasPackages() {
		if !w.installable(parts) {
			say("output", false, "the flake has no output %s at %s", name, w.Short())
		}
		return
	}
	if w.cat.HasPackages() && !n.tentative {
		r.readMember(n, say)
	}
	for i, part := range parts {
		switch {
		case i > 0 && parts[i-1] == "jetpack-nixos" && slices.Contains(outputs, part),
			n.prose && i == 0 && n.reference == noFlake && len(parts) > 1 && slices.Contains(outputs, part) && part != "nixosConfigurations" && !r.isOwn(parts[1:]):
			if len(w.cat.Outputs()) > 0 && !w.output(parts[i:]) {
				say("output", false, "the flake has no output %s at %s", strings.Join(parts[i:], "."), w.Short())
			}
		case part == "build" && i > 0 && parts[i-1] == "system" && i+1 < len(parts):
			if len(w.cat.SystemBuild()) > 0 && !w.built(parts[i+1]) && !strings.HasPrefix(parts[i+1], "$") {
				say("output", false, "there is no system.build.%s at %s", parts[i+1], w.Short())
			}
		case cudaSet.MatchString(part) && w.cat.HasPackages() && !n.tentative:
			if !w.attrs[part] && !r.own[part] {
				say("package", r.past.members()[part], "the overlay does not touch %s at %s", part, w.Short())
			}
		}
	}
	r.readBoard(strings.TrimSuffix(parts[0], "'"), n, say)
}

var outputs = []string{"nixosModules", "overlays", "packages", "legacyPackages", "nixosConfigurations", "checks", "formatter"}

func (r *reader) isOwn(parts []string) bool {
	return slices.ContainsFunc(parts, func(p string) bool { return r.own[p] })
}

// readMember checks names behind a scope, or behind what overlays of a scope
// call it.
func (r *reader) readMember(n named, say func(code string, existed bool, format string, args ...any)) {
	w := r.world
	for i, part := range n.parts {
		isScope := scopePattern.MatchString(part) && (i == 0 || n.parts[i-1] != "hardware")
		if isScope && !w.scope(part) && !r.own[part] {
			say("package", r.past.members()[part], "there is no scope %s at %s", part, w.Short())
			return
		}
		if part == "jprev" || part == "jfinal" {
			isScope, part = true, scopeName
		}
		if !isScope || i+1 >= len(n.parts) {
			continue
		}
		if member := n.parts[i+1]; !w.member(part, member) && !r.own[member] && !strings.ContainsAny(member, "$*") {
			say("package", r.past.members()[member], "%s has no member %s at %s", part, member, w.Short())
		}
		return
	}
	if name := n.parts[0]; l4tPackage.MatchString(name) && !n.quoted && !w.member(scopeName, name) && !r.own[name] && (!n.prose || n.whole) {
		say("package", r.past.members()[name], "%s has no member %s at %s", scopeName, name, w.Short())
	}
}

// readBoard checks names of SoMs, flash scripts and board configurations.
func (r *reader) readBoard(name string, n named, say func(code string, existed bool, format string, args ...any)) {
	w := r.world
	if r.own[name] || len(w.cat.SoMs()) == 0 || n.reference == ownFlake && !scriptLike.MatchString(name) {
		return
	}
	switch {
	case scriptLike.MatchString(name):
		if len(w.cat.FlashTargets()) > 0 && !w.flashing(name) {
			say("output", false, "there is no flash script %s at %s", name, w.Short())
		}
	case somLike.MatchString(name) && !n.assigned:
		if _, ok := w.cat.SoM(name); !ok && !w.flashing(name) && !strings.HasSuffix(name, "-") {
			say("value", r.past.value(w, "som", name), "there is no SoM %s at %s", name, w.Short())
		}
	case boardLike.MatchString(name):
		if len(w.cat.FlashTargets()) > 0 && !w.boards[name] && !strings.HasSuffix(name, "-") {
			say("value", false, "no SoM has the target board %s at %s", name, w.Short())
		}
	}
}

var (
	assigned     = regexp.MustCompile(`([A-Za-z0-9_'-]+)\s*(?:==?|!=)\s*"([^"$]*)"`)
	assignedList = regexp.MustCompile(`\b([A-Za-z]+)\s*=\s*\[([^\]]*)\]`)
)

// readValues checks what options with fixed values are set to or compared with.
func (r *reader) readValues(u unit, c piece, say sayer) {
	w := r.world
	check := func(offset int, leaf, value string) {
		values, isEnum := w.values[leaf]
		if isEnum && !slices.Contains(values, value) && !r.own[value] {
			say(offset, "value", r.past.value(w, leaf, value), "%s has no value %q at %s", leaf, value, w.Short())
		}
	}
	code := u.text[c.start:c.end]
	for _, m := range assigned.FindAllStringSubmatchIndex(code, -1) {
		check(c.start+m[4], code[m[2]:m[3]], code[m[4]:m[5]])
	}
	for _, m := range assignedList.FindAllStringSubmatchIndex(code, -1) {
		for _, value := range quoted.FindAllStringSubmatch(code[m[4]:m[5]], -1) {
			check(c.start+m[4], code[m[2]:m[3]], value[1])
		}
	}
}

var placePattern = regexp.MustCompile(`(?:^|[\s("'=,│])((?:[A-Za-z0-9_+.-]+/)*[A-Za-z0-9_+.-]+\.(?:nix|json|py|patch|sh|dts|lock|md|diff)|(?:[A-Za-z0-9_+-]+/)+)(?::(\d+)(?:-(\d+))?)?`)

// readFiles checks paths in jetpack-nixos and the lines behind them.
func (r *reader) readFiles(u unit, c piece, say sayer) {
	w := r.world
	if w.files == nil || u.language == "json" {
		return
	}
	code := u.text[c.start:c.end]
	for _, m := range placePattern.FindAllStringSubmatchIndex(code, -1) {
		name, hasLine := code[m[2]:m[3]], m[4] >= 0
		rest := code[m[3]:]
		if strings.HasPrefix(name, "./") || strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "…") || strings.HasPrefix(rest, "*") {
			continue
		}
		first, _, inside := strings.Cut(name, "/")
		isFolder := strings.HasSuffix(name, "/")
		if !hasLine && (!inside || !w.folders[first]) {
			continue
		}
		if isFolder {
			if !hasLine && len(rest) > 0 && rest[0] != ' ' && rest[0] != ',' && rest[0] != '\t' && rest[0] != '\n' {
				continue // the path goes on with what is none
			}
			if !w.folder(name) {
				say(c.start+m[2], "file", true, "there is no folder %s at %s", name, w.Short())
			}
			continue
		}
		lines, ok := w.file(name)
		if !ok {
			say(c.start+m[2], "file", true, "there is no file %s at %s", name, w.Short())
			continue
		}
		for _, g := range []int{4, 6} {
			if m[g] < 0 {
				continue
			}
			if line := atoi(code[m[g]:m[g+1]]); line < 1 || line > lines {
				say(c.start+m[2], "file", false, "%s has %d lines at %s", name, lines, w.Short())
			}
		}
	}
}

func atoi(digits string) int {
	n := 0
	for _, d := range digits {
		n = min(n*10+int(d-'0'), 1<<30)
	}
	return n
}

// readBindings checks the full paths of what a Nix block binds.
func (r *reader) readBindings(u unit, say sayer) {
	w := r.world
	for b := range syntax.Parse(u.text).BindingPaths() {
		parts := split(b.Path)
		i := w.root(parts)
		if i < 0 || w.option(parts[i:]) {
			continue
		}
		if i > 0 && parts[i-1] == "options" {
			continue // a declaration of the pill's own, or type and default of one
		}
		if w.inValue(parts[i:]) {
			continue // an argument of a call in an option's value
		}
		path := strings.Join(parts[i:], ".")
		say(b.Offset, "option", r.past.option(path), "there is no option %s at %s", path, w.Short())
	}
}
