/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guests.h"

#include <glib/gi18n.h>
#include <string.h>

#include "contacts.h"
#include "events.h"
#include "gw-log.h"
#include "info.h"
#include "irc.h"
#include "link.h"

enum {
	USER_NAME_LENGTH = 10, /* what all daemons keep of it */
	HOST_LENGTH = 63,
	EXILE_S = 60,
	ALTERNATIVES_MAX = 50,
};

IrcGuest *irc_guest_of(const GwSession *session)
{
	return gw_session_data(session);
}

GwSession *irc_guest_session(const IrcUser *user)
{
	return user->guest ? ((IrcGuest *)user->guest)->session : NULL;
}

static void guest_free(gpointer data)
{
	IrcGuest *guest = data;

	irc_contacts_forget(guest);
	g_free(guest->token);
	g_free(guest->nick);
	g_free(guest->old_nick);
	g_free(guest);
}

/* ---- identity ---- */

/* Letters and digits of the token, which is the same for a user at all times. */
static void append_token(GString *out, const char *token, gsize length)
{
	gsize start = out->len;

	for (const char *c = token; *c && out->len - start < length; c++) {
		if (g_ascii_isalnum(*c)) {
			g_string_append_c(out, g_ascii_tolower(*c));
		}
	}
	if (out->len == start) {
		g_string_append(out, "guest");
	}
}

static void append_host(GString *out, const IrcGuest *guest)
{
	const char *template = irc.settings.user_host;
	const char *place = strstr(template, "%t");
	gsize rest = strlen(template) - strlen("%t");

	g_string_append_len(out, template, place - template);
	append_token(out, guest->token, rest < HOST_LENGTH ? HOST_LENGTH - rest : 1);
	g_string_append(out, place + strlen("%t"));
	g_string_truncate(out, HOST_LENGTH);
}

static const char *real_name_of(const IrcGuest *guest, const char *nick)
{
	return g_str_equal(irc.settings.realname, "jid") ? gw_session_user(guest->session) : nick;
}

/* ---- nicks ---- */

static gboolean is_free(const char *nick)
{
	return irc_network_find_user(irc.network, nick) == NULL;
}

/* NULL: none of a row of tries is. */
static char *free_nick_like(const char *text)
{
	const IrcNickRules *rules = &irc.network->limits.nick;
	char *nick = irc_nick_make(rules, text);

	for (guint i = 1; i <= ALTERNATIVES_MAX && !is_free(nick); i++) {
		g_autofree char *base = irc_nick_make(rules, text);

		g_free(nick);
		nick = irc_nick_alternative(rules, base, i);
	}
	if (!is_free(nick)) {
		g_clear_pointer(&nick, g_free);
	}
	return nick;
}

char *irc_guest_suggest(const char *nick)
{
	g_autofree char *other = free_nick_like(nick);

	return other ? g_strdup_printf(_("The nickname %s is taken. %s is free."), nick, other)
		     : g_strdup_printf(
			       _("The nickname %s is taken. Please choose another one."), nick);
}

/* FALSE: the command failed, and that was told. */
static gboolean check_nick(const IrcGuest *guest, const char *nick)
{
	IrcNameFault fault = irc_nick_check(&irc.network->limits.nick, nick);
	const IrcUser *other = NULL;

	if (fault != IRC_NAME_OK) {
		gw_session_failed(guest->session, gw_serial(), GW_FAILURE_BAD_NAME,
			irc_name_fault_text(fault));
		return FALSE;
	}
	other = irc_network_find_user(irc.network, nick);
	if (other && other != guest->user) {
		g_autofree char *text = irc_guest_suggest(nick);

		gw_session_failed(guest->session, gw_serial(), GW_FAILURE_CONFLICT, text);
		return FALSE;
	}
	return TRUE;
}

/* ---- coming and going ---- */

/* Whom an operator threw off the network, by token: a new session is no way back. */
typedef struct {
	char *text; /* why */
	gint64 until_us;
} Exile;

static GHashTable *exiles;

static void exile_free(gpointer data)
{
	Exile *exile = data;

	g_free(exile->text);
	g_free(exile);
}

static gboolean is_over(gpointer token, gpointer exile, gpointer now_us)
{
	return ((Exile *)exile)->until_us <= *(gint64 *)now_us;
}

static gboolean check_exile(IrcGuest *guest)
{
	gint64 now_us = g_get_monotonic_time();
	const Exile *exile;

	if (!exiles) {
		return TRUE;
	}
	g_hash_table_foreach_remove(exiles, is_over, &now_us);
	exile = g_hash_table_lookup(exiles, guest->token);
	if (exile) {
		gw_session_failed(guest->session, gw_serial(), GW_FAILURE_BANNED, exile->text);
	}
	return !exile;
}

static void add_user(IrcGuest *guest, const char *nick)
{
	g_autoptr(GString) name = g_string_new(NULL);
	g_autoptr(GString) host = g_string_new(NULL);

	append_token(name, guest->token, USER_NAME_LENGTH);
	append_host(host, guest);
	guest->user = irc_network_add_user(irc.network, nick, name->str, host->str,
		real_name_of(guest, nick), irc.network->me);
	guest->user->guest = guest;
	guest->is_prepared = TRUE;
}

gboolean irc_guest_prepare(IrcGuest *guest, const char *nick)
{
	g_autofree char *made = NULL;

	if (guest->user) {
		return TRUE;
	}
	if (!check_exile(guest) || (nick && !check_nick(guest, nick))) {
		return FALSE;
	}
	made = nick ? g_strdup(nick) : free_nick_like(guest->nick);
	if (!made) {
		gw_session_failed(guest->session, gw_serial(), GW_FAILURE_CONFLICT,
			_("All nicknames like yours are taken. Please join a channel under another "
			  "one first."));
		return FALSE;
	}
	add_user(guest, made);
	return TRUE;
}

void irc_guest_introduce(IrcGuest *guest)
{
	if (!guest->is_prepared) {
		return;
	}
	guest->is_prepared = FALSE;
	irc.driver->introduce(irc_link_output(), guest->user);
	if (guest->is_away) {
		irc.driver->away(irc_link_output(), guest->user, TRUE);
		guest->user->is_away = TRUE;
	}
	irc_contacts_changed(guest->user);
}

void irc_guest_withdraw(IrcGuest *guest)
{
	if (guest->is_prepared) {
		guest->is_prepared = FALSE;
		irc_network_remove_user(irc.network, guest->user);
		guest->user = NULL;
	}
}

static char *exile_text(const char *actor, const char *reason)
{
	return *reason ? g_strdup_printf(_("%s removed you from the network: %s (You can come back "
					   "in a minute.)"),
				 actor, reason)
		       : g_strdup_printf(_("%s removed you from the network. You can come back in "
					   "a minute."),
				 actor);
}

void irc_guest_exile(IrcGuest *guest, const char *actor, const char *reason)
{
	Exile *exile = g_new0(Exile, 1);

	exile->text = exile_text(actor, reason);
	exile->until_us = g_get_monotonic_time() + EXILE_S * G_USEC_PER_SEC;
	if (!exiles) {
		exiles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, exile_free);
	}
	g_hash_table_replace(exiles, g_strdup(guest->token), exile);
	gw_log(G_LOG_LEVEL_MESSAGE, gw_session_user(guest->session), "killed by %s: %s", actor,
		reason);
	gw_session_offline(guest->session, GW_FAILURE_BANNED, exile->text);
}

gboolean irc_guest_take_back_nick(IrcGuest *guest)
{
	g_autofree char *nick = g_steal_pointer(&guest->old_nick);

	return nick && guest->user && !irc_link_has_taken(guest->nick_serial) &&
	       irc_event_nick(guest->user, nick, TRUE);
}

void irc_guests_forget_users(void)
{
	GHashTableIter iter;
	gpointer user = NULL;

	g_hash_table_iter_init(&iter, irc.network->users);
	while (g_hash_table_iter_next(&iter, NULL, &user)) {
		IrcGuest *guest = ((IrcUser *)user)->guest;

		if (guest) {
			guest->user = NULL;
		}
	}
}

/* ---- commands ---- */

static IrcGuest *make_guest(GwSession *session)
{
	IrcGuest *guest = irc_guest_of(session);

	if (!guest) {
		guest = g_new0(IrcGuest, 1);
		guest->session = session;
		gw_session_set_data(session, guest, guest_free);
	}
	return guest;
}

/* The session may be known from before a loss of the link. */
void irc_guests_login(GwSession *session, const GwLogin *login)
{
	IrcGuest *guest = make_guest(session);

	g_free(guest->token);
	g_free(guest->nick);
	guest->token = g_strdup(login->token ? login->token : "");
	guest->nick = g_strdup(login->nick && *login->nick ? login->nick : "guest");
	if (!irc_link_is_up()) {
		gw_session_offline(session, GW_FAILURE_NETWORK, NULL);
	} else {
		gw_session_online(session);
	}
}

void irc_guests_logout(GwSession *session, const GwFailed *why)
{
	IrcGuest *guest = irc_guest_of(session);
	const char *reason = why->text && *why->text ? why->text : _("Left");

	irc_info_cancel(session);
	if (guest && guest->user) {
		irc.driver->quit(irc_link_output(), guest->user, reason);
		irc_event_quit(guest->user, reason);
	}
}

static void change_nick(IrcGuest *guest, const char *new_nick)
{
	g_free(guest->old_nick);
	guest->old_nick = g_strdup(guest->user->nick);
	guest->nick_serial = gw_serial();
	irc.driver->nick(irc_link_output(), guest->user->nick, new_nick);
	irc_event_nick(guest->user, new_nick, FALSE);
}

/* Channels where no nick may change. */
static const IrcChannel *find_nick_lock(const IrcUser *user)
{
	char letter = irc.driver->no_nick_mode;

	for (const IrcMember *member = user->channels; letter && member;
		member = member->user_next) {
		if ((member->channel->modes & IRC_MODE_BIT(letter)) && member->status == 0) {
			return member->channel;
		}
	}
	return NULL;
}

void irc_guests_change_nick(GwSession *session, const GwNick *nick)
{
	IrcGuest *guest = irc_guest_of(session);
	const char *wish = nick->new_nick ? nick->new_nick : "";
	const IrcChannel *lock = NULL;

	if (!check_nick(guest, wish)) {
		return;
	}
	lock = guest->user ? find_nick_lock(guest->user) : NULL;
	if (lock) {
		g_autofree char *text = g_strdup_printf(
			_("Nicknames may not change in %s (+%c). Please leave that channel first."),
			lock->name, irc.driver->no_nick_mode);

		gw_session_failed(session, gw_serial(), GW_FAILURE_NOT_ALLOWED, text);
		return;
	}
	g_free(guest->nick);
	guest->nick = g_strdup(wish);
	if (guest->user && !g_str_equal(guest->user->nick, wish)) {
		change_nick(guest, wish);
	} else {
		irc_link_mark();
	}
}

void irc_guests_set_presence(GwSession *session, const GwPresence *presence)
{
	IrcGuest *guest = irc_guest_of(session);

	guest->is_away = presence->show == GW_SHOW_AWAY || presence->show == GW_SHOW_XA ||
			 presence->show == GW_SHOW_DND;
	if (guest->user && guest->user->is_away != guest->is_away) {
		irc.driver->away(irc_link_output(), guest->user, guest->is_away);
		irc_event_away(guest->user, guest->is_away);
	} else {
		irc_link_mark();
	}
}
