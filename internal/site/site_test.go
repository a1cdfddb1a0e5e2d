package site_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"html"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/site"
	"jetpills/pills"
)

const base = "https://example.org/jetpills/"

var library = sync.OnceValue(func() *catalog.Library {
	library, err := catalog.Open()
	if err != nil {
		panic(err)
	}
	return library
})

func build(t *testing.T, collection *pill.Collection, base string) map[string]string {
	t.Helper()
	files, err := site.Make(site.Config{Library: library(), Pills: collection, Base: base, Playground: true})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, f := range files {
		if _, twice := all[f.Name]; twice {
			t.Errorf("%s is written twice", f.Name)
		}
		all[f.Name] = string(f.Content)
	}
	return all
}

// shipped is the site of the shipped pills.
var shipped = sync.OnceValue(func() map[string]string {
	files, err := site.Make(site.Config{Library: library(), Pills: pill.Load(pills.FS), Base: base, Playground: true})
	if err != nil {
		panic(err)
	}
	all := map[string]string{}
	for _, f := range files {
		all[f.Name] = string(f.Content)
	}
	return all
})

var (
	idPattern     = regexp.MustCompile(` id="([^"]*)"`)
	hrefPattern   = regexp.MustCompile(` href="([^"]*)"`)
	loadedPattern = regexp.MustCompile(`<(?:script|img|link rel="(?:stylesheet|icon)")[^>]* (?:src|href)="([^"]*)"`)
	scriptPattern = regexp.MustCompile(`^jetpills\.(\w+)\(([^\n]*)\);\n$`)
)

// data is what a script of data hands over.
func data(t *testing.T, content string, to any) {
	t.Helper()
	found := scriptPattern.FindStringSubmatch(content)
	if found == nil {
		t.Fatalf("no script of data: %.80s", content)
	}
	if err := json.Unmarshal([]byte(found[2]), to); err != nil {
		t.Fatal(err)
	}
}

// brokenLinks are the links of a page to files and anchors that the site does not have.
func brokenLinks(all map[string]string, name, content string) (broken []string) {
	for _, found := range hrefPattern.FindAllStringSubmatch(content, -1) {
		to := html.UnescapeString(found[1])
		u, err := url.Parse(to)
		if err != nil {
			broken = append(broken, to)
			continue
		}
		if u.Scheme != "" {
			if u.Scheme != "https" && u.Scheme != "http" {
				broken = append(broken, to)
			}
			continue
		}
		file := path.Join(path.Dir(name), u.Path)
		if u.Path == "" {
			file = name
		}
		if strings.HasPrefix(u.Path, "/jetpills/") { // of the page for what is not found, with the base's path
			file = strings.TrimPrefix(u.Path, "/jetpills/")
		}
		page, ok := all[file]
		isThere := ok || file == "try/index.html" // which make site adds
		if u.Fragment != "" && !strings.Contains(page, ` id="`+html.EscapeString(u.Fragment)+`"`) && file != "changes.html" {
			isThere = false
		}
		if !isThere {
			broken = append(broken, to)
		}
	}
	return broken
}

func pagesOf(all map[string]string) map[string]string {
	pages := map[string]string{}
	for name, content := range all {
		if path.Ext(name) == ".html" {
			pages[name] = content
		}
	}
	return pages
}

// TestLinks follows every link of every page and of every hover.
func TestLinks(t *testing.T) {
	all := shipped()
	links := 0
	for name, content := range pagesOf(all) {
		links += strings.Count(content, " href=")
		for _, to := range brokenLinks(all, name, content) {
			t.Errorf("%s leads to %s, which is not there", name, to)
		}
	}
	if links < 2000 {
		t.Errorf("the site has %d links", links)
	}
	for name, content := range all {
		if !strings.HasPrefix(name, "hovers/") {
			continue
		}
		var hovers []string
		data(t, content, &hovers)
		page := strings.TrimSuffix(strings.TrimPrefix(name, "hovers/"), ".js") + ".html"
		for _, hover := range hovers {
			for _, to := range brokenLinks(all, page, hover) {
				t.Errorf("a hover of %s leads to %s, which is not there", page, to)
			}
		}
		if most := strings.Count(all[page], ` data-h="`); most < len(hovers) {
			t.Errorf("%s has %d hovers at %d names", page, len(hovers), most)
		}
	}
}

// TestAnchors holds the anchors of pages to those that the pills have everywhere else, former ones among them.
func TestAnchors(t *testing.T) {
	all := shipped()
	collection := pill.Load(pills.FS)
	index, _ := collection.Index()
	glossary, _ := collection.Glossary()
	for _, p := range append([]*pill.Pill{index, glossary}, collection.Pills()...) {
		name := strings.TrimSuffix(p.File, ".md") + ".html"
		if p == index {
			name = "index.html"
		}
		for _, section := range p.Sections {
			for _, anchor := range append([]string{section.Anchor}, section.Formerly...) {
				if !strings.Contains(all[name], ` id="`+html.EscapeString(anchor)+`"`) {
					t.Errorf("%s has no anchor %s", name, anchor)
				}
			}
		}
	}
	for name, content := range pagesOf(all) {
		seen := map[string]bool{}
		for _, found := range idPattern.FindAllStringSubmatch(content, -1) {
			if seen[found[1]] {
				t.Errorf("%s has two elements with the id %s", name, found[1])
			}
			seen[found[1]] = true
		}
	}
}

// TestSizes holds pages and the index of the search to their bounds. A page counts as web servers send it, with the style and the script,
// and without its pictures.
func TestSizes(t *testing.T) {
	all := shipped()
	compressed := func(content string) int {
		var b bytes.Buffer
		w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
		_, _ = w.Write([]byte(content))
		_ = w.Close()
		return b.Len()
	}
	picture := regexp.MustCompile(`(?s)<svg.*?</svg>`)
	common := compressed(all["assets/site.css"]) + compressed(all["assets/site.js"])
	for name, content := range pagesOf(all) {
		if size := common + compressed(picture.ReplaceAllString(content, "")); size > 60_000 {
			t.Errorf("%s takes %d bytes", name, size)
		}
	}
	if size := len(all["assets/search.js"]); size > 150_000 {
		t.Errorf("the index of the search takes %d bytes", size)
	}
}

// TestTwice makes the site twice.
func TestTwice(t *testing.T) {
	again := build(t, pill.Load(pills.FS), base)
	for name, content := range shipped() {
		if again[name] != content {
			t.Errorf("%s is another one the second time", name)
		}
	}
}

// judgePage reports what a page must not have: scripts, styles and handlers in it, and what it loads from elsewhere.
func judgePage(t *testing.T, name, content string) {
	t.Helper()
	const tag = `<[a-z][a-z0-9]*(?: [a-zA-Z-]+(?:=(?:"[^"]*"|'[^']*'))?)*` // up to one of its attributes
	for pattern, what := range map[string]string{
		`<script(?:>| (?:[^s]|s[^r]))`:           "a script in the page",
		`<script[^>]*>[^<]`:                      "a script in the page",
		`<style|` + tag + ` style=`:              "a style in the page",
		tag + ` on[a-z]+=`:                       "a handler in the page",
		`(?i)(?:href|src)="\s*javascript:`:       "a script as an address",
		`(?i)<(?:iframe|object|embed|base|form)`: "a frame, an object, a base or a form",
	} {
		if found := regexp.MustCompile(pattern).FindString(content); found != "" {
			t.Errorf("%s has %s: %.300q", name, what, found)
		}
	}
	for _, found := range loadedPattern.FindAllStringSubmatch(content, -1) {
		if u, err := url.Parse(found[1]); err != nil || u.Scheme != "" || u.Host != "" {
			t.Errorf("%s loads %s", name, found[1])
		}
	}
	const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self'; style-src 'self';`
	if at := strings.Index(content, policy); at < 0 || at > strings.Index(content, "<script") {
		t.Errorf("%s has no policy before its scripts", name)
	}
}

// TestSafe holds all pages to the policy, which browsers hold them to.
func TestSafe(t *testing.T) {
	all := shipped()
	titles := map[string]string{}
	for name, content := range pagesOf(all) {
		judgePage(t, name, content)
		title := regexp.MustCompile(`<title>([^<]+)</title>`).FindStringSubmatch(content)
		if title == nil || titles[title[1]] != "" {
			t.Errorf("%s has the title of %v", name, title)
			continue
		}
		titles[title[1]] = name
		if description := regexp.MustCompile(`<meta name="description" content="([^"]{20,})">`).FindStringSubmatch(content); description == nil {
			t.Errorf("%s has no description", name)
		}
		if strings.Count(content, "<h1") != 1 {
			t.Errorf("%s has %d headings of the first level", name, strings.Count(content, "<h1"))
		}
	}
	for _, name := range []string{"assets/site.css", "assets/site.js", "assets/changes.js"} {
		if found := regexp.MustCompile(`https?://|@import|url\(`).FindString(all[name]); found != "" {
			t.Errorf("%s has %s", name, found)
		}
	}
}

// TestHostile makes pages of a pill that tries everything.
func TestHostile(t *testing.T) {
	hostile := "# Pill 00: <script>alert(1)</script> \" onclick=\"x\n\n" +
		"<script>alert(2)</script>\n\n<details ontoggle=alert(3)><summary onclick=x>Answer</summary>\n\nInside.\n\n" +
		"text <img src=x onerror=alert(4)> <b onmouseover=alert(5)>bold</b>\n\n" +
		"[a](javascript:alert(6)) [b](JaVaScRiPt:alert(7)) [c](data:text/html,x) [d](//elsewhere.example/x) <javascript:alert(8)> [e](../../etc/passwd) [f](file:///etc/passwd)\n\n" +
		"![picture](https://elsewhere.example/pixel.png)\n\n" +
		"```nix \"><script>alert(9)</script>\n\"</code><script>alert(10)</script>\"\n```\n\n" +
		"```diagram \"><script>alert(11)</script>\n+---+\n|</text><script>|\n+---+\n```\n\n" +
		"```\"onload=alert(12)\n<iframe src=x>\n```\n\n" +
		"## jetpills-hover\n\n## <base href=x> `</code><script>`\n\n| <script> | `<style>` |\n|---|---|\n| <iframe> | a |\n\nturn \u202e around\n"
	all := build(t, pill.Load(fstest.MapFS{"00-x.md": {Data: []byte(hostile)}}), "")
	for name, content := range pagesOf(all) {
		judgePage(t, name, content)
		if strings.Contains(content, "elsewhere.example/pixel") || strings.Contains(content, "\u202e") || strings.Contains(content, "etc/passwd") {
			t.Errorf("%s has something of the pill that does more than to be read", name)
		}
	}
	page := all["00-x.html"]
	for _, want := range []string{"<details><summary>Answer</summary>", "</details>", "&lt;iframe src=x&gt;", "bold"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
	if strings.Count(page, "<details>") != strings.Count(page, "</details>") {
		t.Error("a fold is open")
	}
	for _, to := range brokenLinks(all, "00-x.html", page) {
		if !strings.HasPrefix(to, "//") {
			t.Errorf("the page leads to %s", to)
		}
	}
}

// TestWithoutBase makes a site that does not know where it will be.
func TestWithoutBase(t *testing.T) {
	all := build(t, pill.Load(pills.FS), "")
	if _, has := all["sitemap.xml"]; has || strings.Contains(all["index.html"], "canonical") {
		t.Error("a site without a base has whole addresses")
	}
	with := shipped()
	if !strings.Contains(with["sitemap.xml"], "<loc>"+base+"07-nixos-modules.html</loc>") || !strings.Contains(with["sitemap.xml"], "<loc>"+base+"</loc>") {
		t.Error("the sitemap lacks a page")
	}
	if !strings.Contains(with["07-nixos-modules.html"], `<link rel="canonical" href="`+base+`07-nixos-modules.html">`) {
		t.Error("a page has no canonical address")
	}
	if !strings.Contains(with["404.html"], `href="/jetpills/assets/site.css"`) {
		t.Error("the page for what is not found loads its style from where it is shown")
	}
	for _, wrong := range []string{"example.org", "ftp://example.org", "https://", "https://example.org/?a", "https://a:b@example.org", ":"} {
		if _, err := site.Make(site.Config{Library: library(), Pills: pill.Load(pills.FS), Base: wrong}); err == nil {
			t.Errorf("the base %q is taken", wrong)
		}
	}
}

// TestCode looks at what a block of Nix has on a page.
func TestCode(t *testing.T) {
	all := shipped()
	page := all["07-nixos-modules.html"]
	for _, want := range []string{
		`<span class="k">let</span>`, `<span class="s">&#34;console=tty0&#34;</span> ]`, `<span class="n">true</span>`,
		`<div class="file">board.nix</div>`, `<section class="short">`, `<figure `, `<summary>Answer</summary>`,
		`<div class="code console">`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page does not have %s", want)
		}
	}
	var hovers []string
	data(t, all["hovers/07-nixos-modules.js"], &hovers)
	some := strings.Join(hovers, "\n")
	for _, want := range []string{
		"<code>hardware.nvidia-jetpack.som</code></strong> option", `<a href="07-nixos-modules.html#which-som-am-i">Read on in pill 07</a>`,
		"pinned by this page", "<code>mkForce</code>",
	} {
		if !strings.Contains(some, want) {
			t.Errorf("no hover says %s", want)
		}
	}
	tags := regexp.MustCompile(`<[^>]*>`)
	code := regexp.MustCompile(`(?s)<div class="code nix">(?:<div class="file">[^<]*</div>)?<pre><code>(.*?)</code></pre>`)
	collection := pill.Load(pills.FS)
	for _, p := range collection.Pills() {
		var shown []string
		for _, found := range code.FindAllStringSubmatch(all[strings.TrimSuffix(p.File, ".md")+".html"], -1) {
			shown = append(shown, html.UnescapeString(tags.ReplaceAllString(found[1], "")))
		}
		for _, b := range p.CodeBlocks() {
			if b.Language != "nix" {
				continue
			}
			if len(shown) == 0 || strings.TrimRight(shown[0], "\n") != strings.TrimRight(b.Text, "\n") {
				t.Fatalf("%s:%d reads otherwise on its page", p.File, b.Line)
			}
			shown = shown[1:]
		}
	}
}
