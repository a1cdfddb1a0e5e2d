package cli

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"jetpills/internal/ide"
	"jetpills/internal/text"
	"jetpills/internal/upstream"
	"jetpills/internal/workspace"
)

func (p *Program) checkCommand() *cobra.Command {
	var format, failOn, explain, rev string
	var severities []string
	var fix bool
	const short = "Print what jetpack-nixos refuses in files, and in the .nix files in folders"
	isAsked := func(cmd *cobra.Command) bool { return cmd.Flags().Changed("explain") }
	var c *cobra.Command
	c = command("check [PATH…]", short, func(cmd *cobra.Command, args []string) error {
		if isAsked(cmd) {
			return nil
		}
		return takes(0, many)(cmd, args)
	}, func(args []string) error {
		if isAsked(c) {
			if explain != everyCode {
				args = append([]string{explain}, args...)
			}
			return p.explain(args)
		}
		var err error
		if p.severity, err = severitiesOf(severities); err != nil {
			return err
		}
		if len(args) == 0 {
			args = []string{"."}
		}
		started := time.Now()
		if t, ok := p.out.(*terminal); ok && format != "text" {
			t.width = 0
		}
		out := bufio.NewWriter(p.out)
		defer out.Flush()
		if rev != "" {
			return p.checkBump(out, args, rev, format, severityNamed(failOn))
		}
		findings, looked, err := p.check(args, p.err)
		if fix && !wasInterrupted(err) {
			made := p.err // for the output is for a program
			if format == "text" {
				made = out
			}
			findings, looked, err = p.checkAndFix(args, newFixer(args, made, p.err), findings, looked, err)
			if out.Buffered() > 0 && len(findings) > 0 {
				printf(out, "\n")
			}
		}
		if looked == 0 && err != nil || wasInterrupted(err) && format != "text" {
			return err // a report of a part must not look like one of the whole
		}
		printed := p.report(out, findings, format)
		if format == "text" && printed == nil && !wasInterrupted(err) {
			printed = out.Flush()
			printf(p.err, "%s, in %s\n", summary(findings, looked), time.Since(started).Round(time.Millisecond))
		}
		switch {
		case printed != nil:
			return printed
		case err != nil:
			return err
		case slices.ContainsFunc(findings, func(f finding) bool { return f.Severity <= severityNamed(failOn) }):
			return exit(exitNothing)
		}
		return nil
	})
	c.Long = short + ": without PATH, in this folder.\nWith --explain, print what a code means: check --explain wrong-type. Without a code, list all codes.\n" +
		"With --rev, print what would change for the files if they pinned another revision of jetpack-nixos: check --rev newest."
	c.Flags().StringVar(&explain, "explain", "", "print what a `CODE` means; without one, list all codes")
	c.Flags().Lookup("explain").NoOptDefVal = everyCode
	c.Flags().StringSliceVar(&severities, "severity", nil,
		"the severity of the findings of a code, `CODE=LEVEL`: off, hint, warning or error")
	c.Flags().BoolVar(&fix, "fix", false, "apply the fixes that are certain, and print the other findings")
	c.Flags().StringVar(&rev, "rev", "", "print what another revision would change: "+revisionForms)
	exclusive(c, "explain", "fix", "rev")
	formatFlag(c, &format, "text", "json", "sarif")
	choiceFlag(c, &failOn, "fail-on", ide.SeverityWarning.String(),
		"the lowest severity that gives exit code 1", severityNames()...)
	return c
}

// severitiesOf are the choices of a person, each CODE=LEVEL.
func severitiesOf(choices []string) (map[string]string, error) {
	chosen := map[string]string{}
	for _, choice := range choices {
		code, level, _ := strings.Cut(choice, "=")
		if err := ide.CheckSeverity(code, level); err != nil {
			return nil, fmt.Errorf("--severity: %w", err)
		}
		chosen[code] = level
	}
	return chosen, nil
}

// checkAndFix makes the certain fixes of findings, and checks again for as long as there are any: what is given is left.
func (p *Program) checkAndFix(paths []string, x *fixer, findings []finding, looked int, err error) ([]finding, int, error) {
	for range mostPasses {
		if !x.fix(findings) {
			break
		}
		if findings, _, err = p.check(paths, io.Discard); err != nil && !errors.As(err, new(exit)) {
			return nil, 0, err
		}
	}
	if x.couldNot && err == nil {
		err = exit(exitCouldNot)
	}
	return findings, looked, err
}

// severities are the severities that findings have, the gravest first.
var severities = [...]ide.Severity{ide.SeverityError, ide.SeverityWarning, ide.SeverityHint}

func severityNames() []string { return each(severities[:], ide.Severity.String) }

// severityNamed is the severity of a name that severityNames has.
func severityNamed(name string) ide.Severity {
	s, _ := ide.SeverityNamed(name)
	return s
}

// finding is a diagnostic of one file, with all that is printed of the file: there may be many files, and none is kept.
type finding struct {
	ide.Diagnostic
	file       string            // as the arguments spell it
	path       string            // absolute
	sum        [sha256.Size]byte // of the text
	start, end text.Position     // in UTF-16
	excerpt    string            // the line, underlined
	lines      Lines
	related    []relatedLines
}

// Lines are both ends of a span as 1-based line and column, in bytes.
type Lines struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn"`
	EndLine     int `json:"endLine"`
	EndColumn   int `json:"endColumn"`
}

func linesOf(m *text.Mapper, span text.Span) (l Lines) {
	l.StartLine, l.StartColumn = m.LineColumn(span.Start)
	l.EndLine, l.EndColumn = m.LineColumn(span.End)
	return l
}

// relatedLines is a span that a finding refers to.
type relatedLines struct {
	File string `json:"file"`
	Lines
	Message string `json:"message"`

	start, end text.Position // in UTF-16
}

func newFinding(d ide.Diagnostic, file string, doc *workspace.Document, sum [sha256.Size]byte) finding {
	m := doc.Mapper()
	f := finding{
		Diagnostic: d, file: file, path: doc.Path, sum: sum, excerpt: m.Underlined(d.Span, ""),
		start: m.Position(d.Span.Start, text.UTF16), end: m.Position(d.Span.End, text.UTF16),
	}
	f.lines = linesOf(m, d.Span)
	for _, r := range d.Related {
		other := doc
		if r.File != doc.Path {
			var err error
			if other, err = workspace.ReadDocument(r.File); err != nil {
				continue // it was removed since
			}
		}
		m := other.Mapper()
		f.related = append(f.related, relatedLines{
			File: besides(file, doc.Path, r.File), Lines: linesOf(m, r.Span), Message: r.Message,
			start: m.Position(r.Span.Start, text.UTF16), end: m.Position(r.Span.End, text.UTF16),
		})
	}
	return f
}

// besides is another file as one is spelt whose absolute path is at.
func besides(spelt, at, other string) string {
	near, err := filepath.Rel(filepath.Dir(at), other)
	if filepath.IsAbs(spelt) || err != nil {
		return other
	}
	return filepath.Join(filepath.Dir(spelt), near)
}

// checking is the task to check files. What changes is for who holds the lock.
type checking struct {
	snapshot *workspace.Snapshot
	paths    []string
	notes    io.Writer
	// judge gives the findings of a document. It may be called for several at once. What else it says of the document, and what it
	// keeps of it, the function that it gives does, unless that is nil: these run one by one, in the order of the files.
	judge func(ctx context.Context, doc *workspace.Document, found func(ide.Diagnostic) finding) (all []finding, tell func())

	sync.Mutex
	files    []toCheck      // that were found so far
	found    bool           // there are no more of them
	taken    int            // of the files, by who looks at them
	told     int            // of the files, in their order
	tell     map[int]func() // what is to be told of a file that was looked at before one in front of it
	looked   int            // at how many of them
	findings []finding
	unread   error
	noted    map[upstream.Problem]bool
}

// toCheck is a file, and whether it is one of a folder that an argument names.
type toCheck struct {
	name     string
	inFolder bool
}

// check looks at files, and at all Nix files in folders, and gives how many it looked at. A file that cannot be read is
// passed over, with a line in notes; the error is an exit then. A lock file that cannot be read has a line, once: without it,
// no finding is more than a hint. The error is an exit, too, where somebody interrupts the check.
func (p *Program) check(paths []string, notes io.Writer) (findings []finding, looked int, err error) {
	snapshot, err := p.snapshot()
	if err != nil {
		return nil, 0, err
	}
	c := newChecking(snapshot, paths, notes)
	defer runtime.KeepAlive(make([]byte, spareOfCheck))
	err = cmp.Or(p.atLength(c), c.unread)
	return c.findings, c.looked, err
}

// spareOfCheck is how many bytes more than are in use a check may make between two collections: what a hundred files take. See
// collectSeldom.
const spareOfCheck = 32 << 20

func newChecking(snapshot *workspace.Snapshot, paths []string, notes io.Writer) *checking {
	c := &checking{snapshot: snapshot.Throughout(), paths: paths, notes: notes, noted: map[upstream.Problem]bool{}, tell: map[int]func(){}}
	c.judge = func(ctx context.Context, doc *workspace.Document, found func(ide.Diagnostic) finding) ([]finding, func()) {
		return each(ide.Check(c.snapshot.Until(ctx), doc), found), nil
	}
	return c
}

// done keeps the lock: a check that was interrupted adds nothing any more.
func (c *checking) done() string {
	c.Lock()
	of := grouped(len(c.files))
	if !c.found {
		of = "at least " + of
	}
	return fmt.Sprintf("%s of %s files checked", grouped(c.looked), of)
}

func (c *checking) doing() string {
	if s := readingHosts(c.snapshot); s != "" {
		return s
	}
	c.Lock()
	defer c.Unlock()
	if !c.found {
		return fmt.Sprintf("Looking for files: %s …", grouped(len(c.files)))
	}
	return fmt.Sprintf("Checking %s of %s files …", grouped(c.told), grouped(len(c.files)))
}

// mostLookers is how many files are looked at at once, at most: each may evaluate the hosts of another flake.
const mostLookers = 8

func (c *checking) run(ctx context.Context) {
	for _, path := range c.paths {
		find := func(name string) error {
			c.Lock()
			defer c.Unlock()
			c.files = append(c.files, toCheck{name, name != path})
			return nil
		}
		note := func(err error, inFolder bool) {
			c.Lock()
			defer c.Unlock()
			c.note(err, inFolder)
		}
		if err := eachNixFile(path, find, func(err error) { note(err, true) }); err != nil {
			note(err, false)
		}
	}
	c.Lock()
	c.found = true
	c.Unlock()
	var lookers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), mostLookers) {
		lookers.Go(func() {
			for {
				i, file, ok := c.take()
				if !ok {
					return
				}
				c.tellInOrder(i, c.look(ctx, file))
			}
		})
	}
	lookers.Wait()
}

// take gives the next file.
func (c *checking) take() (i int, file toCheck, ok bool) {
	c.Lock()
	defer c.Unlock()
	if c.taken == len(c.files) {
		return 0, file, false
	}
	c.taken++
	return c.taken - 1, c.files[c.taken-1], true
}

// tellInOrder has a file's turn come once all files before it had theirs.
func (c *checking) tellInOrder(i int, tell func()) {
	c.Lock()
	defer c.Unlock()
	c.tell[i] = tell
	for {
		tell, ok := c.tell[c.told]
		if !ok {
			return
		}
		delete(c.tell, c.told)
		c.told++
		tell()
	}
}

// note says which file cannot be read.
func (c *checking) note(err error, inFolder bool) {
	c.unread = exit(exitCouldNot)
	if inFolder {
		printf(c.notes, "jetpills: %v: not checked\n", err)
	} else {
		printf(c.notes, "jetpills: %v\n", err)
	}
}

// look looks at one file, and gives what is to be told of it.
func (c *checking) look(ctx context.Context, file toCheck) (tell func()) {
	doc, err := workspace.ReadDocument(file.name)
	if err != nil {
		return func() { c.note(err, file.inFolder) }
	}
	sum := sync.OnceValue(func() [sha256.Size]byte { return sha256.Sum256([]byte(doc.Text)) })
	findings, more := c.judge(ctx, doc, func(d ide.Diagnostic) finding { return newFinding(d, file.name, doc, sum()) })
	var problems []upstream.Problem
	if len(findings) > 0 || c.snapshot.DealsWithJetpack(doc) {
		problems = c.snapshot.PinProblems(doc)
	}
	return func() {
		if more != nil {
			more()
		}
		c.looked++
		c.findings = append(c.findings, findings...)
		for _, problem := range problems {
			if !c.noted[problem] {
				c.noted[problem] = true
				printf(c.notes, "jetpills: %v\n", problem)
			}
		}
	}
}

// pillRef names the section that explains a finding: 07#which-som-am-i.
func (f finding) pillRef() string {
	if f.Section.Pill == nil {
		return ""
	}
	return f.Section.Ref()
}

func (p *Program) report(w io.Writer, findings []finding, format string) error {
	switch format {
	case "json":
		return printJSON(w, each(findings, finding.shape))
	case "sarif":
		return printSARIF(w, findings, p.Version)
	}
	printFindings(w, findings)
	return nil
}

// summary counts findings and files: "2 errors and 1 hint in 12 files".
func summary(findings []finding, files int) string {
	var counts []string
	for _, severity := range severities {
		n := 0
		for _, f := range findings {
			if f.Severity == severity {
				n++
			}
		}
		if n > 0 {
			counts = append(counts, text.Count(n, severity.String()))
		}
	}
	return cmp.Or(text.List(counts, "and"), "nothing found") + " in " + text.Count(files, "file")
}

// severityColors tell findings apart at a glance.
var severityColors = map[ide.Severity]string{ide.SeverityError: text.Red, ide.SeverityWarning: text.Yellow, ide.SeverityHint: text.Cyan}

// printFindings prints findings for a person.
func printFindings(w io.Writer, findings []finding) {
	for i, f := range findings {
		if i > 0 {
			printf(w, "\n")
		}
		severity := marked{severityColors[f.Severity], f.Severity.String()}
		printf(w, "%s:%d:%d: %s: %s [%s]\n", f.file, f.lines.StartLine, f.lines.StartColumn, severity, f.Message, f.Code)
		_, _ = io.WriteString(w, f.excerpt)
		for _, r := range f.related {
			printf(w, "      %s:%d:%d: %s\n", r.File, r.StartLine, r.StartColumn, r.Message)
		}
		for _, fix := range f.Fixes {
			printf(w, "      fix: %s\n", fix.Title)
		}
		if ref := f.pillRef(); ref != "" {
			printf(w, "      see: jetpills pills show %s\n", ref)
		}
	}
}

// findingJSON is the stable form of a finding: lines and columns count from 1, columns in bytes; offsets count bytes from 0.
type findingJSON struct {
	File string `json:"file"`
	Lines
	Severity string         `json:"severity"`
	Code     string         `json:"code"`
	Message  string         `json:"message"`
	Pill     string         `json:"pill,omitempty"`
	Host     string         `json:"host,omitempty"`
	Related  []relatedLines `json:"related,omitempty"`
	Fixes    []fixJSON      `json:"fixes"`
}

type fixJSON struct {
	Title string     `json:"title"`
	Edits []editJSON `json:"edits"`
}

type editJSON struct {
	File    string `json:"file,omitempty"` // of another file than the finding's
	Start   int    `json:"start"`
	End     int    `json:"end"`
	NewText string `json:"newText"`
}

func (f finding) shape() findingJSON {
	return findingJSON{
		File: f.file, Lines: f.lines, Severity: f.Severity.String(), Code: string(f.Code), Message: f.Message, Pill: f.pillRef(),
		Host: f.Host, Related: f.related,
		Fixes: each(f.Fixes, func(fix ide.Fix) fixJSON {
			return fixJSON{fix.Title, each(fix.Edits, func(e ide.Edit) editJSON {
				edit := editJSON{Start: e.Start, End: e.End, NewText: e.NewText}
				if e.File != "" && e.File != f.path {
					edit.File = besides(f.file, f.path, e.File)
				}
				return edit
			})}
		}),
	}
}
