package server

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/uri"
	"golang.org/x/tools/txtar"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/rpc/rpctest"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

var update = flag.Bool("update", false, "rewrite the goldens of the marker archives")

// A marker archive in testdata/marker/<feature> holds a workspace. Its files have cursors, $0 to $9, each in one file of
// the archive; what the feature says at cursor $3, or of the whole file with that cursor, stands in the member @3. Of inlay
// hints it says those from the cursor on. Every
// cursor is asked twice: through package ide, and over the wire. A comment "full" in the archive's head keeps whole excerpts in the golden, which otherwise
// names the section alone. Members below store/ lie where the store has the source that the workspace pins; the member
// settings is what a client sends, in which DIR stands for the workspace.

// feature asks for what stands in a golden, in both ways.
type feature struct {
	direct func(c marker) string
	wire   func(e *markerEditor, c marker) string
}

var features = map[string]feature{
	"hover":       {directHover, wireHover},
	"completion":  {directCompletion, wireCompletion},
	"definition":  {directDefinition, wireDefinition},
	"declaration": {directDeclaration, wireDeclaration},
	"references":  {directReferences, wireReferences},
	"diagnostics": {directDiagnostics, wireDiagnostics},
	"inlay":       {directInlay, wireInlay},
	"lens":        {directLens, wireLens},
	"link":        {directLink, wireLink},
	"bump":        {directBump, wireBump},
}

// marker is one cursor.
type marker struct {
	t        *testing.T
	snapshot *workspace.Snapshot
	doc      *workspace.Document
	offset   int
	full     bool
	names    *strings.Replacer // of the folders that differ from run to run
}

func TestMarkers(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	shipped := pill.Load(pills.FS)
	root := filepath.Join("..", "..", "testdata", "marker")
	for name, f := range features {
		archives, err := filepath.Glob(filepath.Join(root, name, "*.txtar"))
		if err != nil || len(archives) == 0 {
			t.Fatalf("%s: %d archives, %v", name, len(archives), err)
		}
		for _, file := range archives {
			t.Run(name+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
				t.Parallel()
				archive, err := txtar.ParseFile(file)
				if err != nil {
					t.Fatal(err)
				}
				runArchive(t, f, file, archive, library, shipped)
			})
		}
	}
}

// place is where a cursor stands.
type place struct {
	file   string
	offset int
}

func runArchive(t *testing.T, f feature, file string, archive *txtar.Archive, library *catalog.Library, shipped *pill.Collection) {
	dir, store, isPinned := t.TempDir(), filepath.Join(t.TempDir(), "store"), false
	cursors := map[string]place{}
	goldens := map[string]string{}
	var files []txtar.File
	session := workspace.NewSession(workspace.Config{Library: library, Pills: shipped, CacheDir: t.TempDir(), StoreDir: store})
	session.SetFolders([]string{dir})
	for _, member := range archive.Files {
		if n, ok := strings.CutPrefix(member.Name, "@"); ok {
			goldens[n] = string(member.Data)
			continue
		}
		files = append(files, member)
		if member.Name == "settings" {
			settings, problems := workspace.ParseSettings(bytes.ReplaceAll(member.Data, []byte("DIR"), []byte(dir)))
			if len(problems) > 0 {
				t.Fatal(problems)
			}
			session.SetSettings(settings)
			continue
		}
		path := filepath.Join(dir, filepath.FromSlash(member.Name))
		if inStore, ok := strings.CutPrefix(member.Name, "store/"); ok {
			if !isPinned {
				pin := session.Snapshot().CatalogAt(dir).Pin
				if pin.StorePath == "" {
					t.Fatalf("nothing before %s pins a source in the store", member.Name)
				}
				store, isPinned = pin.StorePath, true
			}
			path = filepath.Join(store, filepath.FromSlash(inStore))
		}
		content := takeCursors(t, member, path, cursors)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	editor := startMarkerEditor(t, session, dir)

	got := map[string]string{}
	for n, at := range cursors {
		content, err := os.ReadFile(at.file)
		if err != nil {
			t.Fatal(err)
		}
		document := string(uri.File(at.file))
		before := editor.published.forget(document)
		editor.open(at.file, string(content))
		if session.Snapshot().Configuration(filepath.Dir(at.file)) != nil {
			// What is known of hosts comes with the diagnostics, of which each opening is told.
			editor.published.wait(document, func(_ []wireDiagnostic, times int) bool { return times > before })
		}
		c := marker{t: t, full: bytes.Contains(archive.Comment, []byte("full")), offset: at.offset}
		c.names = strings.NewReplacer(store, "STORE", dir, "DIR")
		c.doc = workspace.NewDocument(at.file, at.file, "nix", 1, string(content))
		c.snapshot = session.Snapshot()
		if opened, ok := c.snapshot.Document(document); ok {
			ide.NewerThanPin(c.snapshot, opened) // as the server does after the diagnostics
			c.doc = opened
		}
		direct, wire := f.direct(c), f.wire(editor, c)
		if diff := cmp.Diff(direct, wire); diff != "" {
			t.Errorf("cursor $%s: the wire says something else:\n%s", n, diff)
		}
		got[n] = direct
		if !*update {
			if diff := cmp.Diff(goldens[n], direct); diff != "" {
				t.Errorf("cursor $%s (-golden +got):\n%s", n, diff)
			}
		}
		delete(goldens, n)
	}
	if len(goldens) > 0 && !*update {
		t.Errorf("goldens without a cursor: %v", goldens)
	}
	if *update {
		rewrite(t, file, archive.Comment, files, got)
	}
}

var cursorMark = regexp.MustCompile(`\$[0-9]`)

// takeCursors writes down where the cursors of a file are, and returns the file without them.
func takeCursors(t *testing.T, member txtar.File, path string, cursors map[string]place) string {
	var out strings.Builder
	rest := string(member.Data)
	for {
		at := cursorMark.FindStringIndex(rest)
		if at == nil {
			out.WriteString(rest)
			return out.String()
		}
		out.WriteString(rest[:at[0]])
		n := rest[at[0]+1 : at[1]]
		if _, twice := cursors[n]; twice {
			t.Fatalf("two cursors $%s", n)
		}
		cursors[n] = place{path, out.Len()}
		rest = rest[at[1]:]
	}
}

func rewrite(t *testing.T, file string, comment []byte, files []txtar.File, got map[string]string) {
	archive := txtar.Archive{Comment: comment, Files: files}
	var names []string
	for n := range got {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		archive.Files = append(archive.Files, txtar.File{Name: "@" + n, Data: []byte(got[n])})
	}
	if err := os.WriteFile(file, txtar.Format(&archive), 0o644); err != nil {
		t.Fatal(err)
	}
}

// span shows a span as 1-based line and column, and its text.
func (c marker) span(s text.Span) string {
	line, column := c.doc.Mapper().LineColumn(s.Start)
	return fmt.Sprintf("%d:%d %q", line, column, s.Of(c.doc.Text))
}

// links are short, so that goldens hold on every machine and survive an edit above the section.
var fileLink = regexp.MustCompile(`file://\S*/([0-9A-Za-z-]+\.md)#L\d+`)

func (c marker) shorten(page string) string {
	page = c.names.Replace(page)
	page = fileLink.ReplaceAllString(page, "$1")
	if c.full {
		return page + "\n"
	}
	page = strings.ReplaceAll(page, "  \n", "\n\n") // what is a line of its own
	sheet, rest, ok := strings.Cut(page, "\n\n---\n")
	if !ok {
		return sheet + "\n"
	}
	label, excerpt, _ := strings.Cut(rest, "\n\n")
	excerpt, below, ok := strings.Cut(excerpt, "\n\n---\n")
	if !strings.Contains(excerpt, "\n\n[Read on") {
		c.t.Errorf("no excerpt before the link:\n%s", excerpt)
	}
	if ok {
		label += "\n\n" + below
	}
	return sheet + "\n\n" + label + "\n"
}

func directHover(c marker) string {
	h, ok := ide.HoverAt(c.snapshot, c.doc, c.offset)
	if !ok {
		return "nothing\n"
	}
	return c.span(h.Span) + "\n" + c.shorten(h.Markdown(ide.PillLinks(c.snapshot)))
}

func wireHover(e *markerEditor, c marker) string {
	var result *struct {
		Contents struct{ Kind, Value string }
		Range    wireRange
	}
	e.ask(c, "textDocument/hover", &result)
	if result == nil {
		return "nothing\n"
	}
	if result.Contents.Kind != "markdown" {
		c.t.Errorf("kind %q", result.Contents.Kind)
	}
	return c.span(result.Range.span(c)) + "\n" + c.shorten(result.Contents.Value)
}

func directDefinition(c marker) string {
	if ide.LeadsToCode(c.doc, c.offset) {
		return "nothing\n"
	}
	if c.snapshot.Settings().Definition == workspace.DefinitionUpstream {
		return directDeclaration(c)
	}
	target, ok := ide.DefinitionAt(c.snapshot, c.doc, c.offset)
	if !ok {
		return directDeclaration(c)
	}
	return c.explained(target)
}

// explained says where a jump to a pill leads.
func (c marker) explained(target ide.Target) string {
	path, _, err := target.File(c.snapshot)
	if err != nil {
		c.t.Error(err)
	}
	return fmt.Sprintf("%s → %s %s\n", c.span(target.Origin), pillName(path), target.Section.Title)
}

// pillName is the name of a pill's file, with the folder of its copies for a revision.
func pillName(path string) string {
	if at := filepath.Base(filepath.Dir(path)); strings.HasPrefix(at, "at-") {
		return at + "/" + filepath.Base(path)
	}
	return filepath.Base(path)
}

func directDeclaration(c marker) string {
	if at, ok := ide.DeclarationAt(c.snapshot, c.doc, c.offset); ok {
		return fmt.Sprintf("%s → %s:%d:%d\n", c.span(at.Origin), c.names.Replace(at.File), at.Line, at.Column)
	}
	target, ok := ide.ExplanationAt(c.snapshot, c.doc, c.offset)
	if !ok {
		return "nothing\n"
	}
	return c.explained(target)
}

func wireDefinition(e *markerEditor, c marker) string {
	var result []struct {
		OriginSelectionRange, TargetSelectionRange wireRange
		TargetURI                                  string
	}
	e.ask(c, "textDocument/definition", &result)
	if len(result) == 0 {
		return "nothing\n"
	}
	return c.span(result[0].OriginSelectionRange.span(c)) + wireTarget(c, result[0].TargetURI, result[0].TargetSelectionRange)
}

// wireDeclaration knows only where to: a declaration is a plain location.
func wireDeclaration(e *markerEditor, c marker) string {
	var result *struct {
		URI   string
		Range wireRange
	}
	e.ask(c, "textDocument/declaration", &result)
	if result == nil {
		return "nothing\n"
	}
	origin, _, _ := strings.Cut(directDeclaration(c), " → ")
	return origin + wireTarget(c, result.URI, result.Range)
}

func directReferences(c marker) string {
	found, ok := ide.ReferencesAt(c.snapshot, c.doc, c.offset, true)
	if ok != (len(found.Found) > 0) || ok && !found.Complete {
		c.t.Errorf("%v: %d references, complete: %v", ok, len(found.Found), found.Complete)
	}
	var lines []string
	for _, r := range found.Found {
		line, column := r.Mapper.LineColumn(r.Span.Start)
		_, end := r.Mapper.LineColumn(r.Span.End)
		lines = append(lines, c.reference(r.File, line, column, end))
	}
	return linesOrNothing(lines)
}

func wireReferences(e *markerEditor, c marker) string {
	var result []struct {
		URI   string
		Range wireRange
	}
	e.ask(c, "textDocument/references", &result)
	var lines []string
	for _, r := range result {
		at := r.Range
		lines = append(lines, c.reference(uri.URI(r.URI).FsPath(), int(at.Start.Line)+1, int(at.Start.Character)+1, int(at.End.Character)+1))
	}
	return linesOrNothing(lines)
}

// reference is a place in a file, with what is written there.
func (c marker) reference(file string, line, column, end int) string {
	content, err := os.ReadFile(file)
	if err != nil {
		c.t.Error(err)
	}
	written := strings.Split(string(content), "\n")[line-1][column-1 : end-1]
	return fmt.Sprintf("%s:%d:%d %q", c.names.Replace(file), line, column, written)
}

// wireTarget is a place in a pill by its heading, any other by line and column.
func wireTarget(c marker, target string, at wireRange) string {
	file := uri.URI(target).FsPath()
	if filepath.Ext(file) != ".md" {
		return fmt.Sprintf(" → %s:%d:%d\n", c.names.Replace(file), at.Start.Line+1, at.Start.Character+1)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		c.t.Error(err)
	}
	heading := strings.Split(string(content), "\n")[at.Start.Line]
	return fmt.Sprintf(" → %s %s\n", pillName(file), plainHeading(heading))
}

// plainHeading is a heading's line as a section's title.
func plainHeading(line string) string {
	return strings.ReplaceAll(strings.TrimLeft(line, "# "), "`", "")
}

func directCompletion(c marker) string {
	items := ide.Complete(c.snapshot, c.doc, c.offset)
	slices.SortStableFunc(items, func(a, b ide.Item) int { return strings.Compare(a.Sort, b.Sort) })
	var lines []string
	for _, item := range items {
		newText := item.Edit.NewText
		if item.Snippet != "" {
			newText = item.Snippet
		}
		lines = append(lines, completionLine(c, item.Label, item.Detail, item.Topic.Note, item.Edit.Span, newText, item.Deprecated))
		if d, ok := ide.Resolve(c.snapshot, c.doc, item.Topic); !ok || d.Markdown(ide.PillLinks(c.snapshot)) == "" {
			c.t.Errorf("%s has no documentation", item.Label)
		}
	}
	return linesOrNothing(lines)
}

func wireCompletion(e *markerEditor, c marker) string {
	var result *struct {
		Items []struct {
			Label, Detail, SortText string
			Tags                    []int
			TextEdit                struct {
				Range   wireRange
				NewText string
			}
			LabelDetails struct{ Description string }
			Data         struct{ Topic ide.ItemTopic }
		}
	}
	e.ask(c, "textDocument/completion", &result)
	if result == nil {
		return "nothing\n"
	}
	items := result.Items
	slices.SortStableFunc(items, func(a, b struct {
		Label, Detail, SortText string
		Tags                    []int
		TextEdit                struct {
			Range   wireRange
			NewText string
		}
		LabelDetails struct{ Description string }
		Data         struct{ Topic ide.ItemTopic }
	},
	) int {
		return strings.Compare(a.SortText, b.SortText)
	})
	var lines []string
	for _, item := range items {
		note := item.Data.Topic.Note
		if beside := item.LabelDetails.Description; beside != item.Detail && note != "" || beside != "" && note == "" {
			c.t.Errorf("%s: %q beside it, detail %q, note %q", item.Label, beside, item.Detail, note)
		}
		lines = append(lines, completionLine(c, item.Label, item.Detail, note, item.TextEdit.Range.span(c), item.TextEdit.NewText, len(item.Tags) > 0))
	}
	return linesOrNothing(lines)
}

// completionLine shows an item. A detail that stands beside it while it is not selected is in brackets, and the note in whole behind it.
func completionLine(c marker, label, detail, note string, replaced text.Span, newText string, deprecated bool) string {
	line := fmt.Sprintf("%s: %s → %q", label, c.span(replaced), newText)
	if n := utf8.RuneCountInString(detail); n > 20 {
		c.t.Errorf("%s: a detail of %d characters: %s", label, n, detail)
	}
	switch note {
	case "":
	case detail:
		detail = "[" + detail + "]"
	default:
		detail = "[" + detail + "] " + note
	}
	if detail != "" {
		line += " (" + detail + ")"
	}
	if deprecated {
		line += " deprecated"
	}
	return line
}

func linesOrNothing(lines []string) string {
	if len(lines) == 0 {
		return "nothing\n"
	}
	return strings.Join(lines, "\n") + "\n"
}

type wirePosition struct{ Line, Character uint32 }

type wireRange struct{ Start, End wirePosition }

func (r wireRange) span(c marker) text.Span {
	m := c.doc.Mapper()
	return text.Span{
		Start: m.Offset(text.Position(r.Start), text.UTF16),
		End:   m.Offset(text.Position(r.End), text.UTF16),
	}
}

// markerEditor is a client that can do all that VS Code can.
type markerEditor struct {
	*rpctest.Client
	t         testing.TB
	published *published
}

const allCapabilities = `{
	"textDocument": {
		"hover": {"contentFormat": ["markdown", "plaintext"]},
		"definition": {"linkSupport": true},
		"completion": {"completionItem": {
			"snippetSupport": true, "documentationFormat": ["markdown"], "tagSupport": {"valueSet": [1]},
			"labelDetailsSupport": true, "resolveSupport": {"properties": ["documentation"]}
		}},
		"codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
		"publishDiagnostics": {"versionSupport": true, "relatedInformation": true, "codeDescriptionSupport": true, "tagSupport": {"valueSet": [1, 2]}}
	}
}`

// newMarkerSession is a session with all facts and pills, and one folder.
func newMarkerSession(t testing.TB, dir string) *workspace.Session {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	session := workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: t.TempDir()})
	session.SetFolders([]string{dir})
	return session
}

func startMarkerEditor(t testing.TB, session *workspace.Session, dir string) *markerEditor {
	e := &markerEditor{t: t, published: newPublished()}
	e.Client = serve(t, session, rpctest.Handlers{Notified: e.published.notified})
	params := fmt.Sprintf(`{"processId":null,"rootUri":%q,"capabilities":%s}`, uri.File(dir), allCapabilities)
	if err := e.Call(t.Context(), "initialize", json.RawMessage(params), nil); err != nil {
		t.Fatal(err)
	}
	if err := e.Notify("initialized", struct{}{}); err != nil {
		t.Fatal(err)
	}
	return e
}

func (e *markerEditor) open(path, content string) {
	err := e.Notify("textDocument/didOpen", map[string]any{
		"textDocument": map[string]any{"uri": uri.File(path), "languageId": "nix", "version": 1, "text": content},
	})
	if err != nil {
		e.t.Fatal(err)
	}
}

// ask sends a request about a cursor.
func (e *markerEditor) ask(c marker, method string, result any) {
	at := c.doc.Mapper().Position(c.offset, text.UTF16)
	params := map[string]any{
		"textDocument": map[string]any{"uri": uri.File(c.doc.Path)},
		"position":     map[string]any{"line": at.Line, "character": at.Character},
		"context":      map[string]any{"includeDeclaration": true}, // of references alone
	}
	if err := e.Call(e.t.Context(), method, params, result); err != nil {
		c.t.Fatalf("%s: %v", method, err)
	}
}
