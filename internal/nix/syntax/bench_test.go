package syntax_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	gonix "github.com/orivej/go-nix/nix/parser"

	"jetpills/internal/nix/syntax"
)

// module15 is a module of about 15 KB, made of the shipped ones.
func module15(tb testing.TB) string {
	var out strings.Builder
	out.WriteString("{ config, lib, pkgs, ... }:\n{\n")
	for i := 0; out.Len() < 14_000; i++ {
		for _, name := range []string{"options", "package", "formatted", "configuration"} {
			src, err := os.ReadFile("testdata/modules/" + name + ".nix")
			if err != nil {
				tb.Fatal(err)
			}
			fmt.Fprintf(&out, "  part-%d-%s = %s;\n", i, name, strings.ReplaceAll(strings.TrimSpace(string(src)), "\n", "\n  "))
		}
	}
	out.WriteString("}\n")
	return out.String()
}

// packageSet is about 800 KB in the shape of a large package set: thousands of
// one-line bindings, some with overrides.
func packageSet() string {
	var out strings.Builder
	out.WriteString("{ lib, noSysDirs, config, overlays }:\nres: pkgs: super:\n\nwith pkgs;\n\n{\n")
	for i := 0; out.Len() < 800_000; i++ {
		fmt.Fprintf(&out, "  package-%d = callPackage ../tools/group-%d/package-%d { };\n\n", i, i%97, i)
		switch i % 5 {
		case 1:
			fmt.Fprintf(&out, "  library-%d = callPackage ../development/libraries/library-%d {\n    inherit (pkgs.group) one two;\n    enableThree = stdenv.hostPlatform.isLinux && !stdenv.hostPlatform.isMusl;\n  };\n\n", i, i)
		case 3:
			fmt.Fprintf(&out, "  inherit (callPackages ../servers/server-%d { stdenv = gcc12Stdenv; })\n    server_%d_1\n    server_%d_2;\n  # kept for old configurations\n  alias-%d = throw \"alias-%d was renamed to package-%d\";\n\n", i, i, i, i, i, i)
		}
	}
	out.WriteString("}\n")
	return out.String()
}

func BenchmarkModule(b *testing.B) {
	src := module15(b)
	b.Run("jetpills", func(b *testing.B) { benchmarkParse(b, src) })
	b.Run("go-nix", func(b *testing.B) { benchmarkGoNix(b, src) })
}

func BenchmarkPackageSet(b *testing.B) {
	src := packageSet()
	b.Run("jetpills", func(b *testing.B) { benchmarkParse(b, src) })
	b.Run("go-nix", func(b *testing.B) { benchmarkGoNix(b, src) })
}

// BenchmarkKeystroke is the parse after one character was typed, whole.
func BenchmarkKeystroke(b *testing.B) {
	src := packageSet()
	at := len(src) / 2
	at += strings.IndexByte(src[at:], ';')
	benchmarkParse(b, src[:at]+"x"+src[at:])
}

// BenchmarkHalfTyped is the parse of a module in which a string is being typed.
func BenchmarkHalfTyped(b *testing.B) {
	src := module15(b)
	at := len(src)/2 + strings.Index(src[len(src)/2:], ";\n") + 2
	benchmarkParse(b, src[:at]+"  som = \"\n"+src[at:])
}

// BenchmarkDamaged is the parse of modules that lack something.
func BenchmarkDamaged(b *testing.B) {
	src := module15(b)
	for _, missing := range []string{";", "{", "}", "\"", "''", ")"} {
		at := len(src)/2 + strings.Index(src[len(src)/2:], missing)
		b.Run(missing, func(b *testing.B) { benchmarkParse(b, src[:at]+src[at+len(missing):]) })
	}
}

func benchmarkParse(b *testing.B, src string) {
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		syntax.Parse(src)
	}
}

func benchmarkGoNix(b *testing.B, src string) {
	if _, err := gonix.ParseString(src); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(src)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := gonix.ParseString(src); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAllocations holds how often a parse of a module asks for memory.
func TestAllocations(t *testing.T) {
	src := module15(t)
	if got := testing.AllocsPerRun(20, func() { syntax.Parse(src) }); got > 30 {
		t.Errorf("%d bytes take %.0f allocations, want 30 at most", len(src), got)
	}
}
