# SPDX-License-Identifier: GPL-2.0-or-later
"""What the gateway keeps, and files it cannot use."""
import os
import sqlite3

from servers import IRC_HOST

ROOM = f"#verona@{IRC_HOST}"


def test_a_user_stays_the_same_person(private_lab, people):
    """Ident and host on IRC outlive a restart, so a ban does too; no two users share them."""
    lab = private_lab()
    romeo, juliet = people.xmpp(lab, "romeo"), people.xmpp(lab, "juliet")
    nurse = people.irc(lab, "nurse", "#verona")

    def mask(client):
        client.join(ROOM)
        return nurse.expect(rf"^:{client.user}!(\S+) JOIN ", timeout=30).group(1)
    before = mask(romeo)
    assert mask(juliet) != before
    lab.gateway.stop()
    nurse.expect(r"^:romeo!\S+ QUIT ")
    lab.start_gateway()
    romeo.join(ROOM)
    assert nurse.expect(r"^:romeo!(\S+) JOIN ", timeout=30).group(1) == before


def test_a_store_from_a_newer_version_is_refused(private_lab):
    lab = private_lab()
    lab.gateway.stop()
    path = lab.gateway.gateway["store"]
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 9999")
    database.close()
    status, output = lab.gateway.run("run", "-c", lab.gateway.path("gateway.conf"))
    assert status > 0
    assert path in output and "newer" in output


def test_a_file_that_is_no_store(private_lab):
    lab = private_lab(start=False)
    lab.gateway.attach(lab.xmpp).link(lab.ircd)
    with open(lab.gateway.gateway["store"], "wb") as file:
        file.write(os.urandom(8192))
    status, output = lab.gateway.run("run", "-c", lab.gateway.path("gateway.conf"))
    assert status > 0 and lab.gateway.gateway["store"] in output


def test_a_folder_that_cannot_be(private_lab):
    lab = private_lab(start=False)
    lab.gateway.attach(lab.xmpp).link(lab.ircd)
    lab.gateway.gateway["store"] = "/dev/null/folder/tombolo.sqlite"
    status, output = lab.gateway.run("run", "-c", lab.gateway.path("gateway.conf"))
    assert status > 0 and "/dev/null/folder" in output


def test_the_store_is_private(private_lab):
    lab = private_lab()
    assert os.stat(lab.gateway.gateway["store"]).st_mode & 0o077 == 0


def test_a_full_disk(private_lab, people):
    """What would have to wait is refused, the rest goes on; nothing is promised and then lost."""
    lab = private_lab()
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    nurse.expect(r"^:romeo!\S+ JOIN ")
    with sqlite3.connect(lab.gateway.gateway["store"], isolation_level=None) as database:
        database.execute("BEGIN IMMEDIATE")  # as good as full: nobody else can write
        romeo.say(ROOM, "hello")
        nurse.expect_message("#verona", "hello", "romeo")
        nurse.say("#verona", "and hello to you")
        romeo.expect(kind="message", nick="nurse", body="and hello to you")
        lab.ircd.kill()
        romeo.expect(kind="message", bare=ROOM, nick=None)
        number = romeo.say(ROOM, "does anybody hear me?")
        assert romeo.expect(kind="message", type="error", id=number, timeout=30).error
        database.execute("ROLLBACK")
    database.close()
    number = romeo.say(ROOM, "now it can wait")
    lab.ircd.start()
    lab.wait_until_up(ircd_since=0)
    romeo.expect(kind="message", id=number, body="now it can wait", timeout=60)
