/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_GUESTS_H
#define IRC_GUESTS_H

#include "gw-backend.h"
#include "network.h"

/* Our own users: a guest is a session, and an IRC user from the first join or
 * message on. */

typedef struct {
	GwSession *session;
	char *token;
	char *nick;           /* wished for */
	IrcUser *user;        /* NULL: not introduced to the network */
	gboolean is_prepared; /* the network does not know `user` yet */
	GPtrArray *contacts;  /* nicks that are followed; NULL: none */
	gboolean is_away;     /* wished for */
	char *old_nick;       /* before the last change, until that is confirmed */
	guint nick_serial;    /* of that change */
	guint ctcp_left;      /* answers that may be given before ctcp_us + 10 s */
	gint64 ctcp_us;
} IrcGuest;

IrcGuest *irc_guest_of(const GwSession *session);
/* NULL: not one of ours. */
GwSession *irc_guest_session(const IrcUser *user);

/* Makes an IRC user for the session in our state, if it has none: a `nick` that is taken or not
 * legal is a failure; NULL stands for the wished one or one like it that is free. FALSE: the
 * command failed, and that was told. Introduce or withdraw the user before the command is done. */
gboolean irc_guest_prepare(IrcGuest *guest, const char *nick);
/* Tells the network, if it does not know the user yet. */
void irc_guest_introduce(IrcGuest *guest);
/* Takes it back, if the network does not know the user yet. */
void irc_guest_withdraw(IrcGuest *guest);
/* A sentence with a free nick, for those who want one that is taken. (transfer full) */
char *irc_guest_suggest(const char *nick);
/* `actor` threw the user off the network, who may not come back for a while. */
void irc_guest_exile(IrcGuest *guest, const char *actor, const char *reason);
/* A change of nick went wrong: takes the old one again. FALSE: none was under way. */
gboolean irc_guest_take_back_nick(IrcGuest *guest);

/* The link is lost, and with it all users of ours. */
void irc_guests_forget_users(void);

void irc_guests_login(GwSession *session, const GwLogin *login);
void irc_guests_logout(GwSession *session, const GwFailed *why);
void irc_guests_change_nick(GwSession *session, const GwNick *nick);
void irc_guests_set_presence(GwSession *session, const GwPresence *presence);

#endif
