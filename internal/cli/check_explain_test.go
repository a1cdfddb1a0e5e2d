package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/internal/ide"
)

// TestExplain holds what is said of a code.
func TestExplain(t *testing.T) {
	home(t)
	want := `wrong-type (error): A literal of a type that the option does not take, or a value in place of a set of options.

Why: Nix stops with “A definition for option … is not of type …”. For a set of options, Nix stops with “you're trying to define a value of type …”, even if the definition is under a false condition.
What to do: Write the value as the type requires: with or without quotes, in a list or alone. Do not set a set of options, but an option in it.

Wrong:

    {
      hardware.nvidia-jetpack.majorVersion = 6;
    }

Right:

    {
      hardware.nvidia-jetpack.majorVersion = "6";
    }

To ignore a finding, write a comment on its line or above it: # jetpills: ignore=wrong-type
To change the severity, or turn the code off: --severity wrong-type=off, or in an editor's settings
"jetpills.diagnostics.severity": { "wrong-type": "off" }

Pill 07: NixOS modules › The types, one line each

An option's type, such as `
	for _, args := range [][]string{{"check", "--explain", "wrong-type"}, {"check", "--explain=wrong-type"}} {
		out, stderr, code := run(t, "", args...)
		if len(out) < len(want) || stderr != "" || code != 0 || !strings.HasSuffix(out, "\nsee: jetpills pills show 07#the-types-one-line-each\n") {
			t.Fatalf("%v: exit code %d: %s%s", args, code, stderr, out)
		}
		if diff := cmp.Diff(want, out[:len(want)]); diff != "" {
			t.Errorf("%v: -want +got:\n%s", args, diff)
		}
	}
	both, _, code := run(t, "", "check", "--explain", "wrong-type", "unknown-code")
	if code != 0 || !strings.Contains(both, "\nunknown-code (hint): A comment that ignores ") {
		t.Errorf("two codes: exit code %d: %s", code, both)
	}
	_, stderr, code := run(t, "", "check", "--explain", "wrong-typ")
	if want := "jetpills: there is no code \"wrong-typ\"; did you mean wrong-type? The codes are unknown-option, "; code != 2 || !strings.HasPrefix(stderr, want) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

// TestExplainAll holds that the table has all codes.
func TestExplainAll(t *testing.T) {
	home(t)
	all, _, code := run(t, "", "check", "--explain", "all")
	if code != 0 || strings.Count(all, "\n") != len(ide.Rules()) || !strings.HasPrefix(all, "unknown-option         error    An option that ") {
		t.Errorf("exit code %d:\n%s", code, all)
	}
	if bare, _, code := run(t, "", "check", "--explain"); code != 0 || bare != all {
		t.Errorf("without a code: exit code %d:\n%s", code, bare)
	}
}

// TestRulesInDocuments holds that the codes which documents and the settings of VS Code list are those that there are.
func TestRulesInDocuments(t *testing.T) {
	var table strings.Builder
	table.WriteString("| code | severity | what it finds |\n|---|---|---|\n")
	for _, r := range ide.Rules() {
		fmt.Fprintf(&table, "| `%s` | %s | %s |\n", r.Code, r.Severity, r.Finds)
	}
	readme, err := os.ReadFile("../../USAGE.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), table.String()) {
		t.Errorf("USAGE.md lacks the table of rules:\n%s", table.String())
	}
	manifest, err := os.ReadFile(filepath.FromSlash("../../editors/vscode/package.json"))
	if err != nil {
		t.Fatal(err)
	}
	var extension struct {
		Contributes struct {
			Configuration struct {
				Properties map[string]struct {
					Properties map[string]struct{ Enum []string }
				}
			}
		}
	}
	if err := json.Unmarshal(manifest, &extension); err != nil {
		t.Fatal(err)
	}
	listed := extension.Contributes.Configuration.Properties["jetpills.diagnostics.severity"].Properties
	all := slices.DeleteFunc(slices.Clone(ide.Rules()), func(r ide.Rule) bool { return r.OfCheck })
	for _, r := range all {
		if !slices.Equal(listed[string(r.Code)].Enum, []string{"off", "hint", "warning", "error"}) {
			t.Errorf("VS Code knows no severities of %s", r.Code)
		}
	}
	if len(listed) != len(all) {
		t.Errorf("VS Code has %d codes", len(listed))
	}
}

// TestCheckSeverity holds what a choice of severities does to the report, and to the exit code.
func TestCheckSeverity(t *testing.T) {
	dir := pinnedFiles(t, map[string]string{"a.nix": `{ hardware.nvidia-jetpack = { som = "orin"; maxClocks = true; }; }`})
	for _, test := range []struct {
		args, severities string
		code             int
	}{
		{"", "error warning", 1},
		{"--severity unknown-value=hint,unknown-option=hint", "hint hint", 0},
		{"--severity unknown-value=hint --severity unknown-option=off", "hint", 0},
		{"--severity unknown-value=hint --severity unknown-option=off --fail-on hint", "hint", 1},
		{"--severity unknown-value=warning --fail-on error", "warning warning", 0},
		{"--severity unknown-option=error --fail-on error", "error error", 1},
	} {
		out, stderr, code := run(t, "", append([]string{"check", "--format", "json", dir}, strings.Fields(test.args)...)...)
		var found []findingJSON
		if err := json.Unmarshal([]byte(out), &found); err != nil || stderr != "" {
			t.Fatalf("%v, %s%s", err, stderr, out)
		}
		if got := strings.Join(each(found, func(f findingJSON) string { return f.Severity }), " "); got != test.severities || code != test.code {
			t.Errorf("%s: %s, exit code %d", test.args, got, code)
		}
	}
	for _, wrong := range []string{"unknown-values=off", "unknown-value=loud", "unknown-value", "unknown-value=off,=off"} {
		if out, stderr, code := run(t, "", "check", "--severity", wrong, dir); code != 2 || out != "" ||
			!strings.HasPrefix(stderr, "jetpills: --severity: the") || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: exit code %d: %s%s", wrong, code, stderr, out)
		}
	}
}
