package pins

import (
	"os"
	"path"
	"path/filepath"
	"testing"
)

// FuzzLocks reads whatever as the lock file of each tool: there is no crash, and no pin leads out of the store or the folder.
func FuzzLocks(f *testing.F) {
	for _, seed := range []string{
		flakeLockOf(`{"jetpack-nixos": "j", "a": ["b", "j"], "b": "b"}`, github("j", "anduril", "jetpack-nixos", revA), `"b": {"inputs": {"j": "j"}}`),
		flakeLockOf(`{"jetpack-nixos": "j"}`, locked("j", `{"type": "path", "path": "./jp/../..", "narHash": "`+narHash+`"}`)),
		flakeLockOf(`{"j": "j"}`, locked("j", `{"type": "git", "url": "git+ssh://git@example.org/a/jetpack-nixos?rev=`+revB+`"}`)),
		`{"pins": {"../jp": {"repository": {"owner": "a", "repo": "jetpack-nixos"}, "revision": "` + revB + `", "hash": "` + narHash + `"}}}`,
		`{"jetpack-nixos": {"owner": "a", "repo": "b", "rev": "` + revB + `", "sha256": "` + narHash + `", "url": "github:a/b"}}`,
		`{"sources": {"j": {"repo": "jetpack-nixos", "url": "gitlab:a%2Fb/c", "branch": "x"}}}`,
	} {
		f.Add([]byte(seed))
	}
	dir := f.TempDir()
	root, err := os.OpenRoot(dir)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { root.Close() })
	f.Fuzz(func(t *testing.T, content []byte) {
		for _, lock := range formats {
			if lock.lock == nil {
				continue
			}
			pins, err := lock.lock(&opened{Finder: &Finder{StoreDir: "/store"}, root: root, dir: dir}, content)
			if err != nil && len(pins) > 0 {
				t.Errorf("%s: pins beside an error: %v", lock.name, pins)
			}
			for _, p := range pins {
				if p.StorePath != "" && path.Dir(p.StorePath) != "/store" {
					t.Errorf("%s: the source would lie at %s", lock.name, p.StorePath)
				}
				if inside, err := filepath.Rel(dir, p.Dir); p.Dir != "" && (err != nil || !filepath.IsLocal(inside)) {
					t.Errorf("%s: the source would lie at %s", lock.name, p.Dir)
				}
			}
		}
	})
}
