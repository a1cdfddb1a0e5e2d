package ide_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// pinnedTo is the configuration.nix of a new workspace that pins a revision, or its flake.nix if the source is a flake.
func pinnedTo(t *testing.T, revision, source string) *workspace.Document {
	t.Helper()
	dir := t.TempDir()
	lock := fmt.Sprintf(`{"nodes":{"jp":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":%q}},"root":{"inputs":{"jetpack-nixos":"jp"}}},"root":"root","version":7}`, revision)
	entry := "configuration.nix"
	if strings.Contains(source, "outputs =") {
		entry = "flake.nix"
	}
	for name, content := range map[string]string{"flake.lock": lock, entry: source} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := workspace.ReadDocument(filepath.Join(dir, entry))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestRules holds that each rule is explained, and that its examples are what they are said to be.
func TestRules(t *testing.T) {
	sn := newSession(t).Snapshot()
	newest := sn.Library().Newest().Revision.Hash
	seen := map[ide.Code]bool{}
	for _, r := range ide.Rules() {
		if seen[r.Code] {
			t.Errorf("%s has two rules", r.Code)
		}
		seen[r.Code] = true
		for _, sentence := range []string{r.Finds, r.Why, r.Mend} {
			if !strings.HasSuffix(sentence, ".") || sentence != text.Visible(sentence, "") {
				t.Errorf("%s: %q is no sentence", r.Code, sentence)
			}
		}
		if _, ok := r.Section(sn); !ok && r.Topic != (pill.Topic{}) {
			t.Errorf("%s: no pill explains %v", r.Code, r.Topic)
		}
		wrong := pinnedTo(t, newest, r.Wrong)
		found := ide.Check(sn, wrong)
		if r.OfCheck && len(ide.Diagnose(sn, wrong)) > 0 {
			t.Errorf("%s: an editor is told", r.Code)
		}
		isOther := func(d ide.Diagnostic) bool { return d.Code != r.Code || d.Severity < r.Severity }
		if len(found) == 0 || slices.ContainsFunc(found, isOther) {
			t.Errorf("%s: the wrong example gives %+v", r.Code, found)
		}
		if found := ide.Check(sn, pinnedTo(t, newest, r.Right)); len(found) > 0 {
			t.Errorf("%s: the right example gives %+v", r.Code, found)
		}
	}
}

// TestSeverity holds what a person's choice does: it holds for all findings of the code, certain or not.
func TestSeverity(t *testing.T) {
	session := newSession(t)
	pinned := session.Snapshot().Library().Newest().Revision.Hash
	const source = `{ hardware.nvidia-jetpack = { som = "agx-orin"; maxClocks = true; }; }`
	for _, test := range []struct {
		revision, chosen, want string
	}{
		{pinned, "", "error warning"},
		{pinned, "warning", "warning warning"},
		{pinned, "hint", "hint warning"},
		{pinned, "off", "warning"},
		{strings.Repeat("f", 40), "", "hint hint"},
		{strings.Repeat("f", 40), "error", "error hint"},
		{strings.Repeat("f", 40), "off", "hint"},
	} {
		settings := workspace.DefaultSettings()
		if test.chosen != "" {
			settings.Severity = map[string]string{"unknown-value": test.chosen}
		}
		session.SetSettings(settings)
		var got []string
		for _, d := range ide.Diagnose(session.Snapshot(), pinnedTo(t, test.revision, source)) {
			got = append(got, d.Severity.String())
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%q in %s: %s, want %s", test.chosen, test.revision[:7], got, test.want)
		}
	}
	for _, wrong := range []struct{ code, severity, want string }{
		{"wrong-typ", "off", `there is no code "wrong-typ"; did you mean wrong-type? The codes are unknown-option, `},
		{"wrong-type", "info", `the severity of wrong-type must be off, hint, warning or error, not "info"`},
	} {
		if err := ide.CheckSeverity(wrong.code, wrong.severity); err == nil || !strings.HasPrefix(err.Error(), wrong.want) {
			t.Errorf("%s=%s: %v", wrong.code, wrong.severity, err)
		}
	}
}

// TestCertainFixes holds which fixes are made without a question: those that are the one way to mend what is certainly wrong.
func TestCertainFixes(t *testing.T) {
	sn := newSession(t).Snapshot()
	pinned := sn.Library().Newest().Revision.Hash
	for _, test := range []struct {
		name, revision, definition string
		fixes                      int
		certain                    bool
	}{
		{"one value is spelled nearly so", pinned, `som = "agx-orin"`, 1, true},
		{"several are", pinned, `som = "orin"`, 3, false},
		{"one begins so", pinned, `carrierBoard = "xavier"`, 1, false},
		{"quotes are missing", pinned, `majorVersion = 6`, 1, true},
		{"a new name", pinned, `bootloader.autoUpdate = true`, 1, true},
		{"one option is spelled nearly so", pinned, `maxClocks = true`, 1, true},
		{"the option of another set", pinned, `autoUpdate = true`, 1, false},
		{"one of two values is wrong", pinned, `som = "thor-agx"; hardware.nvidia-jetpack.majorVersion = "5"`, 1, false},
		{"the revision is not known", strings.Repeat("f", 40), `som = "agx-orin"`, 1, false},
	} {
		found := ide.Diagnose(sn, pinnedTo(t, test.revision, "{ hardware.nvidia-jetpack."+test.definition+"; }"))
		if len(found) != 1 || len(found[0].Fixes) != test.fixes || found[0].Fixes[0].Certain != test.certain {
			t.Errorf("%s: %+v", test.name, found)
		}
	}
}

// TestIgnoreHere holds that the comment which the fix writes ignores the finding, and nothing else.
func TestIgnoreHere(t *testing.T) {
	sn := newSession(t).Snapshot()
	pinned := sn.Library().Newest().Revision.Hash
	for _, test := range []struct{ before, after string }{
		{"{\n  # why\n  hardware.nvidia-jetpack.som =\n    \"agx-orin\"; # so\n  hardware.nvidia-jetpack.carrierBoard = \"x\";\n}\n",
			"{\n  # why\n  # jetpills: ignore=unknown-value\n  hardware.nvidia-jetpack.som =\n    \"agx-orin\"; # so\n  hardware.nvidia-jetpack.carrierBoard = \"x\";\n}\n"},
		{"{\r\n\thardware.nvidia-jetpack.som = \"agx-orin\";\r\n}", "{\r\n\t# jetpills: ignore=unknown-value\r\n\thardware.nvidia-jetpack.som = \"agx-orin\";\r\n}"},
		{`{ hardware.nvidia-jetpack.som = "agx-orin"; }`, "# jetpills: ignore=unknown-value\n" + `{ hardware.nvidia-jetpack.som = "agx-orin"; }`},
		{"''\n${f { hardware.nvidia-jetpack.som = \"agx-orin\"; }}''", ""},
		{"/*\n*/ { hardware.nvidia-jetpack.som = \"agx-orin\"; }", ""},
	} {
		doc := pinnedTo(t, pinned, test.before)
		found := ide.Diagnose(sn, doc)
		if len(found) == 0 {
			t.Fatalf("nothing is wrong with %q", test.before)
		}
		fix, ok := ide.IgnoreHere(doc, found[0])
		if !ok || test.after == "" {
			if ok || test.after != "" {
				t.Errorf("%q: a fix: %t", test.before, ok)
			}
			continue
		}
		after, err := text.Apply(test.before, textEdits(fix))
		if err != nil || after != test.after {
			t.Errorf("%v: got\n%s", err, after)
		}
		left := ide.Diagnose(sn, pinnedTo(t, pinned, after))
		if len(left) != len(found)-1 || slices.ContainsFunc(left, func(d ide.Diagnostic) bool { return d.Message == found[0].Message }) {
			t.Errorf("%q: left %+v", after, left)
		}
	}
}

// TestChanges holds which fixes are made at once: those that change nothing between the edits of another one, in any file.
func TestChanges(t *testing.T) {
	edit := func(file string, start, end int) ide.Edit {
		return ide.Edit{File: file, Edit: text.Edit{Span: text.Span{Start: start, End: end}}}
	}
	var changes ide.Changes
	for _, test := range []struct {
		edits []ide.Edit
		want  bool
	}{
		{[]ide.Edit{edit("", 0, 2), edit("", 8, 10)}, true},
		{[]ide.Edit{edit("", 4, 5)}, false},
		{[]ide.Edit{edit("b", 4, 5), edit("", 20, 21)}, true},
		{[]ide.Edit{edit("b", 5, 5)}, false},
		{[]ide.Edit{edit("a", 2, 3)}, false}, // the file of the diagnostics
		{[]ide.Edit{edit("a", 30, 31), edit("b", 3, 4)}, false},
		{[]ide.Edit{edit("", 30, 31)}, true},
	} {
		if got := changes.Add("a", ide.Fix{Edits: test.edits}); got != test.want {
			t.Errorf("%v: %t", test.edits, got)
		}
	}
	if files := changes.Files(); len(files["a"]) != 4 || len(files["b"]) != 1 {
		t.Errorf("edits %v", files)
	}
}
