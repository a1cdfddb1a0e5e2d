package workspace

import (
	"sync"
	"sync/atomic"
)

// cache remembers values by key. Each is made once, at the first need, while nothing is locked. A cache is safe for
// concurrent use.
type cache[K comparable, V any] struct {
	most int // values; where there are so many, one of them makes room for the next

	mu      sync.Mutex
	entries map[K]*entry[V]
}

type entry[V any] struct {
	once  sync.Once
	value atomic.Pointer[V] // nil until it is made
}

func newCache[K comparable, V any](most int) *cache[K, V] {
	return &cache[K, V]{most: most, entries: map[K]*entry[V]{}}
}

// get is the value of a key, made by a function unless it is remembered.
func (c *cache[K, V]) get(key K, make func() *V) *V {
	e := c.entry(key)
	e.once.Do(func() { e.value.Store(make()) })
	return e.value.Load()
}

func (c *cache[K, V]) entry(key K) *entry[V] {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[key]
	if !ok {
		for other := range c.entries {
			if len(c.entries) < c.most {
				break
			}
			delete(c.entries, other)
		}
		e = &entry[V]{}
		c.entries[key] = e
	}
	return e
}

// made is the value of a key; nil as long as it is not made.
func (c *cache[K, V]) made(key K) *V {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.entries[key]; ok {
		return e.value.Load()
	}
	return nil
}

// has reports whether the value of a key is remembered, or being made.
func (c *cache[K, V]) has(key K) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries[key] != nil
}

// filter is a cache of the values that are to be kept, and whether those are all. A value that is being made is nil.
func (c *cache[K, V]) filter(keep func(K, *V) bool) (next *cache[K, V], all bool) {
	next = newCache[K, V](c.most)
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, e := range c.entries {
		if keep(key, e.value.Load()) {
			next.entries[key] = e
		}
	}
	return next, len(next.entries) == len(c.entries)
}
