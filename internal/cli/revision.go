package cli

import (
	"fmt"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pins"
	"jetpills/internal/text"
)

// newestRevision is the word for the newest revision that is known.
const newestRevision = "newest"

// revisionForms says what revision takes.
const revisionForms = "a `REV` is at least seven digits of a commit of jetpack-nixos, a day such as 2025-10-31, or " + newestRevision

// revision is the catalog of just the revision that is asked for: of a commit, of the last commit of a day or before it, or the
// newest.
func revision(library *catalog.Library, rev string) (*catalog.Catalog, error) {
	if rev == newestRevision {
		return library.Newest(), nil
	}
	if day, err := time.Parse(time.DateOnly, rev); err == nil {
		c, ok := library.Before(day)
		if !ok {
			return nil, fmt.Errorf("no known revision with options is as old as %s", rev)
		}
		return c, nil
	}
	c, match := library.At(rev)
	switch match {
	case catalog.Unknown:
		newest := library.Newest().Revision
		meant := ""
		if near := ide.NearestRevisions(library, rev, newestRevision); len(near) > 0 {
			meant = "; did you mean " + text.List(near, "or") + "?"
		}
		if !pins.IsRevision(rev) {
			return nil, fmt.Errorf("%q is not a revision: use at least the first seven digits of a commit, a day such as 2025-10-31, or %q%s", rev, newestRevision, meant)
		}
		return nil, fmt.Errorf("revision %q is not known: the newest known is %s%s", rev, newest.Short(), meant)
	case catalog.NoModules:
		return nil, fmt.Errorf("revision %q declares no options, or cannot be evaluated", rev)
	}
	return c, nil
}
