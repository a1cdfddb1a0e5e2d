package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"jetpills/internal/catalog"
)

// magic is the catalog package's; its number grows with every change of the layout.
const magic = "jetpills catalog 1\n"

// writer is the counterpart of the catalog package's reader.
type writer struct {
	body    bytes.Buffer
	strings []string
	index   map[string]int
}

func (w *writer) uint(v int) {
	w.body.Write(binary.AppendUvarint(nil, uint64(v)))
}

func (w *writer) ref(i int) { w.uint(i + 1) }

func (w *writer) bool(b bool) {
	if b {
		w.uint(1)
	} else {
		w.uint(0)
	}
}

func (w *writer) string(s string) {
	i, ok := w.index[s]
	if !ok {
		i = len(w.strings)
		w.index[s] = i
		w.strings = append(w.strings, s)
	}
	w.uint(i)
}

func (w *writer) list(l []string) {
	w.uint(len(l))
	for _, s := range l {
		w.string(s)
	}
}

func (w *writer) ascending(l []int) {
	w.uint(len(l))
	last := -1
	for _, v := range l {
		w.uint(v - last)
		last = v
	}
}

// shape is an option as it goes into the pool that all catalogs share.
type shape struct {
	shapeFact
	RenamedTo string
	Field     bool
	values    []string
}

// compiler turns facts into the data file; its maps give the indexes that the file uses.
type compiler struct {
	*facts
	w        *writer
	revision map[string]int
	catalog  map[string]int
	pool     []shape
	poolKey  map[string]int
	read     map[string]bool // revisions that were read, not evaluated
}

func newCompiler(f *facts) *compiler {
	c := &compiler{
		facts: f, w: &writer{index: map[string]int{}},
		revision: map[string]int{}, catalog: map[string]int{}, poolKey: map[string]int{}, read: map[string]bool{},
	}
	for i, r := range f.Revisions {
		c.revision[r.Rev] = i
		c.read[r.Rev] = r.Read
	}
	for i, k := range f.Catalogs {
		c.catalog[k.Key] = i
	}
	return c
}

// compile gives the data file. The same facts give the same bytes.
func compile(f *facts) ([]byte, error) {
	c := newCompiler(f)
	slices.SortFunc(f.Eras, func(a, b eraFact) int { return c.revision[a.Rev] - c.revision[b.Rev] })
	for _, step := range []func() error{
		c.revisions, c.options, c.history, c.generations, c.soms, c.summaries, c.packages,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	out.WriteString(magic)
	out.Write(binary.AppendUvarint(nil, uint64(len(c.w.strings))))
	for _, s := range c.w.strings {
		out.Write(binary.AppendUvarint(nil, uint64(len(s))))
	}
	for _, s := range c.w.strings {
		out.WriteString(s)
	}
	out.Write(c.w.body.Bytes())
	return out.Bytes(), nil
}

// rev finds a revision named in the facts; nothing is -1.
func (c *compiler) rev(hash string) (int, error) {
	if hash == "" {
		return -1, nil
	}
	i, ok := c.revision[hash]
	if !ok {
		return 0, fmt.Errorf("revision %s is not in revisions.json", hash)
	}
	return i, nil
}

func (c *compiler) revisions() error {
	c.w.uint(len(c.Revisions))
	for _, r := range c.Revisions {
		hash, err := hex.DecodeString(r.Rev)
		if err != nil || len(hash) != 20 {
			return fmt.Errorf("revision %q is no commit hash", r.Rev)
		}
		c.w.body.Write(hash)
	}
	epoch := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, r := range c.Revisions {
		date, err := time.Parse(time.DateOnly, r.Date)
		if err != nil {
			return fmt.Errorf("revision %s: %w", r.Rev, err)
		}
		at := -1
		if r.Catalog != "" {
			i, ok := c.catalog[r.Catalog]
			if !ok {
				return fmt.Errorf("revision %s has no catalog %s", r.Rev, r.Catalog)
			}
			at = i
		}
		like, err := c.rev(r.Like)
		if err != nil {
			return err
		}
		c.w.uint(int(date.Sub(epoch).Hours() / 24))
		c.w.bool(r.Mainline)
		c.w.ref(at)
		c.w.ref(orNone(r.Tree))
		c.w.ref(orNone(r.Generation))
		c.w.ref(like)
	}
	if n := len(c.Scopes.Of); n != 0 && n != len(c.Revisions) {
		return fmt.Errorf("scopes.json speaks of %d revisions, revisions.json of %d", n, len(c.Revisions))
	}
	c.w.uint(len(c.Scopes.Of))
	for _, at := range c.Scopes.Of {
		c.w.ref(at)
	}
	return nil
}

func orNone(i *int) int {
	if i == nil {
		return -1
	}
	return *i
}

// options writes the pool of shapes, the catalogs, the eras, the places and the trees.
func (c *compiler) options() error {
	full, err := c.fullTypes()
	if err != nil {
		return err
	}
	catalogs := make([][]int, len(c.Catalogs))
	for i, k := range c.Catalogs {
		has := map[string]bool{}
		for _, o := range k.options {
			has[o.Path] = true
		}
		for _, o := range k.options {
			catalogs[i] = append(catalogs[i], c.add(c.shapeOf(o, has, full)))
		}
	}
	extras, err := c.extraShapes()
	if err != nil {
		return err
	}
	trees := make([][]int, len(c.Trees))
	for i, t := range c.Trees {
		for _, path := range t.Extras {
			s, ok := extras[path]
			if !ok {
				return fmt.Errorf("tree %d declares %s, which no era describes", i, path)
			}
			trees[i] = append(trees[i], c.add(s))
		}
	}

	// The pool is written in order of paths, so that lists of indexes are lists of paths in order.
	order := make([]int, len(c.pool))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(c.pool[a].Path, c.pool[b].Path) })
	place := make([]int, len(order))
	c.w.uint(len(order))
	for to, from := range order {
		place[from] = to
		s := c.pool[from]
		c.w.string(s.Path)
		c.w.string(s.Type)
		c.w.string(s.RenamedTo)
		c.w.list(s.values)
		c.w.uint(flags(s.HasDefault, s.Internal, s.Field))
	}
	placed := func(l []int) []int {
		out := make([]int, len(l))
		for i, v := range l {
			out[i] = place[v]
		}
		slices.Sort(out)
		return out
	}
	c.w.uint(len(catalogs))
	for _, k := range catalogs {
		c.w.ascending(placed(k))
	}

	c.w.uint(len(c.Eras))
	for _, e := range c.Eras {
		at, err := c.rev(e.Rev)
		if err != nil {
			return err
		}
		c.w.uint(at)
		c.w.uint(len(e.Options))
		for _, o := range e.Options {
			example, err := compactJSON(o.Example)
			if err != nil {
				return fmt.Errorf("%s: example of %s: %w", e.Rev, o.Path, err)
			}
			c.w.string(o.Path)
			c.w.string(o.File)
			c.w.string(o.With)
			c.w.uint(o.Line)
			c.w.uint(o.Column)
			c.w.string(o.Default)
			c.w.string(o.DefaultText)
			c.w.string(example)
			c.w.uint(flags(o.ReadOnly, o.HasDefault, o.RenamedTo != ""))
		}
	}

	c.w.uint(len(c.Places))
	for _, p := range c.Places {
		c.w.uint(len(p.Eras))
		for _, short := range sortedKeys(p.Eras) {
			at := slices.IndexFunc(c.Eras, func(e eraFact) bool { return strings.HasPrefix(e.Rev, short) })
			if at < 0 {
				return fmt.Errorf("places.json names the era %s, which is not there", short)
			}
			lines := map[int]int{}
			for path, line := range p.Eras[short] {
				i := slices.IndexFunc(c.Eras[at].Options, func(o eraOption) bool { return o.Path == path })
				if i < 0 {
					return fmt.Errorf("places.json: the era %s has no %s", short, path)
				}
				lines[i] = line
			}
			records := sortedKeys(lines)
			c.w.uint(at)
			c.w.ascending(records)
			for _, i := range records {
				c.w.uint(lines[i])
			}
		}
	}

	c.w.uint(len(c.Trees))
	for i, t := range c.Trees {
		c.w.ascending(placed(trees[i]))
		c.w.uint(len(t.Places))
		for _, p := range t.Places {
			if p < 0 || p >= len(c.Places) {
				return fmt.Errorf("tree %d names places %d, which are not there", i, p)
			}
			c.w.uint(p)
		}
		c.w.list(t.Same)
		c.w.bool(t.CarrierRule)
	}
	return nil
}

func compactJSON(text json.RawMessage) (string, error) {
	if len(text) == 0 {
		return "", nil
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		return "", err
	}
	return b.String(), nil
}

func flags(bits ...bool) int {
	v := 0
	for i, b := range bits {
		if b {
			v |= 1 << i
		}
	}
	return v
}

func (c *compiler) add(s shape) int {
	key := fmt.Sprintf("%+v", s)
	i, ok := c.poolKey[key]
	if !ok {
		i = len(c.pool)
		c.poolKey[key] = i
		c.pool = append(c.pool, s)
	}
	return i
}

// shapeOf completes a catalog's option: the real type behind a stub, the values in the type, the target of an alias.
// Evaluated catalogs do not mark aliases. An option that was renamed at some time is an alias where it has no default and its
// target is there too, or is none of jetpack-nixos's options.
func (c *compiler) shapeOf(o shapeFact, has map[string]bool, full map[[2]string]string) shape {
	if t, ok := full[[2]string{o.Path, o.Type}]; ok {
		o.Type = t
	}
	s := shape{shapeFact: shapeFact{Path: o.Path, Type: o.Type, HasDefault: o.HasDefault, Internal: o.Internal}, RenamedTo: o.RenamedTo, Field: o.Field}
	_, _, _, s.values = catalog.ReadType(o.Type)
	if o.RenamedTo != "" || o.Proper || o.HasDefault {
		return s
	}
	for _, h := range c.History.Options {
		// Catalogs that were read name the aliases that came since: these say nothing about the catalogs before.
		if h.Path != o.Path || h.RenamedTo == "" || c.read[h.AliasSince] {
			continue
		}
		if has[h.RenamedTo] || !c.declared(h.RenamedTo) {
			s.RenamedTo = h.RenamedTo
		}
	}
	return s
}

// declared reports whether jetpack-nixos itself declared the option in an evaluated revision.
func (c *compiler) declared(path string) bool {
	return slices.ContainsFunc(c.History.Options, func(h optionEvents) bool { return h.Path == path && !c.read[h.Introduced] })
}

// fullTypes finds the types that the catalogs show as a stub: where the catalog of an era's revision and the era differ.
func (c *compiler) fullTypes() (map[[2]string]string, error) {
	full := map[[2]string]string{}
	for _, e := range c.Eras {
		at, err := c.rev(e.Rev)
		if err != nil {
			return nil, err
		}
		k := c.Catalogs[c.catalog[c.Revisions[at].Catalog]]
		for _, o := range e.Options {
			i := slices.IndexFunc(k.options, func(s shapeFact) bool { return s.Path == o.Path })
			if i < 0 || k.options[i].Type == o.Type {
				continue
			}
			key := [2]string{o.Path, k.options[i].Type}
			if t, ok := full[key]; ok && t != o.Type {
				return nil, fmt.Errorf("the eras do not agree on the type of %s", o.Path)
			}
			full[key] = o.Type
		}
	}
	return full, nil
}

// extraShapes describes the options that only eras know: evaluated catalogs leave them out. All eras have to agree, since nothing else tells them apart.
func (c *compiler) extraShapes() (map[string]shape, error) {
	known := map[string]bool{}
	for _, k := range c.Catalogs {
		for _, o := range k.options {
			known[o.Path] = known[o.Path] || !k.Read
		}
	}
	extras := map[string]shape{}
	for _, e := range c.Eras {
		if e.Read {
			continue
		}
		for _, o := range e.Options {
			if known[o.Path] {
				continue
			}
			s := shape{shapeFact: shapeFact{Path: o.Path, Type: o.Type, HasDefault: o.HasDefault, Internal: o.Internal}, RenamedTo: o.RenamedTo, Field: o.Field, values: o.Values}
			if before, ok := extras[o.Path]; ok && !reflect.DeepEqual(before, s) {
				return nil, fmt.Errorf("the eras do not agree on %s", o.Path)
			}
			extras[o.Path] = s
		}
	}
	return extras, nil
}

func (c *compiler) history() error {
	c.w.uint(len(c.History.Options))
	for _, h := range c.History.Options {
		c.w.string(h.Path)
		for _, hash := range []string{h.Introduced, h.AliasSince, h.Removed, h.Reintroduced} {
			at, err := c.rev(hash)
			if err != nil {
				return err
			}
			c.w.ref(at)
		}
		c.w.string(h.RenamedTo)
	}
	byPath := map[string][]valueEvents{}
	for _, v := range c.History.Values {
		byPath[v.Path] = append(byPath[v.Path], v)
	}
	c.w.uint(len(byPath))
	for _, path := range sortedKeys(byPath) {
		c.w.string(path)
		c.w.uint(len(byPath[path]))
		for _, v := range byPath[path] {
			at, err := c.rev(v.Since)
			if err != nil {
				return err
			}
			c.w.string(v.Value)
			c.w.ref(at)
		}
	}
	c.w.list(c.History.Shared)
	return nil
}

func (c *compiler) generations() error {
	c.w.uint(len(c.Generations))
	for _, s := range c.Generations {
		c.w.uint(len(s.Generations))
		for _, g := range s.Generations {
			for _, text := range []string{g.Major, g.JetPack, g.L4T, g.CUDA, g.Driver, g.Kernel, g.RealtimeSuffix} {
				c.w.string(text)
			}
			c.w.list(g.SoMFamilies)
		}
		c.w.uint(len(s.DefaultMajor))
		for _, arm := range s.DefaultMajor {
			c.w.string(arm.Prefix)
			c.w.string(arm.SoM)
			c.w.string(arm.Major)
		}
	}
	return nil
}

func (c *compiler) soms() error {
	c.w.uint(len(c.SoMs.SoMs))
	for _, s := range c.SoMs.SoMs {
		c.w.string(s.Name)
		c.w.string(s.Family)
		c.w.string(s.SoC)
		c.w.string(s.ChipID)
		c.w.list(s.CUDACapabilities)
		c.w.string(s.TargetBoard)
		c.w.string(s.SuperTargetBoard)
		c.w.list(s.BoardIDs)
		c.w.list(s.BoardSKUs)
	}
	c.w.uint(len(c.SoMs.Combinations))
	for _, k := range c.SoMs.Combinations {
		c.w.string(k.SoM)
		c.w.string(k.Carrier)
		c.w.string(k.Major)
		c.w.string(k.TargetBoard)
		c.w.list(k.Clashes)
	}
	return nil
}

func (c *compiler) summaries() error {
	for _, m := range []map[string]string{c.Summaries.Options, c.Summaries.Packages} {
		c.w.uint(len(m))
		for _, key := range sortedKeys(m) {
			c.w.string(key)
			c.w.string(m[key])
		}
	}
	c.w.uint(len(c.Summaries.Values))
	for _, key := range sortedKeys(c.Summaries.Values) {
		path, value, ok := strings.Cut(key, "=")
		if !ok {
			return fmt.Errorf("summaries.json: %q is not path=value", key)
		}
		c.w.string(path)
		c.w.string(value)
		c.w.string(c.Summaries.Values[key])
	}
	return nil
}

// packages comes last: the catalog package reads it only when asked.
func (c *compiler) packages() error {
	p := c.Packages
	c.w.list(p.Need)
	c.w.uint(len(p.Scope))
	for _, m := range p.Scope {
		c.w.string(m.Name)
		c.w.string(m.Kind)
		c.w.list(m.Generations)
		c.w.string(m.File)
		c.w.uint(m.Line)
		c.w.uint(m.Column)
		c.w.string(m.Source)
		c.w.bool(m.DeviceOnly)
		c.w.string(m.DeviceFile)
		c.w.uint(m.DeviceLine)
	}
	for _, attributes := range [][]attributeFact{p.TopLevel, p.Build} {
		c.w.uint(len(attributes))
		for _, a := range attributes {
			c.w.string(a.Name)
			c.w.string(a.File)
			c.w.uint(a.Line)
			c.w.string(a.Equals)
		}
	}
	c.w.uint(len(p.Outputs))
	for _, o := range p.Outputs {
		c.w.string(o.Name)
		c.w.list(o.Names)
	}
	c.w.uint(len(c.SoMs.Targets))
	for _, t := range c.SoMs.Targets {
		c.w.string(t.Name)
		c.w.string(t.Package)
		c.w.string(t.Binary)
		c.w.string(t.SoM)
		c.w.string(t.Carrier)
		c.w.bool(t.Super)
		c.w.string(t.Major)
		c.w.string(t.TargetBoard)
	}
	c.w.uint(len(c.Scopes.Scopes))
	for _, s := range c.Scopes.Scopes {
		c.w.uint(len(s.members))
		for _, name := range sortedKeys(s.members) {
			c.w.string(name)
			c.w.list(strings.Fields(s.members[name]))
		}
		c.w.list(s.Top)
	}
	return nil
}
