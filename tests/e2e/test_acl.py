# SPDX-License-Identifier: GPL-2.0-or-later
"""Who may use the gateway, and how much."""
import pytest

from clients import unique
from servers import IRC_HOST


@pytest.fixture
def stranger(lab, people):
    """A user of a domain that `allow` does not name."""
    return people.xmpp(lab, unique("stranger"), domain="example.net")


def refused(error):
    return error in ("forbidden", "not-allowed")


def test_a_stranger_cannot_join(stranger, nurse, channel, room):
    nurse.join(channel)
    answer = stranger.join(room)
    assert len(answer) == 1 and refused(answer[0].error)
    nurse.sync()
    assert not nurse.matching(rf"^:{stranger.user}!\S+ JOIN")


def test_nor_write(stranger, nurse):
    number = stranger.chat(f"{nurse.nick}@{IRC_HOST}", "psst")
    assert refused(stranger.expect(kind="message", type="error", id=number).error)


def test_nor_follow(stranger, nurse):
    stranger.send(f"<presence type='subscribe' to='{nurse.nick}@{IRC_HOST}'/>")
    answer = stranger.expect(kind="presence", bare=f"{nurse.nick}@{IRC_HOST}")
    assert answer.type == "unsubscribed" or refused(answer.error)


def test_single_users_can_be_let_in(private_lab, people):
    lab = private_lab(allow="example.org, friend@example.net")
    friend = people.xmpp(lab, "friend", domain="example.net")
    stranger = people.xmpp(lab, "stranger", domain="example.net")
    assert friend.join(f"#verona@{IRC_HOST}")[-1].subject is not None
    assert refused(stranger.join(f"#verona@{IRC_HOST}")[-1].error)


def test_everybody(private_lab, people):
    lab = private_lab(allow="*")
    anybody = people.xmpp(lab, "anybody", domain="example.net")
    assert anybody.join(f"#verona@{IRC_HOST}")[-1].subject is not None


def test_closed_when_nothing_is_said(private_lab, people):
    lab = private_lab(allow=None)
    somebody = people.xmpp(lab, "somebody")
    assert refused(somebody.join(f"#verona@{IRC_HOST}")[-1].error)


def test_quotas(private_lab, people):
    lab = private_lab(rooms_per_user=2, message_rate=1, message_burst=5)
    romeo = people.xmpp(lab, "romeo")
    juliet = people.xmpp(lab, "juliet")
    nurse = people.irc(lab, "nurse", "#r0")

    # rooms
    for number in range(2):
        assert romeo.join(f"#r{number}@{IRC_HOST}")[-1].subject is not None
    answer = romeo.join(f"#r2@{IRC_HOST}")[-1]
    assert answer.error in ("resource-constraint", "policy-violation", "not-allowed")
    romeo.leave(f"#r1@{IRC_HOST}")
    romeo.expect(kind="presence", type="unavailable", bare=f"#r1@{IRC_HOST}")
    assert romeo.join(f"#r2@{IRC_HOST}")[-1].subject is not None

    # messages: the burst passes, then errors to him who is too fast, and to nobody else
    room = f"#r0@{IRC_HOST}"
    juliet.join(room)
    numbers = [romeo.say(room, f"word {n}") for n in range(20)]
    juliet.say(room, "I speak slowly")
    nurse.expect_message("#r0", "I speak slowly", "juliet")
    romeo.sync(IRC_HOST)
    bounced = {s.id for s in romeo.matching(kind="message", type="error")}
    passed = {s.id for s in romeo.matching(kind="message", type="groupchat", nick="romeo")}
    assert bounced | passed == set(numbers) and not bounced & passed
    assert 5 <= len(passed) <= 8
    assert {s.error for s in romeo.matching(kind="message", type="error")} <= {
        "resource-constraint", "policy-violation"}
    said = [m.string for m in (nurse.expect(r"PRIVMSG #r0 :word \d+$") for _ in passed)]
    assert len(set(said)) == len(passed)
