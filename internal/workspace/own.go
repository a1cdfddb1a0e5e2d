package workspace

import (
	"cmp"
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

	"jetpills/internal/nix/syntax"
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
		if own.path != option {
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

// DeclaresOption reports whether the user's modules declare the option with that dotted path, or a set that it may be in.
func (s *Snapshot) DeclaresOption(d *Document, option string) bool {
	for _, own := range s.ownDeclarations(d) {
		if own.path == option || strings.HasPrefix(option, own.path+".") {
			return true
		}
	}
	return false
}

// ownDeclarations are the options that the user's modules declare, with the module's file. The modules are the open
// documents and the Nix files of the workspace folder, the repository or the folder with a lock file that the document lies
// in; of the document's folder alone if it lies in none. A source tree of jetpack-nixos is not the user's.
func (s *Snapshot) ownDeclarations(d *Document) iter.Seq2[string, declaration] {
	return func(yield func(string, declaration) bool) {
		around := s.surroundings(d)
		if around.Pin.Known == upstream.FromCheckout {
			return
		}
		root, deep := s.ownRoot(d, around)
		all := func(file string, own []declaration) bool {
			return !slices.ContainsFunc(own, func(o declaration) bool { return !yield(file, o) })
		}
		open := map[string]bool{}
		for name, other := range s.documents {
			if other.Path != "" {
				inside, ok := within(root, other.Path)
				if root == "" || !ok || !deep && strings.Contains(inside, "/") {
					continue
				}
				open[other.Path] = true
			}
			if !all(cmp.Or(other.Path, name), other.declarations()) {
				return
			}
		}
		if _, isOpen := s.documents[d.URI]; !isOpen {
			open[d.Path] = true
			if !all(cmp.Or(d.Path, d.URI), d.declarations()) {
				return
			}
		}
		if root == "" {
			return
		}
		for _, f := range s.own.below(root, deep) {
			if !open[f.path] && !all(f.path, f.declarations) {
				return
			}
		}
	}
}

// ownRoot is the folder whose Nix files belong together with a document, and whether those in folders below do.
func (s *Snapshot) ownRoot(d *Document, around upstream.Surroundings) (root string, deep bool) {
	dir := d.Dir()
	if dir == "" {
		if len(s.folders) == 0 {
			return "", false
		}
		return s.folders[0], true
	}
	for _, folder := range s.folders {
		if _, inside := within(folder, dir); inside && len(folder) > len(root) {
			root = folder
		}
	}
	if root = cmp.Or(root, around.Top, pinnedFolder(around.Pin, dir)); root != "" {
		return root, true
	}
	return dir, false
}

// pinnedFolder is the folder around a document's that a lock file pins the inputs of: the whole of a configuration that is
// in no repository. It is empty where nothing does.
func pinnedFolder(pin upstream.Pin, dir string) string {
	if pin.Source == "" {
		return ""
	}
	root := filepath.Dir(pin.Source)
	if base := filepath.Base(root); base == "npins" || base == "nix" {
		root = filepath.Dir(root)
	}
	if _, inside := within(root, dir); !inside {
		return ""
	}
	return root
}

// declaration is an option that a file declares, with the places of an enum's values in it.
type declaration struct {
	path   string
	values []OwnValue // without their file
}

func declarationsOf(tree *syntax.Tree, mapper *text.Mapper) []declaration {
	var all []declaration
	for _, declared := range upstream.Declarations(tree) {
		own := declaration{path: declared.Path}
		for _, v := range declared.Values {
			line, column := mapper.LineColumn(v.Span.Start)
			own.values = append(own.values, OwnValue{Value: v.Text, Line: line, Column: column})
		}
		all = append(all, own)
	}
	return all
}

// Bounds of the search for modules below one folder. Folders are looked into breadth first, so that what lies deep in a
// large tree is left out before what lies at hand.
const (
	maxOwnFiles   = 2000
	maxOwnEntries = 20_000
	maxOwnDepth   = 12
	maxOwnFile    = 512 << 10 // bytes
	maxOwnBytes   = 16 << 20
)

// ownFiles remembers what the Nix files below folders declare.
type ownFiles struct {
	mu    sync.Mutex // of the maps; nothing is read while it is held
	scans map[string]*ownScan
	// files are those read at any time, so that only what changed is read again.
	files map[string]ownFile
}

// ownScan is one folder, gone through at the first need.
type ownScan struct {
	root  string
	once  sync.Once
	files []ownFile
}

// ownFile is a file that declares options, or that is known to declare none of interest.
type ownFile struct {
	path         string
	modified     time.Time
	size         int64
	declarations []declaration
}

func newOwnFiles() *ownFiles {
	return &ownFiles{scans: map[string]*ownScan{}, files: map[string]ownFile{}}
}

// changed is what still holds after files changed: each folder is gone through again, but few files are read again.
func (o *ownFiles) changed(paths []string) *ownFiles {
	next := newOwnFiles()
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, scan := range o.scans {
		if !slices.ContainsFunc(paths, func(path string) bool { return mayHoldModules(scan.root, path) }) {
			next.scans[key] = scan
		}
	}
	maps.Copy(next.files, o.files)
	for _, path := range paths {
		delete(next.files, path)
	}
	return next
}

// mayHoldModules reports whether news of a path concerns the Nix files below a folder: a Nix file, or a folder.
func mayHoldModules(root, path string) bool {
	_, inside := within(root, path)
	_, around := within(path, root)
	return (inside || around) && (filepath.Ext(path) == ".nix" || filepath.Ext(path) == "")
}

// below are the files in a folder that declare options, those in folders below among them if it is to be deep.
func (o *ownFiles) below(root string, deep bool) []ownFile {
	key := root
	if !deep {
		key += string(filepath.Separator)
	}
	o.mu.Lock()
	scan, ok := o.scans[key]
	if !ok {
		scan = &ownScan{root: root}
		o.scans[key] = scan
	}
	o.mu.Unlock()
	scan.once.Do(func() { scan.files = o.scan(root, deep) })
	return scan.files
}

// scan goes through a folder. Symbolic links are not followed.
func (o *ownFiles) scan(dir string, deep bool) []ownFile {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil
	}
	defer root.Close()
	var (
		found                 []ownFile
		files, entries, bytes int
	)
	type folder struct {
		name  string
		depth int
	}
	for queue := []folder{{".", 0}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		for _, entry := range list(root, at.name, maxOwnEntries-entries) {
			entries++
			name := path.Join(at.name, entry.Name())
			switch {
			case entry.IsDir() && deep && at.depth < maxOwnDepth && !isSkipped(entry.Name()):
				if !isUpstream(root, name) {
					queue = append(queue, folder{name, at.depth + 1})
				}
			case entry.Type().IsRegular() && path.Ext(entry.Name()) == ".nix" && files < maxOwnFiles && bytes < maxOwnBytes:
				files++
				file := o.file(root, dir, name, &bytes)
				if len(file.declarations) > 0 {
					found = append(found, file)
				}
			}
		}
		if entries >= maxOwnEntries {
			break
		}
	}
	return found
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

// list gives at most so many entries of a folder, sorted by name.
func list(root *os.Root, name string, limit int) []fs.DirEntry {
	if limit <= 0 {
		return nil
	}
	folder, err := root.Open(name)
	if err != nil {
		return nil
	}
	defer folder.Close()
	entries, err := folder.ReadDir(limit)
	if err != nil && len(entries) == 0 {
		return nil
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries
}

// file reads a file, unless it is still what it was when it was last read.
func (o *ownFiles) file(root *os.Root, dir, name string, bytes *int) ownFile {
	file := ownFile{path: filepath.Join(dir, filepath.FromSlash(name))}
	info, err := root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxOwnFile {
		return file
	}
	file.modified, file.size = info.ModTime(), info.Size()
	o.mu.Lock()
	was, ok := o.files[file.path]
	o.mu.Unlock()
	if ok && was.modified.Equal(file.modified) && was.size == file.size {
		return was
	}
	*bytes += int(info.Size())
	opened, err := root.Open(name)
	if err != nil {
		return file
	}
	defer opened.Close()
	content, err := io.ReadAll(io.LimitReader(opened, maxOwnFile))
	if err != nil {
		return file
	}
	if source := string(content); mayDeclare(source) && unfit(source) == nil {
		file.declarations = declarationsOf(syntax.Parse(source), text.NewMapper(source))
	}
	o.mu.Lock()
	o.files[file.path] = file
	o.mu.Unlock()
	return file
}

// mayDeclare tells most files apart, without parsing them, from those that declare an option where jetpack-nixos has its own.
func mayDeclare(source string) bool {
	return strings.Contains(source, "options") && slices.ContainsFunc(namespaces[:], func(name string) bool { return strings.Contains(source, name) })
}

// namespaces are the sets of options that jetpack-nixos has, in any revision.
var namespaces = [...]string{"nvidia-jetpack", "nvpmodel", "nvfancontrol", "nvargus-daemon"}
