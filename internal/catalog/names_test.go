package catalog_test

import (
	"testing"

	"jetpills/internal/catalog"
)

func TestScopeMajor(t *testing.T) {
	for name, want := range map[string]string{"nvidia-jetpack": "", "nvidia-jetpack6": "6", "nvidia-jetpack10": "10"} {
		if major, ok := catalog.ScopeMajor(name); !ok || major != want {
			t.Errorf("%s is of %q, %v", name, major, ok)
		}
	}
	for _, name := range []string{"", "jetpack", "nvidia-jetpacks", "nvidia-jetpack-6", "nvidia-jetpack6x", "my-nvidia-jetpack"} {
		if _, ok := catalog.ScopeMajor(name); ok {
			t.Errorf("%s is a scope", name)
		}
	}
}
