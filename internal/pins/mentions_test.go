package pins

import (
	"strings"
	"testing"
	"time"

	"jetpills/internal/nix/syntax"
)

const (
	revA = "4d857d6da48c420da39964b6fb7ba23a958abad3"
	revB = "0123456789abcdef0123456789abcdef01234567"
)

func TestMention(t *testing.T) {
	tests := []struct {
		name, source              string
		modeline, revision, input string
		branch                    string
		found, fork               bool
	}{
		{name: "nothing", source: `{ pkgs, ... }: { }`},
		{name: "modeline", source: "# jetpills: revision=" + revA + "\n{ }", modeline: revA},
		{name: "modeline, short and in capitals", source: "{ }\n# jetpills: width=3 revision=4D857D6 x\n", modeline: "4d857d6"},
		{name: "modeline in a long comment", source: "/* jetpills: revision=" + revA + "*/ { }", modeline: revA},
		{name: "the first modeline wins", source: "# jetpills: revision=4d857d6\n# jetpills: revision=1234567\n{ }", modeline: "4d857d6"},
		{name: "no modeline in a string", source: `{ x = "# jetpills: revision=` + revA + `"; }`},
		{name: "modeline without revision", source: "# jetpills: revision=\n# jetpills:\n{ }"},
		{name: "fetchTarball", source: `import (builtins.fetchTarball "https://github.com/anduril/jetpack-nixos/archive/` + revA + `.tar.gz")`, revision: revA, found: true},
		{name: "fetchTarball with a set", source: `fetchTarball { url = "https://github.com/anduril/jetpack-nixos/archive/` + revA + `.tar.gz"; sha256 = ""; }`, revision: revA, found: true},
		{name: "fetchTarball without quotes", source: `fetchTarball https://github.com/anduril/jetpack-nixos/archive/` + revA + `.tar.gz`, revision: revA, found: true},
		{name: "fetchTarball of a branch", source: `fetchTarball "https://github.com/anduril/jetpack-nixos/archive/master.tar.gz"`, branch: "master", found: true},
		{name: "getFlake", source: `(builtins.getFlake "github:anduril/jetpack-nixos/` + revA + `").nixosModules.default`, revision: revA, found: true},
		{name: "fetchGit", source: `builtins.fetchGit { url = "https://github.com/anduril/jetpack-nixos"; rev = "` + revA + `"; }`, revision: revA, found: true},
		{name: "fetchGit, rev first, of a fork", source: `builtins.fetchGit { rev = "` + revB + `"; ref = "x"; url = "git@github.com:someone/jetpack-nixos.git"; }`, revision: revB, found: true, fork: true},
		{name: "fetchGit of a branch", source: `builtins.fetchGit { ref = "jp7"; url = "https://github.com/anduril/jetpack-nixos"; }`, branch: "jp7", found: true},
		{name: "fetchFromGitHub", source: `pkgs.fetchFromGitHub { owner = "anduril"; repo = "jetpack-nixos"; rev = "` + revA + `"; hash = ""; }`, revision: revA, found: true},
		{name: "fetchFromGitHub of another repository", source: `pkgs.fetchFromGitHub { owner = "anduril"; repo = "other"; rev = "` + revA + `"; name = "jetpack-nixos"; }`},
		{name: "revision in a let", source: `let rev = "` + revA + `"; in fetchTarball "https://github.com/anduril/jetpack-nixos/archive/${rev}.tar.gz"`, revision: revA, found: true},
		{name: "an address made of variables", source: `let owner = "anduril"; repo = "jetpack-nixos"; rev = "` + revA + `"; in fetchTarball "https://github.com/${owner}/${repo}/archive/${rev}.tar.gz"`, revision: revA, found: true},
		{name: "fetchTree", source: `builtins.fetchTree { type = "github"; owner = "anduril"; repo = "jetpack-nixos"; rev = "` + revA + `"; }`, revision: revA, found: true},
		{name: "getFlake with a query", source: `builtins.getFlake "github:anduril/jetpack-nixos?rev=` + revA + `"`, revision: revA, found: true},
		{name: "getFlake by git", source: `builtins.getFlake "git+https://github.com/anduril/jetpack-nixos?ref=master&rev=` + revA + `"`, revision: revA, found: true},
		{name: "inherited revision", source: `let rev = "` + revA + `"; in fetchGit { url = "https://github.com/anduril/jetpack-nixos"; inherit rev; }`, revision: revA, found: true},
		{name: "variables of variables", source: `let r = "` + revA + `"; s = r; in let u = "${s}"; in fetchTarball "https://github.com/anduril/jetpack-nixos/archive/${(u)}.tar.gz"`, revision: revA, found: true},
		{name: "a rec set", source: `rec { rev = "` + revA + `"; src = fetchTarball "https://github.com/anduril/jetpack-nixos/archive/${rev}.tar.gz"; }`, revision: revA, found: true},
		{name: "a set is no scope", source: `{ rev = "` + revA + `"; src = fetchTarball "https://github.com/anduril/jetpack-nixos/archive/${rev}.tar.gz"; }`},
		{name: "an argument hides a let", source: `let rev = "` + revA + `"; in { rev }: fetchTarball "https://github.com/anduril/jetpack-nixos/archive/${rev}.tar.gz"`},
		{name: "a variable that is itself", source: `let rev = rev; in fetchTarball "https://github.com/anduril/jetpack-nixos/archive/${rev}.tar.gz"`},
		{name: "a selected revision", source: `fetchTarball "https://github.com/anduril/jetpack-nixos/archive/${x.rev}.tar.gz"`},
		{name: "in a comment", source: `{ } # github:anduril/jetpack-nixos/` + revA},
		{name: "flake input", source: `{ inputs.jetpack.url = "github:anduril/jetpack-nixos/` + revA + `"; }`, revision: revA, input: "jetpack", found: true},
		{name: "flake input in nested sets", source: `{ inputs = { jetpack = { url = "github:anduril/jetpack-nixos"; }; }; }`, input: "jetpack", found: true},
		{name: "flake input as a set of arguments", source: `{ inputs = { j = { type = "github"; owner = "someone"; repo = "jetpack-nixos"; ref = "main"; }; }; }`, branch: "main", input: "j", found: true, fork: true},
		{name: "an address with a revision beats one without", source: `{ a = "github:anduril/jetpack-nixos"; b = "github:anduril/jetpack-nixos/` + revA + `"; }`, revision: revA, found: true},
		{name: "half typed", source: `{ inputs.jetpack.url = "github:anduril/jetpack-nixos/` + revA, revision: revA, input: "jetpack", found: true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var modeline, u Pin
			for _, pin := range Mention(hasIn(test.source), func() *syntax.Tree { return syntax.Parse(test.source) }, "/x/flake.nix") {
				switch pin.Format {
				case Modeline:
					modeline = pin
				default:
					u = pin
				}
			}
			if modeline.Revision != test.modeline || modeline.Found() != (test.modeline != "") {
				t.Errorf("modeline %+v, want %q", modeline, test.modeline)
			}
			if u.Found() != test.found || u.Revision != test.revision || u.Branch != test.branch || u.Input != test.input || u.Fork != test.fork {
				t.Errorf("address %+v", u)
			}
			if u.Found() && (u.Format != Address || u.File != "/x/flake.nix") {
				t.Errorf("known by %q from %q", u.Format, u.File)
			}
		})
	}
}

// Variables made of variables would take forever if each were followed wherever it stands.
func TestMentionEnds(t *testing.T) {
	var blowUp strings.Builder
	blowUp.WriteString("let\n")
	for i := range 40 {
		blowUp.WriteString("v" + string(rune('A'+i)) + " = \"" + strings.Repeat("${v"+string(rune('A'+i+1))+"}", 100) + "\";\n")
	}
	blowUp.WriteString("v" + string(rune('A'+40)) + " = \"\"; in \"github:anduril/jetpack-nixos/${vA}\"")
	for name, source := range map[string]string{
		"a hundred variables in each of forty": blowUp.String(),
		"many addresses in a large let":        "let " + strings.Repeat("a = 1; ", 50_000) + "in [" + strings.Repeat(`"github:anduril/jetpack-nixos/${x}" `, 10_000) + "]",
		"many addresses deep down":             strings.Repeat("[", 5_000) + strings.Repeat(`"github:anduril/jetpack-nixos" `, 10_000),
		"many modelines in strings":            "[" + strings.Repeat(`"# jetpills: revision=1234567" `, 20_000) + "]",
	} {
		start := time.Now()
		Mention(hasIn(source), func() *syntax.Tree { return syntax.Parse(source) }, "")
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s took %v", name, took)
		}
	}
}

func hasIn(source string) func(word string) bool {
	return func(word string) bool { return strings.Contains(source, word) }
}
