package ide

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/nix/host"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// Severity says how sure it is that a build fails.
type Severity uint8

// The severities, the gravest first.
const (
	SeverityError   Severity = iota + 1 // the configuration does not evaluate
	SeverityWarning                     // it evaluates with a warning, or does something else than it seems to
	SeverityHint                        // one of both, if the revision that is really used is like the one that is known
	SeverityOff                         // not reported; what a person may choose
)

var severityNames = [...]string{SeverityError: "error", SeverityWarning: "warning", SeverityHint: "hint", SeverityOff: "off"}

// String names the severity as the command line and the settings do.
func (s Severity) String() string { return severityNames[s] }

// SeverityNamed is the severity of a name.
func SeverityNamed(name string) (s Severity, ok bool) {
	i := slices.Index(severityNames[1:], name)
	return Severity(i + 1), i >= 0
}

// Code names a rule.
type Code string

// The codes. What each means is said by its row in the table of rules.
const (
	CodeUnknownOption      Code = "unknown-option"
	CodeRemovedOption      Code = "removed-option"
	CodeRenamedOption      Code = "renamed-option"
	CodeReadOnlyOption     Code = "read-only-option"
	CodeUnknownValue       Code = "unknown-value"
	CodeWrongType          Code = "wrong-type"
	CodeRefusedCombination Code = "refused-combination"
	CodeUnknownCode        Code = "unknown-code"
	CodeDesktopOption      Code = "desktop-option"
	CodeReads              Code = "reads"
	CodeNearMiss           Code = "near-miss"

	CodeAssertion             Code = "assertion"
	CodeConflictingDefinition Code = "conflicting-definition"
	CodeOverlayRecursion      Code = "overlay-recursion"
	CodeModuleImport          Code = "module-import"
	CodeMissingModule         Code = "missing-module"
	CodeMissingFile           Code = "missing-file"
	CodeNoEffect              Code = "no-effect"
	CodePlaceholderKey        Code = "placeholder-key"
	CodeCUDACapabilities      Code = "cuda-capabilities"
	CodeCUDASet               Code = "cuda-set"
	CodeNixpkgsTooOld         Code = "nixpkgs-too-old"
	CodeUnknownMember         Code = "unknown-member"
	CodeForeignMember         Code = "foreign-member"
	CodeScopeReplaced         Code = "scope-replaced"
	CodeSyntaxError           Code = "syntax-error"
)

// Tag says how an editor may draw what a diagnostic is about.
type Tag uint8

// The tags.
const (
	TagDeprecated  Tag = iota + 1 // struck through: it works, under a name that will go
	TagUnnecessary                // faded: it has no effect
)

// Rule is one kind of diagnostics. All that is said of a code anywhere comes from its rule.
type Rule struct {
	Code Code
	// Severity is that of a diagnostic where the revision is known; some are milder.
	Severity Severity
	Tag      Tag // 0: none
	// Finds says in a sentence what is reported, Why what becomes of it in a build, Mend what to do.
	Finds, Why, Mend string
	// Topic is what a pill explains of it, where a diagnostic has no section of its own. May be the zero Topic.
	Topic pill.Topic
	// Wrong is a module, or a flake, that gives diagnostics of the rule alone, Right is the same mended: it gives none. Both
	// hold for the newest revision.
	Wrong, Right string

	// document looks at a document by itself, host and bare at what a host comes to. One of them may look for several rules. A rule
	// about the text of a document that deals with jetpack-nixos says so; the others look at what may define an option.
	document func(*diagnoser)
	in       domain
	// OfCheck says that Check alone reports it, and no editor: other servers do there.
	OfCheck bool
	host    func(*diagnoser, *host.Host)
	bare    func(*diagnoser, *host.Host) // of a host that certainly lacks the module of jetpack-nixos
}

// rules is the table of rules. It is filled at the start, because the functions in it report by its rows.
var rules []Rule

func init() {
	rules = []Rule{
		{
			Code: CodeUnknownOption, Severity: SeverityError, Topic: concept("option-path"), document: (*diagnoser).names,
			Finds: "An option that this revision of jetpack-nixos does not have.",
			Why: "Nix stops with “The option … does not exist”, even if the definition is under a false condition. " +
				"The finding is a warning if no known revision has the option and the module of another flake, which is not at hand, may declare it.",
			Mend:  "Correct the name, or pin a revision that has the option.",
			Wrong: "{\n  hardware.nvidia-jetpack.maxClocks = true;\n}\n",
			Right: "{\n  hardware.nvidia-jetpack.maxClock = true;\n}\n",
		},
		{
			Code: CodeRemovedOption, Severity: SeverityError, Topic: concept("renamed-options"), // names reports it, too
			Finds: "An option that jetpack-nixos had once, and that this revision no longer has.",
			Why:   "Nix stops with “The option … does not exist”.",
			Mend:  "Delete the definition, or use the option that replaced it.",
			Wrong: "{\n  hardware.nvidia-jetpack.chip = \"t194\";\n}\n",
			Right: "{\n  hardware.nvidia-jetpack.som = \"xavier-agx\";\n}\n",
		},
		{
			Code: CodeRenamedOption, Severity: SeverityWarning, Tag: TagDeprecated, Topic: concept("renamed-options"),
			Finds: "An option under an old name that still works.",
			Why:   "The build succeeds with a warning about the old name. A later revision may drop the old name.",
			Mend:  "Use the new name. The value stays the same.",
			Wrong: "{\n  hardware.nvidia-jetpack.bootloader.autoUpdate = true;\n}\n",
			Right: "{\n  hardware.nvidia-jetpack.firmware.autoUpdate = true;\n}\n",
		},
		{
			Code: CodeReadOnlyOption, Severity: SeverityError, Topic: concept("option-path"),
			Finds: "A definition of a read-only option, which jetpack-nixos sets itself.",
			Why:   "Nix stops with “The option … is read-only, but it's set multiple times”.",
			Mend:  "Delete the definition, and set the options that the read-only option is made from.",
			Wrong: "{ pkgs, ... }: {\n  hardware.nvidia-jetpack.flashScript = pkgs.hello;\n}\n",
			Right: "{\n  hardware.nvidia-jetpack.flashScriptOverrides.flashArgs = [ \"--no-systemimg\" ];\n}\n",
		},
		{
			Code: CodeUnknownValue, Severity: SeverityError, Topic: function("types"),
			document: (*diagnoser).values, host: (*diagnoser).hostValues,
			Finds: "A string that is not one of the option's values.",
			Why: "Nix stops with “A definition for option … is not of type one of …”. The finding is a warning if the value " +
				"is only part of a comparison: the comparison is never true.",
			Mend:  "Use one of the option's values. For a board of your own, add your value to the enum.",
			Wrong: "{\n  hardware.nvidia-jetpack.som = \"agx-orin\";\n}\n",
			Right: "{\n  hardware.nvidia-jetpack.som = \"orin-agx\";\n}\n",
		},
		{
			Code: CodeWrongType, Severity: SeverityError, Topic: function("types"), // values reports it, too
			Finds: "A literal of a type that the option does not take, or a value in place of a set of options.",
			Why: "Nix stops with “A definition for option … is not of type …”. For a set of options, Nix stops with “you're trying to " +
				"define a value of type …”, even if the definition is under a false condition.",
			Mend:  "Write the value as the type requires: with or without quotes, in a list or alone. Do not set a set of options, but an option in it.",
			Wrong: "{\n  hardware.nvidia-jetpack.majorVersion = 6;\n}\n",
			Right: "{\n  hardware.nvidia-jetpack.majorVersion = \"6\";\n}\n",
		},
		{
			Code: CodeRefusedCombination, Severity: SeverityError, Topic: concept("assertions"),
			document: (*diagnoser).board, host: (*diagnoser).boardOfHost,
			Finds: "A carrier board, a JetPack version or super mode that does not go with the SoM.",
			Why: "An assertion of jetpack-nixos stops the build. The finding is a warning if the system builds and only the flash " +
				"script has no board to flash.",
			Mend:  "Set som to the module that you have. Then choose a carrier board and a JetPack version that go with it.",
			Wrong: "{\n  hardware.nvidia-jetpack = {\n    som = \"thor-agx\";\n    majorVersion = \"5\";\n  };\n}\n",
			Right: "{\n  hardware.nvidia-jetpack = {\n    som = \"thor-agx\";\n    majorVersion = \"7\";\n  };\n}\n",
		},
		{
			Code: CodeDesktopOption, Severity: SeverityWarning, Topic: concept("option-path"), // names and reads report it, too
			Finds: "An option of hardware.nvidia, the driver for PC graphics cards, inside hardware.nvidia-jetpack.",
			Why: "Nix stops with “The option … does not exist”: the driver of a Jetson is part of its JetPack. The finding is an error " +
				"if all modules of the host are at hand: the module of another flake may declare the option.",
			Mend:  "Delete the definition. The message says what a Jetson uses instead.",
			Wrong: "{\n  hardware.nvidia-jetpack = {\n    enable = true;\n    open = true;\n  };\n}\n",
			Right: "{\n  hardware.nvidia-jetpack = {\n    enable = true;\n  };\n}\n",
		},
		{
			Code: CodeReads, Severity: SeverityError, Topic: concept("option-path"), document: (*diagnoser).reads,
			Finds: "A read of an option that this revision of jetpack-nixos does not have, or has under another name.",
			Why: "Nix stops with “attribute … missing” when it needs the value. For an old name that still works, Nix warns of an " +
				"“Obsolete option”. The finding is a warning if Nix may not need the value, or if no known revision has the option: the " +
				"module of another flake may declare it.",
			Mend:  "Correct the name, use the option that replaced it, or add “or” and another value after the name.",
			Wrong: "{ config, lib, ... }: {\n  networking.hostName = lib.mkDefault config.hardware.nvidia-jetpack.sommm;\n}\n",
			Right: "{ config, lib, ... }: {\n  networking.hostName = lib.mkDefault config.hardware.nvidia-jetpack.som;\n}\n",
		},
		{
			Code: CodeNearMiss, Severity: SeverityError, Topic: concept("option-path"), document: (*diagnoser).nearMisses, in: jetpackDocument,
			Finds: "A value without its quotes, a misspelt true, false or null, or a misspelt path to the options of jetpack-nixos.",
			Why: "Nix takes a bare word for a variable and stops with “undefined variable”. For a wrong path, it stops with “The option … " +
				"does not exist”. A wrong path is a warning, or a hint if a module that was not read may declare it.",
			Mend:  "Put the value in quotes, or correct the word or the path.",
			Wrong: "{\n  hardware.nvidia-jetpack.som = orin-agx;\n}\n",
			Right: "{\n  hardware.nvidia-jetpack.som = \"orin-agx\";\n}\n",
		},
		{
			Code: CodeUnknownCode, Severity: SeverityHint, document: (*diagnoser).ignores,
			Finds: "A comment that ignores a code that does not exist, or that names no code.",
			Why:   "The comment has no effect. The build is the same without it.",
			Mend:  "Write the code that stands in brackets after the finding.",
			Wrong: "{\n  # jetpills: ignore=wrong-typ\n  hardware.nvidia-jetpack.enable = true;\n}\n",
			Right: "{\n  # jetpills: ignore=wrong-type\n  hardware.nvidia-jetpack.enable = true;\n}\n",
		},
		{
			Code: CodeAssertion, Severity: SeverityError, Topic: concept("assertions"), host: (*diagnoser).assertionsOfHost,
			Finds: "A host for which an assertion of jetpack-nixos certainly fails, or one of its warnings certainly appears.",
			Why:   "For an assertion, Nix stops with “Failed assertions”. For a warning, the build goes on.",
			Mend:  "Change one of the options that the message names.",
			Wrong: "{ inputs, ... }: {\n  imports = [ inputs.jetpack-nixos.nixosModules.default ];\n  hardware.nvidia-jetpack = {\n    enable = true;\n    som = \"orin-nx\";\n" +
				"    firmware.optee.supplicant.earlyBoot.enable = true;\n    firmware.optee.ftpm.enable = false;\n  };\n}\n",
			Right: "{ inputs, ... }: {\n  imports = [ inputs.jetpack-nixos.nixosModules.default ];\n  hardware.nvidia-jetpack = {\n    enable = true;\n    som = \"orin-nx\";\n" +
				"    firmware.optee.supplicant.earlyBoot.enable = true;\n    firmware.optee.ftpm.enable = true;\n  };\n}\n",
		},
		{
			Code: CodeConflictingDefinition, Severity: SeverityError, Topic: concept("priorities"), host: (*diagnoser).conflicts,
			Finds: "Definitions with equal priorities and different values, of an option that takes one value.",
			Why:   "Nix stops with “The option … has conflicting definition values”.",
			Mend:  "Delete one, or give one another priority: lib.mkForce makes a definition win, lib.mkDefault lets others override it.",
			Wrong: "{ inputs, ... }: {\n  imports = [ inputs.jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack.som = \"orin-agx\"; } ];\n" +
				"  hardware.nvidia-jetpack = {\n    enable = true;\n    som = \"orin-nx\";\n  };\n}\n",
			Right: "{ inputs, lib, ... }: {\n  imports = [ inputs.jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack.som = lib.mkDefault \"orin-agx\"; } ];\n" +
				"  hardware.nvidia-jetpack = {\n    enable = true;\n    som = \"orin-nx\";\n  };\n}\n",
		},
		{
			Code: CodeModuleImport, Severity: SeverityError, Topic: output("nixosModules.default"), host: (*diagnoser).importsOfHost,
			Finds: "A file of jetpack-nixos, or its flake, that is imported as a module but is not one.",
			Why: "Nix stops with “module … does not look like a module”: since November 2025, modules/default.nix is a function that " +
				"takes the overlay and returns the module. For a flake, Nix stops with “Expected a module, but found a value of type \"flake\"”.",
			Mend:  "Import nixosModules.default of the flake, or call modules/default.nix with the overlay.",
			Wrong: importExample(`"${jetpack-nixos}/modules/default.nix"`, ""),
			Right: importExample("jetpack-nixos.nixosModules.default", ""),
		},
		{
			Code: CodeMissingModule, Severity: SeverityError, Topic: output("nixosModules.default"), bare: (*diagnoser).moduleOfHost,
			Finds: "A host that sets options of jetpack-nixos and does not import its module.",
			Why:   "Nix stops with “The option hardware.nvidia-jetpack does not exist”: to have jetpack-nixos as an input of the flake declares no options.",
			Mend:  "Add nixosModules.default of jetpack-nixos to the modules of the host.",
			Wrong: importExample("", `som = "orin-agx";`),
			Right: importExample("jetpack-nixos.nixosModules.default", `som = "orin-agx";`),
		},
		{
			Code: CodeMissingFile, Severity: SeverityError, Topic: concept("flake-errors"), host: (*diagnoser).filesOfHost,
			Finds: "A module of a host whose file does not exist.",
			Why:   "Nix stops with “path … does not exist”, or “No such file or directory”. It says the same of a file that git does not track, which is not looked at here.",
			Mend:  "Create the file, or correct the path. A path is relative to the file that it is written in.",
			Wrong: importExample("jetpack-nixos.nixosModules.default ./hardware.nix", `som = "orin-agx";`),
			Right: importExample("jetpack-nixos.nixosModules.default", `som = "orin-agx";`),
		},
		{
			Code: CodeNoEffect, Severity: SeverityWarning, Tag: TagUnnecessary, Topic: concept("option-path"), host: (*diagnoser).effectsOfHost,
			Finds: "A definition of an option that jetpack-nixos does not use on the host.",
			Why: "The build gives no warning, and the system is the same as without the definition. The option belongs to other " +
				"SoMs or carrier boards, or to a feature that is off: of a host that sets a SoM without enable, none is used.",
			Mend:  "Delete the definition, or set what the option needs. The message names it.",
			Wrong: importExample("jetpack-nixos.nixosModules.default", `som = "xavier-agx"; super = true;`),
			Right: importExample("jetpack-nixos.nixosModules.default", `som = "orin-nx"; super = true;`),
		},
		{
			Code: CodePlaceholderKey, Severity: SeverityWarning, Topic: concept("minimal-configuration"),
			document: (*diagnoser).placeholders, in: jetpackDocument,
			Finds: "The ssh key that jetpills new writes where it is given none.",
			Why:   "The build succeeds, and the system lets nobody in over ssh: it accepts no passwords.",
			Mend:  "Put the content of your .pub file in its place, or give it to jetpills new with --ssh-key.",
			Wrong: flakeExample("25.11", "users.users.root.openssh.authorizedKeys.keys = [ \"ssh-ed25519 AAAA…\" ];", `som = "orin-agx";`),
			Right: flakeExample("25.11", "users.users.root.openssh.authorizedKeys.keys = [ \"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 me@pc\" ];", `som = "orin-agx";`),
		},
		{
			Code: CodeOverlayRecursion, Severity: SeverityError, Topic: concept("overlay-function"),
			document: (*diagnoser).recursions, in: jetpackDocument,
			Finds: "An overlay that defines a name in terms of itself, through its first argument.",
			Why: "Nix stops with “infinite recursion encountered”. The first argument, final, is the package set with the overlay applied, " +
				"so its attribute is the one being defined. The finding is a warning if only the names of its arguments make a function an overlay.",
			Mend:  "Take what the overlay changes from the second argument, prev.",
			Wrong: "{\n  nixpkgs.overlays = [\n    (final: prev: { hello = final.hello.overrideAttrs { doCheck = false; }; })\n  ];\n}\n",
			Right: "{\n  nixpkgs.overlays = [\n    (final: prev: { hello = prev.hello.overrideAttrs { doCheck = false; }; })\n  ];\n}\n",
		},
		{
			Code: CodeCUDACapabilities, Severity: SeverityWarning, Topic: concept("cuda-capabilities"), host: (*diagnoser).capabilitiesOfHost,
			Finds: "A nixpkgs with CUDA whose cudaCapabilities lack the capability of the SoM, or are not set.",
			Why: "The system builds without code for its GPU. CUDA programs stop with “no kernel image is available”, or compile " +
				"all their code at start. nixpkgs does not build for a Jetson's capability by default.",
			Mend:  "Add the capability of the SoM, or leave both settings to configureCuda.",
			Wrong: flakeExample("25.11", `nixpkgs.config = { cudaSupport = true; cudaCapabilities = [ "7.2" ]; };`, `som = "orin-agx"; configureCuda = false;`),
			Right: flakeExample("25.11", `nixpkgs.config = { cudaSupport = true; cudaCapabilities = [ "8.7" ]; };`, `som = "orin-agx"; configureCuda = false;`),
		},
		{
			Code: CodeCUDASet, Severity: SeverityWarning, Topic: concept("cuda-versions"), host: (*diagnoser).cudaSetOfHost,
			Finds: "A package set of a CUDA release that the host's JetPack does not run.",
			Why:   "The system builds, but programs of the set find a driver that is too old, or libraries of another JetPack.",
			Mend:  "Use pkgs.cudaPackages, which matches the host's JetPack, or choose another majorVersion.",
			Wrong: flakeExample("25.11", "environment.systemPackages = [ pkgs.cudaPackages_13.cuda_nvcc ];", `som = "orin-agx";`),
			Right: flakeExample("25.11", "environment.systemPackages = [ pkgs.cudaPackages.cuda_nvcc ];", `som = "orin-agx";`),
		},
		{
			Code: CodeNixpkgsTooOld, Severity: SeverityHint, Topic: concept("follows"), host: (*diagnoser).nixpkgsOfHost,
			Finds: "A nixpkgs that lacks something that the pinned jetpack-nixos needs.",
			Why:   "Nix stops at an option or a package that this nixpkgs does not have.",
			Mend:  "Follow a newer release of nixpkgs, or pin a jetpack-nixos of the same age.",
			Wrong: flakeExample("24.05", "hardware.graphics.enable = true;", `som = "orin-agx";`),
			Right: flakeExample("25.11", "hardware.graphics.enable = true;", `som = "orin-agx";`),
		},
		{
			Code: CodeUnknownMember, Severity: SeverityError, Topic: concept("scopes"),
			document: (*diagnoser).members, in: jetpackDocument, host: (*diagnoser).membersOfHost,
			Finds: "A package, a scope, a flake output or a build product that this revision of jetpack-nixos does not have.",
			Why: "Nix stops with “attribute … missing” as soon as it needs the value. The finding is a warning if Nix may not need the value, " +
				"or if an unknown overlay may add the name.",
			Mend:  "Correct the name, or pin a revision that has it.",
			Wrong: flakeExample("25.11", "environment.systemPackages = [ pkgs.nvidia-jetpack.l4t-cudaa ];", `som = "orin-agx";`),
			Right: flakeExample("25.11", "environment.systemPackages = [ pkgs.nvidia-jetpack.l4t-cuda ];", `som = "orin-agx";`),
		},
		{
			Code: CodeForeignMember, Severity: SeverityError, Topic: concept("scopes"), // unknown-member's functions report it, too
			Finds: "A package that only another scope has, or the scope of a JetPack other than the host's.",
			Why: "Nix stops with “attribute … missing”. The finding is a warning if the scope of another JetPack still has its packages: Nix " +
				"warns of the scope, and the packages are not made for the host's system.",
			Mend:  "Take the package from nvidia-jetpack, the scope of the host's JetPack, or choose another majorVersion.",
			Wrong: flakeExample("25.11", "environment.systemPackages = [ pkgs.nvidia-jetpack7.l4t-core ];", `som = "orin-agx";`),
			Right: flakeExample("25.11", "environment.systemPackages = [ pkgs.nvidia-jetpack.l4t-core ];", `som = "orin-agx";`),
		},
		{
			Code: CodeScopeReplaced, Severity: SeverityWarning, Topic: function("overrideScope"),
			document: (*diagnoser).replacedScopes, in: jetpackDocument,
			Finds: "An overlay that puts a set of its own in the place of a package scope of jetpack-nixos.",
			Why: "The set has none of the scope's other packages, and no overrideScope: Nix stops with “attribute … missing” as soon as a " +
				"module or a package needs one of them.",
			Mend:  "Change the scope with prev.nvidia-jetpack.overrideScope, which keeps its other packages.",
			Wrong: "{\n  nixpkgs.overlays = [\n    (final: prev: { nvidia-jetpack.jq = prev.jq; })\n  ];\n}\n",
			Right: "{\n  nixpkgs.overlays = [\n    (final: prev: { nvidia-jetpack = prev.nvidia-jetpack.overrideScope (_: _: { jq = prev.jq; }); })\n  ];\n}\n",
		},
		{
			Code: CodeSyntaxError, Severity: SeverityError, Topic: concept("expressions"), document: (*diagnoser).syntaxError, in: jetpackDocument, OfCheck: true,
			Finds: "A file that Nix cannot parse. Only jetpills check reports it: in an editor, nil and nixd do.",
			Why:   "Nix stops with “syntax error”. What else is found in the file may be a consequence.",
			Mend:  "Correct the text at the position. jetpills syntax check lists all errors of a file, with advice.",
			Wrong: "{\n  hardware.nvidia-jetpack.som = \"orin-agx\"\n}\n",
			Right: "{\n  hardware.nvidia-jetpack.som = \"orin-agx\";\n}\n",
		},
	}
}

// flakeExample is a flake with a Jetson whose module has a line of its own, and some of the options of jetpack-nixos.
func flakeExample(release, line, jetpack string) string {
	return fmt.Sprintf(`{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-%s";
  inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos";

  outputs = { nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations.jetson = nixpkgs.lib.nixosSystem {
      modules = [
        jetpack-nixos.nixosModules.default
        ({ pkgs, ... }: {
          hardware.nvidia-jetpack = { enable = true; %s };
          %s
        })
      ];
    };
  };
}
`, release, jetpack, line)
}

// importExample is a flake with a Jetson that has a module of jetpack-nixos, and some of its options.
func importExample(module, options string) string {
	return fmt.Sprintf(`{
  inputs.jetpack-nixos.url = "github:anduril/jetpack-nixos";

  outputs = { nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations.jetson = nixpkgs.lib.nixosSystem {
      modules = [ %s{ hardware.nvidia-jetpack = { enable = true;%s }; } ];
    };
  };
}
`, strings.TrimLeft(module+" ", " "), strings.TrimRight(" "+options, " "))
}

// Rules are all rules, in the order in which they are shown. The slice must not be changed.
func Rules() []Rule { return rules }

// RuleOf is the rule of a code.
func RuleOf(code Code) (Rule, bool) {
	i := slices.IndexFunc(rules, func(r Rule) bool { return r.Code == code })
	if i < 0 {
		return Rule{}, false
	}
	return rules[i], true
}

// Section is the section of the pills that explains a rule, if one does.
func (r Rule) Section(sn *workspace.Snapshot) (pill.Section, bool) { return sn.Pills().For(r.Topic) }

func codes() []string {
	all := make([]string, len(rules))
	for i, r := range rules {
		all[i] = string(r.Code)
	}
	return all
}

// nearestCodes are the codes that somebody may have meant by one that does not exist, the likeliest first.
func nearestCodes(wrong string) []string { return nearest(wrong, codes()) }

// UnknownCode is the error of a code that does not exist: it names those that were perhaps meant, and all.
func UnknownCode(code string) error {
	meant := ""
	if near := nearestCodes(code); len(near) > 0 {
		meant = "; did you mean " + text.List(near, "or") + "?"
	}
	return fmt.Errorf("there is no code %q%s The codes are %s", code, cmp.Or(meant, "."), text.List(codes(), "and"))
}

// CheckSeverity says what is wrong with the choice of a severity for a code; nil if nothing is.
func CheckSeverity(code, severity string) error {
	if _, ok := RuleOf(Code(code)); !ok {
		return UnknownCode(code)
	}
	if _, ok := SeverityNamed(severity); !ok {
		names := slices.Clone(severityNames[1:])
		slices.Reverse(names)
		return fmt.Errorf("the severity of %s must be %s, not %q", code, text.List(names, "or"), severity)
	}
	return nil
}

// chosen is the severity that a person chose for a code, if one did.
func (d *diagnoser) chosen(code Code) (Severity, bool) {
	return SeverityNamed(d.sn.Settings().Severity[string(code)])
}
