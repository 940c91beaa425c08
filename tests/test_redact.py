from __future__ import annotations

from urllib.parse import unquote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_envs.redact import clean_text, clean_url, masked_uri, redact, trace

CANARY = "Canary7231"

SECRET_ADDRESSES = [
    f"https://user:{CANARY}@conda.example.org/forge",
    f"https://{CANARY}@conda.example.org/forge",
    f"https://user:p%40{CANARY}@conda.example.org/forge",
    f"https://user:with@{CANARY}@conda.example.org/forge",
    f"https://conda.example.org/t/{CANARY}/forge",
    f"https://conda.example.org/%2Ft%2F{CANARY}/forge",
    f"https://conda.example.org/t/{CANARY}",
    f"https://conda.example.org/forge?token={CANARY}",
    f"https://conda.example.org/forge?a=1&access_token={CANARY}&b=2",
    f"https://conda.example.org/forge#token={CANARY}",
    f"https://bucket.example.org/a.conda?X-Amz-Credential={CANARY}&X-Amz-Signature={CANARY}",
    f"https://blob.example.org/a.conda?sv=2024&sig={CANARY}&se=2030",
    f"git+https://oauth2:{CANARY}@git.example.org/a/b.git@main#egg=b",
    f"http://user:{CANARY}@proxy.example.org:3128",
]


@pytest.mark.parametrize("address", SECRET_ADDRESSES)
def test_a_secret_is_taken_out_of_an_address(address: str) -> None:
    clean, changed = clean_url(address)
    assert changed
    assert CANARY not in clean
    assert "example.org" in clean
    assert clean_url(clean) == (clean, False)


@pytest.mark.parametrize("address", SECRET_ADDRESSES)
def test_a_secret_is_masked_in_text(address: str) -> None:
    text = redact(f"error: could not fetch <{address}>, tried '{address}' twice")
    assert CANARY not in text
    assert text.startswith("error: could not fetch <")
    assert text.endswith("twice")


@pytest.mark.parametrize("address", SECRET_ADDRESSES)
def test_a_secret_is_taken_out_of_a_line(address: str) -> None:
    for line in (f"--index-url {address} --pre", f"a @ {address}", f"{address}::a >=1"):
        assert CANARY not in clean_text(line)
        assert "example.org" in clean_text(line)
        assert clean_text(clean_text(line)) == clean_text(line)
    assert clean_text(f"--index-url {address}").startswith("--index-url ")


@pytest.mark.parametrize("address", SECRET_ADDRESSES)
def test_a_secret_in_a_parameter_is_masked(address: str) -> None:
    uri = f"/packages?{urlencode({'q': 'a b', 'channel': address})}"
    masked = masked_uri(uri)
    assert CANARY not in unquote(masked) and masked.startswith("/packages?q=a+b&channel=")
    for plain in ("/packages?q=a&channel=conda-forge", "/packages", "/packages?", "/a?x=%2F&y"):
        assert masked_uri(plain) == plain


def test_a_traceback_tells_no_secret() -> None:
    try:
        raise ValueError(SECRET_ADDRESSES[0])
    except ValueError as error:
        text = trace(error)
    assert text.startswith("Traceback") and "ValueError" in text and CANARY not in text


@pytest.mark.parametrize(
    "text",
    [
        f"Authorization: Bearer {CANARY}",
        f"authorization=Basic {CANARY}",
        f"JUPYTERHUB_API_TOKEN={CANARY} uv pip install",
        f'{{"token": "{CANARY}"}}',
        f"password: {CANARY}",
    ],
)
def test_a_secret_outside_an_address_is_masked(text: str) -> None:
    assert CANARY not in redact(text)


@pytest.mark.parametrize(
    "address",
    [
        "conda-forge",
        "https://conda.example.org/forge",
        "https://conda.example.org/forge/linux-64/numpy-1.26.0-py311_0.conda?a=b",
        "git+ssh://git@git.example.org/a/b.git",
        "https://git.example.org/a.git#subdirectory=python/authors",
        "file:///srv/channel",
        "../wheels/a-1.0-py3-none-any.whl",
    ],
)
def test_what_holds_no_secret_stays_as_it_is(address: str) -> None:
    assert clean_url(address) == (address, False)
    assert redact(address) == address


def test_words_that_only_sound_like_secrets_stay() -> None:
    sentence = "tokenizers=0.13 and secretstorage >=3 differ; author=me; a@b.example.org wrote it"
    assert redact(sentence) == sentence


def test_an_address_that_is_none_is_masked_as_text() -> None:
    clean, changed = clean_url(f"https://user:{CANARY}@[broken/forge")
    assert changed
    assert CANARY not in clean


@given(st.text())
def test_any_text_can_be_redacted_and_twice_is_once(text: str) -> None:
    assert redact(redact(text)) == redact(text)


@given(st.text())
def test_any_text_can_be_cleaned(text: str) -> None:
    clean, changed = clean_url(text)
    assert changed == (clean != text)
