/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_MASK_H
#define IRC_MASK_H

#include <glib.h>

#include "casemap.h"

/* Masks of bans, exceptions and invitations (RFC 2812 §2.5). */

/* Whether `text` (nick!user@host) fits a mask: '*' any bytes, '?' one byte; "\*" and "\?" the
 * characters themselves, any other backslash is one. Takes at most mask × text steps. */
gboolean irc_mask_match(IrcCasemap casemap, const char *mask, const char *text);

/* A mask with all of nick!user@host, as the daemons make it:
 * nick → nick!*@*, user@host → *!user@host, nick!user → nick!user@*, a.host or an address →
 * *!*@a.host. Extended bans ("~a:x", "$a:x", "R:x") are left as they are. NULL: it is empty or
 * holds a blank or control character. (transfer full) */
char *irc_mask_normalise(const char *mask);

#endif
