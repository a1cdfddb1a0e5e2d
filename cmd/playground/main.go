// Playground is the language server alone, over standard input and output: for a browser, as WebAssembly, where a page stands in for
// the editor and for the operating system (editors/web).
package main

import (
	"context"
	"os"

	"jetpills/internal/server"
	"jetpills/pills"
)

func main() {
	os.Exit(server.Run(context.Background(), os.Stdin, os.Stdout, server.Options{Pills: pills.FS}))
}
