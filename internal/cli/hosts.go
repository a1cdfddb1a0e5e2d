package cli

import (
	"cmp"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"jetpills/internal/catalog"
	"jetpills/internal/ide"
	"jetpills/internal/nix/host"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

func (p *Program) hostsCommand() *cobra.Command {
	var format string
	const short = "Print the NixOS configurations of a workspace, with their boards and versions"
	c := command("hosts [PATH]", short, takes(0, 1), func(args []string) error {
		w, err := p.workspaceOf(args)
		if err != nil {
			return err
		}
		c, err := p.hosts(w.snapshot, w.dir)
		if err != nil {
			return err
		}
		if c == nil {
			return p.nothing("neither %s nor a folder above it has a flake.nix, a hive.nix or a configuration.nix", w.path)
		}
		hosts := newHostList(c, w.path, w.dir)
		if format == "json" {
			err = printJSON(p.out, hosts.shapes())
		} else {
			hosts.print(p.out)
		}
		for _, note := range hosts.notes() {
			printf(p.err, "jetpills: %s\n", note)
		}
		return cmp.Or(err, nothingIf(len(c.Hosts) == 0)) // of which a note tells
	})
	c.Long = "Print the NixOS configurations that the flake.nix, the hive.nix or the configuration.nix around PATH makes, with\n" +
		"the Jetson's options, the versions that follow from them, the command that flashes the host, and where each value is set.\n" +
		"The exit code is 1 if there are none."
	formatFlag(c, &format, "text", "json")
	return c
}

// hostList is a configuration as it is printed: files are named as PATH leads to them.
type hostList struct {
	*workspace.Configuration
	at, dir   string // PATH, and the absolute folder that it stands for
	documents map[string]*workspace.Document
}

func newHostList(c *workspace.Configuration, at, dir string) *hostList {
	if filepath.Base(at) != filepath.Base(dir) && at != "." && at != ".." && !strings.HasSuffix(at, "..") {
		at = filepath.Dir(at) // PATH is a file
	}
	return &hostList{c, at, dir, map[string]*workspace.Document{}}
}

// document is a file; nil for one that cannot be read.
func (l *hostList) document(file string) *workspace.Document {
	d, ok := l.documents[file]
	if !ok {
		d, _ = workspace.ReadDocument(file)
		l.documents[file] = d
	}
	return d
}

// syntaxErrors are the files that are not Nix, each with the line and the message of its first error.
func (l *hostList) syntaxErrors(files []string) []string {
	var all []string
	for _, file := range files {
		d := l.document(file)
		if d == nil || filepath.Ext(file) != ".nix" || len(d.Tree().Errors()) == 0 {
			continue
		}
		e := d.Tree().Errors()[0]
		shown, line, _ := l.position(host.Location{File: file, Span: e.Span})
		all = append(all, fmt.Sprintf("%s:%d: syntax error: %s", shown, line, e.Message()))
	}
	return all
}

// position is where a location begins: its file, line and column, both counted from 1.
func (l *hostList) position(at host.Location) (file string, line, column int) {
	if at.File == "" {
		return "", 0, 0
	}
	line, column = 1, 1
	if d := l.document(at.File); d != nil {
		line, column = d.Mapper().LineColumn(at.Span.Start)
	}
	if near, err := filepath.Rel(l.dir, at.File); err == nil {
		return filepath.Join(l.at, near), line, column
	}
	return at.File, line, column
}

// rank orders the options of a host: those of the board come first, whether anybody sets them or not; -1 for one that is not
// shown.
func rank(v host.Value) int {
	switch i := slices.Index(ide.BoardOptions, strings.Join(v.Path, ".")); {
	case i >= 0:
		return i
	case len(v.Definitions) == 0:
		return -1
	}
	return len(ide.BoardOptions)
}

// shown are the options of a host that are printed.
func shown(h *host.Host) []host.Value {
	values := slices.DeleteFunc(slices.Concat(h.Values, h.Undeclared), func(v host.Value) bool { return rank(v) < 0 })
	slices.SortStableFunc(values, func(a, b host.Value) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), slices.Compare(a.Path, b.Path))
	})
	return values
}

// notes say what the list may lack.
func (l *hostList) notes() []string {
	notes := l.syntaxErrors(l.Files())
	if l.Open != nil {
		notes = append(notes, fmt.Sprintf("there may be other configurations: %v", l.Open))
	}
	if l.Bound != nil {
		notes = append(notes, fmt.Sprintf("not all configurations were evaluated: %v", l.Bound))
	}
	for _, h := range l.Hosts {
		of := l.PinnedOf(h)
		if note := "defaults and versions are those of " + ide.PinLine(of); ide.ConfiguresJetson(l.Configuration, h) && !of.Basis.IsCertain() && !slices.Contains(notes, note) {
			notes = append(notes, note)
		}
	}
	if len(l.Hosts) == 0 && l.Open == nil && l.Bound == nil {
		notes = append(notes, fmt.Sprintf("%s defines no NixOS configuration", filepath.Base(l.Entry)))
	}
	return notes
}

func (l *hostList) print(w io.Writer) {
	for i, h := range l.Hosts {
		if i > 0 {
			printf(w, "\n")
		}
		file, line, _ := l.position(h.At)
		printf(w, "%s (%s:%d)\n", marked{text.Bold, ide.HostName(h)}, file, line)
		for _, e := range l.syntaxErrors(l.FilesOf(h.Name)) {
			printf(w, "  read in part: %s\n", e)
		}
		values := slices.DeleteFunc(shown(h), func(v host.Value) bool { return ide.IsAlias(l.Configuration, h, v) })
		switch {
		case h.Values == nil && len(h.Unseen) > 0:
			printf(w, "  not evaluated: %v\n", h.Unseen[0].Why)
			continue
		case !ide.ConfiguresJetson(l.Configuration, h):
			printf(w, "  not a Jetson, as far as its files show\n")
			continue
		}
		width := 0
		for _, v := range values {
			width = max(width, len(name(v)))
		}
		for _, v := range values {
			padding := strings.Repeat(" ", width-len(name(v)))
			says := l.near(valueText(v))
			if _, declared := h.Get(v.Path...); !declared && !l.PinnedOf(h).Basis.IsCertain() {
				says = "not an option of jetpack-nixos " + l.PinnedOf(h).Catalog.Revision.Short()
			}
			printf(w, "  %s%s  %s%s\n", marked{text.Cyan, name(v)}, padding, says, l.setAt(v))
		}
		if of := l.PinnedOf(h); of.Catalog != l.Pinned.Catalog {
			printf(w, "  %s\n", ide.PinLine(of))
		}
		f := ide.FactsOf(l.Configuration, h)
		var versions []string
		for _, fact := range f.Versions() {
			versions = append(versions, fact[0]+" "+fact[1])
		}
		if len(versions) > 0 {
			printf(w, "  %s\n", strings.Join(versions, ", "))
		}
		if f.Flash != "" {
			printf(w, "  flash: %s\n", f.Flash)
		} else if why := ide.NoFlash(l.Configuration, h); !why.Empty() {
			printf(w, "  no flash script: %s\n", why.Plain())
		}
		var refused []string
		for _, setting := range ide.Refused(l.Configuration, h) {
			refused = append(refused, setting.Plain())
		}
		if len(refused) > 0 {
			printf(w, "  %s %s\n", marked{text.Red, "jetpack-nixos refuses together:"}, strings.Join(refused, ", "))
		}
		if h.Bound != nil {
			printf(w, "  evaluated in part: %v\n", h.Bound)
		}
		for _, u := range h.Unseen {
			why := l.near(fmt.Sprint(u.Why))
			if file, line, _ := l.position(u.At); file != "" {
				printf(w, "  module not evaluated: %s:%d (%s)\n", file, line, why)
			} else {
				printf(w, "  module not evaluated: %s\n", why)
			}
		}
	}
}

// name is the path of an option, without what nearly all have in common.
func name(v host.Value) string {
	return strings.TrimPrefix(strings.Join(v.Path, "."), catalog.Namespace+".")
}

// near is a text with the files of the workspace named as the flake or the configuration.nix would.
func (l *hostList) near(text string) string {
	return strings.ReplaceAll(text, filepath.ToSlash(filepath.Dir(l.Entry))+"/", "")
}

// valueText is what is known of a value, in words.
func valueText(v host.Value) string {
	texts := make([]string, len(v.Values))
	for i, value := range v.Values {
		var plain strings.Builder
		if printJSONLine(&plain, value) != nil {
			texts[i] = "?"
			continue
		}
		texts[i] = strings.TrimSuffix(plain.String(), "\n")
	}
	switch {
	case v.Conflict:
		return "has conflicting definitions"
	case v.Certainty == host.Certain:
		return strings.Join(texts, "")
	case v.Certainty == host.Default:
		return strings.Join(texts, "") + " (default)"
	case v.Certainty == host.Possible:
		return "one of " + strings.Join(texts, ", ")
	case v.Why != nil:
		return fmt.Sprintf("not known: %v", v.Why)
	}
	return "not known"
}

// setAt says where the definitions stand that win, or all of them where none does.
func (l *hostList) setAt(v host.Value) string {
	if v.Certainty == host.Default {
		return "" // a definition that a condition rules out gives nothing
	}
	deciding := ide.Deciding(v)
	places := make([]string, len(deciding))
	for i, d := range deciding {
		file, line, _ := l.position(d.Path)
		places[i] = fmt.Sprintf("%s:%d", file, line)
	}
	if len(places) == 0 {
		return ""
	}
	return "  " + strings.Join(slices.Compact(places), ", ")
}

// hostJSON is the stable form of a host.
type hostJSON struct {
	Name       string      `json:"name"`
	File       string      `json:"file"`
	Line       int         `json:"line"`
	Column     int         `json:"column"`
	Values     []valueJSON `json:"values"`
	JetPack    string      `json:"jetpack,omitempty"`
	L4T        string      `json:"l4t,omitempty"`
	Kernel     string      `json:"kernel,omitempty"`
	CUDA       string      `json:"cuda,omitempty"`
	Capability string      `json:"capability,omitempty"`
	Flash      string      `json:"flash,omitempty"`
}

type valueJSON struct {
	Path      string `json:"path"`
	Certainty string `json:"certainty"`
	// Value is null for the value null, and absent for one that is not certain; then Values may hold what it may be.
	Value       *any             `json:"value,omitempty"`
	Values      []any            `json:"values,omitempty"`
	Definitions []definitionJSON `json:"definitions"`
}

type definitionJSON struct {
	File      string `json:"file"`
	Line      int    `json:"line"`
	Column    int    `json:"column"`
	Priority  int    `json:"priority"`
	Condition *bool  `json:"condition"`
}

func (l *hostList) shapes() []hostJSON {
	all := []hostJSON{}
	for _, h := range l.Hosts {
		f := ide.FactsOf(l.Configuration, h)
		if len(f.Versions()) == 0 {
			f = ide.HostFacts{Flash: f.Flash}
		}
		out := hostJSON{
			Name: ide.HostName(h), JetPack: f.JetPack, L4T: f.L4T, Kernel: f.Kernel, CUDA: f.CUDA, Capability: f.Capability, Flash: f.Flash,
			Values: []valueJSON{},
		}
		out.File, out.Line, out.Column = l.position(h.At)
		values := slices.DeleteFunc(shown(h), func(v host.Value) bool {
			return ide.IsAlias(l.Configuration, h, v) && !slices.ContainsFunc(v.Definitions, func(d host.Definition) bool { return slices.Equal(d.Alias, v.Path) })
		})
		slices.SortFunc(values, func(a, b host.Value) int { return slices.Compare(a.Path, b.Path) })
		for _, v := range values {
			out.Values = append(out.Values, l.valueShape(v))
		}
		all = append(all, out)
	}
	return all
}

func (l *hostList) valueShape(v host.Value) valueJSON {
	out := valueJSON{Path: strings.Join(v.Path, "."), Certainty: v.Certainty.String(), Definitions: []definitionJSON{}}
	switch {
	case v.Certainty >= host.Default && len(v.Values) == 1:
		out.Value = &v.Values[0]
	case v.Certainty == host.Possible:
		out.Values = v.Values
	}
	for _, d := range v.Definitions {
		shape := definitionJSON{Priority: d.Priority}
		shape.File, shape.Line, shape.Column = l.position(d.Path)
		if d.Condition != host.NotKnown {
			holds := d.Condition == host.Yes
			shape.Condition = &holds
		}
		out.Definitions = append(out.Definitions, shape)
	}
	return out
}
