package ide

import (
	"strings"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/host"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
	"jetpills/internal/text"
)

// A flakeText is a reference to a flake in a string or a comment: github:anduril/jetpack-nixos#flash-orin-agx-devkit.
type flakeText struct {
	text.Span              // all of it
	address, output string // output is the path of names behind the #, without the outputs of a derivation
	hash            int    // the offset of the #; -1 for none
	line            string // what stands before it on its line
	ends            bool   // nothing is interpolated right behind it
}

// flakeCharacters are those that a reference is made of.
const flakeCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.:/#?&=_-+%~@^*'"

// mostOfReference is how many bytes of a text are looked at, left and right of the cursor.
const mostOfReference = 300

// flakeTextAt is the reference around an offset of a text, of which a part counts.
func flakeTextAt(source string, within text.Span, offset int) (f flakeText, ok bool) {
	isPart := func(b byte) bool { return b != '\'' && strings.IndexByte(flakeCharacters, b) >= 0 }
	start, end := offset, offset
	for start > within.Start && isPart(source[start-1]) && offset-start <= mostOfReference {
		start--
	}
	for end < within.End && isPart(source[end]) && end-offset <= mostOfReference {
		end++
	}
	if end-start > mostOfReference || start > within.Start && strings.IndexByte("}\\", source[start-1]) >= 0 {
		return flakeText{}, false // what stands before it is interpolated
	}
	f.ends = end >= len(source) || source[end] != '$' || end >= within.End
	word := source[start:end]
	bare := strings.TrimLeft(word, "#=")
	start += len(word) - len(bare)
	if _, after, isAssigned := strings.Cut(bare, "="); isAssigned && strings.HasPrefix(bare, "--") {
		start, bare = start+len(bare)-len(after), after // --flake=.#orin
	}
	if f.ends {
		bare = strings.TrimRight(bare, ".:?&=*")
	}
	f.Span, f.hash = text.Span{Start: start, End: start + len(bare)}, -1
	if !f.Touches(offset) || bare == "" {
		return flakeText{}, false
	}
	f.address = bare
	if i := strings.IndexByte(bare, '#'); i >= 0 {
		f.hash, f.address = start+i, bare[:i]
		f.output, _, _ = strings.Cut(bare[i+1:], "^")
	}
	line := source[max(within.Start, start-mostOfReference):start]
	f.line = line[strings.LastIndexAny(line, "\r\n")+1:]
	return f, true
}

// isLocal reports whether the address is the folder in which a command runs, or one near it.
func (f flakeText) isLocal() bool {
	return f.hash >= 0 && f.address != "" && strings.Trim(f.address, "./") == "" && strings.HasPrefix(f.address, ".")
}

// isFetched reports whether the address is one that Nix takes for a flake, and no page of a code host.
func (f flakeText) isFetched() bool {
	if isPage := strings.HasPrefix(f.address, "http://") || strings.HasPrefix(f.address, "https://"); isPage {
		return strings.Contains(f.address, "/archive/") || strings.Contains(f.address, "/tarball/") || strings.HasSuffix(f.address, ".tar.gz")
	}
	return strings.Contains(f.address, ":") && !strings.HasPrefix(f.address, ":")
}

// textAround is the part of a document around a cursor in which a reference may stand: of a string what is between its quotes and
// interpolations.
func (q *query) textAround(place *module.Place) (text.Span, bool) {
	switch {
	case place.Kind == module.CommentPlace:
		return place.Line, true
	case !module.IsString(place.Node):
		return place.Span, place.Node.Kind() == syntax.URI
	}
	content := syntax.StringContent(place.Node)
	for c := range place.Node.Children() {
		switch s := c.Span(); {
		case s.End <= place.Offset:
			content.Start = s.End
		case s.Start >= place.Offset:
			content.End = min(content.End, s.Start)
		}
	}
	return content, place.Offset >= content.Start && place.Offset <= content.End
}

// flakeText finds the subject of a reference to jetpack-nixos, or to the user's own flake, in a string or a comment.
func (q *query) flakeText(place *module.Place) (subject, bool) {
	within, ok := q.textAround(place)
	if !ok {
		return nil, false
	}
	f, ok := flakeTextAt(q.doc.Text, within, place.Offset)
	if !ok {
		return q.nixCommand(place, within)
	}
	s, ok := q.referredText(f, place)
	if ok {
		if place.Span = f.Span; f.hash >= 0 && f.isFetched() {
			if place.Offset > f.hash {
				place.Span.Start = f.hash + 1
			} else {
				place.Span.End = f.hash
			}
		}
		return s, s != nil
	}
	return q.nixCommand(place, within)
}

// referredText is the subject of a reference: of the address left of the #, of the output right of it.
func (q *query) referredText(f flakeText, place *module.Place) (subject, bool) {
	switch {
	case f.isLocal():
		return q.ownOutputNamed(f)
	case !f.isFetched():
		return nil, false
	}
	pinned, ok := q.sn.AddressPinned(q.doc, f.address)
	if !ok {
		return nil, false
	}
	before := q.pinned
	q.pinned = pinned
	if f.hash < 0 || place.Offset <= f.hash {
		return q.addressOf(f), true
	}
	if s, ok := q.jetpackOutputNamed(f, true); ok && s != nil {
		return s, true
	}
	q.pinned = before
	return nil, false
}

// jetpackOutputNamed is the subject of the output of jetpack-nixos that a reference names. Nothing is said of what a fork may
// have.
func (q *query) jetpackOutputNamed(f flakeText, isFetched bool) (subject, bool) {
	path, ok := q.outputPath(f)
	if !ok {
		names := strings.Split(f.output, ".")
		if _, isScope := catalog.ScopeMajor(names[0]); !isScope || len(names) < 2 || !f.ends {
			return nil, false
		}
		s, ok := q.memberNamed(names[0], names[1])
		return s, ok && s != nil
	}
	s, ok := q.outputNamed("", f.output, path)
	if a, isAbsent := s.(absentOutput); isAbsent {
		if q.pinned.Pin.Fork || isFetched && !q.isCertain() && q.pinned.Pin.Revision != "" {
			return nil, false
		}
		return a.absent, ok
	}
	return s, ok
}

// outputPath is the path into the outputs of jetpack-nixos at which Nix finds what a reference names.
func (q *query) outputPath(f flakeText) (module.Path, bool) {
	names := strings.Split(f.output, ".")
	if f.output == "" || !f.ends {
		return nil, false
	}
	if outputWords[names[0]].all == "" {
		if len(names) > 1 {
			return nil, false
		}
		switch kind := f.command().looksIn; {
		case kind == "nixosConfigurations":
			names = []string{kind, names[0]}
		case q.systemOf("packages", names[0]) != "":
			names = []string{"packages", q.systemOf("packages", names[0]), names[0]}
		default:
			if _, isMember := q.pinned.Catalog.Package(names[0]); !isMember {
				return nil, false
			}
			names = []string{"legacyPackages", "aarch64-linux", names[0]}
		}
	}
	most := 2
	if bySystem[names[0]] {
		most = 3
	}
	path := make(module.Path, 0, most)
	for _, name := range names[:min(len(names), most)] {
		if name == "" {
			return nil, false
		}
		path = append(path, module.Part{Name: name, Known: true})
	}
	return path, true
}

// ownOutputNamed is the subject of an output of the flake that the document belongs to: of jetpack-nixos in a checkout of it, and of a
// host of the user's.
func (q *query) ownOutputNamed(f flakeText) (subject, bool) {
	if q.inCheckout() {
		if s, ok := q.jetpackOutputNamed(f, false); ok {
			return s, true
		}
	}
	c := q.knownConfiguration()
	if c == nil || !f.ends {
		return nil, false
	}
	for _, b := range c.Builds {
		if path := "packages." + b.System + "." + b.Name; f.output == b.Name || f.output == path {
			return term{
				title: path, what: markup.Prose("package of this flake"), topics: topics{packageTopic(b.What), concept("flash-script-output")},
				summary: summary{first: markup.Format("%s of the host %s.", markup.Code(b.What), markup.Code("nixosConfigurations."+b.Host))},
			}, true
		}
	}
	name, isHost := strings.CutPrefix(f.output, "nixosConfigurations.")
	if isHost {
		name, _, _ = strings.Cut(name, ".")
	} else if f.command().looksIn != "nixosConfigurations" {
		return nil, false
	}
	return q.hostNamed(c, func(h *host.Host) bool { return h.Name == name && h.Variant == "" })
}

// addressOf is the subject of an address of jetpack-nixos in a text.
func (q *query) addressOf(f flakeText) subject {
	pin, _ := pins.At(f.address, "")
	s := flakeAddress{
		topics:  topics{concept("flake-addresses"), concept("pins"), concept("jetpack-nixos")},
		title:   f.address,
		what:    "address of jetpack-nixos",
		isKnown: pin.Revision != "" && q.isCertain() || pin.Revision == "" && !pin.Fork && (pin.Branch == "" || pin.Branch == "master"),
	}
	whose := "jetpack-nixos"
	if pin.Fork {
		s.what = "address of a fork of jetpack-nixos"
		whose = "a fork of jetpack-nixos"
	}
	switch {
	case pin.Revision != "":
		s.summary = markup.Format("Nix fetches %s from here, always in the revision %s.", markup.Prose(whose), markup.Code(short(pin.Revision)))
	case pin.Branch != "":
		s.summary = markup.Format("Nix fetches %s from here: the newest revision of %s, unless a lock file has one.", markup.Prose(whose), markup.Code(pin.Branch))
	default:
		s.summary = markup.Format("Nix fetches %s from here: the newest revision of the default branch, unless a lock file has one.", markup.Prose(whose))
	}
	return s
}

// flakeAddress is the subject of an address of jetpack-nixos in a text.
type flakeAddress struct {
	undeclared
	topics
	title, what string
	summary     markup.Text
	isKnown     bool // the revision that answers is the one that Nix fetches, as far as that is known
}

func (a flakeAddress) sheet(q *query) sheet {
	s := sheet{title: a.title, what: markup.Prose(a.what), summary: summary{first: a.summary}}
	if !a.isKnown {
		return s
	}
	revision := dayOf(q.pinned.Catalog.Revision)
	if !q.isCertain() {
		revision = markup.Format("%s, the newest known", revision)
	}
	s.rows = []row{{"Revision", revision, q.briefRevision()}}
	if newer, ok := q.newerRow(); ok {
		s.rows = append(s.rows, newer)
	}
	s.addAge(q)
	return s
}

// addAge says how old the revision is that answers, next to the newest one that is known.
func (s *sheet) addAge(q *query) {
	at, newest := q.pinned.Catalog.Revision, q.sn.Library().Newest().Revision
	if !q.isCertain() || at.Date.IsZero() || at.Hash == newest.Hash {
		return
	}
	days := int(newest.Date.Sub(at.Date) / (24 * time.Hour))
	s.add("Committed", markup.Format("%s, %s before the newest known", markup.Literal(at.Day()), markup.Literal(text.Count(days, "day"))))
}

// command is a command of Nix that takes a reference to a flake.
type command struct {
	words   string
	looksIn string // the output in which it looks for a name without one
	says    string
}

// commands are looked for in this order.
var commands = []command{
	{"nixos-rebuild", "nixosConfigurations", "Builds a NixOS system, and switches to it. `--flake .#x` names the system `nixosConfigurations.x`."},
	{"nixos-anywhere", "nixosConfigurations", "Installs NixOS on another machine over SSH. `--flake .#x` names the system `nixosConfigurations.x`."},
	{"nixos-install", "nixosConfigurations", "Installs NixOS on mounted disks. `--flake .#x` names the system `nixosConfigurations.x`."},
	{"nix build", "packages", "Builds an output of a flake, and links `result` to it. `#x` is looked for in `packages`, then in `legacyPackages`."},
	{"nix run", "packages", "Builds a program of a flake, and starts it. `#x` is looked for in `apps`, then among the packages."},
	{"nix develop", "devShells", "Opens a shell with what a package of a flake is built with. `#x` is looked for in `devShells`, then among the packages."},
	{"nix shell", "packages", "Opens a shell that has the programs of a flake's package."},
	{"nix eval", "packages", "Prints the value of a flake's output, without building it."},
	{"nix flake show", "", "Lists the outputs of a flake by name."},
	{"nix flake metadata", "", "Says where a flake comes from, and which revisions its lock file has."},
	{"nix flake lock", "", "Writes the inputs that `flake.lock` lacks into it."},
	{"nix flake update", "", "Asks the addresses of the inputs again, and writes their newest revisions into `flake.lock`."},
}

// command is what stands before a reference on its line; the zero command if that is none.
func (f flakeText) command() (last command) {
	at := -1
	for _, c := range commands {
		if i := strings.LastIndex(f.line, c.words); i > at {
			at, last = i, c
		}
	}
	return last
}

// nixCommand finds the subject of a command of Nix in a text, on whose line a reference follows that has a subject.
func (q *query) nixCommand(place *module.Place, within text.Span) (subject, bool) {
	source := q.doc.Text
	line, ok := lineOf(source, within, place.Offset)
	if !ok {
		return nil, false
	}
	for _, c := range commands {
		i := strings.Index(line.Of(source), c.words)
		span := text.Span{Start: line.Start + i, End: line.Start + i + len(c.words)}
		if i < 0 || !span.Touches(place.Offset) {
			continue
		}
		if !q.leadsTo(place, text.Span{Start: span.End, End: line.End}) {
			return nil, false
		}
		place.Span = span
		return term{
			title: c.words, what: markup.Prose("command of Nix"), summary: described(c.says),
			topics: topics{concept("flake-commands"), concept("flakes")},
		}, true
	}
	return nil, false
}

// leadsTo reports whether a reference in a part of a line has a subject.
func (q *query) leadsTo(place *module.Place, rest text.Span) bool {
	source := q.doc.Text
	for from := rest.Start; from < rest.End; {
		if isBlank(source[from]) || strings.IndexByte(flakeCharacters, source[from]) < 0 {
			from++
			continue
		}
		f, ok := flakeTextAt(source, text.Span{Start: rest.Start, End: rest.End}, from)
		if !ok {
			from++
			continue
		}
		f.line = "nix build "
		at, pinned := *place, q.pinned
		at.Offset = f.End
		s, ok := q.referredText(f, &at)
		q.pinned = pinned
		if ok && s != nil {
			return true
		}
		from = f.End + 1
	}
	return false
}

// lineOf is the line of a part of a text around an offset; it is not ok for one that no person writes.
func lineOf(source string, within text.Span, offset int) (line text.Span, ok bool) {
	line = text.Span{Start: offset, End: offset}
	for line.Start > within.Start && source[line.Start-1] != '\n' {
		line.Start--
	}
	for line.End < within.End && source[line.End] != '\n' {
		line.End++
	}
	return line, line.Len() < 1000
}
