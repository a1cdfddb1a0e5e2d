// Command generate writes the data that the catalog embeds: what the sources of jetpack-nixos say, read from a clone without
// running Nix, and the tables of the facts folder. It prints what changed.
package main

import (
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"

	"jetpills/internal/catalog"
)

func main() {
	facts := flag.String("facts", "facts", "the `folder` of tables and summaries")
	out := flag.String("o", "data", "the data `folder`, which is read and written")
	dir := flag.String("upstream", "", "add the commits that this `clone` of jetpack-nixos has after the newest one known")
	all := flag.Bool("all", false, "with -upstream, read the sources of the commits known once more")
	flag.Parse()
	if err := run(os.DirFS(*facts), *out, *dir, *all, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(folder fs.FS, out, dir string, all bool, w io.Writer) error {
	f, err := readFacts(folder)
	if err != nil {
		return err
	}
	// Data of another form cannot be read, but everything can be read from the clone once more.
	before, err := catalog.Read(os.DirFS(out))
	if err != nil && !all {
		return err
	}
	var known catalog.Data
	if before != nil {
		known = before.Data()
	}
	data := known
	if dir != "" {
		if data, err = add(f, clone{dir}, known, all, w); err != nil {
			return fmt.Errorf("upstream: %w", err)
		}
	}
	data.Evaluated = f.tables()
	data.Summaries, data.Words = f.summaries, f.words
	if err := data.Write(out); err != nil {
		return err
	}
	after, err := catalog.Read(os.DirFS(out))
	if err != nil {
		return err
	}
	report(w, before, after)
	return nil
}
