package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.uber.org/zap/zapcore"

	"jetpills/internal/log"
	"jetpills/internal/server"
)

const (
	// startPercent is how much may be made before the first collection, as [debug.SetGCPercent] has it: 8 MiB, of which a start takes half.
	startPercent = 200
	afterStart   = time.Second
	// spareHeap is how many bytes more than are in use the server may make between two collections.
	spareHeap = 8 << 20
)

// collectSeldom has the collector run less often than it would. It runs when as much was made as is in use, which is little here: at every
// fortieth keystroke, and a hundredth of them waits for it. So spareHeap more is in use. Nothing is written there, and the system gives no
// memory for it. But to make it is to collect, so it comes after the start, in which nothing is collected.
func collectSeldom() (stop func()) {
	usual := debug.SetGCPercent(startPercent)
	if usual != 100 { // the user's choice, by GOGC
		debug.SetGCPercent(usual)
		return func() {}
	}
	var spare []byte
	start := time.AfterFunc(afterStart, func() {
		debug.SetGCPercent(usual)
		spare = make([]byte, spareHeap)
	})
	return func() {
		if start.Stop() {
			debug.SetGCPercent(usual)
		}
		runtime.KeepAlive(&spare)
	}
}

func (p *Program) lspCommand() *cobra.Command {
	var logFile, logLevel string
	c := command("lsp", "Serve an editor over standard input and output", takes(0, 0), func(_ []string) error {
		// To write where nobody reads is an error here, not the end: the log's reader may leave, and the loss of the client
		// is rpc's to deal with. Other commands end quietly, as in "jetpills options | head".
		signal.Ignore(syscall.SIGPIPE)
		logger, err := p.logger(logFile, logLevel)
		if err != nil {
			return err
		}
		defer func() { _ = logger.Sync() }()
		defer collectSeldom()()
		in, releaseIn := polled(p.Stdin, p.Stderr)
		defer releaseIn()
		out, releaseOut := polled(p.Stdout, p.Stderr)
		defer releaseOut()
		code := server.Run(context.Background(), in, out, server.Options{
			Logger: logger, Version: p.Version, Pills: p.Pills, Root: p.Root,
		})
		if code != 0 {
			return exit(code)
		}
		return nil
	})
	c.Flags().StringVar(&logFile, "log-file", "", "write the log to this file instead of standard error")
	c.Flags().StringVar(&logLevel, "log-level", "info", "debug, info, warn or error")
	_ = c.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]cobra.Completion{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp))
	c.Flags().Bool("stdio", false, "accepted and ignored: the server always uses standard input and output")
	return c
}

// logger writes to a file or to standard error: standard output carries the
// protocol alone.
func (p *Program) logger(file, level string) (*log.Logger, error) {
	threshold, err := zapcore.ParseLevel(level)
	if err != nil {
		return nil, fmt.Errorf("unknown log level %q: use debug, info, warn or error", level)
	}
	out := p.Stderr
	if file != "" {
		// O_NONBLOCK has a FIFO fail that nothing reads, where an editor would wait for its server for ever.
		f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NONBLOCK, 0o600)
		if errors.Is(err, syscall.ENXIO) {
			return nil, fmt.Errorf("%s is not a regular file, and nothing reads from it", file)
		}
		if err != nil {
			return nil, plain(err)
		}
		out = f
	}
	encoder := zapcore.NewConsoleEncoder(zapcore.EncoderConfig{
		TimeKey: "time", EncodeTime: zapcore.ISO8601TimeEncoder, LevelKey: "level", EncodeLevel: zapcore.LowercaseLevelEncoder,
		MessageKey: "message", EncodeDuration: zapcore.SecondsDurationEncoder,
	})
	return log.New(zapcore.NewCore(encoder, logLines{newLogWriter(out)}, threshold)), nil
}
