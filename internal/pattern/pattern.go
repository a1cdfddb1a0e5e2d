// Package pattern has regular expressions that are compiled when they are first used. The program has some 150: compiled at its start,
// they would make each start milliseconds longer, for the few that are used.
package pattern

import (
	"regexp"
	"sync"
)

// A Pattern is a regular expression. Any number of goroutines may use it.
type Pattern struct {
	compiled func() *regexp.Regexp
}

// New is the pattern of an expression. One that cannot be compiled panics at its first use.
func New(expression string) *Pattern {
	return &Pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })}
}

func (p *Pattern) MatchString(s string) bool      { return p.compiled().MatchString(s) }
func (p *Pattern) FindString(s string) string     { return p.compiled().FindString(s) }
func (p *Pattern) FindStringIndex(s string) []int { return p.compiled().FindStringIndex(s) }
func (p *Pattern) FindStringSubmatch(s string) []string {
	return p.compiled().FindStringSubmatch(s)
}
func (p *Pattern) FindStringSubmatchIndex(s string) []int {
	return p.compiled().FindStringSubmatchIndex(s)
}
func (p *Pattern) FindAllString(s string, n int) []string {
	return p.compiled().FindAllString(s, n)
}
func (p *Pattern) FindAllStringIndex(s string, n int) [][]int {
	return p.compiled().FindAllStringIndex(s, n)
}
func (p *Pattern) FindAllStringSubmatch(s string, n int) [][]string {
	return p.compiled().FindAllStringSubmatch(s, n)
}
func (p *Pattern) FindAllStringSubmatchIndex(s string, n int) [][]int {
	return p.compiled().FindAllStringSubmatchIndex(s, n)
}
func (p *Pattern) ReplaceAllString(s, with string) string {
	return p.compiled().ReplaceAllString(s, with)
}
func (p *Pattern) ReplaceAllStringFunc(s string, with func(string) string) string {
	return p.compiled().ReplaceAllStringFunc(s, with)
}
func (p *Pattern) Match(b []byte) bool         { return p.compiled().Match(b) }
func (p *Pattern) SubexpIndex(name string) int { return p.compiled().SubexpIndex(name) }
func (p *Pattern) String() string              { return p.compiled().String() }

func (p *Pattern) ReplaceAll(b, with []byte) []byte { return p.compiled().ReplaceAll(b, with) }
