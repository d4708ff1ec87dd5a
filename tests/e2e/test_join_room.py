# SPDX-License-Identifier: GPL-2.0-or-later
"""Entering and leaving a channel as a room (XEP-0045 §7.2, §7.14)."""
from clients import unique


def test_join_shows_occupants_then_oneself_then_the_subject(romeo, nurse, channel, room):
    nurse.join(channel)
    nurse.send(f"TOPIC {channel} :Verona, by night")
    nurse.sync()

    *presences, subject = romeo.join(room)

    assert [s.kind for s in presences] == ["presence"] * 2
    other, own = presences
    assert other.nick == nurse.nick
    assert other.item["role"] == "moderator" and other.item["affiliation"] == "admin"
    assert 110 not in other.codes
    assert own.nick == romeo.user and 110 in own.codes
    assert own.item["role"] == "participant" and own.item["affiliation"] == "none"
    assert 201 not in own.codes
    assert subject.type == "groupchat" and subject.subject == "Verona, by night"
    nurse.expect(rf"^:{romeo.user}!\S+ JOIN :?{channel}$")


def test_an_empty_subject_ends_the_join_too(romeo, nurse, channel, room):
    nurse.join(channel)
    assert romeo.join(room)[-1].subject == ""


def test_who_comes_first_has_made_the_room(lab, people, romeo, channel, room):
    own = romeo.join(room)[-2]
    assert {110, 201} <= own.codes
    assert own.item["role"] == "moderator"
    witness = people.irc(lab, channel=channel)
    witness.send(f"NAMES {channel}")
    assert f"@{romeo.user}" in witness.expect(r" 353 .*:(.*)$").group(1).split()


def test_others_see_who_comes_and_goes(romeo, juliet, nurse, channel, room):
    romeo.join(room)
    nurse.join(channel)
    romeo.expect(kind="presence", nick=nurse.nick, type="")

    juliet.join(room)
    romeo.expect(kind="presence", nick=juliet.user, type="")
    nurse.expect(rf"^:{juliet.user}!\S+ JOIN ")

    juliet.leave(room, status="good night")
    gone = romeo.expect(kind="presence", nick=juliet.user, type="unavailable")
    assert gone.item["role"] == "none"
    assert nurse.expect(rf"^:{juliet.user}!\S+ PART {channel} :(.*)$").group(1).strip('"') \
        == "good night"
    own = juliet.expect(kind="presence", nick=juliet.user, type="unavailable")
    assert 110 in own.codes

    nurse.send(f"PART {channel} :farewell")
    gone = romeo.expect(kind="presence", nick=nurse.nick, type="unavailable")
    assert gone.item["role"] == "none"


def test_quitting_irc_leaves_the_room(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    nurse.send("QUIT :to bed")
    gone = romeo.expect(kind="presence", nick=nurse.nick, type="unavailable")
    assert "to bed" in (gone.status or gone.item.get("reason", ""))


def test_going_offline_leaves_all_rooms(romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    nurse.expect(rf"^:{romeo.user}!\S+ JOIN ")
    romeo.send("<presence type='unavailable'/>")
    nurse.expect(rf"^:{romeo.user}!\S+ (PART|QUIT)")


def test_a_second_resource_shares_the_irc_user(lab, people, romeo, nurse, channel, room):
    nurse.join(channel)
    romeo.join(room)
    nurse.expect(rf"^:{romeo.user}!\S+ JOIN ")
    phone = people.xmpp(lab, romeo.user, resource="phone", account=False)

    *presences, subject = phone.join(room, romeo.user)
    assert {s.nick for s in presences} == {nurse.nick, romeo.user}
    assert presences[-1].nick == romeo.user and 110 in presences[-1].codes
    assert subject.subject == ""

    number = phone.say(room, "from the phone")
    nurse.expect_message(channel, "from the phone", romeo.user)
    assert phone.expect(kind="message", body="from the phone").id == number
    romeo.expect(kind="message", body="from the phone", nick=romeo.user)

    phone.leave(room, romeo.user)
    phone.expect(kind="presence", type="unavailable", codes=lambda c: 110 in c)
    romeo.say(room, "still here")
    nurse.expect_message(channel, "still here", romeo.user)
    assert not nurse.matching(rf"^:{romeo.user}!\S+ (JOIN|PART|QUIT)")

    romeo.leave(room)
    nurse.expect(rf"^:{romeo.user}!\S+ PART ")


def test_joining_again_tells_the_room_again(romeo, nurse, channel, room):
    """A client that lost its memory joins a second time: XEP-0045 §7.2.2 as if it were new."""
    nurse.join(channel)
    romeo.join(room)
    nurse.expect(rf"^:{romeo.user}!\S+ JOIN ")
    *presences, _ = romeo.join(room)
    assert {s.nick for s in presences} == {nurse.nick, romeo.user}
    nurse.sync()
    assert not nurse.matching(rf"^:{romeo.user}!\S+ (JOIN|PART|QUIT)")


def test_a_room_name_that_cannot_be(romeo):
    answer = romeo.join(f"{'#' + 'x' * 80}@irc.example.org")[-1]
    assert answer.type == "error" and answer.error in ("item-not-found", "jid-malformed",
                                                       "not-acceptable")


def test_a_join_without_nick(romeo, room):
    romeo.send(f"<presence to='{room}'><x xmlns='http://jabber.org/protocol/muc'/></presence>")
    assert romeo.expect(kind="presence", type="error", bare=room).error == "jid-malformed"


def test_channel_names_differ_by_case_only(lab, people, romeo, nurse, channel, room):
    nurse.join(channel.upper())
    presences = romeo.join(room)
    assert nurse.nick in {s.nick for s in presences}
    nurse.say(channel.upper(), "same room")
    romeo.expect(kind="message", bare=room, body="same room")


def test_many_come_at_once(lab, people, nurse, channel, room):
    nurse.join(channel)
    crowd = [people.xmpp(lab, unique("crowd")) for _ in range(10)]
    for one in crowd:
        one.join(room, wait=False)
    for one in crowd:
        one.until(lambda s: s.kind == "message" and s.subject is not None)
    nurse.say(channel, "welcome, all")
    for one in crowd:
        one.expect(kind="message", body="welcome, all")
