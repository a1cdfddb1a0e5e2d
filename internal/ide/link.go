package ide

import "jetpills/internal/workspace"

// Linker gives the address of a place in the pills: the section with an anchor
// of a file, or the file itself without one. It returns "" where there is
// nothing to link to. nil links to nothing, not even to the web.
type Linker func(file, anchor string) string

func (l Linker) to(file, anchor string) string {
	if l == nil {
		return ""
	}
	return l(file, anchor)
}

// PillLinks links to the pills on the web, if the settings name an address, or
// else to where they lie as files: the address ends in the line of the section's
// heading.
func PillLinks(sn *workspace.Snapshot) Linker {
	return func(file, anchor string) string {
		ref := file
		if anchor != "" {
			ref += "#" + anchor
		}
		section, ok := sn.Pills().Find(ref)
		if !ok {
			return ""
		}
		if address := sn.Settings().PillsURL; address != "" {
			return address + section.PageLink()
		}
		path, line, err := sn.PillTarget(section)
		if err != nil {
			return ""
		}
		return workspace.FileLink(path, line)
	}
}
