package pill

import (
	"bytes"
	"strconv"

	"gopkg.in/yaml.v3"

	"jetpills/internal/pattern"
)

// cutFrontMatter separates the YAML between a first line "---" and the next such line from the Markdown;
// firstLine is the 1-based line where the latter begins. Without a closing line the whole text is Markdown,
// unless it looks like keys: then the keys are left out of it.
func cutFrontMatter(source []byte) (matter, rest []byte, firstLine int, closed bool) {
	fence := []byte("---")
	number, offset := 0, 0
	for line := range bytes.Lines(source) {
		number++
		offset += len(line)
		trimmed := bytes.TrimRight(line, " \t\n")
		switch {
		case number == 1:
			if !bytes.Equal(trimmed, fence) {
				return nil, source, 1, true
			}
		case bytes.Equal(trimmed, fence):
			return source[len("---\n") : offset-len(line)], source[offset:], number + 1, true
		case bytes.HasPrefix(trimmed, []byte("#")), number > 100:
			// A heading: what should have been closed before it was not.
			return nil, source[offset-len(line):], number, false
		}
	}
	if number <= 1 {
		return nil, source, 1, true
	}
	return nil, nil, number + 1, false
}

// readFrontMatter fills the pill's fields; keys it does not know belong to someone else and are left alone.
func (p *Pill) readFrontMatter(matter []byte) error {
	var fields struct {
		ID       string   `yaml:"id"`
		Title    string   `yaml:"title"`
		Subtitle string   `yaml:"subtitle"`
		Summary  string   `yaml:"summary"`
		Group    string   `yaml:"group"`
		Revision string   `yaml:"revision"`
		BuildsOn []string `yaml:"builds-on"`
		Minutes  int      `yaml:"minutes"`
	}
	err := yaml.Unmarshal(matter, &fields)
	if fields.ID != "" {
		p.ID = fields.ID
	}
	p.Title, p.Subtitle, p.Summary = oneLine(fields.Title), oneLine(fields.Subtitle), oneLine(fields.Summary)
	p.Group, p.Revision = oneLine(fields.Group), oneLine(fields.Revision)
	p.BuildsOn, p.Minutes = fields.BuildsOn, fields.Minutes
	return err
}

var yamlLinePattern = pattern.New(`line (\d+)`)

// yamlLine is the line in the file that a YAML error names: the library counts from the line after the
// opening "---".
func yamlLine(err error) int {
	if found := yamlLinePattern.FindStringSubmatch(err.Error()); found != nil {
		if n, err := strconv.Atoi(found[1]); err == nil {
			return n + 1
		}
	}
	return 1
}
