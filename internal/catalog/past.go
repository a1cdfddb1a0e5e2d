package catalog

import (
	"encoding/json"
	"slices"
	"strings"
)

// historyOf is since when one of the versions of a timeline that count is there, and until when; counts may be nil for all.
func (l *Library) historyOf(name string, all timeline, counts func(*version) bool) (History, bool) {
	some := all
	if counts != nil {
		some = nil
		for i := range all {
			if counts(&all[i]) {
				some = append(some, all[i])
			}
		}
	}
	h := History{Path: name}
	if len(some) == 0 {
		return h, false
	}
	was := false
	for _, commit := range l.mainline {
		if is := some.alive(l.commits[commit].Source) >= 0; is != was {
			was = is
			h.went(l.commits[commit].Revision, is)
		}
	}
	return h, h.Introduced.Known()
}

// IsOptionWord reports whether the path of an option of any revision has a name.
func (l *Library) IsOptionWord(name string) bool { return l.optionWords()[name] }

// LedToOptions reports whether the paths of options of any revision go on behind a name, that of a set of jetpack-nixos's own.
func (l *Library) LedToOptions(name string) bool {
	return slices.ContainsFunc(l.options.kind(optionEntry), func(v version) bool {
		parts := strings.Split(v.name(), ".")
		return len(parts) > 2 && slices.Contains(parts[2:len(parts)-1], name)
	})
}

// OptionsHistory returns what became of the options whose path matches, taken together.
func (l *Library) OptionsHistory(name string, match func(path []string) bool) (History, bool) {
	last, matches := "", false
	return l.historyOf(name, l.options.kind(optionEntry), func(v *version) bool {
		if path := v.name(); path != last {
			last, matches = path, match(strings.Split(path, "."))
		}
		return matches
	})
}

// ValueHistory returns what became of a value of the enums whose last name is leaf, or of all enums where that is empty.
func (l *Library) ValueHistory(leaf, value string) (History, bool) {
	return l.historyOf(value, l.options.kind(optionEntry), func(v *version) bool {
		// The value stands in the type's description, between quotes, in JSON.
		if leaf != "" && !strings.HasSuffix(v.key, "."+leaf) || !strings.Contains(v.value, `\"`+value+`\"`) {
			return false
		}
		var o Option
		_ = json.Unmarshal([]byte(v.value), &o)
		_, _, _, values := ReadType(o.Type)
		return slices.Contains(values, value)
	})
}

// TypeHistory returns since when the type of an option has a word in its description.
func (l *Library) TypeHistory(path, word string) (History, bool) {
	return l.historyOf(path, l.options.of(optionEntry+path), func(v *version) bool {
		var o Option
		_ = json.Unmarshal([]byte(v.value), &o)
		return strings.Contains(o.Type, word)
	})
}

// GenerationHistory returns what became of the JetPack generations that match, taken together.
func (l *Library) GenerationHistory(name string, match func(Generation) bool) (History, bool) {
	return l.historyOf(name, l.options.kind(generationEntry), func(v *version) bool {
		var g Generation
		_ = json.Unmarshal([]byte(v.value), &g)
		return match(g)
	})
}

// SetMemberHistory returns what became of a name in a package set besides the scope: since when jetpack-nixos sets or overrides it.
func (l *Library) SetMemberHistory(set, name string) (History, bool) {
	return l.historyOf(name, l.packages().of(setEntry+set+"."+name), nil)
}

// BuildHistory returns what became of an attribute that the modules set in config.system.build.
func (l *Library) BuildHistory(name string) (History, bool) {
	return l.historyOf(name, l.packages().of(buildEntry+name), nil)
}

// NameHistory returns what became of a name in any output of the flake.
func (l *Library) NameHistory(name string) (History, bool) {
	return l.historyOf(name, l.packages().kind(outputEntry), func(v *version) bool {
		if !strings.Contains(v.value, `"`+name+`"`) {
			return false
		}
		var names []string
		_ = json.Unmarshal([]byte(v.value), &names)
		return slices.Contains(names, name)
	})
}
