"""Damage as disks and transfers do it: a byte that changed, or an end that is missing."""

from __future__ import annotations


def damage(path, rng, *, first=0, last=None):
    """Flip a byte (three times of four) or cut the end off, anywhere between two places."""
    raw = bytearray(path.read_bytes())
    place = int(rng.integers(first, len(raw) if last is None else last))
    if rng.random() < 0.75:
        raw[place] ^= int(rng.integers(1, 256))
    else:
        del raw[place:]
    path.write_bytes(raw)
