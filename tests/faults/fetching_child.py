"""The command line of Regraft, for which every https address leads to a port of this machine.

python fetching_child.py PORT [STEP:CALL:MOMENT ...] -- ARGUMENTS
"""

from __future__ import annotations

import sys

from failpoints import FailPoint
from publisher import local_web
from regraft.cli import main
from regraft.recipes import dataset_getting

if __name__ == "__main__":
    port, *rest = sys.argv[1:]
    end = rest.index("--")
    dataset_getting.Web = lambda: local_web(int(port))
    sys.argv[1:] = rest[end + 1 :]
    for text in rest[:end]:
        FailPoint.parse(text).arm()
    main()
