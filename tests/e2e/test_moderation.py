# SPDX-License-Identifier: GPL-2.0-or-later
"""Kick, kill, topic, voice, both ways (XEP-0045 §8)."""
import pytest

from clients import MUC_ADMIN, unique
from servers import IRC_HOST, OPER


@pytest.fixture
def scene(romeo, nurse, channel, room):
    """The nurse is operator, Romeo is in."""
    nurse.join(channel)
    romeo.join(room)
    nurse.expect(rf"^:{romeo.user}!\S+ JOIN ")
    return romeo, nurse, channel, room


def give_operator(nurse, romeo, channel):
    nurse.send(f"MODE {channel} +o {romeo.user}")
    romeo.expect(kind="presence", nick=romeo.user, item=lambda i: i.get("role") == "moderator")


def kick(client, room, nick, reason="enough"):
    return client.iq(room, f"<query xmlns='{MUC_ADMIN}'><item nick='{nick}' role='none'>"
                     f"<reason>{reason}</reason></item></query>", "set")


def test_kicked_from_irc(scene, juliet):
    romeo, nurse, channel, room = scene
    juliet.join(room)
    nurse.send(f"KICK {channel} {romeo.user} :villain")
    for client in (romeo, juliet):
        gone = client.expect(kind="presence", nick=romeo.user, type="unavailable")
        assert 307 in gone.codes and gone.item["role"] == "none"
        assert gone.item["reason"] == "villain" and gone.item["actor"] == nurse.nick
        assert (110 in gone.codes) == (client is romeo)
    number = romeo.say(room, "still here?")
    assert romeo.expect(kind="message", type="error", id=number).error == "not-acceptable"
    assert romeo.join(room)[-1].subject is not None


def test_kick_from_xmpp(scene, people, lab):
    romeo, nurse, channel, room = scene
    tybalt = people.irc(lab, channel=channel)
    romeo.expect(kind="presence", nick=tybalt.nick, type="")
    give_operator(nurse, romeo, channel)
    assert kick(romeo, room, tybalt.nick).type == "result"
    tybalt.expect(rf"^:{romeo.user}!\S+ KICK {channel} {tybalt.nick} :enough$")
    gone = romeo.expect(kind="presence", nick=tybalt.nick, type="unavailable")
    assert 307 in gone.codes and gone.item["reason"] == "enough"


def test_kick_of_another_of_ours(scene, juliet):
    romeo, nurse, channel, room = scene
    juliet.join(room)
    give_operator(nurse, romeo, channel)
    assert kick(romeo, room, juliet.user).type == "result"
    gone = juliet.expect(kind="presence", nick=juliet.user, type="unavailable")
    assert {110, 307} <= gone.codes
    nurse.expect(rf"^:{romeo.user}!\S+ KICK {channel} {juliet.user} ")


def test_kick_without_the_right(scene):
    romeo, nurse, _, room = scene
    answer = kick(romeo, room, nurse.nick)
    assert answer.type == "error" and answer.error in ("forbidden", "not-allowed")
    nurse.sync()
    assert not nurse.matching("KICK")


def test_kick_of_nobody(scene):
    romeo, nurse, channel, room = scene
    give_operator(nurse, romeo, channel)
    assert kick(romeo, room, "nobody").error == "item-not-found"


def test_killed(scene, juliet):
    romeo, nurse, channel, room = scene
    juliet.join(room)
    nurse.oper(OPER)
    nurse.send(f"KILL {romeo.user} :begone")
    gone = romeo.expect(kind="presence", nick=romeo.user, type="unavailable", bare=room)
    assert 110 in gone.codes and gone.codes & {307, 333}
    assert "begone" in str(gone)
    juliet.expect(kind="presence", nick=romeo.user, type="unavailable")
    # Within a minute nobody is introduced in answer to a kill.
    answer = romeo.join(room)[-1]
    assert answer.type == "error"
    nurse.sync()
    assert not nurse.matching(rf"^:{romeo.user}!\S+ JOIN")


def test_topic_from_irc(scene):
    romeo, nurse, channel, room = scene
    nurse.send(f"TOPIC {channel} :Capulet's orchard")
    heard = romeo.expect(kind="message", subject="Capulet's orchard")
    assert heard.type == "groupchat" and heard.bare == room and heard.nick == nurse.nick
    assert heard.body is None
    nurse.send(f"TOPIC {channel} :")
    romeo.expect(kind="message", subject="")


def test_topic_from_xmpp(scene, juliet):
    romeo, nurse, channel, room = scene
    juliet.join(room)
    romeo.send(f"<message type='groupchat' to='{room}' id='s1'><subject>A garden</subject>"
               "</message>")
    nurse.expect(rf"^:{romeo.user}!\S+ TOPIC {channel} :A garden$")
    for client in (romeo, juliet):
        assert client.expect(kind="message", subject="A garden").nick == romeo.user


def test_topic_lines_cannot_be_smuggled(scene):
    romeo, nurse, channel, room = scene
    romeo.send(f"<message type='groupchat' to='{room}' id='s2'><subject>one&#10;QUIT :x</subject>"
               "</message>")
    nurse.expect(rf"^:{romeo.user}!\S+ TOPIC {channel} :one.*QUIT :x$")


def test_topic_is_locked(scene):
    romeo, nurse, channel, room = scene
    nurse.send(f"MODE {channel} +t")
    nurse.expect(rf" MODE {channel} ")
    nurse.sync()
    romeo.send(f"<message type='groupchat' to='{room}' id='s3'><subject>mine</subject></message>")
    assert romeo.expect(kind="message", type="error", id="s3").error in ("forbidden",
                                                                         "not-allowed")
    nurse.sync()
    assert not nurse.matching("TOPIC")
    give_operator(nurse, romeo, channel)
    romeo.send(f"<message type='groupchat' to='{room}' id='s4'><subject>mine</subject></message>")
    nurse.expect(rf"TOPIC {channel} :mine$")


def test_modes_are_roles(scene):
    romeo, nurse, channel, _ = scene
    for mode, role, affiliation in (("+v", "participant", "member"), ("-v", "participant", "none"),
                                    ("+h", "moderator", "member"), ("-h", "participant", "none"),
                                    ("+o", "moderator", "admin"), ("-o", "participant", "none")):
        nurse.send(f"MODE {channel} {mode} {romeo.user}")
        seen = romeo.expect(kind="presence", nick=romeo.user, type="",
                            item=lambda i: bool(i))
        assert (seen.item["role"], seen.item["affiliation"]) == (role, affiliation), mode
        assert 110 in seen.codes


def test_moderated_channel(scene):
    romeo, nurse, channel, room = scene
    nurse.send(f"MODE {channel} +m")
    seen = romeo.expect(kind="presence", nick=romeo.user, type="")
    assert seen.item["role"] == "visitor"
    number = romeo.say(room, "may I?")
    assert romeo.expect(kind="message", type="error", id=number).error in ("forbidden",
                                                                           "not-allowed")
    nurse.send(f"MODE {channel} +v {romeo.user}")
    seen = romeo.expect(kind="presence", nick=romeo.user, type="")
    assert seen.item["role"] == "participant"
    romeo.say(room, "thank you")
    nurse.expect_message(channel, "thank you", romeo.user)
    assert not nurse.matching("may I")


def test_voice_from_xmpp(scene, people, lab):
    romeo, nurse, channel, room = scene
    tybalt = people.irc(lab, unique("tybalt"), channel)
    give_operator(nurse, romeo, channel)
    nurse.send(f"MODE {channel} +m")
    romeo.expect(kind="presence", nick=tybalt.nick, item=lambda i: i.get("role") == "visitor")
    answer = romeo.iq(room, f"<query xmlns='{MUC_ADMIN}'><item nick='{tybalt.nick}' "
                      "role='participant'/></query>", "set")
    assert answer.type == "result"
    tybalt.expect(rf"^:{romeo.user}!\S+ MODE {channel} \+v {tybalt.nick}$")
    romeo.expect(kind="presence", nick=tybalt.nick, item=lambda i: i.get("role") == "participant")


def test_ban_list_and_unban(scene, people, lab):
    """XEP-0045 §9.2: masks as addresses of ours."""
    romeo, nurse, channel, room = scene
    give_operator(nurse, romeo, channel)
    nurse.send(f"MODE {channel} +b *!*@bad.example.org")
    nurse.expect(rf" MODE {channel} \+b ")
    nurse.sync()

    def banned():
        answer = romeo.iq(room, f"<query xmlns='{MUC_ADMIN}'><item affiliation='outcast'/></query>")
        assert answer.type == "result"
        return [item.get("jid") for item in answer.child("query")]
    jid, = banned()
    assert jid == f"*!*\\40bad.example.org@{IRC_HOST}"
    answer = romeo.iq(room, f"<query xmlns='{MUC_ADMIN}'><item affiliation='none' jid='{jid}'/>"
                      "</query>", "set")
    assert answer.type == "result"
    nurse.expect(rf"^:{romeo.user}!\S+ MODE {channel} -b \*!\*@bad\.example\.org$")
    assert not banned()
