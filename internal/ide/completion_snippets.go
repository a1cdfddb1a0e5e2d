package ide

import (
	"path/filepath"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
	"jetpills/internal/starter"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// template is a beginning of a file, or a piece of one, that is offered as a whole.
type template struct {
	// name is what is typed for it, and the title of its documentation.
	name, detail, says string
	topics             topics
	// text is its Nix code at a revision, with the places to fill in as LSP's snippets have them; empty where the revision does not
	// allow it. som is for a template of each SoM.
	text    func(c *catalog.Catalog, som string) string
	eachSoM bool
	fits    func(where templatePlace) bool
}

// templatePlace is where a template is to stand.
type templatePlace struct {
	isFile, isFlake bool // the whole text of a file, of a flake.nix
	inOverlays      bool // an element of nixpkgs.overlays
}

func (p templatePlace) isModule() bool { return p.isFile && !p.isFlake }

var templates = []template{
	{
		name: "jetpack-flake", detail: "flake",
		says:   "A flake whose nixpkgs is that of jetpack-nixos, with a host that has its module.",
		topics: topics{concept("your-flake")},
		fits:   func(p templatePlace) bool { return p.isFlake },
		text:   func(c *catalog.Catalog, _ string) string { return starter.FlakeSnippet(c) },
	},
	{
		name: "jetson", detail: "configuration", eachSoM: true,
		says:   "A configuration that boots from a disk and lets you in by ssh.",
		topics: topics{concept("minimal-configuration")},
		fits:   templatePlace.isModule,
		text:   starter.HostSnippet,
	},
	{
		name: "jetpack-board", detail: "carrier board",
		says:   "A second declaration of `carrierBoard` adds a value to those that upstream has.",
		topics: topics{concept("som-enum-extension")},
		fits:   templatePlace.isModule,
		text:   ownBoard,
	},
	{
		name: "jetpack-overlay", detail: "overlay",
		says:   "An overlay over the package set, and in it one over the scope `nvidia-jetpack`.",
		topics: topics{function("overrideScope"), concept("scopes")},
		fits:   func(p templatePlace) bool { return p.inOverlays || p.isModule() },
		text:   scopeOverlay,
	},
}

// ownBoard adds a value to the carrier boards, and says what upstream would look up for one of its own.
func ownBoard(c *catalog.Catalog, _ string) string {
	const som = "orin-agx"
	if !hasValue(c, catalog.CarrierBoardOption, "devkit") || !hasValue(c, catalog.SoMOption, som) {
		return ""
	}
	target := ""
	if board := c.TargetBoardOn(som, "devkit", ""); board != "" {
		if _, ok := c.Option(catalog.TargetBoardOption); ok {
			target = "    # A file of NVIDIA's BSP, without .conf: that of the board nearest to yours.\n" +
				"    flashScriptOverrides.targetBoard = \"${2:" + board + "}\";\n"
		}
	}
	return `{ lib, ... }:
{
  options.hardware.nvidia-jetpack.carrierBoard = lib.mkOption {
    type = lib.types.enum [ "${1:rover}" ];
  };

  config.hardware.nvidia-jetpack = {
    enable = true;
    som = "` + som + `";
    carrierBoard = "${1:rover}";
` + target + `  };
}
`
}

// scopeOverlay adds a package to the scope.
func scopeOverlay(c *catalog.Catalog, _ string) string {
	if _, ok := c.Package("overrideScope"); !ok {
		return "" // what is no scope has none
	}
	return `final: prev: {
  nvidia-jetpack = prev.nvidia-jetpack.overrideScope (jfinal: jprev: {
    ${1:rover-tool} = jfinal.callPackage ./${1:rover-tool}.nix { };
  });
}
`
}

func hasValue(c *catalog.Catalog, option, value string) bool {
	o, _ := c.Option(option)
	return slices.Contains(o.Values, value)
}

// templates are the beginnings of files that are offered in a document, which lacks them.
func (c *completer) templates(isBare bool) []Item {
	var where templatePlace
	if isBare {
		where = templatePlace{isFile: true, isFlake: filepath.Base(c.doc.Path) == "flake.nix"}
		// An empty flake is anyone's until something is typed.
		if !c.sn.DealsWithJetpack(c.doc) && (!where.isFlake || c.cursor.Typed == "") {
			return nil
		}
	} else if c.cursor.Kind == module.TypesValue && c.cursor.InList && !c.cursor.Quoted && c.sn.DealsWithJetpack(c.doc) {
		where.inOverlays = isOverlays(c.cursor.Path)
	}
	var items []Item
	for _, t := range templates {
		if !t.fits(where) {
			continue
		}
		soms := []string{""}
		if t.eachSoM {
			soms = nil
			for _, s := range c.catalog.SoMs() {
				if s.Name != catalog.NoBoard && s.Name != "" {
					soms = append(soms, s.Name)
				}
			}
		}
		for _, som := range soms {
			if item, ok := c.template(t, som, where); ok && c.matches(item.Label) {
				items = append(items, item)
			}
		}
	}
	return items
}

// isOverlays reports whether a path is NixOS's list of overlays, or an element of it.
func isOverlays(path module.Path) bool {
	for len(path) > 0 && path[len(path)-1].Name == module.Element {
		path = path[:len(path)-1]
	}
	before := len(path) - 2
	return before >= 0 && path[before:].String() == "nixpkgs.overlays" && path[:before].IsRoot()
}

func (c *completer) template(t template, som string, where templatePlace) (Item, bool) {
	code := t.text(c.catalog, som)
	if code == "" {
		return Item{}, false
	}
	name := t.name
	if som != "" {
		name += "-" + som
	}
	if where.inOverlays {
		code = "(" + strings.TrimSuffix(code, "\n") + ")"
	}
	// Clients indent snippets themselves, and leave other texts as they are.
	item := c.item(ItemTemplate, name, indented(c.doc.Text, c.cursor.Replace.Start, filledIn(code)), "9"+name, ItemTopic{Template: t.name})
	item.Detail = t.detail
	item.Snippet = snippetOf(code)
	return item, true
}

// indented is code that begins at an offset of a text, its further lines as deep as the line that it begins in.
func indented(source string, at int, code string) string {
	line := source[strings.LastIndexByte(source[:at], '\n')+1 : at]
	return strings.ReplaceAll(code, "\n", "\n"+line[:len(line)-len(strings.TrimLeft(line, " \t"))])
}

// filledIn is the code of a template with its own words in the places to fill in.
func filledIn(code string) string {
	return onPlaces(code, func(code string) string { return code }, func(_, word string) string { return word })
}

// snippetOf is the code of a template as LSP has snippets.
func snippetOf(code string) string {
	return onPlaces(code, snippetText, func(number, word string) string { return "${" + number + ":" + snippetText(word) + "}" })
}

// onPlaces writes the code of a template, and the places to fill in, ${1:word}, in it.
func onPlaces(code string, plain func(string) string, filled func(number, word string) string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(code, "${")
		b.WriteString(plain(before))
		if !ok {
			return b.String()
		}
		place, behind, _ := strings.Cut(rest, "}")
		number, word, _ := strings.Cut(place, ":")
		b.WriteString(filled(number, word))
		code = behind
	}
}

// whatIsTyped is the one word of a text, where the cursor stands in it, or nothing, where the text has none.
func whatIsTyped(doc *workspace.Document, offset int) (text.Span, bool) {
	offset = min(max(offset, 0), len(doc.Text))
	span, words := text.Span{Start: offset, End: offset}, 0
	for token := range doc.Tree().Tokens() {
		switch token.Kind {
		case syntax.Whitespace, syntax.EOF:
		case syntax.Comment:
			isLine := doc.Text[token.Start] == '#' // whose end it goes up to
			if token.Start < offset && (offset < token.End || isLine && offset == token.End) {
				return span, false
			}
		case syntax.Word:
			if words++; words > 1 {
				return span, false
			}
			span = token.Span
		default:
			return span, false
		}
	}
	return span, words == 0 || words == 1 && span.Touches(offset)
}

// fileTemplate is the subject of a template.
type fileTemplate struct {
	undeclared
	topics
	template
}

func (t fileTemplate) section(q *query) (s pill.Section, ok bool) { return t.topics.section(q) }

func (t fileTemplate) sheet(*query) sheet {
	return sheet{title: t.name, what: markup.Prose("snippet"), summary: summary{first: markup.Format(t.says)}}
}

func templateNamed(name string) (subject, bool) {
	for _, t := range templates {
		if t.name == name {
			return fileTemplate{topics: t.topics, template: t}, true
		}
	}
	return nil, false
}
