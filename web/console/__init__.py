"""What staff use: the console."""
