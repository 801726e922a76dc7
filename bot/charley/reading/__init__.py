"""A message → words, words of the bank, and the things that they name."""
