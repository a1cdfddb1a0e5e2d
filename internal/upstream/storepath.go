package upstream

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/nix-community/go-nix/pkg/nixbase32"
	"github.com/nix-community/go-nix/pkg/nixhash"
)

// DefaultStoreDir is Nix's store where nothing else is configured.
const DefaultStoreDir = "/nix/store"

// storePath is where Nix puts a source tree: a path named by the SHA-256 of the tree's archive (Nix manual, "Store path specification").
// It is empty for hashes of other kinds or forms, and for names that the store does not take.
func storePath(storeDir, narHash, name string) string {
	if narHash == "" || !isStoreName(name) {
		return ""
	}
	algorithm := nixhash.SHA256
	hash, err := nixhash.ParseAny(narHash, &algorithm)
	if err != nil || hash.Algo() != nixhash.SHA256 {
		return ""
	}
	if storeDir == "" {
		storeDir = DefaultStoreDir
	}
	fingerprint := "source:sha256:" + hex.EncodeToString(hash.Digest()) + ":" + storeDir + ":" + name
	digest := sha256.Sum256([]byte(fingerprint))
	return storeDir + "/" + nixbase32.EncodeToString(nixhash.CompressHash(digest[:], 20)) + "-" + name
}

// isStoreName reports whether the store takes a name: it has no slashes, among other things.
func isStoreName(name string) bool {
	if name == "" || len(name) > 211 || name[0] == '.' {
		return false
	}
	for _, c := range []byte(name) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("+-._?=", c) >= 0:
		default:
			return false
		}
	}
	return true
}
