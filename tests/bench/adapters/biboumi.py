# SPDX-License-Identifier: GPL-2.0-or-later
"""biboumi 9: one IRC connection per XMPP user.

Its send throttle (10 lines, then 1/s) is an option of each user for each IRC server, so it is
written in the database before the start. Message history (one SQLite insert per user and message)
is on by default; the variant "nohistory" switches it off in the same way.
"""
import sqlite3
import subprocess

from servers import Server, program

NAME = "biboumi"
VARIANTS = ("default", "nohistory")

CONFIG = """\
hostname=gw.test
password={secret}
xmpp_server_ip=127.0.0.1
port={component_port}
db_name={folder}/biboumi.sqlite
log_level=3
identd_port=0
"""


def room(env):
    return f"{env.channel}%127.0.0.1@gw.test"


class Biboumi(Server):
    def __init__(self, env):
        super().__init__(env.folder, NAME)
        self.env = env

    def configure(self):
        self.write("biboumi.cfg", CONFIG.format(
            secret=self.env.secret, component_port=self.env.component_port, folder=self.folder))

    def command(self):
        return [program("biboumi"), self.path("biboumi.cfg")]

    def prepare(self):
        """A first start, with no XMPP server to reach, creates the tables."""
        self.configure()
        subprocess.run(self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                       timeout=20, check=False)
        database = sqlite3.connect(self.path("biboumi.sqlite"))
        for number in range(self.env.users):
            owner = f"u{number:04}@xmpp.test"
            database.execute(
                "INSERT INTO ircserveroptions_ (owner_, server_, tlsports_, ports_,"
                " throttlelimit_) VALUES (?,?,?,?,?)",
                (owner, "127.0.0.1", "", str(self.env.ircd.port), -1))
            if self.env.variant == "nohistory":
                database.execute(
                    "INSERT INTO globaloptions_ (owner_, recordhistory_) VALUES (?,0)", (owner,))
        database.commit()
        database.close()


def gateway(env):
    one = Biboumi(env)
    one.prepare()
    return one
