# SPDX-License-Identifier: GPL-2.0-or-later
"""Talking to one person: as a peer (nick@host) and as a room's occupant."""
import pytest

from clients import MUC_USER
from servers import IRC_HOST


def test_both_ways_without_a_room(romeo, nurse):
    romeo.chat(f"{nurse.nick}@{IRC_HOST}", "Psst!")
    line = nurse.expect(rf"^:([^!]+)!\S+ PRIVMSG {nurse.nick} :Psst!$")
    nurse.say(line.group(1), "What is it?")
    heard = romeo.expect(kind="message", body="What is it?")
    assert heard.type == "chat" and heard.bare == f"{nurse.nick}@{IRC_HOST}"


def test_the_guest_is_named_after_the_user(romeo, nurse):
    romeo.chat(f"{nurse.nick}@{IRC_HOST}", "Who am I?")
    nurse.expect_message(nurse.nick, "Who am I?", romeo.user)
    nurse.send(f"WHOIS {romeo.user}")
    whois = nurse.expect(rf" 311 \S+ {romeo.user} (\S+) (\S+) \* :(.*)$")
    assert romeo.user not in whois.group(1) + whois.group(2), "ident and host are opaque"


def test_case_does_not_matter(romeo, nurse):
    romeo.chat(f"{nurse.nick.upper()}@{IRC_HOST}", "Loud")
    nurse.expect_message(nurse.nick, "Loud")


def test_nobody_of_that_name(romeo):
    number = romeo.chat(f"nobody-at-all@{IRC_HOST}", "Hello?")
    answer = romeo.expect(kind="message", type="error", id=number)
    assert answer.error == "item-not-found"
    assert answer.bare == f"nobody-at-all@{IRC_HOST}"


def test_a_name_that_cannot_be(romeo):
    number = romeo.chat(f"{'x' * 200}@{IRC_HOST}", "Hello?")
    assert romeo.expect(kind="message", type="error", id=number).error in (
        "item-not-found", "jid-malformed")


def test_to_an_occupant(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    romeo.chat(f"{room}/{nurse.nick}", "between us", inner=f"<x xmlns='{MUC_USER}'/>")
    nurse.expect_message(nurse.nick, "between us", romeo.user)
    nurse.say(romeo.user, "as you like")
    heard = romeo.expect(kind="message", body="as you like")
    assert heard.type == "chat"
    assert heard.sender in (f"{room}/{nurse.nick}", f"{nurse.nick}@{IRC_HOST}")


def whisper(client, room, nick, text):
    return client.chat(f"{room}/{nick}", text, inner=f"<x xmlns='{MUC_USER}'/>")


def test_between_two_xmpp_users_in_a_room(romeo, juliet, room):
    """Both know the other by the room's nick alone."""
    romeo.join(room, "Montague")
    juliet.join(room, "Capulet")
    whisper(romeo, room, "Capulet", "only you")
    heard = juliet.expect(kind="message", body="only you")
    assert heard.type == "chat"
    assert heard.sender in (f"{room}/Montague", f"montague@{IRC_HOST}", f"Montague@{IRC_HOST}")
    assert romeo.bare not in str(heard).replace(f"to=\"{heard.to}\"", "")
    whisper(juliet, room, "Montague", "and you")
    answer = romeo.expect(kind="message", body="and you")
    assert answer.type == "chat" and answer.sender == f"{room}/Capulet"
    assert juliet.bare not in str(answer).replace(f"to=\"{answer.to}\"", "")
    # Once she has answered in the room's window, it is hers too.
    whisper(romeo, room, "Capulet", "at last")
    assert juliet.expect(kind="message", body="at last").sender == f"{room}/Montague"
    for client in (romeo, juliet):
        client.sync(IRC_HOST)
        assert not client.matching(kind="message", type="error")
        assert not client.matching(kind="message", body="only you")


def test_outside_of_the_room(romeo, juliet, room):
    """An XMPP user is a peer like any other: nick@host."""
    romeo.join(room)
    juliet.join(room)
    romeo.chat(f"{juliet.user}@{IRC_HOST}", "elsewhere")
    heard = juliet.expect(kind="message", body="elsewhere")
    assert heard.type == "chat" and heard.bare == f"{romeo.user}@{IRC_HOST}"
    juliet.chat(heard.sender, "here")
    assert romeo.expect(kind="message", body="here").bare == f"{juliet.user}@{IRC_HOST}"


def test_to_an_occupant_who_is_not_there(romeo, room):
    romeo.join(room)
    number = romeo.chat(f"{room}/nobody", "Hello?")
    assert romeo.expect(kind="message", type="error", id=number).error == "item-not-found"


def test_only_occupants_may_whisper(romeo, nurse, channel, room):
    nurse.join(channel)
    number = romeo.chat(f"{room}/{nurse.nick}", "Hello?")
    assert romeo.expect(kind="message", type="error", id=number).error == "not-acceptable"


def test_groupchat_to_an_occupant_is_refused(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    number = romeo.say(f"{room}/{nurse.nick}", "wrong type")
    assert romeo.expect(kind="message", type="error", id=number).error == "bad-request"


@pytest.mark.parametrize("request_text, answer", [
    ("VERSION", "VERSION "), ("PING 12345", "PING 12345"), ("TIME", "TIME ")])
def test_ctcp_questions_are_answered(romeo, nurse, request_text, answer):
    romeo.chat(f"{nurse.nick}@{IRC_HOST}", "hello")
    nurse.expect_message(nurse.nick, "hello")
    nurse.say(romeo.user, f"\x01{request_text}\x01")
    nurse.expect(rf"^:{romeo.user}!\S+ NOTICE {nurse.nick} :\x01{answer}")


def test_all_resources_get_it(lab, people, romeo, nurse):
    phone = people.xmpp(lab, romeo.user, resource="phone", account=False)
    romeo.chat(f"{nurse.nick}@{IRC_HOST}", "here")
    nurse.expect_message(nurse.nick, "here", romeo.user)
    nurse.say(romeo.user, "both of you")
    heard = [c.matching(body="both of you") or c for c in (romeo, phone)]
    assert heard
    romeo.expect(kind="message", body="both of you")


def test_unicode_and_actions(romeo, nurse):
    romeo.chat(f"{nurse.nick}@{IRC_HOST}", "/me bows ☺")
    nurse.expect_message(nurse.nick, "\x01ACTION bows ☺\x01")
    nurse.say(romeo.user, "\x01ACTION nods\x01")
    romeo.expect(kind="message", type="chat", body="/me nods")
