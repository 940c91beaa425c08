"""What a file asks for does not depend on the secrets in its addresses."""

from __future__ import annotations

from jupyter_envs import envfile
from jupyter_envs.models import Spec

SECRET = Spec(
    name="a",
    channels=("https://me:hush@example.org/c", "conda-forge"),
    conda=("python", "https://example.org/t/hush/c::b"),
    pip=("--index-url https://me:hush@example.org/simple", "c @ https://example.org/c-1.whl?token=hush", "d"),
    variables={"PLACE": "https://me:hush@example.org/x", "A": "b"},
)


def test_addresses_are_cleaned_wherever_they_stand() -> None:
    clean = envfile.without_secrets(SECRET)
    assert "hush" not in envfile.write(clean)
    assert clean.channels == ("https://example.org/c", "conda-forge")
    assert clean.pip == ("--index-url https://example.org/simple", "c @ https://example.org/c-1.whl", "d")
    assert clean.variables == {"PLACE": "https://example.org/x", "A": "b"}
    assert envfile.without_secrets(clean) == clean


def test_with_and_without_them_a_file_asks_for_the_same() -> None:
    clean = envfile.without_secrets(SECRET)
    assert envfile.content_hash(SECRET, "linux-64") == envfile.content_hash(clean, "linux-64")
    other = envfile.parse(envfile.write(SECRET).replace("hush", "other"))
    assert envfile.content_hash(SECRET, "linux-64") == envfile.content_hash(other, "linux-64")


def test_what_stands_in_the_users_own_file_stays() -> None:
    there = Spec(channels=SECRET.channels[:1], pip=("d",))
    kept = envfile.without_secrets(SECRET, there)
    assert kept.channels == SECRET.channels
    assert "hush" not in str((kept.pip, kept.conda, kept.variables))
