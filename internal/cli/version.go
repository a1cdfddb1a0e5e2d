package cli

import (
	"runtime"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
)

func (p *Program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, and the newest jetpack-nixos that it knows",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			library, err := catalog.Open()
			if err != nil {
				return err
			}
			newest := library.Newest().Revision
			printf(cmd.OutOrStdout(), "jetpills %s (%s, %s/%s)\njetpack-nixos up to %s (%s)\n",
				p.Version, runtime.Version(), runtime.GOOS, runtime.GOARCH, newest.Short(), newest.Day())
			return nil
		},
	}
}
