"""What other faces ask of runs: the command line that makes one again, and what a training under way has reached."""

from __future__ import annotations

from regraft.experiments import command_line
from regraft.grafting import kept_steps, options_under_way

__all__ = ["command_line", "kept_steps", "options_under_way"]
