//go:build !js

// Package log is what the server says of itself: zap, under names of our own. A browser has no use for a log, and zap brings along
// a web server: there, this package does nothing (log_js.go).
package log

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

type (
	Logger = zap.Logger
	Field  = zap.Field
)

const (
	DebugLevel = zapcore.DebugLevel
	WarnLevel  = zapcore.WarnLevel
)

// Nop returns a logger that writes nothing.
func Nop() *Logger { return zap.NewNop() }

func String(key, value string) Field                 { return zap.String(key, value) }
func Strings(key string, values []string) Field      { return zap.Strings(key, values) }
func Bytes(key string, text []byte) Field            { return zap.ByteString(key, text) }
func Int(key string, value int) Field                { return zap.Int(key, value) }
func Duration(key string, value time.Duration) Field { return zap.Duration(key, value) }
func Any(key string, value any) Field                { return zap.Any(key, value) }
func Error(err error) Field                          { return zap.Error(err) }

// Stack is the stack of the caller.
func Stack(key string) Field { return zap.StackSkip(key, 1) }
