"""What staff tell many families at once: who exactly, in which words, and nothing before it was looked at."""
