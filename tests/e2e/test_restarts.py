# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing is lost in silence: processes die in the middle of a steady, numbered conversation.

Romeo (XMPP) says "x1", "x2", …; the nurse (IRC) says "i1", "i2", …. Afterwards each of his has
been heard on IRC once, or he got an error; each of hers has reached him once.
"""
import collections
import os
import re
import signal
import threading

import pytest

from clients import MUC
from servers import IRC_HOST

ROOM = f"#verona@{IRC_HOST}"
CHANNEL = "#verona"
INTERVAL_S = 0.004


class Steady:
    """Says one numbered thing after another until stopped."""

    def __init__(self, speak):
        self.said = []
        self._speak = speak
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        while not self._stop.wait(INTERVAL_S):
            try:
                self.said.append(self._speak(len(self.said) + 1))
            except OSError:
                return  # a client that is disconnected stops speaking

    def stop(self):
        self._stop.set()
        self._thread.join()
        return self.said


class Scene:
    """Romeo and the nurse in #verona, and a witness who sees the order of things on IRC."""

    def __init__(self, lab, people):
        self.lab = lab
        self.people = people
        self.romeo = people.xmpp(lab, "romeo")
        self.irc_clients = []
        self.connect_irc()
        self.romeo.join(ROOM)
        self.witness.expect(r"^:romeo!\S+ JOIN ")
        self.down = self.up = None

    def connect_irc(self):
        self.nurse = self.people.irc(self.lab, "nurse", CHANNEL)
        self.witness = self.people.irc(self.lab, "witness", CHANNEL)
        self.irc_clients.append(self.witness)

    def start(self):
        self.down = Steady(lambda n: self.romeo.say(ROOM, f"x{n}"))
        self.up = Steady(lambda n: self.nurse.say(CHANNEL, f"i{n}"))
        self.witness.expect(r"^:romeo!\S+ PRIVMSG #verona :x20$")
        self.romeo.expect(kind="message", body="i20")

    def stop(self):
        return self.down.stop(), self.up.stop()

    def wait_until_back(self, timeout=90):
        """Romeo is in the channel again, without having done anything."""
        self.witness.expect(r"^:romeo!\S+ JOIN ", timeout)

    def talk_again(self):
        self.romeo.say(ROOM, "the end of x")
        self.witness.expect_message(CHANNEL, "the end of x", "romeo", timeout=60)
        self.nurse.say(CHANNEL, "the end of i")
        self.romeo.expect(kind="message", body="the end of i", timeout=60)

    def heard_on_irc(self):
        lines = [line for client in self.irc_clients
                 for line in client.matching(r"^:romeo!\S+ PRIVMSG #verona :x\d+$")]
        return [int(re.search(r":x(\d+)$", line).group(1)) for line in lines] + [20]

    def check_down(self, numbers, lost_at_most=0):
        """What Romeo said. Returns how much was lost, which is 0 but where that is allowed."""
        heard = collections.Counter(self.heard_on_irc())
        twice = [n for n, count in heard.items() if count > 1]
        assert not twice, f"heard more than once on IRC: {twice}"
        errors = {}
        lost = []
        for n, number in enumerate(numbers, 1):
            if n in heard:
                continue
            if len(lost) >= lost_at_most:
                errors[n] = self.romeo.expect(kind="message", type="error", id=number, timeout=30)
            else:
                found = self.romeo.matching(kind="message", type="error", id=number)
                if not found:
                    lost.append(n)
        for stanza in self.romeo.matching(kind="message", type="error"):
            if stanza.id in numbers and numbers.index(stanza.id) + 1 in heard:
                # Both an error and heard: only when the error says that it does not know.
                assert re.search("may|uncertain|unknown|not known|whether", stanza.error_text), \
                    f"x{numbers.index(stanza.id) + 1} was heard, but reported as failed: {stanza}"
        return lost

    def said_to_romeo(self):
        """The nurse's numbers, as far as he was in the channel when the server had them."""
        present = True
        numbers = []
        for line in self.witness.unread():
            moved = re.match(r":romeo!\S+ (JOIN|QUIT)", line)
            said = re.match(r":nurse!\S+ PRIVMSG #verona :i(\d+)$", line)
            if moved:
                present = moved.group(1) == "JOIN"
            elif said and present:
                numbers.append(int(said.group(1)))
        return numbers

    def reached_romeo(self):
        """Her lines, once for each stanza-id: (number, delay)."""
        seen = {}
        for stanza in self.romeo.matching(kind="message", type="groupchat", nick="nurse"):
            if re.fullmatch(r"i\d+", stanza.body or ""):
                assert stanza.stanza_id
                seen.setdefault(stanza.stanza_id, (int(stanza.body[1:]), stanza.delay))
        return list(seen.values())

    def check_up(self):
        """What the nurse said: nothing twice, nothing out of order."""
        numbers = [number for number, _ in self.reached_romeo() if number != 20]
        assert len(numbers) == len(set(numbers)), "something reached him twice"
        assert numbers == sorted(numbers), "something reached him out of order"
        return numbers


@pytest.fixture
def scene(private_lab, people):
    lab = private_lab(message_rate=100000, message_burst=100000)
    return Scene(lab, people)


def test_the_worker_is_killed(scene):
    lab = scene.lab
    scene.start()
    mark = lab.ircd.mark()
    before = lab.gateway.workers()
    lab.gateway.kill_worker()
    scene.witness.expect(r"^:romeo!\S+ QUIT ")
    lab.ircd.wait_for_link(since=mark, timeout=60)
    scene.wait_until_back()
    back_at = len(scene.up.said)
    scene.witness.sync()
    down, _ = scene.stop()
    scene.talk_again()
    assert lab.gateway.workers() != before
    scene.check_down(down)
    numbers = scene.check_up()
    said = len(scene.up.said)
    assert set(range(back_at + 2, said + 1)) <= set(numbers) | {20}


def test_ngircd_is_killed(scene):
    lab = scene.lab
    scene.start()
    mark = lab.ircd.mark()
    lab.ircd.kill()
    scene.up.stop()
    lab.ircd.start()
    scene.connect_irc()
    scene.wait_until_back()
    scene.up = Steady(lambda n: scene.nurse.say(CHANNEL, f"i{100000 + n}"))
    scene.romeo.expect(kind="message", body="i100010")
    lab.ircd.wait_for_link(since=mark, timeout=60)
    down, _ = scene.stop()
    scene.talk_again()
    scene.check_down(down)
    scene.check_up()


def test_prosody_is_killed(scene):
    """Romeo's own connection dies too. What the nurse says meanwhile waits for him, with the time
    she said it."""
    lab = scene.lab
    scene.start()
    lab.xmpp.kill()
    scene.romeo.wait_closed()
    before = len(scene.up.said)
    while len(scene.up.said) < before + 100:
        scene.witness.expect(r"^:nurse!\S+ PRIVMSG #verona :i\d+$")
    scene.stop()
    scene.witness.sync()
    reflected = {s.id for s in scene.romeo.matching(kind="message", type="groupchat",
                                                   nick="romeo")}
    # The gateway comes back a moment after Romeo's client, so that it finds him.
    lab.gateway.signal(signal.SIGSTOP)
    lab.xmpp.start()
    scene.romeo.connect()
    lab.gateway.signal(signal.SIGCONT)
    lab.xmpp.wait_for_component(timeout=90)
    said = len(scene.up.said)
    scene.romeo.expect(kind="message", nick="nurse", body=f"i{said}", timeout=60)

    heard = collections.Counter(scene.heard_on_irc())
    assert not [n for n, count in heard.items() if count > 1]
    for n, number in enumerate(scene.down.said, 1):
        assert number not in reflected or n in heard, f"x{n} was shown to Romeo, but not to IRC"

    seen = {s.stanza_id: (int(s.body[1:]), s.delay) for s in reversed(
        scene.romeo.matching(kind="message", nick="nurse", body=lambda b: b and b[0] == "i"))}
    numbers = sorted(number for number, _ in seen.values() if number != 20)
    assert numbers == [n for n in range(1, said) if n != 20], "each once"
    delayed = {number for number, delay in seen.values() if delay}
    assert set(range(before + 50, said)) <= delayed, "late ones say when they were said"
    assert not scene.witness.matching(r"^:romeo!\S+ (PART|QUIT)")
    # A client that lost its stream does not know of its rooms; it joins them again.
    scene.romeo.join(ROOM)
    scene.talk_again()


def test_an_error_waits_for_the_server(private_lab, people):
    """The daemon dies with a message that it may not have taken, while Prosody is dead too. The
    sender is told as soon as that can be."""
    lab = private_lab()
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", CHANNEL)
    romeo.join(ROOM)
    nurse.expect(r"^:romeo!\S+ JOIN ")
    lab.ircd.signal(signal.SIGSTOP)
    number = romeo.say(ROOM, "did anybody get this?")
    romeo.sync(IRC_HOST)
    mark = lab.gateway.mark()
    lab.xmpp.kill()
    lab.gateway.wait_for_log(r"irc\.example\.org: connection lost", since=mark)
    lab.ircd.kill()
    lab.gateway.wait_for_log("the network is away", since=mark)
    lab.gateway.signal(signal.SIGSTOP)
    lab.xmpp.start()
    romeo.connect()
    lab.gateway.signal(signal.SIGCONT)
    lab.xmpp.wait_for_component(timeout=90)
    answer = romeo.expect(kind="message", type="error", id=number)
    assert re.search("may|uncertain|unknown|not known|whether", answer.error_text)


def test_a_client_that_comes_back_late(scene):
    """Prosody dies, and the client needs longer than the gateway to come back; it joins again, as
    clients do, within five minutes. Nothing that was said meanwhile is missing, or twice."""
    lab = scene.lab
    scene.start()
    lab.xmpp.kill()
    scene.romeo.wait_closed()
    scene.down.stop()
    before = len(scene.up.said)
    while len(scene.up.said) < before + 50:
        scene.witness.expect(r"^:nurse!\S+ PRIVMSG #verona :i\d+$")
    mark = lab.gateway.mark()
    lab.xmpp.start()
    lab.xmpp.wait_for_component(timeout=90)
    lab.gateway.wait_for_log("romeo@example.org/test did not come back", since=mark)
    between = len(scene.up.said)
    while len(scene.up.said) < between + 50:
        scene.witness.expect(r"^:nurse!\S+ PRIVMSG #verona :i\d+$")
    scene.romeo.connect()
    taken = len(scene.up.said)
    presences = scene.romeo.join(ROOM)
    scene.up.stop()
    said = len(scene.up.said)
    if not [s for s in presences if s.body == f"i{said}"]:
        scene.romeo.expect(kind="message", nick="nurse", body=f"i{said}")
    live = scene.romeo.unread()
    seen = {}
    for stanza in presences + live:
        if stanza.kind == "message" and stanza.nick == "nurse" and stanza.body:
            seen.setdefault(stanza.stanza_id, (int(stanza.body[1:]), stanza.delay))
    numbers = [number for number, _ in seen.values() if number != 20]
    assert len(numbers) == len(set(numbers)), "something has two ids"
    missing = set(range(1, said)) - set(numbers) - {20}
    assert not missing, f"lost: {sorted(missing)}"
    delayed = {number for number, delay in seen.values() if delay}
    assert set(range(before + 10, between)) <= delayed
    assert not [s for s in live if s.delay and int(s.body[1:]) > taken + 100]
    assert not scene.witness.matching(r"^:romeo!\S+ (PART|QUIT)")
    scene.talk_again()


def test_the_gateway_is_killed(private_lab, people, record_property):
    """What lay in socket buffers is gone, and nothing else. KILLS=10 measures it ten times."""
    lost = []
    for _ in range(int(os.environ.get("KILLS", "1"))):
        lab = private_lab(message_rate=100000, message_burst=100000)
        lost.append(kill_the_gateway(Scene(lab, people)))
        lab.stop()
    record_property("lost", str(lost))
    print("kill -9 of the gateway; from XMPP: (said, lost), from IRC: (said while Romeo was in "
          f"the channel, lost): {lost}")
    for (_, from_xmpp), (_, from_irc) in lost:
        assert from_xmpp <= 25 and from_irc <= 25


def kill_the_gateway(scene):
    lab = scene.lab
    scene.start()
    xmpp, ircd = lab.xmpp.mark(), lab.ircd.mark()
    lab.gateway.kill()
    scene.witness.wait_for(r"^:romeo!\S+ QUIT ")
    lab.gateway.start()
    lab.wait_until_up(xmpp, ircd)
    scene.witness.wait_for(r"^:romeo!\S+ JOIN ", 90)
    scene.romeo.expect(kind="presence", nick="romeo", type="", codes=lambda c: 110 in c,
                       timeout=30)
    down, _ = scene.stop()
    scene.talk_again()
    lost = scene.check_down(down, lost_at_most=len(down))
    got = set(scene.check_up()) | {20}
    meant = scene.said_to_romeo()
    return (len(down), len(lost)), (len(meant), len(set(meant) - got))


def test_the_gateway_is_stopped_under_load(scene):
    """SIGTERM loses nothing, on neither side."""
    lab = scene.lab
    scene.start()
    status = lab.gateway.stop()
    assert status == 0
    scene.witness.expect(r"^:romeo!\S+ QUIT ")
    down, _ = scene.stop()
    scene.witness.sync()
    scene.romeo.iq("example.org", "<ping xmlns='urn:xmpp:ping'/>")
    # Lines before Romeo's QUIT, in the server's order, have reached him.
    numbers = scene.check_up()
    seen = [int(m.group(1)) for m in (re.search(r"^:nurse!\S+ PRIVMSG #verona :i(\d+)$", line)
                                      for line in scene.witness.unread()) if m]
    assert seen, "the witness heard the nurse"
    last = max(numbers)
    assert numbers == [n for n in range(1, last + 1) if n != 20]

    # A clean end closes the rooms: clients see it, and join again when they like.
    closed = scene.romeo.expect(kind="presence", bare=ROOM, type="unavailable", nick="romeo")
    assert {110, 332} <= closed.codes
    lab.start_gateway()
    scene.romeo.join(ROOM, wait=False)  # all that he has not read yet is needed below
    scene.wait_until_back()
    scene.talk_again()
    # What the server gave it in its last moment was kept, and is answered now.
    scene.check_down(down)


def test_what_was_said_before_the_quit_arrives(scene):
    """The order on IRC decides: a line before our user's QUIT is shown, one after it is not."""
    lab = scene.lab
    scene.start()
    lab.gateway.signal(signal.SIGTERM)
    lines = scene.witness.until(r"^:romeo!\S+ QUIT ")
    lab.gateway.wait()
    scene.stop()
    before = [int(m.group(1)) for m in (re.search(r"PRIVMSG #verona :i(\d+)$", line)
                                        for line in lines) if m]
    scene.romeo.iq("example.org", "<ping xmlns='urn:xmpp:ping'/>")
    got = [number for number, _ in scene.reached_romeo()]
    assert set(before) - {20} <= set(got)
    assert max(got) <= max(before)


def test_the_gateway_starts_before_the_servers(private_lab, people):
    """Everything may come up in any order."""
    lab = private_lab(start=False)
    lab.gateway.attach(lab.xmpp).link(lab.ircd)
    lab.gateway.start()
    lab.ircd.start()
    lab.xmpp.start()
    lab.wait_until_up()
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", CHANNEL)
    romeo.join(ROOM)
    romeo.say(ROOM, "at last")
    nurse.expect_message(CHANNEL, "at last", "romeo")


def test_a_wrong_secret_is_named(private_lab):
    lab = private_lab(start=False)
    lab.xmpp.start()
    lab.ircd.start()
    lab.gateway.attach(lab.xmpp, secret="wrong").link(lab.ircd)
    lab.gateway.start()
    lab.gateway.wait_for_log("irc.example.org.*secret")


def test_a_wrong_link_password_is_named(private_lab):
    lab = private_lab(start=False)
    lab.xmpp.start()
    lab.ircd.start()
    lab.gateway.attach(lab.xmpp).link(lab.ircd, send_password="wrong")
    lab.gateway.start()
    lab.gateway.wait_for_log("(?i)bad password|send-password")
    lab.gateway.stop()
    lab.gateway.link(lab.ircd, accept_password="wrong")
    lab.gateway.start()
    lab.gateway.wait_for_log("accept-password")


@pytest.mark.slow
def test_a_frozen_server_is_noticed(private_lab, people):
    """A dead link is noticed within a minute, though its socket stays open."""
    lab = private_lab()
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", CHANNEL)
    romeo.join(ROOM)
    nurse.expect(r"^:romeo!\S+ JOIN ")
    mark = lab.gateway.mark()
    lab.xmpp.signal(signal.SIGSTOP)
    try:
        lab.gateway.wait_for_log(r"(?i)irc\.example\.org.*(lost|silent|answer|timed out)",
                                 since=mark, timeout=75)
    finally:
        lab.xmpp.signal(signal.SIGCONT)
    assert MUC


@pytest.mark.slow
def test_a_frozen_worker_is_killed(private_lab, people):
    """It has not died, so nothing but its silence tells; everything returns by itself."""
    lab = private_lab()
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", CHANNEL)
    romeo.join(ROOM)
    nurse.expect(r"^:romeo!\S+ JOIN ")
    (worker,) = lab.gateway.workers()
    os.kill(worker, signal.SIGSTOP)
    number = romeo.say(ROOM, "is anybody there?")
    nurse.expect(r"^:romeo!\S+ QUIT ", timeout=60)
    nurse.expect(r"^:romeo!\S+ JOIN ", timeout=30)
    # It lay in the dead worker's socket: its sender is told, and may say it again.
    answer = romeo.expect(kind="message", id=number, timeout=30)
    assert answer.type == "error" or nurse.matching("is anybody there")
    romeo.say(ROOM, "back again")
    nurse.expect_message(CHANNEL, "back again", "romeo", timeout=30)
    assert [line for line in lab.gateway.faults() if "killing it" in line]
