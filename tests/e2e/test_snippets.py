# SPDX-License-Identifier: GPL-2.0-or-later
"""The snippets in contrib/, tried with the servers that they are for."""
import os

import pytest

from conftest import needs
from servers import IRC_HOST, ROOT, Ejabberd, Ngircd, Prosody, program


def snippet(name):
    with open(os.path.join(ROOT, "contrib", name), encoding="utf-8") as file:
        return file.read()


class ProsodyBySnippet(Prosody):
    def configure(self):
        self.components = []
        super().configure()
        with open(self.path("prosody.cfg.lua"), "a", encoding="utf-8") as file:
            file.write(snippet("prosody.cfg.lua").replace(
                "the same as `secret` in gateway.conf", self.secret))


class EjabberdBySnippet(Ejabberd):
    def configure(self):
        super().configure()
        with open(self.path("ejabberd.yml"), encoding="utf-8") as file:
            config = file.read()
        entry = snippet("ejabberd.yml").split("listen:\n", 1)[1]
        entry = entry.replace("5347", str(self.component_port)).replace(
            "the same as `secret` in gateway.conf", self.secret)
        start, end = config.index(f"  - port: {self.component_port}"), config.index("auth_method:")
        self.write("ejabberd.yml", config[:start] + entry + config[end:])


class NgircdBySnippet(Ngircd):
    send_password = "to-ngircd"
    accept_password = "from-ngircd"

    def configure(self):
        self.links = []
        super().configure()
        with open(self.path("ngircd.conf"), "a", encoding="utf-8") as file:
            file.write(snippet("ngircd.conf"))


@pytest.mark.parametrize("server", [ProsodyBySnippet, EjabberdBySnippet])
def test_xmpp_servers(private_lab, server):
    if server is EjabberdBySnippet:
        needs("erl", "ejabberdctl")
    lab = private_lab(xmpp=server)
    assert lab.gateway.components[IRC_HOST]


def test_ngircd(private_lab, folder):
    def configure(lab):
        lab.ircd = NgircdBySnippet(folder)
    private_lab(configure)


def test_systemd_unit():
    """systemd finds nothing wrong with it but that the program is not installed."""
    import subprocess
    needs("systemd-analyze")
    done = subprocess.run([program("systemd-analyze"), "verify", "--man=no",
                           os.path.join(ROOT, "contrib", "tombolo.service")],
                          capture_output=True, text=True, check=False)
    wrong = [line for line in done.stderr.splitlines() if "is not executable" not in line
             and "tombolo.service" in line]
    assert not wrong
