package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"jetpills/internal/rpc/rpctest"
)

var (
	chaosTime = flag.Duration("chaos", 5*time.Second, "how long TestChaos attacks the server")
	chaosSeed = flag.Uint64("chaosseed", 0, "replay the one attack with this number")
)

// attack does one thing that goes wrong around a language server, at random, and says what the server got wrong.
type attack struct {
	name string
	run  func(c *chaos) error
}

var attacks = []attack{
	{"edits", editsAttack},
	{"frames", framesAttack},
	{"flood", floodAttack},
	{"close and open", reopenAttack},
	{"lock", lockAttack},
	{"tree", treeAttack},
}

// TestChaos runs attacks on servers as an editor starts them, until its time is over. Each attack is known by a number,
// from which all its choices follow.
func TestChaos(t *testing.T) {
	var flags []string
	if raceDetector {
		flags = append(flags, "-race")
	}
	binary := build(t, flags...)
	corpus := chaosCorpus(t)
	first, last := uint64(time.Now().UnixNano())%1_000_000*1000, time.Now().Add(*chaosTime)
	if *chaosSeed != 0 {
		first, last = *chaosSeed, time.Now()
	}
	counts := map[string]int{}
	mostKiB := 0
	for seed := first; ; seed++ {
		a := attacks[seed%uint64(len(attacks))]
		c := &chaos{t: t, binary: binary, corpus: corpus, dir: t.TempDir(), Rand: rand.New(rand.NewPCG(seed, 0))}
		if err := errors.Join(a.run(c), c.end()); err != nil {
			t.Errorf("%s (replay with -chaosseed %d): %v", a.name, seed, err)
		}
		mostKiB = max(mostKiB, c.mostKiB)
		counts[a.name]++
		if !time.Now().Before(last) {
			break
		}
	}
	t.Logf("attacks %v, at most %d KiB resident", counts, mostKiB)
}

// chaosCorpus is the Nix code of the shipped configuration and of the marker archives.
func chaosCorpus(t *testing.T) []string {
	var texts []string
	root := filepath.Join("..", "..", "testdata")
	err := filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		switch filepath.Ext(path) {
		case ".nix":
			texts = append(texts, string(content))
		case ".txtar":
			for _, member := range txtar.Parse(content).Files {
				if filepath.Ext(member.Name) == ".nix" && utf8.Valid(member.Data) {
					texts = append(texts, string(member.Data))
				}
			}
		}
		return nil
	})
	if err != nil || len(texts) < 50 {
		t.Fatalf("%d texts, %v", len(texts), err)
	}
	return texts
}

// chaos is one attack: its random choices, its folder and the servers it started.
type chaos struct {
	*rand.Rand
	t       *testing.T
	binary  string
	corpus  []string
	dir     string
	servers []*chaosServer
	mostKiB int
}

// chaosServer is a process, and what it published.
type chaosServer struct {
	*rpctest.Client
	cmd    *exec.Cmd
	stderr bytes.Buffer
	strays chan rpctest.Message

	mu    sync.Mutex
	marks map[string]string // by URI: the newest list of diagnostics, as JSON
}

// start starts a server with the attack's folder as its workspace. The client watches no files.
func (c *chaos) start() (*chaosServer, error) {
	s := &chaosServer{marks: map[string]string{}, strays: make(chan rpctest.Message, 1<<16)}
	s.cmd = exec.Command(c.binary, "lsp", "--log-level", "info")
	s.cmd.Env = append(os.Environ(), "HOME="+c.dir, "XDG_CACHE_HOME="+filepath.Join(c.dir, ".cache"))
	s.cmd.Stderr = &s.stderr
	stdin, err := s.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.Client = rpctest.Connect(pipes{stdout, stdin}, rpctest.Handlers{
		Notified: s.notified,
		Stray:    func(m rpctest.Message) { s.strays <- m },
	})
	c.servers = append(c.servers, s)
	err = s.call("initialize", map[string]any{"processId": os.Getpid(), "rootUri": fileURI(c.dir), "capabilities": map[string]any{}}, nil)
	if err != nil {
		return nil, err
	}
	return s, s.Notify("initialized", map[string]any{})
}

func (s *chaosServer) notified(method string, params json.RawMessage) {
	if method != "textDocument/publishDiagnostics" {
		return
	}
	var published struct {
		URI         string
		Diagnostics json.RawMessage
	}
	if err := json.Unmarshal(params, &published); err != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks[published.URI] = string(published.Diagnostics)
}

// marksOf is the newest list of diagnostics of a document; "" if none was published.
func (s *chaosServer) marksOf(uri string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.marks[uri]
}

// marksBecome waits until the marks of a document satisfy a condition.
func (s *chaosServer) marksBecome(uri string, are func(marks string) bool) bool {
	for deadline := time.Now().Add(patience); ; time.Sleep(5 * time.Millisecond) {
		if are(s.marksOf(uri)) {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

func (s *chaosServer) call(method string, params, result any) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return s.Call(ctx, method, params, result)
}

func (s *chaosServer) open(uri, text string) error {
	return s.Notify("textDocument/didOpen", map[string]any{
		"textDocument": map[string]any{"uri": uri, "languageId": "nix", "version": 1, "text": text},
	})
}

// close closes a document. The client forgets its marks, as editors do, so that the server must publish them anew.
func (s *chaosServer) close(uri string) error {
	s.mu.Lock()
	delete(s.marks, uri)
	s.mu.Unlock()
	return s.Notify("textDocument/didClose", map[string]any{"textDocument": map[string]any{"uri": uri}})
}

// end ends the servers as an editor does, and says what they leave behind: a wrong exit code, a panic, a race, too much memory.
func (c *chaos) end() error {
	var all []error
	for _, s := range c.servers {
		resident := residentKiB(c.t, s.cmd.Process.Pid)
		c.mostKiB = max(c.mostKiB, resident)
		if most := 400 << 10; resident > most*raceMemory {
			all = append(all, fmt.Errorf("%d KiB are resident", resident))
		}
		if err := s.call("shutdown", nil, nil); err != nil {
			all = append(all, fmt.Errorf("shutdown: %w", err))
		}
		_ = s.Notify("exit", nil)
		late := time.AfterFunc(patience, func() { _ = s.cmd.Process.Signal(syscall.SIGQUIT) })
		if err := s.cmd.Wait(); err != nil {
			all = append(all, fmt.Errorf("the server ended with %w", err))
		}
		late.Stop()
		_ = s.Close()
		if log := s.stderr.String(); strings.Contains(log, "panic") || strings.Contains(log, "DATA RACE") || strings.Contains(log, "goroutine ") {
			all = append(all, errors.New(log))
		}
	}
	return errors.Join(all...)
}

func (c *chaos) text() string { return c.corpus[c.IntN(len(c.corpus))] }

func (c *chaos) write(name, content string) error {
	file := filepath.Join(c.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	if info, err := os.Lstat(file); err == nil && !info.Mode().IsRegular() { // to write to a named pipe is to wait
		if err := os.RemoveAll(file); err != nil {
			return err
		}
	}
	return os.WriteFile(file, []byte(content), 0o644)
}

func fileURI(path string) string { return "file://" + path }

// chaosLock is a flake.lock that pins a commit.
func chaosLock(commit string) string {
	return fmt.Sprintf(`{"version":7,"root":"root","nodes":{"root":{"inputs":{"jp":"jp"}},"jp":{"locked":{"type":"github","owner":"anduril","repo":"jetpack-nixos","rev":%q}}}}`, commit)
}

// commits are three of jetpack-nixos that differ in options and values, and one that no history has.
var commits = []string{
	"4d857d6da48c420da39964b6fb7ba23a958abad3", "8f27a0b34406d628ed258bd61aa2a1c7d4f29471",
	"0000000000000000000000000000000000000000",
}

// pieces are what edits put in: text that changes what stands around it.
var pieces = []string{
	"{", "}", "[", "]", "(", ")", `"`, "''", "${", ";", "=", ".", " ", "\n", "\r\n", "\t", "#", "/*", "*/", "let ", " in ", "with ", "inherit ",
	"rec ", "a", "é", "😀", "\u2028", "\x00", "hardware.nvidia-jetpack.", "som", `"orin-agx"`, "enable = true;", "config.", "pkgs.nvidia-jetpack.",
	"final: prev: { }", "lib.mkIf true ", "imports = [ ./x.nix ];", "x: ", "@", "//", "??",
}

// editsAttack edits a document at random and asks about the result. A fresh server, which sees the result alone, must
// answer the same.
func editsAttack(c *chaos) error {
	if err := c.write("flake.lock", chaosLock(commits[c.IntN(len(commits))])); err != nil {
		return err
	}
	edited, err := c.start()
	if err != nil {
		return err
	}
	uri, text := fileURI(filepath.Join(c.dir, "configuration.nix")), c.text()
	if err := edited.open(uri, text); err != nil {
		return err
	}
	for version := range 5 + c.IntN(60) {
		var changes []map[string]any
		for range 1 + c.IntN(3) {
			from, to := c.span(text)
			inserted := pieces[c.IntN(len(pieces))]
			if c.IntN(20) == 0 {
				inserted = c.text()
			}
			change := map[string]any{"text": inserted, "range": map[string]any{"start": position(text, from), "end": position(text, to)}}
			text = text[:from] + inserted + text[to:]
			if c.IntN(40) == 0 {
				change = map[string]any{"text": text}
			}
			changes = append(changes, change)
		}
		err := edited.Notify("textDocument/didChange", map[string]any{
			"textDocument": map[string]any{"uri": uri, "version": version + 2}, "contentChanges": changes,
		})
		if err != nil {
			return err
		}
		if c.IntN(3) == 0 { // a question in between, whose answer nobody waits for
			if _, err := edited.Send("textDocument/hover", at(uri, position(text, 0))); err != nil {
				return err
			}
		}
	}
	fresh, err := c.start()
	if err != nil {
		return err
	}
	if err := fresh.open(uri, text); err != nil {
		return err
	}
	for range 20 {
		_, to := c.span(text)
		params := at(uri, position(text, to))
		for _, method := range []string{"textDocument/hover", "textDocument/completion", "textDocument/definition", "textDocument/references"} {
			diff, err := differs(edited, fresh, method, params)
			if err != nil {
				return err
			}
			if diff != "" {
				return fmt.Errorf("%s at byte %d of the edited text (-fresh +edited):\n%s\n%q", method, to, diff, text)
			}
		}
	}
	if !fresh.marksBecome(uri, func(marks string) bool { return marks != "" }) {
		return fmt.Errorf("no marks of a fresh server:\n%q", text)
	}
	want := fresh.marksOf(uri)
	if !edited.marksBecome(uri, func(marks string) bool { return orNone(marks) == want }) {
		return fmt.Errorf("marks:\n%s\nof a fresh server:\n%s\n%q", edited.marksOf(uri), want, text)
	}
	return nil
}

// differs is what an edited server answers otherwise than a fresh one, for as long as the evaluation of the hosts may take:
// no answer waits for that, and the two do not end at once.
func differs(edited, fresh *chaosServer, method string, params any) (diff string, err error) {
	for deadline := time.Now().Add(patience); ; time.Sleep(50 * time.Millisecond) {
		var got, want any
		if err := errors.Join(edited.call(method, params, &got), fresh.call(method, params, &want)); err != nil {
			return "", err
		}
		if diff = cmp.Diff(want, got); diff == "" || time.Now().After(deadline) {
			return diff, nil
		}
	}
}

// span is a short part of a text, between code points.
func (c *chaos) span(text string) (from, to int) {
	from = c.IntN(len(text) + 1)
	to = min(len(text), from+c.IntN(12))
	if c.IntN(2) == 0 {
		to = from
	}
	for isWithin(text, from) {
		from--
	}
	for isWithin(text, to) {
		to++
	}
	return from, max(from, to)
}

// isWithin reports whether no position of the protocol stands for an offset: it lies in a code point, or in "\r\n".
func isWithin(text string, offset int) bool {
	return offset > 0 && offset < len(text) && (!utf8.RuneStart(text[offset]) || text[offset-1] == '\r' && text[offset] == '\n')
}

// position counts lines and UTF-16 units, as the protocol does.
func position(text string, offset int) map[string]any {
	line, character := 0, 0
	for i, r := range text[:offset] {
		switch {
		case r == '\r' && i+1 < len(text) && text[i+1] == '\n': // the line feed ends the line
		case r == '\n' || r == '\r':
			line, character = line+1, 0
		case r > 0xffff:
			character += 2
		default:
			character++
		}
	}
	return map[string]any{"line": line, "character": character}
}

// orNone is a list of diagnostics; of a document that has none, it may never be published.
func orNone(marks string) string {
	if marks == "" {
		return "[]"
	}
	return marks
}

func at(uri string, position map[string]any) map[string]any {
	return map[string]any{"textDocument": map[string]any{"uri": uri}, "position": position}
}

// damage is what no client should send.
var damage = []string{
	"Content-Length: 12\r\n\r\nnot a JSON..", "Content-Length: 99999999999999999999\r\n\r\n", "Content-Length: -3\r\n\r\n", "Content-Length:\r\n\r\n",
	"\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "Content-Type: x\r\n\r\n{}", "Content-Length: 2\r\n\r\n{}", "Content-Length: 2\r\n\r\n[]",
	"Content-Length: 4\r\n\r\nnull", "Content-Length: 30\r\n\r\n{}",
	"\x00\xff\xfe\r\n",
}

// bodies are messages that are JSON, and of no use.
var bodies = []string{
	`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":null}`, `{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{}}}`,
	`{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///%zz","languageId":"nix","version":1,"text":"{ }"}}}`,
	`{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":5}}}`, `{"jsonrpc":"2.0","id":null,"result":null}`,
	`{"jsonrpc":"2.0","id":"never asked","result":{}}`, `{"jsonrpc":"2.0","id":900005,"error":null,"result":1}`, `{"jsonrpc":"2.0","id":{},"method":"x"}`,
	`{"jsonrpc":"1.0","id":900001,"method":"textDocument/hover"}`, `{"id":900002,"method":"textDocument/hover","params":{"textDocument":{"uri":""},"position":{"line":-1,"character":1e99}}}`,
	`[{"jsonrpc":"2.0","method":"$/setTrace","params":{"value":null}},{"jsonrpc":"2.0","id":900003,"method":"jetpills/pin","params":[]}]`,
	`{"jsonrpc":"2.0","method":"workspace/didChangeConfiguration","params":{"settings":[[[]]]}}`, `{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":[1]}}`,
	`{"jsonrpc":"2.0","method":"workspace/didChangeWatchedFiles","params":{"changes":[{"uri":"x"},{"type":9}]}}`,
	`{"jsonrpc":"2.0","method":"workspace/didChangeWorkspaceFolders","params":{"event":{"added":[{"uri":"","name":""}],"removed":[]}}}`,
	`{"jsonrpc":"2.0","id":900004,"method":"initialize","params":{}}`,
}

// framesAttack sends damaged frames between good ones. The server must go on: a question is answered, if not at once, since
// a wrong length may cost the frames right behind it, then soon.
func framesAttack(c *chaos) error {
	s, err := c.start()
	if err != nil {
		return err
	}
	uri := fileURI(filepath.Join(c.dir, "configuration.nix"))
	if err := s.open(uri, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`); err != nil {
		return err
	}
	for range 10 {
		for range 1 + c.IntN(10) {
			if c.IntN(2) == 0 {
				err = s.Raw(damage[c.IntN(len(damage))])
			} else {
				body := bodies[c.IntN(len(bodies))]
				if c.IntN(2) == 0 { // cut, or with a byte changed
					cut := []byte(body[:c.IntN(len(body))+1])
					cut[c.IntN(len(cut))] = byte(c.IntN(256))
					body = string(cut)
				}
				err = s.Frame(body)
			}
			if err != nil {
				return fmt.Errorf("the server reads no more: %w", err)
			}
		}
		if err := s.answersHover(uri, 0); err != nil {
			return err
		}
	}
	return nil
}

// answersHover asks a few times: the first questions may be lost in a damaged frame. It waits longer each time, since a busy
// machine may be late.
func (s *chaosServer) answersHover(uri string, line int) error {
	var result struct{ Contents any }
	for wait := time.Second; wait <= patience/2; wait *= 2 {
		ctx, cancel := context.WithTimeout(context.Background(), wait)
		err := s.Call(ctx, "textDocument/hover", at(uri, map[string]any{"line": line, "character": 27}), &result)
		cancel()
		if err == nil && result.Contents != nil {
			return nil
		}
		if err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
	}
	return errors.New("no hover after damaged frames")
}

// floodAttack sends more than anyone can answer while the client does not read, and gives some of it up. Each question is
// answered once.
func floodAttack(c *chaos) error {
	s, err := c.start()
	if err != nil {
		return err
	}
	var uris []string
	for i := range 1 + c.IntN(5) {
		uri := fileURI(filepath.Join(c.dir, fmt.Sprintf("%d.nix", i)))
		uris = append(uris, uri)
		if err := s.open(uri, strings.Repeat(c.text()+"\n", 1+c.IntN(20))); err != nil {
			return err
		}
	}
	s.Pause()
	var pending []*rpctest.Pending
	resumed := make(chan struct{})
	time.AfterFunc(time.Duration(c.IntN(700))*time.Millisecond, func() { s.Resume(); close(resumed) })
	methods := []string{"textDocument/hover", "textDocument/completion", "textDocument/definition", "textDocument/references", "jetpills/pin", "textDocument/nothing"}
	for i := range 200 + c.IntN(2000) {
		uri := uris[c.IntN(len(uris))]
		p, err := s.Send(methods[c.IntN(len(methods))], at(uri, map[string]any{"line": c.IntN(40), "character": c.IntN(60)}))
		if err != nil {
			return err
		}
		pending = append(pending, p)
		if c.IntN(4) == 0 {
			if err := pending[c.IntN(len(pending))].Cancel(); err != nil {
				return err
			}
		}
		if i%100 == 0 {
			err := s.Notify("textDocument/didChange", map[string]any{
				"textDocument": map[string]any{"uri": uri, "version": i}, "contentChanges": []any{map[string]any{"text": c.text()}},
			})
			if err != nil {
				return err
			}
		}
	}
	<-resumed
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, p := range pending {
		if err := p.Await(ctx, nil); err != nil {
			if code := rpctest.Code(err); code != -32800 && code != -32601 {
				return err
			}
		}
	}
	select {
	case m := <-s.strays:
		return fmt.Errorf("an answer that nobody waits for: %+v", m)
	default:
		return nil
	}
}

// reopenAttack opens, edits, closes and opens documents again, faster than marks follow. In the end the client shows what
// a fresh server says of the open ones, and nothing of the others.
func reopenAttack(c *chaos) error {
	if err := c.write("flake.lock", chaosLock(commits[0])); err != nil {
		return err
	}
	s, err := c.start()
	if err != nil {
		return err
	}
	texts := []string{
		`{ hardware.nvidia-jetpack.som = "orin"; }`, `{ hardware.nvidia-jetpack.som = "orin-agx"; }`,
		`{ hardware.nvidia-jetpack.enabled = true; hardware.nvidia-jetpack.som = 5; }`, c.text(),
	}
	open := map[string]string{}
	for range 10 + c.IntN(40) {
		uri, text := fileURI(filepath.Join(c.dir, fmt.Sprintf("%d.nix", c.IntN(3)))), texts[c.IntN(len(texts))]
		_, isOpen := open[uri]
		switch {
		case !isOpen:
			err, open[uri] = s.open(uri, text), text
		case c.IntN(2) == 0:
			err = s.close(uri)
			if c.IntN(2) == 0 && err == nil { // as Neovim's :edit! does
				err = s.open(uri, open[uri])
			} else {
				delete(open, uri)
			}
		default:
			open[uri] = text
			err = s.Notify("textDocument/didChange", map[string]any{
				"textDocument": map[string]any{"uri": uri, "version": 3}, "contentChanges": []any{map[string]any{"text": text}},
			})
		}
		if err != nil {
			return err
		}
		if c.IntN(3) == 0 {
			time.Sleep(time.Duration(c.IntN(300)) * time.Millisecond)
		}
	}
	fresh, err := c.start()
	if err != nil {
		return err
	}
	for uri, text := range open {
		if err := fresh.open(uri, text); err != nil {
			return err
		}
	}
	for i := range 3 {
		uri := fileURI(filepath.Join(c.dir, fmt.Sprintf("%d.nix", i)))
		want := "[]"
		if _, isOpen := open[uri]; isOpen {
			if !fresh.marksBecome(uri, func(marks string) bool { return marks != "" }) {
				return fmt.Errorf("no marks of %s of a fresh server:\n%q", uri, open[uri])
			}
			want = fresh.marksOf(uri)
		}
		if !s.marksBecome(uri, func(marks string) bool { return orNone(marks) == want }) {
			return fmt.Errorf("marks of %s:\n%s\nof a fresh server:\n%s", uri, s.marksOf(uri), want)
		}
	}
	return nil
}

// lockAttack writes the lock file as nix flake update does, now in place, now by renaming, now damaged, and tells nobody.
// The marks follow.
func lockAttack(c *chaos) error {
	s, err := c.start()
	if err != nil {
		return err
	}
	uri := fileURI(filepath.Join(c.dir, "hosts", "configuration.nix"))
	if err := s.open(uri, `{ hardware.nvidia-jetpack.som = "orin"; }`); err != nil {
		return err
	}
	for range 3 + c.IntN(4) {
		content, want := chaosLock(commits[0]), `"severity":1`
		switch c.IntN(4) {
		case 0:
			content, want = "{ damaged", `"severity":4`
		case 1:
			content, want = chaosLock(commits[2]), ""
		}
		folder := []string{"", "hosts/"}[c.IntN(2)]
		_ = os.Remove(filepath.Join(c.dir, "hosts", "flake.lock"))
		if c.IntN(2) == 0 {
			err = c.write(folder+"flake.lock", content)
		} else if err = c.write(folder+"new", content); err == nil {
			err = os.Rename(filepath.Join(c.dir, folder, "new"), filepath.Join(c.dir, folder, "flake.lock"))
		}
		if err != nil {
			return err
		}
		if folder == "hosts/" && want == `"severity":4` {
			want = "" // the lock above it holds then, whatever that is
		}
		if !s.marksBecome(uri, func(marks string) bool { return marks != "" && strings.Contains(marks, want) }) {
			return fmt.Errorf("the lock file is\n%s\nand the marks are\n%s", content, s.marksOf(uri))
		}
		time.Sleep(time.Duration(c.IntN(1200)) * time.Millisecond)
	}
	return nil
}

// treeAttack puts a document into a folder that strangers made. Questions are answered, and nothing hangs.
func treeAttack(c *chaos) error {
	make := []func() error{
		func() error { return syscall.Mkfifo(filepath.Join(c.dir, "flake.lock"), 0o644) },
		func() error { return syscall.Mkfifo(filepath.Join(c.dir, "module.nix"), 0o644) },
		func() error { return os.Symlink(c.dir, filepath.Join(c.dir, "loop")) },
		func() error { return os.Symlink("/", filepath.Join(c.dir, "root")) },
		func() error { return os.Symlink("flake.nix", filepath.Join(c.dir, "flake.nix")) },
		func() error { return os.MkdirAll(filepath.Join(c.dir, "npins", "sources.json"), 0o755) },
		func() error { return c.write("nix/sources.json", strings.Repeat("[", 1<<20)) },
		func() error { return c.write("flake.lock", `{"nodes":`+strings.Repeat(`{"a":`, 1<<16)) },
		func() error {
			return c.write("flake.lock", `{"version":7,"root":"r","nodes":{"r":{"inputs":{"jp":["r","jp"],"x":["x"]}}}}`)
		},
		func() error { return c.write("flake.lock", strings.Repeat("\x00", 9<<20)) },
		func() error { return c.write("lon.lock", strings.Repeat("9", 1<<20)) },
		func() error {
			return os.MkdirAll(filepath.Join(c.dir, strings.Repeat("deep/", 200)), 0o755)
		},
		func() error {
			return c.write("a b\n::error title=x::pwn/<b>.nix", `{ lib, ... }: { options.hardware.nvidia-jetpack.som = lib.mkOption { type = lib.types.enum [ "b\n\n[click](command:x)" ]; }; }`)
		},
		func() error {
			return c.write("big.nix", strings.Repeat("{ options.hardware.nvidia-jetpack.x = ", 1<<14))
		},
		func() error {
			for i := range 3000 {
				if err := c.write(fmt.Sprintf("many/%d.nix", i), "{ }"); err != nil {
					return err
				}
			}
			return nil
		},
		func() error {
			err := c.write("modules/default.nix", `{ lib, ... }: { imports = [ ./. ./default.nix ../modules ]; options = let a = b; b = a; in a // { x = import ./default.nix; }; }`)
			return errors.Join(err, c.write("overlay.nix", "final: prev: prev // final"), c.write("mk-overlay.nix", strings.Repeat("(", 1<<16)))
		},
	}
	for range 1 + c.IntN(5) {
		if err := make[c.IntN(len(make))](); err != nil && !errors.Is(err, os.ErrExist) && !errors.Is(err, syscall.EISDIR) {
			return err
		}
	}
	s, err := c.start()
	if err != nil {
		return err
	}
	folders := []string{"", "hosts", strings.Repeat("deep/", 60), "modules", "root/etc", "loop/loop"}
	for range 6 {
		uri := fileURI(filepath.Join(c.dir, folders[c.IntN(len(folders))], "x.nix"))
		text := `{ hardware.nvidia-jetpack = { som = "orin-agx"; carrierBoard = "devkit"; }; }`
		if c.IntN(3) == 0 {
			text = strings.Repeat(pieces[c.IntN(len(pieces))], 1<<(10+c.IntN(8)))
		}
		if err := s.open(uri, text); err != nil {
			return err
		}
		for _, method := range []string{"textDocument/hover", "textDocument/completion", "textDocument/definition", "textDocument/references", "textDocument/declaration", "jetpills/pin"} {
			if err := s.call(method, at(uri, map[string]any{"line": 0, "character": c.IntN(60)}), nil); err != nil {
				return fmt.Errorf("%s: %w", method, err)
			}
		}
		if !slices.Contains([]string{"", "[]"}, s.marksOf(uri)) {
			if err := s.close(uri); err != nil {
				return err
			}
		}
	}
	return nil
}
