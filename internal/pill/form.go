package pill

import (
	"path"
	"strings"
	"unicode"
)

// A form is a topic by which a section may explain another one, and how much of the section's strength in
// it counts.
type form struct {
	Topic
	share float32
}

// formsOf lists what to look for in texts that don't say what they explain: the forms of the topic, then
// what else may stand in for it where none is found, and the name that an excerpt of the section should
// show.
func formsOf(t Topic) (forms [][]form, focus string) {
	var first []form
	add := func(share float32, topics ...Topic) {
		for _, t := range topics {
			first = append(first, form{t, share})
		}
	}
	switch focus = t.Name; t.Kind {
	case OptionTopic:
		return optionForms(t.Name)
	case ValueTopic:
		option, value, _ := strings.Cut(t.Name, "=")
		return [][]form{valueForms(option, value)}, value
	case SoMTopic:
		return [][]form{valueForms("som", t.Name)}, t.Name
	case JetPackTopic:
		focus = ""
		add(1, idea("jetpack", t.Name), idea("jp"+t.Name))
		add(likely, Topic{ValueTopic, "majorVersion=" + t.Name}, named("nvidia-jetpack"+t.Name))
	case ConceptTopic:
		focus = ""
		for _, name := range append([]string{t.Name}, alsoCalled[t.Name]...) {
			words := inWords(name)
			these := []form{{idea(words...), 1}, {named(name), 1}, {Topic{FileTopic, name}, 1}, {Topic{OptionTopic, name}, 1}}
			if len(words) > 1 && name == t.Name {
				for _, w := range words {
					these = append(these, form{idea(w), near})
				}
			}
			forms = append(forms, these)
		}
		return forms, focus
	case FunctionTopic:
		name := strings.TrimPrefix(strings.TrimPrefix(t.Name, "lib."), "builtins.")
		focus = last(name)
		add(1, named(name))
		if outer, _, dotted := strings.Cut(name, "."); dotted {
			add(likely, named(focus))
			add(near, idea(stem(outer)), named(outer))
		}
		if idea, ok := ideas[name]; ok {
			more, _ := formsOf(Topic{ConceptTopic, idea})
			first, forms = append(first, more[0]...), more[1:]
		}
	case PackageTopic:
		share := float32(1)
		if isPlain(t.Name) {
			share = likely
		}
		add(share, named(t.Name))
		add(1, Topic{OptionTopic, "nvidia-jetpack." + t.Name})
		if !isGeneric(t.Name) {
			add(likely, idea(inWords(t.Name)...))
		}
	case FileTopic:
		base := path.Base(t.Name)
		add(1, t)
		switch {
		case base == "default.nix":
			add(likely, Topic{FileTopic, path.Dir(t.Name)})
		case base != t.Name:
			add(likely, Topic{FileTopic, base})
			add(half, named(strings.TrimSuffix(base, ".nix")))
			focus = base
		}
		if !strings.Contains(base, ".") {
			add(likely, named(base), idea(inWords(base)...))
		}
	case OutputTopic:
		add(1, Topic{OptionTopic, t.Name}, named(t.Name))
	}
	return append([][]form{first}, forms...), focus
}

// optionForms looks for the path, for its ends where they are more than a name, and for its last name;
// where many options have that, for the one before it. A section about the set around it stands in.
func optionForms(option string) (forms [][]form, focus string) {
	parts := strings.Split(strings.ReplaceAll(option, ".*", ""), ".")
	first := []form{{Topic{OptionTopic, strings.Join(parts, ".")}, 1}}
	inner := parts // without the sets that all options stand in
	for len(inner) > 1 && isGeneric(inner[0]) {
		inner = inner[1:]
	}
	for from := range inner[1:] {
		if end := strings.Join(inner[from:], "."); end != option {
			first = append(first, form{Topic{OptionTopic, end}, 1})
		}
	}
	share, asWords := float32(1), float32(likely)
	if end := len(inner) - 1; end > 0 && isGeneric(inner[end]) {
		if inner[end] != "enable" {
			share = likely
		}
		inner = inner[:end]
		first = append(first, form{Topic{OptionTopic, strings.Join(parts[:len(parts)-1], ".")}, likely})
	}
	name := inner[len(inner)-1]
	if isGeneric(name) {
		return [][]form{first}, name
	}
	if len(inner) > 1 && isPlain(name) {
		share, asWords = half, half
	}
	first = append(first, form{named(name), share}, form{idea(inWords(name)...), asWords})
	if len(inner) == 1 {
		return [][]form{first}, name
	}
	outer := inner[len(inner)-2]
	words := idea(inWords(outer)...)
	forms = [][]form{append(first, form{words, near}, form{named(outer), near})}
	if len(inner) > 2 || !isPlain(outer) {
		forms = append(forms, []form{{words, half}, {named(outer), half}})
	}
	return forms, name
}

// valueForms looks for the value as an example sets it, and for its name beside its option.
func valueForms(option, value string) []form {
	name := last(option)
	forms := []form{{Topic{ValueTopic, option + "=" + value}, 1}}
	if name != option {
		forms = append(forms, form{Topic{ValueTopic, name + "=" + value}, half})
	}
	share := float32(half)
	if !isPlain(value) {
		share = likely
		family, _, _ := strings.Cut(value, "-")
		forms = append(forms, form{idea(inWords(value)...), likely}, form{idea(stem(family)), near})
	}
	return append(forms, form{named(value), share}, form{named(name), near}, form{idea(inWords(name)...), near}, form{Topic{OptionTopic, option}, near})
}

// isPlain reports whether a name may as well be an ordinary word.
func isPlain(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLower(r) && !unicode.IsDigit(r) })
}

// ideas are the functions and attributes that are ideas, too.
var ideas = map[string]string{
	"overlays": "overlays", "follows": "follows", "assertions": "assertions", "imports": "imports", "inputs": "flake-inputs",
	"outputs": "flake-outputs", "specialArgs": "special-args", "derivation": "derivations", "types": "option-types", "fix": "fixed-points",
	"let": "let", "with": "with", "inherit": "inherit", "mkEnableOption": "option-path", "mkPackageOption": "option-path",
}

// alsoCalled are the words and names, beside the name of the topic, by which texts deal with ideas.
var alsoCalled = map[string][]string{
	"bsp":                     {"board-support-package", "bspSrc"},
	"camera":                  {"argus", "nvargus"},
	"capsule-updates":         {"update-capsule", "ota-update"},
	"carrier-board":           {"carrierBoard"},
	"containers":              {"docker", "podman", "nvidia-container-toolkit"},
	"cross-compilation":       {"cross-compiling", "cross-building", "cross-architecture", "crossSystem", "pkgsCross"},
	"cuda-capabilities":       {"compute-capability", "cudaCapabilities"},
	"derivations":             {"mkDerivation"},
	"device-tree":             {"deviceTree"},
	"firmware-kernel-pairing": {"firmware-kernel", "kernel-firmware"},
	"flash-script":            {"flashScript", "initrdFlashScript"},
	"ftpm":                    {"firmware-tpm"},
	"generations":             {"jetpack-generation", "jetpack-version"},
	"hashes":                  {"fixed-output", "outputHash"},
	"imports":                 {"importing-modules", "module-tree"},
	"laziness":                {"lazy-evaluation"},
	"lock-file":               {"flake.lock"},
	"option-path":             {"option-tree", "declaring-options", "option-types", "mkOption"},
	"overlay-function":        {"overlay-is-a-function"},
	"overlay-order":           {"order-of-overlays", "composeManyExtensions", "composeExtensions"},
	"priorities":              {"precedence", "mkOverride"},
	"renamed-options":         {"mkRenamedOptionModule"},
	"scopes":                  {"makeScope", "newScope"},
	"som":                     {"system-on-module"},
	"som-enum-extension":      {"custom-som", "new-som", "custom-board", "board-of-your-own", "custom-carrier-board"},
	"special-args":            {"specialArgs"},
	"store":                   {"nix-store", "store-path"},
	"submodules":              {"types.submodule", "submodule"},
}

// isGeneric reports whether options and packages of all sorts have a name.
func isGeneric(name string) bool { return len(name) < 3 || generic[name] }

var generic = set("enable", "package", "packages", "name", "version", "default", "type", "types", "settings", "config", "extraConfig", "configFile",
	"path", "args", "source", "value", "description", "file", "files", "method", "patches", "postPatch", "tests", "samples",
	"nvidia-jetpack", "nvidia", "hardware", "services", "boot", "programs", "system")
