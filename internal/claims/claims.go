// Package claims reads the names of jetpack-nixos that a text claims, in prose and in code, and tells which of them a revision lacks.
//
// What is a claim: names count where they stand in code, that is in back-ticks or in a code block; versions count behind their word
// ("L4T 36.5.0", "JetPack 5, 6 or 7", "kernel 6.8"), anywhere. A path is upstream's if it has a line number or begins with a folder
// of upstream's. What the revision lacks may be named in a text that also names the revision where it came or ended, if history knows
// that it existed. "Before", "since" and the like make a version a limit: it need only have existed once.
package claims

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pattern"
)

// A Text is what is read as one: a paragraph, a row of a table, a code block.
type Text struct {
	Source string
	// Code is where code stands in it: its ends.
	Code [][2]int
	// Language is that of a code block; IsCode is set for each of these.
	Language string
	IsCode   bool
}

// A Missing is a name that a text claims and a world lacks.
type Missing struct {
	// Start and End are where the name stands in the text.
	Start, End int
	// Code is the kind of the name: option, value, output, package, file, version, word or revision.
	Code string
	// Name is what it is called in the text: majorVersion, JetPack 7.2.
	Name string
	// Message says what there is not.
	Message string
	// Past is what became of it; its Introduced is not known where upstream's mainline never had it.
	Past catalog.History
	of   string // the option that has the value, where that is missing too
}

// IsCode reports whether the name is written as code.
func (m Missing) IsCode() bool { return m.Code != "version" }

// Read returns the names that a text claims and the world lacks, in no order. bound says which names and values the text's author
// has made himself.
func (w *World) Read(t Text, bound func(string) bool) []Missing {
	r := &reader{World: w, text: t, bound: bound}
	r.read()
	return r.missing
}

// Dated returns the names that a text claims, which home, the world that it was written for, has, and the world lacks, in the order
// of the text. Names without their path count too: majorVersion, and those of the subjects, however ordinary they are.
func (w *World) Dated(t Text, home *World, subjects []string) []Missing {
	none := func(string) bool { return false }
	subjects = append(slices.Clip(subjects), home.ValuesBeside(t)...)
	r := &reader{World: w, text: t, bound: none, bare: true, subjects: subjects}
	r.read()
	dated := slices.DeleteFunc(r.missing, func(m Missing) bool { return !m.Past.Introduced.Known() })
	if len(dated) == 0 {
		return nil
	}
	there := &reader{World: home, text: t, bound: none, bare: true, subjects: subjects}
	there.read()
	dated = slices.DeleteFunc(dated, func(m Missing) bool {
		return slices.ContainsFunc(there.missing, func(other Missing) bool { return other.Start == m.Start && other.Code == m.Code })
	})
	// That an option is missing says so of its values.
	dated = slices.DeleteFunc(dated, func(m Missing) bool {
		return m.of != "" && slices.ContainsFunc(r.missing, func(o Missing) bool {
			return o.Code == "option" && (o.Name == m.of || strings.HasSuffix(o.Name, "."+m.of))
		})
	})
	slices.SortStableFunc(dated, func(a, b Missing) int { return a.Start - b.Start })
	return dated
}

// ValuesBeside are the values of the options whose last names stand alone in code in a text: there, `generic` is one of `som`.
func (w *World) ValuesBeside(t Text) []string {
	var all []string
	if !t.IsCode {
		for _, c := range t.Code {
			all = append(all, w.values(t.Source[c[0]:c[1]])...)
		}
	}
	return all
}

func (r *reader) read() {
	r.revisions()
	r.readVersions()
	r.readFamilies()
	for _, n := range scan(r, "names", r.names) {
		r.readName(n)
	}
	for _, a := range scan(r, "assignments", r.assignments) {
		r.readAssignment(a)
	}
	r.readFiles()
	if r.text.Language == "nix" {
		r.readBindings()
	}
	if r.bare {
		if !r.text.IsCode {
			for _, n := range scan(r, "words", r.bareWords) {
				r.readBare(n)
			}
		}
		r.readSourceWords()
	}
}

// bareWords are the words of prose outside of code: no other word is called like most names.
func (r *reader) bareWords() []named {
	var all []named
	source := r.text.Source
	for _, m := range dotted.FindAllStringIndex(source, -1) {
		inCode := slices.ContainsFunc(r.text.Code, func(c [2]int) bool { return c[0] < m[1] && m[0] < c[1] })
		if inCode || m[0] > 0 && strings.IndexByte("/#-.$@_", source[m[0]-1]) >= 0 || m[1] < len(source) && source[m[1]] == '/' {
			continue
		}
		all = append(all, named{start: m[0], end: m[1], parts: split(source[m[0]:m[1]]), prose: true})
	}
	return all
}

// reader reads one text.
type reader struct {
	*World
	text  Text
	bound func(string) bool
	bare  bool // names count without their path
	// subjects are names that mean upstream's wherever they stand alone, however ordinary they are.
	subjects []string
	ended    bool // the text names a revision
	missing  []Missing
}

// say notes a claim that does not hold: what stands from start to end, and what became of it.
func (r *reader) say(start, end int, code string, past catalog.History, format string, args ...any) {
	existed := past.Introduced.Known()
	if r.ended && existed {
		return
	}
	message := fmt.Sprintf(format, args...) + " at " + r.Revision.Short()
	if existed {
		message += "; if it ended, name the revision"
	}
	r.add(Missing{start, end, code, r.text.Source[start:end], message, past, ""})
}

func (r *reader) add(m Missing) {
	if !slices.ContainsFunc(r.missing, func(other Missing) bool { return other.Start <= m.Start && m.End <= other.End && other.Code == m.Code }) {
		r.missing = append(r.missing, m)
	}
}

// never is the past of what is not asked for, or has none.
var never catalog.History

var enumValues = pattern.New(`types\.enum\s*\[([^\]]*)\]`)

var quoted = pattern.New(`"([^"$\\]*)"`)

// Learn adds the names that a Nix text binds, and the enum values it declares.
func Learn(nix string, bound map[string]bool) {
	for b := range syntax.Parse(nix).BindingPaths() {
		for name := range strings.SplitSeq(b.Path, ".") {
			bound[name] = true
		}
	}
	for _, list := range enumValues.FindAllStringSubmatch(nix, -1) {
		for _, value := range quoted.FindAllStringSubmatch(list[1], -1) {
			bound[value[1]] = true
		}
	}
}

var (
	hashPattern = pattern.New(`(?:^|[^0-9A-Za-z/._=+-])([0-9a-f]{7,40})(?:$|[^0-9A-Za-z._=+-])`)
	datePattern = pattern.New("^[`)]* ?\\((\\d{4}-\\d{2}-\\d{2})\\)")
)

// revisions checks the commits that a text names, and notes whether there are any.
func (r *reader) revisions() {
	source := r.text.Source
	hashes := scan(r, "hashes", func() [][]int { return hashPattern.FindAllStringSubmatchIndex(source, -1) })
	for _, m := range hashes {
		hash := source[m[2]:m[3]]
		if !strings.ContainsAny(hash, "abcdef") || !strings.ContainsAny(hash, "0123456789") {
			continue
		}
		wrong := func(format string, args ...any) {
			r.add(Missing{m[2], m[3], "revision", hash, fmt.Sprintf(format, args...), never, ""})
		}
		revision, ok := r.library.Revision(hash)
		if !ok {
			if !r.text.IsCode || r.text.Language == "" || r.text.Language == "nix" {
				wrong("%s is no commit of jetpack-nixos", hash)
			}
			continue
		}
		r.ended = true
		if date := datePattern.FindStringSubmatch(source[m[3]:]); date != nil && date[1] != revision.Day() {
			wrong("%s is of %s, not of %s", hash, revision.Day(), date[1])
		}
	}
}

const number = `\d+(?:\.\d+)*`

var (
	// versionClaims find versions behind or before their word.
	versionClaims = []*pattern.Pattern{
		pattern.New(`\b(?P<word>JetPack|L4T|CUDA|kernel)\s+\(?(?P<versions>` + number + `(?:(?:,\s+|\s+(?:and|or|to)\s+)` + number + `\b)*)`),
		pattern.New(`(?P<versions>\d+\.\d+(?:\.\d+)*(?:(?:,\s+|\s+(?:and|or|to)\s+)\d+\.\d+(?:\.\d+)*)*) (?P<word>kernel)s?\b`),
	}
	// versionBindings find those that Nix sets.
	versionBindings = pattern.New(`\b(?P<word>l4t|jetpack|cuda)(?:MajorMinorPatchVersion|MajorMinorVersion)?\s*=\s*"(?P<versions>` + number + `)"`)
	versionWord     = pattern.New(`JetPack|L4T|CUDA|kernel|apabilit|l4t|jetpack|cuda`)
	onlyVersion     = pattern.New(number)
	capability      = pattern.New(`[Cc]apabilit(?:y|ies) (\d+\.\d)\b`)
	limitBefore     = pattern.New(`(?i)\b(?:from|since|before|than|least|until|below|to|after)\s+$`)
	limitAfter      = pattern.New(`^(?:\s+on\b|,?\s+(?:and|or) (?:later|newer|older|earlier))`)
)

// readVersions checks versions beside their word.
func (r *reader) readVersions() {
	source := r.text.Source
	if len(r.Generations()) == 0 || !scan(r, "version words", func() bool { return versionWord.MatchString(source) }) {
		return
	}
	patterns := versionClaims
	if r.text.Language == "nix" {
		patterns = append(slices.Clip(patterns), versionBindings)
	}
	for _, pattern := range patterns {
		word, versions := 2*pattern.SubexpIndex("word"), 2*pattern.SubexpIndex("versions")
		claims := scan(r, pattern.String(), func() [][]int { return pattern.FindAllStringSubmatchIndex(source, -1) })
		for _, m := range claims {
			of := kindOfVersion(source[m[word]:m[word+1]])
			start, end := m[versions], m[versions+1]
			listed := onlyVersion.FindAllStringIndex(source[start:end], -1)
			isShort := func(v []int) bool { return !strings.Contains(source[start+v[0]:start+v[1]], ".") }
			// "JetPack 5, 12.4" goes on with something else.
			if i := slices.IndexFunc(listed, func(v []int) bool { return isShort(v) != isShort(listed[0]) }); i > 0 {
				listed = listed[:i]
				end = start + listed[i-1][1]
			}
			limit := limitBefore.MatchString(source[max(m[0]-16, 0):m[0]]) || limitAfter.MatchString(source[end:])
			for _, v := range listed {
				version := source[start+v[0] : start+v[1]]
				if has, known := r.hasVersion(of, version); has || !known {
					continue
				}
				name := of + " " + version
				past, existed := r.versionPast(name, of, version)
				if !limit || !existed && of != "CUDA" {
					r.sayName(name, named{start: start + v[0], end: start + v[1]}, "version", past, "there is no %s", name)
				}
			}
		}
	}
	capabilities := slices.ContainsFunc(r.SoMs(), func(s catalog.SoM) bool { return len(s.CUDACapabilities) > 0 })
	all := scan(r, "capabilities", func() [][]int { return capability.FindAllStringSubmatchIndex(source, -1) })
	for _, m := range all {
		named := source[m[2]:m[3]]
		if capabilities && !slices.ContainsFunc(r.SoMs(), func(s catalog.SoM) bool { return slices.Contains(s.CUDACapabilities, named) }) {
			r.add(Missing{m[2], m[3], "version", "capability " + named, "no SoM has the CUDA capability " + named, never, ""})
		}
	}
}

// families are the names of NVIDIA's that families of SoMs have, as they are written.
var families = pattern.New(`\b(?:Xavier|Orin|Thor)\b`)

// readFamilies checks families of SoMs in prose.
func (r *reader) readFamilies() {
	if !r.bare || r.text.IsCode || len(r.SoMs()) == 0 {
		return
	}
	all := scan(r, "families", func() [][]int { return families.FindAllStringIndex(r.text.Source, -1) })
	for _, m := range all {
		name := r.text.Source[m[0]:m[1]]
		if r.hasFamily(strings.ToLower(name)) {
			continue
		}
		if past, ok := r.familyPast(strings.ToLower(name)); ok {
			r.sayName(name, named{start: m[0], end: m[1]}, "version", past, "no SoM is of the family %s", name)
		}
	}
}

var dotted = pattern.New(`[A-Za-z_][A-Za-z0-9_'-]*(?:\.(?:[A-Za-z_][A-Za-z0-9_'-]*\*?|"[^"]*"|\*{1,2}|\$\{[^}]*\}))*`)

// names are the dotted names in the code of a text.
func (r *reader) names() []named {
	var all []named
	for _, c := range r.text.Code {
		all = append(all, r.namesIn(c)...)
	}
	return all
}

func (r *reader) namesIn(c [2]int) []named {
	var all []named
	code := r.text.Source[c[0]:c[1]]
	if r.text.Language == "nix" {
		code, _, _ = strings.Cut(code, "\n# => ") // a value that Nix makes
	}
	for _, m := range dotted.FindAllStringIndex(code, -1) {
		before := byte(' ')
		if m[0] > 0 {
			before = code[m[0]-1]
		}
		isProgram := before == '/' && scriptLike.MatchString(code[m[0]:m[1]]) // result/bin/initrd-flash-…
		if isProgram {
			before = ' '
		}
		if strings.IndexByte("/.$@", before) >= 0 || '0' <= before && before <= '9' {
			continue
		}
		n := named{
			start: c[0] + m[0], end: c[0] + m[1],
			parts: split(code[m[0]:m[1]]), prose: !r.text.IsCode, whole: m[0] == 0 && m[1] == len(code), quoted: before == '"',
			assigned:  before == '"' && assigning.MatchString(code[:m[0]]),
			tentative: hasDefault.MatchString(code[m[1]:]),
			path:      m[1] < len(code) && code[m[1]] == '/',
			program:   isProgram,
		}
		n.alone = n.whole || n.quoted && m[0] == 1 && m[1]+1 == len(code) && code[m[1]] == '"'
		if before == '#' {
			n.reference = flakeBefore(code[:m[0]-1])
		}
		all = append(all, n)
	}
	return all
}

var part = pattern.New(`(?:"[^"]*"|\$\{[^}]*\}|[^."])+`)

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
	start, end int // in its text
	parts      []string
	prose      bool // in back-ticks, not in a block
	whole      bool // nothing else is between the back-ticks
	alone      bool // nothing but quotes is
	quoted     bool // begins a string
	assigned   bool // the string is what a name is set to or compared with
	tentative  bool // "x or y", "x ? y": it need not exist
	path       bool // the beginning of a path
	program    bool // a program that a build leaves
	reference  flake
}

// flake says whose output a name behind # is.
type flake int

const (
	noFlake flake = iota
	otherFlake
	upstreamFlake
)

func flakeBefore(code string) flake {
	address := code[strings.LastIndexAny(code, " \t\n'\"=")+1:]
	if address == "" || strings.HasPrefix(address, "github:anduril/jetpack-nixos") || address == "jetpack-nixos" {
		return upstreamFlake
	}
	return otherFlake
}

var (
	somLike    = pattern.New(`^(?:xavier|orin|thor)-[A-Za-z0-9-]+$`)
	assigning  = pattern.New(`(?:=|!=)\s*"$`)
	hasDefault = pattern.New(`^\s*(?:or\b|\?)`)
	scriptLike = pattern.New(`^(?:initrd-)?flash-(?:xavier|orin|thor)-`)
	boardLike  = pattern.New(`^jetson-(?:agx|orin|xavier|thor|nano)-`)
	cudaSet    = pattern.New(`^cudaPackages_\d+_\d+$`)
	l4tPackage = pattern.New(`^l4t-[a-z0-9-]+$`)
	// distinctive names are hardly ever anything else: majorVersion, flash-tools.
	distinctive = pattern.New(`^[a-z0-9]+(?:[A-Z]|-[a-z]|_[a-z])[A-Za-z0-9_-]*$`)
)

func (r *reader) readName(n named) {
	parts := n.parts
	if i := r.root(parts); i >= 0 {
		if path := parts[i:]; !r.HasOption(path) && !(i > 0 && parts[i-1] == "options") {
			r.noOption(n.start, n.end, path)
		}
		return
	}
	if i, past := r.oldRoot(parts); i >= 0 && !(i > 0 && parts[i-1] == "options") {
		r.say(n.start, n.end, "option", past, "there is no option %s", strings.Join(parts[i:], "."))
		return
	}
	if n.prose && len(parts) > 1 && (parts[0] == "cfg" || r.leadsToOptions(parts[0]) || r.library.IsOptionWord(parts[0]) && r.library.LedToOptions(parts[0])) {
		path := parts
		if parts[0] == "cfg" {
			path = parts[1:]
		}
		if !r.inside(path) {
			past, _ := r.tailPast(path)
			r.say(n.start, n.end, "option", past, "no option has %s in its path", strings.Join(path, "."))
		}
		return
	}
	if n.reference == upstreamFlake && r.HasPackages() {
		if has, known := r.installable(parts); !has && known {
			r.noOutput(n, parts)
		}
		return
	}
	if r.HasPackages() && (r.bare || !n.tentative) && r.readMember(n) {
		return
	}
	for i, part := range parts {
		before := ""
		if i > 0 {
			before = parts[i-1]
		}
		isOutput := slices.Contains(outputs, part) && (before == "jetpack-nixos" ||
			i == 0 && n.prose && n.reference == noFlake && len(parts) > 1 && part != "nixosConfigurations" && !slices.ContainsFunc(parts[1:], r.bound))
		switch {
		case isOutput && len(r.Outputs()) > 0:
			if has, known := r.output(parts[i:]); !has && known {
				r.noOutput(n, parts[i:])
			}
		case before == "build" && i > 1 && parts[i-2] == "system" && len(r.SystemBuild()) > 0 && !r.built(part) && !strings.HasPrefix(part, "$"):
			r.say(n.start, n.end, "output", r.buildPast(part), "there is no system.build.%s", part)
		case cudaSet.MatchString(part) && !r.bare && !n.tentative && !r.bound(part):
			if has, known := r.HasScope(part); !has && known {
				r.say(n.start, n.end, "package", r.packagePast(part), "the overlay does not touch %s", part)
			}
		}
	}
	r.readBoard(strings.TrimSuffix(parts[0], "'"), n)
	r.readBare(n)
}

// noOutput reports that a path is that of no output. What became of it is what became of the first name in it that is missing.
func (r *reader) noOutput(n named, path []string) {
	name, past := strings.Join(path, "."), never
	for _, part := range path {
		if r.exists(part) {
			continue
		}
		was, ok := r.namePast(part)
		if !ok {
			was = r.packagePast(part)
		}
		if was.Introduced.Known() {
			name, past = part, was
			break
		}
	}
	r.sayName(name, n, "output", past, "the flake has no output %s", strings.Join(path, "."))
}

// noOption reports that a path is that of no option.
func (r *reader) noOption(start, end int, path []string) {
	name := strings.Join(path, ".")
	past, ok := r.library.History(name)
	if !ok {
		past, _ = r.library.OptionsHistory(name, func(o []string) bool { return fits(path, o) })
	}
	r.say(start, end, "option", past, "there is no option %s", name)
}

var outputs = []string{"nixosModules", "overlays", "packages", "legacyPackages", "nixosConfigurations", "checks", "formatter"}

// readMember checks names behind a scope, or behind what overlays of a scope call it, and reports whether that was all there is to a
// name.
func (r *reader) readMember(n named) bool {
	for i, part := range n.parts {
		isScope := scopePattern.MatchString(part) && (i == 0 || n.parts[i-1] != "hardware")
		if isScope && !r.bound(part) {
			if has, known := r.scope(part); !has && known {
				r.sayName(part, n, "package", r.packagePast(part), "there is no scope %s", part)
				return true
			}
		}
		if part == "jprev" || part == "jfinal" {
			isScope, part = true, catalog.ScopeName
		}
		if !isScope || i+1 >= len(n.parts) {
			continue
		}
		member := n.parts[i+1]
		if has, known := r.HasMember(part, "", member); !has && known && !r.bound(member) && !strings.ContainsAny(member, "$*") {
			r.sayName(member, n, "package", r.packagePast(member), "%s has no member %s", part, member)
			return true
		}
		return false
	}
	if name := n.parts[0]; l4tPackage.MatchString(name) && !n.quoted && !r.bound(name) && (!n.prose || n.whole) {
		if has, known := r.HasMember(catalog.ScopeName, "", name); !has && known {
			r.say(n.start, n.end, "package", r.packagePast(name), "%s has no member %s", catalog.ScopeName, name)
			return true
		}
	}
	return false
}

// readBoard checks names of SoMs, flash scripts and board configurations.
func (r *reader) readBoard(name string, n named) {
	if r.bound(name) || len(r.SoMs()) == 0 && (!r.bare || r.words["som"]) || n.reference == otherFlake && !scriptLike.MatchString(name) {
		return
	}
	switch {
	case scriptLike.MatchString(name):
		if since, ok := r.programSince(name); ok && n.program {
			r.say(n.start, n.end, "output", since, "no flash script has the program %s", name)
			return
		}
		if has, known := r.flashing(name); !has && known {
			past, ok := r.namePast(name)
			if !ok {
				past, _ = r.namePast(strings.TrimPrefix(name, "initrd-"))
			}
			r.say(n.start, n.end, "output", past, "there is no flash script %s", name)
		}
	case somLike.MatchString(name) && !n.assigned:
		_, ok := r.SoM(name)
		if flashes, _ := r.flashing(name); !ok && !flashes && !strings.HasSuffix(name, "-") {
			past, ok := r.valuePast("som", name)
			if !ok && !n.quoted {
				past, _ = r.namePast(name)
			}
			r.say(n.start, n.end, "value", past, "there is no SoM %s", name)
		}
	case boardLike.MatchString(name):
		if len(r.FlashTargets()) > 0 && !r.board(name) && !strings.HasSuffix(name, "-") {
			r.say(n.start, n.end, "value", never, "no SoM has the target board %s", name)
		}
	}
}

// ofNixpkgs are attributes that the overlay changes and nixpkgs has.
var ofNixpkgs = pattern.New(`^(?:cudaPackages|_cuda|pkgsForCudaArch)`)

// ofMakeScope are members of a scope that nixpkgs has too.
var ofMakeScope = []string{"callPackage", "newScope", "overrideScope", "packages"}

// readBare checks names without their path: those that are alone between back-ticks, and in code those that can hardly be anything
// else. Such a name is a claim only if upstream had it once.
func (r *reader) readBare(n named) {
	if !r.bare || n.reference == otherFlake || n.path {
		return
	}
	for i, name := range n.parts {
		if !distinctive.MatchString(name) && !(n.prose && n.alone && len(n.parts) == 1 && slices.Contains(r.subjects, name)) || r.bound(name) || r.exists(name) {
			continue
		}
		if n.quoted {
			if past, ok := r.valuePast("", name); ok && i == 0 && n.alone {
				r.say(n.start, n.end, "value", past, "no option has the value %q", name)
			}
			continue
		}
		if r.library.IsOptionWord(name) {
			if past, ok := r.tailPast([]string{name}); ok {
				r.sayName(name, n, "option", past, "no option has %s in its path", name)
				continue
			}
		}
		if has, _ := r.HasMember(catalog.ScopeName, "", name); has || r.library.IsDevicePackage(r.Catalog, name) || slices.Contains(ofMakeScope, name) || ofNixpkgs.MatchString(name) {
			continue
		}
		if past := r.packagePast(name); past.Introduced.Known() && r.membersKnown() {
			r.sayName(name, n, "package", past, "%s has no member %s", catalog.ScopeName, name)
		} else if past, ok := r.namePast(name); ok && len(r.Outputs()) > 0 {
			r.sayName(name, n, "output", past, "the flake has no output %s", name)
		} else if past, ok := r.valuePast("", name); ok && len(n.parts) == 1 {
			r.sayName(name, n, "value", past, "no option has the value %q", name)
		}
	}
}

// sayName is say of one name of several.
func (r *reader) sayName(name string, n named, code string, past catalog.History, format string, args ...any) {
	before := len(r.missing)
	if r.say(n.start, n.end, code, past, format, args...); len(r.missing) > before {
		r.missing[before].Name = name
	}
}

var (
	assigned     = pattern.New(`([A-Za-z0-9_'-]+)\s*(?:==?|!=)\s*"([^"$]*)"`)
	assignedList = pattern.New(`\b([A-Za-z]+)\s*=\s*\[([^\]]*)\]`)
)

// An assignment is a value that a name is set to or compared with: where the value stands, and the name.
type assignment struct {
	start, end int
	leaf       string
}

// assignments are those in the code of a text.
func (r *reader) assignments() []assignment {
	var all []assignment
	for _, c := range r.text.Code {
		code := r.text.Source[c[0]:c[1]]
		for _, m := range assigned.FindAllStringSubmatchIndex(code, -1) {
			all = append(all, assignment{c[0] + m[4], c[0] + m[5], code[m[2]:m[3]]})
		}
		for _, m := range assignedList.FindAllStringSubmatchIndex(code, -1) {
			for _, value := range quoted.FindAllStringSubmatchIndex(code[m[4]:m[5]], -1) {
				all = append(all, assignment{c[0] + m[4] + value[2], c[0] + m[4] + value[3], code[m[2]:m[3]]})
			}
		}
	}
	return all
}

// readAssignment checks what an option with fixed values is set to or compared with.
func (r *reader) readAssignment(a assignment) {
	leaf, value := a.leaf, r.text.Source[a.start:a.end]
	if values := r.values(leaf); values != nil && !slices.Contains(values, value) && !r.bound(value) {
		past, _ := r.valuePast(leaf, value)
		r.say(a.start, a.end, "value", past, "%s has no value %q", leaf, value)
	} else if r.bare && values == nil && r.library.IsOptionWord(leaf) && !r.inside([]string{leaf}) {
		if past, ok := r.valuePast(leaf, value); ok {
			before := len(r.missing)
			if r.say(a.start, a.end, "value", past, "no option has the value %q", value); len(r.missing) > before {
				r.missing[before].of = leaf
			}
		}
	}
}

const fileEndings = `nix|json|py|patch|sh|dts|lock|md|diff`

var (
	placePattern = pattern.New(`(?:^|[\s("'=,│])((?:[A-Za-z0-9_+.-]+/)*[A-Za-z0-9_+.-]+\.(?:` + fileEndings + `)|(?:[A-Za-z0-9_+-]+/)+)(?::(\d+)(?:-(\d+))?)?`)
	// lineWords find lines of the file that was named last: in line 15, (lines 16-42); lineAlone, a code span with nothing but a line.
	lineWords = pattern.New(`\b[Ll]ines? (\d+)(?:-(\d+))?`)
	lineAlone = pattern.New(`^:?(\d+)(?:-(\d+))?$`)
)

// A Place is a path in a text, or the lines of a file of which a text has named the path before.
type Place struct {
	// Start and End are where it stands in the text, LineStart and LineEnd the numbers in it; these are 0 for a path without any.
	Start, End, LineStart, LineEnd int
	// Path is within jetpack-nixos; that of a folder ends in a slash. It is empty for lines of a file that is not known.
	Path string
	// First and Last are lines, from 1; Last is 0 for a single one.
	First, Last int
	// Bare is set for lines without a path.
	Bare bool
	open bool // the path goes on
}

// Places returns the paths and the lines in a text, in its order.
func Places(t Text) []Place {
	var all []Place
	number := func(from, to int) int {
		n, _ := strconv.Atoi(t.Source[max(from, 0):max(to, 0)])
		return n
	}
	for _, c := range t.Code {
		code := t.Source[c[0]:c[1]]
		if m := lineAlone.FindStringSubmatchIndex(code); m != nil && !t.IsCode {
			p := Place{Start: c[0], End: c[1], LineStart: c[0] + m[2], LineEnd: c[1], Bare: true}
			p.First = number(c[0]+m[2], c[0]+m[3])
			if m[4] >= 0 {
				p.Last = number(c[0]+m[4], c[0]+m[5])
			}
			all = append(all, p)
			continue
		}
		for _, m := range placePattern.FindAllStringSubmatchIndex(code, -1) {
			rest := code[m[1]:]
			if m[4] < 0 {
				rest = code[m[3]:]
			}
			p := Place{Start: c[0] + m[2], End: c[0] + m[3], Path: code[m[2]:m[3]]}
			if strings.HasPrefix(p.Path, "./") || strings.HasPrefix(rest, "${") || strings.HasPrefix(rest, "…") || strings.HasPrefix(rest, "*") {
				continue
			}
			p.open = len(rest) > 0 && rest[0] != ' ' && rest[0] != ',' && rest[0] != '\t' && rest[0] != '\n'
			if m[4] >= 0 {
				p.End, p.LineStart, p.LineEnd = c[0]+m[1], c[0]+m[4], c[0]+m[1]
				p.First = number(c[0]+m[4], c[0]+m[5])
				if m[6] >= 0 {
					p.Last = number(c[0]+m[6], c[0]+m[7])
				}
			}
			all = append(all, p)
		}
	}
	if !t.IsCode {
		for _, m := range lineWords.FindAllStringSubmatchIndex(t.Source, -1) {
			p := Place{Start: m[0], End: m[1], LineStart: m[2], LineEnd: m[1], First: number(m[2], m[3]), Bare: true}
			if m[4] >= 0 {
				p.Last = number(m[4], m[5])
			}
			all = append(all, p)
		}
	}
	slices.SortFunc(all, func(a, b Place) int { return a.Start - b.Start })
	last, goesOn := "", false
	kept := all[:0]
	for _, p := range all {
		switch isNumber := p.Bare && p.Start == p.LineStart; {
		case isNumber && !goesOn:
			continue // a number in code, behind no line
		case p.Bare:
			p.Path = last
		case !strings.HasSuffix(p.Path, "/"):
			last, goesOn = p.Path, p.First > 0
		}
		kept = append(kept, p)
	}
	return kept
}

// readFiles checks paths in jetpack-nixos and the lines behind them.
func (r *reader) readFiles() {
	if r.text.Language == "json" {
		return
	}
	for _, p := range r.memory.Places(r.text) {
		switch {
		case p.Bare:
		case r.files == nil:
			if first, _, inside := strings.Cut(p.Path, "/"); p.open && strings.HasSuffix(p.Path, "/") || !inside && !strings.Contains(first, "-") && p.First == 0 {
				continue // it goes on with what is none, or may be anyone's
			}
			if has, known := r.library.HasFile(r.Revision, p.Path); !has && known {
				past, _ := r.library.FileHistory(p.Path)
				r.say(p.Start, p.Start+len(p.Path), "file", past, "there is no %s", p.Path)
			}
		default:
			r.readFile(p)
		}
	}
}

// readFile checks a path where all files are known.
func (r *reader) readFile(p Place) {
	first, _, inside := strings.Cut(p.Path, "/")
	if p.First == 0 && (!inside || !r.Folder(first)) {
		return
	}
	say := func(past catalog.History, format string, args ...any) {
		r.say(p.Start, p.End, "file", past, format, args...)
	}
	// A file that is named may always be one that was there once.
	once := catalog.History{Path: p.Path, Introduced: r.Revision}
	if strings.HasSuffix(p.Path, "/") {
		if !r.Folder(p.Path) && (p.First > 0 || !p.open) {
			say(once, "there is no folder %s", p.Path)
		}
		return
	}
	lines, ok := r.file(p.Path)
	if !ok {
		say(once, "there is no file %s", p.Path)
		return
	}
	for _, line := range []int{p.First, p.Last} {
		if line > lines || p.LineEnd > 0 && p.First < 1 {
			say(never, "%s has %d lines", p.Path, lines)
		}
	}
}

// readBindings checks the full paths of what a Nix block binds, and that an option takes a function where it is set to one.
func (r *reader) readBindings() {
	all := scan(r, "bindings", func() []syntax.BindingPath { return slices.Collect(syntax.Parse(r.text.Source).BindingPaths()) })
	for _, b := range all {
		parts := split(b.Path)
		i := r.root(parts)
		if i < 0 {
			if at, past := r.oldRoot(parts); at >= 0 && !(at > 0 && parts[at-1] == "options") {
				r.sayAt(b.Offset, past, parts[at:])
			}
			continue
		}
		if i > 0 && parts[i-1] == "options" || r.inValue(parts[i:]) {
			continue // an option that the pill declares, or an argument of a call in a value
		}
		path := parts[i:]
		if r.HasOption(path) {
			r.readFunction(b, path)
			continue
		}
		past, ok := r.library.History(strings.Join(r.field(path), "."))
		if !ok {
			past, _ = r.library.OptionsHistory("", func(o []string) bool { return fits(path, o) })
		}
		r.sayAt(b.Offset, past, path)
	}
}

var functionValue = pattern.New(`^[^=]*=\s*(?:[A-Za-z_][A-Za-z0-9_'-]*|\{[^{}]*\}):\s`)

// readFunction checks that an option which is set to a function takes one, where an option of another revision does.
func (r *reader) readFunction(b syntax.BindingPath, path []string) {
	o, ok := r.Lookup(path)
	head := functionValue.FindString(r.text.Source[b.Offset:b.End])
	if !ok || !r.bare || head == "" || o.Type == "" || strings.Contains(o.Type, "function") {
		return
	}
	if past, ok := r.memory.past("function", o.Path, func() (catalog.History, bool) { return r.library.TypeHistory(o.Path, "function") }); ok {
		r.sayName(strings.TrimSpace(head)+" …", named{start: b.Offset, end: b.Offset + len(head)}, "value", past, "%s takes no function", o.Path)
	}
}

// sayAt reports that a path, whose last names begin at an offset, is that of no option.
func (r *reader) sayAt(offset int, past catalog.History, path []string) {
	end := offset
	if m := dotted.FindStringIndex(r.text.Source[offset:]); m != nil && m[0] == 0 {
		end += m[1]
	}
	r.say(offset, end, "option", past, "there is no option %s", strings.Join(path, "."))
}
