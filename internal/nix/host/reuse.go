package host

import (
	"maps"
	"slices"

	"jetpills/internal/nix/eval"
	"jetpills/internal/nix/syntax"
	"jetpills/internal/text"
)

// looks are the nodes that an evaluation looked at, by file.
type looks map[string]*eval.Looked

// looks are what a run looked at.
func (r *run) looks() looks {
	all := looks{}
	for file, looked := range r.Looked() {
		all.add(file, looked)
	}
	return all
}

// add adds what was looked at in a text of a file.
func (l looks) add(file string, looked *eval.Looked) {
	if known := l[file]; known == nil {
		l[file] = looked
	} else if known != looked {
		both := &eval.Looked{}
		for _, one := range []*eval.Looked{known, looked} {
			both.Nodes.AddAll(&one.Nodes)
			both.Read.AddAll(&one.Read)
		}
		l[file] = both
	}
}

// moved are the same nodes after changes.
func (l looks) moved(changed changes) looks {
	all := maps.Clone(l)
	for file, change := range changed {
		switch looked := all[file]; {
		case looked == nil:
		case change == nil:
			delete(all, file)
		default:
			all[file] = &eval.Looked{Nodes: *change.Moved(&looked.Nodes), Read: *change.Moved(&looked.Read)}
		}
	}
	return all
}

// changes are what became of texts, by file; nil for one that may be any other text.
type changes map[string]*syntax.Change

// reach reports whether changes reach what was looked at.
func (c changes) reach(all ...looks) bool {
	for file, change := range c {
		if change == nil {
			return true
		}
		for _, one := range all {
			if looked := one[file]; looked != nil && change.Reaches(&looked.Nodes, &looked.Read) {
				return true
			}
		}
	}
	return false
}

// location is where something stands after the changes; false if that is not known.
func (c changes) location(at *Location) bool {
	change := c[at.File]
	if change == nil || at.Span == (text.Span{}) {
		return true
	}
	span, ok := change.Span(at.Span)
	at.Span = span
	return ok
}

// mostCompared bounds how many texts are compared with what they were.
const mostCompared = 16

// changed are the questions that are answered otherwise now, each with what became of
// the file that was parsed for it; nil for any other question. A file that was parsed is
// read, and parsed only if it is another text.
func (m *memory) changed(before map[question]answer) map[question]changes {
	changed := map[question]changes{}
	compared := changes{}
	for q, was := range before {
		if q.kind == parse && was.ok {
			text := m.ask(question{readFile, was.file})
			if text.ok && text.text == was.text {
				continue
			}
			now := m.ask(q)
			if !now.ok || now.file != was.file {
				changed[q] = nil
				continue
			}
			if _, ok := compared[was.file]; !ok && len(compared) < mostCompared {
				compared[was.file] = syntax.Compare(syntax.Parse(was.text), now.tree)
			}
			changed[q] = changes{was.file: compared[was.file]}
			continue
		}
		now := m.ask(q)
		if now.ok != was.ok || now.file != was.file || now.text != was.text || now.exists != was.exists ||
			!maps.Equal(now.entries, was.entries) {
			changed[q] = nil
		}
	}
	return changed
}

// concerns are the changes of what was asked, and whether that is all that is answered
// otherwise.
func concerns(asked questions, changed map[question]changes) (all changes, isAll bool) {
	all = changes{}
	for q, c := range changed {
		if !asked.has(q) {
			continue
		}
		if c == nil {
			return nil, false
		}
		maps.Copy(all, c)
	}
	return all, true
}

// after is what a configuration comes to after changes, without evaluating it: what it
// came to before, if they do not reach what was looked at; nil otherwise.
func (e *evaluated) after(changed map[question]changes, common looks) *evaluated {
	all, ok := concerns(e.asked, changed)
	switch {
	case !ok || all.reach(e.looks, common):
		return nil
	case len(all) == 0:
		return e
	}
	of := *e
	ok = all.location(&of.at) && all.location(&of.body)
	of.looks = e.looks.moved(all)
	of.hosts = make([]*Host, len(e.hosts))
	for i, h := range e.hosts {
		of.hosts[i] = h.after(all, &ok)
	}
	if !ok {
		return nil
	}
	return &of
}

// after is a host with its locations after changes.
func (h *Host) after(changed changes, ok *bool) *Host {
	isMoved := false
	move := func(at Location) Location {
		was := at
		*ok = changed.location(&at) && *ok
		isMoved = isMoved || at != was
		return at
	}
	of := *h
	of.At, of.Body = move(h.At), move(h.Body)
	of.Unseen = slices.Clone(h.Unseen)
	for i := range of.Unseen {
		of.Unseen[i].At = move(of.Unseen[i].At)
	}
	definitions := func(all []Definition) []Definition { // the same where none is moved
		was := isMoved
		isMoved = false
		moved := slices.Clone(all)
		for i := range moved {
			d := &moved[i]
			d.Path, d.Value, d.Origin = move(d.Path), move(d.Value), move(d.Origin)
		}
		if isMoved {
			all = moved
		}
		isMoved = isMoved || was
		return all
	}
	values := func(all []Value) []Value {
		all = slices.Clone(all)
		for i := range all {
			all[i].Definitions = definitions(all[i].Definitions)
		}
		return all
	}
	of.Values, of.Undeclared = values(h.Values), values(h.Undeclared)
	of.Failed = slices.Clone(h.Failed)
	for i := range of.Failed {
		f := &of.Failed[i]
		f.At, f.HangsOn = move(f.At), values(f.HangsOn)
	}
	of.Modules = slices.Clone(h.Modules)
	for i := range of.Modules {
		of.Modules[i] = move(of.Modules[i])
	}
	of.Functions = slices.Clone(h.Functions)
	for i := range of.Functions {
		of.Functions[i] = move(of.Functions[i])
	}
	of.Imports = slices.Clone(h.Imports)
	for i := range of.Imports {
		of.Imports[i].At = move(of.Imports[i].At)
		of.Imports[i].Flake = move(of.Imports[i].Flake)
	}
	of.Packages.Config = maps.Clone(h.Packages.Config)
	for name, all := range of.Packages.Config {
		of.Packages.Config[name] = definitions(all)
	}
	if !isMoved {
		return h
	}
	return &of
}
