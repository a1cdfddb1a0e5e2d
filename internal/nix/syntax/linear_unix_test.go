//go:build unix

package syntax_test

import (
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"jetpills/internal/nix/syntax"
)

// TestLinear holds that twice the text takes at most 2.2 times as long, over two
// doublings, whole or broken. The times are of the processor, and the least of
// several: what else the machine does only adds to them. A text is parsed a few
// times in a row, because the first parse after one of a smaller text also pays
// for memory that the process does not have yet. What does not fit the
// processor's caches takes longer, and more so while others use them: a text
// that grows too much is measured again four times as large, where its quadratic
// part weighs four times as much.
func TestLinear(t *testing.T) {
	module, err := os.ReadFile("testdata/modules/options.nix")
	if err != nil {
		t.Fatal(err)
	}
	body := string(module[strings.Index(string(module), "\n{")+1:])
	without := func(what string) string { return "x = " + strings.Replace(body, what, "", 1) + ";\n" }
	for _, test := range []struct {
		name                string
		size                int
		before, unit, after string
	}{
		{"whole", 200_000, "{\n", without("-"), "}"},
		{"without one closing quote", 100_000, "{\nx = \"a;\n", without("-"), "}"},
		{"without one closing brace", 100_000, "{\nx = {\n", without("-"), "}"},
		{"without all opening braces", 50_000, "{\n", without("{"), "}"},
		{"without all closing braces", 50_000, "{\n", without("}"), "}"},
		{"without half of the quotes", 50_000, "{\n", strings.Repeat(without("\""), 2), "}"},
		{"a long line", 12_500, "", "a.b = [ ( { ", ""},
		{"half-typed", 50_000, "", "a.b.\n", ""},
		{"unindented", 12_500, "", "a = {\nb = [\n", ""},
		{"unclosed indented strings", 25_000, "{\n", "x = ''\n", ""},
		{"closing brackets behind a quote", 25_000, "( \"", ")", ""},
		{"stray brackets in deep lists", 20_000, "", "[\n)\n", ""},
	} {
		const most, mostOfLarge, quadratic = 2.2, 3.0, 4.0
		const rounds, inRow = 5, 4
		t.Run(test.name, func(t *testing.T) {
			growth, most := 0.0, most
			for size := test.size; size <= 4*test.size && (size == test.size || growth > most && growth < quadratic); size *= 4 {
				if size > test.size {
					most = mostOfLarge
				}
				text := func(size int) string {
					return test.before + strings.Repeat(test.unit, size/len(test.unit)) + test.after
				}
				small, large := text(size), text(4*size)
				least, leastOfFour := time.Hour, time.Hour
				for round := range rounds {
					time.Sleep(time.Duration(round) * 200 * time.Millisecond) // what else the machine does may end
					for range inRow {
						least = min(least, timed(t, small))
						leastOfFour = min(leastOfFour, timed(t, large))
					}
					if growth = math.Sqrt(float64(leastOfFour) / float64(least)); growth <= most {
						break
					}
				}
				t.Logf("%v for %d bytes, %v for four times as many: %.2f a doubling", least, size, leastOfFour, growth)
			}
			if growth > most {
				t.Errorf("%.2f a doubling, want %.1f", growth, most)
			}
		})
	}
}

// timed is how long the processor takes to parse a text and to ask for places
// in it, the sweeping of memory aside.
func timed(t *testing.T, src string) time.Duration {
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	begin := processorTime(t)
	tree := syntax.Parse(src)
	tree.Errors()
	queries(tree, len(src)/2)
	queries(tree, len(src))
	return processorTime(t) - begin
}

func processorTime(t *testing.T) time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
