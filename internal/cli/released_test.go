package cli

import (
	"encoding/json"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
)

var release = flag.Bool("release", false, "write down what this version promises, for those after it to keep")

// promises are what scripts and settings of users rest on. A version keeps those of all before it.
type promises struct {
	Commands  map[string][]string `json:"commands"` // with their flags
	JSON      map[string][]string `json:"json"`     // the keys of each shape
	ExitCodes map[string]int      `json:"exitCodes"`
	Settings  map[string]any      `json:"settings"` // with their types
	Codes     []string            `json:"codes"`
}

// TestUpgrade holds this version to what testdata/released says of earlier ones: nothing of theirs is gone.
func TestUpgrade(t *testing.T) {
	now := promised(t)
	if *release {
		content, err := json.MarshalIndent(now, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("testdata", "released", manifest(t).Version+".json"), append(content, '\n'), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob("testdata/released/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d releases, %v", len(files), err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var then promises
		if err := json.Unmarshal(content, &then); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		version := strings.TrimSuffix(filepath.Base(file), ".json")
		for name, flags := range then.Commands {
			for _, gone := range missing(flags, now.Commands[name]) {
				t.Errorf("%s had %s %s", version, name, gone)
			}
			if _, ok := now.Commands[name]; !ok {
				t.Errorf("%s had the command %s", version, name)
			}
		}
		for shape, keys := range then.JSON {
			for _, gone := range missing(keys, now.JSON[shape]) {
				t.Errorf("%s had the key %s in the JSON of a %s", version, gone, shape)
			}
		}
		for name, code := range then.ExitCodes {
			if now.ExitCodes[name] != code {
				t.Errorf("in %s the exit code of %q was %d, and is %d", version, name, code, now.ExitCodes[name])
			}
		}
		for name, kind := range then.Settings {
			if now.Settings[name] != kind {
				t.Errorf("%s had the setting %s, of type %v", version, name, kind)
			}
		}
		for _, gone := range missing(then.Codes, now.Codes) {
			t.Errorf("%s had the code %s", version, gone)
		}
	}
}

func missing(then, now []string) []string {
	return slices.DeleteFunc(slices.Clone(then), func(name string) bool { return slices.Contains(now, name) })
}

func promised(t *testing.T) promises {
	t.Helper()
	p := promises{
		Commands: map[string][]string{}, Settings: map[string]any{},
		ExitCodes: map[string]int{"success": exitOK, "nothing, or findings": exitNothing, "could not run": exitCouldNot, "a signal": exitSignal},
		JSON: map[string][]string{
			"option": keysOf[catalog.OptionJSON](), "difference": keysOf[differenceJSON](), "host": keysOf[hostJSON](), "finding": keysOf[findingJSON](),
			"change of the pin": keysOf[bumpJSON](), "completion": keysOf[completionJSON](), "cause": keysOf[cause](), "reference": keysOf[referenceJSON](),
		},
	}
	for shape, command := range map[string]string{"hover": "hover", "location": "definition"} {
		out, stderr, code := run(t, "", command, "--format", "json", orin+":8:28")
		var answer map[string]any
		if err := json.Unmarshal([]byte(strings.Trim(out, "[]\n")), &answer); code != 0 || err != nil {
			t.Fatalf("%s: %d, %v: %s%s", command, code, err, out, stderr)
		}
		p.JSON[shape] = slices.Sorted(maps.Keys(answer))
	}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		flags := []string{}
		c.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, "--"+f.Name) })
		p.Commands[c.CommandPath()] = flags
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	program := Program{Version: "1.2.3"}
	walk(program.command())
	for name, property := range manifest(t).Contributes.Configuration.Properties {
		p.Settings[name] = property.Type
	}
	for _, rule := range ide.Rules() {
		p.Codes = append(p.Codes, string(rule.Code))
	}
	return p
}

// vscodeManifest is what the extension's package.json says: its test holds the settings to the server's.
type vscodeManifest struct {
	Version     string
	Contributes struct {
		Configuration struct {
			Properties map[string]struct{ Type any }
		}
	}
}

func manifest(t *testing.T) (m vscodeManifest) {
	t.Helper()
	content, err := os.ReadFile("../../editors/vscode/package.json")
	if err == nil {
		err = json.Unmarshal(content, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// keysOf are the keys of a shape and of those in it, by their ways: related.file.
func keysOf[T any]() []string {
	var keys []string
	var walk func(reflect.Type, string)
	walk = func(of reflect.Type, prefix string) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct {
			return
		}
		for i := range of.NumField() {
			field := of.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			if name == "" || name == "-" {
				if field.Anonymous {
					walk(field.Type, prefix)
				}
				continue
			}
			keys = append(keys, prefix+name)
			walk(field.Type, prefix+name+".")
		}
	}
	walk(reflect.TypeFor[T](), "")
	slices.Sort(keys)
	return keys
}
