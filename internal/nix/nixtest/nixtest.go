// Package nixtest asks Nix, the judge of what this program says of Nix code. Only tests use it.
//
// What needs nixpkgs' lib or the history of jetpack-nixos is asked where these are: answers lie in the testdata of the tests, and
// "make judge LIB=DIR UPSTREAM=DIR" takes them anew.
package nixtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

var (
	libDir      = flag.String("lib", "", "a clone of nixpkgs.lib, or a folder with its files, to take the answers of Nix anew")
	libRevision = flag.String("revision", "", "the commit of the lib in -lib, where that is no clone")
	upstreamDir = flag.String("upstream", "", "a clone of jetpack-nixos, to take the answers of Nix anew")
)

// HasLib reports whether nixpkgs' lib can be asked.
func HasLib() bool { return *libDir != "" }

// Lib is the path of nixpkgs' lib, to be imported.
func Lib(t testing.TB) string {
	t.Helper()
	if !HasLib() {
		t.Fatal("-lib names no clone of nixpkgs.lib")
	}
	lib, err := filepath.Abs(filepath.Join(*libDir, "lib"))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// LibRevision is the commit of nixpkgs' lib.
func LibRevision(t testing.TB) string {
	t.Helper()
	if *libRevision != "" {
		return *libRevision
	}
	// Without this, the answer for a folder in somebody else's clone would be the commit of that.
	if _, err := os.Stat(filepath.Join(*libDir, ".git")); err != nil {
		t.Fatalf("%s is no clone: name the commit with -revision", *libDir)
	}
	out, err := exec.Command("git", "-C", *libDir, "rev-parse", "HEAD").Output()
	if err != nil {
		t.Fatalf("git rev-parse in %s: %v", *libDir, err)
	}
	return strings.TrimSpace(string(out))
}

// HasUpstream reports whether a clone of jetpack-nixos can be read.
func HasUpstream() bool { return *upstreamDir != "" }

// Git gives what git prints in the clone of jetpack-nixos: nothing where its grep finds nothing.
func Git(t testing.TB, arguments ...string) []byte {
	t.Helper()
	if !HasUpstream() {
		t.Fatal("-upstream names no clone of jetpack-nixos")
	}
	out, err := exec.Command("git", append([]string{"-C", *upstreamDir}, arguments...)...).Output()
	var failed *exec.ExitError
	if foundNothing := arguments[0] == "grep" && errors.As(err, &failed) && failed.ExitCode() == 1; err != nil && !foundNothing {
		t.Fatalf("git %s in %s: %v", arguments, *upstreamDir, err)
	}
	return out
}

// UnpackUpstream writes a revision of jetpack-nixos into a folder.
func UnpackUpstream(t testing.TB, revision, dir string) {
	t.Helper()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	unpack := exec.Command("tar", "x", "-C", dir)
	unpack.Stdin = bytes.NewReader(Git(t, "archive", revision))
	if out, err := unpack.CombinedOutput(); err != nil {
		t.Fatalf("tar: %v: %s", err, out)
	}
}

// Recorded are the answers of Nix that a file of JSON has. Where nixpkgs' lib can be asked, ask takes them anew first.
func Recorded[T any](t testing.TB, file string, ask func() T) (answers T) {
	t.Helper()
	if HasLib() && ask != nil {
		Record(t, file, ask())
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &answers); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return answers
}

// Record writes answers of Nix for Recorded to read.
func Record(t testing.TB, file string, answers any) {
	t.Helper()
	content, err := json.MarshalIndent(answers, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(content, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Eval has Nix evaluate a program whole, into answer as JSON is decoded. The program finds no nixpkgs.
func Eval(t testing.TB, program string, answer any) {
	t.Helper()
	out, err := TryEval(t, program)
	if err != nil {
		t.Fatalf("nix-instantiate: %v", err)
	}
	if err := json.Unmarshal(out, answer); err != nil {
		t.Fatal(err)
	}
}

// TryEval is Eval of a program that may fail: it gives JSON, or what Nix says against it.
func TryEval(t testing.TB, program string) ([]byte, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "program.nix") // of any length, which an argument is not
	if err := os.WriteFile(file, []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "--readonly-mode", file)
	cmd.Env = append(os.Environ(), "NIX_PATH=")
	out, err := cmd.Output()
	if failed, ok := err.(*exec.ExitError); ok {
		return nil, errors.New(string(failed.Stderr))
	}
	if err != nil {
		t.Fatalf("Nix is the judge here: %v", err)
	}
	return out, nil
}
