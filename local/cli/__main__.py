"""`python -m local.cli`: where ./signify hands over."""

from local.cli.app import main

main()
