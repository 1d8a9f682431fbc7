"""`python -m regraft` is `regraft`."""

from regraft.cli import main

main()
