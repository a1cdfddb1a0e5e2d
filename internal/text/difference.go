package text

// Difference is the smallest edit that makes one text of another.
func Difference(was, is string) Edit {
	const block = 256 // bytes that are compared at once
	least := min(len(was), len(is))
	start := 0
	for start+block <= least && was[start:start+block] == is[start:start+block] {
		start += block
	}
	for start < least && was[start] == is[start] {
		start++
	}
	end, more := len(was), len(is)-len(was)
	least = max(start, start-more)
	for end-block >= least && was[end-block:end] == is[end-block+more:end+more] {
		end -= block
	}
	for end > least && was[end-1] == is[end+more-1] {
		end--
	}
	return Edit{Span{start, end}, is[start : end+more]}
}

// More is by how many bytes the edit makes a text longer.
func (e Edit) More() int { return len(e.NewText) - e.Len() }
