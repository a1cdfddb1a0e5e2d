package pill

import "strings"

// conceptNeedles holds the names and phrases by which texts deal with the
// concepts that the server asks for; any other concept goes by its own words.
func conceptNeedles(concept string) needles {
	w := func(phrases []string, names ...string) needles {
		var w needles
		for _, text := range phrases {
			w.all = append(w.all, phrase(text, 1, 1))
		}
		w = w.nearby(0, 8, phrases...)
		for _, text := range names {
			n := name(text, 1)
			if len(phrases) > 0 {
				n.heading = 0.7
			}
			if strings.ContainsAny(text, " :{") {
				n = needle{kind: rawNeedle, text: text, weight: 1}
			}
			w.all = append(w.all, n)
		}
		return w
	}
	words := func(phrases ...string) []string { return phrases }
	switch concept {
	case "overlays":
		return w(words("overlay"), "nixpkgs.overlays")
	case "overlay-function":
		f := w(words("overlay function"), "final: prev:", "self: super:")
		f.all = append(f.all, phrase("overlay is a function", 4, 1), phrase("overlay", 0.5, 0.4), phrase("final prev", 0.3, 0.9))
		return f.around("overlay")
	case "overlay-order":
		f := w(words("overlay order", "order of overlays", "order matters", "applied in order", "applied first", "combining overlays"), "composeManyExtensions", "composeExtensions")
		f.company = []company{{names: []string{"overlays", "overlay", "final", "prev"}, phrases: []near{nearBy("overlay", 0, 0)}, without: 0.2}}
		return f.around("overlay")
	case "scopes":
		return w(words("scope"), "makeScope", "newScope")
	case "option-path":
		f := w(words("option path", "option tree", "declaring options", "option type"), "mkOption")
		f.all = append(f.all, phrase("option", 0.5, 0.7))
		return f.around("module")
	case "priorities":
		return w(words("priority", "precedence"), "mkOverride")
	case "submodules":
		return w(words("submodule"), "types.submodule", "submodule")
	case "renamed-options":
		return w(words("renamed option", "option was renamed"), "mkRenamedOptionModule")
	case "cfg-alias":
		return w(words("cfg alias"), "cfg = config")
	case "flake-inputs":
		f := w(words("flake input", "input"), "inputs")
		return f.around("flake")
	case "follows":
		return w(words("follows"), "follows")
	case "lock-file":
		return w(words("lock file", "lockfile"), "flake.lock")
	case "flake-outputs":
		f := w(words("flake output", "output"), "outputs")
		return f.around("flake")
	case "special-args":
		return w(words("special args"), "specialArgs", "_module.args")
	case "module-arguments":
		f := w(words("module argument"), "{ config, lib, pkgs, ... }", "{ config, pkgs, ... }", "{ config, pkgs, lib, ... }")
		f.all = append(f.all, phrase("nixos module", 0.3, 0.6))
		return f.nearby(3, 10, "module")
	case "imports":
		f := w(words("importing modules", "module tree"), "imports")
		f.all = append(f.all, defining("imports"))
		return f.around("module")
	case "assertions":
		f := w(words("assertion"), "assertions", "assertion")
		f.all = append(f.all, defining("assertions"))
		return f
	case "generations":
		return w(words("jetpack generation", "jetpack version", "generation of jetpack", "supported jetpack"), "majorVersion")
	case "som":
		return w(words("system on module", "som"), somOption)
	case "carrier-board":
		f := w(words("carrier board"), "carrierBoard")
		f.all = append(f.all, defining("hardware.nvidia-jetpack.carrierBoard"))
		return f.nearby(0, 5, "architecture", "module", "system")
	case "som-enum-extension":
		return w(words("extending the som", "custom som", "extend the enum", "board of your own", "custom board", "custom carrier", "new som", "own board"))
	case "cross-compilation":
		return w(words("cross compilation", "cross compile", "cross compiling", "cross building", "cross architecture"), "crossSystem", "nixpkgs.buildPlatform", "nixpkgs.crossSystem", "pkgsCross")
	case "secure-boot":
		return w(words("secure boot"), "secureBoot")
	case "capsule-updates":
		return w(words("capsule update", "update capsule", "ota update"))
	case "ftpm":
		return w(words("ftpm", "firmware tpm"), "ftpm")
	case "op-tee":
		return w(words("op tee", "optee"), "optee")
	case "flash-script":
		return w(words("flash script"), "flashScript", "initrdFlashScript")
	case "recovery-mode":
		return w(words("recovery mode", "force recovery"))
	case "firmware-kernel-pairing":
		return w(words("firmware and kernel", "kernel and firmware", "firmware must match", "firmware mismatch", "match the firmware"))
	case "kernel":
		return w(words("kernel"), "boot.kernelPackages")
	case "device-tree":
		return w(words("device tree"), "hardware.deviceTree", "deviceTree")
	case "bsp":
		return w(words("bsp", "board support package"), "bspSrc")
	case "cuda":
		return w(words("cuda"), "cudaPackages", "cudaSupport")
	case "cuda-capabilities":
		return w(words("cuda capability", "compute capability"), "cudaCapabilities")
	case "containers":
		return w(words("container", "docker", "podman"), "nvidia-container-toolkit", "podman", "docker")
	case "derivations":
		return w(words("derivation"), "mkDerivation")
	case "store":
		return w(words("nix store", "store path", "store"), "/nix/store")
	case "hashes":
		return w(words("hash", "fixed output", "content hash"), "outputHash", "lib.fakeHash")
	case "laziness":
		return w(words("laziness", "lazy evaluation", "lazy", "lazily"))
	case "paths":
		f := w(words("path type", "path literal", "path"))
		return f.around("language")
	case "strings":
		f := w(words("string", "interpolation"))
		return f.around("language")
	case "with", "inherit", "let":
		f := w(nil, concept)
		return f.around("language")
	case "attribute-sets":
		return w(words("attribute set", "attrset"))
	case "functions":
		f := w(words("function", "lambda"))
		return f.around("language")
	case "nvpmodel", "nvfancontrol":
		return w(words(concept), concept, "services."+concept)
	case "camera":
		return w(words("camera"), "argus", "nvargus")
	}
	return w(words(strings.ReplaceAll(concept, "-", " ")), concept)
}
