package site

import (
	"embed"
	"encoding/xml"
	"io/fs"
	"net/url"
)

//go:embed assets
var assets embed.FS

// addAssets adds the style, the script and the icon of all pages.
func (s *site) addAssets() error {
	return fs.WalkDir(assets, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := assets.ReadFile(name)
		if err == nil {
			s.add(name, content)
		}
		return err
	})
}

// addNotFound adds the page that web servers show for an address without a page, at any depth: with a base, its links begin there.
func (s *site) addNotFound() error {
	root := ""
	if u, err := url.Parse(s.base); err == nil && s.base != "" {
		root = u.Path
	}
	var l lines
	l.add(`<header class="title"><p class="facts">404</p><h1>There is no such page</h1></header>`)
	l.add(`<p>The page may have moved. <a href="%sindex.html">The start page</a> lists all pills, and the search above finds sections, options, members and error messages.</p>`, root)
	s.addPage(page{file: notFoundFile, title: "There is no such page", description: "There is no page at this address.", content: l.markup(), root: root})
	return nil
}

// addSitemap adds the list of pages for search engines, which has whole addresses.
func (s *site) addSitemap() error {
	if s.base == "" {
		return nil
	}
	type location struct {
		At string `xml:"loc"`
	}
	sitemap := struct {
		XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
		URLs    []location `xml:"url"`
	}{}
	for _, e := range s.pages {
		to := address(e.file)
		if e.file == "index.html" {
			to = ""
		}
		sitemap.URLs = append(sitemap.URLs, location{s.base + to})
	}
	content, err := xml.MarshalIndent(sitemap, "", "  ")
	if err != nil {
		return err
	}
	s.add("sitemap.xml", []byte(xml.Header+string(content)+"\n"))
	return nil
}
