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
	return group("upstream", "Show what is known of jetpack-nixos itself",
		p.upstreamPinCommand(), p.upstreamExtractCommand())
}

func (p *Program) upstreamPinCommand() *cobra.Command {
	const short = "Print which revision a workspace uses, what pins it, and where its source lies"
	return command("pin [PATH]", short, takes(0, 1), func(args []string) error {
		w, err := p.workspaceOf(args)
		if err != nil {
			return err
		}
		all, err := p.pinned(w)
		if err != nil {
			return err
		}
		for i, pinned := range all {
			report := ide.PinReport(pinned)
			if note := sourceNote(pinned); note != "" {
				report = append(report, note)
			}
			if i > 0 {
				printf(p.out, "\n")
			}
			for _, line := range report {
				printf(p.out, "%s\n", line)
			}
		}
		w.printProblems(p.err)
		return nil
	})
}

func (p *Program) upstreamExtractCommand() *cobra.Command {
	var format string
	const short = "Print the options of a jetpack-nixos source tree, read without evaluation"
	c := command("extract DIR", short, takes(1, 1), func(args []string) error {
		extraction, err := upstream.ExtractDir(args[0])
		if err != nil {
			return plain(err)
		}
		for _, problem := range extraction.Problems {
			printf(p.err, "left out: %s\n", problem)
		}
		if format == "json" {
			return p.printOptionsJSON(p.out, extraction.Options)
		}
		printOptions(p.out, extraction.Options)
		return nil
	})
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

// pathInWorkspace is a file or folder, as it is given, in a workspace.
type pathInWorkspace struct {
	snapshot  *workspace.Snapshot
	path, dir string // dir is the folder, or that of the file, as an absolute path
}

// workspaceOf looks at the path that is given, or at the current folder.
func (p *Program) workspaceOf(args []string) (w pathInWorkspace, err error) {
	w.path = "."
	if len(args) > 0 {
		w.path = args[0]
	}
	if w.snapshot, err = p.snapshot(); err != nil {
		return w, err
	}
	info, err := os.Stat(w.path)
	if err != nil {
		return w, plain(err)
	}
	if w.dir, err = filepath.Abs(w.path); err == nil && !info.IsDir() {
		w.dir = filepath.Dir(w.dir)
	}
	return w, err
}

// spelt is a file of the workspace as the path leads to it.
func (w pathInWorkspace) spelt(file string) string {
	at, inside := w.path, filepath.Join(w.dir, "file")
	if dir, err := filepath.Abs(w.path); err == nil && dir == w.dir {
		at = filepath.Join(w.path, "file") // the path is the folder
	}
	return besides(at, inside, file)
}

// pinned are the catalogs that hold for a Nix file, or for the folder. That may hang on the hosts, which are read for it.
func (p *Program) pinned(w pathInWorkspace) ([]workspace.Pinned, error) {
	if _, err := p.hosts(w.snapshot, w.dir); err != nil {
		return nil, err
	}
	if info, err := os.Stat(w.path); err == nil && info.Mode().IsRegular() && filepath.Ext(w.path) == ".nix" {
		if doc, err := workspace.ReadDocument(w.path); err == nil {
			return w.snapshot.Catalogs(doc), nil
		}
	}
	return w.snapshot.CatalogsIn(w.dir), nil
}

// printProblems says which files around the path would pin a revision, but cannot be read as that.
func (w pathInWorkspace) printProblems(out io.Writer) {
	for _, p := range w.snapshot.PinProblemsAt(w.dir) {
		printf(out, "problem: %s\n", p)
	}
}
