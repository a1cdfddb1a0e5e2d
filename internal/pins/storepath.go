package pins

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/nix-community/go-nix/pkg/nixbase32"
	"github.com/nix-community/go-nix/pkg/nixhash"
)

// orDefault is Nix's store where nothing else is configured.
func orDefault(storeDir string) string { return cmp.Or(storeDir, "/nix/store") }

// storePath is where Nix puts a source tree: a path named by the SHA-256 of the tree's archive (Nix manual, "Store path
// specification"). It is empty for hashes of other kinds or forms, and for names that the store does not take.
func storePath(storeDir, narHash, name string) string {
	if narHash == "" || !isStoreName(name) {
		return ""
	}
	algorithm := nixhash.SHA256
	hash, err := nixhash.ParseAny(narHash, &algorithm)
	if err != nil || hash.Algo() != nixhash.SHA256 {
		return ""
	}
	storeDir = orDefault(storeDir)
	digest := sha256.Sum256([]byte("source:sha256:" + hex.EncodeToString(hash.Digest()) + ":" + storeDir + ":" + name))
	return storeDir + "/" + nixbase32.EncodeToString(nixhash.CompressHash(digest[:], 20)) + "-" + name
}

// isStoreName reports whether the store takes a name: it has no slashes, among other things.
func isStoreName(name string) bool {
	const taken = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._?="
	return name != "" && len(name) <= 211 && name[0] != '.' && strings.Trim(name, taken) == ""
}
