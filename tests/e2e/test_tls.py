# SPDX-License-Identifier: GPL-2.0-or-later
"""The IRC link over TLS."""
import os

import pytest

from conftest import needs
from servers import IRC_HOST, certificate, fingerprint, free_port

ROOM = f"#verona@{IRC_HOST}"


@pytest.fixture
def tls_lab(private_lab):
    """tls_lab(pin): a lab that links by TLS; `pin` is a function of the right fingerprint."""
    needs("openssl")

    def make(pin, start=True):
        def configure(lab):
            lab.ircd.tls_port = free_port()
            right = fingerprint(certificate(lab.ircd.folder)[0])
            lab.network_keys = {"connect": f"127.0.0.1:{lab.ircd.tls_port}", "tls": "yes",
                                "tls_fingerprint": pin(right)}
        lab = private_lab(configure, start=False)
        if start:
            return lab.start()
        lab.xmpp.start()
        lab.ircd.start()
        lab.gateway.attach(lab.xmpp).link(lab.ircd, **lab.network_keys)
        return lab
    return make


@pytest.mark.parametrize("form", [str, str.lower, lambda pin: pin.replace(":", "")])
def test_the_right_pin(tls_lab, people, form):
    lab = tls_lab(form)
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    romeo.say(ROOM, "in secret")
    nurse.expect_message("#verona", "in secret", "romeo")


def test_a_wrong_pin(tls_lab):
    lab = tls_lab(lambda pin: "00" + pin[2:], start=False)
    lab.gateway.start()
    lab.gateway.wait_for_log("(?i)fingerprint|certificate")
    assert "Synchronization" not in lab.ircd.log()
    assert lab.ircd.send_password not in lab.gateway.log()


def test_a_self_signed_certificate_needs_a_pin(tls_lab):
    lab = tls_lab(lambda pin: None, start=False)
    lab.gateway.start()
    lab.gateway.wait_for_log("(?i)certificate")
    assert "Synchronization" not in lab.ircd.log()


def test_tls_that_is_not_there(private_lab):
    """TLS to a port that talks, but no TLS: said, tried again, no crash."""
    lab = private_lab(start=False)
    lab.xmpp.start()
    lab.gateway.attach(lab.xmpp)
    lab.gateway.link(lab.ircd, tls="yes", connect=f"127.0.0.1:{lab.xmpp.client_port}")
    lab.gateway.start()
    lab.gateway.wait_for_log("(?i)tls")


def test_the_daemon_connects_by_tls(private_lab, people):
    """We listen with a certificate of our own."""
    needs("openssl")

    def configure(lab):
        cert, key = certificate(lab.gateway.folder, common_name="xmpp.example.org")
        lab.ircd.gateway_port = free_port()
        lab.ircd.tls_port = free_port()
        lab.ircd.link_options = "SSLConnect = yes\n\tSSLVerify = no"
        lab.network_keys = {"tls": "yes", "tls_certificate": cert, "tls_key": key}
        assert os.path.exists(key)
    lab = private_lab(configure)
    romeo, nurse = people.xmpp(lab, "romeo"), people.irc(lab, "nurse", "#verona")
    romeo.join(ROOM)
    nurse.say("#verona", "in secret")
    romeo.expect(kind="message", body="in secret")
