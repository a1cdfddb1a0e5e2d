//go:build !js

// Package log is what the server says of itself. Fields, encoders and outputs are zap's, from its package zapcore: package zap
// brings along a web server, which is a tenth of the program and of its memory. A browser has no use for a log: there, this package
// does nothing (log_js.go).
package log

import (
	"fmt"
	"runtime/debug"
	"time"

	"go.uber.org/zap/zapcore"
)

// A Logger writes to a core of zap's. A nil Logger writes nothing.
type Logger struct{ core zapcore.Core }

type Field = zapcore.Field

const (
	DebugLevel = zapcore.DebugLevel
	InfoLevel  = zapcore.InfoLevel
	WarnLevel  = zapcore.WarnLevel
	ErrorLevel = zapcore.ErrorLevel
)

func New(core zapcore.Core) *Logger { return &Logger{core} }

func (l *Logger) Debug(message string, fields ...Field) { l.Log(DebugLevel, message, fields...) }
func (l *Logger) Info(message string, fields ...Field)  { l.Log(InfoLevel, message, fields...) }
func (l *Logger) Warn(message string, fields ...Field)  { l.Log(WarnLevel, message, fields...) }
func (l *Logger) Error(message string, fields ...Field) { l.Log(ErrorLevel, message, fields...) }

func (l *Logger) Log(level zapcore.Level, message string, fields ...Field) {
	if l.Enabled(level) {
		_ = l.core.Write(zapcore.Entry{Level: level, Time: time.Now(), Message: message}, fields)
	}
}

// Sync waits until what was logged is written.
func (l *Logger) Sync() error { return l.core.Sync() }

// Enabled is whether messages of this level are written. It spares the making of fields that nobody reads.
func (l *Logger) Enabled(level zapcore.Level) bool { return l != nil && l.core.Enabled(level) }

func String(key, value string) Field {
	return Field{Key: key, Type: zapcore.StringType, String: value}
}

func Strings(key string, values []string) Field {
	return Field{Key: key, Type: zapcore.ReflectType, Interface: values}
}

func Bytes(key string, text []byte) Field {
	return Field{Key: key, Type: zapcore.ByteStringType, Interface: text}
}

func Int(key string, value int) Field {
	return Field{Key: key, Type: zapcore.Int64Type, Integer: int64(value)}
}

func Duration(key string, value time.Duration) Field {
	return Field{Key: key, Type: zapcore.DurationType, Integer: int64(value)}
}

func Error(err error) Field { return Field{Key: "error", Type: zapcore.ErrorType, Interface: err} }

// Cause is what a function panicked with, and Stack where: to be asked for while it panics.
func Cause(cause any) Field { return String("cause", fmt.Sprint(cause)) }

func Stack() Field { return Bytes("stack", debug.Stack()) }
