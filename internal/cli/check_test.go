package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"jetpills/pills"
)

// checked is a folder with two Nix files and what pins their revision.
func checked(t *testing.T) string {
	home(t)
	dir := t.TempDir()
	for name, content := range map[string]string{
		"flake.lock":       `{"nodes":{"jp":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":"4d857d6da48c420da39964b6fb7ba23a958abad3"}},"root":{"inputs":{"jp":"jp"}}},"root":"root","version":7}`,
		"good.nix":         "{ hardware.nvidia-jetpack.som = \"orin-agx\"; }\n",
		"sub/bad.nix":      "{\n  # 🚀 höhe\n  /* ä 🚀 */ hardware.nvidia-jetpack.som = \"agx-orin\";\n}\n",
		".git/bad.nix":     "{ hardware.nvidia-jetpack.som = \"x\"; }\n",
		"sub/binary.nix":   "\x00\x01",
		"sub/not-nix.json": "{ hardware.nvidia-jetpack.som = \"x\"; }\n",
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(dir, filepath.Join(dir, "loop")); err != nil {
		t.Log(err) // no links here
	}
	return dir
}

func TestCheck(t *testing.T) {
	dir := checked(t)
	bad := filepath.Join(dir, "sub", "bad.nix")
	out, stderr, code := run(t, "", "check", dir)
	want := bad + `:3:47: error: No value "agx-orin"; did you mean "orin-agx"? (som in jetpack-nixos 4d857d6) [unknown-value]
    3 |   /* ä 🚀 */ hardware.nvidia-jetpack.som = "agx-orin";
      |                                           ^^^^^^^^^^
      fix: Change to "orin-agx"
      see: jetpills pills show 07#which-som-am-i
`
	if diff := cmp.Diff(want, out); diff != "" || code != 2 {
		t.Errorf("exit code %d, -want +got:\n%s", code, diff)
	}
	if want := "jetpills: " + filepath.Join(dir, "sub", "binary.nix") + " is binary: not checked\n"; stderr != want {
		t.Errorf("on stderr: %s", stderr)
	}
	if out, stderr, code := run(t, "", "check", filepath.Join(dir, "good.nix")); code != 0 || out != "" || stderr != "" {
		t.Errorf("a file that is right: exit code %d: %s%s", code, out, stderr)
	}
	for _, wrong := range [][]string{{filepath.Join(dir, "none.nix")}, {filepath.Join(dir, "sub", "binary.nix")}, {"--format", "xml", dir}} {
		if out, stderr, code := run(t, "", append([]string{"check"}, wrong...)...); code != 2 || out != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: exit code %d: %s%s", wrong, code, out, stderr)
		}
	}
}

// TestCheckOfALink holds that a folder is looked into though its name is a link to it, as that of /etc/nixos often is.
func TestCheckOfALink(t *testing.T) {
	link := filepath.Join(t.TempDir(), "nixos")
	if err := os.Symlink(checked(t), link); err != nil {
		t.Fatal(err)
	}
	for _, spelt := range []string{link, link + string(filepath.Separator)} {
		out, _, code := run(t, "", "check", spelt)
		if want := filepath.Join(link, "sub", "bad.nix") + ":3:47: error: "; code != 2 || !strings.HasPrefix(out, want) {
			t.Errorf("%s: exit code %d: %s", spelt, code, out)
		}
	}
}

// TestCheckTellsOfTheLock holds that nobody takes hints for the whole truth where the lock file could not be read.
func TestCheckTellsOfTheLock(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"flake.lock": "<<<<<<< ours\n{}\n", "a.nix": `{ hardware.nvidia-jetpack.som = "orin"; }`,
		"b.nix": `{ hardware.nvidia-jetpack.som = "orin-nx"; }`, "other.nix": `{ networking.hostName = "x"; }`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	told := "jetpills: " + filepath.Join(dir, "flake.lock") + ": has the marks of a merge conflict; using the next file that pins jetpack-nixos\n"
	for path, want := range map[string]string{dir: told, filepath.Join(dir, "b.nix"): told, filepath.Join(dir, "other.nix"): ""} {
		if _, stderr, code := run(t, "", "check", path); stderr != want || code != 0 {
			t.Errorf("%s: exit code %d, told %q", path, code, stderr)
		}
	}
}

// full is an output with no space left.
type full struct{}

func (full) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "out", Err: syscall.ENOSPC}
}
func (full) Close() error { return nil }

// TestCheckWithoutSpace holds that a report which cannot be written does not pass for one that was.
func TestCheckWithoutSpace(t *testing.T) {
	dir := checked(t)
	for _, args := range [][]string{{"check", dir}, {"check", "--format", "sarif", filepath.Join(dir, "good.nix")}, {"options"}} {
		var stderr bytes.Buffer
		p := Program{Args: args, Stdin: io.NopCloser(strings.NewReader("")), Stdout: full{}, Stderr: &stderr, Pills: pills.FS, Version: "1.2.3"}
		if code := p.Run(); code != 2 || !strings.HasSuffix(stderr.String(), "jetpills: out: no space left on device\n") {
			t.Errorf("%v: exit code %d: %s", args, code, stderr.String())
		}
	}
}

// TestFailOn holds which findings give exit code 1: hints do only if that is wanted.
func TestFailOn(t *testing.T) {
	dir := checked(t)
	for name, content := range map[string]string{
		"error.nix":     "{ hardware.nvidia-jetpack.som = \"agx-orin\"; }\n",
		"warning.nix":   "{ hardware.nvidia-jetpack.maxClocks = true; }\n",
		"fork/hint.nix": "{ hardware.nvidia-jetpack = { som = \"agx-orin\"; maxClocks = true; }; }\n",
		"fork/own.nix":  "{ hardware.nvidia-jetpack = { rover.speed = 3; rover.enable = true; som = \"rover-one\"; }; }\n",
		"host/flake.nix": "{ inputs.jetpack-nixos.url = \"github:anduril/jetpack-nixos/4d857d6da48c420da39964b6fb7ba23a958abad3\";\n" +
			"  outputs = { nixpkgs, jetpack-nixos, ... }: { nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [\n" +
			"    jetpack-nixos.nixosModules.default { hardware.nvidia-jetpack = { enable = true; som = \"orin-nx\"; maxClocks = true; }; }\n  ]; }; };\n}\n",
		"fork/flake.lock": `{"nodes":{"jp":{"locked":{"type":"github","owner":"someone","repo":"jetpack-nixos","rev":"ffffffffffffffffffffffffffffffffffffffff"}},"root":{"inputs":{"jp":"jp"}}},"root":"root","version":7}`,
	} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct {
		file, failOn string
		found, code  int
	}{
		{"error.nix", "", 1, 1},
		{"error.nix", "error", 1, 1},
		{"error.nix", "hint", 1, 1},
		{"warning.nix", "", 1, 1},
		{"warning.nix", "warning", 1, 1},
		{"warning.nix", "error", 1, 0},
		{"warning.nix", "hint", 1, 1},
		{"host/flake.nix", "error", 1, 1}, // all its modules are at hand, and none declares maxClocks
		{"fork/hint.nix", "", 2, 0},
		{"fork/hint.nix", "error", 2, 0},
		{"fork/hint.nix", "hint", 2, 1},
		{"fork/own.nix", "hint", 0, 0},
		{"good.nix", "hint", 0, 0},
	} {
		args := []string{"check", filepath.Join(dir, filepath.FromSlash(test.file))}
		if test.failOn != "" {
			args = append(args, "--fail-on", test.failOn)
		}
		out, _, code := run(t, "", args...)
		if found := strings.Count(out, "]\n"); found != test.found || code != test.code {
			t.Errorf("%s, --fail-on %s: %d findings, exit code %d; want %d, %d:\n%s", test.file, test.failOn, found, code, test.found, test.code, out)
		}
	}
	const want = `unknown fail-on "info": use error, warning or hint`
	if _, stderr, code := run(t, "", "check", "--fail-on", "info", dir); code != 2 || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d: %s", code, stderr)
	}
}

func TestCheckJSON(t *testing.T) {
	dir := checked(t)
	bad := filepath.Join(dir, "sub", "bad.nix")
	out, _, code := run(t, "", "check", "--format", "json", bad)
	var got []findingJSON
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 1 {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	source, err := os.ReadFile(bad)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(string(source), `"agx-orin"`)
	want := []findingJSON{{
		File: bad, Lines: Lines{3, 47, 3, 57}, Severity: "error", Code: "unknown-value",
		Message: `No value "agx-orin"; did you mean "orin-agx"? (som in jetpack-nixos 4d857d6)`, Pill: "07#which-som-am-i",
		Fixes: []fixJSON{{`Change to "orin-agx"`, []editJSON{{Start: at, End: at + len(`"agx-orin"`), NewText: `"orin-agx"`}}}},
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if out, _, code := run(t, "", "check", "--format", "json", filepath.Join(dir, "good.nix")); code != 0 || out != "[]\n" {
		t.Errorf("a file that is right: exit code %d: %s", code, out)
	}
}

// TestCheckSARIF holds the form that code hosts read, by the schema of the standard; their columns count UTF-16 code units.
func TestCheckSARIF(t *testing.T) {
	dir := checked(t)
	out, _, code := run(t, "", "check", "--format", "sarif", filepath.Join(dir, "sub", "bad.nix"))
	var report struct {
		Version string
		Runs    []struct {
			ColumnKind string
			Tool       struct {
				Driver struct {
					Name  string
					Rules []struct{ ID string }
				}
			}
			Results []struct {
				RuleID, Level string
				Locations     []struct {
					PhysicalLocation struct {
						Region struct{ StartLine, StartColumn, EndColumn int }
					}
				}
				RuleIndex int
			}
		}
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 1 {
		t.Fatalf("exit code %d, %v:\n%s", code, err, out)
	}
	if report.Version != "2.1.0" || len(report.Runs) != 1 || len(report.Runs[0].Results) != 1 {
		t.Fatalf("got:\n%s", out)
	}
	checkSARIF(t, out)
	first := report.Runs[0]
	region := first.Results[0].Locations[0].PhysicalLocation.Region
	if first.ColumnKind != "utf16CodeUnits" || first.Tool.Driver.Name != "jetpills" || first.Tool.Driver.Rules[first.Results[0].RuleIndex].ID != "unknown-value" ||
		first.Results[0].RuleID != "unknown-value" || first.Results[0].Level != "error" ||
		region.StartLine != 3 || region.StartColumn != 44 || region.EndColumn != 54 {
		t.Errorf("got:\n%s", out)
	}
}

// checkSARIF holds a log to the schema of SARIF 2.1.0.
func checkSARIF(t *testing.T, log string) {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(log))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&sarif.Report{}); err != nil {
		t.Errorf("%v:\n%s", err, log)
	}
	report, err := sarif.FromString(log)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range report.Runs { // what a log leaves out has these values by the standard, and none in the library
		run.Language, run.Tool.Driver.Language, run.NewlineSequences = "en-US", "en-US", []string{"\n"}
	}
	if err := report.Validate(); err != nil {
		t.Errorf("%v:\n%s", err, log)
	}
}

// TestCheckSARIFAddresses holds that files of any name are addressed as URIs are: relative ones stay so.
func TestCheckSARIFAddresses(t *testing.T) {
	dir := checked(t)
	t.Chdir(dir)
	const name, encoded = "a b#c%41?.nix", "a%20b%23c%2541%3F.nix"
	if err := os.WriteFile(filepath.Join("sub", name), []byte(`{ hardware.nvidia-jetpack.som = "x"; }`), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("c:d.nix", []byte(`{ hardware.nvidia-jetpack.som = "x"; }`), 0o600); err != nil {
		t.Fatal(err)
	}
	for argument, want := range map[string]string{
		filepath.Join("sub", name):      "sub/" + encoded,
		filepath.Join(dir, "sub", name): "file://" + filepath.ToSlash(dir) + "/sub/" + encoded,
		"c:d.nix":                       "./c:d.nix",
	} {
		out, _, _ := run(t, "", "check", "--format", "sarif", argument)
		if !strings.Contains(out, `"uri": "`+want+`"`) {
			t.Errorf("%s: no %s in\n%s", argument, want, out)
		}
	}
}

// TestCheckOfUsage holds that USAGE.md shows what comes out.
func TestCheckOfUsage(t *testing.T) {
	readme, err := os.ReadFile("../../USAGE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(readme), "$ jetpills check configuration.nix\n")
	shown, _, ok := strings.Cut(shown, "```")
	if !ok {
		t.Fatal("USAGE.md shows no check")
	}
	t.Chdir(checked(t))
	const wrong = "{\n  hardware.nvidia-jetpack = {\n    som = \"orin-agx\";\n    carrierBoard = \"xavierNxDevkit\";\n  };\n}\n"
	if err := os.WriteFile("configuration.nix", []byte(wrong), 0o600); err != nil {
		t.Fatal(err)
	}
	out, _, _ := run(t, "", "check", "configuration.nix")
	if diff := cmp.Diff(shown, out); diff != "" {
		t.Errorf("-USAGE.md +output:\n%s", diff)
	}
}

// TestCheckKeepsNoDocument holds that what is found in many files takes no more memory than it says.
func TestCheckKeepsNoDocument(t *testing.T) {
	home(t)
	dir := t.TempDir()
	const files, size = 100, 100_000
	content := "{\n" + strings.Repeat("  a.b = [ c ];\n", size/15) + "  hardware.nvidia-jetpack.enabel = true;\n  hardware.nvidia-jetpack.enable = \"true\";\n}\n"
	for i := range files {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%d.nix", i)), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p := &Program{Pills: pills.FS, status: newStatusLine(io.Discard)}
	heap := func() int {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	if _, _, err := p.check([]string{filepath.Join(dir, "0.nix")}, io.Discard); err != nil {
		t.Fatal(err) // what is read once is there now
	}
	before := heap()
	findings, _, err := p.check([]string{dir}, io.Discard)
	if err != nil || len(findings) < files {
		t.Fatalf("%d findings, %v", len(findings), err)
	}
	if each := (heap() - before) / files; each > size/4 {
		t.Errorf("a file of %d bytes that was checked takes %d bytes", size, each)
	}
	runtime.KeepAlive(findings)
}

// TestCheckSummary holds that a check for a person ends with what was found, in how many files and how fast, and that no program gets that
// line.
func TestCheckSummary(t *testing.T) {
	dir := pinnedFiles(t, map[string]string{
		"good.nix": "{ }\n", "bad.nix": "{ hardware.nvidia-jetpack.som = \"agx-orin\"; hardware.nvidia-jetpack.carierBoard = \"devkit\"; }\n",
	})
	last := func(args ...string) string {
		t.Helper()
		var out, stderr bytes.Buffer
		p := Program{Args: append([]string{"check"}, args...), Stdin: io.NopCloser(strings.NewReader("")), Stdout: discard{&out}, Stderr: &stderr, Pills: pills.FS}
		p.Run()
		return stderr.String()
	}
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{dir}, `^1 error and 1 warning in 2 files, in \d+m?s\n$`},
		{[]string{filepath.Join(dir, "good.nix")}, `^nothing found in 1 file, in \d+m?s\n$`},
		{[]string{"--format", "json", dir}, `^$`},
		{[]string{"--format", "sarif", dir}, `^$`},
	} {
		if got := last(test.args...); !regexp.MustCompile(test.want).MatchString(got) {
			t.Errorf("%q: %q does not match %s", test.args, got, test.want)
		}
	}
}

// TestCheckSyntax: a file that Nix refuses is a finding, whatever else there is, in every form of the report.
func TestCheckSyntax(t *testing.T) {
	t.Chdir(pinnedFiles(t, map[string]string{"a.nix": "{ hardware.nvidia-jetpack.som = \"orin-agx\" }\n", "b.nix": "{ }\n"}))
	out, _, code := run(t, "", "check", ".")
	if want := "a.nix:1:43: error: missing ; in binding: Nix refuses the file [syntax-error]\n"; code != 1 || !strings.HasPrefix(out, want) {
		t.Errorf("exit code %d:\n%s", code, out)
	}
	for _, format := range []string{"json", "sarif"} {
		if out, _, code := run(t, "", "check", "--format", format, "."); code != 1 || !strings.Contains(out, `"syntax-error"`) {
			t.Errorf("%s: exit code %d:\n%s", format, code, out)
		}
	}
	if out, _, code := run(t, "", "check", "--severity", "syntax-error=off", "."); code != 0 || out != "" {
		t.Errorf("turned off: exit code %d:\n%s", code, out)
	}
}

// TestHoverShowsTheLine: the excerpt on what a first configuration sets of NixOS is the block with that line.
func TestHoverShowsTheLine(t *testing.T) {
	t.Chdir(pinnedFiles(t, map[string]string{"a.nix": `{
  users.users.me.extraGroups = [ ];
  services.openssh.enable = true;
  fileSystems."/".fsType = "ext4";
  programs.git.enable = true;
  networking.hostName = "orin";
}
`}))
	for at, want := range map[string]string{
		"2:18": `extraGroups = [ "wheel" "video" ];`, "3:20": "services.openssh.enable = true;", "4:19": `fsType = "vfat";`,
		"5:16": "programs.git.enable = true;", "6:14": `networking.hostName = "orin";`,
	} {
		if out, _, _ := run(t, "", "hover", "a.nix:"+at); !strings.Contains(out, "Step 2: the first configuration") || !strings.Contains(out, want) {
			t.Errorf("%s: no %q in\n%s", at, want, out)
		}
	}
}

// TestCheckHere: without a path, it is the folder that one stands in.
func TestCheckHere(t *testing.T) {
	t.Chdir(pinnedFiles(t, map[string]string{"a.nix": `{ hardware.nvidia-jetpack.som = "orin"; }`}))
	if out, _, code := run(t, "", "check"); code != 1 || !strings.HasPrefix(out, "a.nix:1:33: error: ") {
		t.Errorf("exit code %d:\n%s", code, out)
	}
}
