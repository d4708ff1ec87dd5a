-- SPDX-License-Identifier: GPL-2.0-or-later
-- What Prosody needs to know of Tombolo; put it at the end of prosody.cfg.lua (or in
-- /etc/prosody/conf.d/), then `prosodyctl reload`. The component port is 5347 on loopback unless
-- component_ports and component_interfaces, in the global part, say otherwise.

Component "irc.example.org"
	component_secret = "the same as `secret` in gateway.conf"

-- Let clients find it: in the VirtualHost of your users.
-- VirtualHost "example.org"
--	disco_items = { { "irc.example.org", "IRC" } }
