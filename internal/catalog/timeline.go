package catalog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// A timeline holds what a row of sources declares, each thing once for as long as it stays the same. As text it is a line a
// version, its fields between tabs:
//
//	key    the kind and the name of the thing
//	life   the sources at which it comes and goes by turns, each as the distance to the one before
//	line   for a thing with a line: the lines after the thing before it in its file
//	after  the key of that thing; empty for the first of a file
//	value  the rest, as JSON
//
// A line number changes with every line above it; the distance to the declaration before hardly ever does. This is what
// keeps a timeline small.
type timeline []version

// version is a thing as it is in some of the sources.
type version struct {
	content
	life []int
}

type content struct {
	key, after, value string
	line              int
}

// entry is a thing of one source.
type entry struct {
	key   string
	value any
	file  string
	line  int // 0 for none
}

// newTimeline makes the timeline of sources.
func newTimeline(sources []Source, entries func(Source) []entry) (timeline, error) {
	lives := map[content][]int{}
	before := map[content]bool{}
	for i, s := range sources {
		now := map[content]bool{}
		last := map[string]entry{} // by file
		all := entries(s)
		slices.SortFunc(all, func(a, b entry) int { return cmp.Or(a.line-b.line, strings.Compare(a.key, b.key)) })
		for _, e := range all {
			if o, ok := e.value.(Option); ok && !o.follows() {
				return nil, fmt.Errorf("the values of %s do not follow from its type", o.Path)
			}
			value, err := json.Marshal(e.value)
			if err != nil {
				return nil, err
			}
			c := content{key: e.key, value: string(value)}
			if e.line > 0 {
				c.line, c.after = e.line-last[e.file].line, last[e.file].key
				last[e.file] = e
			}
			if now[c] = true; !before[c] {
				lives[c] = append(lives[c], i)
			}
		}
		for c := range before {
			if !now[c] {
				lives[c] = append(lives[c], i)
			}
		}
		before = now
	}
	var t timeline
	for c, life := range lives {
		t = append(t, version{c, life})
	}
	slices.SortFunc(t, func(a, b version) int {
		return cmp.Or(strings.Compare(a.key, b.key), slices.Compare(a.life, b.life), strings.Compare(a.value, b.value))
	})
	return t, nil
}

// timelineText is the timeline of sources as text.
func timelineText(sources []Source, entries func(Source) []entry) ([]byte, error) {
	t, err := newTimeline(sources, entries)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, v := range t {
		var distances []string
		last := 0
		for _, source := range v.life {
			distances = append(distances, strconv.Itoa(source-last))
			last = source
		}
		fmt.Fprintf(&b, "%s\t%s\t%d\t%s\t%s\n", v.key, strings.Join(distances, " "), v.line, v.after, v.value)
	}
	return b.Bytes(), nil
}

func readTimeline(folder fs.FS, name string) (timeline, error) {
	text, err := readText(folder, name)
	if err != nil {
		return nil, err
	}
	t := make(timeline, 0, strings.Count(text, "\n"))
	lives := make([]int, 0, 4*cap(t))
	for line := range strings.Lines(text) {
		key, line, _ := strings.Cut(line, "\t")
		life, line, _ := strings.Cut(line, "\t")
		distance, line, _ := strings.Cut(line, "\t")
		after, value, ok := strings.Cut(line, "\t")
		v := version{content: content{key: key, after: after, value: value}}
		if v.line, err = strconv.Atoi(distance); !ok || err != nil {
			return nil, errDamaged
		}
		from, source := len(lives), 0
		for distance := range strings.SplitSeq(life, " ") {
			n, err := strconv.Atoi(distance)
			if err != nil {
				return nil, errDamaged
			}
			source += n
			lives = append(lives, source)
		}
		v.life = lives[from:len(lives):len(lives)]
		t = append(t, v)
	}
	return t, nil
}

// in reports whether the version is that of a source.
func (v *version) in(source int) bool {
	n := 0
	for n < len(v.life) && v.life[n] <= source {
		n++
	}
	return n%2 == 1
}

// isAlias reports whether an option is one. No string of a JSON text has quotes that are not escaped.
func (v *version) isAlias() bool { return strings.Contains(v.value, `"renamedTo":`) }

// name is the key without its kind.
func (v *version) name() string {
	_, name, _ := strings.Cut(v.key, " ")
	return name
}

// things are the values of a kind that a source has, sorted by name; complete, if there is one, adds what follows from
// the rest of each version. What the data folder holds was written from the same types, and its checksum is right.
func things[T any](t timeline, source int, kind string, complete func(*T, *version)) []T {
	versions := slices.Collect(t.at(source, kind))
	if len(versions) == 0 {
		return nil
	}
	values := make([]string, len(versions))
	for i, v := range versions {
		values[i] = v.value
	}
	all := make([]T, 0, len(versions))
	_ = json.Unmarshal([]byte("["+strings.Join(values, ",")+"]"), &all)
	for i := range all {
		if complete != nil {
			complete(&all[i], versions[i])
		}
	}
	return all
}

// kind are the versions whose key begins with a prefix.
func (t timeline) kind(prefix string) timeline {
	from, _ := slices.BinarySearchFunc(t, prefix, func(v version, p string) int { return strings.Compare(v.key, p) })
	to := from
	for to < len(t) && strings.HasPrefix(t[to].key, prefix) {
		to++
	}
	return t[from:to]
}

// of are the versions of one thing.
func (t timeline) of(key string) timeline {
	t = t.kind(key)
	n := 0
	for n < len(t) && t[n].key == key {
		n++
	}
	return t[:n]
}

// alive is the index of the version that a source has, or -1.
func (t timeline) alive(source int) int {
	for i := range t {
		if t[i].in(source) {
			return i
		}
	}
	return -1
}

// at are the versions of a kind that a source has, sorted by name.
func (t timeline) at(source int, kind string) iter.Seq[*version] {
	return func(yield func(*version) bool) {
		t = t.kind(kind)
		for i := range t {
			if t[i].in(source) && !yield(&t[i]) {
				return
			}
		}
	}
}

// lines gives the lines of the things that a source has, by key.
func (t timeline) lines(source int) map[string]int {
	here := map[string]*version{}
	for v := range t.at(source, "") {
		if v.line > 0 || v.after != "" {
			here[v.key] = v
		}
	}
	lines := make(map[string]int, len(here))
	var line func(key string) int
	line = func(key string) int {
		if _, ok := lines[key]; !ok {
			lines[key] = 0 // a ring, in damaged data, ends here
			if v, ok := here[key]; ok {
				lines[key] = v.line + line(v.after)
			}
		}
		return lines[key]
	}
	for key := range here {
		line(key)
	}
	return lines
}
