package cli

import (
	"cmp"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"jetpills/internal/ide"
	"jetpills/internal/upstream"
	"jetpills/internal/workspace"
)

func (p *Program) upstreamCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "upstream",
		Short: "Show what is known of jetpack-nixos itself",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	c.AddCommand(p.upstreamPinCommand(), p.upstreamExtractCommand())
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
			pinned, err := pinnedAt(session.Snapshot(), at)
			if err != nil {
				return err
			}
			report := ide.PinReport(pinned)
			if note := sourceNote(pinned); note != "" {
				report = append(report, note)
			}
			for _, line := range report {
				printf(cmd.OutOrStdout(), "%s\n", line)
			}
			return tellPinProblems(cmd.ErrOrStderr(), session.Snapshot(), at)
		},
	}
}

func (p *Program) upstreamExtractCommand() *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "extract DIR",
		Short: "Print the options of a jetpack-nixos source tree, read without evaluation",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			extraction, err := upstream.ExtractDir(args[0])
			if err != nil {
				return plain(err)
			}
			for _, p := range extraction.Problems {
				printf(cmd.ErrOrStderr(), "left out: %s\n", p)
			}
			if format == "json" {
				return p.printOptionsJSON(cmd.OutOrStdout(), extraction.Options)
			}
			printOptions(cmd.OutOrStdout(), extraction.Options)
			return nil
		},
	}
	formatFlag(c, &format, "text", "json")
	return c
}

// sourceNote says where the source of a pin lies, and whether it does; it is empty for a pin without one.
func sourceNote(pinned workspace.Pinned) string {
	if pinned.Source != nil {
		return "source " + pinned.Source.Location.Dir
	}
	source := cmp.Or(pinned.Pin.Dir, pinned.Pin.StorePath)
	if source == "" {
		return ""
	}
	if _, err := os.Stat(source); err != nil {
		return "source " + source + " (not there)"
	}
	return "source " + source + " (cannot be read)"
}

// pinnedAt is the catalog that holds for a Nix file, or for the folder that a path names or that any other file lies in.
func pinnedAt(snapshot *workspace.Snapshot, path string) (workspace.Pinned, error) {
	dir, err := folderOf(path)
	if err != nil {
		return workspace.Pinned{}, err
	}
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && filepath.Ext(path) == ".nix" {
		if doc, err := workspace.ReadDocument(path); err == nil {
			return snapshot.Catalog(doc), nil
		}
	}
	return snapshot.CatalogAt(dir), nil
}

// tellPinProblems says which files around a path would pin a revision, but cannot be read as that.
func tellPinProblems(w io.Writer, snapshot *workspace.Snapshot, path string) error {
	dir, err := folderOf(path)
	if err != nil {
		return err
	}
	for _, p := range snapshot.PinProblemsAt(dir) {
		printf(w, "problem: %s\n", p)
	}
	return nil
}

// folderOf is the folder that a path names, or that the file lies in which it
// names, as an absolute path.
func folderOf(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", plain(err)
	}
	absolute, err := filepath.Abs(path)
	if err != nil || info.IsDir() {
		return absolute, err
	}
	return filepath.Dir(absolute), nil
}
