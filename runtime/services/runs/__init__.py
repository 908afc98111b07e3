"""Starting, resolving, judging, publishing and closing runs."""
