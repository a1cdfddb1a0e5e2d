package starter

import (
	"slices"
	"strings"

	"jetpills/internal/nix/syntax"
)

// AddHost adds a host to the text of a flake of jetpills new, and gives the line that it adds. It is not ok for another flake, where the
// place is not certain, or where the flake has a host of that name.
func AddHost(flake, name string) (edited, line string, ok bool) {
	tree := syntax.Parse(flake)
	if len(tree.Errors()) > 0 {
		return "", "", false
	}
	var last syntax.Node // that of another host
	call := ""
	for n := range syntax.Descendants(tree.Root()) {
		b, isBinding := syntax.AsBinding(n)
		if !isBinding {
			continue
		}
		names := slices.Collect(b.Path().Names())
		first, _ := syntax.AttrName(names[0])
		if first != configurations {
			continue
		}
		apply, isCall := syntax.AsApply(b.Value())
		if len(names) != 2 || !isCall || apply.Function().Kind() != syntax.Identifier || !strings.HasPrefix(apply.Argument().Text(), "./hosts/") {
			return "", "", false
		}
		if other, isKnown := syntax.AttrName(names[1]); !isKnown || other == name {
			return "", "", false
		}
		last, call = n, apply.Function().Text()
	}
	if last.IsZero() {
		return "", "", false
	}
	begin, end := last.Span().Start, last.Span().End
	indent := flake[strings.LastIndexByte(flake[:begin], '\n')+1 : begin]
	if strings.TrimSpace(indent) != "" {
		return "", "", false // it is not on a line of its own
	}
	newLine := "\n"
	if to := strings.IndexByte(flake[end:], '\n'); to >= 0 {
		rest := flake[end : end+to]
		if comment := strings.TrimSpace(rest); comment != "" && !strings.HasPrefix(comment, "#") {
			return "", "", false
		}
		if strings.HasSuffix(rest, "\r") {
			newLine, to = "\r\n", to-1
		}
		end += to
	}
	line = configurations + "." + syntax.WrittenName(name) + " = " + call + " ./" + hostFile(name) + ";"
	edited = flake[:end] + newLine + indent + line + flake[end:]
	return edited, line, len(syntax.Parse(edited).Errors()) == 0
}
