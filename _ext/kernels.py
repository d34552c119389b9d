"""Kernels are spoken to through files, not through ports, wherever there are such files.

A port is chosen before the kernel takes it. Meanwhile another program may have taken it, say the
kernel of the other book that is built beside this one: then the build waits for ever for what the
kernel says.
"""

import os
import tempfile
from uuid import uuid4

from jupyter_client.connect import ConnectionFileMixin

by_default = ConnectionFileMixin.__init__


def through_files(self, **settings):
    place = os.path.join(tempfile.gettempdir(), f"kernel-{uuid4().hex[:12]}")
    by_default(self, **({"transport": "ipc", "ip": place} | settings))


if os.name == "posix":
    ConnectionFileMixin.__init__ = through_files


def setup(app):
    return {"parallel_read_safe": True, "parallel_write_safe": True}
