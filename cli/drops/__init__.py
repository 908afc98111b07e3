"""What became of the rows of a dropped file, on the screen and as a file to mend."""
