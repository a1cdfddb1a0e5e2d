package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
)

func (p *Program) versionCommand() *cobra.Command {
	const short = "Print the version, and the newest jetpack-nixos that it knows"
	return command("version", short, takes(0, 0), func(_ []string) error {
		library, err := catalog.Open()
		if err != nil {
			return err
		}
		newest := library.Newest().Revision
		printf(p.out, "%s\n", programLine(p.Version))
		printf(p.out, "jetpack-nixos up to %s (%s)\n", newest.Short(), newest.Day())
		return nil
	})
}

// programLine is the program with its version, the commit that it was built from, and what it was built with and for.
func programLine(version string) string {
	built := fmt.Sprintf("%s, %s/%s", runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if commit := buildCommit(); commit != "" {
		built = commit + ", " + built
	}
	return fmt.Sprintf("jetpills %s (%s)", version, built)
}

// buildVersion is the version that the Go tool recorded.
func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return strings.TrimPrefix(info.Main.Version, "v")
	}
	return "devel"
}

// buildCommit is the commit with its day that the Go tool recorded; empty for a build outside of a clone.
func buildCommit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	recorded := map[string]string{}
	for _, s := range info.Settings {
		recorded[s.Key] = s.Value
	}
	commit := recorded["vcs.revision"]
	if commit == "" {
		return ""
	}
	commit = "commit " + commit[:min(12, len(commit))]
	if day, _, _ := strings.Cut(recorded["vcs.time"], "T"); day != "" {
		commit += " of " + day
	}
	if recorded["vcs.modified"] == "true" {
		commit += " with changes"
	}
	return commit
}
