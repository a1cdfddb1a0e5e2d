package server

import (
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/uri"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
	"jetpills/pills"
)

var benchSize = flag.Int("size", 15_000, "how many bytes the file of BenchmarkAfterKeystroke has")

// bigModule is a NixOS module of about so many bytes that ends in the lines about the board.
func bigModule(size int) string {
	var b strings.Builder
	b.WriteString("{ config, lib, pkgs, ... }:\nlet\n  cfg = config.hardware.nvidia-jetpack;\nin\n{\n")
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `  systemd.services.worker%d = lib.mkIf cfg.enable {
    description = "Worker number %d";
    wantedBy = [ "multi-user.target" ];
    environment = { LEVEL = "%d"; HOME = "/var/lib/worker%d"; };
    serviceConfig = {
      ExecStart = "${pkgs.hello}/bin/hello --greeting ${toString %d}";
      Restart = lib.mkDefault "on-failure";
    };
    script = ''
      echo ${cfg.name} # runs on the board
    '';
  };
`, i, i, i, i, i)
	}
	b.WriteString("  hardware.nvidia-jetpack.som = \"orin-nx\";\n  hardware.nvidia-jetpack.carrierBoard = \"\";\n}\n")
	return b.String()
}

// BenchmarkAfterKeystroke measures, at the client, a request that follows an edit of the same file at once.
func BenchmarkAfterKeystroke(b *testing.B) {
	library, err := catalog.Open()
	if err != nil {
		b.Fatal(err)
	}
	content := bigModule(*benchSize)
	lines := strings.Split(content, "\n")
	somLine := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, "jetpack.som") })
	openQuote := strings.Replace(content, `carrierBoard = "";`, `carrierBoard = "`, 1)
	for _, request := range []struct {
		name, method    string
		content         string
		line, character int
	}{
		{"hover", "textDocument/hover", content, somLine, 27},
		{"completion", "textDocument/completion", content, somLine + 1, 42},
		{"completion after a quote", "textDocument/completion", openQuote, somLine + 1, 42},
		{"definition", "textDocument/definition", content, somLine, 27},
	} {
		b.Run(request.name, func(b *testing.B) {
			dir := b.TempDir()
			session := workspace.NewSession(workspace.Config{Library: library, Pills: pill.Load(pills.FS), CacheDir: b.TempDir()})
			session.SetFolders([]string{dir})
			e := startMarkerEditor(b, session, dir)
			file := filepath.Join(dir, "configuration.nix")
			e.open(file, request.content)
			document := map[string]any{"uri": uri.File(file), "version": 2}
			ask := map[string]any{
				"textDocument": document, "position": map[string]any{"line": request.line, "character": request.character},
			}
			took := make([]time.Duration, 0, b.N)
			for i := range b.N {
				// A keystroke on the first line, and the next time its undoing.
				edit := map[string]any{"range": wireSpan(0, 0, 0, 0), "text": " "}
				if i%2 == 1 {
					edit = map[string]any{"range": wireSpan(0, 0, 0, 1), "text": ""}
				}
				start := time.Now()
				if err := e.Notify("textDocument/didChange", map[string]any{"textDocument": document, "contentChanges": []any{edit}}); err != nil {
					b.Fatal(err)
				}
				var result json.RawMessage
				if err := e.Call(b.Context(), request.method, ask, &result); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(start))
				if len(result) < 10 {
					b.Fatalf("answered %s", result)
				}
			}
			// What else the machine does has its part in the slowest of all: of ten stretches, the quietest has least of it.
			quiet := took[len(took)-1]
			for stretch := range slices.Chunk(took, max(1, len(took)/10)) {
				if len(stretch) >= len(took)/10 {
					quiet = min(quiet, percentile(stretch, 99))
				}
			}
			b.ReportMetric(milliseconds(quiet), "p99-quiet-ms")
			b.ReportMetric(milliseconds(percentile(took, 99)), "p99-ms")
			b.ReportMetric(milliseconds(percentile(took, 50)), "median-ms")
		})
	}
}

func percentile(took []time.Duration, percent int) time.Duration {
	sorted := slices.Sorted(slices.Values(took))
	return sorted[len(sorted)*percent/100]
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func wireSpan(startLine, startCharacter, endLine, endCharacter int) map[string]any {
	return map[string]any{
		"start": map[string]any{"line": startLine, "character": startCharacter},
		"end":   map[string]any{"line": endLine, "character": endCharacter},
	}
}
