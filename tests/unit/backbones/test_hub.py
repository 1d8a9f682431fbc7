"""Published weights, fetched from a hub on this machine."""

from __future__ import annotations

import hashlib
import json

import pytest

from weights_hub import KEY, PATH, RESOLVING, Hub, told


@pytest.mark.slow
def test_weights_are_fetched_once_and_nothing_of_the_hubs_own_is_left(ask, content, tmp_path):
    """The file comes without a key, a slow one is waited for, the second time nobody is asked."""
    with Hub(content, pause_seconds=4.5) as hub:
        digest = ask(hub.address, RESOLVING, HF_TOKEN=KEY)
        assert len(digest) == 64
        assert hub.asked == [(PATH, None)]
        assert ask(hub.address, RESOLVING) == digest
        assert len(hub.asked) == 1
    assert not (tmp_path / "hf").exists()
    assert {path.name for path in (tmp_path / "cache").rglob("*") if path.is_file()} >= {f"{digest}.safetensors"}
    assert {path.suffix for path in (tmp_path / "cache" / "downloads").iterdir()} == {".lock"}


@pytest.mark.slow
def test_processes_that_want_the_same_weights_take_turns(start, content):
    """Of two equal ones the second fetches nothing; a third that wants another size has the whole file, too."""
    with Hub(content, pause_seconds=2.0) as hub:
        processes = [start(hub.address, RESOLVING, size=size) for size in (None, None, 96)]
        digests = {told(process) for process in processes}
        assert len(hub.asked) == 2
    assert len(digests) == 1


@pytest.mark.slow
def test_a_fetch_is_seen_and_one_that_ends_midway_says_how_to_go_on(ask):
    """The bar has the bytes; after two more tries the sentence says what is kept and to run the command again."""
    content = b"x" * 3_000_000
    with Hub(content, is_dying=True) as hub:
        said = ask(hub.address, is_told=True)
        assert len(hub.asked) == 3
    assert "3000000 bytes" in said
    assert "1.5 MB of it are kept" in said
    assert "run the same command again" in said
    assert said.count("answers 503") == 2


@pytest.mark.slow
def test_a_part_that_the_hub_cannot_go_on_with_is_forgotten(ask, content, tmp_path):
    """An answer 416 to a part of another version begins the file again."""
    name = PATH.strip("/").replace("/", "-")
    folder = tmp_path / "cache" / "downloads"
    folder.mkdir(parents=True)
    with Hub(content) as hub:
        (folder / f"{name}.part").write_bytes(b"y" * 5000)
        record = {"url": hub.address + PATH, "etag": '"old"', "last_modified": None, "n_bytes": 9000}
        (folder / f"{name}.part.json").write_text(json.dumps(record))
        assert ask(hub.address) == ""
        assert len(hub.asked) == 2
    assert (folder / name).read_bytes() == content


@pytest.mark.parametrize(
    "endpoint", ["hf-mirror.com", "http://[bad", "file:///etc", "https://", "http://host:abc", "https://me:secret@host"]
)
def test_an_endpoint_that_is_no_address_is_named(endpoint, monkeypatch):
    """The sentence names HF_ENDPOINT and its value, but no password."""
    from regraft.backbones import hub
    from regraft.core import BackboneError

    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(BackboneError, match="HF_ENDPOINT") as caught:
        hub._addresses({"hf_hub_id": "timm/x"})
    assert "secret" not in str(caught.value)
    assert endpoint in str(caught.value) or "@" in endpoint


@pytest.mark.slow
def test_a_file_that_is_not_the_announced_one_is_refused(ask, content, tmp_path):
    """The digest that the hub names before it leads us on decides; one of another kind says nothing."""
    right = hashlib.sha256(content).hexdigest()
    with Hub(content) as store:
        for digest, is_right in ((right, True), ("0" * 40, True), ("0" * 64, False)):
            with Hub(location=store.address, digest=digest) as hub:
                said = ask(hub.address)
            assert (said == "") == is_right
    assert "announces a file with the SHA-256 0000000000000000…" in said
    assert right[:16] in said
    assert not list((tmp_path / "cache" / "downloads").iterdir())
