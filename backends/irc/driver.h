/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_DRIVER_H
#define IRC_DRIVER_H

#include "line.h"
#include "network.h"

/* A link protocol: how one kind of daemon writes and reads what every network has.
 *
 * A driver is a file driver-NAME.c with an IrcDriver, a row in drivers.c, and
 * its name here. It reads lines and reports what they mean through events.h; it
 * writes what link.c, rooms.c, … ask for. It keeps no state of the network. */

#define IRC_DRIVER_NAMES "ngircd" /* for `daemon =`, separated by blanks */

/* One line from the daemon. Parameters are UTF-8 already. */
typedef struct {
	const char *verb;
	guint min_params; /* a line with fewer is ignored */
	void (*handle)(const IrcLine *line);
} IrcVerb;

/* A channel mode, beyond the usual ones, that keeps some users out. */
typedef struct {
	char letter;
	gboolean (*lets_in)(const IrcUser *user);
	GwFailure failure;
	const char *text; /* of N_() */
} IrcDoor;

typedef struct {
	const char *name;
	/* Each ends with a NULL verb. Until irc_link_greeted() nothing but the greeting is read. */
	const IrcVerb *greeting;
	const IrcVerb *verbs;
	/* A numeric that is for one of our users, or for us. */
	void (*handle_numeric)(guint numeric, const IrcLine *line);
	const IrcDoor *doors; /* ends with a zero letter */
	char permanent_mode;  /* of an empty channel that stays; 0: none */
	char no_nick_mode;    /* of a channel where nicks may not change; 0: none */

	/* A connection is made: forget the one before; who calls says first who they are. */
	void (*begin)(GString *out);

	/* What our users do. `reason` may be NULL where it can be left out. */
	void (*introduce)(GString *out, const IrcUser *user);
	void (*quit)(GString *out, const IrcUser *user, const char *reason);
	void (*nick)(GString *out, const char *old_nick, const char *new_nick);
	void (*away)(GString *out, const IrcUser *user, gboolean is_away);
	void (*join)(GString *out, const IrcUser *user, const char *channel, gboolean creates);
	void (*part)(GString *out, const IrcUser *user, const char *channel, const char *reason);
	void (*kick)(GString *out, const IrcUser *user, const char *channel, const IrcUser *victim,
		const char *reason);
	/* `params`: letters and their parameters, as irc_mode_build() makes them. */
	void (*mode)(GString *out, const IrcUser *user, const char *channel,
		const char *const *params, guint n_params);
	void (*topic)(GString *out, const IrcUser *user, const char *channel, const char *text);
	void (*invite)(GString *out, const IrcUser *user, const IrcUser *whom, const char *channel);
	void (*message)(GString *out, const IrcUser *user, const char *target, const char *text,
		gboolean notice);
	void (*whois)(GString *out, const IrcUser *user, const IrcUser *whom);

	/* What our server does. The last parameter may have blanks. */
	void (*reply)(GString *out, guint numeric, const IrcUser *to, const char *const *params,
		guint n_params);
	/* Comes back as irc_link_confirm() with the same token. */
	void (*ping)(GString *out, const char *token);
	void (*unlink)(GString *out, const char *reason);
} IrcDriver;

extern const IrcDriver irc_driver_ngircd;

/* NULL: there is none of that name. */
const IrcDriver *irc_driver_find(const char *name);

#endif
