/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_MODES_H
#define IRC_MODES_H

#include <glib.h>

#include "gw-types.h"

/* Channel modes of a network (RFC 2811 §4; 005 CHANMODES and PREFIX in the Modern IRC documents).
 */

typedef enum {
	IRC_MODE_UNKNOWN, /* in no list; taken as one without parameter */
	IRC_MODE_LIST,    /* A: adds to or removes from a list (bans) */
	IRC_MODE_ALWAYS,  /* B: has a parameter when set and when unset (key) */
	IRC_MODE_SET,     /* C: has a parameter when set (limit) */
	IRC_MODE_FLAG,    /* D: never has a parameter */
	IRC_MODE_STATUS,  /* PREFIX: gives a member a status */
} IrcModeKind;

/* Status of a member, one bit for each letter in PREFIX. Letters that are not known here (official
 * join, …) get the bits from IRC_STATUS_OTHER on. */
typedef enum {
	IRC_STATUS_VOICE = 1 << 0,  /* v */
	IRC_STATUS_HALFOP = 1 << 1, /* h */
	IRC_STATUS_OP = 1 << 2,     /* o */
	IRC_STATUS_ADMIN = 1 << 3,  /* a */
	IRC_STATUS_OWNER = 1 << 4,  /* q */
	IRC_STATUS_OTHER = 1 << 5,
} IrcStatus;

typedef struct IrcModeTable IrcModeTable;

/* Values as in 005: "beI,k,l,imnpst" and "(ov)@+". NULL, or a value that is wrong, gives RFC
 * 2811's. */
IrcModeTable *irc_mode_table_new(const char *chanmodes, const char *prefix);
void irc_mode_table_free(IrcModeTable *table); /* NULL is fine */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IrcModeTable, irc_mode_table_free)

/* FALSE: not such a value, nothing has changed. Lists after the fourth are ignored. Status bits of
 * the letters that are not known may change with the prefix. */
gboolean irc_mode_table_set_chanmodes(IrcModeTable *table, const char *chanmodes);
/* "" means: no statuses at all. */
gboolean irc_mode_table_set_prefix(IrcModeTable *table, const char *prefix);

IrcModeKind irc_mode_table_kind(const IrcModeTable *table, char letter);

/* Status bit of a mode letter ('o') or of a prefix ('@'); 0: there is none. */
guint irc_mode_table_status_of_letter(const IrcModeTable *table, char letter);
guint irc_mode_table_status_of_prefix(const IrcModeTable *table, char prefix);
/* Status bits of the prefixes at the start of "@+nick"; `name` is moved behind them. */
guint irc_mode_table_take_prefixes(const IrcModeTable *table, const char **name);
/* Prefixes ("@+") or letters ("ov") of a status, highest first. (transfer full) */
char *irc_mode_table_prefixes(const IrcModeTable *table, guint status);
char *irc_mode_table_letters(const IrcModeTable *table, guint status);
/* Rank of the highest of these status bits: 0 for none of them, more for a higher one. */
guint irc_mode_table_rank(const IrcModeTable *table, guint status);

/* What one letter of a MODE line does. */
typedef struct {
	char sign; /* '+' or '-' */
	char letter;
	IrcModeKind kind;
	const char *param; /* NULL: none; LIST, STATUS and what is set with one always have it */
} IrcModeChange;

/* Reads the changes of a MODE line one after the other. */
typedef struct {
	const IrcModeTable *table;
	const char *const *params;
	guint n_params;
	guint next_param;
	const char *letters;
	char sign;
} IrcModeIter;

/* `params`: the mode letters and what follows them, so line->params + 1 of "MODE #c +ov a b". Table
 * and parameters must outlive the iterator. */
void irc_mode_iter_init(
	IrcModeIter *iter, const IrcModeTable *table, const char *const *params, guint n_params);
/* FALSE: no more. A letter without the parameter it needs is left out, but a bare "-k" is not. The
 * parameter points into `params`. */
gboolean irc_mode_iter_next(IrcModeIter *iter, IrcModeChange *change);

/* Appends to `out` (an array with free function g_free) the parameters of a MODE line: "+ov-k",
 * "a", "b", "c". Stops before there are more than `max_params` changes with a parameter (005 MODES;
 * 0: 12) or `max_bytes` bytes, blanks between counted (0: no limit). Returns how many of the
 * changes are in; go on with the others. 0 with `n` not 0: the first alone is too long; nothing is
 * appended. */
guint irc_mode_build(
	GPtrArray *out, const IrcModeChange *changes, guint n, guint max_params, gsize max_bytes);

/* What a status means in a MUC: design §4. */
typedef struct {
	GwRole role;
	GwAffiliation affiliation;
} IrcStanding;

/* `moderated`: the channel is +m, so without a voice one is a visitor. */
IrcStanding irc_mode_table_standing(const IrcModeTable *table, guint status, gboolean moderated);

/* The status that comes nearest to a wished role or affiliation, from `status`. Not every wish can
 * be met (no owner without a 'q', no visitor in a channel that is not +m, and kicks and bans are no
 * status at all): compare the irc_mode_table_standing() of the result with the wish. */
guint irc_mode_table_status_for_role(
	const IrcModeTable *table, guint status, GwRole role, gboolean moderated);
guint irc_mode_table_status_for_affiliation(
	const IrcModeTable *table, guint status, GwAffiliation affiliation);

/* Appends to `changes` (of IrcModeChange) what makes status `to` of status `from`: what is given
 * comes before what is taken, so that one may do it to oneself. `nick` must outlive the changes. */
void irc_mode_table_diff(
	const IrcModeTable *table, guint from, guint to, const char *nick, GArray *changes);

#endif
