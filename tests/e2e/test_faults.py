# SPDX-License-Identifier: GPL-2.0-or-later
"""A backend's crash stays its own; and these tests notice when something of ours dies."""
import os
import signal

from servers import IRC_HOST

ROOM = f"#verona@{IRC_HOST}"


def test_the_worker_crashes(private_lab, people):
    """People on XMPP are told, and are back in their room a moment later."""
    lab = private_lab()
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    assert lab.gateway.faults() == []
    (worker,) = lab.gateway.workers()
    os.kill(worker, signal.SIGSEGV)
    nurse.expect(r"^:romeo!\S+ QUIT ")
    assert "lost" in romeo.expect(kind="message", sender=ROOM, body=bool).body
    assert romeo.iq(IRC_HOST, "<ping xmlns='urn:xmpp:ping'/>").type == "result"
    nurse.expect(r"^:romeo!\S+ JOIN ", timeout=60)
    assert "back" in romeo.expect(kind="message", sender=ROOM, body=bool).body
    romeo.say(ROOM, "as if nothing had been")
    nurse.expect_message("#verona", "as if nothing had been", "romeo")
    faults = "\n".join(lab.gateway.faults())
    assert "died of signal 11" in faults or "AddressSanitizer" in faults


def test_the_gateway_crashes(private_lab):
    lab = private_lab()
    lab.gateway.signal(signal.SIGSEGV)
    lab.gateway.process.wait()
    assert "ended by itself" in "\n".join(lab.gateway.faults())


def test_a_killed_worker_is_no_fault(private_lab):
    lab = private_lab()
    mark = lab.gateway.mark()
    lab.gateway.kill_worker()
    lab.gateway.wait_for_log("died of signal 9", since=mark)
    assert lab.gateway.faults() == []
