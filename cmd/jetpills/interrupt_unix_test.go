//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// longFlake has hosts that take seconds to read.
const longFlake = `{
  outputs = { nixpkgs, jetpack-nixos, ... }: {
    nixosConfigurations = nixpkgs.lib.genAttrs (map toString (nixpkgs.lib.range 1 30)) (n: nixpkgs.lib.nixosSystem {
      modules = [ jetpack-nixos.nixosModules.default ./a.nix {
        hardware.nvidia-jetpack.name = toString (builtins.foldl' (a: b: a + b) 0 (builtins.genList (n: n * n) 190000));
      } ];
    });
  };
}
`

// longWorkspace lays out a file with a finding, and flakes that take minutes to read.
func longWorkspace(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	files := map[string]string{"0.nix": `{ hardware.nvidia-jetpack.som = "orin"; }`}
	for i := range 20 {
		files[fmt.Sprintf("flake%d/flake.nix", i)] = longFlake
		files[fmt.Sprintf("flake%d/a.nix", i)] = `{ hardware.nvidia-jetpack.som = "orin-nx"; }`
		files[fmt.Sprintf("flake%d/.git/HEAD", i)] = ""
	}
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestInterruptedCommands holds that a person at a terminal sees how far a long command is, and can interrupt it; and that
// what is printed then cannot be taken for all there is.
func TestInterruptedCommands(t *testing.T) {
	binary, dir := build(t), longWorkspace(t)
	for _, test := range []struct {
		args   []string
		signal syscall.Signal // 0 for the key
		code   int
		stdout string // in the output
		stderr string // the end of it
	}{
		{[]string{"check", dir}, 0, 130, `0.nix:1:33: hint: No value "orin"; did you mean`, "interrupted: 1 of 41 files checked\r\n"},
		{[]string{"check", dir}, syscall.SIGTERM, 143, `0.nix:1:33: hint: No value "orin"; did you mean`, "interrupted: 1 of 41 files checked\r\n"},
		{[]string{"check", "--format", "json", dir}, 0, 130, "", "interrupted: 1 of 41 files checked\r\n"},
		{[]string{"check", "--format", "sarif", dir}, syscall.SIGINT, 130, "", "interrupted: 1 of 41 files checked\r\n"},
		{[]string{"hosts", filepath.Join(dir, "flake0")}, 0, 130, "", " of 30 hosts read\r\n"},
		{[]string{"hosts", "--format", "json", filepath.Join(dir, "flake0")}, syscall.SIGTERM, 143, "", " of 30 hosts read\r\n"},
	} {
		t.Run(strings.Join(test.args[:len(test.args)-1], " "), func(t *testing.T) {
			var stdout bytes.Buffer
			command := exec.Command(binary, test.args...)
			command.Stdout = &stdout
			screen, err := pty.StartWithAttrs(command, nil, &syscall.SysProcAttr{Setsid: true, Setctty: true})
			if err != nil {
				t.Fatal(err)
			}
			defer screen.Close()
			late := time.AfterFunc(time.Minute, func() { _ = command.Process.Kill() })
			defer late.Stop()
			var shown []byte
			interrupted := false
			for b := make([]byte, 1000); ; {
				n, err := screen.Read(b)
				shown = append(shown, b[:n]...)
				if !interrupted && bytes.Contains(shown, []byte(" of 30 …")) {
					interrupted = true
					if test.signal != 0 {
						err = command.Process.Signal(test.signal)
					} else {
						_, err = io.WriteString(screen, "\x03")
					}
				}
				if err != nil {
					break // Linux ends the last read with an error
				}
			}
			_ = command.Wait()
			if code := command.ProcessState.ExitCode(); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if out := stdout.String(); test.stdout == "" && out != "" || !strings.Contains(out, test.stdout) {
				t.Errorf("printed %q", out)
			}
			if all := string(shown); !strings.Contains(all, "\rReading hosts: ") || !strings.HasSuffix(all, test.stderr) || strings.Count(all, "\n") != 1 {
				t.Errorf("on the terminal: %q", all)
			}
		})
	}
}
