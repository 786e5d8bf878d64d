package main

import "testing"

func TestStarts(t *testing.T) {
	t.Parallel()
}
