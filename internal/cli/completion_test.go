package cli

import (
	"strings"
	"testing"

	"jetpills/internal/catalog"
)

// TestShellOffers holds what a shell offers behind a command line: the words that are typed, and the one that is begun.
func TestShellOffers(t *testing.T) {
	home(t)
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	newest := library.Newest().Revision.Short()
	for _, test := range []struct {
		line string
		want string // the beginnings of what is offered, all of them; with … behind, the first ones
	}{
		{"new x --som ", "orin-agx\t orin-agx-industrial\t orin-nx\t …"},
		{"new x --som xavier-n", "xavier-nx\t xavier-nx-emmc\t"},
		{"new x --jetpack 7 --som xa", ""},
		{"new x --som orin-nx --carrier ", "generic\t devkit\t xavierNxDevkit\t"},
		{"new x --som orin-agx --carrier ", "generic\t devkit\t"},
		{"new x --som=thor-agx --jetpack ", "7\tJetPack"},
		{"check --fail-on ", "error warning hint"},
		{"check --format s", "text json sarif"},
		{"hosts --format ", "text json"},
		{"check --severity no-", "no-effect=\t"},
		{"check --severity no-effect=", "no-effect=error no-effect=warning no-effect=hint no-effect=off"},
		{"check --severity no-effect=o", "no-effect=off"},
		{"check --explain wrong", "wrong-type\t"},
		{"options --rev ", "newest\t" + newest + " " + newest + "\t …"},
		{"pills show 04 --rev " + newest[:6], newest + "\t"},
		{"options hardware.nvidia-jetpack.s", "hardware.nvidia-jetpack.som hardware.nvidia-jetpack.super"},
		{"options --diff 946072c n", "newest\t"},
		{"lsp --log-level ", "debug info warn error"},
		{"completion ", "bash\t fish\t powershell\t zsh\t"},
		{"new x --name ", ""},
	} {
		words := strings.Split(test.line, " ")
		out, _, code := run(t, "", append([]string{"__complete"}, words...)...)
		got, _, _ := strings.Cut("\n"+out, "\n:")
		offers := strings.Split(strings.TrimPrefix(got, "\n"), "\n")
		if offers[0] == "" {
			offers = nil
		}
		wants := strings.Split(test.want, " ")
		if test.want == "" {
			wants = nil
		}
		if n := len(wants); n > 0 && wants[n-1] == "…" && len(offers) >= n {
			wants, offers = wants[:n-1], offers[:n-1]
		}
		isAs := code == 0 && len(offers) == len(wants)
		for i := range wants {
			isAs = isAs && strings.HasPrefix(offers[i], wants[i])
		}
		if !isAs {
			t.Errorf("%s: exit code %d, %q", test.line, code, offers)
		}
	}
}

// TestNoSuchShell holds that a shell without completions is an error, which names the others.
func TestNoSuchShell(t *testing.T) {
	home(t)
	out, stderr, code := run(t, "", "completion", "tcsh")
	if want := "jetpills: completion is for bash, fish, powershell and zsh: there is none for \"tcsh\"\n"; out != "" || stderr != want || code != 2 {
		t.Errorf("exit code %d, %s%s", code, out, stderr)
	}
	if out, _, code := run(t, "", "completion", "bash"); !strings.Contains(out, "__complete") || code != 0 {
		t.Errorf("bash: exit code %d", code)
	}
}
