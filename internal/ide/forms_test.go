package ide_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// TestForms holds the forms in which configurations name things of jetpack-nixos, each in its smallest shape, below
// testdata/forms. A form begins with a line "=== what it is"; its files follow, each after a line "--- its name". The first one is
// asked. Before the byte under the cursor stands ⟦h:REGEX⟧, which the first line of the hover matches; ⟦s⟧ for no hover; or
// ⟦c:a,b⟧ for a completion with at least these labels. A file "completion of NAME" stands for NAME in a second round.
func TestForms(t *testing.T) {
	session := newSessionIn(t, t.TempDir())
	for _, form := range allForms(t) {
		t.Run(form.title, func(t *testing.T) {
			files := map[string]string{"flake.lock": lockOfForms(t)}
			var rounds []section
			for _, file := range form.files {
				name, isAgain := strings.CutPrefix(file.title, "completion of ")
				if len(rounds) == 0 || isAgain {
					rounds = append(rounds, section{name, file.body})
					continue
				}
				files[name] = file.body
			}
			for _, asked := range rounds {
				askForm(t, session, files, asked)
			}
		})
	}
}

// form is a way to name something, with its files in order.
type form struct {
	title string // its book and what it is
	files []section
}

func allForms(t *testing.T) (all []form) {
	t.Helper()
	books, err := filepath.Glob(filepath.Join("..", "..", "testdata", "forms", "*.txt"))
	if err != nil || len(books) == 0 {
		t.Fatal(len(books), err)
	}
	for _, book := range books {
		content, err := os.ReadFile(book)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range splitAt(string(content), "=== ") {
			all = append(all, form{strings.TrimSuffix(filepath.Base(book), ".txt") + "/" + one.title, splitAt(one.body, "--- ")})
		}
	}
	return all
}

// lockOfForms is the lock file that the forms have, of 4d857d6.
func lockOfForms(t *testing.T) string {
	t.Helper()
	lock, err := os.ReadFile(filepath.Join("..", "..", "testdata", "configs", "orin-agx", "flake.lock"))
	if err != nil {
		t.Fatal(err)
	}
	return string(lock)
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

func askForm(t *testing.T, session *workspace.Session, files map[string]string, asked section) {
	content := formMark.ReplaceAllString(asked.body, "")
	files = maps.Clone(files)
	files[asked.title] = content
	dir := layOut(t, files)
	session.SetFolders([]string{dir})
	path := filepath.Join(dir, filepath.FromSlash(asked.title))
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
				said = strings.TrimRight(said, " ") // which break the line
			}
			if kind == "s" && said != "" || kind == "h" && (said == "" || !regexp.MustCompile(want).MatchString(said)) {
				t.Errorf("hover on %q says %q, not %q", rest, said, want)
			}
		}
	}
}
