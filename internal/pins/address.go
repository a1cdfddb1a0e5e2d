package pins

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// repository is a repository on a code host; the owner is empty where it is not known.
type repository struct{ owner, repo string }

// isJetpack reports whether the name is jetpack-nixos's, whoever the owner.
func (r repository) isJetpack() bool { return strings.EqualFold(r.repo, repo) }

// unescapeGroup gives GitLab's groups within groups as its addresses have them.
func unescapeGroup(owner string) string { return strings.ReplaceAll(owner, "%2F", "/") }

// readAddress reads an address of jetpack-nixos as flakes and fetchers write it, and the revision or branch that it
// asks for. Addresses of other repositories, and of single pages of this one, are not ok.
func readAddress(address string) (r repository, ref string, ok bool) {
	address, _, _ = strings.Cut(strings.TrimSpace(address), "#")
	address, rawQuery, _ := strings.Cut(address, "?")
	path, ok := addressPath(address)
	parts := strings.Split(strings.Trim(path, "/"), "/")
	at := slices.IndexFunc(parts, func(part string) bool {
		return strings.EqualFold(strings.TrimSuffix(part, ".git"), repo)
	})
	if !ok || at < 0 {
		return repository{}, "", false
	}
	if ref, ok = treeRef(parts[at+1:]); !ok {
		return repository{}, "", false
	}
	r.repo = repo
	if !strings.HasPrefix(address, "git+file:") && !strings.HasPrefix(address, "file:") {
		r.owner = strings.TrimPrefix(strings.Join(parts[:at], "/"), "repos/")
	}
	if query, err := url.ParseQuery(rawQuery); err == nil {
		ref = cmp.Or(query.Get("rev"), ref, query.Get("ref"))
	}
	return r, strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/tags/"), true
}

// addressPath is what follows the host, or the scheme where that names the host.
func addressPath(address string) (string, bool) {
	scheme, rest, ok := strings.Cut(address, ":")
	switch scheme {
	case "github", "gitlab", "sourcehut":
		parts := strings.SplitN(rest, "/", 3)
		if len(parts) < 2 {
			return "", false
		}
		path := unescapeGroup(parts[0]) + "/" + parts[1]
		if len(parts) == 3 {
			path += "/tree/" + parts[2]
		}
		return path, true
	}
	if below, isURL := strings.CutPrefix(rest, "//"); isURL {
		_, path, ok := strings.Cut(below, "/")
		return path, ok
	}
	return rest, ok && strings.HasPrefix(scheme, "git@") // git@host:owner/repo
}

// treeRef reads the part of an address behind the repository. It is not ok for pages that are no source tree.
func treeRef(rest []string) (ref string, ok bool) {
	if len(rest) > 0 && rest[0] == "-" { // GitLab
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return "", true
	}
	if len(rest) < 2 || !slices.Contains([]string{"archive", "tarball", "zipball", "tar.gz", "zip", "tree"}, rest[0]) {
		return "", false
	}
	names := rest[1:]
	if rest[0] == "archive" && len(names) == 2 && strings.HasPrefix(names[1], repo+"-") {
		names = names[:1] // GitLab's archive/REF/jetpack-nixos-REF.tar.gz
	}
	ref = strings.Join(names, "/")
	for _, suffix := range []string{".tar.gz", ".tar.bz2", ".tar.xz", ".zip"} {
		ref = strings.TrimSuffix(ref, suffix)
	}
	return ref, ref != ""
}

// At is the pin of a source that is fetched: of an address, or of owner/repo, and of the revision that stands beside
// it, or the ref. It is not ok for anything but jetpack-nixos.
func At(address, revision string) (pin Pin, ok bool) {
	if strings.Count(address, "/") == 1 && !strings.Contains(address, ":") {
		address = "github:" + address
	}
	r, ref, ok := readAddress(address)
	if !ok {
		return Pin{}, false
	}
	if pin = (Pin{Format: Address}).of(r).at(revision); pin.Revision == "" {
		pin = pin.at(ref)
	}
	return pin, true
}
