package upstream

import (
	"slices"
	"strings"

	"jetpills/internal/catalog"
)

// soms reads what the root module makes of each SoM: the JetPack major that it gets, and those that it refuses.
// Both hang on functions of the configuration, so the module is read again for every SoM as if that were configured.
func (x *interpreter) soms(e *Extraction, entry string) {
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
		if v := x.defaultFor(entry, name); v.isString() {
			e.DefaultMajors[name] = v.text
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
func (x *interpreter) configured(entry string, values map[string]*value) *value {
	within := func(name string, v *value) *value {
		s := openSet()
		s.put(name, &attr{thunk: known(v)})
		return setOf(s)
	}
	own := openSet()
	for name, v := range values {
		own.put(name, &attr{thunk: known(v)})
	}
	given := within("config", within("hardware", within("nvidia-jetpack", setOf(own)))).set
	given.symbols = true
	return x.calledWith(x.imported(&value{kind: pathValue, text: entry}), given)
}

// defaultFor is the default of majorVersion for a SoM.
func (x *interpreter) defaultFor(entry, som string) *value {
	v := x.configured(entry, map[string]*value{"som": stringOf(som)})
	for _, name := range []string{"options", "hardware", "nvidia-jetpack", "majorVersion", "default"} {
		v = x.selected(v, name)
	}
	return v
}

// refuses reports whether an assertion surely fails for a SoM and a major.
func (x *interpreter) refuses(entry, som, major string) bool {
	root := x.configured(entry, map[string]*value{
		"enable": boolOf(true), "som": stringOf(som), "majorVersion": stringOf(major),
	})
	for _, part := range x.sure(x.selected(root, "config"), 0) {
		for _, assertion := range x.sure(x.selected(part, "assertions"), 0) {
			if holds := x.selected(assertion, "assertion"); holds.kind == boolValue && !holds.truth {
				return true
			}
		}
	}
	return false
}

// sure are the sets that mkIf, mkMerge and lists surely contribute.
func (x *interpreter) sure(v *value, depth int) []*value {
	if depth > maxImports {
		return nil
	}
	switch v.kind {
	case setValue:
		return []*value{v}
	case listValue:
		var all []*value
		for _, t := range v.list {
			all = append(all, x.sure(x.force(t), depth+1)...)
		}
		return all
	case callValue:
		switch name := functionName(v.head.path); {
		case name == "mkIf" && len(v.list) == 2:
			if c := x.force(v.list[0]); c.kind == boolValue && c.truth {
				return x.sure(x.force(v.list[1]), depth+1)
			}
		case name == "mkMerge" && len(v.list) == 1:
			return x.sure(x.force(v.list[0]), depth+1)
		}
	}
	return nil
}
