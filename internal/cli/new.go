package cli

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/jetson"
	"jetpills/internal/starter"
	"jetpills/internal/text"
)

func (p *Program) newCommand() *cobra.Command {
	var n newFlake
	c := command("new DIR", "Write the first flake of a board, or add a host to it, with the commands that flash and install it", takes(1, 1), func(args []string) error {
		n.dir = args[0]
		return p.writeNew(n)
	})
	c.Long = "Write the flake of a board into a folder: flake.nix, hosts/NAME.nix, machine.nix, and a README.md with the commands\n" +
		"that flash the board and install NixOS. The flake pins the newest revision of jetpack-nixos that is known here. On a\n" +
		"terminal, it asks for what the flags leave out; jetpills board knows which module a Jetson has.\n\n" +
		"In a folder with such a flake, it adds a host: its files, and one line in flake.nix. No other file is changed. Where\n" +
		"there is a README.md, the commands are in hosts/NAME.md."
	c.Flags().StringVar(&n.host.SoM, "som", "", "the module, such as orin-agx")
	c.Flags().StringVar(&n.host.CarrierBoard, "carrier", "", "the carrier board, such as devkit")
	c.Flags().StringVar(&n.host.Major, "jetpack", "", "the major version of JetPack, such as 6")
	c.Flags().BoolVar(&n.host.Super, "super", false, "offer the higher power modes of an Orin NX or Nano")
	c.Flags().StringVar(&n.host.Name, "name", "", "the name of the host (default: the family of the module, such as orin)")
	c.Flags().StringVar(&n.keyFile, "ssh-key", "", "a file with the public key of who administers the host, such as ~/.ssh/id_ed25519.pub")
	n.asksSuper = func() bool { return !c.Flags().Changed("super") }
	return c
}

// newFlake is what new is to write.
type newFlake struct {
	dir       string
	host      starter.Host
	keyFile   string
	asksSuper func() bool

	flake string // the text of the flake that gets another host; empty for a new flake
}

// files are those that are written for what is known of the host.
func (n *newFlake) files(c *catalog.Catalog) []starter.File {
	if n.flake != "" {
		return starter.Added(c, n.host)
	}
	files := starter.Files(c, n.host)
	if _, err := os.Lstat(filepath.Join(n.dir, starter.GuideFile)); err == nil {
		files[len(files)-1] = starter.Guide(c, n.host)
	}
	return files
}

func (p *Program) writeNew(n newFlake) error {
	if n.dir == "" { // which would be the folder that one is in
		return errors.New("new needs DIR, and it is empty: write . for this folder")
	}
	library, err := catalog.Open()
	if err != nil {
		return err
	}
	c, _ := library.At(library.Newest().Revision.Hash) // of the revision before, if Nix refuses the newest
	h := &n.host
	if flake, err := os.ReadFile(filepath.Join(n.dir, starter.FlakeFile)); err == nil {
		_, noMachine := os.Stat(filepath.Join(n.dir, starter.MachineFile))
		if _, _, ok := starter.AddHost(string(flake), ""); ok && noMachine == nil {
			n.flake = string(flake)
			if c, err = p.pinnedIn(n.dir); err != nil {
				return err
			}
		}
	}
	if err := starter.Check(c, *h); err != nil {
		return err
	}
	if h.Name != "" {
		if err := starter.CheckName(h.Name); err != nil {
			return err
		}
	}
	switch {
	case n.keyFile == "":
	case n.flake != "":
		return errors.New("--ssh-key is for a new flake: the hosts of this one take their keys from machine.nix")
	default:
		if h.Key, err = publicKey(n.keyFile); err != nil {
			return err
		}
	}
	// What is wrong with the folder is said before anybody answers questions; the files of the host are looked for again.
	if err := mayWrite(n.dir, n.files(c)); err != nil {
		return err
	}
	if isTerminal(p.Stdin) && isTerminal(p.Stdout) {
		err = p.askFor(c, library, &n)
	} else if h.SoM == "" {
		var all []string
		for _, choice := range starter.Choices(c, *h, catalog.SoMOption) {
			all = append(all, choice.Value)
		}
		err = fmt.Errorf("new needs --som: one of %s", strings.Join(all, ", "))
	}
	if err != nil {
		return err
	}
	for _, option := range starter.Options {
		if value := h.Value(option); *value == "" {
			*value = starter.Preset(c, *h, option, starter.Choices(c, *h, option))
		}
	}
	if err := starter.Check(c, *h); err != nil {
		return err
	}
	if h.Name == "" {
		h.Name = starter.DefaultName(h.SoM)
	}
	return p.write(c, &n)
}

// write writes the files and says what to do next.
func (p *Program) write(c *catalog.Catalog, n *newFlake) error {
	h, files := n.host, n.files(c)
	guide := files[len(files)-1].Name
	edited, line, ok := "", "", true
	if n.flake != "" {
		if edited, line, ok = starter.AddHost(n.flake, h.Name); !ok {
			return fmt.Errorf("%s has a host %s: --name NAME gives the new one another name", filepath.Join(n.dir, starter.FlakeFile), h.Name)
		}
	}
	err := writeFiles(n.dir, files, func() error {
		if edited == "" {
			return nil
		}
		return replaceFile(filepath.Join(n.dir, starter.FlakeFile), n.flake, edited)
	})
	if err != nil {
		return err
	}
	for _, f := range files {
		printf(p.out, "%s\n", filepath.Join(n.dir, filepath.FromSlash(f.Name)))
	}
	if line != "" {
		printf(p.out, "%s: added %s\n", filepath.Join(n.dir, starter.FlakeFile), line)
	}
	printf(p.out, "\nThe board: som = %q", h.SoM)
	if h.CarrierBoard != "" {
		printf(p.out, ", carrierBoard = %q", h.CarrierBoard)
	}
	if h.Super {
		printf(p.out, ", super = true")
	}
	printf(p.out, ".\n")
	if line != "" {
		printf(p.out, "A flake in git sees tracked files only:\n\n  cd %s\n  git add .\n\n", shellWord(n.dir))
	} else {
		printf(p.out, "The flake pins jetpack-nixos %s (%s). Nix writes flake.lock, which needs the network:\n\n", c.Revision.Short(), c.Revision.Day())
		printf(p.out, "  cd %s\n", shellWord(n.dir))
		if h.Key == "" {
			printf(p.out, "  $EDITOR machine.nix          # put your public ssh key into both lists\n")
		}
		printf(p.out, "  git init && git add .\n")
		printf(p.out, "  nix flake lock && git add flake.lock\n\n")
	}
	printf(p.out, "%s has the commands that flash %s and install NixOS.\n", guide, h.Name)
	return nil
}

// pinnedIn is the catalog of the revision that the flake in a folder pins.
func (p *Program) pinnedIn(dir string) (*catalog.Catalog, error) {
	snapshot, err := p.snapshot()
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	return snapshot.CatalogAt(dir).Catalog, nil
}

// mostKey is how long a file with a public key may be, in bytes.
const mostKey = 16 << 10

// publicKey is the one key in a file.
func publicKey(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", plain(err)
	}
	key := strings.TrimSpace(string(content))
	kind, _, _ := strings.Cut(key, " ")
	isKey := strings.HasPrefix(kind, "ssh-") || strings.HasPrefix(kind, "ecdsa-") || strings.HasPrefix(kind, "sk-")
	switch {
	case strings.Contains(key, "PRIVATE KEY"):
		return "", fmt.Errorf("%s is a private key, which belongs into no flake: use %s.pub", file, file)
	case len(content) > mostKey || !isKey || strings.ContainsAny(key, "\r\n\x00") || len(strings.Fields(key)) < 2:
		return "", fmt.Errorf("%s is not one public ssh key: use a file such as ~/.ssh/id_ed25519.pub", file)
	}
	return key, nil
}

// questions is what is asked for each option.
var questions = map[string]string{
	catalog.SoMOption:          "Which module is it?",
	catalog.CarrierBoardOption: "What does it sit on?",
	catalog.MajorVersionOption: "Which JetPack?",
}

// askFor asks for what a host has not set.
func (p *Program) askFor(c *catalog.Catalog, library *catalog.Library, n *newFlake) error {
	h := &n.host
	s, _ := screenOf(p.Stdout)
	ask := asker{in: bufio.NewReader(p.Stdin), out: p.out.(*terminal), width: s.width}
	found := jetson.Look(p.Root, library.Modules).Boards
	for _, option := range starter.Options {
		value := h.Value(option)
		choices := starter.Choices(c, *h, option)
		if *value != "" || len(choices) == 0 {
			continue
		}
		preset := starter.Preset(c, *h, option, choices)
		for _, b := range slices.Backward(found) {
			here := ""
			switch {
			case option == catalog.SoMOption:
				here = b.SoM
			case option == catalog.CarrierBoardOption && b.SoM == h.SoM:
				here = b.CarrierBoard
			}
			if i := slices.IndexFunc(choices, func(choice starter.Choice) bool { return choice.Value == here }); i >= 0 {
				choices[i].Says += " (" + b.Where() + ")"
				preset = here
			}
		}
		var err error
		if *value, err = ask.choice(questions[option], choices, preset); err != nil {
			return err
		}
	}
	if n.asksSuper() && starter.TakesSuper(c, *h) {
		choices := []starter.Choice{{Value: "no", Says: "The firmware offers the power modes that the module came with."}, {Value: "yes", Says: "The firmware offers higher ones, which need the cooling and the power supply for them."}}
		preset := "no"
		if slices.ContainsFunc(found, func(b jetson.Board) bool { return b.SoM == h.SoM && b.Super }) {
			choices[1].Says += " (this machine)"
			preset = "yes"
		}
		answer, err := ask.choice("Higher power modes (super)?", choices, preset)
		if err != nil {
			return err
		}
		h.Super = answer == "yes"
	}
	if h.Name == "" {
		var err error
		h.Name, err = ask.word("What is the host called?", starter.DefaultName(h.SoM), starter.CheckName)
		return err
	}
	return nil
}

// asker asks a person at a terminal.
type asker struct {
	in    *bufio.Reader
	out   *terminal
	width int // in characters
}

// say shows a text at once, also one without an end of the line.
func (a asker) say(format string, args ...any) {
	printf(a.out, format, args...)
	_ = a.out.flush()
}

var errNoAnswer = errors.New("no answer: nothing was written")

// mostAnswer is how long an answer may be, in bytes.
const mostAnswer = 1 << 10

// answer reads a line.
func (a asker) answer() (string, error) {
	var line strings.Builder
	for line.Len() < mostAnswer {
		b, err := a.in.ReadByte()
		if err != nil {
			a.say("\n")
			return "", errNoAnswer
		}
		if b == '\n' {
			return strings.TrimSpace(line.String()), nil
		}
		line.WriteByte(b)
	}
	return "", errNoAnswer
}

// choice asks for one of some values, the preset first. There is no question where there is one value alone.
func (a asker) choice(question string, choices []starter.Choice, preset string) (string, error) {
	if len(choices) == 1 {
		return choices[0].Value, nil
	}
	if i := slices.IndexFunc(choices, func(c starter.Choice) bool { return c.Value == preset }); i > 0 {
		first := choices[i]
		choices = slices.Insert(slices.Delete(choices, i, i+1), 0, first)
	}
	entries := make([]entry, len(choices))
	for i, c := range choices {
		entries[i] = entry{fmt.Sprintf("%4d  %s", i+1, c.Value), c.Says}
	}
	a.say("%s\n", question)
	if err := printEntries(a.out, entries, a.width, false); err != nil {
		return "", err
	}
	return a.word("Number or name", preset, func(string) error { return nil }, choices...)
}

// word asks for a word until it is one of the choices, if there are any, and right.
func (a asker) word(question, preset string, check func(string) error, choices ...starter.Choice) (string, error) {
	for {
		a.say("%s", question)
		if preset != "" {
			a.say(" [%s]", preset)
		}
		a.say(": ")
		answer, err := a.answer()
		if err != nil {
			return "", err
		}
		if answer == "" {
			answer = preset
		}
		if n, err := strconv.Atoi(answer); err == nil && 1 <= n && n <= len(choices) {
			answer = choices[n-1].Value
		}
		isOne := len(choices) == 0 || slices.ContainsFunc(choices, func(c starter.Choice) bool { return c.Value == answer })
		if !isOne {
			a.say("Enter a number from 1 to %d, or one of the names.\n", len(choices))
			continue
		}
		if err := check(answer); err != nil {
			a.say("%s.\n", err)
			continue
		}
		return answer, nil
	}
}

// mayWrite says why files cannot be written into a folder, which may not be there yet.
func mayWrite(dir string, files []starter.File) error {
	for _, folder := range []string{dir, filepath.Join(dir, "hosts")} {
		info, err := os.Stat(folder)
		if _, linkErr := os.Lstat(folder); errors.Is(err, fs.ErrNotExist) && linkErr == nil {
			return fmt.Errorf("%s is a link that leads nowhere", folder)
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return plain(err)
		case !info.IsDir():
			return fmt.Errorf("%s is not a folder", folder)
		}
	}
	var there []string
	for _, f := range files {
		if _, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(f.Name))); err == nil {
			there = append(there, f.Name)
		}
	}
	if len(there) > 0 {
		return fmt.Errorf("%s already has %s: nothing is overwritten", dir, text.List(there, "and"))
	}
	return nil
}

// writeFiles writes files that are not there yet, and then calls a function. Where something cannot be done, the files are removed again,
// and so are the folders.
func writeFiles(dir string, files []starter.File, then func() error) (err error) {
	if err := mayWrite(dir, files); err != nil {
		return err
	}
	var made []string // in the order in which they were made
	defer func() {
		if err == nil {
			return
		}
		for _, name := range slices.Backward(made) {
			_ = os.Remove(name)
		}
	}()
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Name))
		folders, err := makeFolders(filepath.Dir(name))
		if made = append(made, folders...); err != nil {
			return plain(err)
		}
		file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return plain(err)
		}
		made = append(made, name)
		_, err = io.WriteString(file, f.Text)
		if closed := file.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return plain(err)
		}
	}
	return then()
}

// replaceFile puts another text in the place of the one that a file has.
func replaceFile(name, before, after string) error {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return plain(err)
	}
	all := []text.Edit{{Span: text.Span{End: len(before)}, NewText: after}}
	beside, err := writeBeside(target, all, sha256.Sum256([]byte(before)))
	if err != nil {
		return fmt.Errorf("%s %w", name, err)
	}
	if err := os.Rename(beside, target); err != nil {
		_ = os.Remove(beside)
		return fmt.Errorf("%s %w", name, unwritten(err))
	}
	return nil
}

// makeFolders makes a folder and those above it, and gives those that were not there.
func makeFolders(dir string) (made []string, err error) {
	if info, err := os.Stat(dir); err == nil && info.IsDir() {
		return nil, nil
	}
	if above := filepath.Dir(dir); above != dir {
		if made, err = makeFolders(above); err != nil {
			return made, err
		}
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return made, err
	}
	return append(made, dir), nil
}

// shellWord is a word as a shell reads it.
func shellWord(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./~") == "" && !strings.HasPrefix(word, "-") {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
