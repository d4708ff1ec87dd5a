/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_FORMAT_H
#define IRC_FORMAT_H

#include <glib.h>

/* Formatting of text: IRC's control codes ("IRC Formatting" in the Modern IRC documents) and
 * message styling (XEP-0393). All text is UTF-8; what is not becomes U+FFFD. */

/* IRC to XEP-0393. Bold, italic, strike and monospace get a marker pair where that is a valid one,
 * else nothing; all other codes are removed, and so is what XML cannot carry. Tabs and newlines
 * stay; codes end with the line. `accidental` (nullable) is set when the text holds a marker (* _ ~
 * or a backtick) that did not come from a code: the message then needs <unstyled/>.
 * (transfer full) */
char *irc_format_to_text(const char *irc, gboolean *accidental);

/* The bare text, for nicks and topics: no codes, no control characters; tab, CR and LF become
 * blanks. (transfer full) */
char *irc_format_strip(const char *irc);

/* XEP-0393 to IRC: spans become codes. Quotes and preformatted blocks stay as they are; control
 * characters other than tab and newline are removed. (transfer full) */
char *irc_format_from_text(const char *text);

/* The codes that are still on at the end of `length` bytes of IRC text, so that they can be set
 * again where the text goes on. Knows those that irc_format_from_text() makes. */
#define IRC_FORMAT_MAX_CARRY 5 /* with NUL */
void irc_format_carry(const char *irc, gsize length, char carry[IRC_FORMAT_MAX_CARRY]);

#endif
