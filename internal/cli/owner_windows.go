package cli

import (
	"io/fs"
	"os"
)

// keepOwner does nothing: a new file has the owner and the permissions that its folder gives.
func keepOwner(*os.File, fs.FileInfo) {}
