package upstream

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/nix/eval"
)

// soms reads what the root module makes of each SoM: the JetPack major that it gets, and those that it refuses.
// Both hang on functions of the configuration, so the module is read again for every SoM as if that were configured.
func (x *extractor) soms(e *Extraction, entry string) {
	option := func(name string) (o catalog.Option, ok bool) {
		i := slices.IndexFunc(e.Options, func(o catalog.Option) bool { return o.Path == catalog.Namespace+"."+name })
		if i < 0 {
			return o, false
		}
		return e.Options[i], true
	}
	som, _ := option("som")
	major, ok := option("majorVersion")
	if !ok || len(som.Values) > 64 || len(major.Values) > 16 {
		return
	}
	e.DefaultMajors = map[string]string{}
	type pair struct{ major, family string }
	refused := map[pair]bool{}
	var families []string
	for _, name := range som.Values {
		if v := x.defaultFor(entry, name); v != "" {
			e.DefaultMajors[name] = v
		}
		family, _, hasFamily := strings.Cut(name, "-")
		if !hasFamily {
			continue
		}
		if !slices.Contains(families, family) {
			families = append(families, family)
		}
		for _, m := range major.Values {
			if x.refuses(entry, name, m) {
				refused[pair{m, family}] = true
			}
		}
	}
	for i := range e.Generations {
		g := &e.Generations[i]
		for _, family := range families {
			if len(refused) > 0 && !refused[pair{g.Major, family}] {
				g.SoMFamilies = append(g.SoMFamilies, family)
			}
		}
	}
}

// configured is the root module for a configuration with these values below hardware.nvidia-jetpack.
func (x *extractor) configured(entry string, values ...eval.Attr) eval.Value {
	return x.configuredWith(entry, nil, values...)
}

// configuredWith is configured with arguments of the module besides.
func (x *extractor) configuredWith(entry string, arguments []eval.Attr, values ...eval.Attr) eval.Value {
	path := []string{"config", "hardware", "nvidia-jetpack"}
	given := eval.NewAttrs(eval.NewSymbol(path...), values...)
	for n := len(path) - 1; n >= 0; n-- {
		given = eval.NewAttrs(eval.NewSymbol(path[:n]...), eval.Attr{Name: path[n], Thunk: eval.Known(given)})
	}
	for a := range given.All() {
		arguments = append(slices.Clip(arguments), a)
	}
	return x.Called(x.Force(x.Import(entry)), eval.NewAttrs(given.Rest(), arguments...))
}

func value(name string, v eval.Value) eval.Attr { return eval.Attr{Name: name, Thunk: eval.Known(v)} }

// defaultFor is the default of majorVersion for a SoM; empty if it is not known.
func (x *extractor) defaultFor(entry, som string) string {
	v := x.configured(entry, value("som", eval.String(som)))
	return x.text(v, "options", "hardware", "nvidia-jetpack", "majorVersion", "default")
}

// refuses reports whether an assertion is certain to fail for a SoM and a major.
func (x *extractor) refuses(entry, som, major string) bool {
	root := x.configured(entry,
		value("enable", eval.Bool(true)), value("som", eval.String(som)), value("majorVersion", eval.String(major)))
	for _, part := range x.certain(x.Select(root, "config"), 0) {
		for _, assertion := range x.certain(x.Select(part, "assertions"), 0) {
			if x.is(assertion, "assertion", eval.Bool(false)) {
				return true
			}
		}
	}
	return false
}

// certain are the sets that mkIf, mkMerge and lists contribute without a doubt.
func (x *extractor) certain(v eval.Value, depth int) (all []*eval.Attrs) {
	if depth > maxImports || x.Charge(1) != nil {
		return nil
	}
	switch v := v.(type) {
	case *eval.List:
		for _, t := range v.Items {
			all = append(all, x.certain(x.Force(t), depth+1)...)
		}
	case *eval.Attrs:
		switch x.text(v, "_type") {
		case "if":
			if x.is(v, "condition", eval.Bool(true)) {
				all = x.certain(x.Select(v, "content"), depth+1)
			}
		case "merge":
			all = x.certain(x.Select(v, "contents"), depth+1)
		default:
			all = append(all, v)
		}
	}
	return all
}
