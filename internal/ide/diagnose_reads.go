package ide

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// reads looks at the options that the document reads.
func (d *diagnoser) reads() {
	c := d.pinned.Catalog
	for _, read := range d.allReads() {
		if d.isEnough() {
			break
		}
		names := optionPath(c, read.Path)
		if names == nil || slices.Contains(names, "") || !d.isLookedAt(read, len(names)) {
			continue
		}
		if read.Path[:len(read.Path)-len(names)].Last() == "options" {
			wrong, ok := wrongName(c, names)
			behind := len(names) - wrong - 1 // names of what is read of a declaration: type, isDefined
			if !ok || behind >= len(read.Names) {
				continue
			}
			read.Path, read.Names = read.Path[:len(read.Path)-behind], read.Names[:len(read.Names)-behind]
			names = names[:wrong+1]
		}
		n := d.reading(read, names)
		switch o, ok := c.Lookup(names); {
		case ok && o.RenamedTo != "":
			d.renamed(n, o)
		case !ok && !c.IsPrefix(names):
			d.unknown(n)
		}
	}
}

// allReads are the reads of the document.
func (d *diagnoser) allReads() []module.Read {
	if d.foundReads == nil {
		d.foundReads = []module.Read{}
		module.Reads(d.doc.Tree(), func(r module.Read) bool {
			d.foundReads = append(d.foundReads, r)
			return !d.sn.Done()
		})
	}
	return d.foundReads
}

// isLookedAt reports whether a read, of a path with so many names at its end, is one of NixOS's options, which NixOS may look
// at and which has to be there.
func (d *diagnoser) isLookedAt(read module.Read, names int) bool {
	if read.Guarded || !isOfSystem(read, names) {
		return false
	}
	r := d.regardOf(read.Node)
	return r.name && r.value && !r.asks
}

// systemArguments are the arguments of modules that have the configuration of a system: config and options of its own
// modules, the others in those of home-manager.
var systemArguments = []string{"config", "options", "osConfig", "nixosConfig"}

// isOfSystem reports whether what a read is from, before so many names at the end of its path, is the configuration of a
// NixOS system, or its options: the argument of a module that is one of NixOS's, or what has been evaluated. A submodule, and
// a module of home-manager, have a config of their own.
func isOfSystem(read module.Read, names int) bool {
	before := read.Path[:len(read.Path)-names]
	if len(before) == 0 || !slices.Contains(systemArguments, before.Last()) {
		return false
	}
	if len(before) > 1 {
		return true
	}
	isOwn := before.Last() == "config" || before.Last() == "options"
	return read.Origin == module.Argument && (!isOwn || module.IsSystemModule(read.Binder))
}

// reading is the naming of a read.
func (d *diagnoser) reading(read module.Read, names []string) naming {
	n := newNaming(read.Path, names, read.Node)
	n.written, n.isRead = read.Names[max(len(read.Names)-len(names), 0):], true
	isArgument := len(read.Path) == len(names)+1 // of a module: an output of a flake is evaluated for itself
	n.isUsed = isArgument && !read.Binder.IsZero() && d.isAlwaysUsed(read.Node, read.Binder)
	n.respells = n.rereads
	n.renames = func(option string) []Fix {
		other := strings.Split(option, ".")
		first := commonPrefix(names, other, func(a, b string) bool { return a == b })
		return n.rereads(first, len(names), other[first:])
	}
	return n
}

// rereads is the fix that reads other names in the place of some, from an index up to another; none where not all of these
// stand together.
func (n naming) rereads(first, last int, to []string) []Fix {
	elsewhere := len(n.names) - len(n.written)
	if first < elsewhere || first == last || len(to) == 0 {
		return nil
	}
	names := n.written[first-elsewhere : last-elsewhere]
	if slices.ContainsFunc(names, func(name syntax.Node) bool { return name.Kind() == syntax.Dynamic }) {
		return nil
	}
	if i, ok := syntax.AsInherit(n.node.Parent()); ok {
		return bindInstead(i, n.node, n.node.Text(), selectedFrom(i.From(), strings.Join(to, ".")))
	}
	if module.IsString(n.node) { // of getAttr and its kin
		if len(names) != 1 || len(to) != 1 {
			return nil
		}
		return []Fix{changeTo(names[0].Span(), syntax.Quoted(to[0]))}
	}
	return []Fix{writtenAs(names, to)}
}

// belowOption is about a path that goes on below an option. It is a mistake where the option holds no set.
func (d *diagnoser) belowOption(n naming) {
	var o catalog.Option
	below := 0 // index of the first name below the option
	for ok := false; !ok; below++ {
		o, ok = d.pinned.Catalog.Lookup(n.names[:below+1])
	}
	wanted, names := wants(o), strings.Join(n.names[below:], ".")
	// The names below an option in a definition stand with its own name, or else the set that they stand in is the mistake.
	elsewhere := len(n.names) - len(n.written)
	isHere := below > elsewhere || n.isRead && below == elsewhere
	isPath := o.Kind == catalog.KindPath && (names == "outPath" || names == "__toString") // which may be of a set
	if wanted == "" || !isHere || isPath || o.Field || d.sn.UserMayDeclare(d.doc, strings.Join(n.names, ".")) {
		return
	}
	found := Diagnostic{
		Span: text.Span{Start: n.parts[below].Span.Start, End: n.parts[len(n.parts)-1].Span.End}, Section: d.explain(o.Parts()),
		Code: CodeWrongType, Message: fmt.Sprintf("%s takes %s, not a set with %s", shortPath(o.Path), wanted, names),
		Fixes: n.without(o, below),
	}
	if n.isRead {
		found.Code, found.Message = CodeReads, fmt.Sprintf("%s is %s, not a set with %s", shortPath(o.Path), wanted, names)
		if !n.isUsed {
			found.Severity = SeverityWarning
		}
	} else if !d.regardOf(n.value).value || d.isOff(n.value, n.names) {
		return
	}
	d.report(found)
}

// without is the fix that leaves out the names below an option, from an index on, where the option may take the value.
func (n naming) without(o catalog.Option, below int) []Fix {
	keep := len(n.written) - (len(n.names) - below)
	isBinding := n.value != n.node
	if keep < 1 || !n.isRead && !isBinding {
		return nil
	}
	value, _, isLiteral := module.Literal(n.value)
	isFitting := isLiteral && refusal(o, module.Place{Node: n.value, Value: value}, false) == "" && (len(o.Values) == 0 || slices.Contains(o.Values, value))
	if !n.isRead && isLiteral && !isFitting {
		return nil
	}
	kept := text.Span{Start: n.written[0].Span().Start, End: n.written[keep-1].Span().End}
	gap := text.Span{Start: kept.End, End: n.written[len(n.written)-1].Span().End}
	return []Fix{{Title: "Change to " + kept.Of(n.node.Tree().Source()), Certain: n.isRead || isFitting, Edits: here(text.Edit{Span: gap})}}
}
