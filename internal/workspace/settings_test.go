package workspace

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseSettings(t *testing.T) {
	d := DefaultSettings()
	with := func(change func(*Settings)) Settings {
		s := DefaultSettings()
		change(&s)
		return s
	}
	all := Settings{Revision: "4d857d6", PillsPath: "~/pills", UpstreamPath: "/src/jp", Definition: DefinitionUpstream, HoverDetail: DetailShort, ExcerptLines: 5, Diagnostics: false}
	for _, test := range []struct {
		section string
		want    Settings
		problem string
	}{
		{``, d, ""},
		{`null`, d, ""},
		{`{}`, d, ""},
		{`{"unknown": 1, "hover": {"unknown": []}, "pills": {}}`, d, ""},
		{`{"revision": null, "hover": null, "pills": {"path": null}}`, d, ""},
		{`{"revision": "4d857d6", "pills": {"path": " ~/pills "}, "upstream": {"path": "/src/jp"}, "definition": "upstream",
			"hover": {"excerptLines": 5, "detail": "short", "language": false}, "diagnostics": {"enable": false}, "inlayHints": {"enable": false}, "codeLens": {"enable": false}}`, all, ""},
		{`{"jetpills": {"revision": "4d857d6", "pills": {"path": "~/pills"}, "upstream": {"path": "/src/jp"}, "definition": "upstream",
			"hover": {"excerptLines": 5, "detail": "short", "language": false}, "diagnostics": {"enable": false}, "inlayHints": {"enable": false}, "codeLens": {"enable": false}}}`, all, ""},
		{`{"revision": "4d857d6", "pills.path": "~/pills", "jetpills.upstream.path": "/src/jp", "jetpills.definition": "upstream",
			"hover.excerptLines": 5, "hover.detail": "short", "hover.language": false, "diagnostics.enable": false, "inlayHints.enable": false, "jetpills.codeLens.enable": false}`, all, ""},
		{`{"revision": "", "pills": {"path": ""}, "definition": ""}`, d, ""},
		{`[1]`, d, "jetpills must be an object, not a list"},
		{`"x"`, d, "jetpills must be an object, not text"},
		{`{`, d, "jetpills must be JSON: unexpected end of JSON input"},
		{`{"revision": 5}`, d, "jetpills.revision must be text, not a number"},
		{`{"revision": "master"}`, d, `jetpills.revision must be at least seven digits of a commit, not "master"`},
		{`{"revision": "4d857"}`, d, `jetpills.revision must be at least seven digits of a commit, not "4d857"`},
		{`{"pills": "x"}`, d, "jetpills.pills must be an object, not text"},
		{`{"pills": {"path": ["x"]}}`, d, "jetpills.pills.path must be text, not a list"},
		{`{"pills": {"url": "https://example.org/jetpills"}}`, with(func(s *Settings) { s.PillsURL = "https://example.org/jetpills/" }), ""},
		{`{"pills.url": "javascript:alert(1)"}`, d, `jetpills.pills.url must be an address of a site, such as https://example.org/jetpills/, not "javascript:alert(1)"`},
		{`{"pills": {"url": true}}`, d, "jetpills.pills.url must be text, not true or false"},
		{`{"hover": {"excerptLines": "5"}}`, d, "jetpills.hover.excerptLines must be a whole number, not text"},
		{`{"hover": {"excerptLines": 5.5}}`, d, "jetpills.hover.excerptLines must be a whole number from 1 to 200, not 5.5"},
		{`{"hover": {"excerptLines": 0}}`, d, "jetpills.hover.excerptLines must be a whole number from 1 to 200, not 0"},
		{`{"hover": {"excerptLines": -1e300}}`, d, "jetpills.hover.excerptLines must be a whole number from 1 to 200, not -1e+300"},
		{`{"diagnostics": {"enable": "false"}}`, d, "jetpills.diagnostics.enable must be true or false, not text"},
		{`{"inlayHints": {"enable": 1}, "codeLens": true}`, d, "jetpills.codeLens must be an object, not true or falsejetpills.inlayHints.enable must be true or false, not a number"},
		{`{"diagnostics": {"severity": {"wrong-type": "off", "unknown-value": null}}}`,
			with(func(s *Settings) { s.Severity = map[string]string{"wrong-type": "off"} }), ""},
		{`{"diagnostics.severity": ["wrong-type"]}`, with(func(s *Settings) { s.Severity = map[string]string{} }), "jetpills.diagnostics.severity must be an object, not a list"},
		{`{"diagnostics": {"severity": {"wrong-type": false}}}`, with(func(s *Settings) { s.Severity = map[string]string{} }),
			"jetpills.diagnostics.severity.wrong-type must be text, not true or false"},
		{`{"hover": {"language": "no"}}`, d, "jetpills.hover.language must be true or false, not text"},
		{`{"hover": {"detail": "long"}}`, d, `jetpills.hover.detail must be "short", "normal" or "full", not "long"`},
		{`{"definition": "both"}`, d, `jetpills.definition must be "pill" or "upstream", not "both"`},
		{`{"definition": {}}`, d, "jetpills.definition must be text, not an object"},
		{`{"revision": 5, "hover": {"excerptLines": 3}}`, with(func(s *Settings) { s.ExcerptLines = 3 }), "jetpills.revision must be text, not a number"},
	} {
		got, problems := ParseSettings([]byte(test.section))
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %+v, want %+v", test.section, got, test.want)
		}
		if said := strings.Join(problems, ""); said != test.problem {
			t.Errorf("%s: says %q, want %q", test.section, said, test.problem)
		}
	}
}
