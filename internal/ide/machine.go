package ide

import (
	"slices"

	"jetpills/internal/catalog"
	"jetpills/internal/jetson"
	"jetpills/internal/markup"
)

// here says that a value of an option is that of a Jetson at hand: the machine itself, or one on USB in recovery mode. A carrier board
// is one of a Jetson whose SoM may be set beside.
func (c *completer) here(option, value string) (where string, ok bool) {
	for _, b := range c.sn.Boards() {
		isHere := option == catalog.SoMOption && value == b.SoM
		if option == catalog.CarrierBoardOption && value == b.CarrierBoard {
			isHere = slices.ContainsFunc(c.beside().boards, func(s sharedBoard) bool { return s.som == "" || s.som == b.SoM })
		}
		if isHere {
			return b.Where(), true
		}
	}
	return "", false
}

// addMachine says which SoM a Jetson at hand has.
func (q *query) addMachine(s *sheet) {
	for _, where := range []struct {
		name       string
		inRecovery bool
	}{{"This machine", false}, {"In recovery mode on USB", true}} {
		var values []markup.Text
		for _, b := range slices.DeleteFunc(slices.Clone(q.sn.Boards()), func(b jetson.Board) bool { return b.InRecovery != where.inRecovery }) {
			value := markup.Code(nixValue(b.SoM))
			if !slices.ContainsFunc(values, func(v markup.Text) bool { return v.Plain() == value.Plain() }) {
				values = append(values, value)
			}
		}
		if len(values) > 0 {
			s.add(where.name, markup.Join(values, " or "))
		}
	}
}
