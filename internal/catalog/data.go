package catalog

import (
	"bytes"
	"compress/gzip"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"
)

//go:generate go run ./generate

// embedded is what the generator writes; [Read] says how.
//
//go:embed data
var embedded embed.FS

// Data is all that a [Library] is made of.
type Data struct {
	Commits   []Commit
	Sources   []Source // distinct ones; no Revision is set
	Evaluated Evaluated
	// Summaries are the project's own descriptions of options and of sets of them, by path, OtherSummaries those of packages, by
	// name, and of values of enums, by path=value.
	Summaries, OtherSummaries map[string]string
	Places                    Places
	// Names are what [Library.Name] gives, as "kind: summary".
	Names map[string]string
}

// Commit is one commit of jetpack-nixos. Commits come after their parents; the newest is the last.
type Commit struct {
	Revision
	// Mainline is set for commits on the first-parent line.
	Mainline bool
	// Source is an index into [Data.Sources]; -1 where the source cannot be read as a whole.
	Source int
	// Catalog is the index of the commit whose catalog holds: the commit itself, the nearest first-parent ancestor where
	// it has no catalog of its own, or -1 if there is none.
	Catalog int
}

// Evaluated are the tables that hold for the revision that was evaluated, and for those whose [Source.Holds] names them.
type Evaluated struct {
	SoMs         []SoM             `json:"soms"`
	Combinations []Combination     `json:"combinations"`
	Targets      []FlashTarget     `json:"targets"`
	Kinds        map[string]string `json:"kinds"` // of packages
}

// The files of the data folder. All but the hashes are compressed with gzip.
const (
	fileHashes         = "hashes"             // 20 bytes a commit
	fileCommits        = "commits.gz"         // columns of numbers
	fileOptions        = "options.gz"         // a timeline: options, generations, default majors, tables that hold, assertions, the root module
	filePackages       = "packages.gz"        // a timeline: packages, other package sets, the overlay, system.build and the outputs
	fileEvaluated      = "evaluated.gz"       // JSON
	fileSummaries      = "summaries.gz"       // those of options; a line each: its name, a tab, the text
	fileOtherSummaries = "summaries-other.gz" // those of packages and values, likewise
	fileEffects        = "effects.gz"         // a timeline: what the modules do with options of NixOS
	filePlaces         = "places.gz"          // the files and lines that the pills name; [placeLines] says how
	fileNames          = "summaries-names.gz" // those of names, likewise
)

// Open reads the embedded data. An error means that the program was built with a damaged one.
func Open() (*Library, error) {
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, err
	}
	return Read(data)
}

// Read opens a folder that [Write] wrote. Only what every catalog needs is read now; the rest follows at the first
// need, and is empty if it is damaged.
func Read(folder fs.FS) (*Library, error) {
	l := &Library{catalogs: map[int]*Catalog{}, bySource: map[int]*Catalog{}, past: map[string]*past{}}
	hashes, err := fs.ReadFile(folder, fileHashes)
	if err != nil {
		return nil, fmt.Errorf("catalog: %w", err)
	}
	columns, err := readText(folder, fileCommits)
	if err != nil {
		return nil, err
	}
	if l.commits, err = readCommits(hashes, columns); err != nil {
		return nil, err
	}
	last := -1
	for i, c := range l.commits {
		for len(l.firstSeen) <= c.Source {
			l.firstSeen = append(l.firstSeen, len(l.commits))
		}
		if c.Mainline && c.Source >= 0 && c.Source != last {
			l.mainline = append(l.mainline, i)
			l.firstSeen[c.Source] = min(l.firstSeen[c.Source], i)
			last = c.Source
		}
	}
	if l.options, err = readTimeline(folder, fileOptions); err != nil {
		return nil, err
	}
	for _, v := range l.options {
		last := -1
		for i, source := range v.life {
			// It comes at a source; behind the last one it may go, but needs not.
			if source <= last || source > len(l.firstSeen) || source == len(l.firstSeen) && i%2 == 0 {
				return nil, errDamaged
			}
			last = source
		}
	}
	l.optionWords = sync.OnceValue(func() map[string]bool {
		words := map[string]bool{}
		for _, v := range l.options.kind(optionEntry) {
			for word := range strings.SplitSeq(v.name(), ".") {
				words[word] = true
			}
		}
		return words
	})
	l.packages = sync.OnceValue(func() timeline {
		t, _ := readTimeline(folder, filePackages)
		return t
	})
	l.effects = sync.OnceValue(func() timeline {
		t, _ := readTimeline(folder, fileEffects)
		return t
	})
	l.evaluated = sync.OnceValue(func() (e Evaluated) {
		text, _ := readText(folder, fileEvaluated)
		_ = json.Unmarshal([]byte(text), &e)
		return e
	})
	l.cells = sync.OnceValue(func() map[fitKey]Combination {
		cells := map[fitKey]Combination{}
		for _, c := range l.evaluated().Combinations {
			cells[fitKey{c.SoM, c.CarrierBoard, c.Major}] = c
		}
		return cells
	})
	l.summaries = sync.OnceValue(func() map[string]string { return readSummaries(folder, fileSummaries) })
	l.otherSummaries = sync.OnceValue(func() map[string]string { return readSummaries(folder, fileOtherSummaries) })
	l.places = sync.OnceValue(func() places {
		text, _ := readText(folder, filePlaces)
		return readPlaces(text, len(l.commits))
	})
	l.marked = sync.OnceValue(l.readMarked)
	l.names = sync.OnceValue(func() map[string]string { return readSummaries(folder, fileNames) })
	return l, nil
}

// DataOf gives back what a library was made of.
func DataOf(l *Library) Data {
	d := Data{
		Commits: slices.Clone(l.commits), Evaluated: l.evaluated(),
		Summaries: maps.Clone(l.summaries()), OtherSummaries: maps.Clone(l.otherSummaries()), Names: maps.Clone(l.names()),
		Places: l.places().data(),
	}
	for _, c := range l.commits {
		for i := len(d.Sources); i <= c.Source; i++ {
			s := l.state(i)
			s.Options, s.Assertions = l.optionsOf(i), l.assertionsOf(i)
			s.Contents, s.Effects = l.contentsOf(i), l.effectsOf(i)
			d.Sources = append(d.Sources, s)
		}
	}
	return d
}

// Write writes the data folder. The same data give the same bytes.
func Write(folder string, d Data) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	texts := map[string]func() ([]byte, error){
		fileHashes:         func() ([]byte, error) { return hashes(d.Commits) },
		fileCommits:        func() ([]byte, error) { return commitColumns(d.Commits), nil },
		fileOptions:        func() ([]byte, error) { return timelineText(d.Sources, Source.mainEntries) },
		filePackages:       func() ([]byte, error) { return timelineText(d.Sources, Source.packageEntries) },
		fileEffects:        func() ([]byte, error) { return timelineText(d.Sources, Source.effectEntries) },
		fileEvaluated:      func() ([]byte, error) { return json.Marshal(d.Evaluated) },
		fileSummaries:      func() ([]byte, error) { return summaryLines(d.Summaries) },
		fileOtherSummaries: func() ([]byte, error) { return summaryLines(d.OtherSummaries) },
		filePlaces:         func() ([]byte, error) { return placeLines(d.Places), nil },
		fileNames:          func() ([]byte, error) { return summaryLines(d.Names) },
	}
	for name, text := range texts {
		content, err := text()
		if err == nil && name != fileHashes {
			content, err = pack(content)
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(folder, name), content, 0o644)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func hashes(commits []Commit) ([]byte, error) {
	var all []byte
	for _, c := range commits {
		hash, err := hex.DecodeString(c.Hash)
		if err != nil || len(hash) != 20 {
			return nil, fmt.Errorf("%q is no commit hash", c.Hash)
		}
		all = append(all, hash...)
	}
	return all, nil
}

func pack(text []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	_, err = w.Write(text)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

func readText(folder fs.FS, name string) (string, error) {
	packed, err := fs.ReadFile(folder, name)
	if err != nil {
		return "", fmt.Errorf("catalog: %w", err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", fmt.Errorf("catalog: %s: %w", name, err)
	}
	var text strings.Builder
	text.Grow(int(min(binary.LittleEndian.Uint32(packed[len(packed)-4:]), 1<<20))) // gzip ends with the size
	if _, err := io.CopyBuffer(&text, z, make([]byte, 4<<10)); err != nil {
		return "", fmt.Errorf("catalog: %s: %w", name, err)
	}
	return text.String(), nil
}

func readSummaries(folder fs.FS, name string) map[string]string {
	summaries := map[string]string{}
	text, _ := readText(folder, name)
	for line := range strings.Lines(text) {
		of, summary, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		summaries[of] = summary
	}
	return summaries
}

func summaryLines(summaries map[string]string) ([]byte, error) {
	var b bytes.Buffer
	for _, of := range slices.Sorted(maps.Keys(summaries)) {
		if strings.ContainsAny(of+summaries[of], "\t\n") {
			return nil, fmt.Errorf("the summary of %s is more than a line", of)
		}
		fmt.Fprintf(&b, "%s\t%s\n", of, summaries[of])
	}
	return b.Bytes(), nil
}

// columns are the commits without their hashes, as numbers, one line a column. A line says how often a number stands in a
// row: number, count, number, count.
var columns = [...]struct {
	get func(i int, commits []Commit) int
	set func(i int, commits []Commit, v int)
}{
	{ // the day, since that of the commit before; the first since 1970-01-01
		func(i int, commits []Commit) int { return days(i, commits) - days(i-1, commits) },
		func(i int, commits []Commit, v int) {
			commits[i].Date = time.Unix(int64(days(i-1, commits)+v)*24*60*60, 0).UTC()
		},
	},
	{ // 1 on the mainline
		func(i int, commits []Commit) int { return map[bool]int{true: 1}[commits[i].Mainline] },
		func(i int, commits []Commit, v int) { commits[i].Mainline = v == 1 },
	},
	{ // the source, less that of the commit before
		func(i int, commits []Commit) int { return commits[i].Source - source(i-1, commits) },
		func(i int, commits []Commit, v int) { commits[i].Source = source(i-1, commits) + v },
	},
	{ // how far back the commit lies whose catalog holds
		func(i int, commits []Commit) int { return i - commits[i].Catalog },
		func(i int, commits []Commit, v int) { commits[i].Catalog = i - v },
	},
}

// days is the day of a commit, since 1970-01-01; 0 for the commit before the first.
func days(i int, commits []Commit) int {
	if i < 0 {
		return 0
	}
	return int(commits[i].Date.Unix() / (24 * 60 * 60))
}

func source(i int, commits []Commit) int {
	if i < 0 {
		return 0
	}
	return commits[i].Source
}

func commitColumns(commits []Commit) []byte {
	var b bytes.Buffer
	for _, column := range columns {
		numbers := make([]int, len(commits))
		for i := range commits {
			numbers[i] = column.get(i, commits)
		}
		fmt.Fprintln(&b, runs(numbers))
	}
	return b.Bytes()
}

func readCommits(hashes []byte, text string) ([]Commit, error) {
	var digits strings.Builder
	digits.Grow(hex.EncodedLen(len(hashes)))
	_, _ = hex.NewEncoder(&digits).Write(hashes)
	all := digits.String() // every hash is a slice of it
	commits := make([]Commit, len(all)/40)
	for i := range commits {
		commits[i].Hash = all[40*i : 40*i+40]
	}
	for _, column := range columns {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		i := 0
		for line != "" {
			var number, count string
			number, line, _ = strings.Cut(line, " ")
			count, line, _ = strings.Cut(line, " ")
			v, err := strconv.Atoi(number)
			n, also := strconv.Atoi(count)
			if err != nil || also != nil || n > len(commits)-i {
				return nil, errDamaged
			}
			for range n {
				column.set(i, commits, v)
				i++
			}
		}
		if i != len(commits) || i == 0 {
			return nil, errDamaged
		}
	}
	for i, c := range commits {
		if c.Catalog < -1 || c.Catalog > i || c.Source < -1 {
			return nil, errDamaged
		}
	}
	return commits, nil
}

var errDamaged = errors.New("catalog: the embedded data is damaged")

// The kinds of things that sources declare, as keys of a timeline begin.
const (
	optionEntry     = "option "
	generationEntry = "generation "
	defaultEntry    = "default "
	holdsEntry      = "holds "
	assertionEntry  = "assertion "
	moduleEntry     = "module "
	packageEntry    = "package "
	deviceEntry     = "device " // where the overlay for a configured device has a package
	overlayEntry    = "overlay "
	wholeEntry      = "whole "
	outputEntry     = "output "
	effectEntry     = "effect "
	setEntry        = "set " // a package set and a member of it, with a dot between them
	buildEntry      = "build "
)

// mainEntries are what every catalog needs.
func (s Source) mainEntries() []entry {
	var out []entry
	for _, o := range s.Options {
		out = append(out, entry{key: optionEntry + o.Path, value: o, file: o.DeclaredIn, line: o.Line})
	}
	for _, g := range s.Generations {
		out = append(out, entry{key: generationEntry + g.Major, value: g})
	}
	for som, major := range s.DefaultMajors {
		out = append(out, entry{key: defaultEntry + som, value: major})
	}
	for _, t := range s.Holds {
		out = append(out, entry{key: holdsEntry + string(t), value: t})
	}
	if s.Root.File != "" {
		out = append(out, entry{key: moduleEntry + s.Root.File, value: s.Root})
	}
	for _, a := range s.Assertions {
		out = append(out, entry{key: assertionEntry + a.ID, value: a, file: a.File, line: a.Line})
	}
	return out
}

func (s Source) packageEntries() []entry {
	var out []entry
	for _, p := range s.Packages {
		out = append(out, entry{key: packageEntry + p.Name, value: p, file: p.File, line: p.Line})
		if p.DeviceLine > 0 {
			out = append(out, entry{key: deviceEntry + p.Name, file: p.DeviceFile, line: p.DeviceLine})
		}
	}
	for _, a := range s.Overlay {
		out = append(out, entry{key: overlayEntry + a.Name, value: Attribute{File: a.File, Equals: a.Equals, OnOthers: a.OnOthers}, file: a.File, line: a.Line})
	}
	for _, m := range s.Members {
		out = append(out, entry{key: setEntry + m.Set + "." + m.Name, value: m, file: m.File, line: m.Line})
	}
	for _, a := range s.Build {
		out = append(out, entry{key: buildEntry + a.Name, value: Attribute{File: a.File, Equals: a.Equals}, file: a.File, line: a.Line})
	}
	for _, name := range s.Whole {
		out = append(out, entry{key: wholeEntry + name, value: name})
	}
	for _, o := range s.Outputs {
		out = append(out, entry{key: outputEntry + o.Name, value: o.Names})
	}
	return out
}

// effectEntries tell those of one option apart by their number, from 0.
func (s Source) effectEntries() []entry {
	var out []entry
	number := map[string]int{}
	for _, e := range s.Effects {
		key := fmt.Sprintf("%s%s %d", effectEntry, e.Option, number[e.Option])
		number[e.Option]++
		out = append(out, entry{key: key, value: e, file: e.File, line: e.Line})
	}
	return out
}

func (l *Library) effectsOf(source int) []Effect {
	t := l.effects()
	lines := t.lines(source)
	all := things(t, source, effectEntry, func(e *Effect, v *version) {
		e.Option, e.Line = v.name()[:strings.LastIndexByte(v.name(), ' ')], lines[v.key]
	})
	slices.SortStableFunc(all, CompareEffects)
	return all
}

// state reads a source without its options, assertions and packages.
func (l *Library) state(source int) Source {
	s := Source{DefaultMajors: map[string]string{}, Generations: l.generationsOf(source)}
	things(l.options, source, defaultEntry, func(major *string, v *version) { s.DefaultMajors[v.name()] = *major })
	s.Holds = things[Table](l.options, source, holdsEntry, nil)
	things(l.options, source, moduleEntry, func(r *RootModule, v *version) { s.Root = RootModule{v.name(), r.Of} })
	return s
}

func (l *Library) generationsOf(source int) []Generation {
	all := things[Generation](l.options, source, generationEntry, nil)
	sort.SliceStable(all, func(i, j int) bool { return len(all[i].Major) < len(all[j].Major) })
	return all
}

func (l *Library) optionsOf(source int) []Option {
	lines := l.options.lines(source)
	return things(l.options, source, optionEntry, func(o *Option, v *version) {
		o.Line = lines[v.key]
		o.complete(v.name())
	})
}

func (l *Library) assertionsOf(source int) []Assertion {
	lines := l.options.lines(source)
	return things(l.options, source, assertionEntry, func(a *Assertion, v *version) { a.ID, a.Line = v.name(), lines[v.key] })
}

func (l *Library) contentsOf(source int) Contents {
	t := l.packages()
	lines := t.lines(source)
	c := Contents{Whole: things[string](t, source, wholeEntry, nil)}
	c.Packages = things(t, source, packageEntry, func(p *Package, v *version) {
		p.Name, p.Line, p.DeviceLine = v.name(), lines[v.key], lines[deviceEntry+v.name()]
	})
	c.Overlay = things(t, source, overlayEntry, func(a *Attribute, v *version) { a.Name, a.Line = v.name(), lines[v.key] })
	c.Members = things(t, source, setEntry, func(m *SetMember, v *version) {
		m.Set, m.Name, _ = strings.Cut(v.name(), ".")
		m.Line = lines[v.key]
	})
	c.Build = things(t, source, buildEntry, func(a *Attribute, v *version) { a.Name, a.Line = v.name(), lines[v.key] })
	for v := range t.at(source, outputEntry) {
		o := Output{Name: v.name()}
		_ = json.Unmarshal([]byte(v.value), &o.Names)
		c.Outputs = append(c.Outputs, o)
	}
	return c
}

// complete sets what the JSON of an option leaves out because it follows from the rest.
func (o *Option) complete(path string) {
	o.Path = path
	o.Kind, o.Elem, o.Nullable, o.Values = ReadType(o.Type)
	o.ValuesInList = o.Elem == KindEnum
}

// follows reports whether complete gives back what the option says.
func (o Option) follows() bool {
	c := Option{Type: o.Type}
	c.complete(o.Path)
	return c.Kind == o.Kind && c.Elem == o.Elem && c.Nullable == o.Nullable && slices.Equal(c.Values, o.Values) && c.ValuesInList == o.ValuesInList
}
