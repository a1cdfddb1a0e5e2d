package workspace

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
	"weak"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/pins"
	"jetpills/internal/text"
)

// MaxSize is the largest text that is analysed, in bytes.
const MaxSize = 8 << 20

// maxBrackets is how many brackets and quotes a text may have, closing brackets aside: if none of them is closed, each
// takes some 700 bytes. Eight megabytes of a generated package set have 400,000.
const maxBrackets = 1 << 19

// firstBlock is how many bytes of a text are looked at to recognise binary content and other encodings.
const firstBlock = 8 << 10

// Document is one version of a text. It is immutable and safe for concurrent use; its exported fields must not be changed.
type Document struct {
	// URI is the name under which the document was opened.
	URI string
	// Path is the file's absolute path; empty for a document that is no file.
	Path string
	// LanguageID is what the editor takes the document for; may be empty.
	LanguageID string
	Version    int32
	// Opening tells one opening of the document from another: it stays until the document is closed or opened again.
	Opening int
	// Text is the whole text, of a document with a Problem too.
	Text string

	problem error
	parsed  *parsed // keeps the tree of a session's document; nil for any other document

	parsing sync.Mutex
	made    weak.Pointer[syntax.Tree] // the tree, for as long as someone holds it
	own     *syntax.Tree              // the tree of a document that is not a session's
	earlier *syntax.Tree              // that of an earlier version, as long as this one has none; may be nil

	// remembered is what a snapshot found out about a document that is not open, see memoOf.
	remembering  sync.Mutex
	rememberedIn *configurations // of the snapshot
	remembered   *memo

	mapper   func() *text.Mapper
	words    *text.Words // of the text that is analysed
	mentions func() pins.Mentions
	names    func() bool
	// declared are the options that the text declares.
	declared func() []declaredOption
	// overlaying is what the text says of overlays.
	overlaying func() overlaying
	// imports are the files that the text imports, as importsOf gives them.
	imports func() []string
}

// NewPageDocument makes a document of a piece of code on a page that describes a revision of jetpack-nixos. It is no file, and deals
// with that revision.
func NewPageDocument(revision, content string) *Document {
	d := NewDocument("untitled:page", "", "nix", 1, content)
	d.mentions = func() pins.Mentions { return pins.Mentions{pins.PagePin(revision)} }
	return d
}

// NewDocument makes a document of a text that is at hand. Nothing is parsed before it is asked for.
func NewDocument(uri, path, languageID string, version int32, content string) *Document {
	d := &Document{URI: uri, Path: path, LanguageID: languageID, Version: version, Text: content, problem: unfit(content)}
	d.words = text.WordsOf(d.analysed())
	d.mapper = sync.OnceValue(func() *text.Mapper { return text.NewMapper(d.analysed()) })
	d.mentions = sync.OnceValue(func() pins.Mentions {
		return pins.Mention(d.words.Has, d.Tree, d.Path)
	})
	d.names = sync.OnceValue(func() bool { return mayNameJetpack(d.words) && namesJetpack(d.Tree()) })
	d.imports = sync.OnceValue(func() []string { return importsOf(d.Tree(), d.Path) })
	d.declared = sync.OnceValue(func() []declaredOption {
		if !mayDeclareOptions(d.words) {
			return nil
		}
		return declaredOptions(d.Tree(), d.mapper())
	})
	d.overlaying = sync.OnceValue(func() overlaying {
		if !mayLayer(d.analysed(), d.words) {
			return overlaying{}
		}
		return overlayingIn(d.analysed(), d.Path, d.words, d.Tree, d.mapper)
	})
	return d
}

// analysed is the text that Tree is parsed from.
func (d *Document) analysed() string {
	if d.problem != nil {
		return ""
	}
	return d.Text
}

// Tree is the parsed text: an empty one for a document with a Problem. As long as someone holds the tree, or a node of it,
// it is the same at each call. The tree of an open document that nobody has asked about for a while is parsed again.
func (d *Document) Tree() *syntax.Tree {
	d.parsing.Lock()
	defer d.parsing.Unlock()
	tree := d.made.Value()
	if tree == nil {
		if d.earlier != nil {
			tree, d.earlier = d.earlier.Reparse(d.analysed()), nil
		} else {
			tree = syntax.Parse(d.analysed())
		}
		d.made = weak.Make(tree)
	}
	if d.parsed == nil {
		d.own = tree
	} else {
		d.parsed.keep(d, tree)
	}
	return tree
}

// succeeds has the document be a later version of another, from which it takes what the edit left alone.
func (d *Document) succeeds(old *Document) {
	if d.problem != nil || old.problem != nil {
		return
	}
	e := text.Difference(old.Text, d.Text)
	d.words = old.words.After(e, d.Text)
	d.mapper = sync.OnceValue(func() *text.Mapper { return old.Mapper().After(e, d.Text) })
	old.parsing.Lock()
	defer old.parsing.Unlock()
	if d.earlier = old.made.Value(); d.earlier == nil {
		d.earlier = old.earlier
	}
}

// Mapper translates positions in the text that Tree was parsed from.
func (d *Document) Mapper() *text.Mapper { return d.mapper() }

// Problem says why the text is not analysed: it is too large, binary or not UTF-8. It is nil for any other text, broken code
// too.
func (d *Document) Problem() error { return d.problem }

// Dir is the folder that the file lies in; empty for a document that is no file.
func (d *Document) Dir() string {
	if d.Path == "" {
		return ""
	}
	return filepath.Dir(d.Path)
}

var (
	errBinary  = errors.New("is binary")
	errNotUTF8 = errors.New("is not encoded in UTF-8")
	errTooLong = fmt.Errorf("is larger than %d MiB", MaxSize>>20)
	errTooFull = fmt.Errorf("has more than %d brackets and quotes", maxBrackets)
)

func unfit(content string) error {
	if len(content) > MaxSize {
		return errTooLong
	}
	block := beginning(content)
	if strings.IndexByte(block, 0) >= 0 {
		return errBinary
	}
	if !utf8.ValidString(block) {
		return errNotUTF8
	}
	if brackets := 0; len(content) > maxBrackets { // else there cannot be so many
		for _, opener := range []string{"(", "[", "{", "\""} {
			brackets += strings.Count(content, opener)
		}
		if brackets > maxBrackets {
			return errTooFull
		}
	}
	return nil
}

// beginning is the first block of a text. A code point that the end of the block would cut is left out.
func beginning(content string) string {
	if len(content) <= firstBlock {
		return content
	}
	end := firstBlock
	for end > firstBlock-utf8.UTFMax && !utf8.RuneStart(content[end]) {
		end--
	}
	return content[:end]
}

// ReadDocument reads a file from disk. The error is one clear sentence that names the file as path spells it:
// it is missing, no regular file, unreadable, binary, not UTF-8 or too large.
func ReadDocument(path string) (*Document, error) {
	if path == "" {
		return nil, errors.New("the name of the file is empty")
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("cannot tell where %s lies: %w", path, err)
	}
	content, err := readText(absolute)
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return NewDocument(absolute, absolute, "nix", 0, content), nil
}

// readText reads at most a byte more than is analysed. Its errors go behind the file's name.
func readText(path string) (string, error) {
	info, err := os.Stat(path) // before the file is opened: opening a FIFO waits for a writer
	switch {
	case err != nil:
		return "", fileError(err)
	case info.IsDir():
		return "", errors.New("is a folder, not a file")
	case !info.Mode().IsRegular():
		return "", errors.New("is not a regular file")
	case info.Size() > MaxSize:
		return "", errTooLong
	}
	file, err := os.Open(path)
	if err != nil {
		return "", fileError(err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, MaxSize+1))
	if err != nil {
		return "", fileError(err)
	}
	return string(content), unfit(string(content))
}

func fileError(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("does not exist")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("cannot be read: permission denied")
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	return fmt.Errorf("cannot be read: %w", err)
}

// mayNameJetpack tells most texts apart, without parsing them, from those that name jetpack-nixos or its package sets.
func mayNameJetpack(words *text.Words) bool { return slices.ContainsFunc(jetpackNames[:], words.Has) }

var jetpackNames = [...]string{"nvidia-jetpack", "jetpack-nixos"}

// namesJetpack reports whether a text names jetpack-nixos or its package sets anywhere but in a comment.
func namesJetpack(tree *syntax.Tree) bool {
	source := tree.Source()
	for token := range tree.Tokens() {
		if !token.Kind.IsTrivia() && slices.ContainsFunc(jetpackNames[:], func(name string) bool { return strings.Contains(token.Of(source), name) }) {
			return true
		}
	}
	return false
}
