"""What most programs of tests do for the first time, done before they are forked: it takes a second, and tests nothing.

Imported for its effects by the process that programs are forked from (`warm_server`). None of it starts a thread.
"""

from __future__ import annotations

import torch

from regraft.reports.page import environment

for _name in environment().list_templates():  # Jinja makes Python of each
    environment().get_template(_name)
with torch.no_grad():  # torch looks up all of its operations, thousands
    torch.export.export(torch.nn.Conv2d(1, 1, 1), (torch.zeros(1, 1, 1, 1),))
torch.export.default_decompositions()
