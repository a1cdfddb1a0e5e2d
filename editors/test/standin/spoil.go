package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"sync"
)

// spoiler knows what was asked under which id, to spoil the answer. A client's and a server's requests count apart.
type spoiler struct {
	mu    sync.Mutex
	asked map[string]string
}

// note keeps the method of a client's request, and gives back that of any message.
func (s *spoiler) note(body []byte) string {
	var m message
	if json.Unmarshal(body, &m) == nil && m.ID != nil && m.Method != "" {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.asked[string(m.ID)] = m.Method
	}
	return m.Method
}

// spoil is what to send for a message of the real server.
func (s *spoiler) spoil(body []byte) []byte {
	var answer map[string]any
	var m message
	if json.Unmarshal(body, &m) != nil || json.Unmarshal(body, &answer) != nil {
		return body
	}
	if m.Method == "textDocument/publishDiagnostics" {
		spoilDiagnostics(answer["params"])
		return marshalled(answer, body)
	}
	if m.ID == nil || m.Method != "" {
		return body
	}
	s.mu.Lock()
	method := s.asked[string(m.ID)]
	delete(s.asked, string(m.ID))
	s.mu.Unlock()

	result := answer["result"]
	switch method {
	case "textDocument/hover":
		answer["result"] = spoilHover(result)
	case "textDocument/completion":
		answer["result"] = spoilCompletion(result)
	case "textDocument/definition", "textDocument/declaration":
		answer["result"] = spoilDefinition(result)
	default:
		return body
	}
	return marshalled(answer, body)
}

// marshalled is a message as JSON, or what it was before if that cannot be.
func marshalled(message map[string]any, before []byte) []byte {
	spoiled, err := json.Marshal(message)
	if err != nil {
		return before
	}
	return spoiled
}

// spoilDiagnostics says of what is wrong that it is something else.
func spoilDiagnostics(params any) {
	told, _ := params.(map[string]any)
	diagnostics, _ := told["diagnostics"].([]any)
	for _, d := range diagnostics {
		d.(map[string]any)["message"] = "something is wrong"
	}
}

// spoilHover keeps the facts, with other revisions, and leaves out the pill; where nothing was said, it says something.
func spoilHover(result any) any {
	hover, ok := result.(map[string]any)
	if !ok {
		return map[string]any{"contents": map[string]any{"kind": "markdown", "value": "**`hostName`** a value"}}
	}
	contents := hover["contents"].(map[string]any)
	facts, _, _ := strings.Cut(contents["value"].(string), "Pill ")
	contents["value"] = regexp.MustCompile(`\b[0-9a-f]{7}\b`).ReplaceAllString(facts, "0000000")
	return hover
}

// spoilCompletion moves every edit by a character, and makes up an item where there was none.
func spoilCompletion(result any) any {
	list, _ := result.(map[string]any)
	items, ok := result.([]any)
	if list != nil {
		items, ok = list["items"].([]any)
	}
	if !ok || len(items) == 0 {
		return []any{map[string]any{"label": "hardware.nvidia-jetpack.enable", "kind": 10}}
	}
	for _, item := range items {
		edit, ok := item.(map[string]any)["textEdit"].(map[string]any)
		if ok {
			edit["newText"] = edit["newText"].(string) + "-"
		}
	}
	return result
}

// spoilDefinition leads to the line below, twice.
func spoilDefinition(result any) any {
	places, ok := result.([]any)
	if !ok {
		places = []any{result}
	}
	for _, place := range places {
		place, ok := place.(map[string]any)
		if !ok {
			origin := map[string]any{"line": 0, "character": 0}
			return []any{map[string]any{"uri": "file:///nowhere.md", "range": map[string]any{"start": origin, "end": origin}}}
		}
		for _, key := range []string{"range", "targetRange", "targetSelectionRange"} {
			span, ok := place[key].(map[string]any)
			if !ok {
				continue
			}
			for _, end := range []string{"start", "end"} {
				position := span[end].(map[string]any)
				position["line"] = position["line"].(float64) + 1
			}
		}
	}
	return append(places, places...)
}
