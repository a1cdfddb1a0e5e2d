// Command generate writes the data that the catalog embeds: what the sources of jetpack-nixos say, read from a clone without
// running Nix, and the tables of the facts folder. It prints what changed.
package main

import (
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/catalog/facts"
)

func main() {
	out := flag.String("o", "data", "the data `folder`, which is read and written")
	dir := flag.String("upstream", "", "add the commits that this `clone` of jetpack-nixos has after the newest one known")
	all := flag.Bool("all", false, "with -upstream, read the sources of the commits known once more")
	pills := flag.String("pills", "", "a `folder` of pills about the newest commit known, which are to be about the one that is then; with -upstream, the files and lines that they name are found in all commits")
	flag.Parse()
	if err := run(facts.Files, *out, *dir, *all, *pills, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(folder fs.FS, out, dir string, all bool, pills string, w io.Writer) error {
	t, err := readTables(folder)
	if err != nil {
		return err
	}
	// Data of another form cannot be read, but everything can be read from the clone once more.
	before, err := catalog.Read(os.DirFS(out))
	if err != nil && !all {
		return err
	}
	var data catalog.Data
	if before != nil {
		data = catalog.DataOf(before)
	}
	firstParent := map[string]string{}
	if dir != "" {
		h, err := add(t, clone{dir}, data, all, w)
		if err != nil {
			return fmt.Errorf("upstream: %w", err)
		}
		if h != nil {
			known := len(data.Sources)
			data, firstParent = h.data(), h.firstParents()
			fmt.Fprintf(w, "%d distinct sources, %d before.\n", len(data.Sources), known)
		}
	}
	if dir != "" && pills != "" {
		from, to := "", data.Commits[len(data.Commits)-1].Hash
		if before != nil {
			from = before.Newest().Revision.Hash
		}
		if from != "" && from != to {
			if err := (clone{dir}).moveLines(pills, from, to, w); err != nil {
				return fmt.Errorf("lines: %w", err)
			}
			t.reportMarks(w)
		}
		if data.Places, err = t.places(clone{dir}, data.Commits, pills); err != nil {
			return fmt.Errorf("places: %w", err)
		}
		if before != nil {
			reportWords(w, catalog.DataOf(before).Places, data.Places)
		}
	} else if before != nil {
		data.Places = catalog.DataOf(before).Places
	}
	data.Evaluated, data.Summaries, data.OtherSummaries, data.Names = t.evaluated(), t.summaries, t.otherSummaries, t.names
	if err := catalog.Write(out, data); err != nil {
		return err
	}
	after, err := catalog.Read(os.DirFS(out))
	if err != nil {
		return err
	}
	if err := t.checkMarks(after); err != nil {
		return err
	}
	report(w, before, after, firstParent)
	if before == nil || before.Newest().Revision == after.Newest().Revision {
		return nil
	}
	from, to := before.Newest().Revision, after.Newest().Revision
	fmt.Fprintf(w, "\nThe newest commit is %s now. What names %s still: git grep %s\n", name(to), name(from), from.Short())
	if pills == "" {
		return nil
	}
	return repin(pills, from.Hash, to.Hash)
}

// repin makes the pills that are about one revision be about another. What does not hold there, their check says.
func repin(dir, from, to string) error {
	files, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		return err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		moved := strings.Replace(string(text), "\nrevision: "+from+"\n", "\nrevision: "+to+"\n", 1)
		if moved == string(text) {
			continue
		}
		if err := os.WriteFile(file, []byte(moved), 0o644); err != nil {
			return err
		}
	}
	return nil
}
