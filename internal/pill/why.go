package pill

import (
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"jetpills/internal/symptom"
)

// SymptomsFile is the file with the table of symptoms, beside the pills.
const SymptomsFile = symptom.File

// A Diagnosis is what the pills know of a text that a build, a flash or a boot printed.
type Diagnosis struct {
	symptom.Report
	// Found are the symptoms that lead to a section, in the order of the report.
	Found []Cause
}

// A Cause is a symptom in a text, and the sections that explain it, the best one first.
type Cause struct {
	symptom.Match
	Sections []Section
}

// Symptoms is the table of symptoms of the folder, empty where it has none. The error says why its file cannot be read.
func (c *Collection) Symptoms() (*symptom.Table, error) { return c.symptoms() }

// Why looks in a text for what the table of symptoms knows. The error is that of the table or of the reader.
func (c *Collection) Why(text io.Reader) (Diagnosis, error) {
	table, err := c.Symptoms()
	if err != nil {
		return Diagnosis{}, err
	}
	report, err := table.Find(text)
	if err != nil {
		return Diagnosis{}, err
	}
	d := Diagnosis{Report: report}
	for _, m := range report.Matches {
		cause := Cause{Match: m}
		for _, ref := range m.Read {
			if s, ok := c.Find(ref); ok {
				cause.Sections = append(cause.Sections, s)
			}
		}
		if len(cause.Sections) > 0 {
			d.Found = append(d.Found, cause)
		}
	}
	return d, nil
}

// readSymptoms reads the table when it is first needed.
func (c *Collection) readSymptoms(fsys fs.FS, open func(fs.FS, string) (file, error)) {
	f, err := open(fsys, SymptomsFile)
	if err == nil {
		c.files[SymptomsFile] = f
	} else if _, missing := fs.Stat(fsys, SymptomsFile); missing != nil {
		err = nil
	}
	c.symptoms = sync.OnceValues(func() (*symptom.Table, error) {
		if err != nil {
			return nil, fmt.Errorf("%s: %w", SymptomsFile, err)
		}
		table, err := symptom.Read(f.content())
		if err != nil {
			return nil, fmt.Errorf("%s: %w", SymptomsFile, err)
		}
		return table, nil
	})
}

// SymptomTables is how the names of generated tables begin that list a group of symptoms.
const SymptomTables = "symptoms "

// SymptomTable makes the lines of a table of the index, from a group of symptoms.
func (c *Collection) SymptomTable(group string) ([]string, error) {
	table, err := c.Symptoms()
	if err != nil {
		return nil, err
	}
	g, ok := table.Group(group)
	if !ok {
		return nil, fmt.Errorf("%s has no group %q", SymptomsFile, group)
	}
	lines := []string{"| " + g.Head + " | read |", "|---|---|"}
	for _, s := range g.Symptoms {
		if s.Until != "" {
			continue // of older revisions than that of the index
		}
		var links []string
		for _, ref := range s.Read {
			section, ok := c.Find(ref)
			if !ok {
				return nil, fmt.Errorf("%s:%d: there is no section %q", SymptomsFile, s.Line, ref)
			}
			links = append(links, section.indexLink())
		}
		lines = append(lines, "| "+s.Label()+" | "+strings.Join(links, ", ")+" |")
	}
	return lines, nil
}

// indexLink is a short link to the section, for a table.
func (s Section) indexLink() string {
	title, rest, _ := strings.Cut(s.Title, ": ")
	if strings.HasPrefix(title, "Step ") {
		title += ": " + rest
	}
	label, target := s.Pill.ID+": "+title, s.Pill.File
	if s.body.role == titling {
		label = s.Pill.ID
	} else {
		target += "#" + s.Anchor
	}
	return "[" + strings.ReplaceAll(label, "|", `\|`) + "](" + target + ")"
}
