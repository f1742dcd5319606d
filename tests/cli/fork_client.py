"""Is ``preserve`` to whoever starts it, and has a fork server run it: see ``fork_server.py``.

Usage: python -IS fork_client.py SOCKET ARGUMENT...; it imports as little as it can, since it is started so often.
"""

import marshal
import os
import socket
import sys

with socket.socket(socket.AF_UNIX) as server:
    server.connect(sys.argv[1])
    socket.send_fds(server, [b"."], [0, 1, 2])
    server.sendall(marshal.dumps((sys.argv[2:], os.getcwd(), dict(os.environb))))  # noqa: PTH109 - pathlib takes longer to import than all this
    answer = server.recv(4)
if len(answer) != 4:
    sys.exit("the fork server has ended")
code = os.waitstatus_to_exitcode(int.from_bytes(answer, "little"))
if code < 0:
    os.kill(os.getpid(), -code)
sys.exit(code)
