"""The command line of Regraft, for which every https address leads to a port of this machine.

python fetching_child.py PORT [little] [STEP:CALL:MOMENT ...] -- ARGUMENTS

With `little` the catalogue is one of small copies (`little_sets`).
"""

from __future__ import annotations

import sys

from failpoints import FailPoint
from little_sets import MAKERS, little_row
from publisher import local_web
from regraft.cli import main
from regraft.core import Registry
from regraft.recipes import dataset_getting

if __name__ == "__main__":
    port, *rest = sys.argv[1:]
    end = rest.index("--")
    dataset_getting.Web = lambda: local_web(int(port))
    sys.argv[1:] = rest[end + 1 :]
    if rest[:1] == ["little"]:
        rows = {name: little_row(name, make()) for name, make in MAKERS.items()}
        dataset_getting.DATASETS = Registry("data set", rows)
    for text in rest[rest[:1] == ["little"] : end]:
        FailPoint.parse(text).arm()
    main()
