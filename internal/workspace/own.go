package workspace

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"iter"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
	"jetpills/internal/text"
	"jetpills/internal/upstream"
)

// OwnValue is a value that a module of the user's adds to an enum of jetpack-nixos, by declaring the option again.
type OwnValue struct {
	Value string
	// File is the module's absolute path, or the name of an open document that is no file.
	File string
	// Line and Column are 1-based, the column in bytes.
	Line, Column int
}

// OwnValues are the values that the user's modules add to an option, by its dotted path, sorted by value.
func (s *Snapshot) OwnValues(d *Document, option string) []OwnValue {
	var values []OwnValue
	for file, own := range s.ownDeclarations(d) {
		if own.path != option || own.isEnd {
			continue
		}
		for _, v := range own.values {
			v.File = file
			values = append(values, v)
		}
	}
	slices.SortFunc(values, func(a, b OwnValue) int {
		return cmp.Or(cmp.Compare(a.Value, b.Value), cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(values, func(a, b OwnValue) bool { return a.Value == b.Value })
}

// MayDeclareOption reports whether the user's modules declare the option with that dotted path, or a set that it may be in;
// or whether they may, because not all of them were seen.
func (s *Snapshot) MayDeclareOption(d *Document, option string) bool {
	for _, own := range s.ownDeclarations(d) {
		if own.isAround(option) {
			return true
		}
	}
	return !s.SawOwnModules(d)
}

// SawOwnValues reports whether OwnValues are all values that the user's modules add to the option with that dotted path. If
// not, one that is none of them may be the user's all the same.
func (s *Snapshot) SawOwnValues(d *Document, option string) bool {
	for _, own := range s.ownDeclarations(d) {
		if own.open && own.isAround(option) {
			return false
		}
	}
	return s.SawOwnModules(d)
}

// SawOwnModules reports whether all modules that the user has for a document were seen. If not, an option or a value that
// none of them declares may be the user's all the same.
func (s *Snapshot) SawOwnModules(d *Document) bool {
	_, searches := s.searches(d)
	return !slices.ContainsFunc(searches, func(found *search) bool { return !found.complete })
}

// ownDeclarations are the options that the user's modules declare, with the module's file. The modules are the open
// documents, what the document imports, and the Nix files of the workspace folder, the repository or the folder with a lock
// file that the document lies in; of the document's folder alone if it lies in none. A source tree of jetpack-nixos is not
// the user's.
func (s *Snapshot) ownDeclarations(d *Document) iter.Seq2[string, declaration] {
	return func(yield func(string, declaration) bool) {
		if s.surroundings(d).Pin.Format == pins.Checkout {
			return
		}
		inside, searches := s.searches(d)
		all := func(file string, own []declaration) bool {
			return !slices.ContainsFunc(own, func(o declaration) bool { return !yield(file, o) })
		}
		seen := map[string]bool{}
		for name, other := range s.documents {
			if other.Path != "" {
				if !inside(other.Path) && !slices.ContainsFunc(searches, func(found *search) bool { return found.has(other.Path) }) {
					continue
				}
				seen[pathKey(other.Path)] = true
			}
			if !all(cmp.Or(other.Path, name), other.declarations()) {
				return
			}
		}
		if _, isOpen := s.documents[d.URI]; !isOpen {
			seen[pathKey(d.Path)] = true
			if !all(cmp.Or(d.Path, d.URI), d.declarations()) {
				return
			}
		}
		for _, found := range searches {
			for _, f := range found.files {
				if !seen[pathKey(f.path)] && !all(f.path, f.declarations) {
					return
				}
				seen[pathKey(f.path)] = true
			}
		}
	}
}

// searches are the searches for the user's modules, what is next to the document first, and whether a file lies where they
// look.
func (s *Snapshot) searches(d *Document) (inside func(path string) bool, all []*search) {
	around := s.surroundings(d)
	root, deep := s.ownRoot(d, around)
	if root == "" || around.Pin.Format == pins.Checkout {
		return func(string) bool { return false }, nil
	}
	all = []*search{s.own.near(root, d)}
	if deep {
		all = append(all, s.own.below(root))
	}
	return func(path string) bool {
		name, ok := within(root, path)
		return ok && (deep || !strings.Contains(name, "/"))
	}, all
}

// ownRoot is the folder whose Nix files belong together with a document, and whether those in folders below do.
func (s *Snapshot) ownRoot(d *Document, around pins.Surroundings) (root string, deep bool) {
	dir := d.Dir()
	if dir == "" {
		if len(s.folders) == 0 {
			return "", false
		}
		return s.folders[0], true
	}
	return s.rootOf(dir, around)
}

// rootOf is the folder whose Nix files belong together with those in another one, and whether those in folders below do.
func (s *Snapshot) rootOf(dir string, around pins.Surroundings) (root string, deep bool) {
	for _, folder := range s.folders {
		if _, inside := within(folder, dir); inside && len(folder) > len(root) {
			root = folder
		}
	}
	if root = cmp.Or(root, around.Top, around.Pin.Root()); root != "" {
		return searchable(root, dir), true
	}
	return dir, false
}

// searchable is the folder around dir, at or below root, from which a search gets to dir: it goes into no folder that is
// skipped, such as the .config of a repository that is a whole home folder.
func searchable(root, dir string) string {
	name, _ := within(root, dir)
	for ; name != "."; name = path.Dir(name) {
		if isSkipped(path.Base(name)) {
			return filepath.Join(root, filepath.FromSlash(name))
		}
	}
	return root
}

// declaration is an option that a file declares, with the places of an enum's values in it.
type declaration struct {
	path   string
	values []OwnValue // without their file
	open   bool       // it may take more
	isEnd  bool       // path is but the end of the option's
}

// isAround reports whether the declaration is of an option, or of a set that it may be in.
func (d declaration) isAround(option string) bool {
	return d.path == option || strings.HasPrefix(option, d.path+".") || d.isEnd && strings.HasSuffix(option, "."+d.path)
}

func declarationsOf(tree *syntax.Tree, mapper *text.Mapper) []declaration {
	var all []declaration
	for _, declared := range upstream.Declarations(tree) {
		own := declaration{path: declared.Path, open: declared.Open, isEnd: declared.IsEnd}
		for _, v := range declared.Values {
			line, column := mapper.LineColumn(v.Span.Start)
			own.values = append(own.values, OwnValue{Value: strings.Clone(v.Text), Line: line, Column: column})
		}
		all = append(all, own)
	}
	return all
}

// Bounds of one search for modules. Folders are looked into breadth first, so that what lies deep in a large tree is left out
// before what lies at hand. What is neither a folder nor a Nix file costs next to nothing.
const (
	maxOwnFiles   = 2000
	maxOwnFolders = 20_000
	maxOwnEntries = 500_000
	maxOwnDepth   = 12
	maxOwnFile    = 512 << 10 // bytes
	maxOwnBytes   = 16 << 20
)

// ownFiles remembers what the Nix files below folders declare.
type ownFiles struct {
	mu       sync.Mutex // of the maps; nothing is read while it is held
	searches map[string]*search
	// files are those read at any time, so that only what changed is read again.
	files map[string]ownFile
}

// search is one search for modules, made at the first need.
type search struct {
	root string
	once sync.Once

	// files are those that declare options, in the order in which they were found.
	files []ownFile
	// complete is false where something was left out: a bound was hit, or a file or folder could not be read.
	complete bool
}

// has reports whether a file was found that declares options.
func (s *search) has(path string) bool {
	return slices.ContainsFunc(s.files, func(f ownFile) bool { return f.path == path })
}

// ownFile is what a file declares and imports.
type ownFile struct {
	path         string
	modified     time.Time
	size         int64
	declarations []declaration
	// imports are as importsOf gives them, where that was asked for.
	imports    []string
	hasImports bool
}

func newOwnFiles() *ownFiles {
	return &ownFiles{searches: map[string]*search{}, files: map[string]ownFile{}}
}

// changed is what still holds after files changed, o itself if all does: each folder is gone through again, but few files are
// read again.
func (o *ownFiles) changed(paths []string) *ownFiles {
	next := newOwnFiles()
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, done := range o.searches {
		if !slices.ContainsFunc(paths, func(path string) bool { return mayHoldModules(done.root, path) }) {
			next.searches[key] = done
		}
	}
	maps.Copy(next.files, o.files)
	for _, path := range paths {
		delete(next.files, path)
	}
	if len(next.searches) == len(o.searches) && len(next.files) == len(o.files) {
		return o
	}
	return next
}

// mayHoldModules reports whether news of a path concerns the Nix files below a folder: a Nix file, or a folder.
func mayHoldModules(root, path string) bool {
	_, inside := within(root, path)
	_, around := within(path, root)
	return (inside || around) && (filepath.Ext(path) == ".nix" || filepath.Ext(path) == "")
}

// maxSearches bounds how many searches are remembered: there is one for each document whose modules were asked for.
const maxSearches = 256

// search makes a search of that key, or gives the one that was made.
func (o *ownFiles) search(root, key string, look func(*walk)) *search {
	o.mu.Lock()
	found, ok := o.searches[key]
	if !ok {
		if len(o.searches) >= maxSearches {
			maps.DeleteFunc(o.searches, func(key string, done *search) bool { return key != done.root })
		}
		found = &search{root: root}
		o.searches[key] = found
	}
	o.mu.Unlock()
	found.once.Do(func() {
		w := walk{own: o, dir: root, seen: map[string]bool{}, search: found}
		found.complete = true
		var err error
		if w.root, err = os.OpenRoot(root); err != nil {
			found.complete = false
			return
		}
		defer w.root.Close()
		look(&w)
	})
	return found
}

// near finds the modules that a document imports, those that they import, and those in the document's folder.
func (o *ownFiles) near(root string, d *Document) *search {
	return o.search(root, strings.Join(append([]string{root, d.Dir()}, d.imports()...), "\x00"), func(w *walk) {
		w.follow(d.imports())
		if name, inside := within(root, d.Dir()); inside && d.Path != "" {
			w.folder(name)
		}
	})
}

// below finds the modules in a folder and in those below it.
func (o *ownFiles) below(root string) *search {
	return o.search(root, root, func(w *walk) {
		type folder struct {
			name  string
			depth int
		}
		for queue := []folder{{".", 0}}; len(queue) > 0; queue = queue[1:] {
			at := queue[0]
			for _, name := range w.folder(at.name) {
				switch {
				case isSkipped(path.Base(name)) || isUpstream(w.root, name):
				case at.depth == maxOwnDepth || w.folders == maxOwnFolders:
					w.search.complete = false
				default:
					w.folders++
					queue = append(queue, folder{name, at.depth + 1})
				}
			}
		}
	})
}

// walk is a search under way. Names are within the root folder, with slashes.
type walk struct {
	own  *ownFiles
	root *os.Root
	dir  string // the root folder's path
	seen map[string]bool

	folders, files, entries, bytes int

	search *search
}

// folder looks at the Nix files in a folder and gives the folders in it. Symbolic links are not followed: what they lead to
// in the root folder is found there.
func (w *walk) folder(name string) (below []string) {
	opened, err := w.root.Open(name)
	if err != nil {
		w.missed(err)
		return nil
	}
	defer opened.Close()
	var files []string
	for {
		entries, err := opened.ReadDir(min(1024, maxOwnEntries-w.entries+1))
		for _, entry := range entries {
			name, isNix := path.Join(name, entry.Name()), path.Ext(entry.Name()) == ".nix"
			switch {
			case entry.IsDir():
				below = append(below, name)
			case entry.Type().IsRegular() && isNix:
				files = append(files, name)
			case entry.Type()&fs.ModeSymlink != 0 && !isSkipped(entry.Name()) && w.leadsOut(name, isNix):
				w.search.complete = false
			}
		}
		if w.entries += len(entries); w.entries > maxOwnEntries {
			w.search.complete = false
			break
		}
		if err != nil {
			if err != io.EOF {
				w.missed(err)
			}
			break
		}
	}
	slices.Sort(below)
	slices.Sort(files)
	for _, name := range files {
		w.file(name, false)
	}
	return below
}

// leadsOut reports whether a symbolic link leads to a folder outside the root folder, or to a Nix file there.
func (w *walk) leadsOut(name string, isNix bool) bool {
	target, err := filepath.EvalSymlinks(filepath.Join(w.dir, filepath.FromSlash(name)))
	if err != nil {
		return false // it leads nowhere
	}
	root, err := filepath.EvalSymlinks(w.dir)
	if _, inside := within(root, target); err == nil && inside {
		return false
	}
	info, err := os.Stat(target)
	return err == nil && (info.IsDir() || isNix)
}

// missed takes note of something that cannot be read. What is not there is not missed.
func (w *walk) missed(err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		w.search.complete = false
	}
}

// follow looks at files that are imported, and at those that they import.
func (w *walk) follow(imports []string) {
	checkouts := map[string]bool{}
	for queue := slices.Clone(imports); len(queue) > 0; queue = queue[1:] {
		name, inside := within(w.dir, queue[0])
		if !inside {
			w.search.complete = false
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
			queue = append(queue, w.file(name, true).imports...)
		}
	}
}

// isInCheckout reports whether a file lies in a source tree of jetpack-nixos. What is known of folders is in known.
func (w *walk) isInCheckout(name string, known map[string]bool) bool {
	for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
		is, ok := known[dir]
		if !ok {
			is = isUpstream(w.root, dir)
			known[dir] = is
		}
		if is {
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

// file looks at a file, and reads it unless it is still what it was when it was last read.
func (w *walk) file(name string, imports bool) ownFile {
	if w.seen[name] {
		return ownFile{}
	}
	w.seen[name] = true
	info, err := w.root.Stat(name)
	if err != nil {
		w.missed(err)
		return ownFile{}
	}
	if w.files == maxOwnFiles || w.bytes >= maxOwnBytes || info.Size() > maxOwnFile {
		w.search.complete = false
		return ownFile{}
	}
	w.files++
	file := ownFile{
		path: filepath.Join(w.dir, filepath.FromSlash(name)), modified: info.ModTime(), size: info.Size(), hasImports: imports,
	}
	w.own.mu.Lock()
	was, ok := w.own.files[file.path]
	w.own.mu.Unlock()
	if ok && was.modified.Equal(file.modified) && was.size == file.size && (was.hasImports || !imports) {
		file = was
	} else {
		w.bytes += int(info.Size())
		source, err := w.text(name)
		if err != nil {
			w.missed(err)
			return ownFile{}
		}
		if declares := mayDeclare(source); (declares || imports) && unfit(source) == nil {
			tree := syntax.Parse(source)
			if declares {
				file.declarations = declarationsOf(tree, text.NewMapper(source))
			}
			if imports {
				file.imports = importsOf(tree, file.path)
			}
		}
		w.own.mu.Lock()
		w.own.files[file.path] = file
		w.own.mu.Unlock()
	}
	if len(file.declarations) > 0 {
		w.search.files = append(w.search.files, file)
	}
	return file
}

func (w *walk) text(name string) (string, error) {
	opened, err := w.root.Open(name)
	if err != nil {
		return "", err
	}
	defer opened.Close()
	content, err := io.ReadAll(io.LimitReader(opened, maxOwnFile))
	return string(content), err
}

// importsOf are the files and folders that a file's text imports, as absolute paths: what stands among imports or modules,
// and what import is given. Paths that only an evaluation could tell are left out.
func importsOf(tree *syntax.Tree, file string) []string {
	if file == "" {
		return nil
	}
	var all []string
	seen := map[string]bool{}
	for n := range syntax.Descendants(tree.Root()) {
		if n.Kind() != syntax.Path || !n.First().IsZero() || strings.HasPrefix(n.Text(), "~") || !isImported(n) {
			continue
		}
		name := filepath.FromSlash(n.Text())
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(file), name)
		}
		if name = filepath.Clean(name); !seen[name] {
			seen[name] = true
			all = append(all, strings.Clone(name)) // may be a part of the text
		}
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

// mayDeclare tells most files apart, without parsing them, from those that declare an option where jetpack-nixos has its own.
func mayDeclare(source string) bool {
	return speaksOfOptions(source) && slices.ContainsFunc(namespaces[:], func(name string) bool { return strings.Contains(source, name) })
}

// namespaces are the sets of options that jetpack-nixos has, in any revision.
var namespaces = [...]string{"nvidia-jetpack", "nvpmodel", "nvfancontrol", "nvargus-daemon"}
