from __future__ import annotations

import pytest

from regraft.data.folders.folder_reading import read_folder
from regraft.data.folders.leftovers import is_hidden, leftover_reason, look_into
from regraft.data.folders.program_parts import program_parts


@pytest.mark.parametrize(
    "name",
    [
        "lost+found", "System Volume Information", "$RECYCLE.BIN", ".Trash-1000", "@eaDir", "__MACOSX", "Thumbs.db",
        ".ipynb_checkpoints", ".DS_Store", "._1.jpg", "node_modules", "#recycle", ".Trashes", "desktop.ini", "@Recycle",
    ],
)  # fmt: skip
def test_what_systems_leave(name):
    """What systems and programs leave behind is known by its name, in any case, with whose it is."""
    assert leftover_reason(name)
    assert leftover_reason(name.upper())


def test_other_names_are_the_users():
    """A folder's name alone makes it no program's: a class may be called runs. Our own records are nobody's news."""
    assert not any(map(is_hidden, ("runs", "cat", "lost", "found", "trash", "recycle", "wandb", "logs", "1.jpg")))
    assert leftover_reason("source.json") == ""


@pytest.mark.parametrize(
    "files",
    [
        ("bundle.json", "head.safetensors", "card.md"),
        ("run.json", "report.html", "report.json"),
        ("events.out.tfevents.1700000000.host.1.0",),
        ("hparams.yaml", "metrics.csv"),
        ("trainer_state.json",),
        ("saved_model.pb", "variables/x.index"),
        ("wandb-metadata.json",),
        ("pyvenv.cfg",),
        ("args.yaml", "results.csv"),
        ("meta.yaml", "artifacts/model.pkl"),
    ],
)
@pytest.mark.parametrize("where", ["", "dog/", "train/", "all/"])
def test_files_of_programs_take_no_images_away(write_files, files, where):
    """What a program writes where the images lie, in a class, a split or the data set itself, hides none of them."""
    above = where if where in ("train/", "all/") else ""
    images = (f"{above}cat/1.jpg", f"{above}dog/1.jpg")
    manifest = read_folder(write_files(*images, *(f"{where}{name}" for name in files)))
    assert (manifest.paths, manifest.class_names) == (images, ("cat", "dog"))
    assert "program_images" not in {one.code for one in manifest.remarks}


@pytest.mark.parametrize(
    ("files", "left_out"),
    [
        (("args.yaml", "results.csv", "train_batch0.jpg"), "train_batch0.jpg"),
        (("opt.yaml", "hyp.yaml", "confusion_matrix.png"), "confusion_matrix.png"),
        (("wandb-summary.json", "media/images/7.png"), "media"),
        (("meta.yaml", "artifacts/roc.png"), "artifacts"),
        (("pyvenv.cfg", "lib/python3/site-packages/logo.png"), "lib"),
    ],
)
def test_pictures_of_programs(write_files, files, left_out):
    """Pictures that a program has drawn are no class: a warning names them and what to do if they should count."""
    folder = write_files("cat/1.jpg", "dog/1.jpg", *(f"exp/{name}" for name in files))
    manifest = read_folder(folder)
    assert manifest.class_names == ("cat", "dog")
    (remark,) = [one for one in manifest.remarks if one.code == "program_images"]
    assert (remark.severity, remark.examples[0].split(":")[0]) == ("warning", f"exp/{left_out}")
    assert "If it should count, give it another name or place." in remark.message
    write_files("recycler/1.jpg")
    (remark,) = [one for one in read_folder(folder).remarks if one.code == "program_images"]
    assert remark.message.startswith("2 files and folders of systems and programs are left out, with images. If they ")


def test_a_class_like_its_siblings_is_no_program_s(write_files):
    """A folder that holds images just as those beside it do is a class, whatever it is called and lies beside it."""
    folder = write_files("artifacts/1.jpg", "cat/1.jpg", "meta.yaml")
    assert read_folder(folder).class_names == ("artifacts", "cat")


def test_a_class_called_like_a_bin(write_files):
    """Images in a folder that a class could be called like are left out with a warning, not with a note."""
    folder = write_files("cat/1.jpg", "dog/1.jpg", "recycler/1.jpg")
    (remark,) = read_folder(folder).remarks
    assert (remark.severity, remark.examples) == ("warning", ("recycler: Windows's bin",))


def test_snapshots_are_not_walked(tmp_path):
    """What is left out is looked into up to its first image, and not beyond some folders where there is none."""
    asked = []
    for number in range(300):
        (tmp_path / f"{number:03}").mkdir()
        (tmp_path / f"{number:03}" / "a.jpg").touch()
    assert look_into(str(tmp_path), "#snapshot", "a", lambda name: asked.append(name) or True).has_images
    assert len(asked) == 1
    assert not look_into(str(tmp_path), "#snapshot", "a", asked.append).has_images
    assert len(asked) == 100


def test_folders_of_runs():
    """Ultralytics and Weights & Biases are known by what their folders are called together."""
    assert program_parts("runs", ["detect", "cat"], []).folders == {"detect"}
    assert program_parts("wandb", ["run-2024_x"], []).folders == {"run-2024_x"}
    assert program_parts("runs", ["cat"], []) is program_parts("detect", ["predict"], ["1.jpg"]) is None


def test_a_program_that_logs_where_the_data_are(write_files):
    """A log of TensorBoard in the data set itself, or in a split's folder, takes no images away."""
    event = "events.out.tfevents.1700000000.host"
    folder = write_files(event, f"train/{event}", "train/cat/1.jpg", "train/dog/1.jpg", f"logs/{event}")
    assert read_folder(folder).n_images == 2
