package server

import (
	"slices"

	"go.lsp.dev/protocol"

	"jetpills/internal/ide"
)

// completion offers what can be typed at the cursor.
func (s *Server) completion(at cursor) (protocol.CompletionResult, error) {
	at.snapshot = at.snapshot.AtOnce()
	items := ide.Complete(at.snapshot, at.doc, at.offset)
	if len(items) == 0 {
		return nil, nil
	}
	list := &protocol.CompletionList{Items: make([]protocol.CompletionItem, len(items))}
	for i, item := range items {
		list.Items[i] = s.completionItem(at, item)
	}
	return list, nil
}

// itemData travels with an item, so that its documentation is found again.
type itemData struct {
	Document string        `json:"document"`
	Topic    ide.ItemTopic `json:"topic"`
}

func (s *Server) completionItem(at cursor, item ide.Item) protocol.CompletionItem {
	client := &s.client.TextDocument.Completion.CompletionItem
	edit := &protocol.TextEdit{Range: s.rangeOf(at.doc, item.Edit.Span), NewText: item.Edit.NewText}
	out := protocol.CompletionItem{
		Label:      item.Label,
		Kind:       completionKind(item.Kind),
		SortText:   protocol.NewOptional(item.Sort),
		FilterText: protocol.NewOptional(item.Filter),
		TextEdit:   edit,
	}
	if item.Detail != "" {
		out.Detail = protocol.NewOptional(item.Detail)
	}
	if item.Topic.Note != "" && client.LabelDetailsSupport {
		// Clients show the detail of the selected item alone, and this beside each.
		out.LabelDetails = &protocol.CompletionItemLabelDetails{Description: &item.Detail}
	}
	if item.Snippet != "" && client.SnippetSupport {
		edit.NewText = item.Snippet
		out.InsertTextFormat = protocol.InsertTextFormatSnippet
	}
	if item.Deprecated {
		if slices.Contains(client.TagSupport.ValueSet, protocol.CompletionItemTagDeprecated) {
			out.Tags = []protocol.CompletionItemTag{protocol.CompletionItemTagDeprecated}
		} else if client.DeprecatedSupport {
			//lint:ignore SA1019 clients without tags know this field
			out.Deprecated = protocol.NewOptional(true)
		}
	}
	if !slices.Contains(client.ResolveSupport.Properties, "documentation") {
		out.Documentation = s.documentation(at, item.Topic)
		return out
	}
	if data, err := protocol.Marshal(itemData{at.doc.URI, item.Topic}); err == nil {
		out.Data = data
	}
	return out
}

// documentation is what stands beside an item; nil if there is nothing to say.
func (s *Server) documentation(at cursor, topic ide.ItemTopic) protocol.InlayHintTooltip {
	d, ok := ide.Resolve(at.snapshot, at.doc, topic)
	if !ok {
		return nil
	}
	return markup(s.client.TextDocument.Completion.CompletionItem.DocumentationFormat, s.rich(at, d.Markdown), d.Plain)
}
