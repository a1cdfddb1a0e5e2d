package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (p *Program) upstreamCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "upstream",
		Short: "Show what is known of jetpack-nixos itself",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(p.upstreamPinCommand())
	return c
}

func (p *Program) upstreamPinCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "pin [PATH]",
		Short: "Print which revision a workspace uses, how that is known, and where its source lies",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			at := "."
			if len(args) == 1 {
				at = args[0]
			}
			session, err := p.session()
			if err != nil {
				return err
			}
			pinned, err := session.Snapshot().CatalogAt(at)
			if err != nil {
				return err
			}
			fmt.Fprintln(cmd.OutOrStdout(), pinned.Sentence())
			return nil
		},
	}
}
