// Command generate compiles the facts folder of internal/catalog into the data file that the catalog embeds.
// With -import or -scopes it first rewrites files of that folder from raw evaluations and a clone of jetpack-nixos.
package main

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
)

func main() {
	dir := flag.String("facts", "facts", "the facts `folder` to compile")
	out := flag.String("o", "catalog.bin", "the data `file` to write")
	raw := flag.String("import", "", "rewrite the facts folder from the raw evaluations in this `folder` first")
	clone := flag.String("clone", "", "with -import or -scopes, a `clone` of jetpack-nixos with the whole history up to the newest fact")
	lib := flag.String("scopes", "", "rewrite scopes.json first, with nix-instantiate and this `folder` lib of nixpkgs; needs -clone")
	source := flag.String("upstream", "", "first add the commits that this clone or `checkout` of jetpack-nixos has after the newest fact, read without Nix")
	flag.Parse()
	if err := run(*dir, *out, *raw, *clone, *lib, *source); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(dir, out, raw, clone, lib, source string) error {
	if raw != "" {
		if err := importRaw(os.DirFS(raw), clone, dir); err != nil {
			return fmt.Errorf("import: %w", err)
		}
	}
	f, err := read(os.DirFS(dir))
	if err != nil {
		return err
	}
	if lib != "" {
		if err := evaluateScopes(f, clone, lib, dir); err != nil {
			return fmt.Errorf("scopes: %w", err)
		}
		if f, err = read(os.DirFS(dir)); err != nil {
			return err
		}
	}
	changed := false
	if source != "" {
		if changed, err = refresh(f, source, os.Stdout); err != nil {
			return fmt.Errorf("upstream: %w", err)
		}
	}
	data, err := compile(f)
	if err != nil {
		return err
	}
	if changed {
		if err := f.write(dir); err != nil {
			return err
		}
	}
	return os.WriteFile(out, data, 0o644)
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	return slices.Sorted(maps.Keys(m))
}
