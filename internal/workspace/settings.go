package workspace

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"jetpills/internal/pill"
	"jetpills/internal/pins"
	"jetpills/internal/text"
)

// Section is the name of our settings section.
const Section = "jetpills"

// Definition says where a jump to a definition leads.
type Definition string

// The targets of a definition.
const (
	DefinitionPill     Definition = "pill"     // the section that explains it
	DefinitionUpstream Definition = "upstream" // the declaration in jetpack-nixos, where its source is on disk
)

// Detail says how much a hover says.
type Detail string

// The details of a hover.
const (
	DetailShort  Detail = "short"  // a sentence and the facts, with a link into the pill
	DetailNormal Detail = "normal" // these, the pill's excerpt, and behind it what had no room before it
	DetailFull   Detail = "full"   // all that is known, then the pill's excerpt
)

// Settings are a person's choices. The zero value is not useful; start from DefaultSettings.
type Settings struct {
	// Revision is the jetpack-nixos revision to go by ("jetpills.revision"); empty: the one that the workspace pins.
	Revision string
	// PillsPath is a folder to read pills from ("jetpills.pills.path"); empty: the shipped ones.
	// A relative path starts at the first workspace folder, "~/" at the home folder.
	PillsPath string
	// PillsURL is where the pills are on the web ("jetpills.pills.url"), with a slash behind; empty: links lead to files.
	PillsURL string
	// UpstreamPath is a local checkout of jetpack-nixos ("jetpills.upstream.path"); may be empty.
	UpstreamPath string
	// Definition is "jetpills.definition".
	Definition Definition
	// HoverDetail is how much a hover says ("jetpills.hover.detail").
	HoverDetail Detail
	// ExcerptLines is how many lines of a pill a hover shows ("jetpills.hover.excerptLines").
	ExcerptLines int
	// HoverLanguage says whether keywords and operators of Nix are explained ("jetpills.hover.language").
	HoverLanguage bool
	// Diagnostics says whether findings are shown ("jetpills.diagnostics.enable").
	Diagnostics bool
	// InlayHints says whether values that are known stand behind the names that have them ("jetpills.inlayHints.enable").
	InlayHints bool
	// CodeLens says whether the flash command and the findings of a host stand above it ("jetpills.codeLens.enable").
	CodeLens bool
	// Severity is what a person wants of findings, by code: "off" or the name of a severity
	// ("jetpills.diagnostics.severity"). The codes and names are those that ide.CheckSeverity knows; others have no effect.
	// The map must not be changed.
	Severity map[string]string
}

// MaxExcerptLines is the largest value of the setting hover.excerptLines.
const MaxExcerptLines = 200

// DefaultSettings are those of a person who sets nothing.
func DefaultSettings() Settings {
	return Settings{Definition: DefinitionPill, HoverDetail: DetailNormal, ExcerptLines: 12, HoverLanguage: true, Diagnostics: true, InlayHints: true, CodeLens: true}
}

// ParseSettings reads the settings section as clients send it, as JSON. The section may be wrapped in an object with its
// name, and keys may be dotted instead of nested. Null and absent settings have their defaults; so have those of a wrong
// type or value, of which the problems say what they must be. Unknown keys are ignored.
func ParseSettings(section []byte) (settings Settings, problems []string) {
	p := settingsParser{settings: DefaultSettings()}
	var decoded any
	if err := json.Unmarshal(section, &decoded); err != nil && len(section) > 0 {
		p.report(Section, "must be JSON: %v", err)
	}
	if members, ok := decoded.(map[string]any); ok {
		if inner, ok := members[Section].(map[string]any); ok {
			members = inner
		}
		p.read(Section, members)
	} else if decoded != nil {
		p.report(Section, "must be an object, not %s", typeName(decoded))
	}
	return p.settings, p.problems
}

type settingsParser struct {
	settings Settings
	problems []string
}

// groups are the settings that hold others.
var groups = [...]string{"jetpills.pills", "jetpills.hover", "jetpills.diagnostics", "jetpills.inlayHints", "jetpills.codeLens", "jetpills.upstream"}

func (p *settingsParser) read(prefix string, members map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(members)) {
		name, value := prefix+"."+key, members[key]
		if strings.HasPrefix(key, Section+".") && prefix == Section {
			name = key
		}
		if value == nil {
			continue
		}
		if !slices.Contains(groups[:], name) {
			p.set(name, value)
		} else if inner, ok := value.(map[string]any); ok {
			p.read(name, inner)
		} else {
			p.report(name, "must be an object, not %s", typeName(value))
		}
	}
}

func (p *settingsParser) set(name string, value any) {
	s := &p.settings
	switch name {
	case "jetpills.revision":
		revision := p.text(name, value)
		if revision != "" && !pins.IsRevision(revision) {
			p.report(name, "must be at least seven digits of a commit, not %q", revision)
			return
		}
		s.Revision = revision
	case "jetpills.pills.path":
		s.PillsPath = p.text(name, value)
	case "jetpills.pills.url":
		address := p.text(name, value)
		url, ok := pill.WebAddress(address)
		if !ok && address != "" {
			p.report(name, "must be an address of a site, such as https://example.org/jetpills/, not %q", address)
			return
		}
		s.PillsURL = url
	case "jetpills.upstream.path":
		s.UpstreamPath = p.text(name, value)
	case "jetpills.definition":
		choose(p, &s.Definition, name, value, DefinitionPill, DefinitionUpstream)
	case "jetpills.hover.detail":
		choose(p, &s.HoverDetail, name, value, DetailShort, DetailNormal, DetailFull)
	case "jetpills.hover.excerptLines":
		number, ok := value.(float64)
		switch {
		case !ok:
			p.report(name, "must be a whole number, not %s", typeName(value))
		case number != float64(int(number)) || number < 1 || number > MaxExcerptLines:
			p.report(name, "must be a whole number from 1 to %d, not %v", MaxExcerptLines, number)
		default:
			s.ExcerptLines = int(number)
		}
	case "jetpills.hover.language":
		p.turn(&s.HoverLanguage, name, value)
	case "jetpills.diagnostics.enable":
		p.turn(&s.Diagnostics, name, value)
	case "jetpills.inlayHints.enable":
		p.turn(&s.InlayHints, name, value)
	case "jetpills.codeLens.enable":
		p.turn(&s.CodeLens, name, value)
	case "jetpills.diagnostics.severity":
		codes, ok := value.(map[string]any)
		if !ok {
			p.report(name, "must be an object, not %s", typeName(value))
		}
		s.Severity = map[string]string{}
		for _, code := range slices.Sorted(maps.Keys(codes)) {
			switch severity := codes[code].(type) {
			case nil:
			case string:
				s.Severity[code] = severity
			default:
				p.report(name+"."+code, "must be text, not %s", typeName(severity))
			}
		}
	}
}

// choose sets a choice, one of some.
func choose[T ~string](p *settingsParser, chosen *T, name string, value any, choices ...T) {
	choice := T(p.text(name, value))
	if slices.Contains(choices, choice) {
		*chosen = choice
	} else if choice != "" {
		quoted := make([]string, len(choices))
		for i, c := range choices {
			quoted[i] = strconv.Quote(string(c))
		}
		p.report(name, "must be %s, not %q", text.List(quoted, "or"), choice)
	}
}

// turn sets a switch.
func (p *settingsParser) turn(on *bool, name string, value any) {
	if enabled, ok := value.(bool); ok {
		*on = enabled
	} else {
		p.report(name, "must be true or false, not %s", typeName(value))
	}
}

func (p *settingsParser) text(name string, value any) string {
	text, ok := value.(string)
	if !ok {
		p.report(name, "must be text, not %s", typeName(value))
	}
	return strings.TrimSpace(text)
}

func (p *settingsParser) report(setting, format string, arguments ...any) {
	p.problems = append(p.problems, setting+" "+fmt.Sprintf(format, arguments...))
}

// typeName is what a value that JSON decoded is.
func typeName(value any) string {
	switch value.(type) {
	case string:
		return "text"
	case bool:
		return "true or false"
	case float64:
		return "a number"
	case []any:
		return "a list"
	}
	return "an object"
}
