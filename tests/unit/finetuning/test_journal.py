"""What goes to TensorBoard."""

from __future__ import annotations

import numpy as np

from regraft.core import SilentProgress


def test_histograms_and_pictures_are_for_tensorboard(build, tmp_path):
    """With --histograms, one of each tensor and each stage's output after each epoch; scalars in any case."""
    training = build(tmp_path, epochs=2, histograms=True)
    training.journal.image("augmented inputs", np.zeros((4, 6, 3), np.uint8), 0)
    training.run(SilentProgress())
    training.journal.close()
    values = [value for path in (tmp_path / "tensorboard").iterdir() for value in event_values(path)]
    kinds = {value.tag: value.WhichOneof("value") for value in values}
    assert kinds["weights/head.linear.weight"] == "histo"
    assert kinds["activations/features"] == kinds["activations/scores"] == "histo"
    assert kinds["sparsity/features"] == "simple_value"
    assert kinds["augmented_inputs"] == "image"
    assert kinds["step/loss"] == kinds["step/learning_rate"] == "simple_value"
    assert sum(value.tag == "weights/body.0.weight" for value in values) == 2


def event_values(path):
    """What an event file holds: records of length, checksum, event, checksum."""
    from tensorboardX.proto.event_pb2 import Event

    content, place = path.read_bytes(), 0
    while place < len(content):
        length = int.from_bytes(content[place : place + 8], "little")
        yield from Event.FromString(content[place + 12 : place + 12 + length]).summary.value
        place += length + 16
