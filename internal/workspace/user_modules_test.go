package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/text"
)

const boardOption = "hardware.nvidia-jetpack.carrierBoard"

// board is a module that adds values to carrierBoard.
func board(values ...string) string {
	return "{ lib, ... }: { options." + boardOption + ` = lib.mkOption { type = lib.types.enum [ "` + strings.Join(values, `" "`) + "\" ]; }; }\n"
}

// own shows the values that a document's workspace adds to carrierBoard, each with its file below dir.
func own(t *testing.T, s *Session, dir, document string) string {
	t.Helper()
	snapshot := s.Snapshot()
	d, ok := snapshot.Document(document)
	if !ok {
		t.Fatalf("%s is not open", document)
	}
	var all []string
	for _, v := range snapshot.UserValues(d, boardOption) {
		file, err := filepath.Rel(dir, v.File)
		if err != nil || strings.HasPrefix(file, "..") {
			file = v.File
		}
		all = append(all, fmt.Sprintf("%s %s:%d", v.Value, filepath.ToSlash(file), v.Line))
	}
	return strings.Join(all, ", ")
}

// TestUserValuesWithoutRepository holds that a lock file tells what belongs together, where no repository does.
func TestUserValuesWithoutRepository(t *testing.T) {
	for lock, content := range map[string]string{
		"flake.lock":         lockOf("anduril", strings.Repeat("0", 40), "1700000000"),
		"npins/sources.json": `{"version":3,"pins":{"jp":{"type":"Git","repository":{"type":"GitHub","owner":"anduril","repo":"jetpack-nixos"},"revision":"` + strings.Repeat("0", 40) + `"}}}`,
		"none.txt":           "",
	} {
		s, _, _ := storeSession(t)
		dir := t.TempDir()
		write(t, dir, lock, content)
		write(t, dir, "boards/a.nix", board("a"))
		file := write(t, dir, "hosts/rover/configuration.nix", "{ }")
		s.Open(file, file, "nix", 1, "{ }")
		want := "a boards/a.nix:1"
		if content == "" {
			want = ""
		}
		if got := own(t, s, dir, file); got != want {
			t.Errorf("with %s: %q, want %q", lock, got, want)
		}
	}
}

func TestUserValues(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := t.TempDir()
	write(t, dir, "boards/a.nix", board("a"))
	write(t, dir, "boards/broken.nix", "{ options = [ ( enum mkOption nvidia-jetpack \"")
	write(t, dir, "deep/down/b.nix", "# first\n"+board("b", "a"))
	write(t, dir, ".hidden/c.nix", board("c"))
	write(t, dir, "node_modules/c.nix", board("c"))
	write(t, dir, "result/c.nix", board("c"))
	write(t, dir, "c.txt", board("c"))
	write(t, dir, "binary.nix", "\x00"+board("c"))
	laySource(t, filepath.Join(dir, "vendor"), "c")
	write(t, dir, "vendor/modules/more.nix", board("c"))
	elsewhere := t.TempDir()
	write(t, elsewhere, "c.nix", board("c"))
	for link, target := range map[string]string{"linked.nix": filepath.Join(elsewhere, "c.nix"), "linked": elsewhere, "circle": dir} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	s.SetFolders([]string{dir})
	config := filepath.Join(dir, "hosts", "configuration.nix")
	s.Open(config, config, "nix", 1, "{ }")
	if got, want := own(t, s, dir, config), "a boards/a.nix:1, b deep/down/b.nix:2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}

	// An open buffer stands for its file; one that is no file counts too.
	file := filepath.Join(dir, "boards", "a.nix")
	s.Open(file, file, "nix", 1, board("new"))
	s.Open("untitled:1", "", "nix", 1, board("untitled"))
	if got, want := own(t, s, dir, config), "a deep/down/b.nix:2, b deep/down/b.nix:2, new boards/a.nix:1, untitled untitled:1:1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := own(t, s, dir, "untitled:1"); !strings.Contains(got, "new boards/a.nix:1") {
		t.Errorf("for a document that is no file: %s", got)
	}
	at := uint32(strings.Index(board("new"), "new"))
	if err := s.Change(file, 2, []text.Change{span(0, at, 0, at+3, "newer")}, text.UTF16); err != nil {
		t.Fatal(err)
	}
	s.Close("untitled:1")
	if got, want := own(t, s, dir, config), "a deep/down/b.nix:2, b deep/down/b.nix:2, newer boards/a.nix:1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}

	// Files come, change and go.
	s.Close(file)
	write(t, dir, "boards/a.nix", board("z"))
	fresh := write(t, dir, "boards/fresh.nix", board("f"))
	gone := filepath.Join(dir, "deep")
	if err := os.RemoveAll(gone); err != nil {
		t.Fatal(err)
	}
	s.FilesChanged([]string{file, fresh, gone})
	if got, want := own(t, s, dir, config), "f boards/fresh.nix:1, z boards/a.nix:1"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	// What is no module is no reason to look again.
	scan := s.Snapshot().userFiles.roots.entries[searchKey{root: dir}]
	s.FilesChanged([]string{filepath.Join(dir, "README.md"), filepath.Join(elsewhere, "c.nix")})
	if s.Snapshot().userFiles.roots.entries[searchKey{root: dir}] != scan {
		t.Error("gone through again for a file that is no module of the workspace")
	}
}

// TestUserValuesBelowASkippedFolder holds that a configuration in a folder which a search skips is searched all the same: some
// keep all of their home folder in one repository.
func TestUserValuesBelowASkippedFolder(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := repository(t)
	write(t, dir, ".config/nixos/boards/a.nix", board("a"))
	write(t, dir, ".cache/b.nix", board("b"))
	file := write(t, dir, ".config/nixos/hosts/configuration.nix", "{ }")
	s.Open(file, file, "nix", 1, "{ }")
	if got, want := own(t, s, dir, file), "a .config/nixos/boards/a.nix:1"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestUserValuesWithoutAFolder(t *testing.T) {
	s, _, _ := storeSession(t)
	loose, repo := t.TempDir(), repository(t)
	for _, dir := range []string{loose, repo} {
		write(t, dir, "hosts/beside.nix", board("beside"))
		write(t, dir, "hosts/below/b.nix", board("below"))
		write(t, dir, "boards/b.nix", board("around"))
	}
	for _, test := range []struct{ dir, want string }{
		{loose, "beside hosts/beside.nix:1"}, // anything may lie around it, such as a home folder
		{repo, "around boards/b.nix:1, below hosts/below/b.nix:1, beside hosts/beside.nix:1"},
	} {
		config := filepath.Join(test.dir, "hosts", "configuration.nix")
		s.Open(config, config, "nix", 1, "{ }")
		if got := own(t, s, test.dir, config); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
	// In a checkout of jetpack-nixos the declarations are upstream's.
	checkout := repository(t)
	laySource(t, checkout, "x")
	write(t, checkout, "own.nix", board("own"))
	config := filepath.Join(checkout, "configuration.nix")
	s.Open(config, config, "nix", 1, "{ }")
	if got := own(t, s, checkout, config); got != "" {
		t.Errorf("in a checkout: %s", got)
	}
}

// TestUserValuesOfALargeTree holds that a folder with more files than are looked at costs little.
func TestUserValuesOfALargeTree(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := repository(t)
	write(t, dir, "board.nix", board("near"))
	for i := range 40 {
		for j := range 60 {
			write(t, dir, fmt.Sprintf("pkgs/%d/%d.nix", i, j), "{ }\n")
		}
	}
	write(t, dir, "a/b/c/d/e/f/g/h/i/j/k/l/m/n/deep.nix", board("deep"))
	huge := write(t, dir, "huge.nix", board("huge"))
	if err := os.Truncate(huge, 100<<20); err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(dir, "configuration.nix")
	s.Open(config, config, "nix", 1, "{ }")
	const want = "near board.nix:1"
	if got := own(t, s, dir, config); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	near := filepath.Join(dir, "board.nix")
	if err := os.Remove(near); err != nil {
		t.Fatal(err)
	}
	if got := own(t, s, dir, config); got != want {
		t.Errorf("asked again, though nobody told of a change, it looks at files: %s, want %s", got, want)
	}
	s.FilesChanged([]string{near})
	if got := own(t, s, dir, config); got != "" {
		t.Errorf("%s of a file that is gone", got)
	}
}

// TestSawUserModules holds when the search for modules counts as knowledge, and that what a document imports, and what lies
// in its folder, is found however much else there is.
func TestSawUserModules(t *testing.T) {
	for _, test := range []struct {
		name, text string
		lay        func(t *testing.T, dir string)
		values     string
		complete   bool
	}{
		{"nothing else", "{ }", func(*testing.T, string) {}, "", true},
		{"pictures", "{ }", func(t *testing.T, dir string) {
			for i := range 20_500 {
				write(t, dir, fmt.Sprintf("a/%d.jpg", i), "")
			}
			write(t, dir, "z/board.nix", board("b"))
		}, "b z/board.nix:1", true},
		{"many Nix files", "{ imports = [ ./z ]; }", func(t *testing.T, dir string) {
			for i := range maxUserFiles + 1 {
				write(t, dir, fmt.Sprintf("a/%d.nix", i), "")
			}
			write(t, dir, "hosts/z/default.nix", "{ imports = [ ../../z/board.nix (import ../../z/more.nix { }) ]; }")
			write(t, dir, "hosts/beside.nix", board("c"))
			write(t, dir, "z/board.nix", board("b"))
			write(t, dir, "z/more.nix", "{ }: "+board("d"))
			write(t, dir, "z/unseen.nix", board("e"))
		}, "b z/board.nix:1, c hosts/beside.nix:1, d z/more.nix:1", false},
		{"much text", "{ }", func(t *testing.T, dir string) {
			for i := range maxUserBytes/maxUserFile + 1 {
				if err := os.Truncate(write(t, dir, fmt.Sprintf("a/%d.nix", i), ""), maxUserFile); err != nil {
					t.Fatal(err)
				}
			}
		}, "", false},
		{"a large file", "{ }", func(t *testing.T, dir string) {
			write(t, dir, "a.nix", board("b")+strings.Repeat(" ", maxUserFile))
		}, "", false},
		{"a large file that declares nothing", "{ packages = import ../a.nix; }", func(t *testing.T, dir string) {
			write(t, dir, "a.nix", "{ }"+strings.Repeat(" ", maxUserFile))
			write(t, dir, "z/board.nix", board("b"))
		}, "b z/board.nix:1", true},
		{"a large file that imports", "{ imports = [ ../a.nix ]; }", func(t *testing.T, dir string) {
			write(t, dir, "a.nix", "{ imports = [ ./.private/b.nix ]; }"+strings.Repeat(" ", maxUserFile))
		}, "", false},
		{"a file that is much too large", "{ }", func(t *testing.T, dir string) {
			if err := os.Truncate(write(t, dir, "a.nix", ""), maxUserBytes+1); err != nil {
				t.Fatal(err)
			}
		}, "", false},
		{"a deep folder", "{ }", func(t *testing.T, dir string) {
			write(t, dir, strings.Repeat("a/", maxUserDepth+1)+"x.nix", "{ }")
		}, "", false},
		{"a folder just as deep", "{ }", func(t *testing.T, dir string) {
			write(t, dir, strings.Repeat("a/", maxUserDepth)+"x.nix", board("b"))
		}, "b " + strings.Repeat("a/", maxUserDepth) + "x.nix:1", true},
		{"a folder that no modules lie in", "{ }", func(t *testing.T, dir string) {
			write(t, dir, "node_modules/"+strings.Repeat("a/", maxUserDepth)+"x.nix", board("b"))
		}, "", true},
		{"an import of what is left out otherwise", "{ imports = [ ../.private/b.nix ]; }", func(t *testing.T, dir string) {
			write(t, dir, ".private/b.nix", board("b"))
		}, "b .private/b.nix:1", true},
		{"an import whose name does not end in .nix", "{ imports = [ ./board ]; }", func(t *testing.T, dir string) {
			write(t, dir, "hosts/board", board("b"))
		}, "b hosts/board:1", true},
		{"imports in a circle", "{ imports = [ ./b.nix ]; }", func(t *testing.T, dir string) {
			write(t, dir, "hosts/b.nix", "{ imports = [ ./configuration.nix ./b.nix ]; }")
		}, "", true},
		{"an import from elsewhere", "{ imports = [ ../../elsewhere.nix ]; }", func(*testing.T, string) {}, "", false},
		{"a path from elsewhere", "{ x = /run/secret; }", func(*testing.T, string) {}, "", true},
		{"an import that is not there", "{ imports = [ ./none.nix ./none ]; }", func(*testing.T, string) {}, "", true},
		{"an import that cannot be read", "{ imports = [ ./loop.nix ]; }", func(t *testing.T, dir string) {
			link(t, "loop.nix", filepath.Join(dir, "hosts", "loop.nix"))
		}, "", false},
		{"a link to a folder elsewhere", "{ }", func(t *testing.T, dir string) { link(t, t.TempDir(), filepath.Join(dir, "modules")) }, "", false},
		{"a link to a file elsewhere", "{ }", func(t *testing.T, dir string) {
			link(t, write(t, t.TempDir(), "x.txt", ""), filepath.Join(dir, "x.txt"))
		}, "", true},
		{"a link to a module elsewhere", "{ }", func(t *testing.T, dir string) {
			link(t, write(t, t.TempDir(), "x.nix", ""), filepath.Join(dir, "x.nix"))
		}, "", false},
		{"a link to what is found", "{ }", func(t *testing.T, dir string) {
			write(t, dir, "z/board.nix", board("b"))
			link(t, "z", filepath.Join(dir, "modules"))
			link(t, dir, filepath.Join(dir, "circle"))
		}, "b z/board.nix:1", true},
		{"a link to what was built", "{ }", func(t *testing.T, dir string) { link(t, t.TempDir(), filepath.Join(dir, "result")) }, "", true},
		{"jetpack-nixos itself", "{ imports = [ ../vendor/modules ]; }", func(t *testing.T, dir string) { laySource(t, filepath.Join(dir, "vendor"), "c") }, "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, _, _ := storeSession(t)
			dir := repository(t)
			file := write(t, dir, "hosts/configuration.nix", test.text)
			test.lay(t, dir)
			s.Open(file, file, "nix", 1, test.text)
			if got := own(t, s, dir, file); got != test.values {
				t.Errorf("%s, want %s", got, test.values)
			}
			snapshot := s.Snapshot()
			d, _ := snapshot.Document(file)
			if got := snapshot.SawUserModules(d); got != test.complete {
				t.Errorf("saw all modules: %v", got)
			}
			if got := snapshot.UserMayDeclare(d, "hardware.nvidia-jetpack.rover"); got == test.complete {
				t.Errorf("an option that no module was seen to declare may be declared: %v", got)
			}
		})
	}
}

func link(t *testing.T, target, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

// TestUserModulesOfAFolderThatIsNotThere holds that a document which is not saved yet has no modules beside it that could
// have been missed.
func TestUserModulesOfAFolderThatIsNotThere(t *testing.T) {
	s, _ := newSession(t)
	file := filepath.Join(t.TempDir(), "new", "a.nix")
	s.Open(file, file, "nix", 1, "{ }")
	if d, _ := s.Snapshot().Document(file); !s.Snapshot().SawUserModules(d) {
		t.Error("something was left out of a folder that is not there")
	}
}

// TestUserModulesAtOnce holds that who asks at once waits for a few files, however many there are, and gets all that a diagnostic
// has searched since.
func TestUserModulesAtOnce(t *testing.T) {
	for _, files := range []int{20, 200, 1000} {
		s, _, _ := storeSession(t)
		dir := repository(t)
		for i := range files {
			write(t, dir, fmt.Sprintf("modules/%d/%d.nix", i/20, i), "{ }")
		}
		write(t, dir, "modules/z/z/board.nix", board("b"))
		document := write(t, dir, "hosts/a.nix", "{ }")
		s.SetFolders([]string{dir})
		s.Open(document, document, "nix", 1, "{ imports = [ ./b.nix ]; }")
		sn := s.Snapshot()
		d, _ := sn.Document(document)
		isFew := files < boundsOf[atOnce].files
		if saw, n := sn.AtOnce().SawUserModules(d), len(sn.AtOnce().UserValues(d, boardOption)); saw != isFew || n == 1 != isFew {
			t.Errorf("of %d files: all seen: %v, %d values", files, saw, n)
		}
		read := 0
		sn.userFiles.files.Range(func(any, any) bool { read++; return true })
		if most := min(files, boundsOf[atOnce].files) + 2; read > most {
			t.Errorf("%d of %d files were read, want %d at most", read, files, most)
		}
		sn.SearchUserModules(d)
		if saw, n := sn.AtOnce().SawUserModules(d), len(sn.AtOnce().UserValues(d, boardOption)); !saw || n != 1 {
			t.Errorf("of %d files, after a search: all seen: %v, %d values", files, saw, n)
		}
	}
}

// TestUserModulesOfEach holds that a search beside a document is that of its folder: not each document goes through all others anew.
func TestUserModulesOfEach(t *testing.T) {
	s, _, _ := storeSession(t)
	dir := repository(t)
	const files = 100
	for i := range files {
		write(t, dir, fmt.Sprintf("%d.nix", i), fmt.Sprintf("{ imports = [ ./%d.nix ]; }", i+1))
	}
	sn := s.Snapshot()
	for i := range files {
		d, err := ReadDocument(filepath.Join(dir, fmt.Sprintf("%d.nix", i)))
		if err != nil {
			t.Fatal(err)
		}
		sn.UserValues(d, boardOption)
	}
	beside := 0
	for key := range sn.userFiles.searches.entries {
		if strings.HasPrefix(key.near, "\x00") {
			beside++
		}
	}
	if beside != 1 || len(sn.userFiles.roots.entries) != 1 {
		t.Errorf("%d folders and %d roots were searched, want one", beside, len(sn.userFiles.roots.entries))
	}
}

// TestPanicBesideOthers: a panic at one of several files is for who asked, like any other.
func TestPanicBesideOthers(t *testing.T) {
	done := make([]bool, 100)
	defer func() {
		cause := fmt.Sprint(recover())
		if !strings.Contains(cause, "at this one") || !strings.Contains(cause, "TestPanicBesideOthers") {
			t.Errorf("the cause is %q", cause)
		}
		if n := len(slices.DeleteFunc(done, func(is bool) bool { return !is })); n != 99 {
			t.Errorf("%d others were done", n)
		}
	}()
	inParallel(2, len(done), func(i int) {
		if i == 7 {
			panic("at this one")
		}
		done[i] = true
	})
}
