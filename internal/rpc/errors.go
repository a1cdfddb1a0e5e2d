package rpc

import (
	"context"
	"errors"
	"fmt"

	"go.lsp.dev/jsonrpc2"
)

// Code is the number that tells the other side what kind of error it gets.
type Code = jsonrpc2.Code

// The codes in use, as JSON-RPC 2.0 and the Language Server Protocol define them.
const (
	ParseError           Code = -32700
	InvalidRequest       Code = -32600
	MethodNotFound       Code = -32601
	InvalidParams        Code = -32602
	InternalError        Code = -32603
	ServerNotInitialized Code = -32002
	RequestFailed        Code = -32803
	RequestCancelled     Code = -32800
	ContentModified      Code = -32801
)

// NewError returns an error that is answered with this code and message.
func NewError(code Code, message string) error { return jsonrpc2.NewError(code, message) }

// wireError turns what a handler returned into what the other side gets.
// The library would send plain errors as code 0, and undecodable parameters as if the whole message were damaged.
func wireError(ctx context.Context, method string, err error) *jsonrpc2.Error {
	if ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return jsonrpc2.NewError(RequestCancelled, "request cancelled")
	}
	var coded *jsonrpc2.Error
	if !errors.As(err, &coded) {
		return jsonrpc2.NewError(InternalError, err.Error())
	}
	answer := &jsonrpc2.Error{Code: coded.Code, Message: err.Error(), Data: coded.Data}
	switch coded.Code {
	case ParseError:
		answer.Code = InvalidParams
		answer.Message = fmt.Sprintf("invalid parameters for %s: %v", method, err)
	case MethodNotFound:
		answer.Message = fmt.Sprintf("method %q is not supported", method)
	case 0, jsonrpc2.UnknownError:
		answer.Code = InternalError
	}
	return answer
}
