package cli

import "github.com/spf13/cobra"

// examples are what the help of a command shows: at least two of each command, each with what it is good for.
var examples = map[string][]string{
	"jetpills": {
		"jetpills hover configuration.nix:12:8         # what an editor would show there",
		"jetpills check .                              # what jetpack-nixos refuses in this folder",
	},
	"jetpills lsp": {
		"jetpills lsp                                  # as an editor starts it",
		"jetpills lsp --log-file jetpills.log --log-level debug",
	},
	"jetpills hover": {
		"jetpills hover configuration.nix:12:8",
		"jetpills hover --format markdown flake.nix:4:3  # as an editor gets it",
	},
	"jetpills complete": {
		"jetpills complete configuration.nix:12:34     # behind hardware.nvidia-jetpack.som = \"",
		"jetpills complete --format json configuration.nix:12:34",
	},
	"jetpills definition": {
		"jetpills definition configuration.nix:12:8",
		"jetpills definition --format json configuration.nix:12:8",
	},
	"jetpills declaration": {
		"jetpills declaration configuration.nix:12:8   # a line of jetpack-nixos, if its source is on disk",
		"jetpills declaration --format json configuration.nix:12:8",
	},
	"jetpills references": {
		"jetpills references hardware.nvidia-jetpack.som",
		"jetpills references --declaration configuration.nix:12:8",
	},
	"jetpills check": {
		"jetpills check .",
		"jetpills check --fix hosts/orin.nix           # makes the fixes that are certain",
		"jetpills check --rev newest .                 # what an update of jetpack-nixos would change",
		"jetpills check --explain unknown-value",
		"jetpills check --format sarif . > jetpills.sarif",
	},
	"jetpills new": {
		"jetpills new ~/robots                         # asks which board it is",
		"jetpills new ~/robots --som orin-nano --carrier devkit --jetpack 6 --name rover",
	},
	"jetpills board": {
		"jetpills board                                # of this machine, or on USB in recovery mode",
		"jetpills board --format json | jq -r '.[].som'",
	},
	"jetpills hosts": {
		"jetpills hosts                                # of the flake.nix in this folder or above it",
		"jetpills hosts --format json ~/robots",
	},
	"jetpills options": {
		"jetpills options hardware.nvidia-jetpack.firmware",
		"jetpills options som                          # those with som in their path",
		"jetpills options --at .                       # of the revision that this workspace pins",
		"jetpills options --diff 946072c newest        # what has changed between two revisions",
	},
	"jetpills upstream pin": {
		"jetpills upstream pin                         # which jetpack-nixos this folder pins, and where",
		"jetpills upstream pin ~/robots/flake.nix",
	},
	"jetpills upstream extract": {
		"jetpills upstream extract ~/src/jetpack-nixos",
		"jetpills upstream extract --format json ~/src/jetpack-nixos | jq length",
	},
	"jetpills upstream": {
		"jetpills upstream pin                         # which jetpack-nixos this folder pins",
		"jetpills upstream extract ~/src/jetpack-nixos",
	},
	"jetpills pills": {
		"jetpills pills list",
		"jetpills pills show overlay order",
	},
	"jetpills syntax": {
		"jetpills syntax check .",
		"jetpills syntax tree flake.nix",
	},
	"jetpills pills list": {
		"jetpills pills list",
		"jetpills pills list --pills ~/my-pills        # of your own folder",
	},
	"jetpills pills show": {
		"jetpills pills show 07",
		"jetpills pills show 07#which-som-am-i",
		"jetpills pills show makeScope                 # the section that explains it",
		"jetpills pills show overlay order",
		"jetpills pills show 04 --rev 2024-05-20       # as it reads at another revision",
	},
	"jetpills pills search": {
		"jetpills pills search recovery mode",
		"jetpills pills search cuda capability",
	},
	"jetpills pills path": {
		"jetpills pills path overlay order             # the file and the line of the section",
		"ls \"$(jetpills pills path)\"",
	},
	"jetpills pills lint": {
		"jetpills pills lint",
		"jetpills pills lint --nix --fix pills         # of a folder; writes its generated tables first",
	},
	"jetpills pills coverage": {
		"jetpills pills coverage",
		"jetpills pills coverage ~/my-pills",
	},
	"jetpills pills site": {
		"jetpills pills site public                    # then open public/index.html",
		"jetpills pills site public --base https://example.org/jetpills/",
		"jetpills pills site public --pills ~/my-pills # of your own folder",
	},
	"jetpills why": {
		"nix build .#flash-orin 2>&1 | jetpills why -",
		"jetpills why \"error: attribute 'nvidia-jetpack' missing\"",
	},
	"jetpills syntax check": {
		"jetpills syntax check flake.nix",
		"jetpills syntax check .",
	},
	"jetpills syntax tokens": {
		"jetpills syntax tokens flake.nix",
		"echo '{ a = 1; }' | jetpills syntax tokens -",
	},
	"jetpills syntax tree": {
		"jetpills syntax tree flake.nix",
		"echo '{ a = 1; }' | jetpills syntax tree -",
	},
	"jetpills syntax bindings": {
		"jetpills syntax bindings flake.nix",
		"echo '{ a.b = 1; }' | jetpills syntax bindings -",
	},
	"jetpills syntax path": {
		"jetpills syntax path flake.nix:12:8",
		"echo '{ a.b = 1; }' | jetpills syntax path -:1:9",
	},
	"jetpills help": {
		"jetpills help",
		"jetpills help pills search",
	},
	"jetpills doctor": {
		"jetpills doctor",
		"jetpills doctor ~/robots",
	},
	"jetpills man": {
		"jetpills man ~/.local/share/man/man1          # then: man jetpills",
		"jetpills man . && man ./jetpills-check.1",
	},
	"jetpills version": {
		"jetpills version",
		"jetpills --version                            # the first line alone",
	},
}

// addExamples gives a command and those below it their examples.
func addExamples(c *cobra.Command) {
	for i, example := range examples[c.CommandPath()] {
		if i > 0 {
			c.Example += "\n"
		}
		c.Example += "  " + example
	}
	for _, below := range c.Commands() {
		addExamples(below)
	}
}
