# SPDX-License-Identifier: GPL-2.0-or-later
"""Who has nothing to do does nothing."""
import re
import subprocess

import pytest

from conftest import needs
from servers import IRC_HOST, program

SECONDS = 10
CALLS_AT_MOST = 60


@pytest.mark.slow
def test_idle(private_lab, people, tmp_path):
    """Joined and silent: no system calls but a few timers'."""
    needs("strace")
    lab = private_lab()
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", "#verona")
    romeo.join(f"#verona@{IRC_HOST}")
    romeo.say(f"#verona@{IRC_HOST}", "silence")
    nurse.expect_message("#verona", "silence")
    romeo.sync(IRC_HOST)

    counts = tmp_path / "counts"
    pids = [lab.gateway.pid, *lab.gateway.workers()]
    assert len(pids) == 2
    traced = subprocess.run(
        ["timeout", "-s", "INT", str(SECONDS), program("strace"), "-f", "-c", "-o", str(counts)]
        + [word for pid in pids for word in ("-p", str(pid))],
        check=False, capture_output=True, text=True)
    text = counts.read_text()
    total = re.search(r"^\s*100\.00\s+\S+\s+(?:\S+\s+)?(\d+)\s+(?:\d+\s+)?total", text, re.M)
    assert total or not text.strip(), traced.stderr + text
    assert int(total.group(1) if total else 0) <= CALLS_AT_MOST, text
