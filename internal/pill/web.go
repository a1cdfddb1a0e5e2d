package pill

import (
	"net/url"
	"strings"
)

// WebAddress is the address of a site of pills on the web, with a slash behind. It is not ok for what cannot be one.
func WebAddress(s string) (address string, ok bool) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", false
	}
	return strings.TrimSuffix(u.String(), "/") + "/", true
}

// Page is the file of the pill's page in a site: "07-nixos-modules.html", or "index.html" for the index.
func (p *Pill) Page() string {
	if p.ID == indexID {
		return "index.html"
	}
	return strings.TrimSuffix(p.File, ".md") + ".html"
}

// PageLink is where the section stands in a site, as an address relative to it.
func (s Section) PageLink() string {
	u := url.URL{Path: s.Pill.Page()}
	if s.body.role != titling {
		u.Fragment = s.Anchor
	}
	return u.String()
}
