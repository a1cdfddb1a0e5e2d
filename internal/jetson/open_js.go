package jetson

const nonBlocking = 0 // a browser has no FIFOs
