"""The engine: solving and installing, in a child process.

`client` is what the rest of the code calls; `worker` is the program that the child runs; `conda` is the only
place that imports rattler and `pypi` the only one that calls uv. Nothing here knows what an environment is: it
knows packages, channels and prefixes.
"""
