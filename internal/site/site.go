// Package site makes web pages of the pills and of the catalog: static files that work from any folder of a web server, and from a disk.
// The same input gives the same bytes.
package site

import (
	"fmt"
	"net/url"

	"jetpills/internal/catalog"
	"jetpills/internal/pill"
	"jetpills/internal/workspace"
)

// Config is what a site is made of.
type Config struct {
	Library *catalog.Library
	Pills   *pill.Collection
	// Base is the address at which the site will be, such as https://example.org/jetpills/; empty where that is not known: then it
	// has no sitemap and no canonical links.
	Base string
	// Playground says whether the pages lead to try/, where someone else puts the playground.
	Playground bool
}

// A File is a file of the site.
type File struct {
	Name    string // relative to the site, with slashes
	Content []byte
}

// site is what pages are made with.
type site struct {
	sn         *workspace.Snapshot
	library    *catalog.Library
	newest     *catalog.Catalog
	pills      *pill.Collection
	base       string // ends in a slash; or ""
	playground bool
	pages      []entry
	files      []File
	options    reference
}

// entry is a page as others lead to it.
type entry struct {
	file, label, group string
	number             string // of a pill
}

// Make makes the files of a site. An error says what is wrong with the pills or the base.
func Make(c Config) ([]File, error) {
	base, ok := pill.WebAddress(c.Base)
	if !ok && c.Base != "" {
		return nil, fmt.Errorf("the base %q is no address of a site, such as https://example.org/jetpills/", c.Base)
	}
	settings := workspace.DefaultSettings()
	settings.HoverLanguage = false // every "in" and "=" of a page would have one
	sn := workspace.NewSession(workspace.Config{Library: c.Library, Pills: c.Pills, Settings: &settings}).Snapshot()
	s := &site{sn: sn, library: c.Library, newest: c.Library.Newest(), pills: c.Pills, base: base, playground: c.Playground}
	if len(s.pills.Pills()) == 0 {
		return nil, fmt.Errorf("there is no pill to make pages of: a pill is a file such as 00-name.md")
	}
	s.options = s.readOptions()
	s.pages = s.contents()
	steps := []func() error{s.addPills, s.addOptions, s.addChanges, s.addSearch, s.addNotFound, s.addAssets, s.addSitemap}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return s.files, nil
}

func (s *site) add(name string, content []byte) { s.files = append(s.files, File{name, content}) }

// The pages that are not of pills.
const (
	optionsFile  = "options.html"
	changesFile  = "changes.html"
	notFoundFile = "404.html"
)

// referenceGroup is the group of the pages that one looks things up in.
const referenceGroup = "reference"

// contents are the pages in reading order.
func (s *site) contents() []entry {
	var all []entry
	all = append(all, entry{file: "index.html", label: "Start"})
	for _, p := range s.pills.Pills() {
		all = append(all, entry{file: p.Page(), label: p.Title, group: p.Group, number: p.ID})
	}
	if glossary, ok := s.pills.Glossary(); ok {
		all = append(all, entry{file: glossary.Page(), label: "Glossary", group: referenceGroup})
	}
	all = append(all, entry{file: optionsFile, label: "Options", group: referenceGroup}, entry{file: changesFile, label: "What changes", group: referenceGroup})
	if s.playground {
		all = append(all, entry{file: "try/index.html", label: "Playground", group: referenceGroup})
	}
	return all
}

// link is where a link of a pill leads; "" for what the site does not have.
func (s *site) link(file, anchor string) string {
	for _, p := range s.all() {
		if p.File != file {
			continue
		}
		if section, ok := p.Find(anchor); ok && anchor != "" {
			return section.PageLink()
		}
		return address(p.Page())
	}
	return ""
}

// address is a file's name as a relative link.
func address(file string) string { return (&url.URL{Path: file}).String() }

// all are the pills, the index first and the glossary last.
func (s *site) all() []*pill.Pill {
	var all []*pill.Pill
	if index, ok := s.pills.Index(); ok {
		all = append(all, index)
	}
	all = append(all, s.pills.Pills()...)
	if glossary, ok := s.pills.Glossary(); ok {
		all = append(all, glossary)
	}
	return all
}
