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
	if spoil, ok := spoilNotification[m.Method]; ok {
		spoil(answer["params"])
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
	case "textDocument/inlayHint":
		answer["result"] = spoilEach(result, func(hint map[string]any) { hint["label"] = "something" })
	case "textDocument/codeLens":
		answer["result"] = spoilEach(result, func(lens map[string]any) { lens["command"].(map[string]any)["title"] = "something" })
	case "jetpills/explain":
		answer["result"] = spoilPlace(result)
	case "jetpills/bump":
		answer["result"] = map[string]any{"title": "something", "markdown": "Nothing of the kind."}
	default:
		return body
	}
	return marshalled(answer, body)
}

// spoilPlace leads to the line below.
func spoilPlace(result any) any {
	place, ok := result.(map[string]any)
	if ok {
		place["line"] = place["line"].(float64) + 1
	}
	return result
}

// spoilEach spoils the elements of a list.
func spoilEach(result any, spoil func(map[string]any)) any {
	all, _ := result.([]any)
	for _, each := range all {
		spoil(each.(map[string]any))
	}
	return result
}

// marshalled is a message as JSON, or what it was before if that cannot be.
func marshalled(message map[string]any, before []byte) []byte {
	spoiled, err := json.Marshal(message)
	if err != nil {
		return before
	}
	return spoiled
}

// spoilNotification changes the parameters of notifications.
var spoilNotification = map[string]func(params any){
	"textDocument/publishDiagnostics": spoilDiagnostics,
	"$/progress":                      spoilProgress,
}

// spoilDiagnostics says of what is wrong that it is something else, and somewhere else.
func spoilDiagnostics(params any) {
	told, _ := params.(map[string]any)
	diagnostics, _ := told["diagnostics"].([]any)
	for _, d := range diagnostics {
		d := d.(map[string]any)
		d["message"] = "something is wrong"
		delete(d, "relatedInformation")
	}
}

// spoilProgress says of the work that it is something else.
func spoilProgress(params any) {
	told, _ := params.(map[string]any)
	value, _ := told["value"].(map[string]any)
	if _, ok := value["message"]; ok {
		value["message"] = "something"
	}
}

// spoilHover keeps the facts, with other revisions and lines, and leaves out the pill; where nothing was said, it says something.
func spoilHover(result any) any {
	hover, ok := result.(map[string]any)
	if !ok {
		return map[string]any{"contents": map[string]any{"kind": "markdown", "value": "**`hostName`** a value"}}
	}
	contents := hover["contents"].(map[string]any)
	facts, _, _ := strings.Cut(contents["value"].(string), "Pill ")
	facts = regexp.MustCompile(`\b[0-9a-f]{7}\b`).ReplaceAllString(facts, "0000000")
	contents["value"] = regexp.MustCompile(`\.nix:\d+`).ReplaceAllString(facts, ".nix:0")
	return hover
}

// spoilCompletion moves every edit by a character, has more to say than there is room for, and makes up an item where there was none.
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
		item := item.(map[string]any)
		item["detail"] = "something about the item"
		edit, ok := item["textEdit"].(map[string]any)
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
