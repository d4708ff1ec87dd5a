# SPDX-License-Identifier: GPL-2.0-or-later
"""Two components in one gateway, each with its own IRC network, on servers of their own."""
from servers import IRC_HOST, Ngircd, Prosody, Tombolo

OTHER_HOST = "other.example.net"


def test_they_are_strangers(make_server, people):
    near, far = make_server(Prosody), make_server(Prosody, components=[OTHER_HOST])
    home, away = make_server(Ngircd), make_server(Ngircd, ircd_name="away.example.net")
    gateway = make_server(Tombolo)
    for server in (near, far, home, away):
        server.start(wait=False)
    for server in (near, far, home, away):
        server.wait_for_log(server.ready, timeout=30)
    gateway.attach(near, network="home").link(home, network="home")
    gateway.attach(far, host=OTHER_HOST, network="away").link(away, network="away")
    gateway.start()
    near.wait_for_component()
    far.wait_for_component(OTHER_HOST)
    home.wait_for_link()
    away.wait_for_link()
    assert len(gateway.workers()) == 2

    class Near:
        xmpp, ircd = near, home

    class Far:
        xmpp, ircd = far, away
    romeo, juliet = people.xmpp(Near, "romeo"), people.xmpp(Far, "juliet")
    nurse, friar = people.irc(Near, "nurse", "#verona"), people.irc(Far, "friar", "#verona")
    # The same channel name, the same user name: nothing is shared.
    romeo.join(f"#verona@{IRC_HOST}", "star")
    juliet.join(f"#verona@{OTHER_HOST}", "star")
    nurse.expect(r"^:star!\S+ JOIN ")
    friar.expect(r"^:star!\S+ JOIN ")
    romeo.say(f"#verona@{IRC_HOST}", "to the nurse")
    juliet.say(f"#verona@{OTHER_HOST}", "to the friar")
    nurse.expect_message("#verona", "to the nurse", "star")
    friar.expect_message("#verona", "to the friar", "star")
    assert not nurse.matching("to the friar") and not friar.matching("to the nurse")

    # One of them may fail without the other noticing.
    away.kill()
    juliet.expect(kind="message", bare=f"#verona@{OTHER_HOST}", nick=None)
    romeo.say(f"#verona@{IRC_HOST}", "still here")
    nurse.expect_message("#verona", "still here", "star")
