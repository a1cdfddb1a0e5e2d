package site

import (
	"bytes"
	"encoding/json"
	"strings"

	"jetpills/internal/ide"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/pill"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// here stands for the folder of the site in the links of hovers, which lead to the web or to files alone.
const here = "https://here.invalid/"

// hovers are what the server says of the code on a page, each once.
type hovers struct {
	site     *site
	revision string // which the page describes
	html     pill.HTML
	numbers  map[string]int
	texts    []string // HTML
}

func (s *site) newHovers(p *pill.Pill) *hovers {
	h := &hovers{site: s, revision: p.Revision, numbers: map[string]int{}}
	if _, known := s.library.Revision(p.Revision); !known {
		h.revision = s.newest.Revision.Hash
	}
	h.html = pill.HTML{
		Link: func(l pill.Link) string { return strings.TrimPrefix(l.URL, here) },
		Code: func(b pill.CodeBlock) string { return string(plainCode(b)) },
	}
	return h
}

// asked are the tokens of which something may be said.
var asked = map[syntax.Kind]bool{
	syntax.Word: true, syntax.Integer: true, syntax.FloatNumber: true, syntax.StringText: true,
	syntax.PathText: true, syntax.SearchText: true, syntax.URIText: true,
}

// marks asks about each name and value of a text, and says where an answer holds.
func (h *hovers) marks(tree *syntax.Tree, within text.Span) []mark {
	doc := workspace.NewPageDocument(h.revision, tree.Source())
	var all []mark
	end := within.Start
	for token := range doc.Tree().Tokens() {
		if !asked[token.Kind] || token.Start < end || token.End > within.End {
			continue
		}
		hover, ok := ide.HoverAt(h.site.sn, doc, token.Start)
		if !ok {
			continue
		}
		at := hover.Span
		if at.Start < end || at.End > within.End || at.Len() == 0 {
			at = token.Span
		}
		all = append(all, mark{at, h.number(hover.Markdown(func(file, anchor string) string {
			if to := h.site.link(file, anchor); to != "" {
				return here + to
			}
			return ""
		}))})
		end = at.End
	}
	return all
}

// number is the number of a hover, which all that say the same have.
func (h *hovers) number(markdown string) int {
	if n, ok := h.numbers[markdown]; ok {
		return n
	}
	n := len(h.texts)
	h.numbers[markdown] = n
	h.texts = append(h.texts, h.html.Markdown(markdown))
	return n
}

// file is the hovers as a script, which a page from a disk can load, too.
func (h *hovers) file() []byte { return script("hovers", h.texts) }

// script is a script that hands data to a function of site.js.
func script(function string, data any) []byte {
	var b bytes.Buffer
	b.WriteString("jetpills." + function + "(")
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // it stands in no page
	if err := encoder.Encode(data); err != nil {
		panic(err) // the types are ours, and have no cycles
	}
	b.Truncate(b.Len() - 1)
	b.WriteString(");\n")
	return b.Bytes()
}
