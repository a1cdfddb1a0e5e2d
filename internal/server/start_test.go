package server

import (
	"context"
	"encoding/json"
	"io"
	"math"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"go.lsp.dev/uri"

	"jetpills/internal/rpc/rpctest"
	"jetpills/pills"
)

// TestStart bounds the memory that a server asks for up to its first hover. To get memory from the system takes a third of the time to the
// hover.
func TestStart(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir()) // the first server of all lays the pills out there
	file := filepath.Join(t.TempDir(), "configuration.nix")
	content := bigModule(15_000)
	line := strings.Count(content[:strings.Index(content, "hardware.nvidia-jetpack.som")], "\n")
	const most = 2400 << 10 // with the race detector, a tenth more than without
	least := uint64(math.MaxUint64)
	for round := 1; round <= 3 || least > most && round <= 20; round++ {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		client := rpctest.Start(func(in io.ReadCloser, out io.WriteCloser) int {
			return Run(context.Background(), in, out, Options{Pills: pills.FS})
		}, rpctest.Handlers{})
		call := func(method string, params, result any) {
			t.Helper()
			if err := client.Call(t.Context(), method, params, result); err != nil {
				t.Fatal(err)
			}
		}
		call("initialize", json.RawMessage(`{"processId":null,"rootUri":null,"capabilities":{}}`), nil)
		if err := client.Notify("textDocument/didOpen", map[string]any{
			"textDocument": map[string]any{"uri": uri.File(file), "languageId": "nix", "version": 1, "text": content},
		}); err != nil {
			t.Fatal(err)
		}
		var hover struct{ Contents struct{ Value string } }
		call("textDocument/hover", map[string]any{
			"textDocument": map[string]any{"uri": uri.File(file)}, "position": map[string]any{"line": line, "character": 27},
		}, &hover)
		runtime.ReadMemStats(&after)
		if !strings.Contains(hover.Contents.Value, "Pill 07") {
			t.Fatalf("hover: %q", hover.Contents.Value)
		}
		asked := after.TotalAlloc - before.TotalAlloc
		t.Logf("%d KiB", asked>>10)
		least = min(least, asked)
		call("shutdown", nil, nil)
		if err := client.Notify("exit", nil); err != nil {
			t.Fatal(err)
		}
		if code, err := client.Exit(t.Context()); code != 0 || err != nil {
			t.Fatalf("exit code %d, %v", code, err)
		}
	}
	if least > most {
		t.Errorf("a server asks for %d bytes up to the first hover, want %d at most", least, most)
	}
}
