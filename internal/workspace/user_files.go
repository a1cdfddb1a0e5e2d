package workspace

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
	"jetpills/internal/upstream"
)

// Bounds of one search for modules. Folders are looked into breadth first, so that what lies deep in a large tree is left out
// before what lies at hand. What is neither a folder nor a Nix file costs next to nothing.
const (
	maxUserFiles   = 2000
	maxUserFolders = 20_000
	maxUserEntries = 500_000
	maxUserDepth   = 12
	maxUserFile    = 512 << 10 // bytes of a text that is parsed
	maxUserBytes   = 16 << 20
)

// reach is how far a search goes.
type reach uint8

const (
	usual      reach = iota
	atOnce           // as far as one can go before a person who waits notices
	throughout       // through a workspace of any size that people have
)

// bounds are those of a search.
type bounds struct{ files, folders, entries, bytes int }

var boundsOf = [...]bounds{
	usual:      {maxUserFiles, maxUserFolders, maxUserEntries, maxUserBytes},
	atOnce:     {100, 100, 2000, 1 << 20},
	throughout: {100_000, 100_000, 2_000_000, 1 << 30},
}

// AtOnce is the snapshot for an answer that somebody waits for, a hover or a completion: if the user's modules are not known yet, only
// a few files are searched for them. Where there are more, not all modules count as seen until a diagnostic has searched them.
func (s *Snapshot) AtOnce() *Snapshot { return s.reaching(atOnce) }

// Throughout is the snapshot for questions about many files, which are all read anyway.
func (s *Snapshot) Throughout() *Snapshot { return s.reaching(throughout) }

func (s *Snapshot) reaching(r reach) *Snapshot {
	other := *s
	other.reach = r
	return &other
}

// Bounds of the searches that are remembered: there may be one for each document whose modules were asked for, and one for each root.
const (
	maxSearches = 256
	maxRoots    = 16
)

// userFiles remembers what the Nix files below folders declare.
type userFiles struct {
	searches *cache[searchKey, search] // of what is near a document
	roots    *cache[searchKey, search] // of all that is below a folder
	// files are those read at any time, userFile by path, so that only what changed is read again.
	files *sync.Map
}

// searchKey is the folder of a search, and what a document that is not in the search of all of it adds: its imports, or its folder.
type searchKey struct {
	root, near string
	reach      reach
}

// search is what a search for modules found.
type search struct {
	// files are those that declare options or say something of overlays, in the order in which they were found.
	files []userFile
	// complete is false where something was left out: a bound was hit, or a file or folder could not be read.
	complete bool
}

// has reports whether a file is among those.
func (s *search) has(path string) bool {
	return slices.ContainsFunc(s.files, func(f userFile) bool { return f.path == path })
}

// userFile is what a file declares and imports.
type userFile struct {
	path     string
	modified time.Time
	size     int64
	declared []declaredOption
	overlaying
	// imports are as importsOf gives them, where that was asked for.
	imports    []string
	hasImports bool
	// isLeftOut says that the text is too large to be parsed, and may declare or import something.
	isLeftOut bool
}

func newUserFiles() *userFiles {
	return &userFiles{newCache[searchKey, search](maxSearches), newCache[searchKey, search](maxRoots), &sync.Map{}}
}

// changed is what still holds after files changed, u itself if all does: each folder is gone through again, but few files are
// read again.
func (u *userFiles) changed(paths []string) *userFiles {
	holds := func(key searchKey, _ *search) bool {
		return !slices.ContainsFunc(paths, func(path string) bool { return mayHoldModules(key.root, path) })
	}
	searches, all := u.searches.filter(holds)
	roots, allRoots := u.roots.filter(holds)
	all = all && allRoots
	for _, path := range paths {
		if _, known := u.files.LoadAndDelete(path); known {
			all = false
		}
	}
	if all {
		return u
	}
	return &userFiles{searches, roots, u.files}
}

// mayHoldModules reports whether a change of a path is one of the Nix files below a folder: it is a Nix file, or a folder.
func mayHoldModules(root, path string) bool {
	_, inside := within(root, path)
	_, around := within(path, root)
	return (inside || around) && (filepath.Ext(path) == ".nix" || filepath.Ext(path) == "")
}

// imported finds the modules that a document imports, and those that they import.
func (u *userFiles) imported(root string, d *Document, far reach) *search {
	key := searchKey{root, strings.Join(d.imports(), "\x00"), far}
	return u.search(u.searches, key, func(w *walk) { w.follow(d.imports()) })
}

// beside finds the modules in a folder, an absolute path.
func (u *userFiles) beside(root, dir string, far reach) *search {
	return u.search(u.searches, searchKey{root, "\x00" + dir, far}, func(w *walk) {
		if name, inside := within(root, dir); inside {
			w.folder(name, w.look)
		}
	})
}

// below finds the modules in a folder and in those below it.
func (u *userFiles) below(root string, far reach) *search {
	return u.search(u.roots, searchKey{root: root, reach: far}, func(w *walk) { w.everything(w.look) })
}

// everything looks at the Nix files in the root folder and in those below it, but for source trees of jetpack-nixos.
func (w *walk) everything(look func(names []string)) {
	level := []string{"."}
	for depth := 0; len(level) > 0 && !w.stopped; depth++ {
		var next []string
		for _, name := range level {
			if w.stopped {
				return
			}
			for _, below := range w.folder(name, look) {
				switch {
				case isSkipped(path.Base(below)) || isUpstream(w.root, below):
				case depth == maxUserDepth || w.folders == w.bounds.folders:
					w.complete = false
				default:
					w.folders++
					next = append(next, below)
				}
			}
		}
		level = next
	}
}

// search is what a walk through a root folder finds, unless it is known: a search that was complete, or went farther, does as well.
func (u *userFiles) search(known *cache[searchKey, search], key searchKey, look func(*walk)) *search {
	for _, other := range []reach{throughout, usual, atOnce} {
		found := known.made(searchKey{key.root, key.near, other})
		if found != nil && (found.complete || boundsOf[other].files > boundsOf[key.reach].files) {
			return found
		}
	}
	return known.get(key, func() *search {
		root, err := os.OpenRoot(key.root)
		if err != nil {
			return &search{complete: errors.Is(err, fs.ErrNotExist)} // that of a document that is not saved yet
		}
		defer root.Close()
		w := walk{known: u.files, root: root, bounds: boundsOf[key.reach], seen: map[string]bool{}, search: search{complete: true}}
		look(&w)
		return &w.search
	})
}

// walk is a search under way. Names are within the root folder, with slashes.
type walk struct {
	search
	known  *sync.Map // see userFiles
	root   *os.Root
	bounds bounds
	seen   map[string]bool

	folders, looked, entries, bytes int
	stopped                         bool // what looks at the files wants no more
}

// path is that of a name.
func (w *walk) path(name string) string {
	return filepath.Join(w.root.Name(), filepath.FromSlash(name))
}

// folder looks at the Nix files in a folder and gives the folders in it. Symbolic links are not followed: what they lead to
// in the root folder is found there.
func (w *walk) folder(name string, look func(names []string)) (below []string) {
	opened, err := w.root.Open(name)
	if err != nil {
		w.missed(err)
		return nil
	}
	defer opened.Close()
	var files []string
	for err == nil {
		var entries []fs.DirEntry
		entries, err = opened.ReadDir(min(1024, w.bounds.entries-w.entries+1))
		for _, entry := range entries {
			name, isNix := path.Join(name, entry.Name()), path.Ext(entry.Name()) == ".nix"
			switch {
			case entry.IsDir():
				below = append(below, name)
			case entry.Type().IsRegular() && isNix:
				files = append(files, name)
			case entry.Type()&fs.ModeSymlink != 0 && !isSkipped(entry.Name()) && w.leadsOut(name, isNix):
				w.complete = false
			}
		}
		if w.entries += len(entries); w.entries > w.bounds.entries {
			w.complete, w.stopped = false, true
			break
		}
	}
	if err != nil && err != io.EOF {
		w.missed(err)
	}
	slices.Sort(below)
	slices.Sort(files)
	if look(files); w.stopped {
		return nil
	}
	return below
}

// look looks at files, at several at once where somebody waits for all.
func (w *walk) look(names []string) {
	var files []admitted
	for _, name := range names {
		if file, ok := w.admit(name, false); ok {
			files = append(files, file)
		}
		if w.stopped {
			break
		}
	}
	workers := 1
	if w.bounds != boundsOf[usual] {
		workers = min(runtime.GOMAXPROCS(0), len(files))
	}
	inParallel(workers, len(files), func(i int) { w.read(&files[i]) })
	for i := range files {
		w.add(&files[i])
	}
}

// inParallel does something for each of so many, for several at once. Where it panics, the caller does, who may know what to do without
// it: nobody could keep a panic on another goroutine from ending the process.
func inParallel(workers, all int, do func(i int)) {
	var next atomic.Int64
	var working sync.WaitGroup
	var panicked atomic.Pointer[string]
	for range workers {
		working.Go(func() {
			defer func() {
				if cause := recover(); cause != nil {
					told := fmt.Sprintf("%v\n%s", cause, debug.Stack())
					panicked.Store(&told)
				}
			}()
			for i := int(next.Add(1)) - 1; i < all; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	if working.Wait(); panicked.Load() != nil {
		panic(*panicked.Load())
	}
}

// leadsOut reports whether a symbolic link leads to a folder outside the root folder, or to a Nix file there.
func (w *walk) leadsOut(name string, isNix bool) bool {
	target, err := filepath.EvalSymlinks(w.path(name))
	if err != nil {
		return false // it leads nowhere
	}
	root, err := filepath.EvalSymlinks(w.root.Name())
	if _, inside := within(root, target); err == nil && inside {
		return false
	}
	info, err := os.Stat(target)
	return err == nil && (info.IsDir() || isNix)
}

// missed takes note of something that cannot be read. What is not there is not missed.
func (w *walk) missed(err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		w.complete = false
	}
}

// follow looks at files that are imported, and at those that they import.
func (w *walk) follow(imports []string) {
	checkouts := map[string]bool{}
	for queue := slices.Clone(imports); len(queue) > 0 && !w.stopped; queue = queue[1:] {
		name, inside := within(w.root.Name(), queue[0])
		if !inside {
			w.complete = false
			continue
		}
		info, err := w.root.Stat(name)
		if err == nil && info.IsDir() {
			name = path.Join(name, "default.nix")
			info, err = w.root.Stat(name)
		}
		switch {
		case err != nil:
			w.missed(err)
		case info.Mode().IsRegular() && !w.seen[name] && !w.isInCheckout(name, checkouts):
			if file, ok := w.admit(name, true); ok {
				w.read(&file)
				w.add(&file)
				queue = append(queue, file.imports...)
			}
		}
	}
}

// isInCheckout reports whether a file lies in a source tree of jetpack-nixos. What is known of folders is in known.
func (w *walk) isInCheckout(name string, known map[string]bool) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		if _, ok := known[dir]; !ok {
			known[dir] = isUpstream(w.root, dir)
		}
		if known[dir] {
			return true
		}
	}
	return false
}

// isSkipped reports whether no modules of the user's are to be expected in a folder.
func isSkipped(name string) bool {
	return strings.HasPrefix(name, ".") || name == "node_modules" || name == "result" || strings.HasPrefix(name, "result-")
}

func isUpstream(root *os.Root, name string) bool {
	below, err := root.OpenRoot(name)
	if err != nil {
		return false
	}
	defer below.Close()
	return upstream.IsCheckout(below.FS())
}

// admitted is a file that is within the bounds of a walk.
type admitted struct {
	userFile
	name    string
	isKnown bool // it is what it was when it was last read
	err     error
}

// admit says whether a file is to be looked at, and what is known of it, if it is still what it was when it was last read.
func (w *walk) admit(name string, imports bool) (file admitted, ok bool) {
	if w.seen[name] {
		return admitted{}, false
	}
	w.seen[name] = true
	info, err := w.root.Stat(name)
	if err != nil {
		w.missed(err)
		return admitted{}, false
	}
	if w.looked == w.bounds.files || w.bytes >= w.bounds.bytes {
		w.complete, w.stopped = false, true
		return admitted{}, false
	}
	if info.Size() > maxUserBytes {
		w.complete = false
		return admitted{}, false
	}
	w.looked++
	known, _ := w.known.Load(w.path(name))
	before, ok := known.(userFile)
	if ok && before.modified.Equal(info.ModTime()) && before.size == info.Size() && (before.hasImports || !imports) {
		return admitted{userFile: before, name: name, isKnown: true}, true
	}
	w.bytes += int(info.Size())
	return admitted{userFile: userFile{path: w.path(name), modified: info.ModTime(), size: info.Size(), hasImports: imports}, name: name}, true
}

// read reads a file unless it is known. Several may be read at once.
func (w *walk) read(f *admitted) {
	if f.isKnown {
		return
	}
	source, err := readBelow(w.root, f.name, maxUserBytes)
	if err != nil {
		f.err = err
		return
	}
	f.parse(source)
	w.known.Store(f.path, f.userFile)
}

// add adds what a file says to what is found.
func (w *walk) add(f *admitted) {
	switch {
	case f.err != nil:
		w.missed(f.err)
		return
	case f.isLeftOut:
		w.complete = false
	}
	if len(f.declared) > 0 || f.says() {
		w.files = append(w.files, f.userFile)
	}
}

// parse finds the options, overlays and imports in the file's text, unless it can be seen from afar that there are none.
func (f *userFile) parse(source string) {
	words := text.WordsOf(source)
	declares := mayDeclareOptions(words) && slices.ContainsFunc(namespaces[:], words.Has)
	imports := f.hasImports && mayImport(source)
	overlays := mayLayer(source, words)
	if !declares && !imports && !overlays || unfit(source) != nil {
		return
	}
	if len(source) > maxUserFile { // a set of packages that a program wrote is mostly neither
		f.isLeftOut, f.all = declares || imports, mayOverlay(words)
		return
	}
	tree := sync.OnceValue(func() *syntax.Tree { return syntax.Parse(source) })
	if declares {
		f.declared = declaredOptions(tree(), text.NewMapper(source))
	}
	if overlays {
		f.overlaying = overlayingIn(source, f.path, words, tree, sync.OnceValue(func() *text.Mapper { return text.NewMapper(source) }))
	}
	if imports {
		f.imports = importsOf(tree(), f.path)
	}
}

// mayImport is false for most texts of which importsOf gives nothing. It does not parse them.
func mayImport(source string) bool {
	return strings.Contains(source, "import") || strings.Contains(strings.ToLower(source), "modules")
}

// namespaces are the sets of options that jetpack-nixos has, in any revision.
var namespaces = [...]string{"nvidia-jetpack", "nvpmodel", "nvfancontrol", "nvargus-daemon"}

// importsOf are the files and folders that a file's text imports, as absolute paths: what stands among imports or modules,
// and what import is given. Paths that only an evaluation could tell are left out.
func importsOf(tree *syntax.Tree, file string) []string {
	if file == "" {
		return nil
	}
	var all []string
	for n := range tree.OfKind(syntax.Path) {
		if !n.First().IsZero() || strings.HasPrefix(n.Text(), "~") || !isImported(n) {
			continue
		}
		name := filepath.FromSlash(n.Text())
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file), name)
		}
		all = append(all, strings.Clone(filepath.Clean(name))) // may be a part of the text
	}
	return all
}

// isImported reports whether a path stands where a module is wanted.
func isImported(n syntax.Node) bool {
	for above := range syntax.Ancestors(n) {
		if a, ok := syntax.AsApply(above.Parent()); ok && a.Argument() == above && module.CalleeName(a.Function()) == "import" {
			return true
		}
		b, ok := syntax.AsBinding(above)
		if !ok {
			continue
		}
		for name := range b.Path().Names() {
			if text, _ := syntax.AttrName(name); text == "imports" || strings.HasSuffix(strings.ToLower(text), "modules") {
				return true
			}
		}
	}
	return false
}
