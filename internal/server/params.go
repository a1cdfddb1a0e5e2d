package server

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"jetpills/internal/rpc"
	"jetpills/internal/text"
)

// Parameters are decoded into types that name just the members that we read: the library's types put URIs into another
// form, and refuse a whole message for damage where nobody looks. What is null is absent. The URI of a document is the
// client's name for it: any string, kept as it came.

// decode reads parameters. The error is for the client.
func decode(raw []byte, params any) error {
	if len(raw) == 0 {
		raw = []byte("null")
	}
	if err := json.Unmarshal(raw, params); err != nil {
		return rpc.NewError(rpc.InvalidParams, err.Error())
	}
	if p, ok := params.(interface{ missing() string }); ok && p.missing() != "" {
		return rpc.NewError(rpc.InvalidParams, "the parameters have no "+p.missing())
	}
	return nil
}

// harmless is a member that nothing depends on: damage in it is like its absence, as far as the damage goes.
type harmless[T any] struct{ value T }

func (h *harmless[T]) UnmarshalJSON(raw []byte) error {
	_ = json.Unmarshal(raw, &h.value)
	return nil
}

// documentParams name a document.
type documentParams struct {
	TextDocument struct{ URI *string }
}

// document is the client's name for it, which may be empty.
func (p *documentParams) document() string { return *p.TextDocument.URI }

func (p *documentParams) missing() string {
	if p.TextDocument.URI == nil {
		return "textDocument.uri"
	}
	return ""
}

// positionParams name a place in a document.
type positionParams struct {
	documentParams
	Position *lspPosition
}

func (p *positionParams) missing() string {
	if !p.Position.whole() {
		return "position"
	}
	return p.documentParams.missing()
}

// lspPosition is a position as it comes.
type lspPosition struct{ Line, Character *uinteger }

func (p *lspPosition) whole() bool { return p != nil && p.Line != nil && p.Character != nil }

// position is that of a whole one.
func (p *lspPosition) position() text.Position {
	return text.Position{Line: uint32(*p.Line), Character: uint32(*p.Character)}
}

// lspRange is a range as it comes.
type lspRange struct{ Start, End *lspPosition }

func (r *lspRange) whole() bool { return r != nil && r.Start.whole() && r.End.whole() }

// uinteger is a line or a character. One that is too large is the largest: some clients mean the end by it.
type uinteger uint32

func (u *uinteger) UnmarshalJSON(raw []byte) error {
	if n, err := strconv.ParseUint(string(raw), 10, 32); err == nil { // as nearly all are
		*u = uinteger(n)
		return nil
	}
	var n float64
	if err := json.Unmarshal(raw, &n); err != nil {
		return err
	}
	if n < 0 || n != math.Trunc(n) {
		return fmt.Errorf("%s is no line and no character", raw)
	}
	*u = uinteger(min(n, math.MaxUint32))
	return nil
}
