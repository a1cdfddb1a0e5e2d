package workspace

import (
	"net/url"
	"path"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

const onWindows = runtime.GOOS == "windows"

// PathOf is the absolute path of the file that a URI names on this machine. It is false for everything else: another
// scheme, a relative path, and a path of another system, which must not be looked for here.
//
// Clients spell one file in many ways: "file:///c%3A/x", "FILE:///C:/x", "file:/C:/x", "file:////server/share/x", and, in
// older ones, the bare path. The URI itself stays what the client says; only the path is put into one form.
func PathOf(uri string) (string, bool) { return pathOf(uri, onWindows) }

// FileURI is the URI of an absolute path, for a file that the client has not named itself.
func FileURI(path string) string { return fileURI(path, onWindows).String() }

// FileLink is the URI of a line of a file, 1-based, as editors open it.
func FileLink(path string, line int) string {
	address := fileURI(path, onWindows)
	address.Fragment = "L" + strconv.Itoa(line)
	return address.String()
}

func pathOf(uri string, windows bool) (string, bool) {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || !strings.EqualFold(scheme, "file") {
		return systemPath(uri, windows)
	}
	if end := strings.IndexAny(rest, "?#"); end >= 0 {
		rest = rest[:end]
	}
	if authority, ok := strings.CutPrefix(rest, "//"); ok {
		host, _, _ := strings.Cut(authority, "/")
		rest = authority[len(host):]
		if host != "" && !strings.EqualFold(host, "localhost") {
			rest = "//" + host + rest
		}
	}
	decoded := unescape(rest)
	if windows && len(decoded) > 2 && decoded[0] == '/' && hasDrive(decoded[1:]) {
		decoded = decoded[1:]
	}
	return systemPath(decoded, windows)
}

// systemPath is a path in the one form that it has in this program, if it is an absolute path of the system.
func systemPath(name string, windows bool) (string, bool) {
	if strings.Contains(name, "\x00") {
		return "", false
	}
	if !windows {
		// "//server/share" and "/c:/x" are Windows's. Linux could have them, but nobody means that.
		if !strings.HasPrefix(name, "/") || strings.HasPrefix(name, "//") || hasDrive(name[1:]) {
			return "", false
		}
		return path.Clean(name), true
	}
	slashed := strings.ReplaceAll(name, `\`, "/")
	switch {
	case hasDrive(slashed):
		slashed = strings.ToUpper(slashed[:1]) + slashed[1:2] + path.Clean("/"+slashed[2:])
	case strings.HasPrefix(slashed, "//"):
		server, share, _ := strings.Cut(strings.TrimLeft(slashed, "/"), "/")
		if server == "" || strings.Trim(share, "/") == "" {
			return "", false
		}
		slashed = "//" + server + path.Clean("/"+share)
	default:
		return "", false
	}
	return strings.ReplaceAll(slashed, "/", `\`), true
}

// hasDrive reports whether a path with slashes begins with a drive of Windows: "c:" alone, or "c:/".
func hasDrive(name string) bool {
	return len(name) >= 2 && name[1] == ':' && (name[0]|0x20) >= 'a' && (name[0]|0x20) <= 'z' && (len(name) == 2 || name[2] == '/')
}

// unescape decodes percent-encoding. A percent sign that encodes nothing stands for itself: some clients leave it as it is.
// What was encoded need not be UTF-8, as names of files need not be.
func unescape(s string) string {
	if decoded, err := url.PathUnescape(s); err == nil {
		return decoded
	}
	var b strings.Builder
	for len(s) > 0 {
		n := 1
		if s[0] == '%' && len(s) >= 3 {
			n = 3
		}
		decoded, err := url.PathUnescape(s[:n])
		if err != nil {
			decoded, n = s[:1], 1
		}
		b.WriteString(decoded)
		s = s[n:]
	}
	return b.String()
}

func fileURI(path string, windows bool) *url.URL {
	address := &url.URL{Scheme: "file", Path: path}
	if !windows {
		return address
	}
	slashed := strings.ReplaceAll(path, `\`, "/")
	if share, ok := strings.CutPrefix(slashed, "//?/UNC/"); ok {
		slashed = "//" + share
	}
	slashed = strings.TrimPrefix(slashed, "//?/")
	if share, ok := strings.CutPrefix(slashed, "//"); ok {
		address.Host, slashed, _ = strings.Cut(share, "/")
	}
	address.Path = "/" + strings.TrimPrefix(slashed, "/")
	return address
}

// pathKey is the same for two spellings of one path: Windows does not tell upper case from lower.
func pathKey(path string) string {
	if onWindows {
		return strings.ToLower(filepath.Clean(path))
	}
	return path
}
