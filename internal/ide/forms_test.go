package ide_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

// TestForms holds the forms in which configurations name things of jetpack-nixos, each in its smallest shape, below
// testdata/forms. A form begins with a line "=== what it is"; its files follow, each after a line "--- its name". The first one is
// asked. Before the byte under the cursor stands ⟦h:REGEX⟧, which the first line of the hover matches; ⟦s⟧ for no hover; or
// ⟦c:a,b⟧ for a completion with at least these labels. A file "completion of NAME" stands for NAME in a second round.
func TestForms(t *testing.T) {
	library, err := catalog.Open()
	if err != nil {
		t.Fatal(err)
	}
	shipped := pill.Load(pills.FS)
	root := filepath.Join("..", "..", "testdata")
	lock, err := os.ReadFile(filepath.Join(root, "configs", "orin-agx", "flake.lock"))
	if err != nil {
		t.Fatal(err)
	}
	books, err := filepath.Glob(filepath.Join(root, "forms", "*.txt"))
	if err != nil || len(books) == 0 {
		t.Fatal(len(books), err)
	}
	for _, book := range books {
		content, err := os.ReadFile(book)
		if err != nil {
			t.Fatal(err)
		}
		for _, form := range splitAt(string(content), "=== ") {
			t.Run(strings.TrimSuffix(filepath.Base(book), ".txt")+"/"+form.title, func(t *testing.T) {
				files := map[string]string{"flake.lock": string(lock)}
				var rounds []section
				for _, file := range splitAt(form.body, "--- ") {
					name, isAgain := strings.CutPrefix(file.title, "completion of ")
					if len(rounds) == 0 || isAgain {
						rounds = append(rounds, section{name, file.body})
						continue
					}
					files[name] = file.body
				}
				for _, asked := range rounds {
					askForm(t, library, shipped, files, asked)
				}
			})
		}
	}
}

// A section is what follows a line that begins with a mark.
type section struct{ title, body string }

func splitAt(content, mark string) []section {
	var sections []section
	for line := range strings.Lines(content) {
		if title, ok := strings.CutPrefix(line, mark); ok {
			sections = append(sections, section{title: strings.TrimSpace(title)})
		} else if len(sections) > 0 {
			sections[len(sections)-1].body += line
		}
	}
	return sections
}

var formMark = regexp.MustCompile(`⟦(h|s|c)(?::(.*?))?⟧`)

func askForm(t *testing.T, library *catalog.Library, shipped *pill.Collection, others map[string]string, asked section) {
	dir := t.TempDir()
	content := formMark.ReplaceAllString(asked.body, "")
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, content := range others {
		write(name, content)
	}
	path := write(asked.title, content)
	session := workspace.NewSession(workspace.Config{Library: library, Pills: shipped, CacheDir: t.TempDir(), StoreDir: t.TempDir()})
	session.SetFolders([]string{dir})
	sn, doc := session.Snapshot(), workspace.NewDocument(path, path, "nix", 1, content)

	removed, marks := 0, formMark.FindAllStringSubmatchIndex(asked.body, -1)
	if len(marks) == 0 {
		t.Fatalf("%s has no mark", asked.title)
	}
	for _, at := range marks {
		offset, kind, want := at[0]-removed, asked.body[at[2]:at[3]], ""
		if at[4] >= 0 {
			want = asked.body[at[4]:at[5]]
		}
		removed += at[1] - at[0]
		rest, _, _ := strings.Cut(content[offset:], "\n")
		switch kind {
		case "c":
			var labels []string
			for _, item := range ide.Complete(sn, doc, offset) {
				labels = append(labels, item.Label)
			}
			for label := range strings.SplitSeq(want, ",") {
				if !slices.Contains(labels, label) {
					t.Errorf("completion before %q lacks %s: %q", rest, label, labels)
				}
			}
		default:
			said := ""
			if hover, ok := ide.HoverAt(sn, doc, offset); ok {
				said, _, _ = strings.Cut(hover.Markdown(ide.PillLinks(sn)), "\n")
			}
			if kind == "s" && said != "" || kind == "h" && (said == "" || !regexp.MustCompile(want).MatchString(said)) {
				t.Errorf("hover on %q says %q, not %q", rest, said, want)
			}
		}
	}
}
