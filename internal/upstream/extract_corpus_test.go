//go:build corpus

package upstream_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/upstream"
)

// TestCorpus compares what is extracted from every revision of jetpack-nixos in which the modules changed with what
// evaluations of the same revisions gave. It needs a clone with all of history, named by JETPACK_NIXOS:
//
//	JETPACK_NIXOS=DIR go test -tags corpus -run Corpus -v ./internal/upstream
func TestCorpus(t *testing.T) {
	clone := os.Getenv("JETPACK_NIXOS")
	if clone == "" {
		t.Fatal("JETPACK_NIXOS names no clone of jetpack-nixos")
	}
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	repo := openClone(t, clone)
	var (
		trees           = map[string]bool{}
		seen            = map[string]bool{}
		figures         tally
		times           []time.Duration
		catalogsCovered = map[string]bool{}
	)
	for _, rev := range library.Revisions() {
		facts, match := library.At(rev.Hash)
		if match != catalog.Exact {
			continue
		}
		root, modules := repo.tree(t, rev.Hash)
		if trees[modules] {
			continue
		}
		trees[modules] = true
		fsys := repo.files(t, root)
		if !upstream.IsCheckout(fsys) {
			t.Errorf("%s is taken for no source tree of jetpack-nixos", rev.Short())
		}
		start := time.Now()
		e, err := upstream.Extract(fsys)
		times = append(times, time.Since(start))
		if err != nil {
			t.Errorf("%s: %v", rev.Short(), err)
			continue
		}
		for _, p := range e.Problems {
			figures.problems++
			figures.say(t, seen, "problem", rev.Short(), p.String())
		}
		compareOptions(t, &figures, seen, rev.Short(), facts, e)
		comparePackages(t, &figures, seen, rev.Short(), facts, e)
		var key []string
		for _, o := range facts.Options() {
			key = append(key, fmt.Sprint(o.Path, o.Type, o.HasDefault, o.Internal, o.RenamedTo))
		}
		catalogsCovered[strings.Join(key, "\n")] = true
		for _, som := range facts.SoMs() {
			if len(facts.Generations()) > 1 {
				figures.add(t, seen, "default JetPack of a SoM", rev.Short(), som.Name, som.DefaultMajor, e.DefaultMajors[som.Name])
			}
		}
		for _, want := range facts.Generations() {
			i := slices.IndexFunc(e.Generations, func(g catalog.Generation) bool { return g.Major == want.Major })
			figures.add(t, seen, "generations", rev.Short(), want.Major, "true", strconv.FormatBool(i >= 0))
			if i < 0 {
				continue
			}
			got := e.Generations[i]
			figures.add(t, seen, "generation versions", rev.Short(), want.Major,
				strings.Join([]string{want.JetPack, want.L4T, want.CUDA, want.Driver}, " "),
				strings.Join([]string{got.JetPack, got.L4T, got.CUDA, got.Driver}, " "))
			slices.Sort(got.SoMFamilies)
			families := slices.Sorted(slices.Values(want.SoMFamilies))
			figures.add(t, seen, "generation SoM families", rev.Short(), want.Major, strings.Join(families, " "), strings.Join(got.SoMFamilies, " "))
		}
	}
	slices.Sort(times)
	t.Logf("%d versions of the modules, %d distinct catalogs; time median %v, 99th of 100 %v, most %v", len(times), len(catalogsCovered),
		times[len(times)/2], times[len(times)*99/100], times[len(times)-1])
	if median := times[len(times)/2]; median > 20*time.Millisecond {
		t.Errorf("a revision takes %v, want 20 ms at most", median)
	}
	figures.report(t)
}

// BenchmarkExtractDir reads the working tree of the clone.
func BenchmarkExtractDir(b *testing.B) {
	for b.Loop() {
		if _, err := upstream.ExtractDir(os.Getenv("JETPACK_NIXOS")); err != nil {
			b.Fatal(err)
		}
	}
}

// tally counts, for each thing compared, how often it could be and how often it was the same.
type tally struct {
	names    []string
	all      map[string]int
	same     map[string]int
	problems int
}

func (f *tally) say(t *testing.T, seen map[string]bool, what, rev, detail string) {
	if key := what + detail; !seen[key] && len(seen) < 400 {
		seen[key] = true
		t.Logf("%s: %s: %s", rev, what, detail)
	}
}

func (f *tally) add(t *testing.T, seen map[string]bool, what, rev, path, want, got string) {
	if f.all == nil {
		f.all, f.same = map[string]int{}, map[string]int{}
	}
	if _, ok := f.all[what]; !ok {
		f.names = append(f.names, what)
	}
	f.all[what]++
	if want == got {
		f.same[what]++
		return
	}
	f.say(t, seen, what, rev, fmt.Sprintf("%s: is %q, want %q", path, got, want))
}

// report prints the figures and fails the test where they are not good enough.
func (f *tally) report(t *testing.T) {
	least := map[string]float64{"type": 98, "default": 98, "default text": 98}
	for _, name := range f.names {
		rate := 100 * float64(f.same[name]) / float64(f.all[name])
		t.Logf("%-22s %6d of %6d  %6.2f %%", name, f.same[name], f.all[name], rate)
		want, ok := least[name]
		if !ok {
			want = 100
		}
		if rate < want {
			t.Errorf("%s: %.2f %%, want %.0f %%", name, rate, want)
		}
	}
	t.Logf("%d problems reported", f.problems)
}

func compareOptions(t *testing.T, f *tally, seen map[string]bool, rev string, facts *catalog.Catalog, e upstream.Extraction) {
	got := map[string]catalog.Option{}
	for _, o := range e.Options {
		got[o.Path] = o
		_, ok := facts.Option(o.Path)
		f.add(t, seen, "names (none too many)", rev, o.Path, "true", strconv.FormatBool(ok))
	}
	for _, want := range facts.Options() {
		o, ok := got[want.Path]
		f.add(t, seen, "names (none missing)", rev, want.Path, "true", strconv.FormatBool(ok))
		if !ok {
			continue
		}
		add := func(what, want, got string) { f.add(t, seen, what, rev, o.Path, want, got) }
		add("type", want.Type, o.Type)
		add("enum values", strings.Join(want.Values, " "), strings.Join(o.Values, " "))
		add("renamed to", want.RenamedTo, o.RenamedTo)
		add("has a default", strconv.FormatBool(want.HasDefault), strconv.FormatBool(o.HasDefault))
		add("internal", strconv.FormatBool(want.Internal), strconv.FormatBool(o.Internal))
		add("submodule field", strconv.FormatBool(want.Field), strconv.FormatBool(o.Field))
		if want.DeclaredIn == "" {
			continue
		}
		add("position", fmt.Sprintf("%s:%d:%d", want.DeclaredIn, want.Line, want.Column), fmt.Sprintf("%s:%d:%d", o.DeclaredIn, o.Line, o.Column))
		add("declared with", want.DeclaredWith, o.DeclaredWith)
		add("default", want.Default, o.Default)
		add("default text", want.DefaultText, o.DefaultText)
		add("example", want.Example, o.Example)
		add("read-only", strconv.FormatBool(want.ReadOnly), strconv.FormatBool(o.ReadOnly))
	}
}

func comparePackages(t *testing.T, f *tally, seen map[string]bool, rev string, facts *catalog.Catalog, e upstream.Extraction) {
	if !facts.HasPackages() {
		return
	}
	got := map[string]catalog.Package{}
	for _, p := range e.Packages {
		got[p.Name] = p
		_, ok := facts.Package(p.Name)
		f.add(t, seen, "packages (none too many)", rev, p.Name, "true", strconv.FormatBool(ok))
	}
	for _, want := range facts.Packages() {
		p, ok := got[want.Name]
		f.add(t, seen, "packages (none missing)", rev, want.Name, "true", strconv.FormatBool(ok))
		if !ok {
			continue
		}
		add := func(what, want, got string) { f.add(t, seen, what, rev, p.Name, want, got) }
		add("package generations", strings.Join(want.Generations, " "), strings.Join(p.Generations, " "))
		add("package device-only", strconv.FormatBool(want.DeviceOnly), strconv.FormatBool(p.DeviceOnly))
		if want.File == "" {
			continue
		}
		add("package position", fmt.Sprintf("%s:%d", want.File, want.Line), fmt.Sprintf("%s:%d", p.File, p.Line))
		if want.Source != "" {
			add("package source", want.Source, p.Source)
		}
		add("package on devices", fmt.Sprintf("%s:%d", want.DeviceFile, want.DeviceLine), fmt.Sprintf("%s:%d", p.DeviceFile, p.DeviceLine))
		if p.Kind != "" {
			add("package kind", want.Kind, p.Kind)
		}
	}
	top := map[string]bool{}
	for _, a := range e.Overlay {
		top[a.Name] = true
	}
	for _, want := range facts.OverlayAttributes() {
		f.add(t, seen, "overlay attributes", rev, want.Name, "true", strconv.FormatBool(top[want.Name]))
	}
}

// clone reads objects of a git repository.
type clone struct {
	dir   string
	in    io.WriteCloser
	out   *bufio.Reader
	blobs map[string][]byte
}

func openClone(t *testing.T, dir string) *clone {
	t.Helper()
	cmd := exec.Command("git", "-C", dir, "cat-file", "--batch")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { in.Close(); _ = cmd.Wait() })
	return &clone{dir: dir, in: in, out: bufio.NewReader(out), blobs: map[string][]byte{}}
}

// object is the content of an object; empty if there is none.
func (c *clone) object(t *testing.T, name string) []byte {
	t.Helper()
	if content, ok := c.blobs[name]; ok {
		return content
	}
	fmt.Fprintln(c.in, name)
	header, err := c.out.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(header)
	if len(fields) != 3 {
		return nil
	}
	size, err := strconv.Atoi(fields[2])
	if err != nil {
		t.Fatal(err)
	}
	content := make([]byte, size+1)
	if _, err := io.ReadFull(c.out, content); err != nil {
		t.Fatal(err)
	}
	content = content[:size]
	c.blobs[name] = content
	return content
}

// entry is one line of a tree object.
type entry struct{ mode, name, id string }

func (c *clone) entries(t *testing.T, id string) []entry {
	t.Helper()
	var out []entry
	rest := c.object(t, id)
	for len(rest) > 0 {
		head, tail, ok := bytes.Cut(rest, []byte{0})
		if !ok || len(tail) < 20 {
			t.Fatalf("%s is no tree", id)
		}
		mode, name, _ := strings.Cut(string(head), " ")
		out = append(out, entry{mode, name, fmt.Sprintf("%x", tail[:20])})
		rest = tail[20:]
	}
	return out
}

// tree gives the id of a commit's tree, and a key of its modules and overlays.
func (c *clone) tree(t *testing.T, commit string) (root, key string) {
	t.Helper()
	for line := range strings.Lines(string(c.object(t, commit))) {
		if id, ok := strings.CutPrefix(line, "tree "); ok {
			root = strings.TrimSpace(id)
			break
		}
	}
	var parts []string
	for _, e := range c.entries(t, root) {
		if e.mode == "40000" && e.name != ".github" || strings.HasSuffix(e.name, ".nix") {
			parts = append(parts, e.name+e.id)
		}
	}
	sort.Strings(parts)
	return root, strings.Join(parts, " ")
}

// files are the Nix files below a tree.
func (c *clone) files(t *testing.T, root string) fstest.MapFS {
	t.Helper()
	out := fstest.MapFS{}
	var walk func(id, prefix string)
	walk = func(id, prefix string) {
		for _, e := range c.entries(t, id) {
			switch {
			case e.mode == "40000":
				walk(e.id, prefix+e.name+"/")
			case strings.HasPrefix(e.mode, "100") && strings.HasSuffix(e.name, ".nix"):
				out[prefix+e.name] = &fstest.MapFile{Data: c.object(t, e.id), Mode: 0o644}
			}
		}
	}
	walk(root, "")
	return out
}
