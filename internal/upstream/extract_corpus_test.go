//go:build corpus

package upstream_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"jetpills/internal/catalog"
	"jetpills/internal/catalog/catalogtest"
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
	evaluations, err := catalogtest.Read()
	if err != nil {
		t.Fatal(err)
	}
	repo := openClone(t, clone)
	var (
		trees   = map[string]bool{}
		seen    = map[string]bool{}
		figures tally
		times   []time.Duration
	)
	for _, rev := range evaluations.Revisions() {
		if ok, _ := evaluations.Evaluates(rev); !ok {
			continue
		}
		root, modules := repo.tree(t, rev)
		if trees[modules] && rev != evaluations.Evaluated() {
			continue
		}
		trees[modules] = true
		fsys := repo.files(t, root)
		if !upstream.IsCheckout(fsys) {
			t.Errorf("%s is taken for no source tree of jetpack-nixos", rev[:7])
		}
		start := time.Now()
		e, err := upstream.Extract(fsys)
		times = append(times, time.Since(start))
		if err != nil {
			t.Errorf("%s: %v", rev[:7], err)
			continue
		}
		for _, p := range e.Problems {
			figures.problems++
			figures.say(t, seen, "problem", rev[:7], p.String())
		}
		// The embedded data are what is extracted.
		embedded, _ := library.At(rev)
		source := e.Source
		source.Revision = embedded.Revision
		fresh := library.Of(source)
		same := embedded.Root == fresh.Root && reflect.DeepEqual(embedded.Options(), fresh.Options()) && reflect.DeepEqual(embedded.Packages(), fresh.Packages()) &&
			reflect.DeepEqual(embedded.OverlayAttributes(), fresh.OverlayAttributes()) && reflect.DeepEqual(embedded.Outputs(), fresh.Outputs())
		figures.add(t, seen, "embedded data", rev[:7], "", "true", fmt.Sprint(same))
		// Without the revision the catalog has nothing but what was read.
		evaluations.Compare(rev, library.Of(e.Source), func(field, of string, want, got any) {
			if field == "kernel" || field == "package's kind" && got == "" {
				return // only an evaluation tells
			}
			figures.add(t, seen, field, rev[:7], of, fmt.Sprint(want), fmt.Sprint(got))
		})
	}
	slices.Sort(times)
	t.Logf("%d versions of the modules; time median %v, 99th of 100 %v, most %v", len(times),
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

// report prints the figures and fails the test where anything differs.
func (f *tally) report(t *testing.T) {
	for _, name := range f.names {
		t.Logf("%-28s %6d of %6d", name, f.same[name], f.all[name])
		if f.same[name] < f.all[name] {
			t.Errorf("%s: %d differ", name, f.all[name]-f.same[name])
		}
	}
	t.Logf("%d problems reported", f.problems)
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
