package module

import (
	"strings"

	"jetpills/internal/nix/syntax"
)

// Overlay is a function of two package sets: final: prev: { … }.
type Overlay struct {
	// Final and Prev are the names that the two sets have.
	Final, Prev syntax.Node
	// For is the function that the overlay is given to, if that is known to
	// take one: overrideScope, extend. Empty for an overlay of the package set.
	For string
	// IsOfPackages says that it is one of the package set.
	IsOfPackages bool
}

// scope is what an overlay of a scope is given to, as names that are selected
// from an expression: prev.nvidia-jetpack, of prev.nvidia-jetpack.overrideScope.
// The zero Node stands for any other overlay.
func (o Overlay) scope() (from syntax.Node, written Path) {
	call, isCall := syntax.AsApply(outOfParens(o.Final.Parent()).Parent())
	s, isSelect := syntax.AsSelect(syntax.WithoutParens(call.Function()))
	if !isCall || !isSelect || !strings.HasPrefix(o.For, "overrideScope") {
		return syntax.Node{}, nil
	}
	written = names(s.Path())
	return s.From(), written[:len(written)-1]
}

// takesOverlay are the functions that take an overlay.
var takesOverlay = map[string]bool{
	"overrideScope": true, "overrideScope'": true, "extend": true, "extends": true,
	"composeExtensions": true, "composeManyExtensions": true, "makeExtensible": true, "appendOverlays": true,
}

// AsOverlay is the overlay that a lambda is, either lambda of the two.
func AsOverlay(n syntax.Node) (Overlay, bool) {
	own, ok := syntax.AsLambda(n)
	if !ok || own.Body().Kind() != syntax.Lambda && n.Parent().Kind() != syntax.Lambda {
		return Overlay{}, false // of one argument, as most functions
	}
	l, ok := asLayer(n)
	if !ok || l.Final.IsZero() || l.Prev.IsZero() || l.Set == DerivationSet {
		return Overlay{}, false
	}
	o := Overlay{Final: l.Final, Prev: l.Prev, IsOfPackages: l.Set == PackageSet}
	if takesOverlay[l.For] {
		o.For = l.For
	}
	return o, true
}

// handsOn reports whether a function is one of lib that hands a value on to an option.
func handsOn(function string) bool {
	_, ok := wrappers[function]
	return ok
}

// isSimple reports whether a lambda takes one argument by name: x: e.
func isSimple(l syntax.LambdaNode) bool {
	return !l.Parameter().IsZero() && l.Formals().IsZero()
}

// isOverlayPath reports whether what stands under a path is an overlay, or a
// list of overlays: nixpkgs.overlays, overlays.default, overlay.
func isOverlayPath(p Path) bool {
	p = p.Known()
	for len(p) > 0 && p[len(p)-1].Name == Element {
		p = p[:len(p)-1]
	}
	n := len(p)
	return n > 0 && (p[n-1].Name == "overlays" || p[n-1].Name == "overlay") || n > 1 && p[n-2].Name == "overlays"
}
