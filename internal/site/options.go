package site

import (
	"fmt"
	"strings"

	"jetpills/internal/catalog"
	prose "jetpills/internal/markup"
	"jetpills/internal/pill"
)

// reference is the options of the newest revision, those of it that are other names, and those that earlier ones had.
type reference struct {
	options []catalog.Option
	aliases []catalog.Option
	gone    []goneOption
}

// goneOption is an option that was removed, as it was last.
type goneOption struct {
	catalog.Option
	history catalog.History
}

func (s *site) readOptions() reference {
	var r reference
	for _, o := range s.newest.Options() {
		if o.RenamedTo != "" {
			r.aliases = append(r.aliases, o)
		} else {
			r.options = append(r.options, o)
		}
	}
	for _, path := range s.library.OptionPaths() {
		h, ok := s.library.History(path)
		if !ok || !h.IsRemoved() {
			continue
		}
		gone := goneOption{catalog.Option{Path: path}, h}
		if last, ok := s.library.MainlineBefore(h.Removed); ok {
			if o, ok := last.Option(path); ok {
				gone.Option = o
			}
		}
		r.gone = append(r.gone, gone)
	}
	return r
}

func (s *site) addOptions() error {
	newest := s.newest.Revision
	var l lines
	l.add(`<header class="title"><p class="facts">jetpack-nixos <code>%s</code>, %s</p><h1>Options</h1>`, newest.Short(), newest.Day())
	l.add(`<p class="subtitle">What jetpack-nixos declares at the newest revision that is known here, and what it once did</p></header>`)
	l.add(`<p class="filter" hidden><label>Show options whose name has <input type="search" autocomplete="off" spellcheck="false" data-filter></label> <span role="status"></span></p>`)
	var parts []link
	for _, group := range groups(s.options.options) {
		name := groupOf(group[0].Path)
		parts = append(parts, link{"#" + fragment("of-"+name), strings.TrimPrefix(name, "hardware.")})
		l.add(`<section class="options"><h2 id="of-%s"><code>%s</code></h2>`, name, breakable(name))
		for _, o := range group {
			s.addOption(&l, o)
		}
		l.add("</section>")
	}
	if len(s.options.aliases) > 0 {
		parts = append(parts, link{"#renamed", "Renamed"})
		l.add(`<section class="options"><h2 id="renamed">Renamed</h2><p>These names still work. Each stands for another one.</p>`)
		for _, o := range s.options.aliases {
			since := markup("")
			if o.AliasSince.Known() {
				since = format(", since %s", s.revision(o.AliasSince))
			}
			now := format("<code>%s</code>", breakable(o.RenamedTo))
			if _, ours := s.newest.Option(o.RenamedTo); ours {
				now = format(`<a href="#%s">%s</a>`, fragment(o.RenamedTo), now)
			}
			l.add(`<div class="option" id="%s"><h3><code>%s</code></h3><p>Is now %s%s.</p></div>`, o.Path, breakable(o.Path), now, since)
		}
		l.add("</section>")
	}
	if len(s.options.gone) > 0 {
		parts = append(parts, link{"#removed", "Removed"})
		l.add(`<section class="options"><h2 id="removed">Removed</h2><p>Earlier revisions have these options, and the newest has not.</p>`)
		for _, o := range s.options.gone {
			s.addGone(&l, o)
		}
		l.add("</section>")
	}
	s.addPage(page{
		file: optionsFile, title: "Options of jetpack-nixos",
		description: fmt.Sprintf("The %d options of jetpack-nixos %s with types, values, defaults and history.", len(s.options.options), newest.Short()),
		content:     l.markup(), parts: parts,
	})
	return nil
}

// groups are options in the groups that they are listed in.
func groups(options []catalog.Option) [][]catalog.Option {
	var all [][]catalog.Option
	at := map[string]int{}
	for _, o := range options {
		name := groupOf(o.Path)
		n, known := at[name]
		if !known {
			n = len(all)
			at[name] = n
			all = append(all, nil)
		}
		all[n] = append(all[n], o)
	}
	return all
}

// groupOf is the set that an option is listed under.
func groupOf(path string) string {
	parts := strings.Split(path, ".")
	switch {
	case len(parts) > 3 && parts[1] == "nvidia-jetpack":
		return strings.Join(parts[:3], ".")
	case len(parts) > 2:
		return strings.Join(parts[:2], ".")
	}
	return parts[0]
}

func (s *site) addOption(l *lines, o catalog.Option) {
	l.add(`<div class="option" id="%s"><h3><code>%s</code> <a class="anchor" href="#%s" aria-label="Link to this option">#</a></h3>`,
		o.Path, breakable(o.Path), fragment(o.Path))
	if o.Summary != "" {
		l.add("%s", s.prose(o.Summary))
	}
	l.add("<dl>")
	row := func(name string, value markup) {
		if value != "" {
			l.add("<div><dt>%s</dt><dd>%s</dd></div>", name, value)
		}
	}
	row("Type", typeOf(o))
	row("Values", s.valuesOf(o))
	if shown := strings.TrimSpace(o.ShownDefault()); shown != "" {
		row("Default", defaultOf(shown))
	}
	if section, ok := s.pills.For(pill.Topic{Kind: pill.OptionTopic, Name: o.Path}); ok {
		row("Pill", format(`<a href="%s">%s</a>`, section.PageLink(), section.Label()))
	}
	if h, ok := s.library.History(o.Path); ok && h.Introduced.Known() {
		since := s.revision(h.Introduced)
		if h.Reintroduced.Known() {
			since = format("%s; gone from %s to %s", since, s.revision(h.Removed), s.revision(h.Reintroduced))
		}
		row("Since", since)
	}
	row("Declared", s.declared(o, s.newest.Revision))
	l.add("</dl></div>")
}

func (s *site) addGone(l *lines, o goneOption) {
	l.add(`<div class="option" id="%s"><h3><code>%s</code></h3><dl>`, o.Path, breakable(o.Path))
	if o.Type != "" {
		l.add("<div><dt>Type</dt><dd>%s</dd></div>", typeOf(o.Option))
	}
	if to := o.history.RenamedTo; to != "" {
		l.add("<div><dt>Was</dt><dd>another name of <code>%s</code></dd></div>", breakable(to))
	}
	l.add("<div><dt>Since</dt><dd>%s</dd></div><div><dt>Until</dt><dd>%s</dd></div>", s.revision(o.history.Introduced), s.revision(o.history.Removed))
	l.add("</dl></div>")
}

// typeOf is the type of an option, without the values that stand elsewhere.
func typeOf(o catalog.Option) markup {
	t := o.Type
	if len(o.Values) > 0 {
		switch {
		case o.ValuesInList:
			t = "list of values"
		default:
			t = "one of the values"
		}
		if o.Nullable {
			t = "null or " + t
		}
	}
	notes := ""
	if o.ReadOnly {
		notes += ", read-only"
	}
	if o.Internal {
		notes += ", internal"
	}
	if t == "" {
		return ""
	}
	return format("%s%s", t, notes)
}

// valuesOf are the values of an option, with when they came where that was after the option.
func (s *site) valuesOf(o catalog.Option) markup {
	var all []markup
	for _, v := range o.Values {
		value := format("<code>%s</code>", fmt.Sprintf("%q", v))
		if since := o.ValueSince(v); since.Known() && since != o.Since {
			if later, ok := s.library.IsBefore(o.Since.Hash, since.Hash); ok && later {
				value = format("%s <small>since %s</small>", value, since.Day())
			}
		}
		all = append(all, value)
	}
	return joined(all, ", ")
}

func defaultOf(shown string) markup {
	code := nixCode(shown)
	if strings.Contains(shown, "\n") {
		return format(`<div class="code nix"><pre><code>%s</code></pre></div>`, code)
	}
	return format(`<code class="nix">%s</code>`, code)
}

// declared is where an option is declared, with a link to the line.
func (s *site) declared(o catalog.Option, at catalog.Revision) markup {
	if o.DeclaredIn == "" {
		return ""
	}
	line, to := "", fmt.Sprintf("https://github.com/anduril/jetpack-nixos/blob/%s/%s", at.Hash, address(o.DeclaredIn))
	if o.Line > 0 {
		line, to = fmt.Sprintf(":%d", o.Line), fmt.Sprintf("%s#L%d", to, o.Line)
	}
	return format(`<a href="%s"><code>%s%s</code></a>`, to, o.DeclaredIn, line)
}

// revision is a revision and its day.
func (s *site) revision(r catalog.Revision) markup {
	return format("%s <small><code>%s</code></small>", r.Day(), r.Short())
}

// breakable is a path that a narrow page may break behind its dots.
func breakable(path string) markup {
	parts := strings.Split(path, ".")
	all := make([]markup, len(parts))
	for i, part := range parts {
		all[i] = format("%s", part)
	}
	return joined(all, ".<wbr>")
}

// prose is a description of ours, in which code spans work.
func (s *site) prose(words string) markup {
	h := pill.HTML{Link: func(pill.Link) string { return "" }, Code: func(b pill.CodeBlock) string { return string(plainCode(b)) }}
	return markup(h.Markdown(prose.Prose(words).Markdown()))
}
