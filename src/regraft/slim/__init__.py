"""TF-Slim's command lines on top of the recipes: its programs, flags, networks, scopes and directories."""

from regraft.slim.commands import PROGRAMS, run_program
from regraft.slim.common_flags import COMMON_FLAGS
from regraft.slim.flags import Flag
from regraft.slim.zoo import SlimNetwork, list_slim_networks

__all__ = ["COMMON_FLAGS", "PROGRAMS", "Flag", "SlimNetwork", "list_slim_networks", "run_program"]
