package server

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"go.lsp.dev/uri"

	"jetpills/internal/ide"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// published keeps what a client was told of each document.
type published struct {
	mu      sync.Mutex
	arrived sync.Cond
	byURI   map[string][]wireDiagnostic
	times   map[string]int
}

func newPublished() *published {
	p := &published{byURI: map[string][]wireDiagnostic{}, times: map[string]int{}}
	p.arrived.L = &p.mu
	return p
}

func (p *published) notified(method string, params json.RawMessage) {
	if method != "textDocument/publishDiagnostics" {
		return
	}
	var told struct {
		URI         string
		Diagnostics []wireDiagnostic
	}
	if err := json.Unmarshal(params, &told); err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.byURI[told.URI] = told.Diagnostics
	p.times[told.URI]++
	p.arrived.Broadcast()
}

// timesOf is how often a client was told of the document in a file.
func (p *published) timesOf(path string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.times[string(uri.File(path))]
}

// wait is what was told of a document once that is enough, or when patience ends.
func (p *published) wait(document string, enough func(told []wireDiagnostic, times int) bool) []wireDiagnostic {
	late := time.AfterFunc(patience, func() { p.arrived.Broadcast() })
	defer late.Stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	for deadline := time.Now().Add(patience); !enough(p.byURI[document], p.times[document]) && time.Now().Before(deadline); {
		p.arrived.Wait()
	}
	return p.byURI[document]
}

// forget drops the marks of a document, as a client does that closes it, and gives how often it was told of them.
func (p *published) forget(document string) (times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.byURI, document)
	return p.times[document]
}

type wireDiagnostic struct {
	Range           wireRange
	Severity        int
	Code, Source    string
	Message         string
	CodeDescription struct{ Href string }
	Tags            []int

	RelatedInformation []struct {
		Location struct {
			URI   string
			Range wireRange
		}
		Message string
	}
}

func showDiagnostic(c marker, at text.Span, severity, code, message, section string, related, fixes []string) string {
	line := fmt.Sprintf("%s %s %s: %s", c.span(at), severity, code, message)
	if section != "" {
		line += " → " + section
	}
	return line + "\n" + strings.Join(related, "") + strings.Join(fixes, "")
}

// showRelated is where a diagnostic refers to: the file, the line and column in UTF-16, counted from 1, and the message.
func showRelated(c marker, file string, at text.Position, message string) string {
	return fmt.Sprintf("\tsee %s:%d:%d: %s\n", c.names.Replace(file), at.Line+1, at.Character+1, message)
}

func showFix(c marker, title string, edits []string) string {
	return fmt.Sprintf("\t%s: %s\n", title, strings.Join(edits, ", "))
}

// other is the marker in another file, and the file's name with a space; an empty name for the marker's own file.
func (c marker) other(file string) (marker, string) {
	if file == c.doc.Path {
		return c, ""
	}
	doc, err := workspace.ReadDocument(file)
	if err != nil {
		c.t.Fatal(err)
	}
	c.doc = doc
	return c, c.names.Replace(file) + " "
}

func directDiagnostics(c marker) string {
	var out strings.Builder
	for _, d := range ide.Diagnose(c.snapshot, c.doc) {
		if problem := listed(d.Message); problem != "" {
			c.t.Errorf("%s: %s", problem, d.Message)
		}
		section := ""
		if d.Section.Pill != nil {
			section = d.Section.Pill.File + " " + d.Section.Title
		}
		var fixes []string
		for _, fix := range d.Fixes {
			var edits []string
			for _, e := range fix.Edits {
				in, name := c.other(cmp.Or(e.File, c.doc.Path))
				edits = append(edits, fmt.Sprintf("%s%s → %q", name, in.span(e.Span), e.NewText))
			}
			fixes = append(fixes, showFix(c, fix.Title, edits))
		}
		var related []string
		for _, r := range d.Related {
			doc, err := workspace.ReadDocument(r.File)
			if err != nil {
				c.t.Fatal(err)
			}
			related = append(related, showRelated(c, r.File, doc.Mapper().Position(r.Span.Start, text.UTF16), r.Message))
		}
		out.WriteString(showDiagnostic(c, d.Span, d.Severity.String(), string(d.Code), d.Message, section, related, fixes))
	}
	return orNothing(out.String())
}

// suggestion finds the first name that a message suggests.
var suggestion = regexp.MustCompile(`; did you mean ([^ ,?]+|"[^"]+")`)

var revisionFirst = regexp.MustCompile(`^(this )?jetpack-nixos [0-9a-f]{7}`)

// listed says what a list of problems cuts off a message that it has 60 characters for: what is wrong is to begin the message, and
// a suggestion of up to 20 characters is to follow it, unless history comes between.
func listed(message string) string {
	const room = 60
	if revisionFirst.MatchString(message) {
		return "begins with the revision"
	}
	at := suggestion.FindStringSubmatchIndex(message)
	isTooLong := at != nil && at[3]-at[2] > room/3
	if at != nil && at[0] < room && !isTooLong && utf8.RuneCountInString(message[:at[3]]) > room {
		return "is cut within what is suggested"
	}
	return ""
}

func wireDiagnostics(e *markerEditor, c marker) string {
	document := string(uri.File(c.doc.Path))
	var actions []struct {
		Title, Kind string
		Diagnostics []wireDiagnostic
		Edit        struct {
			Changes map[string][]struct {
				Range   wireRange
				NewText string
			}
		}
	}
	end := c.doc.Mapper().Position(len(c.doc.Text), text.UTF16)
	err := e.Call(e.t.Context(), "textDocument/codeAction", map[string]any{
		"textDocument": map[string]any{"uri": document},
		"range":        map[string]any{"start": map[string]uint32{"line": 0, "character": 0}, "end": map[string]uint32{"line": end.Line, "character": end.Character}},
		"context":      map[string]any{"diagnostics": []any{}, "only": []string{"quickfix"}},
	}, &actions)
	if err != nil {
		c.t.Fatal(err)
	}
	some := directDiagnostics(c) != orNothing("")
	told := e.published.wait(document, func(told []wireDiagnostic, times int) bool { return times > 0 && len(told) > 0 == some })
	var out strings.Builder
	for _, d := range told {
		if d.Source != "jetpills" {
			c.t.Errorf("source %q", d.Source)
		}
		var fixes []string
		for _, action := range actions {
			if d2 := action.Diagnostics[0]; d2.Range != d.Range || d2.Code != d.Code || action.Kind != "quickfix" || action.Title == "Ignore "+d.Code+" here" {
				continue
			}
			var edits []string
			for file, changes := range action.Edit.Changes {
				in, name := c.other(uri.URI(file).FsPath())
				for _, edit := range changes {
					edits = append(edits, fmt.Sprintf("%s%s → %q", name, in.span(edit.Range.span(in)), edit.NewText))
				}
			}
			fixes = append(fixes, showFix(c, action.Title, edits))
		}
		var related []string
		for _, r := range d.RelatedInformation {
			start := text.Position{Line: uint32(r.Location.Range.Start.Line), Character: uint32(r.Location.Range.Start.Character)}
			related = append(related, showRelated(c, uri.URI(r.Location.URI).FsPath(), start, r.Message))
		}
		severity := map[int]string{1: "error", 2: "warning", 4: "hint"}[d.Severity]
		out.WriteString(showDiagnostic(c, d.Range.span(c), severity, d.Code, d.Message, headingAt(c.t, d.CodeDescription.Href), related, fixes))
	}
	return orNothing(out.String())
}

func orNothing(s string) string {
	if s == "" {
		return "nothing\n"
	}
	return s
}

// headingAt is the heading that an address leads to, with its file's name.
func headingAt(t *testing.T, address string) string {
	if address == "" {
		return ""
	}
	file, fragment, _ := strings.Cut(address, "#L")
	file = uri.URI(file).FsPath()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line, err := strconv.Atoi(fragment)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Base(file) + " " + plainHeading(strings.Split(string(content), "\n")[line-1])
}

// TestDiagnosticsAreTold holds when the client is told what: what is wrong, once; that it is mended; of a document in which
// nothing ever was wrong just that, once.
func TestDiagnosticsAreTold(t *testing.T) {
	dir := t.TempDir()
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	document := func(path string) string { return string(uri.File(path)) }
	one := func(told []wireDiagnostic, _ int) bool { return len(told) == 1 }
	none := func(told []wireDiagnostic, times int) bool { return times > 0 && len(told) == 0 }

	good, bad := filepath.Join(dir, "good.nix"), filepath.Join(dir, "bad.nix")
	e.open(good, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`)
	e.open(bad, `{ hardware.nvidia-jetpack.som = "orin"; }`)
	if told := e.published.wait(document(bad), one); len(told) != 1 || told[0].Severity != 4 {
		t.Fatalf("told %v, want one hint: nothing pins a revision", told)
	}
	lock := write("flake.lock", `{"nodes":{"jp":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":"4d857d6da48c420da39964b6fb7ba23a958abad3"}},"root":{"inputs":{"jp":"jp"}}},"root":"root","version":7}`)
	if err := e.Notify("workspace/didChangeWatchedFiles", map[string]any{
		"changes": []any{map[string]any{"uri": document(lock), "type": 1}},
	}); err != nil {
		t.Fatal(err)
	}
	told := e.published.wait(document(bad), func(told []wireDiagnostic, _ int) bool { return len(told) == 1 && told[0].Severity == 1 })
	if len(told) != 1 || told[0].Severity != 1 {
		t.Fatalf("told %v, want an error: the revision is pinned now", told)
	}
	e.change(bad, 2, `{ hardware.nvidia-jetpack.bootloader.autoUpdate = true; }`)
	told = e.published.wait(document(bad), func(told []wireDiagnostic, _ int) bool { return len(told) == 1 && told[0].Code == "renamed-option" })
	if len(told) != 1 || len(told[0].Tags) != 1 || told[0].Tags[0] != 2 {
		t.Fatalf("told %v, want what is struck through", told)
	}
	e.change(bad, 2, `{ hardware.nvidia-jetpack.firmware.autoUpdate = true; }`)
	if told := e.published.wait(document(bad), none); len(told) != 0 {
		t.Errorf("mended, but told %v", told)
	}
	e.change(bad, 2, `{ hardware.nvidia-jetpack.som = "orin"; }`)
	e.published.wait(document(bad), one)
	if err := e.Notify("workspace/didChangeConfiguration", map[string]any{
		"settings": map[string]any{"jetpills": map[string]any{"diagnostics": map[string]any{"enable": false}}},
	}); err != nil {
		t.Fatal(err)
	}
	if told := e.published.wait(document(bad), none); len(told) != 0 {
		t.Errorf("switched off, but told %v", told)
	}
	if err := e.Notify("workspace/didChangeConfiguration", map[string]any{
		"settings": map[string]any{"jetpills": map[string]any{}},
	}); err != nil {
		t.Fatal(err)
	}
	e.published.wait(document(bad), one)
	e.close(bad)
	if told := e.published.wait(document(bad), none); len(told) != 0 {
		t.Errorf("closed, but told %v", told)
	}
	before := e.published.forget(document(bad))
	e.close(good)
	e.open(bad, `{ }`) // told of behind all that came before
	e.published.wait(document(bad), func(_ []wireDiagnostic, times int) bool { return times > before })
	e.published.mu.Lock()
	defer e.published.mu.Unlock()
	if told, times := e.published.byURI[document(good)], e.published.times[document(good)]; times != 1 || len(told) > 0 {
		t.Errorf("told %d times of a document that is right, last %v", times, told)
	}
}

// TestDiagnosticsAreAsTheClientTakesThem holds that a client is told what it draws, and nothing else: the tag that the rule of a
// diagnostic has, where the pill lies that explains it, and what it refers to.
func TestDiagnosticsAreAsTheClientTakesThem(t *testing.T) {
	const unnecessary, deprecated = 1, 2
	of := map[ide.Tag]int{ide.TagUnnecessary: unnecessary, ide.TagDeprecated: deprecated}
	for _, test := range []struct {
		takes              string
		tags               []int
		links, refersToAny bool
	}{
		{`{}`, nil, false, false},
		{`{"tagSupport": {"valueSet": [1, 2]}}`, []int{unnecessary, deprecated}, false, false},
		{`{"tagSupport": {"valueSet": [1]}}`, []int{unnecessary}, false, false},
		{`{"codeDescriptionSupport": true}`, nil, true, false},
		{`{"relatedInformation": true}`, nil, false, true},
	} {
		e, dir := startOn(t, &disk{}, `{"textDocument": {"publishDiagnostics": `+test.takes+`}}`, nil)
		paths := map[ide.Code]string{}
		rules := slices.DeleteFunc(slices.Clone(ide.Rules()), func(r ide.Rule) bool { return r.OfCheck })
		for _, rule := range rules {
			path := filepath.Join(dir, string(rule.Code), "configuration.nix")
			if strings.Contains(rule.Wrong, "outputs =") {
				path = filepath.Join(filepath.Dir(path), "flake.nix")
			}
			lock := strings.Replace(lockOf, `"inputs":{"jetpack"`, `"inputs":{"jetpack-nixos"`, 1) // as the rules' flakes call it
			lay(t, filepath.Join(filepath.Dir(path), "flake.lock"), fmt.Sprintf(lock, newest))
			lay(t, path, rule.Wrong)
			e.open(path, rule.Wrong)
			paths[rule.Code] = path
		}
		links, tagged, refers := 0, 0, 0
		for _, rule := range rules {
			told := e.published.wait(string(uri.File(paths[rule.Code])), func(told []wireDiagnostic, _ int) bool { return len(told) > 0 })
			if len(told) == 0 {
				t.Errorf("%s: nothing is told of %s", test.takes, rule.Code)
			}
			for _, d := range told {
				var want []int
				if tag, ok := of[rule.Tag]; ok && slices.Contains(test.tags, tag) {
					want = []int{tag}
				}
				if !slices.Equal(d.Tags, want) {
					t.Errorf("%s: %s has the tags %v, want %v", test.takes, d.Code, d.Tags, want)
				}
				tagged += len(d.Tags)
				if d.CodeDescription.Href != "" {
					links++
				}
				refers += len(d.RelatedInformation)
			}
		}
		if links > 0 != test.links || refers > 0 != test.refersToAny || slices.Contains(test.tags, deprecated) && tagged == 0 {
			t.Errorf("%s: %d links, %d tags, %d references", test.takes, links, tagged, refers)
		}
	}
}

// TestDiagnosticsAfterTyping holds that nobody is corrected within a word: of many edits in a row, only what they end in is told.
func TestDiagnosticsAfterTyping(t *testing.T) { bubble(t, testDiagnosticsAfterTyping) }

func testDiagnosticsAfterTyping(t *testing.T) {
	dir := t.TempDir()
	e := startMarkerEditor(t, newMarkerSession(t, dir), dir)
	path := filepath.Join(dir, "a.nix")
	document := string(uri.File(path))
	e.open(path, `{ hardware.nvidia-jetpack.som = ""; }`)
	const word = "orin-agg"
	for i := range word {
		time.Sleep(diagnosticsAtLatest * 9 / 10 / time.Duration(len(word)))
		e.change(path, i+2, fmt.Sprintf(`{ hardware.nvidia-jetpack.som = %q; }`, word[:i+1]))
	}
	told := e.published.wait(document, func(told []wireDiagnostic, _ int) bool { return len(told) == 1 })
	if len(told) != 1 || !strings.Contains(told[0].Message, `"orin-agg"`) {
		t.Errorf("first told %v, want what is wrong with the whole word", told)
	}
}
