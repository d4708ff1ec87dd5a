/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_IRC_H
#define IRC_IRC_H

#include "driver.h"
#include "settings.h"

/* What all files of this backend share: a worker links to one network. */
typedef struct {
	IrcSettings settings;
	const IrcDriver *driver;
	IrcNetwork *network;
} Irc;

extern Irc irc;

#define IRC_VERSION_TEXT "Tombolo " GW_VERSION " XMPP gateway"

#endif
