package main

import (
	"archive/tar"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// refresh adds the commits that a clone of jetpack-nixos has after the newest one in the facts, up to its HEAD. What it
// adds is read from the sources as they were committed, without Nix; what cannot be read is left unknown. It prints what
// changed, for a person to look at, and reports whether anything did.
func refresh(f *facts, clone string, out io.Writer) (bool, error) {
	r := &refresher{facts: f, git: &history{clone: clone}, c: newCompiler(f), out: out, sets: map[string]map[string]shape{}, trees: map[string]*extraction{}}
	commits, err := r.news()
	if err != nil || len(commits) == 0 {
		return false, err
	}
	if err := r.prepare(); err != nil {
		return false, err
	}
	for _, c := range commits {
		if err := r.add(c); err != nil {
			return false, fmt.Errorf("%s: %w", c.rev[:7], err)
		}
	}
	return true, r.branches(commits)
}

// refresher is one run over the new commits, parents before children.
type refresher struct {
	*facts
	git *history
	c   *compiler
	out io.Writer

	head string
	// main is the newest mainline commit so far, shown the newest one whose options are known.
	main, shown string
	sets        map[string]map[string]shape // the options of a revision, by path
	full        map[[2]string]string        // types behind stubs
	extras      map[string]shape
	reference   map[string]string // objects of the newest evaluated revision
	files       []string
	carrierRule string
	treeIndex   map[string]int
	placeIndex  map[string]int
	trees       map[string]*extraction // by the object id of the whole tree
}

type commit struct {
	rev, date string
	parents   []string
	mainline  bool
}

// extraction is what was read of one source tree.
type extraction struct {
	upstream.Extraction
	// options and packages say whether all of them were read.
	options, packages bool
}

// news lists the new commits in the order of the facts.
func (r *refresher) news() ([]commit, error) {
	newest := r.Revisions[len(r.Revisions)-1]
	text, err := r.git.git("", "rev-parse", "--verify", "HEAD^{commit}")
	if err != nil {
		return nil, err
	}
	r.head = strings.TrimSpace(text)
	if at, ok := r.c.revision[r.head]; ok {
		fmt.Fprintf(r.out, "Nothing new: %s (%s) is known, and so is all before it.\n", r.head[:7], r.Revisions[at].Date)
		return nil, nil
	}
	if _, err := r.git.git("", "cat-file", "-e", newest.Rev+"^{commit}"); err != nil {
		return nil, fmt.Errorf("%s does not have %s, the newest commit known: it needs the history of jetpack-nixos up to there", r.git.clone, newest.Rev)
	}
	if _, err := r.git.git("", "merge-base", "--is-ancestor", newest.Rev, r.head); err != nil {
		return nil, fmt.Errorf("HEAD (%s) does not come after %s, the newest commit known", r.head[:7], newest.Rev[:7])
	}
	// The dates are those of the committers' calendars, as in all of revisions.json.
	text, err = r.git.git("", "log", "--reverse", "--date-order", "--format=%H %cs %P", newest.Rev+".."+r.head)
	if err != nil {
		return nil, err
	}
	var commits []commit
	place := map[string]int{}
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 3 {
			return nil, fmt.Errorf("git log: %q is no commit with a parent: the clone is not whole", strings.TrimSpace(line))
		}
		c := commit{rev: words[0], date: words[1], parents: words[2:]}
		for _, parent := range c.parents {
			if _, ok := place[parent]; ok {
				continue
			}
			if _, ok := r.c.revision[parent]; !ok {
				return nil, fmt.Errorf("the parent %s of %s is not known", parent[:7], c.rev[:7])
			}
		}
		place[c.rev] = len(commits)
		commits = append(commits, c)
	}
	rev := r.head
	for {
		i, ok := place[rev]
		if !ok {
			break
		}
		commits[i].mainline = true
		rev = commits[i].parents[0]
	}
	if rev != newest.Rev {
		return nil, fmt.Errorf("the first parents of HEAD lead to %s, not to %s, the newest commit known", rev[:7], newest.Rev[:7])
	}
	fmt.Fprintf(r.out, "%d commits after %s (%s), up to %s (%s).\n", len(commits), newest.Rev[:7], newest.Date, r.head[:7], commits[len(commits)-1].date)
	return commits, nil
}

// prepare reads what new revisions are compared with.
func (r *refresher) prepare() error {
	var err error
	if r.full, err = r.c.fullTypes(); err != nil {
		return err
	}
	if r.extras, err = r.c.extraShapes(); err != nil {
		return err
	}
	r.main = r.Revisions[len(r.Revisions)-1].Rev
	r.shown = r.main
	slices.SortFunc(r.Eras, func(a, b eraFact) int { return r.c.revision[a.Rev] - r.c.revision[b.Rev] })
	r.files = append(slices.Clone(r.Packages.Need), "modules/cuda.nix", "modules/devices.nix")
	slices.Sort(r.files)
	objects, err := r.git.objects([]string{r.Packages.Rev}, r.files)
	if err != nil {
		return err
	}
	r.reference = objects[r.Packages.Rev]
	if r.reference["modules/default.nix"] != "" {
		root, err := r.git.git("", "cat-file", "blob", r.reference["modules/default.nix"])
		if err != nil {
			return err
		}
		r.carrierRule = assertionOn("xavierNxDevkit", root)
	}
	r.treeIndex, r.placeIndex = map[string]int{}, map[string]int{}
	if err := index(r.treeIndex, r.Trees); err != nil {
		return err
	}
	return index(r.placeIndex, r.Places)
}

// index fills the index that intern needs from a list that is there already; of equals, the first counts.
func index[T any](into map[string]int, list []T) error {
	for i, v := range list {
		known := make([]T, i, i+1)
		if _, err := intern(into, &known, v); err != nil {
			return err
		}
	}
	return nil
}

// assertionOn is the text of the only assertion that names a value; nothing if there is no such.
func assertionOn(value, text string) string {
	found := ""
	for rest := text; ; {
		i := strings.Index(rest, "assertion = ")
		if i < 0 {
			return found
		}
		rest = rest[i:]
		n := extent(rest)
		if strings.Contains(rest[:n], `"`+value+`"`) {
			if found != "" {
				return ""
			}
			found = rest[:n]
		}
		rest = rest[n:]
	}
}

// add adds one commit.
func (r *refresher) add(c commit) error {
	e, err := r.extract(c.rev)
	if err != nil {
		return err
	}
	fact := revisionFact{Rev: c.rev, Date: c.date, Mainline: c.mainline, Read: true}
	if e.options {
		if fact.Catalog, fact.Tree, err = r.options(c, e); err != nil {
			return err
		}
	} else {
		if c.rev == r.head {
			return errors.New("the options of HEAD cannot be read as a whole, and nothing newer can take its place")
		}
		fact.Like = r.ancestor(c)
	}
	r.c.revision[c.rev], r.c.read[c.rev] = len(r.Revisions), true
	r.Revisions = append(r.Revisions, fact)
	if len(r.Scopes.Of) > 0 {
		r.scope(c, e)
	}
	if !c.mainline {
		return nil
	}
	if err := r.versions(c, e); err != nil {
		return err
	}
	r.main = c.rev
	if e.options {
		r.events(c)
		r.shown = c.rev
	}
	return nil
}

// ancestor is the nearest first parent with a catalog.
func (r *refresher) ancestor(c commit) string {
	at, ok := r.c.revision[c.parents[0]]
	if !ok {
		return ""
	}
	if p := r.Revisions[at]; p.Catalog == "" {
		return p.Like
	}
	return c.parents[0]
}

// extract reads the source tree of a commit.
func (r *refresher) extract(rev string) (*extraction, error) {
	id, err := r.git.git("", "rev-parse", "--verify", rev+"^{tree}")
	if err != nil {
		return nil, err
	}
	if e, ok := r.trees[id]; ok {
		return e, nil
	}
	dir, err := os.MkdirTemp("", "jetpack-nixos")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	archive, err := r.git.git("", "archive", "--format=tar", rev)
	if err != nil {
		return nil, err
	}
	if err := unpack(strings.NewReader(archive), dir); err != nil {
		return nil, err
	}
	e := &extraction{options: true, packages: true}
	if e.Extraction, err = upstream.ExtractDir(dir); errors.Is(err, upstream.ErrNoModules) {
		e.options, e.packages = false, false
	} else if err != nil {
		return nil, err
	}
	for _, p := range e.Problems {
		fmt.Fprintf(r.out, "%s: %s\n", rev[:7], p)
		if p.File == "." || isOverlayFile(p.File) {
			e.packages = false
		}
		if p.File == "." || !isOverlayFile(p.File) {
			e.options = false
		}
	}
	r.trees[id] = e
	return e, nil
}

// isOverlayFile reports whether a file has to do with packages only.
func isOverlayFile(name string) bool {
	first, rest, _ := strings.Cut(name, "/")
	switch first {
	case "overlay.nix", "mk-overlay.nix", "overlay-with-config.nix", "cuda-packages-11-4-extension.nix":
		return rest == ""
	}
	return first == "pkgs" || first == "device-pkgs" || first == "sourceinfo"
}

// unpack writes the regular files of an archive below dir.
func unpack(archive io.Reader, dir string) error {
	for files := tar.NewReader(archive); ; {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := filepath.Join(dir, filepath.FromSlash(h.Name))
		switch {
		case h.Typeflag != tar.TypeReg || !filepath.IsLocal(filepath.FromSlash(h.Name)):
			continue
		default:
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				return err
			}
		}
		content, err := io.ReadAll(files)
		if err != nil {
			return err
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			return err
		}
	}
}

// set is what a revision declares, as the compiled catalog will have it.
func (r *refresher) set(rev string) map[string]shape {
	if s, ok := r.sets[rev]; ok {
		return s
	}
	s := map[string]shape{}
	fact := r.Revisions[r.c.revision[rev]]
	if fact.Catalog != "" {
		s = r.completed(r.Catalogs[r.c.catalog[fact.Catalog]])
	}
	if fact.Tree != nil {
		for _, path := range r.Trees[*fact.Tree].Extras {
			s[path] = r.extras[path]
		}
	}
	r.sets[rev] = s
	return s
}

func (r *refresher) completed(k catalogFact) map[string]shape {
	has := map[string]bool{}
	for _, o := range k.options {
		has[o.Path] = true
	}
	s := map[string]shape{}
	for _, o := range k.options {
		s[o.Path] = r.c.shapeOf(o, has, r.full)
	}
	return s
}

// options finds or adds the catalog and the tree of a commit.
func (r *refresher) options(c commit, e *extraction) (key string, at *int, err error) {
	set, proper, has := map[string]shape{}, map[string]shape{}, map[string]bool{}
	var t treeFact
	for _, o := range e.Options {
		s := shape{
			shapeFact: shapeFact{Path: o.Path, Type: o.Type, HasDefault: o.HasDefault, Internal: o.Internal},
			RenamedTo: o.RenamedTo, Field: o.Field, values: o.Values,
		}
		if _, _, _, values := catalog.ReadType(o.Type); !slices.Equal(values, o.Values) {
			// Not all values can be read: neither can the type.
			s.Type, s.values = "", nil
		}
		set[o.Path] = s
		if x, ok := r.extras[o.Path]; ok && sameShape(x, s) {
			t.Extras = append(t.Extras, o.Path)
			continue
		}
		proper[o.Path] = s
		has[o.Path] = true
	}
	r.sets[c.rev] = set
	if key, err = r.catalogOf(c, proper, has); err != nil {
		return "", nil, err
	}

	objects, err := r.git.objects([]string{c.rev}, r.files)
	if err != nil {
		return "", nil, err
	}
	for _, file := range r.files {
		if object := objects[c.rev][file]; object != "" && object == r.reference[file] {
			t.Same = append(t.Same, file)
		}
	}
	if object := objects[c.rev]["modules/default.nix"]; object != "" && r.carrierRule != "" {
		root, err := r.git.git("", "cat-file", "blob", object)
		if err != nil {
			return "", nil, err
		}
		t.CarrierRule = strings.Contains(root, r.carrierRule)
	}
	if t.Places, err = r.places(c, e, set); err != nil {
		return "", nil, err
	}
	i, err := intern(r.treeIndex, &r.Trees, t)
	return key, &i, err
}

func sameShape(a, b shape) bool {
	return a.Path == b.Path && a.Type == b.Type && a.HasDefault == b.HasDefault && a.Internal == b.Internal &&
		a.RenamedTo == b.RenamedTo && a.Field == b.Field && slices.Equal(a.values, b.values)
}

// catalogOf finds the catalog that says the same as a set of options, or adds it.
func (r *refresher) catalogOf(c commit, set map[string]shape, has map[string]bool) (string, error) {
	for _, k := range slices.Backward(r.Catalogs) {
		if len(k.options) != len(set) {
			continue
		}
		if same := r.completed(k); !slices.ContainsFunc(k.options, func(o shapeFact) bool {
			s, ok := set[o.Path]
			return !ok || !sameShape(s, same[o.Path])
		}) {
			return k.Key, nil
		}
	}
	k := catalogFact{Read: true}
	before := map[string]shapeFact{}
	for _, o := range r.Catalogs[len(r.Catalogs)-1].options {
		before[o.Path] = o
	}
	for _, path := range sortedKeys(set) {
		s := set[path]
		o := s.shapeFact
		o.Field = s.Field
		// A stub stays as it is in the catalog before, for a small difference.
		if was := before[path]; r.full[[2]string{path, was.Type}] == s.Type {
			o.Type = was.Type
		}
		if told := r.c.shapeOf(o, has, r.full).RenamedTo; told != s.RenamedTo {
			o.RenamedTo, o.Proper = s.RenamedTo, s.RenamedTo == ""
		}
		k.options = append(k.options, o)
		if before[path] != o {
			k.Set = append(k.Set, o)
		}
		delete(before, path)
	}
	k.Removed = sortedKeys(before)
	text, err := layOut(k.options)
	if err != nil {
		return "", err
	}
	k.Key = fmt.Sprintf("%x", sha256.Sum256(text))[:10]
	if _, ok := r.c.catalog[k.Key]; ok {
		return "", fmt.Errorf("the key %s belongs to two catalogs", k.Key)
	}
	r.c.catalog[k.Key] = len(r.Catalogs)
	r.Catalogs = append(r.Catalogs, k)
	fmt.Fprintf(r.out, "\nCatalog %s, new at %s (%s):\n", k.Key, c.rev[:7], c.date)
	return k.Key, r.compare(cmp.Or(r.ancestor(c), c.parents[0]), c.rev)
}

// compare prints what lies between the options of two revisions.
func (r *refresher) compare(from, to string) error {
	library, err := catalog.Open()
	if err != nil {
		return err
	}
	made := func(rev string) *catalog.Catalog {
		var s catalog.Source
		set := r.set(rev)
		for _, path := range sortedKeys(set) {
			o := set[path]
			s.Options = append(s.Options, catalog.Option{Path: o.Path, Type: o.Type, Values: o.values, HasDefault: o.HasDefault, RenamedTo: o.RenamedTo})
		}
		return library.Extracted(s)
	}
	d := catalog.Diff(made(from), made(to))
	for _, o := range d.Added {
		if o.RenamedTo != "" {
			fmt.Fprintf(r.out, "  added    %s, an alias of %s\n", o.Path, o.RenamedTo)
		} else {
			fmt.Fprintf(r.out, "  added    %s: %s\n", o.Path, o.Type)
		}
	}
	for _, o := range d.Removed {
		fmt.Fprintf(r.out, "  removed  %s\n", o.Path)
	}
	for _, n := range d.Renamed {
		fmt.Fprintf(r.out, "  renamed  %s to %s\n", n.From, n.To)
	}
	for _, n := range d.Changed {
		if len(n.Added)+len(n.Removed) == 0 && n.Before.Type != n.After.Type {
			fmt.Fprintf(r.out, "  type     %s: %s, was %s\n", n.Path, n.After.Type, n.Before.Type)
		}
		for _, v := range n.Added {
			fmt.Fprintf(r.out, "  value    %s = %q added\n", n.Path, v)
		}
		for _, v := range n.Removed {
			fmt.Fprintf(r.out, "  value    %s = %q removed\n", n.Path, v)
		}
		switch {
		case n.Default && n.After.HasDefault:
			fmt.Fprintf(r.out, "  default  %s: has one now\n", n.Path)
		case n.Default:
			fmt.Fprintf(r.out, "  default  %s: has none any more\n", n.Path)
		}
	}
	if d.Empty() {
		fmt.Fprintf(r.out, "  nothing but the text of defaults or what is internal, compared with %s\n", from[:7])
	}
	return nil
}

// places says where the declarations of a commit stand. Those that are as in no era make one of their own.
func (r *refresher) places(c commit, e *extraction, set map[string]shape) ([]int, error) {
	files := map[string]placesFact{}
	put := func(era eraFact, o catalog.Option) {
		p, ok := files[o.DeclaredIn]
		if !ok {
			p = placesFact{File: o.DeclaredIn, Eras: map[string]map[string]int{}}
			files[o.DeclaredIn] = p
		}
		if p.Eras[era.Rev[:7]] == nil {
			p.Eras[era.Rev[:7]] = map[string]int{}
		}
		p.Eras[era.Rev[:7]][o.Path] = o.Line
	}
	own := eraFact{Rev: c.rev, Read: true}
	for _, o := range e.Options {
		if o.DeclaredIn == "" || o.Line == 0 {
			continue
		}
		i := -1
		for at, era := range slices.Backward(r.Eras) {
			known := slices.ContainsFunc(era.Options, func(k eraOption) bool { return sameDeclaration(k, o) })
			if known {
				i = at
				break
			}
		}
		if i >= 0 {
			put(r.Eras[i], o)
			continue
		}
		put(own, o)
		s := set[o.Path]
		record := eraOption{
			Path: o.Path, Type: s.Type, Values: s.values, RenamedTo: o.RenamedTo, Field: o.Field,
			File: o.DeclaredIn, Line: o.Line, Column: o.Column, With: o.DeclaredWith,
			HasDefault: o.HasDefault, Default: o.Default, DefaultText: o.DefaultText, Internal: o.Internal, ReadOnly: o.ReadOnly,
		}
		if o.Example != "" {
			record.Example = []byte(o.Example)
		}
		own.Options = append(own.Options, record)
	}
	if len(own.Options) > 0 {
		r.Eras = append(r.Eras, own)
		fmt.Fprintf(r.out, "\nDeclarations new at %s (%s):\n", c.rev[:7], c.date)
		for _, o := range own.Options {
			fmt.Fprintf(r.out, "  %s:%d  %s", o.File, o.Line, o.Path)
			if o.HasDefault {
				fmt.Fprintf(r.out, ", default %s", strings.Join(strings.Fields(o.Default), " "))
			}
			fmt.Fprintln(r.out)
		}
	}
	var places []int
	for _, file := range sortedKeys(files) {
		at, err := intern(r.placeIndex, &r.Places, files[file])
		if err != nil {
			return nil, err
		}
		places = append(places, at)
	}
	return places, nil
}

// sameDeclaration reports whether an era's declaration says all that one in a new revision says, but for the line.
func sameDeclaration(k eraOption, o catalog.Option) bool {
	example, err := compactJSON(k.Example)
	return err == nil && k.Path == o.Path && k.File == o.DeclaredIn && k.Column == o.Column && k.With == o.DeclaredWith &&
		k.HasDefault == o.HasDefault && k.Default == o.Default && k.DefaultText == o.DefaultText && example == o.Example &&
		k.ReadOnly == o.ReadOnly && (k.RenamedTo != "") == (o.RenamedTo != "")
}

// scope adds the names in the scope of a commit.
func (r *refresher) scope(c commit, e *extraction) {
	at := -1
	defer func() { r.Scopes.Of = append(r.Scopes.Of, at) }()
	if !e.packages || len(e.Packages) == 0 {
		return
	}
	s := scopeFact{members: map[string]string{}}
	for _, p := range e.Packages {
		where := slices.Clone(p.Generations)
		if p.DeviceFile != "" {
			where = append(where, "device")
		}
		s.members[p.Name] = strings.Join(where, " ")
	}
	for _, a := range e.Overlay {
		s.Top = append(s.Top, a.Name)
	}
	at = slices.IndexFunc(r.Scopes.Scopes, func(known scopeFact) bool {
		return reflect.DeepEqual(known.members, s.members) && slices.Equal(known.Top, s.Top)
	})
	if at >= 0 {
		return
	}
	var last scopeFact
	if n := len(r.Scopes.Scopes); n > 0 {
		last = r.Scopes.Scopes[n-1]
	}
	at = len(r.Scopes.Scopes)
	r.Scopes.Scopes = append(r.Scopes.Scopes, s.since(last))

	parent := scopeFact{}
	if i := r.c.revision[c.parents[0]]; i < len(r.Scopes.Of) && r.Scopes.Of[i] >= 0 {
		parent = r.Scopes.Scopes[r.Scopes.Of[i]]
	}
	fmt.Fprintf(r.out, "\nPackages new at %s (%s):\n", c.rev[:7], c.date)
	change := s.since(parent)
	for _, name := range sortedKeys(change.Set) {
		word := "added"
		if _, ok := parent.members[name]; ok {
			word = "now in"
		}
		fmt.Fprintf(r.out, "  %-8s %s (%s)\n", word, name, change.Set[name])
	}
	for _, name := range change.Removed {
		fmt.Fprintf(r.out, "  removed  %s\n", name)
	}
	for _, name := range s.Top {
		if !slices.Contains(parent.Top, name) {
			fmt.Fprintf(r.out, "  added    %s, beside the scope\n", name)
		}
	}
	for _, name := range parent.Top {
		if !slices.Contains(s.Top, name) {
			fmt.Fprintf(r.out, "  removed  %s, beside the scope\n", name)
		}
	}
}

// versions finds the state of a mainline commit, or begins one.
func (r *refresher) versions(c commit, e *extraction) error {
	if !e.packages || !e.options || len(e.Generations) == 0 {
		return nil
	}
	fact := &r.Revisions[len(r.Revisions)-1]
	parent := r.Revisions[r.c.revision[r.main]]
	for _, earlier := range slices.Backward(r.Revisions[:r.c.revision[r.main]]) {
		if parent.Generation != nil {
			break
		}
		if earlier.Mainline && earlier.Generation != nil { // what lies between could not be read
			parent = earlier
		}
	}
	var was stateFact
	if parent.Generation != nil {
		was = r.Generations[*parent.Generation]
	}
	now := stateFact{Since: c.rev, DefaultMajor: r.majors(c.rev, e, was)}
	for _, g := range e.Generations {
		n := versionsOf(g)
		if i := slices.IndexFunc(was.Generations, func(w generationFact) bool { return w.Major == n.Major }); i >= 0 {
			w := was.Generations[i]
			if sameMembers(w.SoMFamilies, n.SoMFamilies) {
				n.SoMFamilies = w.SoMFamilies
			}
			if w.L4T == n.L4T && w.Kernel != "" {
				same, err := r.sameKernel(parent.Rev, c.rev, n.L4T)
				if err != nil {
					return err
				}
				if same {
					n.Kernel, n.RealtimeSuffix = w.Kernel, w.RealtimeSuffix
				}
			}
		}
		now.Generations = append(now.Generations, n)
	}
	if at := parent.Generation; at != nil && reflect.DeepEqual(now.Generations, was.Generations) && reflect.DeepEqual(now.DefaultMajor, was.DefaultMajor) {
		i := *at
		fact.Generation = &i
		return nil
	}
	at := len(r.Generations)
	fact.Generation = &at
	r.Generations = append(r.Generations, now)
	fmt.Fprintf(r.out, "\nVersions since %s (%s):\n", c.rev[:7], c.date)
	for _, g := range now.Generations {
		kernel := g.Kernel + g.RealtimeSuffix
		if g.Kernel == "" {
			kernel = "not known"
		}
		fmt.Fprintf(r.out, "  JetPack %s  L4T %s  CUDA %s  driver %s  kernel %s  for %s\n", g.JetPack, g.L4T, g.CUDA, g.Driver, kernel, strings.Join(g.SoMFamilies, " "))
	}
	return nil
}

func versionsOf(g catalog.Generation) generationFact {
	return generationFact{Major: g.Major, JetPack: g.JetPack, L4T: g.L4T, CUDA: g.CUDA, Driver: g.Driver, SoMFamilies: g.SoMFamilies}
}

func sameMembers(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

// majors gives the arms of majorVersion's default: those of the state before while they say the same of every SoM.
func (r *refresher) majors(rev string, e *extraction, was stateFact) []majorArm {
	same := true
	var arms []majorArm
	for _, som := range r.sets[rev][somOption].values {
		major := e.DefaultMajors[som]
		same = same && majorOf(was.DefaultMajor, som) == major
		if major != "" {
			arms = append(arms, majorArm{SoM: som, Major: major})
		}
	}
	if same {
		return was.DefaultMajor
	}
	return arms
}

// somOption is the option whose values are the SoMs.
const somOption = "hardware.nvidia-jetpack.som"

func majorOf(arms []majorArm, som string) string {
	for _, arm := range arms {
		if arm.SoM == som || arm.SoM == "" && strings.HasPrefix(som, arm.Prefix) {
			return arm.Major
		}
	}
	return ""
}

// sameKernel reports whether two revisions take the kernel for an L4T version from the same file.
func (r *refresher) sameKernel(a, b, l4t string) (bool, error) {
	major, _, _ := strings.Cut(l4t, ".")
	file := path.Join("pkgs/kernels", "r"+major, "default.nix")
	objects, err := r.git.objects([]string{a, b}, []string{file, "mk-overlay.nix"})
	if err != nil {
		return false, err
	}
	of, with := objects[a], objects[b]
	if of[file] == "" || of[file] != with[file] {
		return false, nil
	}
	if of["mk-overlay.nix"] == with["mk-overlay.nix"] {
		return of["mk-overlay.nix"] != "", nil
	}
	var uses [2][]string
	for i, object := range []string{of["mk-overlay.nix"], with["mk-overlay.nix"]} {
		if object == "" {
			return false, nil
		}
		text, err := r.git.git("", "cat-file", "blob", object)
		if err != nil {
			return false, err
		}
		for line := range strings.Lines(text) {
			if strings.Contains(line, "kernels/") {
				uses[i] = append(uses[i], strings.TrimSpace(line))
			}
		}
	}
	return len(uses[0]) > 0 && slices.Equal(uses[0], uses[1]), nil
}

// events notes what a mainline commit did to options and to the values of enums.
func (r *refresher) events(c commit) {
	before, now := r.set(r.shown), r.sets[c.rev]
	at := map[string]int{}
	for i, h := range r.History.Options {
		at[h.Path] = i
	}
	known := map[[2]string]bool{}
	for _, v := range r.History.Values {
		known[[2]string{v.Path, v.Value}] = true
	}
	for _, path := range sortedKeys(now) {
		o := now[path]
		i, ok := at[path]
		if !ok {
			i = len(r.History.Options)
			r.History.Options = append(r.History.Options, optionEvents{Path: path, Introduced: c.rev})
		}
		h := &r.History.Options[i]
		if h.Removed != "" && h.Reintroduced == "" {
			h.Reintroduced = c.rev
		}
		// An option that was an alias at other times keeps the first target: older catalogs go by it.
		if o.RenamedTo != "" && before[path].RenamedTo == "" && h.RenamedTo == "" {
			h.AliasSince, h.RenamedTo = c.rev, o.RenamedTo
		}
		for _, v := range o.values {
			if !known[[2]string{path, v}] {
				r.History.Values = append(r.History.Values, valueEvents{path, v, c.rev})
			}
		}
	}
	for path := range before {
		if i, ok := at[path]; ok && now[path].Path == "" {
			r.History.Options[i].Removed, r.History.Options[i].Reintroduced = c.rev, ""
		}
	}
	slices.SortFunc(r.History.Options, func(a, b optionEvents) int { return strings.Compare(a.Path, b.Path) })
	slices.SortStableFunc(r.History.Values, func(a, b valueEvents) int { return strings.Compare(a.Path, b.Path) })
	for _, som := range now[somOption].values {
		if slices.ContainsFunc(r.SoMs.SoMs, func(s oneSoM) bool { return s.Name == som }) {
			continue
		}
		// Without its family every JetPack would count as allowed for it.
		family, _, ok := strings.Cut(som, "-")
		if !ok {
			family = som
		}
		r.SoMs.SoMs = append(r.SoMs.SoMs, oneSoM{Name: som, Family: family})
	}
}

// branches gives the commits beside the mainline the state whose versions are theirs.
func (r *refresher) branches(commits []commit) error {
	for _, c := range commits {
		if c.mainline {
			continue
		}
		e, err := r.extract(c.rev)
		if err != nil {
			return err
		}
		if !e.packages || !e.options || len(e.Generations) == 0 {
			continue
		}
		for at, s := range slices.Backward(r.Generations) {
			same := slices.EqualFunc(s.Generations, e.Generations, func(w generationFact, g catalog.Generation) bool {
				n := versionsOf(g)
				families := sameMembers(w.SoMFamilies, n.SoMFamilies)
				w.SoMFamilies, n.SoMFamilies, w.Kernel, w.RealtimeSuffix = nil, nil, "", ""
				return families && reflect.DeepEqual(w, n)
			})
			if !same || !reflect.DeepEqual(r.majors(c.rev, e, s), s.DefaultMajor) {
				continue
			}
			// The kernel has to be that of the state too.
			for _, g := range s.Generations {
				if g.Kernel == "" {
					continue
				}
				if same, err = r.sameKernel(s.Since, c.rev, g.L4T); err != nil {
					return err
				} else if !same {
					break
				}
			}
			if same {
				r.Revisions[r.c.revision[c.rev]].Generation = &at
			}
			break
		}
	}
	return nil
}
