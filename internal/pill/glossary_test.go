package pill

import "testing"

func TestWord(t *testing.T) {
	c := Load(files("glossary.md", "# Glossary\n\n## ESP: EFI system partition\n\nA.\n\n## Device tree, devicetree\n\nB.\n\n"+
		"## nvgpu\n\nC.\n\n## OP-TEE\n\nD.\n\n## SoM, SOM: system-on-module\n\nE.\n\n## Fuses\n\nF.\n\n## ESP, again\n\nG.\n",
		"03-a.md", "# A\n\n## A capsule\n\nText.\n"))
	for word, want := range map[string]string{
		"ESP": "esp-efi-system-partition", "ESPs": "esp-efi-system-partition", "EFI system partition": "esp-efi-system-partition",
		"esp": "", "Esp": "", "efi system partition": "",
		"device tree": "device-tree-devicetree", "Device tree": "device-tree-devicetree", "device-trees": "device-tree-devicetree",
		"Devicetree": "device-tree-devicetree", "Device Tree": "", "DEVICETREE": "",
		"nvgpu": "nvgpu", "Nvgpu": "nvgpu", "NVGPU": "",
		"OP-TEE": "op-tee", "OP TEE": "op-tee", "op-tee": "",
		"SoM": "som-som-system-on-module", "SOMs": "som-som-system-on-module", "som": "", "System on module": "som-som-system-on-module",
		"fuses": "fuses", "fuse": "", "FUSE": "",
		"Again": "esp-again", "capsule": "", "Glossary": "", "s": "", "": "",
	} {
		if got, _ := c.Word(word); got.Section.Anchor != want {
			t.Errorf("%q: %q, want %q", word, got.Section.Anchor, want)
		}
	}
	if got, _ := c.Word("ESPs"); got.Text != "ESP" || got.Meaning != "EFI system partition" {
		t.Errorf("%q means %q", got.Text, got.Meaning)
	}
	if s, ok := c.Find("glossary#nv"); !ok || s.Label() != "Glossary › nvgpu" || s.Pill.Name() != "the glossary" || len(c.Pills()) != 1 {
		t.Errorf("found %q in %d pills", s.Label(), len(c.Pills()))
	}
	if hits := c.Search("esp"); len(hits) == 0 || hits[0].Section.Anchor != "esp-efi-system-partition" {
		t.Errorf("the search does not begin with the entry: %v", hits)
	}
	if _, ok := Load(files("03-a.md", "# A\n")).Word("ESP"); ok {
		t.Error("a word without a glossary")
	}
}
