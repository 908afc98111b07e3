"""Turning one landed file into staged rows, or into a reason why not: nothing here knows where the file came from or where the rows go."""
