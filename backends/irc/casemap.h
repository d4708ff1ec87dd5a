/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_CASEMAP_H
#define IRC_CASEMAP_H

#include <glib.h>

/* When two nicks or channel names are the same (RFC 2812 §2.2; 005 CASEMAPPING in the Modern IRC
 * documents). Only ASCII is folded; bytes from 0x80 on are compared as they are. */

typedef enum {
	IRC_CASEMAP_ASCII,          /* A-Z */
	IRC_CASEMAP_RFC1459,        /* and []\^ are upper case of {}|~ */
	IRC_CASEMAP_STRICT_RFC1459, /* and []\ are upper case of {}| */
	IRC_N_CASEMAPS,
} IrcCasemap;

/* By its name in 005; `fallback` for a name that is not known, or NULL. */
IrcCasemap irc_casemap_from_name(const char *name, IrcCasemap fallback);
const char *irc_casemap_name(IrcCasemap casemap);

guchar irc_casemap_lower(IrcCasemap casemap, guchar byte);
/* (transfer full) */
char *irc_casemap_fold(IrcCasemap casemap, const char *name);

/* NULL is equal to NULL alone. */
gboolean irc_casemap_equal(IrcCasemap casemap, const char *a, const char *b);
guint irc_casemap_hash(IrcCasemap casemap, const char *name);

/* For a GHashTable whose keys are names. */
GHashFunc irc_casemap_hash_func(IrcCasemap casemap);
GEqualFunc irc_casemap_equal_func(IrcCasemap casemap);

#endif
