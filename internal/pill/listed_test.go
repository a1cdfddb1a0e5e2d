package pill

import (
	"strings"
	"testing"
	"testing/fstest"
)

// A list that does not fit costs the time to parse the pills, and nothing else.
func TestListThatDoesNotFit(t *testing.T) {
	folder := files(
		"03-a.md", "---\nminutes: 4\n---\n# A\n\n## One\n<!-- explains: function:one, concept:two -->\n\nText of one.\n\n## Two\n\nText of two.\n",
		"README.md", "# Index\n\nText.\n",
	)
	list, err := Load(folder).List()
	if err != nil {
		t.Fatal(err)
	}
	with := func(content string) *Collection {
		fsys := fstest.MapFS{ListFile: {Data: []byte(content)}}
		for name, file := range folder {
			fsys[name] = file
		}
		return Load(fsys)
	}
	said := func(c *Collection) string {
		s, _ := c.For(Topic{FunctionTopic, "one"})
		return s.Excerpt(0).Markdown(nil)
	}
	if c := with(string(list)); !c.IsListed() || said(c) != "Text of one." || c.Pills()[0].Minutes != 4 {
		t.Errorf("listed %v, %q, %d minutes", c.IsListed(), said(c), c.Pills()[0].Minutes)
	}
	lines := strings.SplitAfter(string(list), "\n")
	for name, content := range map[string]string{
		"empty":             "",
		"of other files":    strings.Repeat("0", 32) + "\n" + strings.Join(lines[1:], ""),
		"a section first":   lines[0] + lines[2] + strings.Join(lines[1:], ""),
		"a field too few":   strings.Replace(string(list), "\tone\t", "\t", 1),
		"no number":         strings.Replace(string(list), "2\t6\t", "two\t6\t", 1),
		"no kind of topic":  strings.Replace(string(list), "function:one", "one", 1),
		"no such file":      strings.Replace(string(list), "03-a.md", "04-b.md", 1),
		"no sections":       lines[0] + lines[1],
		"an empty line":     string(list) + "\n",
		"cut in the middle": string(list[:len(list)-5]),
	} {
		t.Run(name, func(t *testing.T) {
			if content == string(list) {
				t.Fatal("nothing was damaged")
			}
			if c := with(content); c.IsListed() || said(c) != "Text of one." {
				t.Errorf("listed %v, %q", c.IsListed(), said(c))
			}
		})
	}
	// Files that are fixed are read when their text is asked for, and the list counts as theirs.
	unread := fstest.MapFS{ListFile: {Data: list}}
	for name := range folder {
		unread[name] = &fstest.MapFile{Data: []byte{0}} // which no pill has
	}
	if c := Open(unread); !c.IsListed() || c.Hash() != lines[0][:32] || said(c) != "" || c.Pills()[0].Minutes != 4 || Load(unread).IsListed() {
		t.Errorf("a file was read, or the hash is %s", c.Hash())
	}
	fixed := fstest.MapFS{ListFile: {Data: list}}
	for name, file := range folder {
		fixed[name] = file
	}
	if c := Open(fixed); said(c) != "Text of one." || c.Sizes()["03-a.md"] != len(folder["03-a.md"].Data) {
		t.Errorf("%q, %v", said(c), c.Sizes())
	}
	// The hash is right, and the sections are not those of the file.
	if c := with(strings.Join(lines[:4], "") + strings.Join(lines[5:], "")); c.IsListed() && said(c) != "" {
		t.Errorf("%q", said(c))
	}
}

func TestListRefuses(t *testing.T) {
	for name, folder := range map[string]fstest.MapFS{
		"is a pill without annotations": files("03-a.md", "# A\n\n## One\n\nText.\n"),
		"is a pill with a problem":      files("03-a.md", "# A\n\n## One\n<!-- explains: nonsense -->\n\nText.\n"),
		"is a link defined elsewhere":   files("03-a.md", "# A\n\n## One\n<!-- explains: concept:one -->\n\n[Text][b].\n\n## Two\n\n[b]: https://b.example\n"),
	} {
		if list, err := Load(folder).List(); err == nil {
			t.Errorf("there %s, and the list is %q", name, list)
		}
	}
}
