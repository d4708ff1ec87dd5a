# SPDX-License-Identifier: GPL-2.0-or-later
"""Twenty times something dies, at random. Nobody touches the gateway; in the end all are in their
room again and hear one another.

CHAOS_SEED=7 repeats that run, CHAOS_RUNS=10 makes ten of them.
"""
import itertools
import os
import random
import time

import pytest

from servers import IRC_HOST

ROOM = f"#verona@{IRC_HOST}"
CHANNEL = "#verona"
KILLS = 20
LONGEST_PAUSE_S = 1.5
BACK_WITHIN_S = 120
TRY_EVERY_S = 2


class XmppPerson:
    """A client as people use it: connects when its stream is gone, joins when a self-ping
    (XEP-0410) says that it is out."""

    def __init__(self, lab, people, nick):
        self.nick = nick
        self.client = people.xmpp(lab, nick)
        self.client.join(ROOM)

    def come_back(self):
        if not self.client.is_connected():
            self.client.connect()
            self.client.join(ROOM, wait=False)
        elif self.client.iq(f"{ROOM}/{self.nick}", "<ping xmlns='urn:xmpp:ping'/>",
                            timeout=TRY_EVERY_S).type == "error":
            self.client.join(ROOM, wait=False)

    def say(self, text):
        self.client.say(ROOM, text)

    def hears(self, nick, text):
        self.client.expect(kind="message", type="groupchat", nick=nick, body=text,
                           timeout=TRY_EVERY_S)


class IrcPerson:
    def __init__(self, lab, people, nick):
        self.nick = nick
        self._come = lambda: people.irc(lab, nick, CHANNEL)
        self.client = self._come()

    def come_back(self):
        try:
            self.client.sync()
        except (AssertionError, OSError):
            self.client = self._come()

    def say(self, text):
        self.client.say(CHANNEL, text)

    def hears(self, nick, text):
        self.client.expect_message(CHANNEL, text, nick, timeout=TRY_EVERY_S)


def until(deadline, what, *attempts):
    """Tries all of it in turn until all goes well."""
    while True:
        try:
            for attempt in attempts:
                attempt()
            return
        except (AssertionError, OSError) as error:
            assert time.monotonic() < deadline, f"{what} within {BACK_WITHIN_S} s: {error}"
            time.sleep(0.2)


@pytest.mark.slow
@pytest.mark.parametrize("run", range(int(os.environ.get("CHAOS_RUNS", "1"))))
def test_twenty_kills(private_lab, people, run):
    seed = int(os.environ.get("CHAOS_SEED", "1")) + run
    dice = random.Random(seed)
    lab = private_lab(message_rate=100000, message_burst=100000)
    everybody = [XmppPerson(lab, people, "romeo"), XmppPerson(lab, people, "juliet"),
                 IrcPerson(lab, people, "nurse")]

    def restart(server):
        server.kill()
        server.start()

    kills = {"worker": lab.gateway.kill_worker, "ngIRCd": lambda: restart(lab.ircd),
             "Prosody": lambda: restart(lab.xmpp)}
    killed = []
    for number in range(KILLS):
        killed.append(dice.choice(sorted(kills)))
        kills[killed[-1]]()
        for person in everybody:
            try:
                person.say(f"meanwhile {number}")
            except OSError:
                pass
        # This pause waits for nothing: the next blow is to fall at any moment of the recovery.
        time.sleep(dice.uniform(0, LONGEST_PAUSE_S))
    print(f"CHAOS_SEED={seed}:", *killed)

    start = time.monotonic()
    deadline = start + BACK_WITHIN_S
    for speaker, listener in itertools.permutations(everybody, 2):
        text = f"{speaker.nick} to {listener.nick}"
        until(deadline, text, speaker.come_back, listener.come_back,
              lambda s=speaker, t=text: s.say(t),
              lambda s=speaker, l=listener, t=text: l.hears(s.nick, t))
    print(f"all were back after {time.monotonic() - start:.1f} s")
