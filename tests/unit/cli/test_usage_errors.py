"""Command lines that cannot be understood: what is said of them."""

from __future__ import annotations

import pytest

import regraft
from regraft.cli.application import run
from regraft.cli.usage_errors import require_verb
from regraft.cli.verb_apps import verb_app
from regraft.cli.verb_table import VERBS
from regraft.core import SYNONYMS, VERB_OPTIONS, OptionError
from regraft.core.option_words import _NOT_NEEDED, _WORDS, REASONS

TRAINERS = "finetune, pretrain, sweep and train"


def said(line, capsys):
    """What `regraft LINE` says when it fails."""
    assert run(line.split()) == 2
    return capsys.readouterr().err.removeprefix("regraft: ").strip()


def test_every_word_of_other_tools_leads_to_an_option_that_there_is():
    """No word stands twice, none is an option's own name that means something else, every target exists."""
    known = {name for names in VERB_OPTIONS.values() for name in names}
    for verb in VERBS:
        known |= {one.name.lstrip("-").replace("-", "_") for one in verb_app(verb).assemble_argument_collection()}
    assert {name for names in SYNONYMS.values() for name in names} <= known
    for table, counted in ((_WORDS, SYNONYMS), (_NOT_NEEDED, REASONS)):
        words = [word for _target, text in table for word in text.split()]
        assert len(words) == len(set(words)) == len(counted)
    assert not set(SYNONYMS) & set(REASONS)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("probe x --lr 1", "There is no option --lr. --learning-rate is an option of finetune, pretrain and sweep: "),
        ("probe x --epochs 3", f"--epochs is an option of {TRAINERS}: probe trains no network."),
        ("scan x --batch-size 3", f"--batch-size is an option of {TRAINERS}: scan trains no network."),
        ("finetune x --lr 1", "Did you mean --learning-rate?"),
        ("train x --lr 1", "Did you mean --rates?"),
        ("probe x --out y", "Did you mean --name or --runs? (--out is an option of audit, datasets convert, embed"),
        ("embed x --output y", "Did you mean --out?"),
        ("finetune x --bs 3", "Did you mean --batch-size?"),
        ("probe x --arch resnet18", "Did you mean --backbone?"),
        ("compare x --backbone resnet18", "Did you mean --backbones?"),
        ("probe x --gpu 0", "Did you mean --device?"),
        ("probe x --val-split 0.2", "Did you mean --test-fraction?"),
        ("finetune x --val-split 0.2", "Did you mean --validation-fraction"),
        ("finetune x --wd 0.1", "Did you mean --weight-decay?"),
        ("probe x --img-size 64", "Did you mean --image-size?"),
        ("probe x --classifier svm", "Did you mean --head?"),
        ("probe x --C 1", "Did you mean --n-strengths?"),
        ("finetune x --augment flip", "Did you mean --augmentation?"),
        ("probe x --pretrained", "Did you mean --init?"),
        ("probe x --num-workers 4", "None is needed: images are decoded in threads"),
        ("probe x --num-classes 4", "None is needed: the classes are those of the data set"),
        ("probe --data x", "None is needed: the data set is named without an option"),
        ("probe x --verbose", "None is needed"),
        ("probe x --hed svm", "Did you mean --head?"),
        ("probe x --heads svm", "Did you mean --head? (--heads is an option of compare.)"),
        ("probe x --no-head", "Option --head cannot be switched off: it is one of softmax, svm."),
        ("probe x -z", "There is no option -z"),
        ("probe x --wholly-unknown", "There is no option --wholly-unknown. See: regraft probe --help"),
    ],
)
def test_an_option_that_there_is_not_is_explained_by_its_meaning(line, meant, capsys):
    """By other tools' words, other verbs' options, or spelling; the verb's own help is named."""
    text = said(line, capsys)
    assert meant in text
    assert text.endswith("See: regraft " + line.split()[0] + " --help")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("probe x --n-strengths abc", "Option --n-strengths is 'abc': it should be a whole number."),
        ("probe x --n-strengths 0", "Option --n-strengths is '0': input should be greater than or equal to 2."),
        ("probe x --head svn", "Option --head is 'svn': it should be one of softmax, svm. Did you mean svm?"),
        ("finetune x --budget abc", "Option --budget is 'abc': it should be a number."),
        ("finetune x --ema abc", "Option --ema is 'abc': it should be a number, or none."),
        (
            "probe x --resize=crp",
            "Option --resize is 'crp': it should be one of auto, squash, crop, letterbox, cut-squash, pad. "
            "Did you mean crop?",
        ),
        ("train x --rates a b", "Option --rates holds 'a': it should be a number."),
        ("train x --rates", "Option --rates is empty: name at least one value."),
        ("probe x --head", "Option --head needs a value: one of softmax, svm. See: regraft probe --help"),
        ("probe x --head --seed 1", "Option --head needs a value: one of softmax, svm."),
        ("probe x --group-by", "Option --group-by needs a value. See: regraft probe --help"),
        ("probe x --Head svm", "There is no option --Head. Did you mean --head? See: regraft probe --help"),
        ("probe elpv --backbone net.py:f", "'net.py:f' is code of your own, no network's name: use --model net.py:f"),
        ("probe elpv --backbone w.pth", "'w.pth' is a file of weights: use --checkpoint w.pth"),
        ("probe x --seed 1 --seed=2", "Option --seed is given twice. See: regraft probe --help"),
        ("check x --trust-code=maybe", "Option --trust-code is 'maybe': it should be yes or no."),
        ("probe x --trust-code yes", "Option --trust-code takes no value ('yes'): it is on where it is written."),
        ("probe x y", "'y' is too much: probe takes no such argument. See: regraft probe --help"),
        (
            "predict x --format jsn",
            "Option --format is 'jsn': it should be one of auto, table, csv, json, jsonl, parquet. Did you mean json?",
        ),
        ("cache cleer", "ACTION is 'cleer': it should be one of info, verify, merge, clear. Did you mean clear?"),
        ("probe", "SOURCE is missing: a folder with one sub-folder for each class"),
        ("predict", "BUNDLE is missing: a bundle's or run's folder; with --server a classifier's name there (for "),
    ],
)
def test_a_wrong_value_is_one_sentence_in_the_words_of_the_command_line(line, text, capsys):
    """No Python name, no name of pydantic's, no union told kind by kind."""
    assert said(line, capsys).startswith(text)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["prob", "photos"], "There is no verb 'prob'. Did you mean: regraft probe photos"),
        (["classify", "a b.jpg"], "Did you mean: regraft predict 'a b.jpg'"),
        (["download", "flowers"], "Did you mean: regraft datasets get flowers"),
        (["few"], "'few' is no verb. Did you mean: regraft probe few"),
        (["~nobody/" + "x" * 5000], "There is no verb"),
        (["photos"], "'photos' is no verb. Did you mean: regraft probe photos"),
        (["photos", "finetune", "--budget", "5"], "Did you mean: regraft finetune photos --budget 5"),
        (["run"], "Did you mean: regraft"),
        (["a-run"], "'a-run' is no verb. Did you mean: regraft predict a-run PHOTOS"),
        (["--head", "svm", "photos"], "A verb comes first, then --head."),
        (["wholly-unknown"], "There is no verb 'wholly-unknown'. Verbs: scan, audit, demo, probe"),
    ],
)
def test_a_first_word_that_is_no_verb_leads_to_one(words, meant, tmp_path, monkeypatch):
    """A misspelt verb, another tool's word, a folder in its place: the command line that is meant can be copied."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "few").mkdir()
    (tmp_path / "a-run" / "bundle").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OptionError) as caught:
        require_verb(words)
    assert str(caught.value).startswith(meant) or meant in str(caught.value)


def test_a_name_with_spaces_is_quoted(tmp_path, monkeypatch, capsys):
    """Where the words together are a folder's name."""
    (tmp_path / "my photos").mkdir()
    monkeypatch.chdir(tmp_path)
    assert "A name with spaces needs quotes: 'my photos'." in said("probe my photos", capsys)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"lr": 0.1}, "There is no option 'lr'. 'learning_rate' is an option of finetune"),
        ({"epochs": 3}, f"'epochs' is an option of {TRAINERS}: probe trains no network."),
        ({"arch": "resnet18"}, "There is no option 'arch'. Did you mean 'backbone'?"),
        ({"resize": "crp"}, "Option 'resize' is 'crp': it should be one of auto, squash"),
        ({"model": "resnet18", "source": "elpv"}, "use --backbone resnet18"),
    ],
)
def test_python_gets_the_same_hints(settings, text):
    """With the names that Python has."""
    source = settings.pop("source", "nowhere")
    with pytest.raises(OptionError) as caught:
        regraft.probe(source, **settings)
    assert text in str(caught.value)
