//go:build !unix

package cli

func polled[F any](stream F, _ any) (polled F, release func()) { return stream, func() {} }
