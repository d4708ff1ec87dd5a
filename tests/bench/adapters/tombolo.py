# SPDX-License-Identifier: GPL-2.0-or-later
"""Tombolo: linked as a server, one IRC user per XMPP user."""
from types import SimpleNamespace

from servers import Tombolo

NAME = "tombolo"
VARIANTS = ("default",)
HOST = "irc.example.org"


def room(env):
    return f"{env.channel}@{HOST}"


def gateway(env):
    server = SimpleNamespace(component_port=env.component_port, secret=env.secret)
    one = Tombolo(env.folder)
    one.gateway["log-level"] = "message"
    one.attach(server, HOST, allow="*", admins=None, rooms_per_user=1000, message_rate=1000000,
               message_burst=1000000)
    one.link(env.ircd)
    return one
