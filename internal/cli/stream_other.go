//go:build !unix

package cli

func polled[F any](stream F) (polled F, release func()) { return stream, func() {} }
