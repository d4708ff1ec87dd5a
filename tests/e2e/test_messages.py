# SPDX-License-Identifier: GPL-2.0-or-later
"""What is said in a channel, both ways."""
import pytest

from clients import OCCUPANT_ID, SID, DISCO_INFO


@pytest.fixture
def scene(romeo, nurse, channel, room):
    """Romeo and the nurse are in the channel."""
    nurse.join(channel)
    romeo.join(room)
    nurse.expect(rf"^:{romeo.user}!\S+ JOIN ")
    return romeo, nurse, channel, room


def test_both_ways(scene):
    romeo, nurse, channel, room = scene
    romeo.say(room, "Wherefore art thou?")
    nurse.expect_message(channel, "Wherefore art thou?", romeo.user)
    nurse.say(channel, "Here I am — ünïcode ☺ & <tags>")
    heard = romeo.expect(kind="message", nick=nurse.nick)
    assert heard.type == "groupchat" and heard.bare == room
    assert heard.body == "Here I am — ünïcode ☺ & <tags>"


def test_the_reflection_keeps_its_id_and_gets_ours(scene):
    romeo, _, _, room = scene
    number = romeo.say(room, "Hark", inner=f"<origin-id xmlns='{SID}' id='o-1'/>")
    own = romeo.expect(kind="message", body="Hark")
    assert own.id == number and own.nick == romeo.user and own.type == "groupchat"
    ids = [c for c in own.xml if c.tag == f"{{{SID}}}stanza-id"]
    assert len(ids) == 1 and ids[0].get("by") == room and ids[0].get("id")
    assert own.child("origin-id", SID).get("id") == "o-1"
    assert own.occupant_id


def test_everybody_gets_the_same_ids(scene, juliet):
    romeo, nurse, channel, room = scene
    juliet.join(room)
    nurse.say(channel, "one")
    nurse.say(channel, "two")
    seen = {}
    for client in (romeo, juliet):
        for text in ("one", "two"):
            heard = client.expect(kind="message", body=text)
            seen.setdefault(text, set()).add((heard.stanza_id, heard.occupant_id))
    assert len(seen["one"]) == len(seen["two"]) == 1
    (one, who_one), (two, who_two) = seen["one"].pop(), seen["two"].pop()
    assert one != two and who_one == who_two


def test_forged_ids_are_stripped(scene, juliet):
    romeo, _, _, room = scene
    juliet.join(room)
    romeo.say(room, "forged", inner=(
        f"<stanza-id xmlns='{SID}' id='forged' by='{room}'/>"
        f"<stanza-id xmlns='{SID}' id='other' by='{room.upper()}'/>"
        f"<occupant-id xmlns='{OCCUPANT_ID}' id='forged'/>"))
    for client in (romeo, juliet):
        heard = client.expect(kind="message", body="forged")
        ids = [c.get("id") for c in heard.xml if c.tag == f"{{{SID}}}stanza-id"]
        occupants = [c.get("id") for c in heard.xml if c.tag == f"{{{OCCUPANT_ID}}}occupant-id"]
        assert len(ids) == 1 and ids[0] not in ("forged", "other")
        assert len(occupants) == 1 and occupants[0] != "forged"


def test_occupant_id_is_in_presence_too(scene, juliet):
    romeo, _, _, room = scene
    presences = juliet.join(room)[:-1]
    by_nick = {s.nick: s.occupant_id for s in presences}
    assert all(by_nick.values()) and len(set(by_nick.values())) == len(by_nick)
    romeo.say(room, "who am I?")
    assert juliet.expect(kind="message", body="who am I?").occupant_id == by_nick[romeo.user]


def test_action(scene):
    romeo, nurse, channel, room = scene
    romeo.say(room, "/me climbs the wall")
    nurse.expect_message(channel, "\x01ACTION climbs the wall\x01", romeo.user)
    nurse.say(channel, "\x01ACTION calls within\x01")
    assert romeo.expect(kind="message", nick=nurse.nick).body == "/me calls within"


def test_notice(scene):
    romeo, nurse, channel, _ = scene
    nurse.send(f"NOTICE {channel} :ring the bell")
    assert "ring the bell" in romeo.expect(kind="message", nick=nurse.nick).body


def test_irc_formatting(scene):
    romeo, nurse, channel, _ = scene
    nurse.say(channel, "\x02bold\x02 and \x1ditalic\x1d, \x0304,01red\x03 \x1funder\x1f\x0f plain")
    body = romeo.expect(kind="message", nick=nurse.nick).body
    assert body == "*bold* and _italic_, red under plain"


def test_several_lines(scene):
    romeo, nurse, channel, room = scene
    romeo.say(room, "first\nsecond\r\nthird")
    for text in ("first", "second", "third"):
        nurse.expect_message(channel, text, romeo.user)


@pytest.mark.parametrize("text", ["word " * 200, "x" * 1100, "ü" * 600, "☺" * 400])
def test_long_text_is_split_not_cut(scene, text):
    romeo, nurse, channel, room = scene
    text = text.strip()
    romeo.say(room, text)
    got = ""
    while len(got.replace(" ", "")) < len(text.replace(" ", "")):
        line = nurse.expect(rf"^:{romeo.user}!\S+ PRIVMSG {channel} :(.*)$")
        part = line.group(1)
        assert "\udcc3" not in part and len(line.string.encode()) <= 510
        got += part + " "
    assert got.replace(" ", "") == text.replace(" ", "")


def test_no_line_can_be_smuggled_in(scene):
    romeo, nurse, channel, room = scene
    romeo.say(room, f"harmless\r\nQUIT :gone\nPRIVMSG {channel} :forged\u0085\u2028x")
    nurse.expect_message(channel, "harmless", romeo.user)
    nurse.expect_message(channel, "QUIT :gone", romeo.user)
    nurse.expect(rf"^:{romeo.user}!\S+ PRIVMSG {channel} :PRIVMSG {channel} :forged.*x$")
    romeo.say(room, "still there")
    nurse.expect_message(channel, "still there", romeo.user)


def test_ctcp_is_not_forged(scene):
    """A body cannot hold \\x01 (XML forbids it), so "/me" is the only CTCP there is."""
    romeo, nurse, channel, room = scene
    romeo.say(room, "/me")
    romeo.say(room, "/mean it")
    nurse.expect_message(channel, "/mean it", romeo.user)


def test_other_charsets(scene):
    romeo, nurse, channel, _ = scene
    nurse.say(channel, "caf\xe9 \x80".encode("latin-1"))
    assert romeo.expect(kind="message", nick=nurse.nick).body == "café €"


def test_bytes_that_no_charset_has(scene):
    romeo, nurse, channel, _ = scene
    nurse.say(channel, b"odd \x81\x8d\x02\x1b bytes")
    nurse.say(channel, "and then")
    assert romeo.expect(kind="message", nick=nurse.nick).body.startswith("odd ")
    romeo.expect(kind="message", nick=nurse.nick, body="and then")


def test_only_occupants_may_speak(romeo, nurse, channel, room):
    nurse.join(channel)
    number = romeo.say(room, "from outside")
    answer = romeo.expect(kind="message", type="error", id=number)
    assert answer.error == "not-acceptable"


def test_the_order_is_kept(scene):
    romeo, nurse, channel, room = scene
    for number in range(100):
        romeo.say(room, f"down {number}")
        nurse.say(channel, f"up {number}")
    for number in range(100):
        line = nurse.expect(rf"^:{romeo.user}!\S+ PRIVMSG {channel} :(down \d+)$")
        assert line.group(1) == f"down {number}"
        heard = romeo.expect(kind="message", nick=nurse.nick)
        assert heard.body == f"up {number}"


def test_a_message_without_body_is_not_sent(scene):
    romeo, nurse, channel, room = scene
    romeo.send(f"<message type='groupchat' to='{room}' id='typing'>"
               "<composing xmlns='http://jabber.org/protocol/chatstates'/></message>")
    romeo.say(room, "typed")
    nurse.expect_message(channel, "typed", romeo.user)
    assert not romeo.matching(type="error")


def test_the_room_says_what_it_can(scene):
    romeo, _, _, room = scene
    answer = romeo.iq(room, f"<query xmlns='{DISCO_INFO}'/>")
    features = {f.get("var") for f in answer.child("query") if f.tag.endswith("feature")}
    assert SID in features and OCCUPANT_ID in features
