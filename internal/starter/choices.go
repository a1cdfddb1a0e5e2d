package starter

import (
	"fmt"
	"slices"
	"strings"

	"jetpills/internal/catalog"
	"jetpills/internal/pattern"
)

// Options are those that describe a board, in the order in which they are asked for.
var Options = []string{catalog.SoMOption, catalog.CarrierBoardOption, catalog.MajorVersionOption}

// Value is what a host has set one of Options to.
func (h *Host) Value(option string) *string {
	switch option {
	case catalog.SoMOption:
		return &h.SoM
	case catalog.CarrierBoardOption:
		return &h.CarrierBoard
	}
	return &h.Major
}

// A Choice is a value that an option can have, and one line about it.
type Choice struct{ Value, Says string }

// Choices are the values of an option that upstream accepts together with those that a host has. There is none for the option of a
// revision that lacks it. The SoM "generic" is no choice: it names no board, and nothing flashes it.
func Choices(c *catalog.Catalog, h Host, option string) (choices []Choice) {
	for _, value := range values(c, option) {
		tried := h
		if *tried.Value(option) = value; !accepts(c, tried) {
			continue
		}
		choice := Choice{Value: value, Says: firstSentence(c, option, value)}
		if g, ok := c.Generation(value); ok && option == catalog.MajorVersionOption && g.JetPack != "" {
			choice.Says = fmt.Sprintf("JetPack %s: L4T %s, kernel %s, CUDA %s.", g.JetPack, g.L4T, g.Kernel, g.CUDA)
		}
		choices = append(choices, choice)
	}
	return choices
}

func values(c *catalog.Catalog, option string) []string {
	o, _ := c.Option(option)
	return slices.DeleteFunc(slices.Clone(o.Values), func(value string) bool {
		return option == catalog.SoMOption && value == "generic"
	})
}

// accepts reports whether a host can be completed to one that upstream is not known to refuse.
func accepts(c *catalog.Catalog, h Host) bool {
	for _, option := range Options {
		if *h.Value(option) != "" {
			continue
		}
		all := values(c, option)
		if len(all) == 0 {
			continue
		}
		return slices.ContainsFunc(all, func(value string) bool {
			tried := h
			*tried.Value(option) = value
			return accepts(c, tried)
		})
	}
	verdict, _ := c.Fits(h.SoM, h.CarrierBoard, h.Major)
	return verdict != catalog.FitNo
}

// TakesSuper reports whether the higher power modes are for a host: upstream has a ready script with them for the developer kit, whose
// board file any other carrier board gets (modules/devices.nix), but for the adapter.
func TakesSuper(c *catalog.Catalog, h Host) bool {
	if h.CarrierBoard == "" || h.CarrierBoard == "generic" {
		h.CarrierBoard = Kit(c, h.SoM)
	}
	h.Super = true
	_, ok := Ready(c, h, input)
	return ok
}

// Preset is the choice that a person most likely means: the carrier board of the developer kit, and the JetPack that the SoM gets by
// itself. There is none for the SoM, which nobody can guess.
func Preset(c *catalog.Catalog, h Host, option string, choices []Choice) string {
	preset := ""
	switch option {
	case catalog.SoMOption:
		return ""
	case catalog.CarrierBoardOption:
		preset = Kit(c, h.SoM)
	case catalog.MajorVersionOption:
		som, _ := c.SoM(h.SoM)
		preset = som.DefaultMajor
	}
	if !slices.ContainsFunc(choices, func(choice Choice) bool { return choice.Value == preset }) && len(choices) > 0 {
		return choices[0].Value
	}
	return preset
}

// Check says what is wrong with a host, as far as it is set.
func Check(c *catalog.Catalog, h Host) error {
	for _, option := range Options {
		value := *h.Value(option)
		if all := values(c, option); value != "" && !slices.Contains(all, value) {
			if value == "generic" {
				return fmt.Errorf("som = \"generic\" names no board, and nothing flashes it: use one of %s", strings.Join(all, ", "))
			}
			return fmt.Errorf("%s cannot be %q: use one of %s", short(option), value, strings.Join(all, ", "))
		}
	}
	if accepts(c, h) {
		return checkSuper(c, h)
	}
	// What fits is said of the option that the others fit without.
	for _, option := range slices.Backward(Options) {
		without := h
		if *without.Value(option) == "" {
			continue
		}
		*without.Value(option) = ""
		choices := Choices(c, without, option)
		if len(choices) == 0 {
			continue
		}
		var others, fit []string
		for _, other := range Options {
			if value := *without.Value(other); value != "" {
				others = append(others, fmt.Sprintf("%s = %q", short(other), value))
			}
		}
		for _, choice := range choices {
			fit = append(fit, choice.Value)
		}
		return fmt.Errorf("jetpack-nixos %s refuses %s = %q together with %s: use %s", c.Revision.Short(),
			short(option), *h.Value(option), strings.Join(others, " and "), strings.Join(fit, " or "))
	}
	return fmt.Errorf("jetpack-nixos %s refuses this board", c.Revision.Short())
}

// checkSuper says that a host asks for power modes which its board does not have, and with which JetPack it has them.
func checkSuper(c *catalog.Catalog, h Host) error {
	if !h.Super || h.SoM == "" || TakesSuper(c, h) {
		return nil
	}
	majors := slices.DeleteFunc(values(c, catalog.MajorVersionOption), func(major string) bool {
		of := h
		of.Major = major
		return !TakesSuper(c, of)
	})
	if len(majors) > 0 {
		return fmt.Errorf("super has no effect on som = %q with JetPack %s: use %s", h.SoM, h.major(c), strings.Join(majors, " or "))
	}
	on := ""
	if h.CarrierBoard != "" {
		on = fmt.Sprintf(" and carrierBoard = %q", h.CarrierBoard)
	}
	return fmt.Errorf("super has no effect on som = %q%s: leave it out", h.SoM, on)
}

func short(option string) string { return strings.TrimPrefix(option, catalog.Namespace+".") }

// firstSentence is that of the description of a value, without Markdown.
func firstSentence(c *catalog.Catalog, option, value string) string {
	o, _ := c.Option(option)
	says := strings.ReplaceAll(o.ValueSummary(value), "`", "")
	if first, _, more := strings.Cut(says, ". "); more {
		return first + "."
	}
	return says
}

// label is a name of a host as RFC 1123 has it, which NixOS takes for networking.hostName.
var label = pattern.New(`^[0-9A-Za-z]([0-9A-Za-z-]{0,61}[0-9A-Za-z])?$`)

// CheckName says what is wrong with the name of a host.
func CheckName(name string) error {
	if !label.MatchString(name) {
		return fmt.Errorf("%q is not a valid host name: use at most 63 letters, digits and hyphens, and begin and end with a letter or a digit", name)
	}
	return nil
}
