package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"jetpills/internal/rpc/rpctest"
)

// TestProcess holds what a person feels of the program itself: how soon the first hover comes, and what the server takes.
func TestProcess(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "jetpills")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if most := int64(20 << 20); info.Size() > most {
		t.Errorf("the program has %d bytes, more than %d", info.Size(), most)
	}

	inits := exec.Command(binary, "version")
	inits.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	trace, err := inits.CombinedOutput()
	if err != nil {
		t.Fatal(err)
	}
	traced := initOf.FindAllStringSubmatch(string(trace), -1)
	if len(traced) < 5 {
		t.Fatalf("few packages have a trace of their start:\n%s", trace)
	}
	all := 0
	for _, m := range traced {
		bytes, _ := strconv.Atoi(m[2])
		if all += bytes; bytes > 64<<10 && strings.HasPrefix(m[1], "jetpills/") {
			t.Errorf("%s makes %d bytes at each start of the program: make them when they are first asked for, patterns by package pattern", m[1], bytes)
		}
	}
	if most := 600 << 10; all > most {
		t.Errorf("the packages, those of others among them, make %d bytes at each start of the program, more than %d:\n%s", all, most, trace)
	}

	const (
		mostWork   = 35 * time.Millisecond // of the processor, up to the first hover
		latest     = time.Second           // comes the first hover, though others use the processor
		mostMemory = 24 << 10              // KiB
	)
	cache := t.TempDir() // the first server of all lays the pills out there
	work, soonest, memory := time.Hour, time.Hour, math.MaxInt
	for round := 1; round <= 3 || (work > mostWork || soonest > latest || memory > mostMemory) && round <= 20; round++ {
		if round > 3 {
			time.Sleep(time.Duration(round) * 100 * time.Millisecond) // what else the machine does may end
		}
		got := serve(t, binary, cache)
		work, soonest, memory = min(work, got.work), min(soonest, got.first), min(memory, got.resident)
		t.Logf("%+v", got)
	}
	if work > mostWork || soonest > latest {
		t.Errorf("the first hover came %v after the start and %v of work, want %v and %v", soonest, work, latest, mostWork)
	}
	if memory > mostMemory {
		t.Errorf("%d KiB are resident with ten files open, want %d at most", memory, mostMemory)
	}
}

// initOf matches what the runtime says of the start of a package: its name, and how much memory its variables took.
var initOf = regexp.MustCompile(`init (\S+) @.* (\d+) bytes`)

// served is what a server took.
type served struct {
	first, work time.Duration // to the first hover, and of it what the processor worked
	resident    int           // KiB, in the end
}

// serve starts a server, opens ten files, and hovers in each.
func serve(t *testing.T, binary, cache string) (got served) {
	dir := t.TempDir()
	cmd := exec.Command(binary, "lsp", "--log-level", "error")
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+cache)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	client := rpctest.Connect(pipes{stdout, stdin}, rpctest.Handlers{})
	call := func(method string, params, result any) {
		t.Helper()
		if err := client.Call(t.Context(), method, params, result); err != nil {
			t.Fatal(err)
		}
	}
	call("initialize", json.RawMessage(`{"processId":null,"rootUri":null,"capabilities":{}}`), nil)
	for i := range 10 {
		uri := fmt.Sprintf("file://%s/m%d.nix", dir, i)
		text := "{ config, ... }:\n{\n  hardware.nvidia-jetpack.som = \"orin-agx\";\n" +
			strings.Repeat("  services.a.b = [ \"c\" config.d.e ];\n", 400) + "}\n"
		if err := client.Notify("textDocument/didOpen", map[string]any{
			"textDocument": map[string]any{"uri": uri, "languageId": "nix", "version": 1, "text": text},
		}); err != nil {
			t.Fatal(err)
		}
		var hover struct{ Contents struct{ Value string } }
		call("textDocument/hover", map[string]any{
			"textDocument": map[string]any{"uri": uri}, "position": map[string]any{"line": 2, "character": 27},
		}, &hover)
		if i == 0 {
			got.first, got.work = time.Since(start), processorTime(t, cmd.Process.Pid)
		}
		if !strings.Contains(hover.Contents.Value, "hardware.nvidia-jetpack.som") {
			t.Fatalf("hover: %q", hover.Contents.Value)
		}
	}
	got.resident = residentKiB(t, cmd.Process.Pid)
	call("shutdown", nil, nil)
	if err := client.Notify("exit", nil); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	return got
}

// processorTime is how long the processor has worked for the threads of a process.
func processorTime(t *testing.T, pid int) (all time.Duration) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		t.Fatal("no threads: ", err)
	}
	for _, thread := range threads {
		stat, _ := os.ReadFile(thread) // of one that has ended, there is none
		worked, _, _ := strings.Cut(string(stat), " ")
		n, _ := strconv.Atoi(worked)
		all += time.Duration(n)
	}
	return all
}

func residentKiB(t *testing.T, pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(string(status), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal("no VmRSS")
	return 0
}
