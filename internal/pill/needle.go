package pill

import (
	"path"
	"strings"
	"unicode"
)

// needles are the signs by which a text shows that it deals with a topic.
type needles struct {
	all []needle
	// near are phrases that in a heading or in a pill's title speak for a
	// section that shows one of the needles.
	near []near
	// company is what must stand in the section too.
	company []company
	// bare is how plainly a heading must name the thing where the text has not a
	// word of it.
	bare float64
	// otherwise is looked for where nothing of all this is found.
	otherwise *needles
	// focus is the name that an excerpt of the section should show.
	focus string
}

// A needle is one such sign.
type needle struct {
	kind    needleKind
	text    string
	words   []string // of a phrase
	joined  string   // the words run together
	weight  float64  // of a mention
	heading float64  // of a place in a heading, 0 to 1
	plain   bool     // in an example it says nothing
	sure    bool     // it can mean nothing else, even in an example without a word
	except  string   // a longer name in which this one does not count
}

// near is a phrase and what it adds where the heading or the pill has it.
type near struct {
	words          []string
	joined         string
	heading, theme float64
}

func nearBy(text string, heading, theme float64) near {
	words := stems(text)
	return near{words, strings.Join(words, ""), heading, theme}
}

type needleKind int

const (
	nameNeedle   needleKind = iota // a name in code
	phraseNeedle                   // words of a sentence
	pathNeedle                     // an attribute path that an example defines, or path=value
	rawNeedle                      // code with spaces and the like
)

// company is a name, path or phrase that a mention needs beside it: "key" alone
// says nothing of firmware.uefi.secureBoot.signer.key.
type company struct {
	names, paths []string
	phrases      []near  // for headings alone
	said         bool    // names count in sentences and comments alone
	without      float64 // factor of mentions without it
}

func name(text string, weight float64) needle {
	return needle{kind: nameNeedle, text: text, weight: weight, heading: 1}
}

func phrase(text string, weight, heading float64) needle {
	words := stems(text)
	return needle{kind: phraseNeedle, words: words, joined: strings.Join(words, ""), weight: weight, heading: heading}
}

func defining(text string) needle { return needle{kind: pathNeedle, text: text, weight: 1} }

// needlesOf lists what to look for in texts that don't say what they explain.
func needlesOf(t Topic) needles {
	switch t.Kind {
	case OptionTopic:
		return optionNeedles(t.Name)
	case ValueTopic:
		option, value, _ := strings.Cut(t.Name, "=")
		return valueNeedles(option, value)
	case SoMTopic:
		return valueNeedles(somOption, t.Name)
	case JetPackTopic:
		w := needles{all: []needle{
			phrase("jetpack "+t.Name, 1, 1), phrase("jp"+t.Name, 0.5, 1), name("nvidia-jetpack"+t.Name, 0.5),
			defining(majorOption + "=" + t.Name),
		}}
		w = w.nearby(0, 5, "architecture", "system")
		return w.around("jetpack version", "generation")
	case FileTopic:
		return fileNeedles(t.Name)
	case OutputTopic:
		return outputNeedles(t.Name)
	case PackageTopic:
		w := needles{all: []needle{name(t.Name, 1), defining("nvidia-jetpack." + t.Name), defining(t.Name)}, focus: t.Name}
		w.all[0].plain = isPlain(t.Name)
		w.all[2].plain = true
		switch {
		case !isPlain(t.Name):
			w.all = append(w.all, phrase(inWords(t.Name), 0, 0.85))
		case !isGeneric(t.Name):
			w.all = append(w.all, phrase(t.Name, 0, 0.5))
		}
		w.bare = 1
		if strings.HasPrefix(t.Name, "nvidia-jetpack") {
			w = w.nearby(10, 0, "generation", "scope")
			w.all[0].except = "hardware." + t.Name
		}
		return w.nearby(0, 5, "architecture", "bsp", "kernel", "cuda", "gpu", "firmware")
	case FunctionTopic:
		return functionNeedles(t.Name)
	case ConceptTopic:
		return conceptNeedles(t.Name)
	}
	return needles{all: []needle{name(t.Name, 1)}, focus: t.Name}
}

// The options that texts name by their values alone.
const (
	somOption   = "hardware.nvidia-jetpack.som"
	majorOption = "hardware.nvidia-jetpack.majorVersion"
)

// around adds phrases that speak for a section where its heading has them, and
// a little less where its pill has.
func (w needles) around(phrases ...string) needles {
	return w.nearby(12, 8, phrases...)
}

func (w needles) nearby(heading, theme float64, phrases ...string) needles {
	for _, text := range phrases {
		w.near = append(w.near, nearBy(text, heading, theme))
	}
	return w
}

// functionNeedles knows that some functions are ideas, too.
func functionNeedles(function string) needles {
	switch function {
	case "overlays", "follows", "assertions", "imports":
		return conceptNeedles(function)
	case "inputs", "outputs":
		return conceptNeedles("flake-" + function)
	case "specialArgs":
		return conceptNeedles("special-args")
	case "derivation":
		w := conceptNeedles("derivations")
		w.all = append(w.all, name("derivation", 1))
		return w
	case "types":
		w := needles{all: []needle{phrase("option type", 1, 1), name("types", 0.5), phrase("type", 0, 0.8)}, bare: 1}
		return w.around("module")
	case "fix":
		return needles{all: []needle{name("lib.fix", 1), name("fix", 0.3), phrase("fixed point", 1, 1)}, focus: "fix"}
	}
	function = strings.TrimPrefix(strings.TrimPrefix(function, "lib."), "builtins.")
	if function == "mkEnableOption" || function == "mkPackageOption" {
		w := needles{all: []needle{name(function, 1)}, focus: function}
		declaring := functionNeedles("mkOption")
		w.otherwise = &declaring
		return w
	}
	w := needles{all: []needle{name(function, 1)}, focus: function}
	w.all[0].plain = isWord(function)
	if strings.HasPrefix(function, "fetch") {
		w = w.nearby(8, 0, "fetching", "fixed output")
	}
	if last, ok := strings.CutPrefix(function, "types."); ok {
		w.focus = last
		if last != "path" && last != "package" && last != "lines" {
			w.all = append(w.all, name(last, 0.5), phrase(inWords(last), 0, 0.6))
		}
		w = w.around("option type", "type")
	}
	return w.nearby(0, 4, "language", "derivation", "flake", "overlay", "module")
}

func fileNeedles(file string) needles {
	base := path.Base(file)
	w := needles{all: []needle{name(file, 1)}, focus: file}
	switch {
	case base == "default.nix":
		w.all = append(w.all, needle{kind: nameNeedle, text: path.Dir(file), weight: 0.5, heading: 0.8, plain: true})
	case base == file:
	case strings.Contains(base, "."):
		w.all = append(w.all, name(base, 0.8))
		w.focus = base
	default:
		// An example that calls a folder's package says nothing of the folder.
		w.all[0].plain = true
		w.all = append(w.all, phrase(inWords(base), 0, 0.7))
		w.bare = 0.5
	}
	return w.nearby(0, 5, "architecture", "bsp", "cuda", "module", "firmware")
}

func outputNeedles(output string) needles {
	first, rest, _ := strings.Cut(output, ".")
	w := needles{all: []needle{name(output, 1), defining(output)}, focus: output}
	if rest == "" || rest == "default" {
		if first != output {
			w.all = append(w.all, name(first, 0.3))
		}
		words := inWords(first)
		w.all = append(w.all, phrase(strings.TrimPrefix(words, "nixos "), 0, 0.75), phrase(words, 0, 0.85), phrase(words+" output", 0, 1),
			phrase(strings.TrimPrefix(words, "nixos ")+" output", 0, 0.9))
	}
	w.bare = 2
	return w.around("flake", "output")
}

// optionNeedles looks for the path as examples define it and sentences write
// it, and for its last name where that can mean nothing else, or stands beside
// the one before it.
func optionNeedles(option string) needles {
	var parts []string
	for part := range strings.SplitSeq(option, ".") {
		if part != "*" {
			parts = append(parts, part)
		}
	}
	full := strings.Join(parts, ".")
	last := parts[len(parts)-1]
	w := needles{all: []needle{defining(full), name(full, 0.8)}, focus: last, bare: 1}
	if isGeneric(last) && len(parts) > 1 {
		w.focus = parts[len(parts)-2]
	}
	if len(parts) == 1 {
		w.all = append(w.all, name(last, 0.5))
		return w
	}
	own := parts // without the parts that every option has
	for len(own) > 1 && isGeneric(own[0]) {
		own = own[1:]
	}
	tail := func(n int) string { return strings.Join(own[max(len(own)-n, 0):], ".") }
	// Each dotted end of the path: a mention of the whole counts for all of them.
	for n := 2; n <= len(own); n++ {
		w.all = append(w.all, needle{kind: nameNeedle, text: tail(n), weight: 0.4, heading: 1, sure: true})
	}
	if len(own) > 1 || !isGeneric(last) {
		w.all = append(w.all, needle{kind: nameNeedle, text: "cfg." + tail(len(own)), weight: 1, sure: true})
	}
	specific := own
	if isGeneric(last) && len(own) > 1 {
		specific = own[:len(own)-1]
	}
	subject := specific[len(specific)-1]
	nested := len(specific) > 1
	weight, plainness := 0.5, 0.9
	if subject != last {
		weight = 0.35
		if last != "enable" {
			plainness = 0.7
		}
	}
	if !isGeneric(subject) {
		w.all = append(w.all, needle{kind: nameNeedle, text: subject, weight: weight, heading: 0.95, plain: isPlain(subject) && !nested},
			phrase(inWords(subject), weight*0.4, plainness))
	} else if !nested {
		w.all = append(w.all, phrase(subject, 0, 0.7))
	}
	w.bare = 0.25
	switch {
	case isGeneric(subject):
		w.bare = 0.69
	case !isPlain(subject):
	case nested:
		w.bare = 0.6
		w.company = []company{{
			names: []string{specific[len(specific)-2]}, paths: []string{full},
			phrases: []near{nearBy(inWords(specific[len(specific)-2]), 0, 0)}, without: 0.2,
		}}
	default:
		// An ordinary word speaks of the option where the option is named, too.
		w.bare = 0.6
		c := company{names: []string{full, "cfg." + tail(len(own)), subject}, paths: []string{full}, said: true, without: 0.3}
		for n := 2; n <= len(own); n++ {
			c.names = append(c.names, tail(n))
		}
		w.company = []company{c}
	}
	if nested {
		parent := specific[len(specific)-2]
		w.all = append(w.all, phrase(inWords(parent)+" "+inWords(subject), 0.2, 0.95))
		// The set that the option stands in, where a section is about that.
		set := needles{all: []needle{{kind: nameNeedle, text: parent, heading: 0.3}, phrase(inWords(parent), 0, 0.25)}, focus: parent}
		if len(specific) > 2 {
			set.all = append(set.all, phrase(inWords(specific[len(specific)-3])+" "+inWords(parent), 0, 0.3))
		}
		set.bare = 0.2
		if len(specific) > 2 || !isPlain(parent) {
			w.otherwise = &set
		}
	}
	if option == majorOption {
		w = w.around("jetpack version", "jetpack generation")
	}
	return w.nearby(3, 5, "module", "configuration", "system", "firmware")
}

// valueNeedles wants the value together with the option that it is one of.
func valueNeedles(option, value string) needles {
	last := option[strings.LastIndexByte(option, '.')+1:]
	w := needles{all: []needle{
		defining(option + "=" + value), {kind: pathNeedle, text: option + ".type=" + value, weight: 2}, defining(last + "=" + value),
		name(value, 0.6), phrase(value, 0.3, 0.9),
	}, focus: value, bare: 0.2}
	if isPlain(value) {
		w.all = w.all[:4]
		w.all[3].heading = 0
	}
	w.company = []company{{names: []string{last, option}, paths: []string{option}, phrases: []near{nearBy(inWords(last), 0, 0)}, without: 0}}
	if !isPlain(value) {
		w.company[0].without = 0.6
		family, _, _ := strings.Cut(value, "-")
		w.all = append(w.all, phrase(family, 0, 0.5))
	}
	w = w.nearby(0, 5, "architecture", "module", "system", "firmware")
	return w.around(inWords(last))
}

// inWords is a name as a sentence has it: carrierBoard is a carrier board.
func inWords(name string) string {
	var b strings.Builder
	var before rune
	for _, r := range name {
		switch {
		case r == '-' || r == '_' || r == '.':
			r = ' '
		case unicode.IsUpper(r) && unicode.IsLower(before):
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
		before = r
	}
	return strings.TrimSpace(b.String())
}

// isPlain reports whether a name may as well be an ordinary word.
func isPlain(name string) bool {
	for _, r := range name {
		if !unicode.IsLower(r) {
			return false
		}
	}
	return true
}

// isWord knows functions whose names are words of any text.
func isWord(function string) bool {
	switch function {
	case "import", "map", "filter", "head", "tail", "elem", "throw", "abort", "trace", "fix", "extend", "override", "optional",
		"optionals", "match", "split", "length", "sort", "any", "all", "path", "types", "with", "let", "inherit", "rec",
		"derivation", "builtins", "lib", "or", "assert", "const", "id", "flip", "pipe", "last", "init", "take", "drop", "toggle":
		return true
	}
	return false
}

// isGeneric knows names that options of all sorts have.
func isGeneric(name string) bool {
	switch name {
	case "enable", "package", "packages", "name", "version", "default", "type", "settings", "config",
		"extraConfig", "configFile", "path", "args", "source", "value", "description", "file", "files", "method",
		"patches", "postPatch", "tests", "samples",
		"nvidia-jetpack", "nvidia", "hardware", "services", "boot", "programs", "system":
		return true
	}
	return len(name) < 3
}
