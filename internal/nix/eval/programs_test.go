package eval_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/nixtest"
	"jetpills/internal/nix/syntax"
)

// forms are expressions by type: i an integer, s a string, b a boolean, l a list of
// integers, t a list of strings, a a set of integers, f a function from integers to
// integers. A type's letter in angle brackets stands for any expression of it; xi,
// xs and xa are names in scope.
var forms = map[string][]string{
	"i": {
		"1", "0", "-3", "42", "xi", "<i> + <i>", "<i> - <i>", "<i> * 2", "builtins.length <l>", "builtins.stringLength <s>",
		"if <b> then <i> else <i>", "(<a>).p or <i>", "<f> <i>", "(xi: <i>) <i>", "let y = <i>; z = y; in z",
		"builtins.foldl' (m: n: m + n) <i> <l>", "with { xi = 7; other = <i>; }; other", "({ n, m ? <i> }: n + m) { n = <i>; }",
		"(rec { p = q + 1; q = <i>; }).p", "builtins.head (<l> ++ [ <i> ])", "assert true; <i>",
		"let { body = k; k = <i>; }", "builtins.compareVersions <s> <s>", "let inherit (<a> // { p = <i>; }) p; in p",
		"(let s = { __functor = self: n: n + self.k; k = <i>; }; in s) <i>", "builtins.foldl' (m: n: m * 2 + n) 0 [ <i> <i> ]",
		"let go = n: if n <= 0 then <i> else go (n - 1); in go 3", "(xa: xa.p or 9) <a>", "({ p ? 1, ... }@all: p + builtins.length (builtins.attrNames all)) <a>",
	},
	"s": {
		`"a"`, `""`, `"x-y.z"`, "xs", "<s> + <s>", `"${<s>}-${toString <i>}"`, "toString <i>", "builtins.substring 1 3 <s>",
		"builtins.concatStringsSep <s> <t>", `builtins.replaceStrings [ "a" "x" ] [ "bb" <s> ] <s>`, "builtins.typeOf <l>",
		"if <b> then <s> else <s>", "''\n  ${<s>}\n    b\n''", "builtins.toJSON <a>", "toString <l>", "toString <b>",
		"builtins.concatStringsSep \",\" (builtins.attrNames <a>)", "baseNameOf <s>", "(xs: <s>) <s>", `(builtins.parseDrvName <s>).name`,
		`builtins.hashString "md5" <s>`, "builtins.elemAt (<t> ++ [ <s> ]) 0",
	},
	"b": {
		"true", "false", "<i> == <i>", "<i> < <i>", "<b> && <b>", "<b> || <b>", "!<b>", "<b> -> <b>", "<s> == <s>", "<a> ? p", "<a> == <a>",
		"<l> == <l>", "builtins.any (n: n > 2) <l>", "builtins.all (n: n > 2) <l>", "builtins.elem <i> <l>", "builtins.hasAttr <s> <a>",
		"<s> < <s>", "<l> < <l>", "builtins.isFunction <f>", "(builtins.tryEval <i>).success", `builtins.match "a*(.*)" <s> != null`,
		`builtins.match "[a-z]" <s> == null`, "<s> != <s>", "(builtins.tryEval (assert <b>; 1)).success",
	},
	"l": {
		"[ ]", "[ <i> <i> ]", "<l> ++ <l>", "map <f> <l>", "builtins.filter (n: n > 1) <l>", "builtins.genList <f> 3", "builtins.attrValues <a>",
		"builtins.sort builtins.lessThan <l>", "builtins.concatMap (n: [ n n ]) <l>", "builtins.concatLists [ <l> <l> ]",
		"builtins.tail ([ 1 ] ++ <l>)", "if <b> then <l> else <l>", "(builtins.partition (n: n > 1) <l>).right", `builtins.catAttrs "p" [ <a> <a> ]`,
		"map (n: n.key) (builtins.genericClosure { startSet = [ { key = 1; } ]; operator = n: if n.key < 4 then [ { key = n.key + 1; } ] else [ ]; })",
		"builtins.sort (m: n: m > n) <l>", "builtins.map builtins.stringLength <t>",
	},
	"t": {
		"[ ]", "[ <s> <s> ]", "<t> ++ <t>", "map toString <l>", "builtins.attrNames <a>", "builtins.filter (s: s != \"a\") <t>",
		"builtins.filter builtins.isString (builtins.split \"a\" <s>)", "builtins.splitVersion <s>", "builtins.attrNames (builtins.functionArgs ({ p, q ? 1 }: 1))",
	},
	"a": {
		"{ }", "{ p = <i>; q = <i>; }", "<a> // <a>", "rec { p = <i>; q = p; }", "builtins.mapAttrs (n: v: v + 1) <a>",
		"removeAttrs <a> [ \"p\" ]", "builtins.intersectAttrs <a> <a>", "builtins.listToAttrs [ { name = <s>; value = <i>; } { name = \"p\"; value = <i>; } ]",
		"{ ${\"z\" + <s>} = <i>; p = 1; }", "{ inherit xi; }", "{ inherit (rec { p = <i>; q = p; }) p q; }", "if <b> then <a> else <a>", "xa",
		"builtins.fromJSON (builtins.toJSON <a>)", "builtins.mapAttrs (n: builtins.length) (builtins.groupBy (n: if n > 1 then \"p\" else \"q\") <l>)",
		"builtins.mapAttrs (n: builtins.foldl' builtins.add 0) (builtins.zipAttrsWith (n: vs: vs) [ <a> <a> ])", "{ p = <i>; } // { q = 2; }",
		"let z = <a>; in z // { r = z.p or 0; }", "with <a>; { inherit xi; }", "builtins.removeAttrs <a> (builtins.attrNames <a>)", "(args@{ p ? 3, ... }: args // { inherit p; }) <a>",
	},
	"f": {"(n: n + 1)", "(n: n * <i>)", "(n: <i>)", "builtins.add <i>", "(xi: <i>)", "(let k = <i>; in n: n - k)", "(_: <i>)"},
}

// libForms are more of them, with functions of nixpkgs' lib.
var libForms = map[string][]string{
	"i": {
		"lib.foldr (m: n: m + n) <i> <l>", "lib.count (n: n > 1) <l>", "lib.max <i> <i>", "lib.min <i> <i>", "lib.last (<l> ++ [ <i> ])",
		"lib.findFirst (n: n > 2) <i> <l>", "lib.attrByPath [ \"p\" ] <i> <a>", "lib.pipe <i> [ <f> <f> ]", "lib.foldlAttrs (m: k: v: m + v) 0 <a>",
		"lib.compare <i> <i>", "(lib.fix (self: { p = <i>; q = self.p + 1; })).q", "lib.mod <i> 7", "lib.toInt (toString <i>)",
		"(lib.fix (lib.extends (final: prev: { q = prev.q + 1; }) (self: { p = <i>; q = self.p; }))).q",
		"((lib.makeExtensible (self: { p = <i>; q = self.p; })).extend (final: prev: { p = prev.p * 2; })).q",
		"(lib.mkDefault <i>).content", "(lib.mkIf <b> <i>).content",
	},
	"s": {
		"lib.concatMapStringsSep <s> (s: s + \"!\") <t>", "lib.toUpper <s>", "lib.removePrefix \"a\" <s>", "lib.removeSuffix \"b\" <s>",
		"lib.optionalString <b> <s>", "lib.escapeShellArg <s>", "lib.versions.majorMinor <s>", "lib.concatStrings <t>", "lib.boolToString <b>",
		"lib.concatImapStringsSep \",\" (n: s: toString n + s) <t>", "lib.showOption <t>", "lib.escapeRegex <s>", "lib.stringAsChars (c: c + c) <s>",
		"lib.types.ints.u8.description", "(lib.types.enum <t>).description", "(lib.types.nullOr (lib.types.enum <t>)).description", "lib.strings.escapeNixString <s>",
		"(lib.types.listOf (lib.types.enum <l>)).description", "lib.concatMapAttrsStringSep \"&\" (k: v: k + toString v) <a>", "lib.trim <s>",
	},
	"b": {
		"lib.hasPrefix <s> <s>", "lib.hasSuffix <s> <s>", "lib.hasInfix <s> <s>", "lib.versionAtLeast <s> <s>", "lib.versionOlder <s> <s>",
		"lib.hasAttrByPath [ \"p\" ] <a>", "lib.xor <b> <b>", "lib.mutuallyExclusive <l> <l>", "lib.allUnique <l>", "(lib.types.enum <l>).check <i>",
		"lib.types.ints.u8.check <i>", "(lib.types.either lib.types.str lib.types.int).check <s>", "lib.isFunction <f>",
	},
	"l": {
		"lib.unique <l>", "lib.range 1 <i>", "lib.take 2 <l>", "lib.drop 1 <l>", "lib.reverseList <l>", "lib.optional <b> <i>", "lib.optionals <b> <l>",
		"lib.remove <i> <l>", "lib.flatten [ <l> [ <l> ] ]", "lib.intersectLists <l> <l>", "lib.subtractLists <l> <l>", "lib.sublist 1 2 <l>",
		"lib.zipListsWith (m: n: m - n) <l> <l>", "lib.imap0 (k: n: k * n) <l>", "lib.mapAttrsToList (k: v: v) <a>", "lib.sort (m: n: m > n) <l>",
		"lib.init ([ 1 ] ++ <l>)", "lib.replicate 2 <i>", "lib.takeEnd 2 <l>", "lib.dropEnd 1 <l>", "lib.toList <i>", "lib.forEach <l> <f>", "lib.sortOn <f> <l>",
	},
	"t": {
		"lib.splitString \"-\" <s>", "lib.stringToCharacters <s>", "lib.uniqueStrings <t>", "lib.mapAttrsToList (k: v: k) <a>", "lib.naturalSort <t>",
		"lib.intersperse <s> <t>", "lib.attrNames <a>", "map (p: p.name) (lib.attrsToList <a>)",
	},
	"a": {
		"lib.genAttrs <t> (s: <i>)", "lib.filterAttrs (k: v: v > 1) <a>", "lib.mapAttrs' (k: v: lib.nameValuePair (k + \"1\") v) <a>",
		"lib.recursiveUpdate <a> <a>", "lib.optionalAttrs <b> <a>", "lib.mergeAttrsList [ <a> <a> ]", "lib.concatMapAttrs (k: v: { ${k + \"2\"} = v; }) <a>",
		"lib.setAttrByPath [ \"p\" ] <i>", "lib.overrideExisting <a> <a>", "lib.getAttrs [ \"p\" ] { p = <i>; q = 1; }", "lib.mapAttrsRecursive (k: v: v + 1) <a>",
		"lib.foldAttrs (m: n: m + n) 0 [ <a> <a> ]", "lib.listToAttrs (map (s: lib.nameValuePair s <i>) <t>)", "lib.removeAttrs <a> <t>",
		"lib.composeManyExtensions [ (final: prev: { p = <i>; }) (final: prev: { q = prev.p; }) ] { } { }",
	},
}

// typed is an expression of a type.
func typed(t *rapid.T, kind string, depth int, forms map[string][]string) string {
	all := forms[kind]
	if depth == 0 {
		all = all[:3]
	}
	form := rapid.SampledFrom(all).Draw(t, kind)
	var out strings.Builder
	for form != "" {
		before, rest, found := strings.Cut(form, "<")
		out.WriteString(before)
		if !found {
			break
		}
		if len(rest) > 1 && rest[1] == '>' && forms[rest[:1]] != nil {
			out.WriteString("(" + typed(t, rest[:1], max(depth-1, 0), forms) + ")")
			form = rest[2:]
			continue
		}
		out.WriteByte('<')
		form = rest
	}
	return out.String()
}

// TestTypedPrograms holds programs that make sense against Nix; with -lib, programs
// with functions of lib too.
func TestTypedPrograms(t *testing.T) {
	const setup = `let xi = 4; xs = "a1.b"; xa = { p = 5; xi = 6; }; in `
	var all []string
	want, of, before := 1000, forms, ""
	if nixtest.HasLib() {
		want, of, before = 10_000, map[string][]string{}, "let lib = import "+nixtest.Lib(t)+"; in "
		for kind := range forms {
			of[kind] = append(slices.Clone(forms[kind]), libForms[kind]...)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		for range 100 {
			if kind := rapid.SampledFrom([]string{"i", "s", "b", "l", "t", "a"}).Draw(t, "type"); len(all) < want {
				all = append(all, "("+typed(t, kind, 4, of)+")")
			}
		}
	})
	answers := askNix(t, before+setup, all)
	judge(t, all, answers, func(e *eval.Evaluator) *eval.Scope {
		names := func(attrs ...eval.Attr) eval.Value { return eval.NewAttrs(nil, attrs...) }
		attr := func(name string, v eval.Value) eval.Attr { return eval.Attr{Name: name, Thunk: eval.Known(v)} }
		return eval.NewScope(names(attr("lib", eval.NewSymbol("lib")), attr("xi", eval.Int(4)), attr("xs", eval.String("a1.b")),
			attr("xa", names(attr("p", eval.Int(5)), attr("xi", eval.Int(6))))).(*eval.Attrs), nil)
	})
}

// TestUnknowns holds that what is known of a program some of whose inputs are not
// known is what the program gives for any inputs.
func TestUnknowns(t *testing.T) {
	of := map[string][]string{}
	for kind := range forms {
		of[kind] = append(slices.Clone(forms[kind]), libForms[kind]...)
	}
	known, all := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		inputs := map[string]eval.Value{
			"lib": eval.NewSymbol("lib"), "xi": eval.Int(4), "xs": eval.String("a1.b"),
			"xa": eval.NewAttrs(nil, eval.Attr{Name: "p", Thunk: eval.Known(eval.Int(5))}, eval.Attr{Name: "xi", Thunk: eval.Known(eval.Int(6))}),
		}
		hidden := map[string]eval.Value{"lib": inputs["lib"]}
		for _, name := range []string{"xi", "xs", "xa"} {
			switch rapid.IntRange(0, 4).Draw(t, name) {
			case 0:
				hidden[name] = inputs[name]
			case 1:
				hidden[name] = &eval.Unknown{Reason: eval.Free, What: name}
			case 2:
				hidden[name] = eval.NewSymbol(name)
			case 3:
				other := map[string]eval.Value{"xi": eval.Int(0), "xs": eval.String("zz"), "xa": eval.NewAttrs(nil)}[name]
				hidden[name] = &eval.Choice{Of: []*eval.Thunk{eval.Known(other), eval.Known(inputs[name])}}
			case 4:
				hidden[name] = &eval.Choice{Of: []*eval.Thunk{eval.Known(inputs[name]), eval.Known(&eval.Unknown{What: name})}}
			}
		}
		for range 20 {
			src := typed(t, rapid.SampledFrom([]string{"i", "s", "b", "l", "t", "a"}).Draw(t, "type"), 4, of)
			run := func(inputs map[string]eval.Value) (*eval.Evaluator, *eval.Thunk) {
				var names []eval.Attr
				for name, v := range inputs {
					names = append(names, eval.Attr{Name: name, Thunk: eval.Known(v)})
				}
				e := eval.New(eval.Options{})
				return e, e.Thunk(syntax.Parse(src).Root().Child(0), eval.NewScope(eval.NewAttrs(nil, names...), nil))
			}
			e, whole := run(inputs)
			want, bad := e.Plain(whole)
			if bad != nil {
				continue
			}
			e, part := run(hidden)
			all++
			if _, bad := e.Plain(part); bad == nil {
				known++
			}
			if !covers(e, part, want) {
				t.Fatalf("%s\nis %s where the inputs are %v\nand %v where they are known", src, shown(e, part, 0), hidden, want)
			}
		}
	})
	t.Logf("%d of %d are known", known, all)
}

// covers reports whether a value may be some data.
func covers(e *eval.Evaluator, t *eval.Thunk, want any) bool {
	switch v := e.Force(t).(type) {
	case *eval.Unknown:
		return !v.Fails()
	case *eval.Symbol, *eval.Call:
		return true
	case *eval.Choice:
		return slices.ContainsFunc(v.Of, func(t *eval.Thunk) bool { return covers(e, t, want) })
	case *eval.List:
		list, ok := want.([]any)
		if !ok || !v.Open && len(list) != len(v.Items) || v.Open && len(list) < min(v.Gap, len(v.Items)) {
			return false
		}
		for i, t := range v.Items {
			if v.Open && i >= v.Gap {
				break
			}
			if !covers(e, t, list[i]) {
				return false
			}
		}
		return true
	case *eval.Attrs:
		set, ok := want.(map[string]any)
		if !ok {
			return false
		}
		for a := range v.All() {
			value, ok := set[a.Name]
			if !ok && !a.Maybe || ok && !covers(e, a.Thunk, value) {
				return false
			}
		}
		for name := range set {
			if _, ok := v.Get(name); !ok && v.Rest() == nil {
				return false
			}
		}
		return true
	}
	got, bad := e.Plain(t)
	return bad == nil && got == want
}
