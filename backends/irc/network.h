/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_NETWORK_H
#define IRC_NETWORK_H

#include <glib.h>

#include "casemap.h"
#include "modes.h"
#include "nick.h"

/* What a server of a network knows: servers, users, channels, who is where.
 *
 * Common to all link protocols. Users are known by their pointer, which stays
 * when the nick changes; members refer to them. Nothing here sends a line or
 * tells the gateway: see events.h for that. */

/* Mode letters that are set, a bit each. */
typedef guint64 IrcModeSet;
#define IRC_MODE_BIT(letter) (G_GUINT64_CONSTANT(1) << ((letter) - 'A'))

typedef struct IrcServer IrcServer;
typedef struct IrcUser IrcUser;
typedef struct IrcMember IrcMember;
typedef struct IrcChannel IrcChannel;

struct IrcServer {
	char *name;
	char *info;
	IrcServer *uplink; /* NULL: ourselves */
	guint hops;
};

struct IrcUser {
	char *nick;
	char *user;
	char *host;
	char *cloak; /* the host that is shown while `is_cloaked`; may be NULL */
	char *real_name;
	char *account; /* NULL: not logged in */
	IrcServer *server;
	gpointer guest;      /* IrcGuest of guests.h; NULL: not one of ours */
	IrcMember *channels; /* by user_next */
	GPtrArray *invites;  /* names of channels; NULL: none */
	IrcModeSet modes;    /* letters that are set */
	gboolean is_away;
	gboolean is_operator;
	gboolean is_cloaked;
	gint64 signon_s; /* Unix time */
	gint64 active_s; /* when the user last said something */
};

struct IrcMember {
	IrcUser *user;
	IrcChannel *channel;
	IrcMember *user_next, *user_previous;
	IrcMember *channel_next, *channel_previous;
	guint status; /* IrcStatus */
};

typedef enum {
	IRC_LIST_BAN,
	IRC_LIST_EXCEPTION,
	IRC_LIST_INVITATION,
	IRC_N_LISTS,
} IrcListKind;

struct IrcChannel {
	char *name;
	IrcMember *members; /* by channel_next */
	guint n_members;
	guint n_ours;
	char *topic; /* NULL: none */
	char *topic_by;
	gint64 topic_us;
	IrcModeSet modes; /* letters that are set, without lists and prefixes */
	char *key;
	guint limit;                   /* 0: none */
	GPtrArray *lists[IRC_N_LISTS]; /* masks; NULL: empty */
};

typedef struct {
	IrcCasemap casemap;
	IrcModeTable *modes;
	char *channel_types;
	gsize channel_length, topic_length, kick_length; /* bytes; 0: not known */
	guint modes_per_line;
	IrcNickRules nick;
	char permanent_mode; /* keeps an empty channel; 0: there is none */
} IrcLimits;

typedef struct {
	IrcLimits limits;
	IrcServer *me;
	IrcServer *uplink;    /* the daemon; NULL: it has not said who it is */
	GHashTable *servers;  /* folded name: IrcServer */
	GHashTable *users;    /* folded nick: IrcUser */
	GHashTable *channels; /* folded name: IrcChannel */
} IrcNetwork;

/* `name` and `info` are our own server's. */
IrcNetwork *irc_network_new(const char *name, const char *info);
void irc_network_free(IrcNetwork *network);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(IrcNetwork, irc_network_free)
/* Forgets all but ourselves. */
void irc_network_reset(IrcNetwork *network);
/* FALSE: too late, as users or channels are known and compared in another way. */
gboolean irc_network_set_casemap(IrcNetwork *network, IrcCasemap casemap);

IrcServer *irc_network_find_server(const IrcNetwork *network, const char *name);
IrcServer *irc_network_add_server(
	IrcNetwork *network, const char *name, const char *info, IrcServer *uplink, guint hops);
gboolean irc_server_is_behind(const IrcServer *server, const IrcServer *other);
/* Calls `leaving` for each user behind `server`, who is removed right after, then removes it and
 * the servers behind it. */
void irc_network_remove_server(IrcNetwork *network, IrcServer *server,
	void (*leaving)(IrcUser *user, gpointer data), gpointer data);

IrcUser *irc_network_find_user(const IrcNetwork *network, const char *nick);
/* NULL: the nick is taken. */
IrcUser *irc_network_add_user(IrcNetwork *network, const char *nick, const char *user,
	const char *host, const char *real_name, IrcServer *server);
/* FALSE: taken by somebody else. */
gboolean irc_network_rename_user(IrcNetwork *network, IrcUser *user, const char *nick);
void irc_network_remove_user(IrcNetwork *network, IrcUser *user);

/* The host that others see. */
const char *irc_user_host(const IrcUser *user);
/* Account, or user@host: what stays when the nick changes. Appended to `out`. */
const char *irc_user_identity(const IrcUser *user, GString *out);
/* nick!user@host as others see it, appended to `out`. */
const char *irc_user_mask(const IrcUser *user, GString *out);
void irc_user_set_account(IrcUser *user, const char *account);
void irc_user_invite(const IrcNetwork *network, IrcUser *user, const char *channel);
gboolean irc_user_is_invited(const IrcNetwork *network, const IrcUser *user, const char *channel);
void irc_user_forget_invite(const IrcNetwork *network, IrcUser *user, const char *channel);

gboolean irc_network_is_channel_name(const IrcNetwork *network, const char *name);
IrcChannel *irc_network_find_channel(const IrcNetwork *network, const char *name);
/* Makes it where it does not exist. */
IrcChannel *irc_network_open_channel(IrcNetwork *network, const char *name);

IrcMember *irc_channel_find_member(const IrcChannel *channel, const IrcUser *user);
IrcMember *irc_channel_add_member(IrcChannel *channel, IrcUser *user, guint status);
/* Nobody is there and no mode keeps it: who joins it creates it anew. */
gboolean irc_network_is_over(const IrcNetwork *network, const IrcChannel *channel);
/* Frees such a channel. */
void irc_network_close_if_empty(IrcNetwork *network, IrcChannel *channel);
/* The same with its last member. */
void irc_network_remove_member(IrcNetwork *network, IrcMember *member);
void irc_channel_set_topic(IrcChannel *channel, const char *text, const char *by, gint64 time_us);
/* FALSE: nothing changed. */
gboolean irc_channel_change_list(IrcChannel *channel, const IrcNetwork *network, IrcListKind kind,
	const char *mask, gboolean add);
/* Some mask of the list matches the user, by the shown or the true host. */
gboolean irc_channel_list_matches(const IrcChannel *channel, const IrcNetwork *network,
	IrcListKind kind, const IrcUser *user);
gboolean irc_channel_is_banned(
	const IrcChannel *channel, const IrcNetwork *network, const IrcUser *user);

#endif
