package ide

import (
	"slices"
	"strings"
	"unicode/utf8"

	"jetpills/internal/markup"
	"jetpills/internal/nix/module"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// construct is the subject of a keyword or an operator of Nix: with, rec, //.
type construct struct {
	undeclared
	topics
	title, what string
	says        markup.Text
	notes       []markup.Text
}

func (c construct) sheet(*query) sheet {
	return sheet{title: c.title, what: markup.Prose(c.what), summary: summary{first: c.says}, remarks: c.notes}
}

// constructs are what keywords and operators say of the place they stand at. What a row says is one sentence or two, with the
// names that stand there.
var constructs = map[syntax.Kind]struct {
	says   func(*query, *module.Place) (says markup.Text, notes []markup.Text)
	topics topics
}{
	syntax.KeywordLet:     {letSays, topics{function("let"), concept("let")}},
	syntax.KeywordIn:      {inSays, topics{function("let"), concept("let")}},
	syntax.KeywordWith:    {withSays, topics{function("with"), concept("with")}},
	syntax.KeywordRec:     {recSays, topics{function("rec"), concept("recursive-sets")}},
	syntax.KeywordInherit: {inheritSays, topics{function("inherit"), concept("inherit")}},
	syntax.KeywordIf:      {ifSays, topics{function("if"), concept("expressions")}},
	syntax.KeywordThen:    {ifSays, topics{function("if"), concept("expressions")}},
	syntax.KeywordElse:    {ifSays, topics{function("if"), concept("expressions")}},
	syntax.KeywordAssert:  {assertSays, topics{function("assert"), concept("assertions")}},
	syntax.KeywordOr:      {orSays, topics{concept("operators")}},
	syntax.Update:         {updateSays, topics{concept("update-operator")}},
	syntax.Concat:         {binary("The list %s with the elements of %s behind its own."), topics{concept("operators")}},
	syntax.Implies:        {binary("“If, then”: false only if %s is true and %s is false."), topics{concept("operators")}},
	syntax.And:            {binary("True if both are: %s and %s. Nix looks at the right side only if the left one is true."), topics{concept("operators")}},
	syntax.OrOp:           {binary("True if one of both is: %s or %s. Nix looks at the right side only if the left one is false."), topics{concept("operators")}},
	syntax.Equal:          {binary("True if %s equals %s. Lists and sets are compared by what they hold."), topics{concept("operators")}},
	syntax.NotEqual:       {binary("True if %s does not equal %s. Lists and sets are compared by what they hold."), topics{concept("operators")}},
	syntax.Plus:           {plusSays, topics{concept("operators")}},
	syntax.Not:            {notSays, topics{concept("operators")}},
	syntax.Question:       {questionSays, topics{concept("operators")}},
	syntax.Ellipsis:       {ellipsisSays, topics{concept("function-patterns")}},
	syntax.At:             {atSays, topics{concept("at-pattern")}},
	syntax.Colon:          {colonSays, topics{concept("functions")}},
	syntax.IndentOpen:     {indentedSays, topics{concept("strings")}},
	syntax.IndentClose:    {indentedSays, topics{concept("strings")}},
	syntax.InterpOpen:     {interpolationSays, topics{concept("strings")}},
}

// language finds the subject of a keyword or an operator.
func (q *query) language(place *module.Place) (subject, bool) {
	row, ok := constructs[place.Token]
	if !ok || !q.sn.Settings().HoverLanguage {
		return nil, false
	}
	c := construct{title: place.Span.Of(q.doc.Text), what: "operator of Nix", topics: row.topics}
	c.says, c.notes = row.says(q, place)
	switch n := place.Node; {
	case place.Token == syntax.KeywordIf || place.Token == syntax.KeywordThen || place.Token == syntax.KeywordElse:
		c.what = "keyword of Nix"
		if q.choosesDefinitions(n) {
			c.topics = append(topics{function("mkIf")}, c.topics...)
		}
	case syntax.KeywordIf <= place.Token && place.Token <= syntax.KeywordOr:
		c.what = "keyword of Nix"
	case place.Token == syntax.Question && n.Kind() == syntax.Formal:
		c.what, c.topics = "default of an argument", topics{concept("default-arguments")}
	case place.Token == syntax.Ellipsis, place.Token == syntax.At:
		c.what = "part of a function's argument"
	case place.Token == syntax.Colon:
		c.what = "function"
		if l, _ := syntax.AsLambda(n); !l.Formals().IsZero() {
			c.topics = topics{concept("function-patterns")}
			if isSurelyModule(n) {
				c.what, c.topics = "function of a module", topics{concept("module-arguments")}
			}
		}
	case place.Token == syntax.IndentOpen || place.Token == syntax.IndentClose:
		c.title, c.what = "'' … ''", "string of several lines"
	case place.Token == syntax.InterpOpen:
		c.title, c.what = "${ … }", "value in a text"
		if n.Kind() == syntax.Dynamic {
			c.what, c.topics = "name of an attribute", topics{concept("attribute-sets")}
		} else if n.Parent().Kind() == syntax.Path {
			c.what, c.topics = "value in a path", topics{concept("paths")}
		}
	}
	return c, true
}

// mostShown is how many characters of an expression stand in a sentence.
const mostShown = 44

// shownCode is an expression as it stands in a sentence: of a long one what it begins with.
func shownCode(n syntax.Node) markup.Text { return markup.Code(abridged(n)) }

func abridged(n syntax.Node) string {
	if n.IsZero() || n.Kind() == syntax.Missing {
		return "…"
	}
	whole := n.Text()
	if isCommented := strings.ContainsAny(whole, "#*") && !module.IsString(n); !isCommented && len(whole) <= 2*mostShown {
		if line := oneLine(whole); utf8.RuneCountInString(line) <= mostShown {
			return line
		}
	}
	switch n.Kind() {
	case syntax.Paren:
		return abridged(n.Child(0))
	case syntax.AttrSet:
		if set, _ := syntax.AsAttrSet(n); set.Recursive() {
			return "rec { … }"
		}
		return "{ … }"
	case syntax.List:
		return "[ … ]"
	case syntax.String:
		return `"…"`
	case syntax.IndentedString:
		return "'' … ''"
	case syntax.Apply:
		for n.Kind() == syntax.Apply {
			n = n.Child(0)
		}
		return strings.TrimSuffix(abridged(n), " …") + " …"
	case syntax.Binary:
		for n.Child(0).Kind() == syntax.Binary {
			n = n.Child(0)
		}
		at, _ := syntax.Operator(n)
		return strings.TrimSuffix(abridged(n.Child(0)), " …") + " " + at.Of(n.Tree().Source()) + " …"
	case syntax.Lambda:
		return "(… : …)"
	case syntax.If:
		return "if …"
	}
	return "…"
}

// mostNamesShown is how many names stand in a sentence.
const mostNamesShown = 4

// listed are names in a sentence: all of a few, or the first ones and how many more there are.
func listed(all []string) markup.Text {
	var parts []markup.Text
	for i, name := range all {
		if i == mostNamesShown-1 && len(all) > mostNamesShown {
			parts = append(parts, markup.Format("%s more", len(all)-i))
			break
		}
		parts = append(parts, markup.Code(name))
	}
	return enumerate(parts)
}

// boundNames are the names that a set or a let binds, each once.
func boundNames(set syntax.Node) []string {
	var all []string
	add := func(n syntax.Node) {
		if name, ok := syntax.AttrName(n); ok && name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for n := range syntax.Bindings(set) {
		if b, ok := syntax.AsBinding(n); ok {
			for name := range b.Path().Names() {
				add(name)
				break
			}
		} else if i, ok := syntax.AsInherit(n); ok {
			for name := range i.Names() {
				add(name)
			}
		}
	}
	return all
}

func letSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	names := boundNames(place.Node)
	if place.Node.Kind() == syntax.LetBody {
		return markup.Prose("An old form of `let … in`: the value is that of the attribute `body`."), nil
	}
	if len(names) == 0 {
		return markup.Prose("Names values for the expression behind `in`, and for each other."), nil
	}
	if len(names) == 1 {
		return markup.Format("Names a value: %s may be used in the expression behind `in`.", listed(names)), nil
	}
	return markup.Format("Names values: %s may be used behind `in` and in each other, in any order.", listed(names)), nil
}

func inSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	if names := boundNames(place.Node); len(names) > 0 {
		return markup.Format("The expression that follows is the value of the whole `let`. It may use %s.", listed(names)), nil
	}
	return markup.Prose("The expression that follows is the value of the whole `let`."), nil
}

func withSays(q *query, place *module.Place) (markup.Text, []markup.Text) {
	set := place.Node.Child(0)
	from := shownCode(set)
	says := markup.Format("Brings the names of %s into scope: behind the semicolon, %s may be written as %s. A name from a `let` or an argument wins.",
		from, markup.Code(dotted(set)+"x"), markup.Code("x"))
	if path := place.Path; len(path) > 1 && path.Names(len(path)) != nil && path.String() != set.Text() {
		return says, []markup.Text{markup.Format("%s is %s.", from, markup.Code(path.String()))}
	}
	return says, nil
}

// dotted is an expression with the dot behind it, in front of a name that is selected from it.
func dotted(n syntax.Node) string {
	switch inner := syntax.WithoutParens(n); inner.Kind() {
	case syntax.Identifier, syntax.Select:
		if code := oneLine(inner.Text()); len(code) <= mostShown {
			return code + "."
		}
	}
	return "(…)."
}

func recSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	says := markup.Prose("The attributes of this set may use each other by name. The trap: `//` and overrides change an attribute, " +
		"and not those that were computed from it.")
	if user, used, ok := usesWithin(place.Node); ok {
		return says, []markup.Text{markup.Format("Here %s uses %s: a later change of that does not reach it.", markup.Code(user), markup.Code(used))}
	}
	return says, nil
}

// mostWithin is how many nodes of a set are looked at for a name of the set.
const mostWithin = 2000

// usesWithin is an attribute of a set that uses another attribute by its name, and that attribute.
func usesWithin(set syntax.Node) (user, used string, ok bool) {
	names, left := boundNames(set), mostWithin
	for child := range syntax.Bindings(set) {
		b, isBinding := syntax.AsBinding(child)
		if !isBinding {
			continue
		}
		user, _ = syntax.AttrName(b.Path().Child(0))
		for n := range syntax.Descendants(b.Value()) {
			if left--; left < 0 {
				return "", "", false
			}
			if used = n.Text(); n.Kind() == syntax.Identifier && used != user && slices.Contains(names, used) && !isRebound(n, set) {
				return user, used, user != ""
			}
		}
	}
	return "", "", false
}

// isRebound reports whether something between a name and a set around it may bind the name anew.
func isRebound(n, set syntax.Node) bool {
	for up := range syntax.Ancestors(n) {
		switch {
		case up == set:
			return false
		case up.Kind() == syntax.Lambda:
			l, _ := syntax.AsLambda(up)
			for f := range l.Formals().All() {
				if f.Child(0).Text() == n.Text() {
					return true
				}
			}
			if !l.Parameter().IsZero() && l.Parameter().Text() == n.Text() {
				return true
			}
		case up.Kind() == syntax.LetIn || up.Kind() == syntax.AttrSet:
			if slices.Contains(boundNames(up), n.Text()) {
				return true
			}
		}
	}
	return true
}

func inheritSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	i, _ := syntax.AsInherit(place.Node)
	var names []string
	for n := range i.Names() {
		if name, ok := syntax.AttrName(n); ok {
			if !syntax.IsName(name) {
				name = syntax.Quoted(name)
			}
			names = append(names, name)
		}
	}
	from := i.From()
	if len(names) == 0 {
		return markup.Prose("Copies names into this set: `inherit x;` is `x = x;`, `inherit (s) x;` is `x = s.x;`."), nil
	}
	all := ""
	for n, name := range names {
		if n == 2 && len(names) > 3 {
			all += " …"
			break
		}
		value := name
		if !from.IsZero() {
			value = dotted(from) + name
		}
		all += " " + name + " = " + value + ";"
	}
	if from.IsZero() {
		where := "set"
		if place.Node.Parent().Kind() == syntax.LetIn {
			where = "`let`"
		}
		return markup.Format("Short for %s, where the name on the right is the one outside of this %s.", markup.Code(all[1:]), markup.Prose(where)), nil
	}
	return markup.Format("Short for %s.", markup.Code(all[1:])), nil
}

func ifSays(q *query, place *module.Place) (says markup.Text, notes []markup.Text) {
	test := shownCode(place.Node.Child(0))
	switch place.Token {
	case syntax.KeywordThen:
		says = markup.Format("The value if %s is true. Otherwise Nix does not look at it.", test)
	case syntax.KeywordElse:
		says = markup.Format("The value if %s is false. An `if` always has an `else`, because it always has a value.", test)
	default:
		says = markup.Format("If %s is true, the value is the one behind `then`, otherwise the one behind `else`.", test)
	}
	if q.choosesDefinitions(place.Node) {
		notes = append(notes, markup.Prose("A module that reads `config` to decide which options it defines needs `lib.mkIf`: an `if` ends in infinite recursion."))
	}
	return says, notes
}

// choosesDefinitions reports whether an if gives the whole configuration of a module, and its test reads config.
func (q *query) choosesDefinitions(n syntax.Node) bool {
	if path := module.PathOf(n); len(path) > 1 || !path.IsRoot() {
		return false
	}
	if !inModule(n) || syntax.WithoutParens(n.Child(1)).Kind() != syntax.AttrSet {
		return false
	}
	for inner := range syntax.Descendants(n.Child(0)) {
		if inner.Kind() == syntax.Identifier && (inner.Text() == "config" || inner.Text() == "cfg") {
			return true
		}
	}
	return false
}

// isSurelyModule reports whether a function is certainly a module: it takes what only modules get, or stands where a module does and takes what
// every module gets.
func isSurelyModule(lambda syntax.Node) bool {
	l, ok := syntax.AsLambda(lambda)
	if !ok || !module.IsSystemModule(lambda) {
		return false
	}
	isPlain := l.Formals().HasEllipsis()
	for f := range l.Formals().All() {
		switch f.Child(0).Text() {
		case "config", "options", "modulesPath":
			return true
		case "lib", "pkgs":
		default:
			isPlain = false
		}
	}
	if up := lambda.Parent(); up.Kind() != syntax.File && module.PathOf(lambda).Last() != module.Element {
		return false
	}
	return isPlain
}

// mostFunctions is how many functions around a node are looked at.
const mostFunctions = 8

// inModule reports whether a node stands in a module that is a function.
func inModule(n syntax.Node) bool {
	left := mostFunctions
	for up := range syntax.Ancestors(n) {
		if up.Kind() != syntax.Lambda {
			continue
		}
		if isSurelyModule(up) {
			return true
		}
		if left--; left == 0 {
			break
		}
	}
	return false
}

func assertSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	says := markup.Format("Stops the evaluation unless %s is true. Otherwise the value is what follows the semicolon.", shownCode(place.Node.Child(0)))
	if strings.Contains(place.Node.Child(0).Text(), "assertMsg") {
		return says, nil
	}
	return says, []markup.Text{markup.Prose("The error shows the condition alone. `lib.assertMsg` adds a message; in a module, an entry of `assertions` has one.")}
}

func orSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	s, _ := syntax.AsSelect(place.Node)
	return markup.Format("The value is %s if %s has no attribute %s. Any other error stays an error.",
		shownCode(s.Default()), shownCode(s.From()), shownCode(s.Path().Node)), nil
}

func updateSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	left, right := place.Node.Child(0), place.Node.Child(1)
	says := markup.Format("The attributes of both sets; where both have a name, %s wins. Sets inside are replaced, not joined.", shownCode(right))
	var replaced []string
	for _, name := range setNames(left) {
		if slices.Contains(setNames(right), name) {
			replaced = append(replaced, name)
		}
	}
	if len(replaced) > 0 {
		return says, []markup.Text{markup.Format("Here the right set replaces %s.", listed(replaced))}
	}
	return says, nil
}

// setNames are the names of attributes of a set that is written as one.
func setNames(n syntax.Node) []string {
	if n = syntax.WithoutParens(n); n.Kind() != syntax.AttrSet {
		return nil
	}
	return boundNames(n)
}

// binary says a sentence with both sides of an operator.
func binary(sentence string) func(*query, *module.Place) (markup.Text, []markup.Text) {
	return func(_ *query, place *module.Place) (markup.Text, []markup.Text) {
		return markup.Format(sentence, shownCode(place.Node.Child(0)), shownCode(place.Node.Child(1))), nil
	}
}

func plusSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	left, right := place.Node.Child(0), place.Node.Child(1)
	for _, side := range []syntax.Node{left, right} {
		switch {
		case side.Kind() == syntax.IntegerLiteral || side.Kind() == syntax.FloatLiteral:
			return markup.Format("The sum of %s and %s.", shownCode(left), shownCode(right)), nil
		case module.IsString(side):
			return markup.Format("Joins %s and %s: to a path if the left side is one, else to a text.", shownCode(left), shownCode(right)), nil
		}
	}
	return markup.Format("Joins %s and %s to a text or a path; of two numbers it is the sum.", shownCode(left), shownCode(right)), nil
}

func notSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	return markup.Format("True if %s is false, and false if it is true.", shownCode(place.Node.Child(0))), nil
}

func questionSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	n := place.Node
	if n.Kind() == syntax.Formal && isSurelyModule(n.Parent().Parent()) {
		return markup.Format("NixOS never uses the default of an argument of a module: it takes %s from `specialArgs` or `_module.args`, and stops if both lack it.",
			shownCode(n.Child(0))), nil
	}
	if n.Kind() == syntax.Formal {
		return markup.Format("The caller may leave out %s; it is then %s.", shownCode(n.Child(0)), shownCode(n.Child(1))), nil
	}
	return markup.Format("True if the set %s has the attribute %s. Nix does not compute the value of that.", shownCode(n.Child(0)), shownCode(n.Child(1))), nil
}

func ellipsisSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	if isSurelyModule(place.Node.Parent()) {
		return markup.Prose("Allows arguments that are not listed. A module needs the dots: NixOS gives it more arguments than it names."), nil
	}
	if l, _ := syntax.AsLambda(place.Node.Parent()); !l.Parameter().IsZero() {
		return markup.Format("The caller may give arguments that are not listed; they are in %s.", shownCode(l.Parameter())), nil
	}
	return markup.Prose("The caller may give arguments that are not listed. Without the dots, Nix refuses them as unexpected."), nil
}

func atSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	l, _ := syntax.AsLambda(place.Node)
	return markup.Format("%s is the whole set that the function is called with, without the defaults of names that the caller left out.",
		shownCode(l.Parameter())), nil
}

func colonSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	l, _ := syntax.AsLambda(place.Node)
	if l.Formals().IsZero() {
		var names []markup.Text
		for at, ok := l, true; ok && at.Formals().IsZero(); at, ok = syntax.AsLambda(at.Body()) {
			names = append(names, shownCode(at.Parameter()))
		}
		if len(names) > 1 {
			return markup.Format("A function that takes %s, one after the other. What follows the last colon is its value.", enumerate(names)), nil
		}
		return markup.Format("A function of %s. What follows the colon is its value.", enumerate(names)), nil
	}
	var needed, optional []string
	for f := range l.Formals().All() {
		name, _ := syntax.AttrName(f.Child(0))
		if f.Child(1).IsZero() {
			needed = append(needed, name)
		} else {
			optional = append(optional, name)
		}
	}
	switch {
	case isSurelyModule(place.Node):
		if len(needed)+len(optional) == 0 {
			return markup.Prose("A module: NixOS calls this function, and merges the set behind the colon with those of all other modules."), nil
		}
		return markup.Format("A module: NixOS calls this function with %s, and merges the set behind the colon with those of all other modules.",
			listed(append(needed, optional...))), nil
	case len(needed) == 0 && len(optional) == 0:
		return markup.Prose("A function of a set. What follows the colon is its value."), nil
	case len(needed) == 0:
		return markup.Format("A function of a set, which may have %s. What follows the colon is its value.", listed(optional)), nil
	case len(optional) == 0:
		return markup.Format("A function of a set, which must have %s. What follows the colon is its value.", listed(needed)), nil
	}
	return markup.Format("A function of a set, which must have %s and may have %s. What follows the colon is its value.", listed(needed), listed(optional)), nil
}

func indentedSays(*query, *module.Place) (markup.Text, []markup.Text) {
	return markup.Prose("A string over several lines. Nix removes the indentation that all lines share. Write `''${` for a `${` that Nix leaves alone."), nil
}

func interpolationSays(_ *query, place *module.Place) (markup.Text, []markup.Text) {
	n := place.Node
	switch value := shownCode(n.Child(0)); {
	case n.Kind() == syntax.Dynamic:
		return markup.Format("The name of the attribute is the value of %s, a string.", value), nil
	case n.Parent().Kind() == syntax.Path:
		return markup.Format("This part of the path is the value of %s, a string.", value), nil
	default:
		return markup.Format("Inserts the value of %s: a string, a path, or a package as its path in the store. A number needs `toString`.", value), nil
	}
}

// syntaxAt finds the subject of the keyword or the operator on which a cursor stands.
func (q *query) syntaxAt(offset int) (subject, text.Span, bool) {
	q.place = module.SyntaxAt(q.doc.Tree(), offset)
	s, ok := q.subjectOfPlace(&q.place)
	return s, q.place.Span, ok
}
