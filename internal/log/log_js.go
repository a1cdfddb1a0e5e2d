package log

import "time"

type (
	Logger struct{}
	Field  struct{}
	Level  struct{}
)

var DebugLevel, WarnLevel Level

func (*Logger) Debug(string, ...Field)      {}
func (*Logger) Info(string, ...Field)       {}
func (*Logger) Warn(string, ...Field)       {}
func (*Logger) Error(string, ...Field)      {}
func (*Logger) Log(Level, string, ...Field) {}
func (*Logger) Enabled(Level) bool          { return false }

func String(string, string) (f Field)          { return f }
func Strings(string, []string) (f Field)       { return f }
func Bytes(string, []byte) (f Field)           { return f }
func Int(string, int) (f Field)                { return f }
func Duration(string, time.Duration) (f Field) { return f }
func Error(error) (f Field)                    { return f }
func Cause(any) (f Field)                      { return f }
func Stack() (f Field)                         { return f }
