"""TF-Slim's command lines on top of the recipes: its programs, flags, scopes and directories."""

from regraft.slim.commands import PROGRAMS, Program, run_program
from regraft.slim.common_flags import COMMON_FLAGS
from regraft.slim.flags import Flag

__all__ = ["COMMON_FLAGS", "PROGRAMS", "Flag", "Program", "run_program"]
