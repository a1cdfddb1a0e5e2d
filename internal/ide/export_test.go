package ide

// Asserted are the IDs of the assertions that rules follow from, by what the rules say.
func Asserted() map[string][]string {
	all := map[string][]string{}
	for _, a := range assertions {
		all[a.says] = a.ids
	}
	return all
}
