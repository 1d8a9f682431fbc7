"""What version 3729330 left on a disk: run with its code in this folder, `python make.py`.

    grown/            a finished run of `pretrain`: a small network of one's own
    probed/           a finished run of `probe` on that network
    .training-DIGEST/ a `finetune` of that network that was stopped after its first epoch
    reports/          the figures for programs: of that fine-tuning, and of a `compare` and a `sweep` of a smaller network
    expected.json     the probabilities of all images: by the probe, and by the fine-tuning where it was not stopped

Files that nothing reads again (pages, events, older checkpoints) are removed, and a report's picture of 68 KB.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import numpy as np

import regraft
from regraft.core import InterruptedRunError, SilentProgress

HERE = Path(__file__).parent
COLOURS = {"blue": (90, 90, 160), "green": (90, 150, 90), "red": (160, 90, 90)}
ALIKE: dict[str, Any] = {"n_strengths": 3, "n_folds": 2, "engine": "torch", "precision": "fp32", "device": "cpu"}
FINETUNE: dict[str, Any] = {
    **ALIKE, "backbone": "grown", "trust_code": True, "from_stage": "2", "epochs": 3, "batch_size": 8, "views": 2,
    "fresh_views": "no", "augmentation": "crop", "ema": 0.9, "learning_rate": 0.01,
}  # fmt: skip
"""Fine-tuning behind a cut, from kept activations, with all that a checkpoint can hold."""


def draw_photos(folder: Path) -> None:
    """Images whose bytes depend on no library: twelve of each class, a quarter of them in the next one's colour, as PPM."""
    y, x = np.mgrid[:32, :32]
    colours = list(COLOURS.values())
    for place, name in enumerate(COLOURS):
        (folder / name).mkdir(parents=True)
        for number in range(12):
            texture = ((x * (3 + number) + y * (5 + place) + 17 * number) * 29 % 97)[..., None]
            colour = colours[(place + (number % 4 == 3)) % 3]
            pixels = (texture + np.array(colour) - 8 * (number % 4)).clip(0, 255).astype(np.uint8)
            (folder / name / f"{number:02}.ppm").write_bytes(b"P6 32 32 255\n" + pixels.tobytes())


def probabilities(run: str) -> dict[str, dict[str, float]]:
    """What a run's classifier says of all images, at full precision."""
    found = regraft.predict(run, ["photos"], trust_code=True, top_k=3).predictions
    return {one.path: dict(one.top) for one in found}


class StopAfterFirstEpoch(SilentProgress):
    """Ctrl-C in the last of the first epoch's three steps."""

    n_steps = 0

    def tell(self, state: str) -> None:
        """How a step went."""
        self.n_steps += state.startswith("loss")
        if self.n_steps == 3:
            os.kill(os.getpid(), signal.SIGINT)


def keep_reports() -> None:
    """One of each kind, of runs below `whole`."""
    regraft.pretrain("photos", **ALIKE, backbone="one-hidden", epochs=1, batch_size=8, runs="whole", name="plain")
    regraft.compare("photos", **ALIKE, backbones=["whole/plain"], runs="whole", name="compared")
    regraft.sweep(
        "photos", **ALIKE, backbone="whole/plain", from_stage="1", epochs=1, batch_size=8, trials=2, judging_folds=2,
        over=["learning_rate=0.001..0.01"], runs="whole", name="swept",
    )  # fmt: skip
    Path("reports").mkdir()
    report = json.loads(Path("whole/tuned/report.json").read_text())
    report["training"]["augmented"] = None
    Path("reports/report.json").write_text(json.dumps(report, indent=1))
    for path in ("whole/compared/comparison.json", "whole/swept/sweep.json"):
        shutil.copy(path, "reports")


def main() -> None:
    draw_photos(Path("photos"))
    regraft.pretrain(
        "photos", **ALIKE, model="net.py:small", epochs=4, batch_size=8, runs=".", name="grown", learning_rate=0.01
    )
    regraft.probe("photos", **ALIKE, backbone="grown", trust_code=True, runs=".", name="probed")
    regraft.finetune("photos", **FINETUNE, runs="whole", name="tuned")
    expected = {"probed": probabilities("probed"), "tuned": probabilities("whole/tuned")}
    Path("expected.json").write_text(json.dumps(expected) + "\n")
    keep_reports()
    try:
        regraft.finetune("photos", **FINETUNE, runs=".", name="tuned", progress=StopAfterFirstEpoch())
    except InterruptedRunError as error:
        print(error)
    for path in (*Path().rglob("tensorboard"), Path("photos"), Path("whole")):
        shutil.rmtree(path)
    for path in (*Path().glob("[gp]*/report.*"), *sorted(Path().rglob("step-*"))[:-1]):
        path.unlink()


if __name__ == "__main__":
    main()
