package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"jetpills/pills"
)

type discard struct{ *bytes.Buffer }

func (discard) Close() error { return nil }

// run is a command with its output and its exit code.
func run(t *testing.T, stdin string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errors bytes.Buffer
	p := Program{
		Args: args, Stdin: io.NopCloser(strings.NewReader(stdin)), Stdout: discard{&out}, Stderr: &errors,
		Pills: pills.FS, Version: "1.2.3",
	}
	code = p.Run()
	return out.String(), checkSummary.ReplaceAllString(errors.String(), ""), code
}

// checkSummary is the last line of a check, which says how long it took: TestCheckSummary asks for it.
var checkSummary = regexp.MustCompile(`(?m)^(nothing found|\d+ (error|warning|hint).*) in \d+ files?, in \S+\n\z`)

// home keeps the cache folder out of the account's own.
func home(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("HOME", dir)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(dir, "cache"))
	t.Setenv("LocalAppData", dir)
}

const orin = "../../testdata/configs/orin-agx/configuration.nix"

func TestHoverOfTheReadme(t *testing.T) {
	home(t)
	out, stderr, code := run(t, "", "hover", orin+":8:28")
	if code != 0 || stderr != "" {
		t.Fatalf("exit code %d, %s", code, stderr)
	}
	for _, want := range []string{
		"**`hardware.nvidia-jetpack.som`** option",
		"- Values: `generic`, `orin-agx`,",
		"- Declared: `modules/default.nix:69` in jetpack-nixos `4d857d6`, pinned by `flake.lock`",
		"**Pill 07: NixOS modules › ",
		"[Read on in pill 07](file:///",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}

// TestReadme holds that the README shows what comes out.
func TestReadme(t *testing.T) {
	home(t)
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var shown strings.Builder
	for _, line := range strings.Split(string(readme), "\n") {
		if quoted, ok := strings.CutPrefix(line, ">"); ok {
			shown.WriteString(strings.TrimPrefix(quoted, " ") + "\n")
		}
	}
	links := regexp.MustCompile(`\((?:file:///\S*/|pills/)([0-9a-z-]+\.md)#[^)]*\)`)
	out, _, _ := run(t, "", "hover", orin+":8:28")
	out = strings.ReplaceAll(out, "  \n", "\\\n") // the other way to break a line, which editors do not take away
	if diff := cmp.Diff(links.ReplaceAllString(shown.String(), "($1)"), links.ReplaceAllString(out, "($1)")); diff != "" {
		t.Errorf("-README +output:\n%s", diff)
	}
}

func TestHoverJSON(t *testing.T) {
	home(t)
	out, _, code := run(t, "", "hover", "--format", "json", orin+":8:28")
	var got struct {
		Start, End int
		Contents   string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	source, err := os.ReadFile(orin)
	if err != nil {
		t.Fatal(err)
	}
	if name := string(source[got.Start:got.End]); name != "som" || !strings.HasPrefix(got.Contents, "**`hardware") {
		t.Errorf("%q: %s", name, got.Contents)
	}
}

func TestComplete(t *testing.T) {
	home(t)
	out, _, code := run(t, "", "complete", orin+":9:43", "--format", "text")
	if want := "devkit\tfits orin-agx\ngeneric\tfits orin-agx\nxavierNxDevkit\tnot with orin-agx\n"; code != 0 || out != want {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	out, _, _ = run(t, "", "complete", orin+":9:43", "--format", "json")
	first, _, _ := strings.Cut(out, "\n")
	if want := `{"label":"devkit","kind":"value","detail":"fits orin-agx","newText":"devkit","start":286,"end":292}`; first != want {
		t.Errorf("got %s", first)
	}
}

// TestCompleteOnHosts: a command knows of hosts what an editor does.
func TestCompleteOnHosts(t *testing.T) {
	home(t)
	dir := t.TempDir()
	for name, content := range map[string]string{
		"configuration.nix": "{ imports = [ <jetpack-nixos/modules> ./carrier.nix ]; hardware.nvidia-jetpack.som = \"orin-agx\"; }\n",
		"carrier.nix":       "{ hardware.nvidia-jetpack.carrierBoard = \"\"; }\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, _, code := run(t, "", "complete", filepath.Join(dir, "carrier.nix")+":1:43")
	if want := "xavierNxDevkit\tnot with orin-agx, set in configuration.nix:1\n"; code != 0 || !strings.HasSuffix(out, want) {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}

func TestDefinition(t *testing.T) {
	home(t)
	out, _, code := run(t, "", "definition", orin+":8:28")
	file, rest, _ := strings.Cut(strings.TrimSpace(out), ".md:")
	if code != 0 || filepath.Base(file) != "07-nixos-modules" || !strings.HasSuffix(rest, ":1") {
		t.Fatalf("exit code %d: %s", code, out)
	}
	info, err := os.Stat(file + ".md")
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm()&0o222 != 0 {
		t.Errorf("the pill can be written: %v", info.Mode())
	}
}

// TestExitCodes holds the exit codes and the one line that says what is wrong.
func TestExitCodes(t *testing.T) {
	home(t)
	dir := t.TempDir()
	write := func(name string, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	binary := write("binary.nix", "\x00\x01\x02\xff")
	huge := write("huge.nix", strings.Repeat("# nothing\n", 1<<20))
	short := write("short.nix", "{ }\n")
	for _, c := range []struct {
		name   string
		args   []string
		code   int
		stderr string // a part of the one line; "" for no output
	}{
		{"nothing under the cursor", []string{"hover", short + ":1:1"}, 1, "nothing to show at " + short + ":1:1"},
		{"nothing to complete", []string{"complete", short + ":1:2"}, 1, "nothing to complete at "},
		{"nothing to jump to", []string{"definition", short + ":1:1"}, 1, "nothing is explained at "},
		{"no option", []string{"options", "zebra"}, 1, `no option with "zebra" in its path`},
		{"a missing file", []string{"hover", filepath.Join(dir, "none.nix") + ":1:1"}, 2, "none.nix"},
		{"a folder", []string{"hover", dir + ":1:1"}, 2, "is a "},
		{"a binary file", []string{"hover", binary + ":1:1"}, 2, "binary"},
		{"a huge file", []string{"hover", huge + ":1:1"}, 2, "large"},
		{"a line past the end", []string{"hover", short + ":99:1"}, 2, "has no line 99"},
		{"a column past the end", []string{"hover", short + ":1:99"}, 2, "has no column 99: it has 3 bytes"},
		{"no place", []string{"hover", short}, 2, "has no line and no column: use FILE:LINE:COLUMN"},
		{"no file", []string{"hover", ":1:1"}, 2, "has no file: use FILE:LINE:COLUMN"},
		{"line zero", []string{"hover", short + ":0:1"}, 2, "lines and columns count from 1"},
		{"a column in words", []string{"hover", short + ":one:two"}, 2, `has "two" for a column`},
		{"a line in words", []string{"hover", short + ":one:2"}, 2, `has "one" for a line`},
		{"an unknown format", []string{"hover", "--format", "xml", short + ":1:1"}, 2, "unknown format"},
		{"an unknown command", []string{"hoover"}, 2, `unknown command "hoover": did you mean hover?`},
		{"an unknown command of a group", []string{"pills", "serch"}, 2, `unknown command "pills serch": did you mean search?`},
		{"a command of a group without the group", []string{"search", "overlay"}, 2, `unknown command "search": did you mean pills search?`},
		{"help for no command", []string{"help", "foo"}, 2, `unknown command "foo": see jetpills --help`},
		{"help for no command of a group", []string{"help", "pills", "serch"}, 2, `unknown command "pills serch": did you mean search?`},
		{"no arguments", []string{"hover"}, 2, "hover needs FILE:LINE:COL: see jetpills hover --help"},
		{"too many arguments", []string{"doctor", ".", "x"}, 2, `doctor takes [PATH]: what is "x"?`},
		{"an argument to none", []string{"version", "x"}, 2, `version takes no argument: what is "x"?`},
		{"a flag without a value", []string{"options", "--rev"}, 2, "--rev needs a value"},
		{"a wrong value of a flag", []string{"check", "--fix=maybe", "."}, 2, `--fix cannot be "maybe"`},
		{"an unknown flag", []string{"hover", "--fast", short + ":1:1"}, 2, "unknown flag --fast: see jetpills hover --help"},
		{"a misspelt flag", []string{"hover", "--formt", "json", short + ":1:1"}, 2, "unknown flag --formt: did you mean --format?"},
		{"an unknown revision", []string{"options", "--rev", "0123456789"}, 2, "is not known"},
		{"an unknown pill", []string{"pills", "show", "77"}, 1, `no pill explains "77"`},
		{"no such words", []string{"pills", "search", "zebra crossing"}, 1, "no section has all of the words"},
		{"a topic that is not there", []string{"pills", "show", "zebra", "crossing"}, 1, `no pill explains "zebra crossing"`},
		{"a file to check that is fine", []string{"syntax", "check", short}, 0, ""},
		{"an unknown log level", []string{"lsp", "--log-level", "loud"}, 2, "unknown log level"},
		{"a log file that cannot be", []string{"lsp", "--log-file", filepath.Join(dir, "no", "log")}, 2, "no/log"},
	} {
		t.Run(c.name, func(t *testing.T) {
			stdout, stderr, code := run(t, "", c.args...)
			if code != c.code {
				t.Errorf("exit code %d, want %d: %s", code, c.code, stderr)
			}
			if stdout != "" {
				t.Errorf("output: %s", stdout)
			}
			if lines := strings.Count(stderr, "\n"); c.stderr == "" && stderr != "" || c.stderr != "" && lines != 1 {
				t.Errorf("%d lines on stderr: %s", lines, stderr)
			}
			if !strings.Contains(stderr, c.stderr) {
				t.Errorf("no %q in %s", c.stderr, stderr)
			}
		})
	}
}

func TestSyntaxCommands(t *testing.T) {
	const source = "{ a.b = 1; c = { d = 2; }; }\n"
	out, _, code := run(t, source, "syntax", "bindings", "-")
	want := `{"offset":2,"end":10,"path":"a.b"}
{"offset":11,"end":26,"path":"c"}
{"offset":17,"end":23,"path":"c.d"}
`
	if code != 0 || out != want {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if out, _, code := run(t, source, "syntax", "path", "-:1:19"); code != 0 || out != "c.d\n" {
		t.Errorf("exit code %d: %s", code, out)
	}
	out, _, code = run(t, "{ a = ; }\n", "syntax", "check", "-")
	if code != 1 || !strings.Contains(out, "-:1:") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	out, _, _ = run(t, source, "syntax", "tokens", "-")
	if !strings.HasPrefix(out, "0-1\t{\t\"{\"\n") {
		t.Errorf("tokens:\n%s", out)
	}
}

// TestSyntaxCheckFolders holds that all files of a folder are looked at, whatever
// is wrong with some, and counted.
func TestSyntaxCheckFolders(t *testing.T) {
	dir := t.TempDir()
	for name, src := range map[string]string{
		"a.nix": "{ a = 1 }", "b/c.nix": "{ a = [ 1, 2 ] }", "b/d.nix": "{ }", "b/e.txt": "{ a = ", ".git/f.nix": "{ a = ",
	} {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(src), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, stderr, code := run(t, "", "syntax", "check", dir)
	if code != 1 || strings.Count(out, "missing ; in binding") != 2 || !strings.Contains(out, filepath.Join("b", "c.nix")+":1:10: unexpected ,") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if want := "3 files, 1 accepted, 2 refused for 3 errors: 2 missing, 1 unexpected\n"; stderr != want {
		t.Errorf("%q, want %q", stderr, want)
	}
	huge, err := os.Create(filepath.Join(dir, "a-huge.nix"))
	if err != nil || huge.Truncate(300<<20) != nil || huge.Close() != nil {
		t.Fatal("no room for a large file")
	}
	out, stderr, code = run(t, "", "syntax", "check", dir)
	if code != 2 || strings.Count(out, "missing ; in binding") != 2 || !strings.Contains(stderr, "a-huge.nix is larger") || !strings.Contains(stderr, ", 1 not read\n") {
		t.Errorf("exit code %d, %q:\n%s", code, stderr, out)
	}
	out, stderr, code = run(t, "", "syntax", "check", filepath.Join(dir, "b", "d.nix"), filepath.Join(dir, "b", "d.nix"))
	if code != 0 || out != "" || stderr != "2 files, 2 accepted\n" {
		t.Errorf("exit code %d, %q:\n%s", code, stderr, out)
	}
}

func TestOptions(t *testing.T) {
	if out, _, code := run(t, "", "options", "SOM"); code != 0 || !strings.HasPrefix(out, "hardware.nvidia-jetpack.som : ") || strings.Count(out, "\n") != 1 {
		t.Errorf("by a word: exit code %d, %s", code, out)
	}
	out, _, code := run(t, "", "options", "hardware.nvidia-jetpack.som", "--rev", "9dab491", "--format", "json")
	var got []map[string]any
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 || len(got) != 1 {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	if line := got[0]["line"]; line != float64(44) {
		t.Errorf("declared in line %v", line)
	}
}

// TestOptionsDiff has what somebody wants to know who is about to move a pin: first what may break.
func TestOptionsDiff(t *testing.T) {
	const ns = "hardware.nvidia-jetpack."
	for _, test := range []struct {
		from, to string
		want     []string // lines, in this order
		without  []string
	}{
		{"946072c", "4d857d6", []string{
			"from 946072c (2023-12-15) to 4d857d6 (2026-07-30)",
			"~ JetPack 5: 5.1.6, was 5.1.1; L4T 35.6.4, was 35.3.1; CUDA 11.4.298, was 11.4; kernel 5.10.216, was 5.10.104",
			"+ JetPack 6: 6.2.2, L4T 36.5.0, CUDA 12.6.10, driver 540.5.0, kernel 5.15.185, for orin",
			"+ JetPack 7: 7.2, L4T 39.2.0, CUDA 13.2.1, driver 595.78, kernel 6.8.12, for orin and thor",
			"~ orin-agx, orin-nx and orin-nano get JetPack 6 instead of 5 where majorVersion is not set",
			"→ " + ns + "firmware.bootOrder is now " + ns + "firmware.initialBootOrder (5689f61, 2026-01-22); the old name still works",
			"~ " + ns + `carrierBoard: also takes "generic" and "xavierNxDevkit"; no longer takes null; the default is "generic", was null`,
			"~ " + ns + "firmware.secureBoot.pkcFile: the type is null or absolute path or string, was null or absolute path",
			"~ " + ns + "flashScriptOverrides.partitionTemplate: the type is null or absolute path, was absolute path; there is a default now: null",
			"+ " + ns + "container-toolkit.enable, another name of hardware.nvidia-container-toolkit.enable",
			"+ " + ns + "super : boolean = false",
		}, nil},
		{"4d857d6", "946072c", []string{
			"~ JetPack 5: 5.1.1, was 5.1.6; L4T 35.3.1, was 35.6.4; CUDA 11.4, was 11.4.298; kernel 5.10.104, was 5.10.216",
			"- JetPack 6: 6.2.2",
			"- " + ns + "firmware.initialBootOrder",
			"- " + ns + "super",
			"~ " + ns + `som: no longer takes "generic", "orin-agx-industrial", "thor-agx", "thor-agx-t4000" and "xavier-agx-industrial"; also takes null; the default is null, was "generic"`,
		}, []string{"→"}},
		{"a6aef6a", "3ce210c", []string{"- " + ns + "firmware.optee.clientLoadPath (3ce210c, 2023-11-27)"}, []string{"+ " + ns + "firmware.optee.clientLoadPath"}},
		{"4d857d6", "4d857d6", []string{"no option and no version differs"}, []string{"+", "-", "~", "→"}},
	} {
		out, stderr, code := run(t, "", "options", "--diff", test.from, test.to)
		if code != 0 || stderr != "" {
			t.Errorf("exit code %d: %s", code, stderr)
		}
		rest := "\n" + out
		for _, line := range test.want {
			_, after, ok := strings.Cut(rest, "\n"+line+"\n")
			if !ok {
				t.Errorf("from %s to %s: no line %q, or not in this order:\n%s", test.from, test.to, line, out)
				break
			}
			rest = "\n" + after
		}
		for _, mark := range test.without {
			if strings.Contains(out, "\n"+mark+" ") {
				t.Errorf("from %s to %s: a line with %s:\n%s", test.from, test.to, mark, out)
			}
		}
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"--diff", "946072c"}, "--diff takes two revisions, such as: jetpills options --diff 946072c 4d857d6"},
		{[]string{"--diff", "946072", "4d857d6"}, `"946072" is not a revision: use at least the first seven digits of a commit`},
		{[]string{"--rev", "master"}, `"master" is not a revision: use at least the first seven digits of a commit`},
		{[]string{"--rev", "0123456"}, `revision "0123456" is not known: the newest known is `},
	} {
		if _, stderr, code := run(t, "", append([]string{"options"}, c.args...)...); code != 2 || !strings.Contains(stderr, c.want) {
			t.Errorf("%s: exit code %d, %s", c.args, code, stderr)
		}
	}
	out, _, code := run(t, "", "options", "--diff", "946072c", "4d857d6", "--format", "json")
	type change struct {
		Path                        string
		ValuesAdded                 []string
		DefaultBefore, DefaultAfter string
	}
	var got struct {
		From, To       struct{ Revision, Date string }
		Renamed        []struct{ From, To, Since string }
		Changed        []change
		Added, Removed []struct{ Path string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	if got.From.Revision != "946072ccb01f5d1eb894ba2a7dd3521131f6a709" || got.To.Date != "2026-07-30" || len(got.Renamed) != 1 ||
		got.Renamed[0].Since != "5689f61d61421ea4e55c62390d9f6a2f540c40be" || len(got.Added) < 30 {
		t.Errorf("%+v", got)
	}
	som := got.Changed[slices.IndexFunc(got.Changed, func(c change) bool { return c.Path == ns+"som" })]
	if len(som.ValuesAdded) != 5 || som.DefaultBefore != "null" || som.DefaultAfter != `"generic"` {
		t.Errorf("som: %+v", som)
	}
}

func TestPin(t *testing.T) {
	out, _, code := run(t, "", "upstream", "pin", filepath.Dir(orin))
	if code != 0 || !strings.HasPrefix(out, "jetpack-nixos 4d857d6da48c420da39964b6fb7ba23a958abad3 (2026-07-30), pinned by flake.lock\nfrom ") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	if !strings.Contains(out, "source /nix/store/") {
		t.Errorf("no source:\n%s", out)
	}
}

func TestPills(t *testing.T) {
	home(t)
	out, _, _ := run(t, "", "pills", "list")
	if lines := strings.Count(out, "\n"); lines != 13 {
		t.Errorf("%d lines for ten pills in three groups:\n%s", lines, out)
	}
	out, _, code := run(t, "", "pills", "show", "03")
	if code != 0 || !strings.Contains(out, "makeScope") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	for _, line := range strings.Split(out, "\n") {
		if n := len([]rune(line)); n > 100 {
			t.Errorf("%d columns: %s", n, line)
		}
	}
	out, _, code = run(t, "", "pills", "search", "recovery mode")
	if code != 0 || !strings.Contains(out, "08#recovery-mode\t") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	out, _, code = run(t, "", "pills", "path", "overlay", "order")
	if code != 0 || !strings.Contains(out, "03-overlays-and-overrides.md:") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	out, _, code = run(t, "", "pills", "path")
	if _, err := os.Stat(filepath.Join(strings.TrimSpace(out), "README.md")); code != 0 || err != nil {
		t.Errorf("exit code %d, %v", code, err)
	}
}

// TestOwnPills: a folder of a person's own, with no annotation of ours, is read like the shipped one.
func TestOwnPills(t *testing.T) {
	home(t)
	dir := t.TempDir()
	const own = `# Pill 07: Modules — how options work

## tl;dr

Options are set in modules.

## Choosing a SoM

The module on your board goes into ` + "`som`" + `.

` + "```nix" + `
{
  hardware.nvidia-jetpack = {
    som = "orin-agx";
    ...
  };
}
` + "```" + `

---

[← Pill 06](06-cuda-gpu-packages.md) · [Pill 08 →](08-flashing-firmware-ota.md)
`
	file := filepath.Join(dir, "07-nixos-modules.md")
	if err := os.WriteFile(file, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	out, stderr, code := run(t, "", "hover", "--pills", dir, orin+":8:28")
	if code != 0 || !strings.Contains(out, "Choosing a SoM**  \nThe module on your board goes into `som`.") {
		t.Errorf("exit code %d, %s:\n%s", code, stderr, out)
	}
	out, _, _ = run(t, "", "--pills", dir, "definition", orin+":8:28")
	if out != file+":7:1\n" {
		t.Errorf("definition: %s", out)
	}
	if _, stderr, code := run(t, "", "hover", "--pills", filepath.Join(dir, "none"), orin+":8:28"); code != 2 || !strings.Contains(stderr, "none does not exist\n") || strings.Contains(stderr, "pills.path") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestVersion(t *testing.T) {
	out, _, code := run(t, "", "version")
	if code != 0 || !strings.HasPrefix(out, "jetpills 1.2.3 (go") || !strings.Contains(out, "jetpack-nixos up to ") {
		t.Errorf("exit code %d: %s", code, out)
	}
}
