package catalog

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// dataFiles are the embedded files, by name.
func dataFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	names, err := fs.Glob(embedded, "data/*")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		content, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[path.Base(name)] = &fstest.MapFile{Data: content}
	}
	return files
}

// What is written is what was read, and it stays small. Another Go may compress it otherwise.
func TestWriteIsTheMirrorOfRead(t *testing.T) {
	const budget = 120 << 10
	dir := t.TempDir()
	if err := Write(dir, DataOf(library(t))); err != nil {
		t.Fatal(err)
	}
	all := 0
	files, written := dataFiles(t), os.DirFS(dir)
	content := func(folder fs.FS, name string) string {
		if name == fileHashes {
			hashes, err := fs.ReadFile(folder, name)
			if err != nil {
				t.Fatal(err)
			}
			return string(hashes)
		}
		text, err := readText(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for name, file := range files {
		if content(written, name) != content(files, name) {
			t.Errorf("%s would be written in another way", name)
		}
		all += len(file.Data)
	}
	if names, _ := os.ReadDir(dir); len(names) != len(files) {
		t.Errorf("%d files are written, %d are embedded", len(names), len(files))
	}
	if all > budget {
		t.Errorf("the data have %d bytes, more than the %d they may have", all, budget)
	}
}

// Things that come, change, move and go.
func TestTimeline(t *testing.T) {
	option := func(name, def string, line int) Option {
		o := Option{Type: "boolean", HasDefault: def != "", Default: def, DeclaredIn: "a.nix", Line: line, Column: 3}
		o.complete(name)
		return o
	}
	sources := []Source{
		{Options: []Option{option("a", "true", 4), option("b", "", 9)}},
		{Options: []Option{option("a", "true", 5), option("b", "", 10), option("c", "1 <\n2\t", 10)}},
		{Options: []Option{option("b", "", 2), option("c", "1 <\n2\t", 4)}, DefaultMajors: map[string]string{"x": "5"}, Holds: []Table{TableBoards}},
		{Options: []Option{option("a", "true", 4), option("b", "", 9)}, Generations: []Generation{{Major: "5", SoMFamilies: []string{"x"}}, {Major: "10"}}},
	}
	for i := range sources {
		sources[i].Packages = []Package{{Name: "p", File: "a.nix", Line: 3 + i, DeviceFile: "b.nix", DeviceLine: 7}, {Name: "q", File: "c.nix", Generations: []string{"5"}}}
		sources[i].Overlay = []Attribute{{Name: "o", File: "a.nix", Line: 3 + i}}
		if sources[i].DefaultMajors == nil {
			sources[i].DefaultMajors = map[string]string{}
		}
	}
	d := Data{Sources: sources}
	for i, hash := range []string{"a", "b", "c", "d"} {
		for len(hash) < 40 {
			hash += hash
		}
		d.Commits = append(d.Commits, Commit{Revision: Revision{Hash: hash[:40]}, Mainline: i != 2, Source: i, Catalog: i})
	}
	dir := t.TempDir()
	if err := Write(dir, d); err != nil {
		t.Fatal(err)
	}
	l, err := Read(os.DirFS(dir))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(sources, DataOf(l).Sources, cmp.AllowUnexported(Option{})); diff != "" {
		t.Errorf("sources (-written +read):\n%s", diff)
	}
	if h, _ := l.History("c"); h.Introduced != d.Commits[1].Revision || h.Removed != d.Commits[3].Revision || !h.IsRemoved() {
		t.Errorf("history of c: %+v", h)
	}
	if _, ok := l.History("d"); ok {
		t.Error("d never was, and has a history")
	}
}

// A type that does not tell the values cannot be stored: the values would be others when they are read.
func TestWriteRefusesWhatItCannotKeep(t *testing.T) {
	o := Option{Path: "a", Type: `one of "x"`, Kind: KindEnum, Values: []string{"x", "y"}}
	if err := Write(t.TempDir(), Data{Sources: []Source{{Options: []Option{o}}}}); err == nil {
		t.Error("the values were lost without an error")
	}
	if err := Write(t.TempDir(), Data{Summaries: map[string]string{"a": "two\nlines"}}); err == nil {
		t.Error("a summary of two lines was written")
	}
}

// A damaged file is an error, or leaves out what it would have told; never a crash.
func TestDamagedData(t *testing.T) {
	for name := range dataFiles(t) {
		whole := dataFiles(t)[name].Data
		for _, content := range [][]byte{nil, {1, 2, 3}, whole[:len(whole)/2], append(whole[:len(whole):len(whole)], whole...)} {
			files := dataFiles(t)
			files[name] = &fstest.MapFile{Data: content}
			use(files)
		}
		for at := 0; at < len(whole); at += 997 {
			files := dataFiles(t)
			content := append([]byte(nil), whole...)
			content[at] ^= 0xff
			files[name] = &fstest.MapFile{Data: content}
			use(files)
		}
		files := dataFiles(t)
		delete(files, name)
		_, err := Read(files)
		if eager := name == fileHashes || name == fileCommits || name == fileOptions; (err != nil) != eager {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func use(files fs.FS) {
	l, err := Read(files)
	if err != nil {
		return
	}
	for _, c := range []*Catalog{l.Newest(), l.at(len(l.commits) / 2)} {
		c.Packages()
		c.Fits("orin-nx", "devkit", "6")
		for _, o := range c.Options() {
			l.History(o.Path)
		}
	}
}

// Text that no generator wrote is refused.
func TestUnreadableText(t *testing.T) {
	sources := len(DataOf(library(t)).Sources)
	for _, text := range []string{
		"a", "a\t\t0\t\t1\n", "a\t0\tx\t\t1\n", "a\t0\t0\t1\n", "a\t5 -3\t0\t\t1\n", "a\t100000\t0\t\t1\n", "a\t5 0\t0\t\t1\n", fmt.Sprintf("a\t%d\t0\t\t1\n", sources), "a\t-1\t0\t\t1\n",
	} {
		files := dataFiles(t)
		packed, err := pack([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		files[fileOptions] = &fstest.MapFile{Data: packed}
		if _, err := Read(files); err == nil {
			t.Errorf("%q was read without an error", text)
		}
	}
	for _, text := range []string{"", "0 972\n", "0 972\n0 972\n0 972\n0 971\n", "0 972\n0 972\n0 972\n0 9999999\n", "0 x\n0 972\n0 972\n0 972\n", "0 972\n0 972\n-9 972\n0 972\n", "0 972\n0 972\n0 972\n-1 972\n"} {
		files := dataFiles(t)
		packed, err := pack([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		files[fileCommits] = &fstest.MapFile{Data: packed}
		if _, err := Read(files); err == nil {
			t.Errorf("%q was read without an error", text)
		}
	}
}
