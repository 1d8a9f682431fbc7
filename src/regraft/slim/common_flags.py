"""The flags that absl gives to every program, TF-Slim's among them."""

from __future__ import annotations

from regraft.slim.flags import Flag, FlagValue, Kind, State

_LOG = "Not needed: a program says what it does on the terminal, and a run's folder keeps the rest."
_DEBUG = "Natively: regraft VERB --debug shows where an error comes from."

_OFF, _ON = False, True


def _flag(name: str, kind: Kind, default: FlagValue, here: str, state: State = "done better") -> Flag:
    return Flag(name=name, kind=kind, default=default, state=state, here=here, is_told=state == "not")


COMMON_FLAGS = (
    _flag("flagfile", "text", "", "A file of flags, a line each; it may name others.", "done"),
    _flag("undefok", "text", "", "Names of flags, with commas: unknown ones are left out, and named.", "done"),
    _flag("only_check_args", "switch", _OFF, "The flags are read, and nothing is done.", "done"),
    _flag("logtostderr", "switch", _OFF, _LOG),
    _flag("alsologtostderr", "switch", _OFF, _LOG),
    _flag("log_dir", "text", "", _LOG),
    _flag("verbosity", "integer", -1, _LOG),
    _flag("v", "integer", -1, _LOG),
    _flag("logger_levels", "text", "", _LOG),
    _flag("stderrthreshold", "text", "fatal", _LOG),
    _flag("showprefixforinfo", "switch", _ON, _LOG),
    _flag("run_with_pdb", "switch", _OFF, _DEBUG, "not"),
    _flag("pdb", "switch", _OFF, _DEBUG, "not"),
    _flag("pdb_post_mortem", "switch", _OFF, _DEBUG, "not"),
    _flag("run_with_profiling", "switch", _OFF, "Natively: python -m cProfile -m regraft VERB.", "not"),
    _flag("profile_file", "text", None, "Natively: python -m cProfile -o FILE -m regraft VERB.", "not"),
    _flag("use_cprofile_for_profiling", "switch", _ON, "Natively: python -m cProfile -m regraft VERB.", "not"),
)
"""By absl's defaults. --help, --helpshort, --helpfull and --helpxml print the flags (`slim/commands.py`)."""
