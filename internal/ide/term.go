package ide

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
)

// term is the subject of a name of Nix, nixpkgs or flakes that only a pill explains: overlays, specialArgs, makeScope.
type term struct {
	undeclared
	topics
	title   string
	what    markup.Text
	summary summary
	input   string // the input of this flake that it is about, if it is about one
}

func (t term) sheet(q *query) sheet {
	s := sheet{title: t.title, what: t.what, summary: t.summary}
	if t.input != "" {
		s.addLocked(q.sn.Locked(q.doc, t.input))
	}
	return s
}

// addLocked adds what a lock file has of an input.
func (s *sheet) addLocked(locked pins.Locked) {
	if locked.Revision == "" {
		return
	}
	at := markup.Code(short(locked.Revision))
	if !locked.LastModified.IsZero() {
		at = markup.Format("%s (%s)", at, locked.LastModified.Format(time.DateOnly))
	}
	s.addBrief("Locked", at, markup.Format("`flake.lock` has %s", at))
}

// definedTerms are what names mean that bindings define; the first row that holds counts.
var definedTerms = []struct {
	// forms are what the binding's whole path may look like, with spaces between them: see hasForm. What stands in a form
	// behind the last ** and the outputs of a flake is the title.
	forms  string
	in     func(*query, module.Path) bool // where it means that; everywhere if nil
	what   string                         // its kind, "flake output"
	says   string                         // a sentence; the catalog's if empty
	part   func(module.Path) []any        // stands for each %s of says
	topics topics                         // one without a name has the title for its name
	// ifExplained leaves out what no pill explains.
	ifExplained bool
	// isInput says that it is about the input whose name stands behind "inputs".
	isInput bool
}{
	{
		forms: "**.nixpkgs.overlays", what: "option of NixOS", says: "The overlays that NixOS applies to `pkgs`, in this order.",
		topics: topics{concept("overlays"), concept("overlay-order")},
	},
	{
		forms: "outputs.overlays", in: flakes, what: "flake output", says: "Overlays that this flake offers to others, by name.",
		topics: topics{output("overlays"), concept("overlays")},
	},
	{
		forms: "**.overlays", in: packageSets, what: "list of overlays", says: "Overlays that are applied in this order.",
		topics: topics{concept("overlays"), concept("overlay-order")},
	},
	{
		forms: "**.overlays.*", in: packageSets, what: "overlay",
		says:   "A function `final: prev: { … }` that gives packages to add or to replace.",
		topics: topics{output(""), concept("overlay-function"), concept("overlays")},
	},
	{
		forms: "**.inputs.*.inputs.*.follows", what: "attribute of an input",
		says:   "The input %s of %s is the input named here, and is not locked a second time.",
		part:   func(p module.Path) []any { return []any{codeAt(p, 2), codeAt(p, 4)} },
		topics: topics{function("follows"), concept("follows")},
	},
	{
		forms: "**.inputs.*.follows", what: "attribute of an input",
		says:   "The input %s is the input named here, and is not locked a second time.",
		part:   func(p module.Path) []any { return []any{codeAt(p, 2)} },
		topics: topics{function("follows"), concept("follows")},
	},
	{
		forms: "**.inputs.**.follows", what: "attribute of an input", says: "The input is the one named here, and is not locked a second time.",
		topics: topics{function("follows"), concept("follows")},
	},
	{
		forms: "inputs.*.inputs", in: flakes, what: "attribute of an input", says: "What the input %s gets for inputs of its own.",
		part:   func(p module.Path) []any { return []any{codeAt(p, 2)} },
		topics: topics{concept("follows"), function("follows"), concept("flake-inputs")},
	},
	{
		forms: "inputs.*.inputs.*", in: flakes, what: "input of an input", says: "What the input %s gets for its input %s.",
		part:   func(p module.Path) []any { return []any{codeAt(p, 3), codeAt(p, 1)} },
		topics: topics{concept("follows"), function("follows"), concept("flake-inputs")},
	},
	{
		forms: "inputs.self inputs.self.*", in: flakes, what: "attribute of a flake", says: "How Nix fetches this flake itself.",
		topics: topics{function("inputs"), concept("flake-inputs")},
	},
	{
		forms: "inputs", in: flakes, what: "attribute of a flake",
		says:   "The flakes and other sources that this flake uses, by name; `flake.lock` pins each to a revision.",
		topics: topics{function("inputs"), concept("flake-inputs")},
	},
	{
		forms: "inputs.nixpkgs", in: flakes, what: "input of this flake", isInput: true,
		says:   "nixpkgs: the packages, `lib` and the modules of NixOS, of the release or branch in its address.",
		topics: topics{concept("nixpkgs-input"), function("inputs"), concept("flake-inputs")},
	},
	{
		forms: "inputs.*", in: flakes, what: "input of this flake", isInput: true,
		says:   "Another flake, or a folder of files, that `outputs` gets as the argument %s. Its `url` says where Nix fetches it from.",
		part:   func(p module.Path) []any { return []any{codeAt(p, 1)} },
		topics: topics{function("inputs"), concept("flake-inputs")},
	},
	{
		forms: "inputs.*.url", in: flakes, what: "attribute of an input", isInput: true,
		says:   "Where Nix fetches the input %s from, and of which branch, tag or revision.",
		part:   func(p module.Path) []any { return []any{codeAt(p, 2)} },
		topics: topics{concept("flake-addresses"), function("inputs"), concept("flake-inputs")},
	},
	{
		forms: "inputs.*.flake", in: flakes, what: "attribute of an input", isInput: true,
		says:   "Whether the input %s is a flake. With `false` it is a folder of files.",
		part:   func(p module.Path) []any { return []any{codeAt(p, 2)} },
		topics: topics{concept("input-without-flake"), function("inputs"), concept("flake-inputs")},
	},
	{
		forms: "inputs.*.*", in: flakes, what: "attribute of an input", says: "A part of the address of the input %s.", isInput: true,
		part:   func(p module.Path) []any { return []any{codeAt(p, 2)} },
		topics: topics{function("inputs"), concept("flake-inputs")},
	},
	{
		forms: "outputs", in: flakes, what: "attribute of a flake",
		says:   "A function that gets the fetched inputs and gives what this flake offers.",
		topics: topics{function("outputs"), concept("flake-outputs")},
	},
	{
		forms: "outputs.* outputs.*.*", in: jetpackFlakeOutputs, what: "flake output", says: "%s", part: outputPart,
		topics: topics{output(""), concept("flake-outputs"), function("outputs")},
	},
	{
		forms: "outputs.* outputs.*.*", in: flakeOutputs, what: "flake output", says: "%s", part: outputPart,
		topics: topics{concept("flake-outputs"), function("outputs")},
	},
	{
		forms: "description", in: flakes, what: "attribute of a flake", says: "What the flake is, in a line: `nix flake metadata` shows it.",
		topics: topics{concept("flakes")},
	},
	{
		forms: "nixConfig", in: flakes, what: "attribute of a flake",
		says:   "Settings of Nix that the flake asks for, such as binary caches. Nix asks you before it takes them.",
		topics: topics{concept("flakes")},
	},
	{
		forms: "**.modules", in: systems, what: "argument for a system",
		says:   "The modules that the system is made of: sets, functions or files. Options and definitions of all are merged, in whatever order they stand.",
		topics: topics{function("nixosSystem"), concept("imports")},
	},
	{
		forms: "**.specialArgs", what: "arguments for modules",
		says:   "What every module of this configuration gets for arguments, beside `config`, `lib`, `pkgs` and others.",
		topics: topics{function("specialArgs"), concept("special-args")},
	},
	{
		forms: "**.assertions", what: "option of NixOS",
		says:   "Conditions without which NixOS refuses to build the system, each with a message.",
		topics: topics{concept("assertions")},
	},
	{
		forms: "**.warnings", what: "option of NixOS", says: "Messages that NixOS prints when it evaluates the system.",
		topics: topics{concept("assertions")},
	},
	{
		forms: phaseForms("", "Phase"), what: "attribute of a derivation",
		says: "The shell commands of the build's %s phase, in place of the usual ones.", part: phasePart, topics: topics{concept("phases")},
	},
	{
		forms: phaseForms("pre", ""), what: "attribute of a derivation",
		says: "Shell commands that the build runs before the commands of its %s phase.", part: phasePart, topics: topics{concept("phases")},
	},
	{
		forms: phaseForms("post", ""), what: "attribute of a derivation",
		says: "Shell commands that the build runs after the commands of its %s phase.", part: phasePart, topics: topics{concept("phases")},
	},
	{forms: "**.buildInputs **.nativeBuildInputs **.depsBuildBuild", topics: topics{function("")}, ifExplained: true},
	{
		forms: "**.imports", what: "attribute of a module", says: "More modules, whose options and definitions are added to those of this one.",
		topics: topics{concept("imports")},
	},
}

// phases are those of a build with nixpkgs' stdenv.
var phases = []string{"unpack", "patch", "configure", "build", "check", "install", "fixup", "installCheck", "dist"}

// phaseForms are the forms of the attributes that are named after the phases of a build: postPatch, installPhase.
func phaseForms(before, behind string) string {
	all := make([]string, len(phases))
	for i, phase := range phases {
		if before != "" {
			phase = strings.ToUpper(phase[:1]) + phase[1:]
		}
		all[i] = "**." + before + phase + behind
	}
	return strings.Join(all, " ")
}

// phasePart is the phase that an attribute is named after.
func phasePart(p module.Path) []any {
	name := strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(p.Last(), "pre"), "post"), "Phase")
	return []any{markup.Literal(strings.ToLower(name[:1]) + name[1:])}
}

// codeAt is a name of a path as code, counted from the last one, which is 1.
func codeAt(p module.Path, n int) markup.Text { return markup.Code(p[len(p)-n].Name) }

// definedTerm finds the subject of a binding's name in definedTerms.
func (q *query) definedTerm(place *module.Place) (subject, bool) {
	path := place.Path
	for _, row := range definedTerms {
		for form := range strings.SplitSeq(row.forms, " ") {
			if !hasForm(path, form) || row.in != nil && !row.in(q, path) {
				continue
			}
			t := term{title: titleOf(path, form), what: markup.Prose(row.what), summary: described(row.says), topics: slices.Clone(row.topics)}
			if row.part != nil {
				t.summary = summary{first: markup.Format(row.says, row.part(path)...)}
			}
			if name, ok := q.sn.Library().Name("*." + t.title); ok && row.says == "" {
				t.what, t.summary = markup.Prose(name.Kind), described(name.Summary)
			}
			if row.isInput {
				t.input = path[1].Name
			}
			for i, topic := range t.topics {
				t.topics[i].Name = cmp.Or(topic.Name, t.title)
			}
			if row.ifExplained {
				return q.explained(t)
			}
			return t, true
		}
	}
	return nil, false
}

// hasForm reports whether a path has a form: names with dots between them, * for any known name, ** for anything.
func hasForm(path module.Path, form string) bool {
	if form == "" {
		return len(path) == 0
	}
	name, rest, _ := strings.Cut(form, ".")
	if name == "**" {
		for i := range len(path) + 1 {
			if hasForm(path[i:], rest) {
				return true
			}
		}
		return false
	}
	return len(path) > 0 && path[0].Known && (name == "*" || name == path[0].Name) && hasForm(path[1:], rest)
}

func titleOf(path module.Path, form string) string {
	if i := strings.LastIndex(form, "**."); i >= 0 {
		form = form[i+len("**."):]
	}
	names := 1 + strings.Count(strings.TrimPrefix(form, "outputs."), ".")
	return path[len(path)-names:].String()
}

// systems reports whether the cursor is in the argument of a call that makes a system of modules.
func systems(q *query, _ module.Path) bool {
	for n := range syntax.Ancestors(q.place.Node) {
		call, ok := syntax.AsApply(n)
		if !ok {
			continue
		}
		function := syntax.WithoutParens(call.Function())
		name := function.Text()
		switch name[strings.LastIndexByte(name, '.')+1:] {
		case "nixosSystem", "evalModules", "extendModules":
			return true
		}
		return false
	}
	return false
}

// packageSets reports whether a path has to do with package sets, not with an option of NixOS about the machine: the
// overlays of hardware.deviceTree are none of packages.
func packageSets(_ *query, p module.Path) bool {
	return !slices.ContainsFunc(p, func(part module.Part) bool {
		switch part.Name {
		case "hardware", "boot", "services", "systemd", "environment", "programs", "virtualisation", "networking":
			return true
		}
		return false
	})
}
