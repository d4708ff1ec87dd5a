# SPDX-License-Identifier: GPL-2.0-or-later
"""An IRC nick in the contact list; away, both ways."""
import pytest

from servers import IRC_HOST


@pytest.fixture
def contact(romeo, nurse):
    """Romeo has the nurse in his contact list."""
    jid = f"{nurse.nick}@{IRC_HOST}"
    romeo.send(f"<presence type='subscribe' to='{jid}'/>")
    romeo.expect(kind="presence", type="subscribed", bare=jid)
    romeo.expect(kind="presence", type="", bare=jid)
    return jid


def test_subscribe_shows_who_is_there(romeo, contact):
    assert contact


def test_somebody_who_is_not_there(romeo):
    jid = f"nobody-yet@{IRC_HOST}"
    romeo.send(f"<presence type='subscribe' to='{jid}'/>")
    romeo.expect(kind="presence", type="subscribed", bare=jid)
    romeo.sync(IRC_HOST)
    assert not romeo.matching(kind="presence", type="", bare=jid)


def test_away_from_irc(romeo, nurse, contact):
    nurse.send("AWAY :asleep")
    assert romeo.expect(kind="presence", type="", bare=contact).show in ("away", "xa")
    nurse.send("AWAY")
    assert romeo.expect(kind="presence", type="", bare=contact).show in (None, "")


def test_away_in_a_room(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    nurse.send("AWAY :asleep")
    assert romeo.expect(kind="presence", nick=nurse.nick, type="").show in ("away", "xa")


def test_away_to_irc(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    nurse.expect(rf"^:{romeo.user}!\S+ JOIN ")
    for show, away in (("away", True), ("", False), ("dnd", True), ("chat", False)):
        inner = f"<show>{show}</show>" if show else ""
        romeo.send(f"<presence to='{room}/{romeo.user}'>{inner}</presence>")
        romeo.expect(kind="presence", nick=romeo.user, codes=lambda c: 110 in c)
        romeo.say(room, f"now {show or 'here'}")
        nurse.expect_message(channel, f"now {show or 'here'}")
        nurse.send(f"WHOIS {romeo.user}")
        whois = nurse.until(r" 318 ")
        assert any(" 301 " in line for line in whois) == away, show


def test_a_broadcast_tells_rooms_nothing_wrong(romeo, juliet, room):
    """XEP-0045 §7.7: clients send presence to the room, or just broadcast."""
    romeo.join(room)
    juliet.join(room)
    romeo.send("<presence><show>away</show></presence>")
    romeo.send(f"<presence to='{room}/{romeo.user}'><show>away</show><status>afk</status>"
               "</presence>")
    seen = juliet.expect(kind="presence", nick=romeo.user, show="away")
    assert seen.type == ""


def test_quit(romeo, nurse, contact):
    nurse.send("QUIT :good night")
    assert romeo.expect(kind="presence", type="unavailable", bare=contact)


def test_return(lab, people, romeo, nurse, contact):
    nurse.send("QUIT")
    romeo.expect(kind="presence", type="unavailable", bare=contact)
    people.irc(lab, nurse.nick)
    romeo.expect(kind="presence", type="", bare=contact)


def test_nick_change(romeo, nurse, contact):
    nurse.send(f"NICK {nurse.nick}x")
    romeo.expect(kind="presence", type="unavailable", bare=contact)


def test_probe(romeo, nurse, contact):
    romeo.send("<presence type='unavailable'/>")
    romeo.send("<presence/>")
    romeo.expect(kind="presence", type="", bare=contact)


def test_unsubscribe(romeo, nurse, contact):
    romeo.send(f"<presence type='unsubscribe' to='{contact}'/>")
    romeo.sync(IRC_HOST)
    romeo.clear()
    nurse.send("AWAY :asleep")
    nurse.expect(" 306 ")
    romeo.chat(contact, "are you there?")
    nurse.expect_message(nurse.nick, "are you there?")
    nurse.say(romeo.user, "yes")
    romeo.expect(kind="message", body="yes")
    assert not romeo.matching(kind="presence", type="", bare=contact)
