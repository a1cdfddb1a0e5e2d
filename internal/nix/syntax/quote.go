package syntax

import "strings"

// escapes are what Nix writes in a string for characters that mean something else there.
var escapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// Escaped is a text as it stands between the quotes of a string.
func Escaped(s string) string { return escapes.Replace(s) }

// Quoted is a text as a string in quotes, as Nix writes it.
func Quoted(s string) string { return `"` + Escaped(s) + `"` }

// WrittenName is an attribute name as Nix writes it: in quotes if it needs them.
func WrittenName(name string) string {
	if IsName(name) {
		return name
	}
	return Quoted(name)
}
