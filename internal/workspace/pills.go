package workspace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"jetpills/internal/log"
	"jetpills/internal/pill"
)

// pillSource is where pills come from: the program, or a folder of the user's.
type pillSource struct {
	// dir is the user's folder; empty for the shipped pills.
	dir string
	// read reads the pills, once.
	read func() readPills

	seen string // the state of the folder's files when the source was made, as folderStamp has it

	mu      sync.Mutex // of what follows
	looked  time.Time  // when the folder was last looked at
	isStale bool       // what was found then
}

// readPills are the pills of a source: the shipped ones, and a problem, if its own cannot be read.
type readPills struct {
	*pill.Collection
	// layOut is the folder in which the file of that name lies.
	layOut  func(name string) (dir string, err error)
	copies  *layout // of copies of the pills for other revisions; nil in a folder of the user's, who wrote them for a revision of theirs
	problem error
}

// folderStamp tells one state of a folder of pills from another, as far as a look at the names, sizes and times of its
// Markdown files and its table of symptoms can. It is empty for a folder that is not there.
func folderStamp(dir string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ""
	}
	var b strings.Builder
	for _, e := range entries {
		if filepath.Ext(e.Name()) != ".md" && e.Name() != pill.SymptomsFile {
			continue
		}
		if info, err := e.Info(); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", e.Name(), info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

// stale reports whether a file of the user's folder was written, made or deleted since the source was made. It looks at
// most once in the time for which a look holds.
func (p *pillSource) stale(holds time.Duration) bool {
	if p.dir == "" {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.looked) >= holds {
		p.isStale, p.looked = p.seen != folderStamp(p.dir), time.Now()
	}
	return p.isStale
}

// has reports whether a path is the user's folder or lies in it.
func (p *pillSource) has(path string) bool {
	if p.dir == "" {
		return false
	}
	_, inside := within(p.dir, path)
	return inside
}

func shippedPills(collection *pill.Collection, cacheDir string) *pillSource {
	l := &layout{collection: collection, cacheDir: cacheDir}
	shipped := readPills{Collection: collection, layOut: l.provide, copies: l}
	return &pillSource{read: func() readPills { return shipped }}
}

// pillsFor is the source that settings ask for. The folder is read when the pills are first needed.
func (s *Session) pillsFor(settings Settings, folders []string) *pillSource {
	if settings.PillsPath == "" {
		return s.shipped
	}
	dir, err := absolute(settings.PillsPath, folders)
	return &pillSource{dir: dir, seen: folderStamp(dir), read: sync.OnceValue(func() readPills {
		read := readPills{layOut: func(name string) (string, error) {
			if !filepath.IsLocal(name) {
				return "", errors.New("a pill outside its folder: " + name)
			}
			return dir, nil
		}}
		if err == nil {
			read.Collection, err = loadFolder(dir)
		}
		if err != nil {
			read = s.shipped.read()
			read.problem = fmt.Errorf("pills.path: %w; the shipped pills are shown", err)
			s.log.Warn(read.problem.Error())
			return read
		}
		for _, problem := range read.Problems() {
			s.log.Info(problem.Message, log.String("file", filepath.Join(dir, problem.File)), log.Int("line", problem.Line))
		}
		return read
	})}
}

func loadFolder(dir string) (*pill.Collection, error) {
	info, err := os.Stat(dir)
	if err != nil {
		return nil, fmt.Errorf("%s %w", dir, fileError(err))
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder", dir)
	}
	collection := pill.Load(os.DirFS(dir))
	if len(collection.Pills()) == 0 {
		return nil, fmt.Errorf("%s has no pills (files named like 03-overlays.md)", dir)
	}
	return collection, nil
}

// Bounds of the search for folders of pills.
const (
	mostPillFolders = 200 // that are looked at
	fewestPills     = 2   // one numbered page is no folder of pills
)

// PillFolders are the folders of pills in the repository or the workspace folder around a folder, which nobody uses: those with
// pills in their names, in the root or in a folder of it. The slice is sorted.
func (s *Snapshot) PillFolders(dir string) []string {
	root, deep := s.rootOf(dir, s.pins.Around(dir))
	if !deep {
		return nil
	}
	var found []string
	left := mostPillFolders
	level := []string{root}
	for range 2 {
		var next []string
		for _, dir := range level {
			entries, _ := os.ReadDir(dir)
			for _, e := range entries {
				if left--; left < 0 || !e.IsDir() || isSkipped(e.Name()) {
					continue
				}
				below := filepath.Join(dir, e.Name())
				next = append(next, below)
				if below == s.pills.dir || !strings.Contains(strings.ToLower(e.Name()), "pills") {
					continue
				}
				if c, err := loadFolder(below); err == nil && len(c.Pills()) >= fewestPills {
					found = append(found, below)
				}
			}
		}
		level = next
	}
	slices.Sort(found)
	return found
}

// absolute is a path from the settings as one of the file system.
func absolute(path string, folders []string) (string, error) {
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("%s: %w", path, err)
		}
		return filepath.Join(home, rest), nil
	}
	if filepath.IsAbs(path) {
		return filepath.Clean(path), nil
	}
	if len(folders) == 0 {
		return "", fmt.Errorf("%s is relative, and no workspace folder is open", path)
	}
	return filepath.Join(folders[0], path), nil
}
