package host

import (
	"encoding/json"
	"slices"
	"strings"

	"jetpills/internal/nix/eval"
)

// option is an option as a system declares it: the schema's, one of a module of the
// workspace, or both.
type option struct {
	typ       Type
	byDefault *eval.Thunk // nil for none
	apply     *eval.Thunk // nil for none
	renamedTo []string
	elsewhere int
	// elsewhereIf is the test without which there is no definition elsewhere; nil for none.
	elsewhereIf *eval.Thunk
	missing     bool // the modules that declare it are not among the system's
}

// submodule is the type of an option that holds modules.
type submodule struct {
	modules   []item
	open      *eval.Unknown // why there may be more modules
	special   eval.Value
	shorthand bool // a set is what config is
}

// declared is the option that is declared at a level; nil if there is none, or if it
// stands for a set of options.
func (l *level) declared() (o *option) {
	if l.up == nil || l.asked && l.needs == nil {
		return l.option
	}
	l.system.Kept(&l.needs, func() { o = l.declaredOnce() })
	return o
}

func (l *level) declaredOnce() *option {
	if l.asked {
		return l.option
	}
	l.asked = true
	s := l.system
	var o *option
	if l.known != nil && l.known.option != nil {
		o = s.fromSchema(l.known.option)
	}
	if l.renamed != nil {
		o = &option{renamedTo: l.renamed.RenamedTo}
	}
	for _, t := range l.declares {
		set, ok := s.Force(t).(*eval.Attrs)
		if !ok || kindOf(s.Evaluator, set) != "option" {
			continue
		}
		if o == nil {
			o = &option{}
			o.typ.Kind = Opaque
		}
		s.declare(o, set)
		if o.byDefault != nil && s.jetpack == No {
			// The modules that declare the option are seen, and so is what they define.
			o.missing, o.elsewhere = false, 0
			s.declares = s.declares || l.known != nil && l.known.option != nil && !l.known.option.NixOS
		}
	}
	l.option = o
	return o
}

// fromSchema is an option of the schema.
func (s *system) fromSchema(known *Option) *option {
	o := &option{typ: known.Type, renamedTo: known.RenamedTo, elsewhere: known.Elsewhere}
	if s.isHost && s.jetpack == No && len(s.holes) == 0 && !known.NixOS {
		o.missing = true
		return o
	}
	config := s.config()
	scope := eval.NewScope(eval.NewAttrs(nil,
		named("config", config),
		eval.Attr{Name: "cfg", Thunk: s.Lazy(func(e *eval.Evaluator) eval.Value {
			return e.At(config, known.Path[:known.cfg]...)
		})},
		named("lib", eval.NewSymbol("lib")),
		named("pkgs", eval.NewSymbol("pkgs")),
	), nil)
	if known.test != nil {
		o.elsewhereIf = s.Thunk(known.test.Root().Child(0), scope)
	}
	switch {
	case !known.HasDefault:
	case known.tree == nil:
		o.byDefault = eval.Known(&eval.Unknown{Reason: eval.Unsupported, What: "its default"})
	default:
		o.byDefault = s.Thunk(known.tree.Root().Child(0), scope)
	}
	return o
}

// declare adds what mkOption says.
func (s *system) declare(o *option, set *eval.Attrs) {
	for a := range set.All() {
		switch a.Name {
		case "type":
			if t := s.typeOf(s.Force(a.Thunk)); o.typ.Kind == Opaque {
				o.typ = t
			}
		case "default":
			o.byDefault = a.Thunk
			if a.Maybe {
				o.byDefault = eval.Known(unsure("whether it has a default is not known"))
			}
		case "apply":
			o.apply = a.Thunk
		}
	}
	if set.Rest() != nil && o.byDefault == nil {
		o.byDefault = eval.Known(why(set.Rest()))
	}
}

// typeOf is a value of lib.types as a type.
func (s *system) typeOf(v eval.Value) Type {
	if symbol, ok := v.(*eval.Symbol); ok && len(symbol.Path) > 1 && slices.Equal(symbol.Path[1:], []string{"nixpkgs", "pkgs", "type"}) {
		return Type{Kind: Raw}
	}
	set, ok := s.Merged(v).(*eval.Attrs)
	if !ok || !s.enter() {
		return Type{Kind: Unmergeable}
	}
	defer s.leave()
	name, _ := s.Select(set, "name").(eval.String)
	of := func(which string) Type { return s.typeOf(s.At(set, "nestedTypes", which)) }
	elem := func() *Type { t := of("elemType"); return &t }
	switch kind, _, _ := strings.Cut(string(name), " "); kind {
	case "listOf":
		return Type{Kind: List, Elem: elem()}
	case "attrsOf", "lazyAttrsOf":
		return Type{Kind: Attrs, Elem: elem(), Lazy: kind == "lazyAttrsOf"}
	case "nullOr":
		t := *elem()
		t.Nullable = true
		return t
	case "separatedString":
		description, _ := s.Select(set, "description").(eval.String)
		var separator string
		quoted, _ := strings.CutPrefix(string(description), "strings concatenated with ")
		if json.Unmarshal([]byte(quoted), &separator) != nil {
			return Type{Kind: Unmergeable}
		}
		return Type{Kind: Lines, Separator: separator}
	case "either":
		// The one that fits merges; those that merge alike do so whichever it is.
		left, right := of("left"), of("right")
		if left.Kind == right.Kind && left.Kind == Equal {
			left.Nullable = left.Nullable || right.Nullable
			return left
		}
		return Type{Kind: Opaque}
	case "submodule":
		sub := &submodule{special: eval.NewAttrs(nil), shorthand: true}
		modules, ok := set.Get("getSubModules")
		if !ok {
			return Type{Kind: Unmergeable}
		}
		sub.modules, sub.open = s.items(modules.Thunk)
		return Type{Kind: Submodule, of: sub}
	case "unique":
		t := *elem()
		if t.Kind == Equal {
			return t
		}
		return Type{Kind: Raw}
	case "anything":
		return Type{Kind: Anything}
	case "attrs", "unspecified":
		return Type{Kind: Opaque}
	case "raw", "functionTo", "optionType", "fileset", "pkgs", "luaInline":
		return Type{Kind: Raw}
	case "deferredModule":
		return Type{Kind: Deferred}
	case "bool", "enum", "int", "float", "str", "string", "path", "package", "nonEmptyStr", "singleLineStr", "strMatching",
		"passwdEntry",
		"intBetween", "numberBetween", "positiveInt", "unsignedInt", "unsignedInt8", "unsignedInt16", "unsignedInt32",
		"signedInt8", "signedInt16", "signedInt32", "numberPositive", "numberNonnegative":
		return Type{Kind: Equal}
	}
	return Type{Kind: Unmergeable} // coercedTo, boolByOr, types of the workspace
}
