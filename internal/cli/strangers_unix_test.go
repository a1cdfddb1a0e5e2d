//go:build unix

package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	reader "github.com/yuin/goldmark/text"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/rpc/rpctest"
	"jetpills/internal/text"
)

// strangers are what folders, files, inputs, branches, options, values, descriptions and titles are called below. Only
// pills may lead to pill.example, and nothing to evil.example.
var strangers = map[string]string{
	"lines":    "b\n\n[click](command:x) ![](https://evil.example/x.png)\n# c\n- d\n> e\n| f |\n|---|\n| g |\n===\n",
	"brackets": "<command:x> <b onclick=x>y</b> <https://evil.example> [x](command:y)![z](data:z) [x]: command:y [x] <!--",
	"ticks":    "a`[x](command:y)`b ```[x](command:z)` ``` ~~~ `",
	"entities": `&#91;x&#93;(command:x) &lt;b&gt; \[x](command:y) **x** _y_ ~~z~~`,
	"job":      "\n::error title=x::pwn\n##[error]pwn ##vso[x]",
	"start":    "::error title=x::pwn",
	"controls": "\x1b]0;x\a\x1b[2J \u009b31m \x7f\r\v\u202eevil\u2066 \u2028 \t",
	"bytes":    "\xff\x9b31m\xc2",
	"snippet":  "${1:x} $0 $(bug) } | , \\ {option}`y`",
}

// nixQuoted is a text as a string of Nix.
func nixQuoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`).Replace(s) + `"`
}

// strangersPlace is a folder with three workspaces, each with a configuration, and a folder of pills.
type strangersPlace struct {
	dir, pills string
	files      []string
}

func laidByStrangers(t *testing.T, s string) strangersPlace {
	t.Helper()
	name := strings.ReplaceAll(s, "/", "∕")
	p := strangersPlace{dir: filepath.Join(t.TempDir(), name)}
	p.pills = filepath.Join(p.dir, "pills")
	quoted := nixQuoted(s)
	write := func(file, content string) {
		path := filepath.Join(p.dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	asJSON := func(s string) string {
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	vendor := "path/" + name + "/jetpack-nixos/"
	write(vendor+"modules/default.nix", `{ lib, ... }: let inherit (lib) mkOption types; in {
  imports = [
    (lib.mkRenamedOptionModule [ "hardware" "nvidia-jetpack" "old" ] [ "hardware" "nvidia-jetpack" `+quoted+` ])
    (lib.mkRemovedOptionModule [ "hardware" "nvidia-jetpack" "modesetting" "enable" ] `+quoted+`)
  ];
  options.hardware.nvidia-jetpack = {
    enable = lib.mkEnableOption `+quoted+`;
    som = mkOption { type = types.enum [ "orin-agx" `+quoted+` ]; default = `+quoted+`; description = `+quoted+`; };
    carrierBoard = mkOption { type = types.enum [ `+quoted+` ]; defaultText = `+quoted+`; description = `+nixQuoted("`"+s+"`")+`; };
    majorVersion = mkOption { type = types.enum [ `+quoted+` ]; default = `+quoted+`; };
    all = mkOption { type = types.listOf (types.enum [ "a" `+quoted+` ]); };
    `+quoted+` = mkOption { type = types.str; default = `+quoted+`; description = `+quoted+`; };
  };
}
`)
	write(vendor+name+".nix", "{ options.hardware.nvidia-jetpack.other = 1; }")
	write(vendor+"overlay.nix", "final: prev: { nvidia-jetpack6 = import ./mk-overlay.nix { jetpack = "+quoted+"; l4t = "+quoted+"; } final prev; nvidia-jetpack = final.nvidia-jetpack6; }\n")
	write(vendor+"mk-overlay.nix", "{ jetpack, l4t }: final: _: final.lib.makeScope final.newScope (self: { jetpackMajorMinorPatchVersion = jetpack; l4tMajorMinorPatchVersion = l4t; "+quoted+" = self.callPackage ./x.nix { }; })\n")
	for _, place := range []string{"path", "rev", "branch"} {
		locked := map[string]string{
			"path":   `{"type": "path", "path": ` + asJSON("./"+name+"/jetpack-nixos") + `}`,
			"rev":    `{"type": "git", "url": "https://e.org/` + url.PathEscape(s) + `/jetpack-nixos", "rev": ` + asJSON(s) + `}`,
			"branch": `{"type": "github", "owner": ` + asJSON(s) + `, "repo": "jetpack-nixos", "ref": ` + asJSON(s) + `}`,
		}[place]
		write(place+"/.git/HEAD", "ref: refs/heads/main\n")
		write(place+"/flake.lock", `{"version": 7, "root": "root", "nodes": {"root": {"inputs": {`+asJSON(s)+`: "jp"}}, "jp": {"locked": `+locked+`}}}`)
		write(place+"/"+name+"/own.nix", "{ lib, ... }: { options.hardware.nvidia-jetpack.som = lib.mkOption { type = lib.types.enum [ "+nixQuoted("own "+s)+" ]; }; }\n")
		file := place + "/configuration.nix"
		write(file, strings.ToValidUTF8(`{ config, lib, pkgs, inputs, ... }:
{
  imports = [ inputs.`+quoted+`.nixosModules.default ];
  hardware.nvidia-jetpack.enable = `+quoted+`;
  hardware.nvidia-jetpack.som = `+nixQuoted("no "+s)+`;
  hardware.nvidia-jetpack.carrierBoard = `+quoted+`;
  hardware.nvidia-jetpack.majorVersion = "";
  hardware.nvidia-jetpack.`+quoted+` = 1;
  hardware.nvidia-jetpack.old = "a";
  hardware.nvidia-jetpack.modesetting.enable = true;
  hardware.nvidia-jetpack.all = [ "" ];
  a = config.hardware.nvidia-jetpack.som == `+quoted+`;
  b = [ pkgs.nvidia-jetpack.`+quoted+` pkgs.nvidia-jetpack6 inputs.`+quoted+` ];
  c = with config.hardware.nvidia-jetpack; som;
  hardware.nvidia-jetpack.
}
`, "\uFFFD")) // anything else is no document
		p.files = append(p.files, filepath.Join(p.dir, file))
	}
	write("path/modeline.nix", "# jetpills: revision="+strings.ToValidUTF8(strings.Join(strings.Fields(s), ""), "\uFFFD")+"\n{ hardware.nvidia-jetpack.som = \"\"; }\n")
	p.files = append(p.files, filepath.Join(p.dir, "path", "modeline.nix"))

	inYAML := strconv.QuoteToASCII(s)
	body := strings.ReplaceAll(s, "evil", "pill") // where a pill may lead to
	line := strings.NewReplacer("\n", " ", "\r", " ", "\v", " ").Replace(body)
	write("pills/05-pill.md", "---\nid: \"05\"\ntitle: "+inYAML+"\nsubtitle: "+inYAML+"\nsummary: "+inYAML+"\ngroup: "+inYAML+"\n---\n# "+line+`

## `+line+`
<!-- explains: option:hardware.**, concept:option-path, concept:flake-outputs, package:** -->

A: [a](<i>command:x) !<b></b>[x](https://pill.example/x.png) [x](https://pill.example/`+"`)`<b></b>["+`x](command:y)

<b></b>[a]: command:x

See [a] [x](command&colon;x) [x](//evil.example) [x](data:x) <command:x> <a@evil.example> ![i](https://evil.example/i.png "t")
<b></b># x
<b></b>- y [ok](https://pill.example/ok) [on](05-pill.md) `+line+`

| `+strings.ReplaceAll(line, "|", "")+" | `x\\|y` |\n|---|---|\n| a<br>b | <b>[</b>c](command:y) "+` |

~~~ a`+"`b\n```\n[x](command:y)\r```\r[x](command:z)\n"+body+`
~~~

`+body+"\n")
	write("pills/README.md", "---\nid: "+inYAML+"\n---\n# "+line+"\n\n- [x](05-pill.md)\n")
	return p
}

// hidden are the characters that no output may have but for those in keep.
func hidden(s, keep string) string {
	if !utf8.ValidString(s) {
		return "bytes that are no UTF-8"
	}
	for _, r := range s {
		if !strings.ContainsRune(keep, r) && (unicode.IsControl(r) || strings.ContainsRune("\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", r)) {
			return fmt.Sprintf("%U", r)
		}
	}
	return ""
}

// live says what in Markdown is more than text and no link of ours: to a pill, or of a pill to the web.
func live(page string) string {
	if found := hidden(page, "\n\t"); found != "" {
		return found
	}
	content := []byte(page)
	parser := goldmark.New(goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.Footnote)).Parser()
	found := ""
	_ = ast.Walk(parser.Parse(reader.NewReader(content)), func(n ast.Node, _ bool) (ast.WalkStatus, error) {
		address := ""
		switch n := n.(type) {
		case *ast.Link:
			address = string(n.Destination)
		case *ast.AutoLink:
			address = string(n.URL(content))
		case *ast.Image, *ast.RawHTML, *ast.HTMLBlock, *ast.Heading, *ast.LinkReferenceDefinition:
			found = n.Kind().String()
		}
		if address != "" && !strings.HasPrefix(address, "https://pill.example") && !(strings.HasPrefix(address, "file:///") && strings.Contains(address, ".md#L")) {
			found = "a link to " + address
		}
		return ast.WalkContinue, nil
	})
	return found
}

// TestLive holds that the test itself sees what is live.
func TestLive(t *testing.T) {
	for _, page := range []string{
		"[x](command:y)", "<command:x>", "[x](https://evil.example)", "![x](https://pill.example/x)", "a <b>", "<div>\n", "# x", "x\n===",
		"[x]: https://pill.example/\n\n[x]", "[x](file:///etc/passwd)", "\x1b", "\u202e", "\x9b", "a\rb",
	} {
		if live(page) == "" {
			t.Errorf("nothing is live in %q", page)
		}
	}
	for _, page := range []string{"[x](file:///a/05-pill.md#L3)", "<https://pill.example/>", "`[x](command:y)`\n\n```\n<b>\n\ta\n```\n- a", "**a** *b*"} {
		if found := live(page); found != "" {
			t.Errorf("%s is live in %q", found, page)
		}
	}
}

// TestStrangersInEditors asks a server for all that it has for a client to show.
func TestStrangersInEditors(t *testing.T) {
	home(t)
	for name, s := range strangers {
		for _, format := range []string{"markdown", "plaintext"} {
			t.Run(name+"/"+format, func(t *testing.T) {
				p := laidByStrangers(t, s)
				if format == "plaintext" {
					p.files = p.files[:1] // of the same pages
				}
				editStrangers(t, s, p, format)
			})
		}
	}
}

// lockedBuffer is a log that may be read while the last of it is still being written.
type lockedBuffer struct {
	mu     sync.Mutex
	buffer bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buffer.String()
}

func editStrangers(t *testing.T, s string, p strangersPlace, format string) {
	shown := map[string]int{} // how many texts of a kind were looked at
	look := func(from, key, s string) {
		shown[key]++
		if found := hidden(s, ""); found != "" {
			t.Errorf("%s: %s %q has %s", from, key, s, found)
		}
	}
	var inspect func(from, key string, v any)
	inspect = func(from, key string, v any) {
		if t.Failed() {
			return // one page tells enough
		}
		switch v := v.(type) {
		case []any:
			for _, v := range v {
				inspect(from, key, v)
			}
		case map[string]any:
			if value, ok := v["value"].(string); ok {
				shown[fmt.Sprint(v["kind"])]++
				switch found := ""; v["kind"] {
				case "markdown":
					if found = live(value); found != "" {
						t.Errorf("%s: %s is live in\n%s", from, found, value)
					}
				case "plaintext":
					if found = hidden(value, "\n\t"); found != "" {
						t.Errorf("%s: %s in\n%q", from, found, value)
					}
				default:
					t.Errorf("%s: markup of kind %v", from, v["kind"])
				}
				return
			}
			for key, v := range v {
				inspect(from, key, v)
			}
		case string:
			switch key {
			case "label", "detail", "message", "title", "note", "short", "jetpack", "major", "summary", "snippet":
				look(from, key, v)
			case "href":
				if !strings.HasPrefix(v, "file:///") {
					t.Errorf("%s: a link to %s", from, v)
				}
			}
		}
	}

	fromEditor, toServer := io.Pipe()
	fromServer, toEditor := io.Pipe()
	var log lockedBuffer
	program := Program{
		Args: []string{"lsp", "--log-level", "debug"}, Stdin: fromEditor, Stdout: toEditor, Stderr: &log, Pills: os.DirFS(p.pills), Version: "1.2.3",
	}
	ended := make(chan int)
	go func() { ended <- program.Run() }()
	published := make(chan struct{}, 100)
	var mu sync.Mutex
	client := rpctest.Connect(struct {
		io.Reader
		io.WriteCloser
	}{fromServer, toServer}, rpctest.Handlers{Notified: func(method string, params json.RawMessage) {
		var v any
		if err := json.Unmarshal(params, &v); err != nil {
			panic(err)
		}
		mu.Lock()
		defer mu.Unlock()
		inspect(method, "", v)
		if method == "textDocument/publishDiagnostics" {
			published <- struct{}{}
		}
	}})
	ask := func(method string, params any) any {
		var v any
		if err := client.Call(t.Context(), method, params, &v); err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		mu.Lock()
		defer mu.Unlock()
		inspect(method, "", v)
		return v
	}
	tell := func(method string, params any) {
		if err := client.Notify(method, params); err != nil {
			t.Fatal(err)
		}
	}
	ask("initialize", map[string]any{
		"processId": nil, "rootUri": (&url.URL{Scheme: "file", Path: p.dir}).String(),
		"initializationOptions": map[string]any{
			"pills.path": p.pills, "hover.excerptLines": 100, "upstream.path": filepath.Join(p.dir, "nowhere"), "definition": filepath.Base(p.dir),
		},
		"capabilities": map[string]any{"textDocument": map[string]any{
			"hover":              map[string]any{"contentFormat": []string{format}},
			"completion":         map[string]any{"completionItem": map[string]any{"documentationFormat": []string{format}, "snippetSupport": true}},
			"codeAction":         map[string]any{"codeActionLiteralSupport": map[string]any{"codeActionKind": map[string]any{"valueSet": []string{"quickfix"}}}},
			"publishDiagnostics": map[string]any{"codeDescriptionSupport": true},
		}},
	})
	tell("initialized", struct{}{})
	for _, file := range p.files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		src := string(content)
		document := map[string]any{"uri": (&url.URL{Scheme: "file", Path: file}).String()}
		tell("textDocument/didOpen", map[string]any{"textDocument": map[string]any{
			"uri": document["uri"], "languageId": "nix", "version": 1, "text": src,
		}})
		m := text.NewMapper(src)
		for token := range syntax.Parse(src).Tokens() {
			at := m.Position(token.End, text.UTF16)
			params := map[string]any{"textDocument": document, "position": map[string]any{"line": at.Line, "character": at.Character}}
			ask("textDocument/hover", params)
			ask("textDocument/completion", params)
			ask("jetpills/explain", params)
		}
		end := m.Position(len(src), text.UTF16)
		ask("textDocument/codeAction", map[string]any{
			"textDocument": document, "context": map[string]any{"diagnostics": []any{}},
			"range": map[string]any{"start": map[string]any{"line": 0, "character": 0}, "end": map[string]any{"line": end.Line, "character": end.Character}},
		})
		ask("jetpills/pin", map[string]any{"textDocument": document})
	}
	// A workspace's own settings are a stranger's, too.
	tell("workspace/didChangeConfiguration", map[string]any{"settings": map[string]any{"jetpills": map[string]any{"revision": s, "pills.path": p.pills}}})
	document := map[string]any{"uri": (&url.URL{Scheme: "file", Path: p.files[0]}).String()}
	ask("jetpills/pin", map[string]any{"textDocument": document})
	ask("jetpills/pills", struct{}{})
	ask("jetpills/search", map[string]any{"query": "a"})
	<-published
	ask("shutdown", nil)
	tell("exit", nil)
	if code := <-ended; code != 0 {
		t.Errorf("exit code %d", code)
	}
	if t.Failed() {
		return
	}
	mu.Lock() // what the server said last may still be on its way
	defer mu.Unlock()
	for _, key := range []string{format, "label", "detail", "message", "title", "note", "short", "summary"} {
		if shown[key] == 0 {
			t.Errorf("no %s was looked at", key)
		}
	}
	holdsLines(t, "the log", log.String())
	for entry := range strings.Lines(log.String()) {
		if !strings.HasPrefix(entry, "20") {
			t.Errorf("an entry of the log has a line %q", entry)
		}
	}
}

// holdsLines fails for an output with anything but text, tabs and line breaks, or with a command for a runner of jobs.
func holdsLines(t *testing.T, from, out string) {
	t.Helper()
	if found := hidden(out, "\n\t"); found != "" {
		t.Errorf("%s: %s in\n%q", from, found, out)
	}
	for line := range strings.Lines(out) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
			t.Errorf("%s: a command for a runner: %q", from, line)
		}
	}
}

// placeBehind is where in a file a text ends, as a person gives it; the beginning if it has none.
func placeBehind(t *testing.T, file, before string) string {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	line, column := 1, 1
	if i := strings.Index(string(src), before); i >= 0 {
		line, column = text.NewMapper(string(src)).LineColumn(i + len(before))
	}
	return fmt.Sprintf("%s:%d:%d", file, line, column)
}

// TestStrangersInTerminals runs every command on what strangers laid out.
func TestStrangersInTerminals(t *testing.T) {
	home(t)
	for name, s := range strangers {
		t.Run(name, func(t *testing.T) {
			p := laidByStrangers(t, s)
			t.Chdir(p.dir)
			checkout := filepath.Join("path", filepath.Base(p.dir), "jetpack-nixos")
			printed := map[string]int{}
			run := func(lines int, args ...string) string { // lines is how many there are at most; 0 for any number
				t.Helper()
				args = append([]string{"--pills", p.pills}, args...)
				var out, errors bytes.Buffer
				program := Program{Args: args, Stdin: io.NopCloser(strings.NewReader(s)), Stdout: discard{&out}, Stderr: &errors, Pills: os.DirFS(p.pills), Version: "1.2.3"}
				program.Run()
				holdsLines(t, fmt.Sprintf("%q", args), out.String())
				holdsLines(t, fmt.Sprintf("%q on stderr", args), errors.String())
				printed[args[2]] += out.Len()
				if got := strings.Count(out.String()+errors.String(), "\n"); lines > 0 && got > lines {
					t.Errorf("%q prints %d lines, not %d at most:\n%s%s", args, got, lines, &out, &errors)
				}
				return out.String()
			}
			for _, path := range []string{".", p.dir, "path", "./" + checkout} {
				run(0, "check", path)
				run(0, "syntax", "check", path)
				run(7, "upstream", "pin", path)
				run(14, "doctor", path)
				run(0, "options", "--at", path)
			}
			for _, file := range p.files {
				start := harmless(file, "") + ":"
				if out := run(0, "check", file); out != "" && !strings.HasPrefix(out, start) {
					t.Errorf("the first line does not begin with %q: %q", start, out)
				}
				if out := run(0, "syntax", "check", file); out != "" && !strings.HasPrefix(out, start) {
					t.Errorf("the first line does not begin with %q: %q", start, out)
				}
				for _, command := range []string{"tokens", "tree", "bindings"} {
					run(0, "syntax", command, file)
				}
				for _, before := range []string{"som = ", "som = \"", "carrierBoard = \"", "jetpack.carrierBoa", "inputs.", "jetpack.", "jetpack6", "all = [ \""} {
					at := placeBehind(t, file, before)
					page := run(0, "hover", at)
					if found := live(page); found != "" {
						t.Errorf("%s is live in\n%s", found, page)
					}
					for _, item := range strings.SplitAfter(run(0, "complete", at), "\n") {
						if strings.Count(item, "\t") > 1 {
							t.Errorf("an item with too many fields: %q", item)
						}
					}
					run(1, "definition", at)
					run(2, "declaration", at) // with a note that no source is there
					run(0, "references", at)
					run(1, "syntax", "path", at)
				}
				inner := fmt.Sprintf("%s:%d:%d", file, 99, 99)
				run(1, "hover", inner)
				run(1, "syntax", "path", inner)
			}
			run(0, "upstream", "extract", checkout)
			for _, args := range [][]string{
				{"pills", "list"}, {"pills", "path"}, {"pills", "search", "a"}, {"pills", "lint", p.pills}, {"pills", "coverage", p.pills},
				{"pills", "show", "5"}, {"pills", "show", "README"},
			} {
				run(0, args...)
			}
			for _, args := range [][]string{
				{"hover", s}, {"hover", s + ":1:1"}, {"check", s}, {"check", "--format", s, "."}, {s}, {"--" + s}, {"pills", "show", "77" + s},
				{"pills", "lint", s}, {"options", "--rev", s}, {"options", "--at", s}, {"upstream", "pin", s}, {"syntax", "tree", s},
				{"lsp", "--log-level", s}, {"lsp", "--log-file", s + "/x"}, {"doctor", s}, {"pills", "list", "--pills", s},
			} {
				run(1, args...)
			}
			for _, command := range []string{"check", "hover", "complete", "references", "doctor", "upstream", "options", "pills", "syntax"} {
				if printed[command] == 0 {
					t.Errorf("%s printed nothing", command)
				}
			}

			som, value := placeBehind(t, p.files[0], "jetpack.so"), placeBehind(t, p.files[0], "som = \"")
			for _, args := range [][]string{
				{"check", "--format", "json", "."}, {"check", "--format", "sarif", "."}, {"options", "--at", "path", "--format", "json"},
				{"upstream", "extract", checkout, "--format", "json"}, {"pills", "lint", p.pills, "--format", "json"},
				{"hover", som, "--format", "json"}, {"definition", som, "--format", "json"},
				{"references", som, "--format", "json"},
			} {
				out := run(0, args...)
				var v any
				if err := json.Unmarshal([]byte(out), &v); err != nil {
					t.Errorf("%q: %v in\n%s", args, err, out)
				}
			}
			for _, out := range []string{run(0, "complete", value, "--format", "json"), run(0, "syntax", "bindings", p.files[0])} {
				for line := range strings.Lines(out) {
					if !json.Valid([]byte(line)) {
						t.Errorf("no JSON: %q", line)
					}
				}
			}
			// What is written out in JSON is still the same text.
			var options []struct{ Values []string }
			if err := json.Unmarshal([]byte(run(0, "options", "--at", "path", "--format", "json", "hardware.nvidia-jetpack.som")), &options); err != nil {
				t.Fatal(err)
			}
			want := strings.ReplaceAll(s, "\r", "\n") // as Nix has it
			if name != "bytes" && (len(options) != 1 || !slices.Contains(options[0].Values, want)) {
				t.Errorf("no value %q in %q", want, options)
			}
		})
	}
}
