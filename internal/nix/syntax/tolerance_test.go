package syntax_test

import (
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// Flags for runs over other people's files, which are not part of this
// repository:
//
//	go test ./internal/nix/syntax -run Tolerance -corpus DIR,DIR -seed 7 -v
//	go test ./internal/nix/syntax -run Tolerance -corpus DIR -class 'delete opener' -show 5
var (
	corpusDirs  = flag.String("corpus", "", "folders with .nix files, comma separated, to test on beside the shipped ones")
	damageSeed  = flag.Uint64("seed", 1, "seed of the damage that is done to texts")
	damageTimes = flag.Int("times", 0, "how often each text is damaged in each way")
	damageClass = flag.String("class", "", "do only this kind of damage")
	damageShow  = flag.Int("show", 0, "show so many damaged texts that were misread")
)

// score counts how much of damaged texts was read right.
type score struct {
	variants, exact, paths, places int
	bindings, found                int
}

func (s *score) add(o score) {
	s.variants += o.variants
	s.exact += o.exact
	s.paths += o.paths
	s.places += o.places
	s.bindings += o.bindings
	s.found += o.found
}

func percent(part, of int) float64 {
	if of == 0 {
		return 100
	}
	return 100 * float64(part) / float64(of)
}

func (s score) String() string {
	return fmt.Sprintf("%6d  %6.2f  %6.2f  %6.2f  %6.2f", s.variants, percent(s.found, s.bindings),
		percent(s.paths, s.variants), percent(s.exact, s.variants), percent(s.places, s.variants))
}

// reaches reports whether no figure is below what is asked for, in percent.
func (s score) reaches(bindings, paths, exact float64) bool {
	return percent(s.found, s.bindings) >= bindings && percent(s.paths, s.variants) >= paths &&
		percent(s.exact, s.variants) >= exact
}

// judge reads a damaged text and compares.
func judge(v variant) (s score, wrong string, ok bool) {
	tree := syntax.Parse(v.src)
	if len(tree.Errors()) == 0 {
		return score{}, "", false // not damaged: it says something else now
	}
	s.variants, s.bindings = 1, len(v.bindings)
	var misread []string
	exact := true
	for b := range tree.BindingPaths() {
		switch want, ok := v.bindings[b.Offset]; {
		case ok && want == b.Path:
			s.found++
		case ok:
			misread = append(misread, fmt.Sprintf("%s is read as %s", want, b.Path))
		case !slices.ContainsFunc(v.free, func(f text.Span) bool { return f.Touches(b.Offset) }):
			exact = false
			misread = append(misread, b.Path+" is none")
		}
	}
	if exact = exact && s.found == s.bindings; exact {
		s.exact = 1
	} else {
		misread = append(misread, fmt.Sprintf("found %d of %d", s.found, s.bindings))
	}
	if got := tree.PathAt(v.cursor); got == v.path {
		s.paths = 1
	} else {
		misread = append(misread, fmt.Sprintf("cursor in %q, read as %q", v.path, got))
	}
	if isNear(tree.Errors()[0].Span, v.damage, v.src) {
		s.places = 1
	}
	if len(misread) > 4 {
		misread = append(misread[:3], misread[len(misread)-1])
	}
	return s, strings.Join(misread, "\n"), true
}

// isNear reports whether one place is on the lines of another or next to them.
func isNear(place, other text.Span, src string) bool {
	m := text.NewMapper(src)
	line, _ := m.LineColumn(place.Start)
	first, _ := m.LineColumn(other.Start)
	last, _ := m.LineColumn(other.End)
	return first-1 <= line && line <= last+1
}

// around is the damaged place of a text with a mark at the cursor.
func around(v variant) string {
	begin, end := v.cursor, v.cursor
	for range 6 {
		begin = max(0, strings.LastIndexByte(v.src[:begin], '\n'))
		if i := strings.IndexByte(v.src[min(end+1, len(v.src)):], '\n'); i >= 0 {
			end += 1 + i
		} else {
			end = len(v.src)
		}
	}
	return v.src[begin:v.cursor] + "▮" + v.src[v.cursor:end]
}

// TestTolerance damages texts and counts what is read right nonetheless, in
// percent: bindings with their path, the path at the cursor, texts without any
// misread binding, first errors within a line of the damage. On the shipped texts it holds the figures to their limits.
func TestTolerance(t *testing.T) {
	t.Parallel()
	var files []string
	times := 2
	if *corpusDirs != "" {
		files = corpusFiles(t)
	} else {
		files, times = shippedFiles(t), 40
	}
	if *damageTimes > 0 {
		times = *damageTimes
	}
	var all score
	var report strings.Builder
	fmt.Fprintf(&report, "%-14s  texts     rec     ctx   exact   error\n", "")
	shown := 0
	scores := make([]score, len(damageClasses))
	for f, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		o := newOriginal(string(src))
		if len(o.heads) < 3 || len(o.tree.Errors()) > 0 || len(src) > 100_000 {
			continue
		}
		for c, class := range damageClasses {
			if *damageClass != "" && class.name != *damageClass {
				continue
			}
			random := rand.New(rand.NewPCG(*damageSeed, uint64(f)<<8|uint64(c)))
			for range times {
				v, ok := class.do(o, random)
				if !ok {
					continue
				}
				s, wrong, ok := judge(v)
				if !ok {
					continue
				}
				scores[c].add(s)
				if wrong != "" && shown < *damageShow {
					shown++
					t.Logf("%s in %s:%d\n%s\n%s\n", class.name, file,
						1+strings.Count(v.src[:v.cursor], "\n"), wrong, around(v))
				}
			}
		}
	}
	isOwn := *corpusDirs == "" && *damageSeed == 1
	for c, class := range damageClasses {
		if s := scores[c]; s.variants > 0 {
			fmt.Fprintf(&report, "%-14s %v\n", class.name, s)
			all.add(s)
			if isOwn && !s.reaches(97, 98, 80) {
				t.Errorf("%s: %v, want 97, 98, 80", class.name, s)
			}
		}
	}
	if isOwn && *damageClass == "" && !all.reaches(99.5, 99.5, 99) {
		t.Errorf("all: %v, want 99.5, 99.5, 99", all)
	}
	if places := percent(all.places, all.variants); isOwn && *damageClass == "" && places < 97 {
		t.Errorf("%.2f %% of the first errors are where the damage is, want 97", places)
	}
	fmt.Fprintf(&report, "%-14s %v\n", "all", all)
	t.Log("\n" + report.String())
}

// shippedFiles are the test files of this repository.
func shippedFiles(t *testing.T) []string {
	files, err := filepath.Glob("testdata/modules/*.nix")
	if err != nil || len(files) == 0 {
		t.Fatalf("no files: %v", err)
	}
	return files
}

// corpusFiles are the .nix files of the folders that the flag -corpus names.
func corpusFiles(t *testing.T) []string {
	var files []string
	for _, dir := range strings.Split(*corpusDirs, ",") {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".nix") {
				files = append(files, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}
