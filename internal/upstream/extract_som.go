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
	at := func(name string) (catalog.Option, bool) {
		i, ok := slices.BinarySearchFunc(e.Options, "hardware.nvidia-jetpack."+name, func(o catalog.Option, path string) int {
			return strings.Compare(o.Path, path)
		})
		if !ok {
			return catalog.Option{}, false
		}
		return e.Options[i], true
	}
	som, _ := at("som")
	major, ok := at("majorVersion")
	if !ok || len(som.Values) > 64 || len(major.Values) > 16 {
		return
	}
	e.DefaultMajors = map[string]string{}
	refused := map[string]map[string]bool{} // by major and family
	var families []string
	any := false
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
			if !x.refuses(entry, name, m) {
				continue
			}
			if refused[m] == nil {
				refused[m] = map[string]bool{}
			}
			refused[m][family] = true
			any = true
		}
	}
	if !any {
		return
	}
	for i := range e.Generations {
		g := &e.Generations[i]
		for _, family := range families {
			if !refused[g.Major][family] {
				g.SoMFamilies = append(g.SoMFamilies, family)
			}
		}
	}
}

// configured is the root module for a configuration with these values below hardware.nvidia-jetpack.
func (x *extractor) configured(entry string, values ...eval.Attr) eval.Value {
	path := []string{"config", "hardware", "nvidia-jetpack"}
	given := eval.NewAttrs(eval.NewSymbol(path...), values...)
	for n := len(path) - 1; n >= 0; n-- {
		given = eval.NewAttrs(eval.NewSymbol(path[:n]...), eval.Attr{Name: path[n], Thunk: eval.Known(given)})
	}
	return x.Called(x.Force(x.Import(entry)), given)
}

func value(name string, v eval.Value) eval.Attr { return eval.Attr{Name: name, Thunk: eval.Known(v)} }

// defaultFor is the default of majorVersion for a SoM; empty if it is not known.
func (x *extractor) defaultFor(entry, som string) string {
	v := x.configured(entry, value("som", eval.String(som)))
	return x.text(v, "options", "hardware", "nvidia-jetpack", "majorVersion", "default")
}

// refuses reports whether an assertion surely fails for a SoM and a major.
func (x *extractor) refuses(entry, som, major string) bool {
	root := x.configured(entry, value("enable", eval.Bool(true)), value("som", eval.String(som)), value("majorVersion", eval.String(major)))
	for _, part := range x.sure(x.Select(root, "config"), 0) {
		for _, assertion := range x.sure(x.Select(part, "assertions"), 0) {
			if x.is(assertion, "assertion", eval.Bool(false)) {
				return true
			}
		}
	}
	return false
}

// sure are the sets that mkIf, mkMerge and lists surely contribute.
func (x *extractor) sure(v eval.Value, depth int) []*eval.Attrs {
	if depth > maxImports || x.Charge(1) != nil {
		return nil
	}
	switch v := v.(type) {
	case *eval.List:
		var all []*eval.Attrs
		for _, t := range v.Items {
			all = append(all, x.sure(x.Force(t), depth+1)...)
		}
		return all
	case *eval.Attrs:
		switch {
		case x.is(v, "_type", eval.String("if")):
			if x.is(v, "condition", eval.Bool(true)) {
				return x.sure(x.Select(v, "content"), depth+1)
			}
			return nil
		case x.is(v, "_type", eval.String("merge")):
			return x.sure(x.Select(v, "contents"), depth+1)
		}
		return []*eval.Attrs{v}
	}
	return nil
}
