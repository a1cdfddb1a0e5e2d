package cli

import (
	"io"
	"net/url"
	"path/filepath"

	"jetpills/internal/ide"
	"jetpills/internal/text"
	"jetpills/internal/workspace"
)

// These are the parts of a SARIF 2.1.0 log that a report has, by the names of the standard. The library for them validates with
// a JSON schema, which every start of the program would pay for; the tests validate what is printed with it.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID                   string       `json:"id"`
		ShortDescription     sarifMessage `json:"shortDescription"`
		FullDescription      sarifMessage `json:"fullDescription"`
		Help                 sarifMessage `json:"help"`
		DefaultConfiguration struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifResult struct {
		RuleID           string          `json:"ruleId"`
		RuleIndex        int             `json:"ruleIndex"`
		Level            string          `json:"level"`
		Message          sarifMessage    `json:"message"`
		Locations        []sarifLocation `json:"locations"`
		RelatedLocations []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifLocation struct {
		PhysicalLocation struct {
			ArtifactLocation struct {
				URI string `json:"uri"`
			} `json:"artifactLocation"`
			Region sarifRegion `json:"region"`
		} `json:"physicalLocation"`
		Message *sarifMessage `json:"message,omitempty"`
	}
	// sarifRegion counts lines and columns from 1.
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
)

// printSARIF prints findings as code hosts take them.
func printSARIF(w io.Writer, findings []finding, version string) error {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Results: []sarifResult{}}
	driver := &run.Tool.Driver
	*driver = sarifDriver{Name: "jetpills", Version: version, InformationURI: "https://github.com/anduril/jetpack-nixos"}
	index := map[ide.Code]int{}
	for i, r := range ide.Rules() {
		index[r.Code] = i
		rule := sarifRule{
			ID: string(r.Code), ShortDescription: sarifMessage{r.Finds}, FullDescription: sarifMessage{r.Why}, Help: sarifMessage{r.Mend},
		}
		rule.DefaultConfiguration.Level = sarifLevel(r.Severity)
		driver.Rules = append(driver.Rules, rule)
	}
	for _, f := range findings {
		result := sarifResult{
			RuleID: string(f.Code), RuleIndex: index[f.Code], Level: sarifLevel(f.Severity), Message: sarifMessage{f.Message},
			Locations: []sarifLocation{sarifLocationOf(f.file, f.start, f.end)},
		}
		for _, r := range f.related {
			location := sarifLocationOf(r.File, r.start, r.end)
			location.Message = &sarifMessage{r.Message}
			result.RelatedLocations = append(result.RelatedLocations, location)
		}
		run.Results = append(run.Results, result)
	}
	return printJSON(w, sarifLog{
		Schema:  "https://raw.githubusercontent.com/oasis-tcs/sarif-spec/main/sarif-2.1/schema/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs:    []sarifRun{run},
	})
}

func sarifLevel(s ide.Severity) string {
	if s == ide.SeverityHint {
		return "note"
	}
	return s.String()
}

func sarifLocationOf(file string, start, end text.Position) sarifLocation {
	var l sarifLocation
	l.PhysicalLocation.ArtifactLocation.URI = sarifURI(file)
	l.PhysicalLocation.Region = sarifRegion{int(start.Line) + 1, int(start.Character) + 1, int(end.Line) + 1, int(end.Character) + 1}
	return l
}

// sarifURI is the address of a file in a report: a relative path stays relative, to the root of the repository as a rule.
func sarifURI(file string) string {
	if filepath.IsAbs(file) {
		return workspace.FileURI(file)
	}
	return (&url.URL{Path: filepath.ToSlash(file)}).String()
}
