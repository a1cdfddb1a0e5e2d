package ide_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
)

// reach gathers the topics to which cursors lead.
type reach struct {
	t       *testing.T
	session *workspace.Session
	lock    string
	reached map[pill.Topic]bool
}

// cursorMark is where a form or a marker archive has a cursor.
var cursorMark = regexp.MustCompile(`⟦[hsc](?::.*?)?⟧|\$\d`)

// workspace asks at all cursors of the files of a workspace, by name.
func (r *reach) workspace(files map[string]string) {
	offsets := map[string][]int{}
	for name, content := range files {
		removed := 0
		for _, at := range cursorMark.FindAllStringIndex(content, -1) {
			offsets[name] = append(offsets[name], at[0]-removed)
			removed += at[1] - at[0]
		}
		files[name] = cursorMark.ReplaceAllString(content, "")
	}
	dir := layOut(r.t, files)
	r.session.SetFolders([]string{dir})
	sn := r.session.Snapshot()
	for _, name := range slices.Sorted(maps.Keys(offsets)) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		doc := workspace.NewDocument(path, path, "nix", 1, files[name])
		for _, offset := range offsets[name] {
			for _, topic := range ide.Reached(sn, doc, offset) {
				r.reached[topic] = true
			}
		}
	}
}

// TestEveryTopicIsReached holds the topics that sections of the pills name to the cursors of the forms and of the marker archives, and to a
// cursor for each thing that the newest catalog knows: a topic to which none leads explains nothing to anybody.
func TestEveryTopicIsReached(t *testing.T) {
	session := newSessionIn(t, t.TempDir())
	r := &reach{t, session, lockOfForms(t), map[pill.Topic]bool{}}
	for _, form := range allForms(t) {
		files := map[string]string{"flake.lock": r.lock}
		for _, file := range form.files {
			if !strings.HasPrefix(file.title, "completion of ") {
				files[file.title] = file.body
			}
		}
		r.workspace(files)
	}
	archives, err := filepath.Glob(filepath.Join("..", "..", "testdata", "marker", "*", "*.txtar"))
	if err != nil || len(archives) == 0 {
		t.Fatal(len(archives), err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, member := range archive.Files {
			if !strings.HasPrefix(member.Name, "@") && !strings.HasPrefix(member.Name, "store/") && member.Name != "settings" {
				files[member.Name] = string(member.Data)
			}
		}
		r.workspace(files)
	}
	newest := session.Snapshot().Library().Newest()
	r.workspace(map[string]string{"flake.lock": r.lock, "options.nix": everyOption(newest), "names.nix": r.everyName(newest), "words.nix": r.everyWord()})
	r.workspace(r.everyFile(newest))
	for _, rule := range ide.Rules() {
		r.reached[rule.Topic] = true // a finding of it leads there
	}

	var missed []string
	for topic := range r.session.Snapshot().Pills().Topics() {
		if !strings.ContainsAny(topic.Name, "*?") && !r.reached[topic] {
			missed = append(missed, topic.String())
		}
	}
	slices.Sort(missed)
	for _, topic := range missed {
		t.Errorf("no cursor leads to %s", topic)
	}
}

// everyOption is a module with a cursor on each option and value of a catalog.
func everyOption(c *catalog.Catalog) string {
	var b strings.Builder
	b.WriteString("{ ... }: { imports = [\n")
	for _, o := range c.Options() {
		parts := strings.Split(strings.ReplaceAll(o.Path, "*", "x"), ".")
		last := len(parts) - 1
		fmt.Fprintf(&b, "{ %s.$0%s = null; }\n", strings.Join(parts[:last], "."), parts[last])
		for _, value := range o.Values {
			fmt.Fprintf(&b, "{ %s = \"$0%s\"; }\n", strings.Join(parts, "."), value)
		}
	}
	b.WriteString("]; }\n")
	return b.String()
}

// everyName is a module with a cursor on each member, each attribute of the package set and each output of a catalog, and on each function
// that a section declares, by the ways on which code has it.
func (r *reach) everyName(c *catalog.Catalog) string {
	var names []string
	for _, p := range c.Packages() {
		names = append(names, "pkgs.nvidia-jetpack.$0"+p.Name)
	}
	for _, a := range c.OverlayAttributes() {
		names = append(names, "pkgs.$0"+a.Name)
	}
	for _, o := range c.Outputs() {
		names = append(names, "jetpack-nixos.$0"+o.Name)
		for _, name := range o.Names {
			names = append(names, "jetpack-nixos."+o.Name+".$0"+name)
		}
	}
	for topic := range r.session.Snapshot().Pills().Topics() {
		if topic.Kind == pill.FunctionTopic {
			before, last := "", topic.Name
			if i := strings.LastIndexByte(last, '.'); i >= 0 {
				before, last = last[:i+1], last[i+1:]
			}
			for _, from := range []string{"lib", "pkgs", "builtins"} {
				names = append(names, fmt.Sprintf("%s.%s$0%s { }", from, before, last))
			}
			names = append(names, "$0"+topic.Name)
		}
	}
	slices.Sort(names)
	return "{ config, lib, pkgs, jetpack-nixos, ... }: { x = [\n(" + strings.Join(names, ")\n(") + ")\n]; }\n"
}

// everyWord is a file with a comment of each word of the glossary, and of each idea that a section declares.
func (r *reach) everyWord() string {
	var b strings.Builder
	glossary, _ := r.session.Snapshot().Pills().Glossary()
	for _, s := range glossary.Sections {
		word, _, _ := strings.Cut(s.Title, ":")
		word, _, _ = strings.Cut(word, ",")
		fmt.Fprintf(&b, "# $0%s\n", word)
	}
	for topic := range r.session.Snapshot().Pills().Topics() {
		if topic.Kind == pill.ConceptTopic {
			fmt.Fprintf(&b, "# $0%s\n", strings.ReplaceAll(topic.Name, "-", " "))
		}
	}
	b.WriteString("{ hardware.nvidia-jetpack.enable = true; }\n")
	return b.String()
}

// everyFile is a checkout of jetpack-nixos with a cursor on each output of its flake and on a path to each file that the sections declare.
func (r *reach) everyFile(c *catalog.Catalog) map[string]string {
	outputs := ""
	for _, o := range c.Outputs() {
		outputs += "$0" + o.Name + " = { };\n"
	}
	files := map[string]string{"flake.nix": "{ outputs = { self, ... }: {\n" + outputs + "}; }", "sourceinfo/default.nix": "{ }", "overlay.nix": "final: prev: { }", "modules/default.nix": "{ }"}
	var paths []string
	for topic := range r.session.Snapshot().Pills().Topics() {
		if topic.Kind == pill.FileTopic && !strings.ContainsAny(topic.Name, "*?") {
			paths = append(paths, "./$0"+topic.Name)
			if files[topic.Name] == "" {
				files[topic.Name] = "{ }"
			}
		}
	}
	files["all.nix"] = "[ " + strings.Join(paths, "\n") + " ]"
	return files
}
