package cli

import (
	"fmt"
	"runtime"

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

// programLine is the program with its version, and what it was built with and for.
func programLine(version string) string {
	return fmt.Sprintf("jetpills %s (%s, %s/%s)", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
