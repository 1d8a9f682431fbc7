from __future__ import annotations

import pytest

from regraft.core import memory_bytes

GIB = 1 << 30


@pytest.fixture
def system(tmp_path):
    """A system's files, by path and text."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def test_the_least_limit_of_the_groups_above_counts(system):
    """Of version 2: "max" limits nothing, and a group cannot have more than the one it is in."""
    found = system(
        {
            "proc/self/cgroup": "0::/jobs/one\n",
            "sys/fs/cgroup/jobs/one/memory.max": "max\n",
            "sys/fs/cgroup/jobs/memory.max": "1048576\n",
            "sys/fs/cgroup/memory.max": "2097152\n",
        }
    )
    assert memory_bytes(found) == 1 << 20


def test_groups_of_version_1_have_a_folder_for_memory(system):
    """The line of the memory controller tells the place; other lines say nothing of it."""
    found = system(
        {
            "proc/self/cgroup": "3:cpu:/fast\n2:memory:/box\n",
            "sys/fs/cgroup/memory/box/memory.limit_in_bytes": "4096\n",
            "sys/fs/cgroup/cpu/fast/memory.limit_in_bytes": "1\n",
        }
    )
    assert memory_bytes(found) == 4096


@pytest.mark.parametrize("text", ["", "nonsense", "0::/away\n", "0::/../..\n"])
def test_where_no_group_limits_the_machine_does(system, text):
    """Without control groups, or with files that say nothing, it is what is built in."""
    assert memory_bytes(system({"proc/self/cgroup": text})) == memory_bytes(system({})) > GIB // 8
