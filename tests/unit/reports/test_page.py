from __future__ import annotations

import itertools
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from regraft.evaluation import Predictions, measure_slices
from regraft.reports import LeftOutFile, Notice, RegularisationPath, Stage, StrengthCurve, Table, TrainingStory
from regraft.reports.page import render_page
from regraft.reports.wording import breakable, brief, number, percent, seconds, show_unseen

DASH = "\N{EN DASH}"
VOID = {"meta", "img", "br", "link", "input", "wbr"}
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "two\nlines\x00\x1b[31m",
    "\u202egnp.exe",
    "family \U0001f468\u200d\U0001f469\u200d\U0001f467",
    "{{ 7 * 7 }} {% raw %}",
    "שלום عربى",
    "</style><style>body{display:none}</style>",
)


class Page(HTMLParser):
    """What a browser would make of a page: its tags, attributes, headings and text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.open, self.text = [], [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, *attribute) for attribute in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if {"style", "title"} & set(self.open):
            return
        if self.tags[-1:] == ["wbr"]:  # a place to break a line is no gap
            data = self.text.pop() + data
        self.text.append(data)

    @property
    def words(self):
        return " ".join("".join(self.text).split())

    def values(self, name, tag=None):
        return [value for owner, key, value in self.attributes if key == name and tag in (None, owner)]


@pytest.fixture(scope="session")
def full_page(make_predictions, make_report):
    """A page with every section, made of hostile names."""
    predictions = make_predictions(n=120, k=len(HOSTILE), names=HOSTILE, sharpness=0.7, group_size=2)
    paths = tuple(f"{HOSTILE[row % len(HOSTILE)]}/{row}" for row in range(120))
    predictions = Predictions(
        paths, predictions.labels, predictions.probabilities, predictions.class_names, predictions.groups
    )
    evil = HOSTILE[0] + HOSTILE[1]
    report = make_report(
        predictions,
        title=evil,
        description=evil,
        notices=(
            Notice(severity="note", message="A note."),
            Notice(severity="warning", message=evil, examples=HOSTILE),
        ),
        regularisation=RegularisationPath(
            curves=tuple(
                StrengthCurve(normalisation=name, strengths=(0.1, 1, 10), means=(0.5, 0.7, 0.6), stds=(0.1, 0.1, 0.1))
                for name in ("l2", evil)
            ),
            chosen_normalisation="l2",
            chosen_strength=1.0,
            n_folds=5,
        ),
        slices=measure_slices(predictions, {evil: np.array([evil, "rest"])[np.arange(120) // 2 % 2]}),
        data_facts={evil: evil, "Images": 12345},
        data_tables=(Table(title=evil, columns=(evil, "n"), rows=tuple((name, 1) for name in HOSTILE * 4)),),
        left_out=tuple(LeftOutFile(path=f"{evil}{row}", reason="damaged", detail=evil) for row in range(250)),
        stages=(Stage(name=evil, seconds=3.0, n_images=300), Stage(name="rest", seconds=0.5)),
        options={evil: [evil, None], "seed": 0},
        versions={"regraft": "0.1.0", evil: evil},
        reproduce=f"regraft probe {evil} \\\n  --seed 0",
    )
    return Page(render_page(report, thumbnail=lambda path: None if path.endswith("7") else b"JPEG"))


@pytest.fixture(scope="session")
def training_page(make_predictions, make_report, make_training):
    """A page with a training, made of hostile names."""
    training = make_training("".join(HOSTILE), n_changed=20)
    return Page(render_page(make_report(make_predictions(), training=training), thumbnail=lambda _path: b"JPEG"))


@pytest.fixture(params=["full_page", "training_page"])
def hostile_page(request):
    """Each of the pages that are made of hostile names."""
    return request.getfixturevalue(request.param)


def test_hostile_names_are_shown_as_text(hostile_page):
    """No name, path, option or message becomes markup, and none is lost."""
    assert "script" not in hostile_page.tags
    assert hostile_page.tags.count("style") == 1
    assert "<script>alert(1)</script>" in hostile_page.words
    assert "{{ 7 * 7 }} {% raw %}" in hostile_page.words
    assert not [key for _tag, key, _value in hostile_page.attributes if key.startswith("on")]


def test_the_page_asks_the_network_for_nothing(hostile_page):
    """Pictures are inside the page, links stay on it, and the policy forbids all else."""
    assert all(value.startswith("data:image/jpeg;base64,") for value in hostile_page.values("src"))
    assert all(value.startswith("#") for value in hostile_page.values("href"))
    assert hostile_page.values("src", "img")
    assert not {"link", "iframe", "object", "embed", "form", "base", "video"} & set(hostile_page.tags)
    policy = next(value for value in hostile_page.values("content") if "default-src" in value)
    assert policy.startswith("default-src 'none'; img-src data:; style-src 'unsafe-inline'")


def test_control_and_bidi_characters_are_made_visible(full_page):
    """A name can neither hide its characters nor turn those around it about; emoji stay whole."""
    text = "".join(full_page.text)
    assert "two␊lines␀␛[31m" in text
    assert "\u202e" not in text
    assert "�gnp.exe" in text
    assert "family \U0001f468\u200d\U0001f469\u200d\U0001f467" in text
    assert show_unseen(12) == 12


def test_the_contents_name_every_section(full_page):
    """Each entry leads to a section with that heading; ids are there once."""
    ids = full_page.values("id")
    assert len(ids) == len(set(ids))
    anchors = [value.removeprefix("#") for value in full_page.values("href", "a")]
    assert set(anchors) <= set(ids)
    assert full_page.tags.count("section") == len(set(anchors)) == 14


def test_the_page_can_be_heard(hostile_page):
    """Pictures have alternative texts, charts have labels, header cells have a scope, headings skip no level."""
    assert len(hostile_page.values("alt", "img")) == hostile_page.tags.count("img")
    assert all(hostile_page.values("alt", "img"))
    n_labelled = len(hostile_page.values("aria-label", "svg"))
    assert n_labelled + len(hostile_page.values("aria-hidden", "svg")) == hostile_page.tags.count("svg")
    assert len(hostile_page.values("scope", "th")) == hostile_page.tags.count("th")
    levels = [int(tag[1]) for tag in hostile_page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_long_lists_are_cut_and_counted(full_page):
    """All left-out files are counted; the first 200 are shown."""
    assert "250 files could not be used" in full_page.words
    assert "The first 200 are shown" in full_page.words
    assert "damaged 250" in full_page.words


def test_a_notice_shows_six_of_its_cases(make_predictions, make_report):
    """All are in the JSON file; the page shows the first ones."""
    report = make_report(
        make_predictions(),
        notices=(Notice(severity="note", message="Copies.", examples=tuple(f"copy {row}.jpg" for row in range(9))),),
    )
    page = Page(render_page(report))
    assert [row for row in range(9) if f"copy {row}.jpg" in page.words] == [*range(6)]
    assert "copy 8.jpg" in report.model_dump_json()


def test_a_missing_picture_has_a_tile(full_page):
    """A thumbnail that is not available leaves a tile that says so."""
    assert "picture not available" in full_page.words


def test_warnings_come_before_notes(full_page):
    """What matters most is read first."""
    assert full_page.words.index("Warning") < full_page.words.index("A note.")


def test_a_report_without_pictures_names_files(make_predictions, make_report):
    """Without thumbnails the mistakes are a table, and no picture is missing."""
    page = Page(render_page(make_report(make_predictions(sharpness=0.5))))
    assert "img" not in page.tags
    assert "picture not available" not in page.words
    assert "folder/00" in page.words


def test_a_short_report_has_only_the_sections_it_can_fill(make_certain, make_report):
    """Perfect predictions and no particulars: no mistakes, no options, no empty headings."""
    labels = [0, 1, 2] * 20
    page = Page(render_page(make_report(make_certain(labels, labels))))
    assert page.tags.count("section") == 4
    assert "Nothing: all 60 images were recognised." in page.words


def test_one_image_is_enough_for_a_page(make_certain, make_report):
    """The smallest test set has a page, with singular nouns and no interval where there is none."""
    page = Page(render_page(make_report(make_certain([0], [0]))))
    assert "1 test image " in page.words
    assert "no interval" in page.words
    assert "Nothing: the one image was recognised." in page.words


@pytest.mark.parametrize("k", [2, 30, 31, 200])
def test_any_number_of_classes_has_a_page(make_predictions, make_report, k):
    """Two classes and two hundred are both readable, and the page stays small."""
    html = render_page(make_report(make_predictions(n=400, k=k)))
    page = Page(html)
    assert page.tags.count("section") >= 5
    assert ("those of the most confused pairs" in page.words) == (k > 30)
    assert len(html) < 400_000


def test_a_training_has_its_section(make_predictions, make_report, make_training):
    """Verdict, notes, ladder, curves, rates, schedule, contact sheet and changed images are all there."""
    training = make_training("full network", notes=("A note on it.",))
    page = Page(render_page(make_report(make_predictions(), training=training)))
    assert page.words.index("full network: +1.0 points.") < page.words.index("test images")
    assert "the same 1,234 images: 2 went from wrong to right, 2 from right to wrong; p = 0.25" in page.words
    assert "A note on it." in page.words
    assert "full network chosen" in page.words
    assert "61.0± 2.0" in page.words
    assert "not measured" in page.words
    assert "Curves of 1 other training" in page.words
    assert "best epoch: 2" in page.words
    assert "2 best0.5000.60070.065.0" in page.words
    assert "full network54,3213e-50.01" in page.words
    labels = " ".join(page.values("aria-label", "svg"))
    for chart in ("Axis from 58 to 66", "Loss of the training", "Accuracy of the training", "Learning rate against"):
        assert chart in labels
    assert page.values("alt", "img") == ["Contact sheet of training images after random augmentation"]
    assert page.words.index("Wrong to right") < page.words.index("Right to wrong")
    assert page.words.count("full network/0") == 2


def test_few_changed_images_are_pictured(training_page):
    """Of twenty gains and twenty losses twelve each are shown, and all are counted."""
    assert training_page.words.count("20 images; here are the 12 surest.") == 2
    assert sum("before and for" in words for words in training_page.values("alt", "img")) == 24


def test_a_training_without_particulars_has_a_page(make_predictions, make_report):
    """A training of which nothing is known has a section, and no empty table."""
    page = Page(render_page(make_report(make_predictions(), training=TrainingStory())))
    assert "training" in page.values("id")
    assert "The ladder" not in page.words
    assert "aside" not in page.tags


def test_a_report_without_a_training_is_as_before(make_predictions, make_report, make_training):
    """Neither markup nor style of a training is on a page that has none."""
    predictions = make_predictions()
    plain = render_page(make_report(predictions))
    trained = render_page(make_report(predictions, training=make_training()))
    assert not re.search("training-heading|verdict|ladder|says-when", plain)
    start, end = trained.index("\n/* A training"), trained.index("</style>")
    without = trained[:start] + trained[end:]
    for pattern in (r"<aside .*?</aside>", r'<section id="training".*?</section>\n', r'<li><a href="#training.*?\n'):
        without = re.sub(pattern, "", without, count=1, flags=re.DOTALL)
    assert without == plain


def test_numbers_are_written_for_people():
    """Shares, numbers and times have fitting digits; what is not there is a dash."""
    assert [percent(share) for share in (0.8766, 1.0, 0.9999, 0.0, None)] == ["87.7", "100", "100.0", "0.0", DASH]
    assert [number(value) for value in (0.12345, None)] == ["0.123", DASH]
    assert [seconds(value) for value in (0.0421, 3.44, 125, 3725)] == ["0.042 s", "3.4 s", "2 min 05 s", "1 h 02 min"]
    assert [brief(value) for value in (0.001, 3e-5, 12.0, 1.5e-4)] == ["0.001", "3e-5", "12", "0.00015"]


def test_names_break_behind_their_separators_only():
    """A long path can be broken between its parts, never within a word, and what is hostile in it stays text."""
    assert breakable("a/b_c.jpg") == "a/<wbr>b_<wbr>c.<wbr>jpg"
    assert breakable("x-<b>&'") == "x-&lt;b&gt;&amp;&#39;"
    assert breakable("C:\\photos\\1.jpg") == "C:\\<wbr>photos\\<wbr>1.<wbr>jpg"
    assert breakable("plain 0.001") == "plain 0.001"
