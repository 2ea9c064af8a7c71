"""A settings file that is wrong says what is wrong, in one sentence."""

from __future__ import annotations

import pytest

from verify.errors import UsageError
from verify.settings import Settings, load


def test_no_file_gives_the_defaults():
    assert load(None) == Settings()


def test_a_file_changes_what_it_names(tmp_path):
    path = tmp_path / "s.toml"
    path.write_text('max_keyframes = 3\nallow_hosts = ["127.0.0.1:1"]\nmin_rate = 5\n')
    settings = load(path)
    assert (settings.max_keyframes, settings.allow_hosts, settings.min_rate) == (3, ("127.0.0.1:1",), 5.0)


@pytest.mark.parametrize("text", ["max_keyframs = 3", "max_keyframes = 'x'", "max_keyframes = true", "=", "live = 1"])
def test_a_wrong_file_is_named(tmp_path, text):
    path = tmp_path / "s.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load(path)
    assert caught.value.message.endswith(".")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"none\.toml cannot be read: No such file or directory\."):
        load(tmp_path / "none.toml")
