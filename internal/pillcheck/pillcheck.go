// Package pillcheck holds the pills against the catalog: their form, their code and every name of
// jetpack-nixos in them. It also writes the tables that are made from the catalog, and reports which topics
// have a section that explains them.
package pillcheck

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/claims"
	"jetpills/internal/pill"
)

// A Finding is one thing that is wrong with a folder of pills.
type Finding struct {
	File string `json:"file"` // name in the folder
	// Line is 1-based; 0 when the whole file is meant.
	Line int `json:"line"`
	// Code is the name of the rule, as the list in this package's Rules has it.
	Code    string `json:"code"`
	Message string `json:"message"`
}

// String is the finding on one line: file:line: message (code).
func (f Finding) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s (%s)", f.File, f.Message, f.Code)
	}
	return fmt.Sprintf("%s:%d: %s (%s)", f.File, f.Line, f.Message, f.Code)
}

// A Rule is one kind of finding.
type Rule struct{ Code, Means string }

// Rules returns the rules in the order in which a person would read them.
//
// What is a claim, package claims says. Names that a Nix block of the same pill binds are the pill's.
func Rules() []Rule {
	return []Rule{
		{"load", "the file cannot be read as a pill"},
		{"front-matter", "a key is missing or wrong, or the title differs from it"},
		{"tldr", "the short version is missing or has more than six lines"},
		{"size", "the story of a full pill has 10 to 20 KB"},
		{"lesson", "the problem, something to try, the mental model or a table is missing, or the story takes another time to read"},
		{"questions", "a full pill ends in three questions with folded answers"},
		{"footer", "the last line leads to the pills before and after and to the index"},
		{"link", "a link leads nowhere"},
		{"fence", "a code block has no language, or a word that means nothing"},
		{"diagram", "a text block is wider than 78 columns, or a diagram has no title"},
		{"nix", "a Nix block does not parse"},
		{"eval", "an evaluated block does not give what it says"},
		{"table", "what is generated differs from the catalog, the table of symptoms or what jetpills new writes"},
		{"symptom", "a symptom is not written as one, leads to no section, or is never found"},
		{"topic", "a topic names what does not exist"},
		{"excerpt", "a hover shows too much, or not the name that it is about; or a section serves too many topics"},
		{"silent", "an option, value, package or function leads to a section that never names it"},
		{"option", "no such option"},
		{"value", "no such value of an option"},
		{"output", "no such flake output, flash script or member of system.build"},
		{"package", "no such member of the scope or attribute of the overlay"},
		{"file", "no such file in jetpack-nixos, or it has fewer lines"},
		{"version", "no such version of JetPack, L4T, CUDA or the kernel"},
		{"mark", "a wording for other revisions, or a witness, is not written as one, has no place, or names what is not there"},
		{"era", "at another revision, a hover names what that lacks and doesn't say so (with --eras)"},
		{"revision", "no such commit of jetpack-nixos, or it has another date"},
	}
}

// Options says how to check.
type Options struct {
	// Nix is the path of nix-instantiate. Where it is empty, Nix blocks are only parsed, by the parser of
	// this program, and none is evaluated.
	Nix string
}

// Lint checks all pills of a collection. The findings are sorted by file and line. An error means that the
// check itself could not run.
func Lint(ctx context.Context, c *pill.Collection, library *catalog.Library, options Options) ([]Finding, error) {
	l := &linter{pills: c, library: library, worlds: map[string]*claims.World{}}
	for _, p := range c.Problems() {
		l.found(p.File, p.Line, "load", "%s", p.Message)
	}
	for _, p := range l.all() {
		l.form(p)
		l.claims(p)
		l.tables(p)
		l.marks(p)
	}
	l.silent()
	l.excerpts()
	l.symptoms()
	if err := l.code(ctx, options.Nix); err != nil {
		return nil, err
	}
	slices.SortStableFunc(l.findings, func(a, b Finding) int {
		if d := strings.Compare(a.File, b.File); d != 0 {
			return d
		}
		return a.Line - b.Line
	})
	return slices.Compact(l.findings), nil
}

// linter collects the findings of one run.
type linter struct {
	pills    *pill.Collection
	library  *catalog.Library
	worlds   map[string]*claims.World // by revision
	findings []Finding
}

func (l *linter) found(file string, line int, code, format string, args ...any) {
	l.findings = append(l.findings, Finding{file, line, code, fmt.Sprintf(format, args...)})
}

// all are the index, the pills and the glossary.
func (l *linter) all() []*pill.Pill {
	all := slices.Clone(l.pills.Pills())
	if index, ok := l.pills.Index(); ok {
		all = append([]*pill.Pill{index}, all...)
	}
	if glossary, ok := l.pills.Glossary(); ok {
		all = append(all, glossary)
	}
	return all
}

// source is a pill's file with LF line ends.
func (l *linter) source(p *pill.Pill) []byte {
	return bytes.ReplaceAll(l.pills.Files()[p.File], []byte("\r\n"), []byte("\n"))
}

// fileLists are the files of the revisions that pills describe, one a line: number of lines, path. Renewed
// with
//
//	go test ./internal/pillcheck -run TestFiles -clone CLONE
//
//go:embed files/*.txt
var fileLists embed.FS

// world is what existed at the revision that a pill states.
func (l *linter) world(p *pill.Pill) *claims.World {
	w, ok := l.worlds[p.Revision]
	if !ok {
		c, _ := l.library.At(p.Revision)
		w = claims.NewWorld(l.library, c, filesAt(c.Revision.Hash), nil)
		l.worlds[p.Revision] = w
	}
	return w
}

// filesAt are the lines of the files of a revision, by path; nil where they are not known.
func filesAt(hash string) map[string]int {
	list, err := fileLists.ReadFile("files/" + hash + ".txt")
	if err != nil {
		return nil
	}
	files := map[string]int{}
	for line := range strings.Lines(string(list)) {
		number, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if n, err := strconv.Atoi(number); err == nil {
			files[name] = n
		}
	}
	return files
}
