// Jetpills explains the Nix files of jetpack-nixos: as a language server for
// editors, and on the command line.
package main

import (
	"os"

	"jetpills/internal/cli"
	"jetpills/pills"
)

// version is set by release builds.
var version string

func main() {
	program := cli.Program{
		Args:    os.Args[1:],
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Pills:   pills.FS,
		Root:    "/",
		Version: version,
	}
	os.Exit(program.Run())
}
