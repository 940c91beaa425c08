"""Environment files (``environment.yml``): text to `Spec` and back.

`parse` reads what conda 26.9 reads, CEP 24 and the tolerance around it, or refuses with line, key path and what was
expected. `read` says in addition what it took note of. `write` gives a portable file, with ``parse(write(x)) == x``.
`select` picks what is meant for one platform. Nothing here opens a file, looks anything up or expands a variable.
"""

from .amend import amend
from .reader import Reading, parse, read
from .secrets import asks_same, without_secrets
from .selectors import content_hash, locked_from, select
from .views import to_json
from .writer import write

__all__ = [
    "Reading",
    "amend",
    "asks_same",
    "content_hash",
    "locked_from",
    "parse",
    "read",
    "select",
    "to_json",
    "without_secrets",
    "write",
]
