"""Mutated files: every one must end in a status, with all its records accounted for, in bounded memory."""
