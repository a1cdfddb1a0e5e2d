package catalog

import (
	_ "embed"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"time"
)

//go:generate go run ./generate

// embedded is the compiled form of the files in facts; the generator writes it.
//
//go:embed catalog.bin
var embedded string

// magic opens the data file; its number grows with every change of the layout.
const magic = "jetpills catalog 1\n"

// The groups of files that have to be as in the newest revision for a fact about it to hold elsewhere too.
const (
	fileRoot    = "modules/default.nix"
	fileDevices = "modules/devices.nix"
	fileCUDA    = "modules/cuda.nix"
)

// data is the decoded file. Catalogs are made from it on demand.
type data struct {
	hashes    string // 20 bytes a revision
	revisions []revision
	shapes    []shape
	catalogs  [][]int // indexes into shapes, sorted by path
	eras      []era
	places    [][]place
	trees     []tree
	history   map[string]History
	values    map[string][]valueSince
	states    []state
	soms      []SoM
	cells     map[fitKey]fitCell
	shared    map[string]bool
	// packagesNeed are the files that have to be as in the newest revision for its packages to hold.
	packagesNeed []string

	optionSummaries  map[string]string
	packageSummaries map[string]string
	valueSummaries   map[string][]valueSummary // by option path

	packages reader // at the packages section
}

// revision is one commit; the numbers are indexes, -1 for none.
type revision struct {
	Revision
	mainline   bool
	catalog    int
	tree       int
	generation int // into states
	like       int // the nearest ancestor with a catalog, for a revision without one
	scope      int // into the scopes of the packages section
}

// shape is an option as far as it is known for every revision that has it.
type shape struct {
	path, typ  string
	renamedTo  string
	values     []string
	hasDefault bool
	internal   bool
	field      bool
}

// era is a revision that was evaluated in full.
type era struct {
	revision int
	records  []record
}

// record is what only a full evaluation tells of an option.
type record struct {
	path, file, with              string
	line, column                  int
	def, defaultText, exampleText string
	readOnly, hasDefault, alias   bool
}

// place says that a declaration is that of an era's record, and at which line it stands.
type place struct{ era, record, line int }

// tree is what the files of a revision tell beyond its catalog.
type tree struct {
	extras []int    // declared options that are not in the catalog; into shapes, sorted by path
	places []int    // into data.places
	same   []string // files and folders that are, byte for byte, those of the newest revision
	// carrierRule is set where a carrier board is refused under the same condition as in the newest revision.
	carrierRule bool
}

// state is the set of JetPack versions that holds between two changes.
type state struct {
	generations []Generation
	defaults    []majorDefault
}

// majorDefault is one arm of the default of majorVersion: SoMs that start with prefix, or are exactly it, or all.
type majorDefault struct {
	prefix, som, major string
}

// reader reads the data file front to back. After the first fault it stays failed and yields zero values.
type reader struct {
	s       string
	strings []string
	failed  bool
}

func (r *reader) uint() int {
	var v uint64
	for shift := 0; shift < 63 && len(r.s) > 0; shift += 7 {
		b := r.s[0]
		r.s = r.s[1:]
		v |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int(v)
		}
	}
	r.failed = true
	return 0
}

// index reads a number that was stored one too high, so that -1 stands for none.
func (r *reader) index() int { return r.uint() - 1 }

func (r *reader) bool() bool { return r.uint() == 1 }

// count reads a length and refuses one that the rest of the file cannot hold.
func (r *reader) count() int {
	n := r.uint()
	if n > len(r.s) {
		r.failed = true
		return 0
	}
	return n
}

func (r *reader) bytes(n int) string {
	if n < 0 || n > len(r.s) {
		r.failed = true
		return ""
	}
	b := r.s[:n]
	r.s = r.s[n:]
	return b
}

func (r *reader) string() string {
	i := r.uint()
	if i >= len(r.strings) {
		r.failed = true
		return ""
	}
	return r.strings[i]
}

func (r *reader) list() []string {
	n := r.count()
	if n == 0 {
		return nil
	}
	out := make([]string, n)
	for i := range out {
		out[i] = r.string()
	}
	return out
}

// decode reads the whole file but for the packages, which it leaves for decodePackages.
func decode(file string) (*data, error) {
	body, ok := strings.CutPrefix(file, magic)
	if !ok {
		return nil, errors.New("catalog: the embedded data is not of this version")
	}
	r := &reader{s: body}
	r.strings = r.stringTable()
	d := &data{}
	d.readRevisions(r)
	d.readShapes(r)
	d.readEras(r)
	d.readTrees(r)
	d.readHistory(r)
	d.readStates(r)
	d.readSoMs(r)
	d.readSummaries(r)
	d.packagesNeed = r.list()
	if r.failed || len(d.revisions) == 0 {
		return nil, fmt.Errorf("catalog: the embedded data is damaged %d bytes before its end", len(r.s))
	}
	d.packages = *r
	if err := d.check(); err != nil {
		return nil, err
	}
	return d, nil
}

func (r *reader) stringTable() []string {
	out := make([]string, r.count())
	lengths := make([]int, len(out))
	for i := range lengths {
		lengths[i] = r.uint()
	}
	for i, n := range lengths {
		out[i] = r.bytes(n)
	}
	return out
}

func (d *data) readRevisions(r *reader) {
	n := r.count()
	d.hashes = r.bytes(n * 20)
	if r.failed {
		return
	}
	// One conversion for all: every hash is a slice of this string.
	all := hex.EncodeToString([]byte(d.hashes))
	epoch := time.Date(2022, 1, 1, 0, 0, 0, 0, time.UTC)
	d.revisions = make([]revision, n)
	for i := range d.revisions {
		d.revisions[i] = revision{
			Revision:   Revision{Hash: all[i*40 : i*40+40], Date: epoch.Add(time.Duration(r.uint()) * 24 * time.Hour)},
			mainline:   r.bool(),
			catalog:    r.index(),
			tree:       r.index(),
			generation: r.index(),
			like:       r.index(),
			scope:      -1,
		}
	}
	for i := range min(r.count(), n) {
		d.revisions[i].scope = r.index()
	}
}

func (d *data) readShapes(r *reader) {
	d.shapes = make([]shape, r.count())
	for i := range d.shapes {
		s := shape{path: r.string(), typ: r.string(), renamedTo: r.string(), values: r.list()}
		flags := r.uint()
		s.hasDefault, s.internal, s.field = flags&1 != 0, flags&2 != 0, flags&4 != 0
		d.shapes[i] = s
	}
	d.catalogs = make([][]int, r.count())
	for i := range d.catalogs {
		d.catalogs[i] = r.ascending()
	}
}

// ascending reads a sorted list of distinct indexes, stored as distances.
func (r *reader) ascending() []int {
	out := make([]int, r.count())
	last := -1
	for i := range out {
		last += r.uint()
		out[i] = last
	}
	return out
}

func (d *data) readEras(r *reader) {
	d.eras = make([]era, r.count())
	for i := range d.eras {
		e := era{revision: r.uint(), records: make([]record, r.count())}
		for j := range e.records {
			rec := record{
				path: r.string(), file: r.string(), with: r.string(), line: r.uint(), column: r.uint(),
				def: r.string(), defaultText: r.string(), exampleText: r.string(),
			}
			flags := r.uint()
			rec.readOnly, rec.hasDefault, rec.alias = flags&1 != 0, flags&2 != 0, flags&4 != 0
			e.records[j] = rec
		}
		d.eras[i] = e
	}
}

func (d *data) readTrees(r *reader) {
	d.places = make([][]place, r.count())
	for i := range d.places {
		for range r.count() {
			era := r.uint()
			records := r.ascending()
			d.places[i] = slices.Grow(d.places[i], len(records))
			for _, record := range records {
				d.places[i] = append(d.places[i], place{era, record, r.uint()})
			}
		}
	}
	d.trees = make([]tree, r.count())
	for i := range d.trees {
		t := tree{extras: r.ascending(), places: make([]int, r.count())}
		for j := range t.places {
			t.places[j] = r.uint()
		}
		t.same, t.carrierRule = r.list(), r.bool()
		d.trees[i] = t
	}
}

func (d *data) readHistory(r *reader) {
	n := r.count()
	d.history = make(map[string]History, n)
	for range n {
		path := r.string()
		d.history[path] = History{
			Path: path, Introduced: d.revision(r.index()), AliasSince: d.revision(r.index()),
			Removed: d.revision(r.index()), Reintroduced: d.revision(r.index()), RenamedTo: r.string(),
		}
	}
	n = r.count()
	d.values = make(map[string][]valueSince, n)
	for range n {
		path := r.string()
		values := make([]valueSince, r.count())
		for i := range values {
			values[i] = valueSince{value: r.string(), since: d.revision(r.index())}
		}
		d.values[path] = values
	}
	d.shared = map[string]bool{}
	for _, namespace := range r.list() {
		d.shared[namespace] = true
	}
}

// revision returns the commit with this index, or the zero Revision for none.
func (d *data) revision(i int) Revision {
	if i < 0 || i >= len(d.revisions) {
		return Revision{}
	}
	return d.revisions[i].Revision
}

func (d *data) readStates(r *reader) {
	d.states = make([]state, r.count())
	for i := range d.states {
		s := state{generations: make([]Generation, r.count())}
		for j := range s.generations {
			s.generations[j] = Generation{
				Major: r.string(), JetPack: r.string(), L4T: r.string(), CUDA: r.string(), Driver: r.string(),
				Kernel: r.string(), RealtimeSuffix: r.string(), SoMFamilies: r.list(),
			}
		}
		s.defaults = make([]majorDefault, r.count())
		for j := range s.defaults {
			s.defaults[j] = majorDefault{prefix: r.string(), som: r.string(), major: r.string()}
		}
		d.states[i] = s
	}
}

func (d *data) readSoMs(r *reader) {
	d.soms = make([]SoM, r.count())
	for i := range d.soms {
		d.soms[i] = SoM{
			Name: r.string(), Family: r.string(), SoC: r.string(), ChipID: r.string(),
			CUDACapabilities: r.list(), TargetBoard: r.string(), SuperTargetBoard: r.string(),
			BoardIDs: r.list(), BoardSKUs: r.list(),
		}
	}
	n := r.count()
	d.cells = make(map[fitKey]fitCell, n)
	for range n {
		key := fitKey{som: r.string(), carrier: r.string(), major: r.string()}
		cell := fitCell{targetBoard: r.string()}
		for _, clash := range r.list() {
			cell.clashes = append(cell.clashes, Clash(clash))
		}
		d.cells[key] = cell
	}
}

func (d *data) readSummaries(r *reader) {
	read := func() map[string]string {
		n := r.count()
		m := make(map[string]string, n)
		for range n {
			key := r.string()
			m[key] = r.string()
		}
		return m
	}
	d.optionSummaries = read()
	d.packageSummaries = read()
	d.valueSummaries = map[string][]valueSummary{}
	for range r.count() {
		path, value := r.string(), r.string()
		d.valueSummaries[path] = append(d.valueSummaries[path], valueSummary{value, r.string()})
	}
}

// check makes sure that every index in the file points at something, so that nothing later can go out of range.
func (d *data) check() error {
	ok := true
	in := func(i, n int) { ok = ok && i >= 0 && i < n }
	for _, rev := range d.revisions {
		in(rev.catalog+1, len(d.catalogs)+1)
		in(rev.tree+1, len(d.trees)+1)
		in(rev.generation+1, len(d.states)+1)
		in(rev.like+1, len(d.revisions)+1)
	}
	for _, c := range d.catalogs {
		if len(c) > 0 {
			in(c[len(c)-1], len(d.shapes))
		}
	}
	for _, t := range d.trees {
		if n := len(t.extras); n > 0 {
			in(t.extras[n-1], len(d.shapes))
		}
		for _, p := range t.places {
			in(p, len(d.places))
		}
	}
	for _, places := range d.places {
		for _, p := range places {
			if in(p.era, len(d.eras)); ok {
				in(p.record, len(d.eras[p.era].records))
			}
		}
	}
	if !ok {
		return errors.New("catalog: the embedded data points outside of itself")
	}
	return nil
}

// allPackages are the packages of the newest revision, and the names in the scopes of all others.
type allPackages struct {
	newest *packageSet
	scopes []scope
}

// scope is one set of names that overlays define.
type scope struct {
	members []member
	top     []string
}

type member struct {
	name  string
	where []string // JetPack majors; "device" for what only a NixOS configuration has, or overrides
}

func (d *data) decodePackages() *allPackages {
	r := d.packages
	s := &packageSet{packages: make([]Package, r.count())}
	for i := range s.packages {
		p := Package{
			Name: r.string(), Kind: r.string(), Generations: r.list(), File: r.string(), Line: r.uint(), Column: r.uint(),
			Source: r.string(), DeviceOnly: r.bool(), DeviceFile: r.string(), DeviceLine: r.uint(),
		}
		p.Summary = d.packageSummaries[p.Name]
		s.packages[i] = p
	}
	attributes := func() []Attribute {
		out := make([]Attribute, r.count())
		for i := range out {
			out[i] = Attribute{Name: r.string(), File: r.string(), Line: r.uint(), Equals: r.string()}
		}
		return out
	}
	s.topLevel = attributes()
	s.build = attributes()
	s.outputs = make([]Output, r.count())
	for i := range s.outputs {
		s.outputs[i] = Output{Name: r.string(), Names: r.list()}
	}
	s.targets = make([]FlashTarget, r.count())
	for i := range s.targets {
		s.targets[i] = FlashTarget{
			Name: r.string(), Package: r.string(), Binary: r.string(), SoM: r.string(), CarrierBoard: r.string(),
			Super: r.bool(), Major: r.string(), TargetBoard: r.string(),
		}
	}
	s.index()
	all := &allPackages{newest: s, scopes: make([]scope, r.count())}
	for i := range all.scopes {
		sc := scope{members: make([]member, r.count())}
		for j := range sc.members {
			sc.members[j] = member{name: r.string(), where: r.list()}
		}
		sc.top = r.list()
		all.scopes[i] = sc
	}
	return all
}

// in gives the packages of a revision: what the newest one tells where it holds, else the names alone.
func (a *allPackages) in(d *data, rev revision) *packageSet {
	if d.holds(rev.tree, d.packagesNeed) {
		return a.newest
	}
	s := &packageSet{}
	if rev.scope < 0 || rev.scope >= len(a.scopes) {
		return s
	}
	for _, m := range a.scopes[rev.scope].members {
		p := Package{Name: m.name, Summary: d.packageSummaries[m.name]}
		for _, where := range m.where {
			if where != "device" {
				p.Generations = append(p.Generations, where)
			}
		}
		p.DeviceOnly = len(p.Generations) == 0
		s.packages = append(s.packages, p)
	}
	for _, name := range a.scopes[rev.scope].top {
		s.topLevel = append(s.topLevel, Attribute{Name: name})
	}
	s.index()
	return s
}

// findRevision finds a commit by a full hash or a prefix of at least seven digits that fits one commit only.
func (d *data) findRevision(rev string) (int, bool) {
	rev = strings.ToLower(rev)
	if len(rev) < 7 || len(rev) > 40 {
		return 0, false
	}
	found := -1
	for i := len(d.revisions) - 1; i >= 0; i-- {
		if strings.HasPrefix(d.revisions[i].Hash, rev) {
			if found >= 0 {
				return 0, false
			}
			found = i
		}
	}
	return found, found >= 0
}

// holds reports whether all these files of a tree are those of the newest revision.
func (d *data) holds(t int, files []string) bool {
	if t < 0 {
		return false
	}
	for _, file := range files {
		if !slices.Contains(d.trees[t].same, file) {
			return false
		}
	}
	return true
}

// build makes the catalog of the revision with index i.
func (d *data) build(i int) *Catalog {
	rev := d.revisions[i]
	c := &Catalog{Revision: rev.Revision}
	if rev.catalog >= 0 {
		c.options = d.options(rev)
	}
	c.index(d.shared)
	if rev.generation >= 0 {
		c.generations = d.states[rev.generation].generations
	}
	d.addSoMs(c, rev)
	return c
}

func (d *data) options(rev revision) []Option {
	chosen := d.catalogs[rev.catalog]
	records := map[string]record{}
	if rev.tree >= 0 {
		t := d.trees[rev.tree]
		chosen = slices.Concat(chosen, t.extras)
		records = d.records(t)
	}
	out := make([]Option, 0, len(chosen))
	for _, i := range chosen {
		s := d.shapes[i]
		o := Option{
			Path: s.path, Type: s.typ, Values: s.values, HasDefault: s.hasDefault, RenamedTo: s.renamedTo,
			Internal: s.internal, Field: s.field, Summary: d.optionSummaries[s.path],
			valueSince: d.values[s.path], summaries: d.valueSummaries[s.path],
		}
		o.Kind, o.Elem, o.Nullable, _ = ReadType(s.typ)
		o.ValuesInList = o.Elem == KindEnum
		if h, ok := d.history[s.path]; ok {
			o.Since = h.Introduced
			if s.renamedTo != "" {
				o.AliasSince = h.AliasSince
			}
		}
		// A record that contradicts the evaluation of this very revision is of another declaration.
		if rec, ok := records[s.path]; ok && rec.hasDefault == s.hasDefault && rec.alias == (s.renamedTo != "") {
			o.DeclaredIn, o.Line, o.Column, o.DeclaredWith = rec.file, rec.line, rec.column, rec.with
			o.Default, o.DefaultText, o.Example, o.ReadOnly = rec.def, rec.defaultText, rec.exampleText, rec.readOnly
		}
		out = append(out, o)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

// records gives what is known of the declarations of a tree. A path that stands in two files is left out.
func (d *data) records(t tree) map[string]record {
	records := make(map[string]record, 128)
	twice := map[string]bool{}
	for _, places := range t.places {
		for _, p := range d.places[places] {
			rec := d.eras[p.era].records[p.record]
			if _, ok := records[rec.path]; ok {
				twice[rec.path] = true
			}
			rec.line = p.line
			records[rec.path] = rec
		}
	}
	for path := range twice {
		delete(records, path)
	}
	return records
}

// somOption is the option whose values are the SoMs.
const somOption = "hardware.nvidia-jetpack.som"

func (d *data) addSoMs(c *Catalog, rev revision) {
	option, ok := c.Option(somOption)
	if !ok {
		return
	}
	var s state
	if rev.generation >= 0 {
		s = d.states[rev.generation]
	}
	boards := d.holds(rev.tree, []string{fileRoot, fileDevices})
	capabilities := d.holds(rev.tree, []string{fileRoot, fileCUDA})
	c.fits = fitRules{majors: map[string]majorRule{}, wholly: boards, cells: d.cells}
	c.fits.carrier = rev.tree >= 0 && d.trees[rev.tree].carrierRule
	for _, name := range option.Values {
		som := SoM{Name: name}
		if i := slices.IndexFunc(d.soms, func(s SoM) bool { return s.Name == name }); i >= 0 {
			known := d.soms[i]
			som.Family, som.SoC, som.ChipID = known.Family, known.SoC, known.ChipID
			if boards {
				som.TargetBoard, som.SuperTargetBoard = known.TargetBoard, known.SuperTargetBoard
				som.BoardIDs, som.BoardSKUs = known.BoardIDs, known.BoardSKUs
			}
			if capabilities {
				som.CUDACapabilities = known.CUDACapabilities
			}
		}
		som.Majors, som.DefaultMajor = s.majorsOf(som)
		c.fits.majors[name] = majorRule{allowed: som.Majors}
		som.Since, som.Summary = option.ValueSince(name), option.ValueSummary(name)
		c.soms = append(c.soms, som)
	}
}

// majorsOf returns the JetPack majors a SoM may have and the one it gets; nothing where the state does not tell.
func (s state) majorsOf(som SoM) (allowed []string, def string) {
	for _, g := range s.generations {
		// A revision with a single generation needs no rule: there is nothing to choose.
		if len(s.generations) == 1 || som.Family == "" || slices.Contains(g.SoMFamilies, som.Family) {
			allowed = append(allowed, g.Major)
		}
	}
	for _, arm := range s.defaults {
		if arm.som == som.Name || arm.som == "" && strings.HasPrefix(som.Name, arm.prefix) {
			return allowed, arm.major
		}
	}
	if len(s.generations) == 1 {
		def = s.generations[0].Major
	}
	return allowed, def
}
