/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_IRC_CLIENTS_H
#define BENCH_IRC_CLIENTS_H

#include "loop.h"

/* Two clients on the IRC side. The observer, who tells what has arrived, is
 * libircclient: nobody of this project wrote it. The talker is a raw socket, as
 * libircclient cannot queue more than a kilobyte of output. */

/* The channels are "#name", or "#name0", "#name1", … */
typedef struct {
	const char *host;
	int port;
	const char *(*channel)(guint number);
	guint n_channels;
} IrcClientsConfig;

/* Joins all channels; afterwards `on_text` gets each line said in one of them. */
void irc_observer_start(const IrcClientsConfig *config, void (*on_text)(const char *text));
guint64 irc_observer_joins(void); /* of others, seen so far */

typedef struct IrcTalker IrcTalker;

IrcTalker *irc_talker_start(const IrcClientsConfig *config);
G_GNUC_PRINTF(2, 3) void irc_talker_say(IrcTalker *talker, const char *format, ...);
void irc_talker_flush(IrcTalker *talker);

#endif
