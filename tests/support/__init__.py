"""Real servers, real processes and real packages for the tests; everything on 127.0.0.1."""
