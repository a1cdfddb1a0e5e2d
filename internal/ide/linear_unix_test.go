//go:build unix && !race

package ide_test

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"jetpills/internal/ide"
	"jetpills/internal/workspace"
)

// repeated makes texts of one construct, as many times as is asked for.
func repeated(before, unit, after, end string) func(n int) string {
	return func(n int) string {
		return before + strings.Repeat(unit, n) + after + strings.Repeat(end, n)
	}
}

// numbered is like repeated, with the number of each in place of a %d.
func numbered(before, unit, after string) func(n int) string {
	return func(n int) string {
		var b strings.Builder
		b.WriteString(before)
		for i := range n {
			fmt.Fprintf(&b, unit, i)
		}
		return b.String() + after
	}
}

// constructs are texts of n of each construct of Nix that can be long, wide or deep.
var constructs = []struct {
	name string
	text func(n int) string
}{
	{"select chain", repeated("{ x = a", ".a", ".; nvidia-jetpack = 1; }", "")},
	{"select chain known", repeated("{ x = config.hardware.nvidia-jetpack", ".a", "; }", "")},
	{"select in parens", repeated("{ x = ", "(", "config.hardware", ".nvidia-jetpack)")},
	{"long attrpath", repeated("{ hardware.nvidia-jetpack", ".a", " = 1; }", "")},
	{"long attrpath before", repeated("{ a", ".a", ".hardware.nvidia-jetpack.som = \"x\"; }", "")},
	{"attrpath hardware", repeated("{ hardware", ".hardware", ". = \"x\"; nvidia-jetpack=1; }", "")},
	{"updates", repeated("{ hardware.nvidia-jetpack = ", "{ som = \"x\"; } // ", "{ }; }", "")},
	{"concats", repeated("{ hardware.nvidia-jetpack.firmware.initialBootOrder = ", "[ \"x\" ] ++ ", "[ ]; }", "")},
	{"one list", repeated("{ hardware.nvidia-jetpack.firmware.initialBootOrder = [ ", "\"x\" ", "]; }", "")},
	{"with list words", repeated("{ a = with pkgs.nvidia-jetpack; [ ", "x ", "]; }", "")},
	{"nested lists", repeated("{ hardware.nvidia-jetpack.som = ", "[ \"x\" ", "", "]")},
	{"apply args", repeated("{ hardware.nvidia-jetpack.som = f ", "\"x\" ", "; }", "")},
	{"apply nested", repeated("{ hardware.nvidia-jetpack.som = ", "f (", "\"x\"", ")")},
	{"mkForce nested", repeated("{ hardware.nvidia-jetpack.som = ", "lib.mkForce (", "\"x\"", ")")},
	{"mkIf nested", repeated("{ hardware.nvidia-jetpack = ", "lib.mkIf true (", "{ som = \"x\"; }", ")")},
	{"mkMerge wide", repeated("{ hardware.nvidia-jetpack = lib.mkMerge [ ", "{ som = \"x\"; } ", "]; }", "")},
	{"lets nested", repeated("{ hardware.nvidia-jetpack.som = ", "let a = cfg.som; in ", "a; }", "")},
	{"let wide", numbered("let ", "a%d = config.hardware.nvidia-jetpack; ", "in a1.som")},
	{"let wide uses", numbered("let ", "a%[1]d = a%[1]d.hardware.nvidia-jetpack; ", "in a1.som")},
	{"let wide, all use last", numbered("let ", "a%d = zz.som; ", "zz = config.hardware.nvidia-jetpack; in { b = zz.som == \"x\"; }")},
	{"let wide, all use last, compare", numbered("let zz = config.hardware.nvidia-jetpack; ", "a%d = yy.som == \"x\"; ", "yy = zz; in { b = zz.som == \"x\"; }")},
	{"rec wide compare", numbered("rec { ", "a%d = yy.som == \"x\"; ", "yy = config.hardware.nvidia-jetpack; }")},
	{"withs nested", repeated("{ hardware.nvidia-jetpack.som = ", "with a; ", "b.som == \"x\"; }", "")},
	{"with compare", repeated("{ hardware.nvidia-jetpack.x = ", "with a; (b == \"x\") || ", "b.som == \"x\"; }", "")},
	{"lambdas", repeated("{ hardware.nvidia-jetpack.som = ", "a: ", "b.som == \"x\"; }", "")},
	{"lambda formals", numbered("{ ", "a%d, ", "... }: { hardware.nvidia-jetpack.som = \"x\"; x = zzz.; }")},
	{"lambda formals compare", func(n int) string {
		return numbered("{ ", "a%d, ", "... }: { hardware.nvidia-jetpack.som = \"x\"; x = zzz.; ")(n) + strings.Repeat("y = b == \"x\"; ", n) + "}"
	}},
	{"ifs", repeated("{ hardware.nvidia-jetpack.som = ", "if a then \"x\" else ", "\"b\"; }", "")},
	{"asserts", repeated("{ hardware.nvidia-jetpack.som = ", "assert a; ", "\"b\"; }", "")},
	{"ands compare", repeated("{ hardware.nvidia-jetpack.enable = ", "config.hardware.nvidia-jetpack.som == \"x\" && ", "true; }", "")},
	{"inherits many", repeated("{ hardware.nvidia-jetpack = { ", "inherit som; ", "}; }", "")},
	{"inherit wide", repeated("{ hardware.nvidia-jetpack = { inherit (config.hardware.nvidia-jetpack) ", "som ", "; }; }", "")},
	{"inherit in let", repeated("let inherit (config.hardware.nvidia-jetpack) ", "som ", "; in { a = som == \"x\"; }", "")},
	{"bindings", numbered("{ hardware.nvidia-jetpack = { ", "a%d = \"x\"; ", "}; }")},
	{"bindings flat", numbered("{ ", "a%d = \"x\"; ", "hardware.nvidia-jetpack.som = \"\"; }")},
	{"bindings flat jp", numbered("{ ", "hardware.nvidia-jetpack.a%d = \"x\"; ", "hardware.nvidia-jetpack. }")},
	{"bindings som", repeated("{ ", "hardware.nvidia-jetpack.som = \"orin-agx\"; ", "hardware.nvidia-jetpack.carrierBoard = \"\"; }", "")},
	{"bindings renamed", repeated("{ ", "hardware.nvidia-jetpack.bootloader.autoUpdate = true; ", "}", "")},
	{"bindings unknown near", repeated("{ ", "hardware.nvidia-jetpack.enabel = true; ", "}", "")},
	{"bindings turned off", repeated("{ ", "hardware.nvidia-jetpack.enable = false; hardware.nvidia-jetpack.majorVersion = \"x\"; ", "}", "")},
	{"bindings under conditions", numbered("{ hardware.nvidia-jetpack = lib.mkMerge [ ", "(lib.mkIf (options ? a%d && a) { som = \"x\"; enable = false; }) ", "]; }")},
	{"reads", numbered("{ config, ... }: let cfg = config.hardware.nvidia-jetpack; in { ", "a%d = cfg.sommm; ", "}")},
	{"reads of one set", numbered("{ config, ... }: { ", "a%d = config.hardware.nvidia-jetpack.firmware.uefi.logos or config.hardware.nvidia-jetpak; ", "}")},
	{"reads in a with", numbered("{ config, ... }: with config.hardware.nvidia-jetpack; { ", "a%d = sommm; ", "}")},
	{"near paths", numbered("{ ", "hardware.nvidia-jetpak.a%d = true; ", "}")},
	{"near words", repeated("{ ", "hardware.nvidia-jetpack.som = orin-agx; ", "}", "")},
	{"minus signs", repeated("{ hardware.nvidia-jetpack.som = ", "a - ", "a; }", "")},
	{"lists in ifs", repeated("{ hardware.nvidia-jetpack.som = ", "if a then [ ] else ", "{ }; }", "")},
	{"nested lists", repeated("{ hardware.nvidia-jetpack.som = ", "[ ", "1", "]")},
	{"nested sets", repeated("{ hardware.nvidia-jetpack = ", "{ a = ", "1", "; }")},
	{"nested sets jp", repeated("", "{ hardware.nvidia-jetpack = ", "1", "; }")},
	{"nested sets with siblings", repeated("", "{ som = \"x\"; a = ", "{ hardware.nvidia-jetpack = 1; }", "; }")},
	{"deep set with many inside", func(n int) string {
		return strings.Repeat("{ a = ", n) + "{ hardware.nvidia-jetpack = { " + strings.Repeat("som = \"x\"; ", n) + "}; }" + strings.Repeat("; }", n)
	}},
	{"long path with many inside", func(n int) string {
		return "{ a" + strings.Repeat(".a", n) + " = { hardware.nvidia-jetpack = { " + strings.Repeat("som = \"x\"; ", n) + "}; }; }"
	}},
	{"deep parens", repeated("{ hardware.nvidia-jetpack.som = ", "(", "\"x\"", ")")},
	{"overlays", numbered("{ nixpkgs.overlays = [ ", "(final: prev: { a%d = final.nvidia-jetpack; }) ", "]; }")},
	{"overlays nested", repeated("{ nixpkgs.overlays = ", "final: prev: { a = ", "nvidia-jetpack", "; }")},
	{"overlay of a scope", numbered("final: prev: { nvidia-jetpack = prev.nvidia-jetpack.overrideScope (jf: jp: { ", "a%d = jp.l4t-core; ", "}); }")},
	{"scope", numbered("final: prev: { nvidia-jetpack = 1; s = final.lib.makeScope final.newScope (self: { ", "a%[1]d = self.a%[1]d; ", "}); }")},
	{"overlays by name", numbered("let ", "a%d = final: prev: { nvidia-jetpack = prev.x; }; ", "in { }")},
	{"overlays composed", numbered("{ lib, nvidia-jetpack }: lib.composeManyExtensions [ ", "(a: b: { a%d = b.nvidia-jetpack; }) ", "]")},
	{"strings", numbered("{ hardware.nvidia-jetpack = { ", "a%d = \"${x} y ${z}\"; ", "}; }")},
	{"one string interps", repeated("{ hardware.nvidia-jetpack.som = \"", "${x}", "\"; }", "")},
	{"nested interps", repeated("{ hardware.nvidia-jetpack.som = ", "\"${", "x", "}\"")},
	{"long string", repeated("{ hardware.nvidia-jetpack.som = \"", "abc ", "\"; }", "")},
	{"indented string", repeated("{ hardware.nvidia-jetpack.som = ''", "abc\n", "''; }", "")},
	{"open quote", repeated("{ hardware.nvidia-jetpack.som = \"", "abc ", "", "")},
	{"dynamic names", repeated("{ hardware.nvidia-jetpack", ".${a}", " = 1; }", "")},
	{"quoted names", repeated("{ hardware.nvidia-jetpack", ".\"a\"", " = 1; }", "")},
	{"elem", repeated("{ hardware.nvidia-jetpack.x = ", "lib.elem config.hardware.nvidia-jetpack.som [ \"x\" ] || ", "a; }", "")},
	{"options decl", numbered("{ ", "options.hardware.nvidia-jetpack.a%d = lib.mkOption { type = lib.types.enum [ \"a\" ]; }; ", "hardware.nvidia-jetpack.som = \"\"; }")},
	{"options decl values", numbered("{ options.hardware.nvidia-jetpack.som = lib.mkOption { type = lib.types.enum [ ", "\"a%d\" ", "]; }; hardware.nvidia-jetpack.som = \"\"; }")},
	{"options decl and unknown", func(n int) string {
		return numbered("{ ", "options.hardware.nvidia-jetpack.a%d = lib.mkOption { type = lib.types.enum [ \"a\" ]; }; ", "")(n) + numbered("", "hardware.nvidia-jetpack.b%d = \"\"; ", "}")(n)
	}},
	{"urls", numbered("{ ", "inputs.a%d.url = \"github:anduril/jetpack-nixos/${x}\"; ", "hardware.nvidia-jetpack.x = 1; }")},
	{"references", repeated("{ hardware.nvidia-jetpack.x = \"", "nix build github:anduril/jetpack-nixos#x .#y ", "\"; }", "")},
	{"references without spaces", repeated("{ hardware.nvidia-jetpack.x = \"", "a:b#", "\"; }", "")},
	{"references in a comment", repeated("{ hardware.nvidia-jetpack.x = 1; } # ", "see pill 07, github:anduril/jetpack-nixos: a#b ", "", "")},
	{"paths into names", numbered("let ", "a%[1]d = jetpack-nixos; b%[1]d = \"${a%[1]d}/modules\"; ", "in b1")},
	{"imports", repeated("{ imports = [ ", "./a.nix ", "]; hardware.nvidia-jetpack.x = 1; }", "")},
	{"broken braces", repeated("{ hardware.nvidia-jetpack = ", "{ ", "", "")},
	{"broken dots", repeated("{ hardware.nvidia-jetpack = ", "a.\n", "", "")},
	{"long name", repeated("{ hardware.nvidia-jetpack.", "a", " = 1; }", "")},
	{"long value", repeated("{ hardware.nvidia-jetpack.som = \"", "a", "\"; }", "")},
	{"plus", repeated("{ hardware.nvidia-jetpack.som = ", "\"a\" + ", "\"x\"; }", "")},
	{"specialisations", numbered("{ ", "specialisation.s%d.configuration.hardware.nvidia-jetpack.som = \"orin-agx\"; ", "}")},
	{"flake inputs", numbered("{ inputs = { ", "a%d = { url = \"x\"; inputs.nixpkgs.follows = \"nixpkgs\"; }; ", "}; outputs = { self, jetpack-nixos, nvidia-jetpack }: { a = jetpack-nixos.; }; }")},
}

// TestLinear holds that all that can be asked about a text of any construct takes at most 2.5 times as long for twice the
// text, over two doublings, and at most so long for a megabyte. See the test of that name in syntax for how it is measured.
// What does not fit the processor's caches takes longer, and more so while others use them: a construct that grows too much
// is measured again with four times the text, where its quadratic part weighs four times as much.
func TestLinear(t *testing.T) {
	const (
		most            = 2.5
		mostOfLarge     = 3.4
		quadratic       = 4.0                   // no cache explains it
		tooQuick        = 10 * time.Millisecond // to say anything
		mostOfAMegabyte = 3 * time.Second
		fewest, largest = 5_000, 80_000
		rounds          = 5
	)
	session := newSession(t)
	pause := func(round int) { time.Sleep(time.Duration(round) * 200 * time.Millisecond) } // what else the machine does may end
	for _, c := range constructs {
		t.Run(c.name, func(t *testing.T) {
			growth, most := 0.0, most
			var measured string // the largest text, and the least time that it took
			var taken time.Duration
			for n := fewest; n < largest && (n == fewest || growth > most && growth < quadratic); n *= 4 {
				if n > fewest {
					most = mostOfLarge
				}
				small, large := c.text(n), c.text(4*n)
				least, leastOfFour := time.Hour, time.Hour
				for round := range rounds {
					pause(round)
					for range 3 {
						least = min(least, askedEverything(t, session, small))
					}
					leastOfFour = min(leastOfFour, askedEverything(t, session, large))
					if growth = math.Sqrt(float64(leastOfFour) / float64(least)); growth <= most || leastOfFour <= tooQuick {
						growth = min(growth, most)
						break
					}
				}
				measured, taken = large, leastOfFour
				t.Logf("%v for %d, %v for four times as many: %.2f a doubling", least, n, leastOfFour, growth)
			}
			if growth > most {
				t.Fatalf("%.2f a doubling, want %.1f", growth, most)
			}
			megabyte := c.text((1 << 20) / (len(c.text(fewest))/fewest + 1))
			// What a text of this size can take at the growth that is allowed need not be measured.
			doublings := max(0, math.Log2(float64(len(megabyte))/float64(len(measured))))
			if atMost := time.Duration(float64(taken) * math.Pow(most, doublings)); atMost < mostOfAMegabyte {
				t.Logf("at most %v for a megabyte", atMost)
				return
			}
			least := time.Hour
			for round := 0; round < rounds && least > mostOfAMegabyte; round++ {
				pause(round)
				least = min(least, askedEverything(t, session, megabyte))
			}
			t.Logf("%v for a megabyte", least)
			if least > mostOfAMegabyte {
				t.Errorf("%v for a megabyte, want %v", least, mostOfAMegabyte)
			}
		})
	}
}

// askedEverything is how long the processor takes to answer all questions about a text, at its ends and in between.
func askedEverything(t *testing.T, session *workspace.Session, text string) time.Duration {
	t.Helper()
	snapshot := session.Snapshot()
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	begin := processorTime(t)
	doc := workspace.NewDocument("untitled:x", "", "nix", 1, text)
	if doc.Problem() != nil {
		return 0
	}
	ide.Diagnose(snapshot, doc)
	for _, offset := range []int{min(25, len(text)), len(text) / 2, len(text) * 9 / 10, len(text)*97/100 + 1, len(text)} {
		ide.Complete(snapshot, doc, offset)
		if h, ok := ide.HoverAt(snapshot, doc, offset); ok {
			h.Markdown(func(string, string) string { return "" })
		}
		ide.DefinitionAt(snapshot, doc, offset)
		ide.DeclarationAt(snapshot, doc, offset)
	}
	ide.DocumentLinks(snapshot, doc)
	return processorTime(t) - begin
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
