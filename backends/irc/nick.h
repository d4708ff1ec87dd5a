/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_NICK_H
#define IRC_NICK_H

#include <glib.h>

/* Names of users and channels (RFC 2812 §2.3.1), with what a network changes of that. */

typedef struct {
	gsize max_length;  /* bytes; 0: no limit */
	const char *first; /* legal at the start besides letters */
	const char *rest;  /* legal later besides letters and digits */
	gboolean utf8;     /* printable characters beyond ASCII are legal */
} IrcNickRules;

/* RFC 2812, but with 30 bytes in place of its 9: what most networks have. */
extern const IrcNickRules irc_nick_rfc2812;

/* What is wrong with a name. */
typedef enum {
	IRC_NAME_OK,
	IRC_NAME_EMPTY,
	IRC_NAME_TOO_LONG,
	IRC_NAME_BAD_START,
	IRC_NAME_BAD_CHARACTER,
	IRC_N_NAME_FAULTS,
} IrcNameFault;

/* A sentence for the user; NULL for IRC_NAME_OK. (transfer none) */
const char *irc_name_fault_text(IrcNameFault fault);

IrcNameFault irc_nick_check(const IrcNickRules *rules, const char *nick);

/* A legal nick like `text` (a nick or local part of XMPP; NULL: ""). Other characters are
 * transliterated, or become '_'. Never empty. (transfer full) */
char *irc_nick_make(const IrcNickRules *rules, const char *text);

/* Another legal nick when `nick` is taken: 1 gives "nick_", 2 "nick__", 3 "nick2", 4 "nick3", … cut
 * to the length. Never `nick` itself. (transfer full) */
char *irc_nick_alternative(const IrcNickRules *rules, const char *nick, guint n);

/* `types`: 005 CHANTYPES, NULL: "#&"; `max_length`: bytes, 0: no limit. */
IrcNameFault irc_channel_check(const char *name, const char *types, gsize max_length);

#endif
