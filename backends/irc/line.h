/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_LINE_H
#define IRC_LINE_H

#include <glib.h>

/* Lines of the IRC protocol (RFC 2812 §2.3, message tags of IRCv3): bytes to lines, a line to its
 * parts, parts to a line. */

#define IRC_LINE_MAX 512                          /* bytes, CR LF counted (RFC 2812 §2.3) */
#define IRC_LINE_MAX_TAGGED (8191 + IRC_LINE_MAX) /* with message tags (IRCv3 message-tags) */
#define IRC_LINE_MAX_PARAMS 15

/* Strings point into the text that was parsed. */
typedef struct {
	const char *tags;                        /* without '@', still escaped; NULL: none */
	const char *source;                      /* without ':'; NULL: none */
	const char *command;                     /* as written, never NULL or empty */
	const char *params[IRC_LINE_MAX_PARAMS]; /* those not given are NULL */
	guint n_params;
} IrcLine;

/* Parses one line; `text` is changed and must outlive `line`. It ends at the first CR or LF, if it
 * holds one. Blanks may be repeated; with more than 15 parameters the last one holds the rest.
 * FALSE: an empty line, or one without a command; it is to be ignored (RFC 2812 §2.3.1). */
gboolean irc_line_parse(IrcLine *line, char *text);

/* Parameter by its number from 0, or "" where it was not given. */
const char *irc_line_param(const IrcLine *line, guint number);

/* Unescaped value of a message tag, "" for one without value (IRCv3 message-tags). NULL: not there.
 * (transfer full) */
char *irc_line_tag(const IrcLine *line, const char *key);

/* Parts of a source `nick!user@host`, or of a server's name, which is all `nick`. */
typedef struct {
	const char *nick; /* never NULL after a split */
	const char *user; /* NULL: not given */
	const char *host; /* NULL: not given */
	char *storage;    /* what the parts point into */
} IrcSource;

/* `text` NULL is taken as "". Clear with irc_source_clear(). */
void irc_source_split(IrcSource *source, const char *text);
void irc_source_clear(IrcSource *source);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(IrcSource, irc_source_clear)

/* Appends ":source COMMAND param param :last" and CR LF. `source` NULL: none. The parameters end
 * with NULL. CR and LF in the last one become blanks; it may be empty, hold blanks or begin with
 * ':', and is cut between two characters where the line would be over 512 bytes. So a list of names
 * must be kept short by the caller.
 * FALSE, and nothing is appended: source, command or a middle parameter is empty, holds a blank, CR
 * or LF, or begins with ':'; more than 15 parameters; no place for the last one. */
gboolean irc_line_append(
	GString *out, const char *source, const char *command, ...) G_GNUC_NULL_TERMINATED;
/* The same with an array. */
gboolean irc_line_append_params(GString *out, const char *source, const char *command,
	const char *const *params, guint n_params);

/* Bytes in, lines out. */
typedef struct IrcLineReader IrcLineReader;

/* `limit`: bytes of the longest line, CR LF counted: IRC_LINE_MAX or IRC_LINE_MAX_TAGGED. */
IrcLineReader *irc_line_reader_new(gsize limit);
void irc_line_reader_free(IrcLineReader *reader); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IrcLineReader, irc_line_reader_free)

/* Takes all of `bytes`. Take the lines after each call: only they make the buffer grow. */
void irc_line_reader_feed(IrcLineReader *reader, const char *bytes, gsize length);
/* Next complete line without its CR LF, or NULL. LF alone ends a line too; NUL, and CR elsewhere,
 * have become blanks; empty lines are left out. The line may be changed (irc_line_parse()) and is
 * valid until the next irc_line_reader_feed(). It need not be UTF-8. */
char *irc_line_reader_next(IrcLineReader *reader);
/* How many lines were longer than the limit: they are cut, what was over is lost. */
guint64 irc_line_reader_n_cut(const IrcLineReader *reader);

#endif
