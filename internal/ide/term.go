package ide

import (
	"cmp"
	"slices"
	"strings"

	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
)

// term is the subject of a name of Nix, nixpkgs or flakes that only a pill explains: overlays, specialArgs, makeScope.
type term struct {
	undeclared
	topics
	title string
	what  markup.Text
}

func (t term) sheet(*query) sheet { return sheet{title: t.title, what: t.what} }

// definedTerms are what names mean that bindings define; the first row that holds counts.
var definedTerms = []struct {
	// forms are what the binding's whole path may look like, with spaces between them: see hasForm. What stands in a form
	// behind the last ** and the outputs of a flake is the title.
	forms  string
	in     func(*query, module.Path) bool // where it means that; everywhere if nil
	what   string
	part   func(module.Path) markup.Text // stands for the %s of what
	topics topics                        // one without a name has the title for its name
	// ifExplained leaves out what no pill explains.
	ifExplained bool
}{
	{
		forms: "**.nixpkgs.overlays", what: "list of overlays that NixOS applies to `pkgs`, in order",
		topics: topics{concept("overlays"), concept("overlay-order")},
	},
	{
		forms: "outputs.overlays", in: flakes, what: "flake output: overlays by name, each a function `final: prev: { … }`",
		topics: topics{output("overlays"), concept("overlays")},
	},
	{
		forms: "**.overlays", in: packageSets, what: "list of overlays, applied in order",
		topics: topics{concept("overlays"), concept("overlay-order")},
	},
	{
		forms: "**.overlays.*", in: packageSets, what: "an overlay: a function `final: prev: { … }`",
		topics: topics{output(""), concept("overlay-function"), concept("overlays")},
	},
	{
		forms: "**.inputs.**.follows", what: "makes an input use an input of this flake instead of its own",
		topics: topics{function("follows"), concept("follows")},
	},
	{
		forms: "inputs.*.inputs inputs.*.inputs.*", in: flakes, what: "the inputs of the input %s",
		part:   func(p module.Path) markup.Text { return markup.Code(p[1].Name) },
		topics: topics{concept("follows"), function("follows"), concept("flake-inputs")},
	},
	{
		forms: "inputs inputs.* inputs.*.*", in: flakes, what: "the inputs of this flake; `flake.lock` pins each to a revision",
		topics: topics{function("inputs"), concept("flake-inputs")},
	},
	{
		forms: "outputs", in: flakes, what: "the outputs of this flake, as a function of its inputs",
		topics: topics{function("outputs"), concept("flake-outputs")},
	},
	{
		forms: "outputs.* outputs.*.*", in: jetpackFlakeOutputs, what: "flake output: %s", part: flakeOutputWords,
		topics: topics{output(""), concept("flake-outputs"), function("outputs")},
	},
	{
		forms: "outputs.* outputs.*.*", in: flakeOutputs, what: "flake output: %s", part: flakeOutputWords,
		topics: topics{concept("flake-outputs"), function("outputs")},
	},
	{
		forms: "**.specialArgs", what: "extra arguments for every module of this configuration",
		topics: topics{function("specialArgs"), concept("special-args")},
	},
	{
		forms: "**.assertions **.warnings", what: "conditions that NixOS checks before it builds the configuration",
		topics: topics{concept("assertions")},
	},
	{
		forms: "**.buildInputs **.nativeBuildInputs **.depsBuildBuild", what: "packages that a derivation needs for its build",
		topics: topics{function("")}, ifExplained: true,
	},
	{forms: "**.imports", what: "other modules that this one adds to the configuration", topics: topics{concept("imports")}},
}

// definedTerm finds the subject of a binding's name in definedTerms.
func (q *query) definedTerm(place *module.Place) (subject, bool) {
	path := place.Path
	for _, row := range definedTerms {
		for form := range strings.SplitSeq(row.forms, " ") {
			if !hasForm(path, form) || row.in != nil && !row.in(q, path) {
				continue
			}
			t := term{title: titleOf(path, form), what: markup.Prose(row.what), topics: slices.Clone(row.topics)}
			if row.part != nil {
				t.what = markup.Format(row.what, row.part(path))
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
