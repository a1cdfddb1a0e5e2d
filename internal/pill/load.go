package pill

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	tables "github.com/yuin/goldmark/extension/ast"
)

// Bounds that keep strange files from costing time and memory: Markdown parsers are quadratic in what no
// person writes, and make nodes of 200 to 500 bytes of each line and each mark. A shipped pill has 20 KB
// and 1,300 lines and marks.
const (
	maxFileSize = 256 << 10 // bytes
	maxLine     = 16 << 10  // bytes
	maxDepth    = 64        // of quotes and lists in each other
	maxPairs    = 4 << 10   // marks without an empty line that are looked for in pairs

	// Of all files in the folder.
	maxFiles  = 200
	maxSize   = 4 << 20   // bytes
	maxWeight = 256 << 10 // lines and marks
)

// Characters that Markdown makes something of.
const (
	pairs = "[*_<" // each may belong to any other in its paragraph
	marks = pairs + "`|-#"
)

var isPair, isMark = setOf(pairs), setOf(marks)

func setOf(characters string) (set [256]bool) {
	for _, b := range []byte(characters) {
		set[b] = true
	}
	return set
}

const (
	indexFile    = "README.md"
	indexID      = "README"
	glossaryFile = "glossary.md"
	glossaryID   = "glossary"
)

// Load reads the pills at the root of fsys: README.md, glossary.md, NN-name.md and symptoms.yaml; other files are ignored, but for the list
// of sections beside them. It never fails: what cannot be read is in Problems.
func Load(fsys fs.FS) *Collection { return load(fsys, false) }

// Open is Load for files that never change, with a list of sections that is known to be theirs, as tests hold of the shipped pills: a file
// is read when its text is first asked for.
func Open(fsys fs.FS) *Collection { return load(fsys, true) }

func load(fsys fs.FS, isFixed bool) *Collection {
	c := readList(fsys, isFixed)
	if c == nil {
		c = parseAll(fsys)
	}
	// The index and the glossary go with the pills.
	if i := slices.IndexFunc(c.pills, func(p *Pill) bool { return p.Revision != "" }); i >= 0 {
		for _, p := range []*Pill{c.readme, c.glossary} {
			if p != nil {
				p.Revision = cmp.Or(p.Revision, c.pills[i].Revision)
			}
		}
	}
	c.explained = sync.OnceValue(c.index)
	c.words = sync.OnceValue(c.readGlossary)
	return c
}

// parseAll reads and parses the files of pills.
func parseAll(fsys fs.FS) *Collection {
	c := &Collection{files: map[string]file{}}
	problem := func(file string, line int, err error) {
		c.problems = append(c.problems, Problem{file, line, err.Error()})
	}
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		problem(".", 0, fmt.Errorf("cannot list the folder of pills: %w", err))
	}
	byID := map[string]string{}
	number, size, weight := 0, 0, 0
	var leftOut []string
	for _, entry := range entries {
		name := entry.Name()
		id, ok := idOf(name)
		if !ok {
			continue
		}
		if len(leftOut) > 0 || number == maxFiles {
			leftOut = append(leftOut, name)
			continue
		}
		number++
		f, err := now(fsys, name)
		if err != nil {
			problem(name, 0, err)
			continue
		}
		source := clean(f.content())
		of, line, err := weigh(source)
		if err != nil {
			problem(name, line, err)
			continue
		}
		if size, weight = size+f.size, weight+of; size > maxSize || weight > maxWeight {
			leftOut = append(leftOut, name)
			continue
		}
		c.files[name] = f
		if other, taken := byID[id]; taken {
			problem(name, 0, fmt.Errorf("pill %s is already %s", id, other))
			continue
		}
		byID[id] = name
		p, problems := parse(name, id, source)
		c.problems = append(c.problems, problems...)
		if p != nil {
			c.add(p)
		}
	}
	if len(leftOut) > 0 {
		problem(leftOut[0], 0, leftOutError(len(leftOut)))
	}
	slices.SortFunc(c.pills, func(a, b *Pill) int { return strings.Compare(a.File, b.File) })
	slices.SortStableFunc(c.problems, func(a, b Problem) int {
		return cmp.Or(strings.Compare(a.File, b.File), a.Line-b.Line)
	})
	c.readSymptoms(fsys, now)
	c.hash = hash(c.files)
	return c
}

// add adds a pill, the index or the glossary.
func (c *Collection) add(p *Pill) {
	switch p.ID {
	case indexID:
		c.readme = p
	case glossaryID:
		c.glossary = p
	default:
		c.pills = append(c.pills, p)
	}
}

// idOf gives the id of a pill by the name of its file.
func idOf(name string) (id string, ok bool) {
	switch name {
	case indexFile:
		return indexID, true
	case glossaryFile:
		return glossaryID, true
	}
	isDigit := func(b byte) bool { return '0' <= b && b <= '9' }
	if stem, ok := strings.CutSuffix(name, ".md"); ok && len(stem) > len("00-") && isDigit(stem[0]) && isDigit(stem[1]) && stem[2] == '-' {
		return stem[:2], true
	}
	return "", false
}

// isNumber reports whether an id is that of a pill, not that of the index or the glossary.
func isNumber(id string) bool { return id != indexID && id != glossaryID }

// now reads a file at once.
func now(fsys fs.FS, name string) (file, error) {
	content, err := read(fsys, name)
	return file{len(content), func() []byte { return content }}, err
}

// later reads a file whenever its content is asked for.
func later(fsys fs.FS, name string) (file, error) {
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return file{}, err
	}
	return file{int(info.Size()), func() []byte {
		content, _ := read(fsys, name)
		return content
	}}, nil
}

func read(fsys fs.FS, name string) ([]byte, error) {
	// Opening a pipe would wait for someone to write into it.
	info, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot be read: %w", err)
	}
	defer f.Close()
	var read bytes.Buffer
	read.Grow(int(min(info.Size(), maxFileSize)) + bytes.MinRead) // more than once would cost the start of the program
	_, err = read.ReadFrom(io.LimitReader(f, maxFileSize+1))
	content := read.Bytes()
	switch {
	case err != nil:
		return nil, fmt.Errorf("cannot be read: %w", err)
	case len(content) > maxFileSize:
		return nil, errors.New("is larger than 256 KB")
	case bytes.IndexByte(content, 0) >= 0:
		return nil, errors.New("is binary")
	}
	return content, nil
}

func hash(files map[string]file) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%d %s %d ", len(name), name, files[name].size)
		h.Write(files[name].content())
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// leftOutError says of the first of so many files why none of them is read.
func leftOutError(files int) error {
	others := ""
	if files > 1 {
		others = fmt.Sprintf(", and so are the %d files after it", files-1)
	}
	return fmt.Errorf("is left out%s: a folder of pills has at most %d files, %d MB, and %d lines and marks of Markdown",
		others, maxFiles, maxSize>>20, maxWeight)
}

// clean is the text of a file without a byte order mark, with LF line ends, and
// valid. It may be the content itself.
func clean(content []byte) []byte {
	if !bytes.ContainsAny(content, "\r\v") && !bytes.HasPrefix(content, []byte("\xef\xbb\xbf")) && utf8.Valid(content) {
		return content
	}
	source := string(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")))
	// A carriage return is a line break to editors, and none to the Markdown library. "\v" means something else in spans.
	source = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", " ").Replace(source)
	return []byte(strings.ToValidUTF8(source, "\uFFFD"))
}

// weigh counts a text's lines, and the marks in them. It fails, at a 1-based
// line, where the text cannot be Markdown that a person wrote; what was counted
// until then is of no use, as the text will not be parsed.
func weigh(text []byte) (weight, line int, err error) {
	paired := 0
	for content := range bytes.Lines(text) {
		line++
		if len(content) > maxLine {
			return 0, line, errors.New("line is longer than 16 KB")
		}
		nested := depth(content)
		if nested > maxDepth {
			return 0, line, fmt.Errorf("nests quotes and lists more than %d deep", maxDepth)
		}
		weight += 1 + nested
		if len(bytes.TrimSpace(content)) == 0 {
			paired = 0
		}
		for _, b := range content {
			if isMark[b] {
				weight++
			}
			if isPair[b] {
				paired++
			}
		}
		if paired > maxPairs {
			return 0, line, fmt.Errorf("has more than %d of the characters %s without an empty line between", maxPairs, pairs)
		}
	}
	return weight, 0, nil
}

// parse builds a pill from a file's text; it is nil when that cannot be parsed.
func parse(file, id string, source []byte) (p *Pill, problems []Problem) {
	problem := func(line int, format string, args ...any) {
		problems = append(problems, Problem{file, line, fmt.Sprintf(format, args...)})
	}
	defer func() {
		// A fault of the Markdown library must not take the other pills along.
		if r := recover(); r != nil {
			p = nil
			problem(0, "cannot be parsed: %v", r)
		}
	}()

	matter, rest, firstLine, closed := cutFrontMatter(source)
	p = newPill(rest)
	p.ID, p.File, p.document().firstLine = id, file, firstLine
	if !closed {
		problem(1, "front matter is not closed by a line ---")
	}
	if err := p.readFrontMatter(matter); err != nil {
		problem(yamlLine(err), "front matter: %v", err)
	}
	if p.ID != id && isNumber(id) {
		problem(1, "front matter has id %q, the file name says %q", p.ID, id)
	}
	p.ID = id

	doc := p.document().parse(0, len(rest))
	p.split(doc, problem)
	all := p.collect(doc, problem)
	p.contents = func() contents { return all }
	return p, problems
}

// depth estimates how many quotes and lists a line may stand in, by the marks
// and spaces it begins with. A rule of many dashes is none.
func depth(line []byte) int {
	marks, columns := 0, 0
	var last byte
	for _, b := range line {
		switch {
		case b == ' ':
			columns++
		case b == '\t':
			columns += 4
		case b == '>', strings.IndexByte("-+*", b) >= 0 && last != b:
			marks++
		case (b == '.' || b == ')') && '0' <= last && last <= '9':
			marks++
		case '0' <= b && b <= '9', strings.IndexByte("-+*.)", b) >= 0:
		default:
			return max(marks, columns/4)
		}
		last = b
	}
	return marks
}

// newPill is a pill of a text without front matter.
func newPill(source []byte) *Pill {
	d := newDocument(source, 1)
	return &Pill{document: func() *document { return d }, contents: func() contents { return contents{} }}
}

func newDocument(source []byte, firstLine int) *document {
	return &document{source: source, firstLine: firstLine, lineEnds: lineEnds(source)}
}

// line is the 1-based line in the file of an offset in the source.
func (d *document) line(offset int) int {
	before, _ := slices.BinarySearch(d.lineEnds, offset)
	return d.firstLine + before
}

// offset is where a line of the file, 1-based, begins in the source.
func (d *document) offset(line int) int {
	switch before := line - d.firstLine; {
	case before <= 0:
		return 0
	case before <= len(d.lineEnds):
		return d.lineEnds[before-1] + 1
	}
	return len(d.source)
}

// lineEnds are the offsets of the line breaks of a text.
func lineEnds(text []byte) []int {
	ends := make([]int, 0, bytes.Count(text, []byte("\n")))
	for at, b := range text {
		if b == '\n' {
			ends = append(ends, at)
		}
	}
	return ends
}

// collect gathers what checks ask for: code blocks, links and prose.
func (p *Pill) collect(doc ast.Node, problem func(int, string, ...any)) (all contents) {
	d := p.document()
	inspect(doc, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FencedCodeBlock:
			block, closed := d.codeBlock(n)
			all.blocks = append(all.blocks, block)
			if block.Language == diagram {
				p.diagrams++
			}
			if !closed {
				problem(block.Line, "code block is not closed")
			}
		case *ast.Link:
			all.links = append(all.links, p.link(n))
		case *ast.Paragraph, *ast.TextBlock, *ast.Heading, *tables.TableHeader, *tables.TableRow:
			all.texts = append(all.texts, d.text(n))
		case *ast.LinkReferenceDefinition:
			all.references = true
		}
		return true
	})
	return all
}
