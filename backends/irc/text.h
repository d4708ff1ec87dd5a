/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_TEXT_H
#define IRC_TEXT_H

#include <glib.h>

#define IRC_TEXT_CHARSET "WINDOWS-1252" /* what old clients mean, when it is not UTF-8 */

/* UTF-8 of what came over the wire. Valid UTF-8 stays, also when its last character was cut in two
 * (that one is dropped); else it is decoded from `charset` (NULL: IRC_TEXT_CHARSET) and what cannot
 * be becomes U+FFFD. (transfer full) */
char *irc_text_to_utf8(const char *bytes, const char *charset);

/* The least budget that irc_text_split() goes by. */
#define IRC_TEXT_MIN_BUDGET 32

/* Splits a body (UTF-8, with the codes of irc_format_from_text()) into the texts of IRC messages of
 * at most `budget` bytes: at newlines, where needed at blanks (which are dropped), and only in a
 * longer word between characters. Lines that are empty or blank are left out, so there may be none
 * at all. Formatting that is on at a cut is set again after it.
 *
 * Where the body is an action, the first text is one too (irc_ctcp_action_of_body()) and leaves
 * room for being a CTCP ACTION. No other text is an action, even if it begins with "/me ".
 *
 * The budget is 512 - 2 - strlen(":nick!user@host PRIVMSG #channel :") as receivers will see it.
 * (transfer container and elements: char *) */
GPtrArray *irc_text_split(const char *body, gsize budget);

#endif
