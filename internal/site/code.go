package site

import (
	"html"
	"strings"

	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// classes are the classes of the tokens that have a colour.
var classes = map[syntax.Kind]string{
	syntax.Comment: "c",
	syntax.Integer: "n", syntax.FloatNumber: "n",
	syntax.SearchText: "p", syntax.URIText: "p", syntax.PathText: "p",
	syntax.StringOpen: "s", syntax.StringText: "s", syntax.StringClose: "s", syntax.IndentOpen: "s", syntax.IndentClose: "s",
	syntax.InterpOpen: "i", syntax.InterpClose: "i",
	syntax.KeywordIf: "k", syntax.KeywordThen: "k", syntax.KeywordElse: "k", syntax.KeywordAssert: "k", syntax.KeywordWith: "k",
	syntax.KeywordLet: "k", syntax.KeywordIn: "k", syntax.KeywordRec: "k", syntax.KeywordInherit: "k", syntax.KeywordOr: "k",
}

// classOf is the class of a token; "" for one without a colour.
func classOf(tree *syntax.Tree, token syntax.Token) string {
	if token.Kind != syntax.Word {
		return classes[token.Kind]
	}
	switch n := tree.NodeOf(token); n.Kind() {
	case syntax.Name:
		if n.Parent().Parent().Kind() == syntax.Binding {
			return "a"
		}
	case syntax.Identifier:
		switch n.Text() {
		case "true", "false", "null":
			return "n"
		}
	}
	return ""
}

// A mark is a part of a text of which a hover says something.
type mark struct {
	text.Span
	hover int
}

// painted is Nix code, a part of a tree's text, with a span around each token that has a colour and around each mark.
func painted(tree *syntax.Tree, within text.Span, marks []mark) markup {
	var b strings.Builder
	class := "" // of the span that is open
	to := func(next string) {
		if next == class {
			return
		}
		if class != "" {
			b.WriteString("</span>")
		}
		if class = next; class != "" {
			b.WriteString(string(format(`<span class="%s">`, class)))
		}
	}
	var inside *mark
	leave := func(at int) {
		if inside != nil && at >= inside.End {
			to("")
			b.WriteString("</span>")
			inside = nil
		}
	}
	for token := range tree.Tokens() {
		if token.Start < within.Start || token.End > within.End {
			continue
		}
		leave(token.Start)
		if len(marks) > 0 && token.Start >= marks[0].Start {
			to("")
			inside, marks = &marks[0], marks[1:]
			b.WriteString(string(format(`<span data-h="%s">`, inside.hover)))
		}
		to(classOf(tree, token))
		b.WriteString(html.EscapeString(token.Of(tree.Source())))
	}
	leave(within.End)
	to("")
	return markup(b.String())
}

// parseExample parses the code of a block. Bindings may stand in it without a set around them: then it is given one. The code is the part of
// the text that the span says.
func parseExample(code string) (*syntax.Tree, text.Span) {
	tree := syntax.Parse(code)
	whole := text.Span{Start: 0, End: len(code)}
	errors := len(tree.Errors())
	if errors == 0 {
		return tree, whole
	}
	const open, end = "{\n", "\n}"
	if inSet := syntax.Parse(open + code + end); len(inSet.Errors()) < errors {
		return inSet, text.Span{Start: len(open), End: len(open) + len(code)}
	}
	return tree, whole
}

// shell is what a person types and a program prints: what is typed stands behind a prompt in console, and is all in a script.
func shell(code string, isConsole bool) markup {
	var b strings.Builder
	for line := range strings.Lines(code) {
		line = strings.TrimSuffix(line, "\n")
		prompt, typed := "", line
		if isConsole {
			for _, p := range []string{"$ ", "# ", "> "} {
				if rest, ok := strings.CutPrefix(line, p); ok {
					prompt, typed = p, rest
					break
				}
			}
			if prompt == "" {
				b.WriteString(string(format("<span class=\"o\">%s</span>\n", line)))
				continue
			}
			b.WriteString(string(format(`<span class="c">%s</span>`, prompt)))
		}
		command, comment := typed, ""
		if at := strings.Index(" "+typed, " #"); at >= 0 {
			command, comment = typed[:at], typed[at:]
		}
		b.WriteString(html.EscapeString(command))
		if comment != "" {
			b.WriteString(string(format(`<span class="c">%s</span>`, comment)))
		}
		b.WriteByte('\n')
	}
	return markup(b.String())
}
