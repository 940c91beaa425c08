"""A Jupyter server whose engine processes die as the file ``~/fault`` says: ``MOMENT HOW``.

Moments: ``start`` (while it waits for work), ``linking`` (when a prefix has begun to exist), ``after`` (the work of an
install is complete, but not answered), ``answered`` (the result was sent). Run as a module.
"""

from __future__ import annotations

from jupyter_server.serverapp import main

from jupyter_envs.engine import process

START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from tests.support.faulty_worker import main; main()"

if __name__ == "__main__":
    process.START = START
    main()
