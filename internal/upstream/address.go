package upstream

import (
	"net/url"
	"strings"
)

// repository is a repository on a code host; the owner is empty where it is not known.
type repository struct{ owner, repo string }

// isJetpack reports whether the name is jetpack-nixos's, whoever the owner.
func (r repository) isJetpack() bool { return strings.EqualFold(r.repo, repo) }

// readAddress reads an address of jetpack-nixos as flakes and fetchers write it, and the revision or branch that it asks for.
// Addresses of other repositories, and of single pages of this one, are not ok.
func readAddress(address string) (r repository, ref string, ok bool) {
	address, _, _ = strings.Cut(strings.TrimSpace(address), "#")
	address, rawQuery, _ := strings.Cut(address, "?")
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		query = nil
	}
	path, ok := addressPath(address)
	if !ok {
		return repository{}, "", false
	}
	parts := strings.Split(strings.Trim(path, "/"), "/")
	at := -1
	for i, part := range parts {
		if strings.EqualFold(strings.TrimSuffix(part, ".git"), repo) {
			at = i
			break
		}
	}
	if at < 0 {
		return repository{}, "", false
	}
	ref, ok = askedFor(parts[at+1:])
	if !ok {
		return repository{}, "", false
	}
	r.repo = repo
	if !strings.HasPrefix(address, "git+file:") && !strings.HasPrefix(address, "file:") {
		r.owner = strings.TrimPrefix(strings.Join(parts[:at], "/"), "repos/")
	}
	if asked := query.Get("rev"); asked != "" {
		ref = asked
	} else if asked := query.Get("ref"); asked != "" && ref == "" {
		ref = asked
	}
	return r, strings.TrimPrefix(strings.TrimPrefix(ref, "refs/heads/"), "refs/tags/"), true
}

// addressPath is what follows the host, or the scheme where that names the host.
func addressPath(address string) (string, bool) {
	for _, scheme := range []string{"github:", "gitlab:", "sourcehut:"} {
		if path, ok := strings.CutPrefix(address, scheme); ok {
			parts := strings.SplitN(path, "/", 3)
			if len(parts) < 2 {
				return "", false
			}
			path = strings.ReplaceAll(parts[0], "%2F", "/") + "/" + parts[1] // GitLab's groups within groups
			if len(parts) == 3 {
				path += "/tree/" + parts[2]
			}
			return path, true
		}
	}
	_, rest, ok := strings.Cut(address, "://")
	if !ok {
		// git@host:owner/repo
		host, path, ok := strings.Cut(address, ":")
		return path, ok && strings.HasPrefix(host, "git@")
	}
	_, path, ok := strings.Cut(rest, "/")
	return path, ok
}

// askedFor reads the part of an address behind the repository. It is not ok for pages that are no source tree.
func askedFor(rest []string) (ref string, ok bool) {
	if len(rest) > 0 && rest[0] == "-" { // GitLab
		rest = rest[1:]
	}
	if len(rest) == 0 {
		return "", true
	}
	if len(rest) < 2 {
		return "", false
	}
	switch rest[0] {
	case "archive", "tarball", "zipball", "tar.gz", "zip", "tree":
	default:
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
