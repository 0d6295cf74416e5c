package column

import "slices"

// A Numbering gives texts numbers: 0 to the first one, 1 to the next different
// one. It puts the dictionaries of batches together into one. It is for one
// goroutine.
type Numbering struct {
	// Texts is the distinct texts by number, Bytes the sum of their lengths. They
	// are not copied.
	Texts []string
	Bytes int

	numbers map[string]uint32
	latest  uint32
	known   []knownNumbers
}

// knownNumbers is how the values of one dictionary have been numbered.
type knownNumbers struct {
	first   any
	numbers []uint32
}

// Unnumbered stands for a value that has not been asked for yet.
const Unnumbered = ^uint32(0)

// maxKnown is how many dictionaries are remembered: as many as there may be
// goroutines that make them.
const maxKnown = 16

// Number returns the number of text.
func (n *Numbering) Number(text string) uint32 {
	if int(n.latest) < len(n.Texts) && n.Texts[n.latest] == text {
		return n.latest
	}
	number, ok := n.numbers[text]
	if !ok {
		if n.numbers == nil {
			n.numbers = map[string]uint32{}
		}
		number = uint32(len(n.Texts))
		n.numbers[text] = number
		n.Texts = append(n.Texts, text)
		n.Bytes += len(text)
	}
	n.latest = number
	return number
}

// Known returns what is noted for the size values of a dictionary, Unnumbered
// where nothing is: the caller fills it in. first points to the dictionary's
// first value, and stands for all of it, also once it has grown: values are never
// changed.
func (n *Numbering) Known(first any, size int) []uint32 {
	at := slices.IndexFunc(n.known, func(k knownNumbers) bool { return k.first == first })
	if at < 0 {
		if len(n.known) == maxKnown {
			n.known = slices.Delete(n.known, 0, 1)
		}
		n.known = append(n.known, knownNumbers{first: first})
		at = len(n.known) - 1
	}
	k := &n.known[at]
	for len(k.numbers) < size {
		k.numbers = append(k.numbers, Unnumbered)
	}
	return k.numbers
}
