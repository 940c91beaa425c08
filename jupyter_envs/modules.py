"""Which package brings a module, where the two have different names.

Only what is well known and stays so: a module that is not in the table is looked for under its own name by whoever
asks. The table never says that a package is there, nor that it is trustworthy.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

# modules of the standard library of earlier versions; old notebooks import them
_GONE = """
    __builtin__ aifc asynchat asyncore audioop binhex cgi cgitb chunk commands cPickle cStringIO ConfigParser Cookie
    cookielib copy_reg crypt distutils formatter HTMLParser htmlentitydefs httplib imghdr imp lib2to3 macpath mailcap
    msilib nis nntplib ossaudiodev parser pipes Queue sets smtpd sndhdr spwd StringIO sunau symbol telnetlib Tkinter
    thread tkMessageBox urllib2 urlparse UserDict UserList uu xdrlib xmlrpclib
"""
STANDARD = frozenset(sys.stdlib_module_names) | frozenset(_GONE.split())

# module, conda package, PyPI package; one name for both where they agree
_TABLE = """
    Bio biopython
    bs4 beautifulsoup4
    cairo pycairo
    clr pythonnet
    community python-louvain
    Crypto pycryptodome
    Cryptodome pycryptodomex
    cv2 opencv opencv-python
    dateutil python-dateutil
    docx python-docx
    dotenv python-dotenv
    faiss faiss-cpu
    fitz pymupdf
    git gitpython
    github pygithub
    google.auth google-auth
    google.cloud.bigquery google-cloud-bigquery
    google.cloud.storage google-cloud-storage
    google.protobuf protobuf
    googleapiclient google-api-python-client
    grpc grpcio
    IPython ipython
    igraph python-igraph igraph
    imblearn imbalanced-learn
    jose python-jose
    jwt pyjwt
    kaleido python-kaleido kaleido
    magic python-magic
    mpl_toolkits matplotlib
    mpl_toolkits.basemap basemap
    MySQLdb mysqlclient
    nacl pynacl
    netCDF4 netcdf4
    OpenGL pyopengl
    OpenSSL pyopenssl
    osgeo gdal
    past future
    PIL pillow
    pkg_resources setuptools
    psycopg2 psycopg2 psycopg2-binary
    pptx python-pptx
    pylab matplotlib
    PyPDF2 pypdf2
    PyQt5 pyqt pyqt5
    PyQt6 pyqt6
    pythoncom pywin32
    pywt pywavelets
    ruamel.yaml ruamel.yaml
    serial pyserial
    sklearn scikit-learn
    sklearn_extra scikit-learn-extra
    skimage scikit-image
    skopt scikit-optimize
    slugify python-slugify
    snappy python-snappy
    socks pysocks
    surprise scikit-surprise
    tables pytables tables
    telegram python-telegram-bot
    torch pytorch torch
    torch_geometric pyg torch-geometric
    umap umap-learn
    usb pyusb
    vtkmodules vtk
    wx wxpython
    Xlib python-xlib
    yaml pyyaml
    z3 z3-solver
    zmq pyzmq
"""
# what a call needs beside the package that it belongs to: method, module
NEEDED_BY_CALLS = {
    "read_excel": "openpyxl",
    "to_excel": "openpyxl",
    "read_feather": "pyarrow",
    "to_feather": "pyarrow",
    "read_hdf": "tables",
    "to_hdf": "tables",
    "read_html": "lxml",
    "read_parquet": "pyarrow",
    "to_parquet": "pyarrow",
    "to_markdown": "tabulate",
}
# what only shows in a notebook with widgets
NEEDED_BY_MODULES = {"tqdm.notebook": "ipywidgets", "tqdm.auto": "ipywidgets"}


@dataclass(frozen=True)
class Names:
    """Under which names to look for the package of a module: in conda channels, in their order, and on PyPI.

    ``known`` says that the table has them; else they are made of the module's own name.
    """

    conda: tuple[str, ...]
    pypi: str
    known: bool


def _rows() -> dict[str, Names]:
    rows = {}
    for line in _TABLE.split("\n"):
        module, *packages = line.split() or [""]
        if module:
            rows[module] = Names((packages[0],), packages[-1], known=True)
    return rows


_PACKAGES = _rows()


def in_conda(name: str) -> tuple[str, ...]:
    """Under which names conda's channels may have a package of PyPI (canonical name): what is known, then its own."""
    known = [row.conda[0] for row in _PACKAGES.values() if row.pypi == name]
    return tuple(dict.fromkeys((*known, name)))


def is_standard(module: str) -> bool:
    """Whether Python itself has the module, or had it."""
    return top(module) in STANDARD


def top(module: str) -> str:
    """``a`` of ``a.b.c``."""
    return module.partition(".")[0]


def distinct(module: str) -> str:
    """As much of a dotted name as tells its package: ``google.cloud.storage`` stays, ``numpy.linalg`` is ``numpy``."""
    parts = module.split(".")
    for length in range(len(parts), 1, -1):
        name = ".".join(parts[:length])
        if name in _PACKAGES:
            return name
    return parts[0]


def names(module: str) -> Names:
    """The names to look for."""
    found = _PACKAGES.get(distinct(module))
    if found is not None:
        return found
    plain = top(module).lower()
    return Names(tuple(dict.fromkeys((plain, plain.replace("_", "-")))), plain.replace("_", "-"), known=False)
