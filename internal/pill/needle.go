package pill

import (
	"path"
	"strings"
	"unicode"
)

// A needle is one way in which a text shows that it deals with a topic.
type needle struct {
	text    string
	weight  float64 // of a mention
	heading float64 // of a place in a heading, 0 to 1
	word    bool    // an ordinary phrase, as prose; otherwise a name, as code
	nearby  bool    // in a heading or title it speaks for a section that shows another needle
	path    bool    // an attribute path defined in an example, maybe through nested sets
}

// distinct reports whether the name cannot be taken for a word of a sentence.
func (n needle) distinct() bool {
	return strings.ContainsAny(n.text, "./-_=") || strings.ToLower(n.text) != n.text
}

func name(text string, weight float64) needle {
	return needle{text: text, weight: weight, heading: 1}
}

func phrase(text string, weight float64) needle {
	return needle{text: asProse(text), weight: weight, heading: 1, word: true}
}

func nearby(text string) needle { return needle{text: text, nearby: true} }

func defined(text string, weight float64) needle {
	return needle{text: text, weight: weight, path: true}
}

// needlesOf lists what to look for in texts that don't say what they explain.
func needlesOf(t Topic) []needle {
	switch t.Kind {
	case OptionTopic:
		return append(optionNeedles(t.Name), nearby("nixos module"))
	case ValueTopic:
		option, value, _ := strings.Cut(t.Name, "=")
		return append(valueNeedles(value), defined(t.Name, 1), nearby(option[strings.LastIndexByte(option, '.')+1:]))
	case SoMTopic:
		return append(valueNeedles(t.Name), defined("hardware.nvidia-jetpack.som="+t.Name, 1))
	case JetPackTopic:
		return []needle{
			phrase("jetpack "+t.Name, 1), name("nvidia-jetpack"+t.Name, 1),
			defined("hardware.nvidia-jetpack.majorVersion="+t.Name, 1),
			nearby("majorVersion"), nearby("generation"),
		}
	case FileTopic:
		needles := []needle{name(t.Name, 0.7)}
		if base := path.Base(t.Name); base != "default.nix" {
			needles = append(needles, name(base, 0.7))
		}
		return needles
	case ConceptTopic:
		return conceptNeedles(t.Name)
	case FunctionTopic:
		function := strings.TrimPrefix(strings.TrimPrefix(t.Name, "lib."), "builtins.")
		if last, ok := strings.CutPrefix(function, "types."); ok {
			return []needle{name(function, 0.3), name(last, 0.7), nearby("type")}
		}
		return []needle{name(function, 1)}
	}
	return []needle{name(t.Name, 1)}
}

// optionNeedles weighs the parts of a path so that each mention counts by the
// longest part it shows: a full path holds its last two names, and those the last.
func optionNeedles(option string) []needle {
	parts := strings.Split(option, ".")
	last := parts[len(parts)-1]
	needles := []needle{defined(option, 1), name(option, 0.3)}
	if len(parts) == 1 {
		return append(needles, name(last, 0.7))
	}
	parent := parts[len(parts)-2]
	switch {
	case !isGeneric(last):
		needles = append(needles, name(last, 0.4), name(parent+"."+last, 0.3), inWords(last))
	case !isGeneric(parent):
		needles = append(needles, name(parent, 0.4), name(parent+"."+last, 0.3), inWords(parent))
	default:
		needles = append(needles, name(parent+"."+last, 0.7))
	}
	return needles
}

// inWords is a name as a sentence has it: carrierBoard is a carrier board.
func inWords(name string) needle {
	var b strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return needle{text: asProse(b.String()), weight: 0.3, heading: 0.9, word: true}
}

// isGeneric knows names that options of all sorts end in.
func isGeneric(name string) bool {
	switch name {
	case "enable", "package", "packages", "name", "version", "default", "type", "settings", "config",
		"extraConfig", "path", "args", "source", "value", "description", "file", "files", "method",
		"nvidia-jetpack", "nvidia", "hardware", "services", "boot", "programs", "system":
		return true
	}
	return len(name) < 3
}

func valueNeedles(value string) []needle {
	if isGeneric(value) {
		return nil
	}
	family, _, _ := strings.Cut(value, "-")
	return []needle{name(value, 0.6), phrase(value, 0.6), nearby(family)}
}

// conceptNeedles holds the names and phrases by which texts deal with the
// concepts that the server asks for; any other concept goes by its own words.
func conceptNeedles(concept string) []needle {
	names := func(texts ...string) (needles []needle) {
		for _, text := range texts {
			needles = append(needles, name(text, 1))
		}
		return needles
	}
	with := func(needles []needle, phrases ...string) []needle {
		for _, text := range phrases {
			needles = append(needles, phrase(text, 1))
		}
		return needles
	}
	switch concept {
	case "overlays":
		return with(names("nixpkgs.overlays", "overlays"), "overlay")
	case "overlay-function":
		return append(with(names("final: prev:", "self: super:"), "overlay function", "what an overlay is", "what is an overlay"),
			needle{text: "overlay", weight: 0.3, heading: 0.7, word: true})
	case "overlay-order":
		return with(names("composeManyExtensions", "composeExtensions"), "overlay order", "order of overlays", "overlays in order")
	case "scopes":
		return with(names("makeScope", "newScope"), "scope")
	case "option-path":
		return with(nil, "option path", "option tree", "options tree", "declaring options", "option")
	case "priorities":
		return with(names("mkForce", "mkDefault", "mkOverride"), "priority", "priorities", "precedence")
	case "submodules":
		return with(names("types.submodule", "submodule"), "submodule")
	case "renamed-options":
		return with(names("mkRenamedOptionModule"), "renamed option", "renamed")
	case "cfg-alias":
		return names("cfg", "cfg = config.hardware.nvidia-jetpack", "let cfg")
	case "flake-inputs":
		return with(names("inputs"), "flake input", "inputs", "input")
	case "follows":
		return with(names("inputs.nixpkgs.follows", "follows"), "follows")
	case "lock-file":
		return with(names("flake.lock"), "lock file", "lockfile")
	case "flake-outputs":
		return with(names("outputs", "nixosConfigurations"), "flake output", "outputs", "output")
	case "special-args":
		return with(names("specialArgs", "_module.args"), "special args")
	case "module-arguments":
		return with(names("{ config, lib, pkgs, ... }", "{ config, pkgs, ... }", "{ config, pkgs, lib, ... }"), "module argument", "module arguments")
	case "imports":
		return with(names("imports"), "import")
	case "assertions":
		return with(names("assertions", "assertion"), "assertion")
	case "generations":
		return with(names("majorVersion", "nvidia-jetpack5", "nvidia-jetpack6", "nvidia-jetpack7"), "jetpack generation", "jetpack version", "jetpack generations", "jetpack versions")
	case "som":
		return with(names("hardware.nvidia-jetpack.som", "som"), "system on module", "som")
	case "carrier-board":
		return with(names("carrierBoard"), "carrier board")
	case "som-enum-extension":
		return with(names("types.enum"), "extending the som", "custom som", "extend the enum", "board of your own", "custom board", "custom carrier")
	case "cross-compilation":
		return with(names("crossSystem", "nixpkgs.buildPlatform", "nixpkgs.crossSystem", "pkgsCross"), "cross compilation", "cross compile", "cross compiling")
	case "secure-boot":
		return with(names("secureBoot", "secureboot"), "secure boot")
	case "capsule-updates":
		return with(names("capsuleUpdates", "ota"), "capsule update", "capsule")
	case "ftpm":
		return with(names("ftpm", "fTPM"), "ftpm", "firmware tpm")
	case "op-tee":
		return with(names("optee", "opteeTAs"), "op tee", "optee")
	case "flash-script":
		return with(names("flashScript", "initrdFlashScript"), "flash script", "flashing")
	case "recovery-mode":
		return with(names("0955:7023"), "recovery mode", "force recovery")
	case "firmware-kernel-pairing":
		return with(nil, "firmware and kernel", "kernel and firmware", "firmware version", "firmware mismatch")
	case "kernel":
		return with(names("boot.kernelPackages", "kernelPackages"), "kernel")
	case "device-tree":
		return with(names("hardware.deviceTree", "deviceTree", "dtb"), "device tree")
	case "bsp":
		return with(names("sourceinfo", "bspSrc"), "bsp", "board support package", "l4t")
	case "cuda":
		return with(names("cudaPackages", "cudaSupport"), "cuda")
	case "cuda-capabilities":
		return with(names("cudaCapabilities"), "cuda capability", "cuda capabilities", "compute capability")
	case "containers":
		return with(names("nvidia-container-toolkit", "podman", "docker"), "container")
	case "op-tee-applications":
		return with(names("opteeTAs"), "trusted application")
	case "derivations":
		return with(names("derivation", "mkDerivation"), "derivation")
	case "store":
		return with(names("/nix/store"), "nix store", "store path", "store")
	case "hashes":
		return with(names("outputHash", "sha256", "lib.fakeHash"), "hash", "hashes", "fixed output")
	case "laziness":
		return with(nil, "laziness", "lazy evaluation", "lazy", "lazily")
	case "paths":
		return with(nil, "path", "path type", "path literal")
	case "strings":
		return with(nil, "string", "interpolation")
	case "with", "inherit", "let":
		return names(concept)
	case "attribute-sets":
		return with(nil, "attribute set", "attrset")
	case "functions":
		return with(nil, "function", "lambda")
	case "nvpmodel", "nvfancontrol":
		return with(names(concept, "services."+concept))
	case "camera":
		return with(names("argus", "nvargus"), "camera")
	}
	return []needle{name(concept, 1), phrase(concept, 1)}
}
