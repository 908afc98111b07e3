"""`python -m cli`: where ./signify hands over."""

from cli.app import main

main()
