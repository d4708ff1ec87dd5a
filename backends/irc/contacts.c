/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "contacts.h"

#include "irc.h"
#include "link.h"

/* Folded nick: GPtrArray of the Guests who follow it. */
static GHashTable *followers;

static void tell_user(GwSession *session, const IrcUser *user)
{
	gw_session_presence(session, &(GwPresence){
					     .peer = user->nick,
					     .show = user->is_away ? GW_SHOW_AWAY : GW_SHOW_ONLINE,
				     });
}

static void tell_offline(GwSession *session, const char *nick, const char *reason)
{
	gw_session_presence(
		session, &(GwPresence){ .peer = nick, .show = GW_SHOW_OFFLINE, .status = reason });
}

static GPtrArray *followers_of(const char *nick)
{
	g_autofree char *folded = NULL;

	if (!followers || g_hash_table_size(followers) == 0) {
		return NULL;
	}
	folded = irc_casemap_fold(irc.network->limits.casemap, nick);
	return g_hash_table_lookup(followers, folded);
}

void irc_contacts_changed(const IrcUser *user)
{
	const GPtrArray *guests = followers_of(user->nick);

	for (guint i = 0; guests && i < guests->len; i++) {
		tell_user(((IrcGuest *)guests->pdata[i])->session, user);
	}
}

void irc_contacts_gone(const char *nick, const char *reason)
{
	const GPtrArray *guests = followers_of(nick);

	for (guint i = 0; guests && i < guests->len; i++) {
		tell_offline(((IrcGuest *)guests->pdata[i])->session, nick, reason);
	}
}

static void follow(IrcGuest *guest, const char *nick)
{
	g_autofree char *folded = irc_casemap_fold(irc.network->limits.casemap, nick);
	GPtrArray *guests = NULL;

	if (!followers) {
		followers = g_hash_table_new_full(
			g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
	}
	guests = g_hash_table_lookup(followers, folded);
	if (!guests) {
		guests = g_ptr_array_new();
		g_hash_table_insert(followers, g_strdup(folded), guests);
	}
	if (g_ptr_array_find(guests, guest, NULL)) {
		return;
	}
	g_ptr_array_add(guests, guest);
	if (!guest->contacts) {
		guest->contacts = g_ptr_array_new_with_free_func(g_free);
	}
	g_ptr_array_add(guest->contacts, g_steal_pointer(&folded));
}

static void unfollow(IrcGuest *guest, const char *folded)
{
	GPtrArray *guests = followers ? g_hash_table_lookup(followers, folded) : NULL;

	if (guests && g_ptr_array_remove_fast(guests, guest) && guests->len == 0) {
		g_hash_table_remove(followers, folded);
	}
}

void irc_contacts_put(GwSession *session, const GwContact *contact)
{
	const IrcUser *user = NULL;

	if (!contact->peer || !*contact->peer) {
		gw_session_failed(session, gw_serial(), GW_FAILURE_BAD_NAME, NULL);
		return;
	}
	follow(irc_guest_of(session), contact->peer);
	user = irc_network_find_user(irc.network, contact->peer);
	if (user) {
		tell_user(session, user);
	} else {
		tell_offline(session, contact->peer, NULL);
	}
}

void irc_contacts_remove(GwSession *session, const GwContact *contact)
{
	IrcGuest *guest = irc_guest_of(session);
	g_autofree char *folded =
		irc_casemap_fold(irc.network->limits.casemap, contact->peer ? contact->peer : "");
	guint index = 0;

	irc_link_mark();
	unfollow(guest, folded);
	if (guest->contacts &&
		g_ptr_array_find_with_equal_func(guest->contacts, folded, g_str_equal, &index)) {
		g_ptr_array_remove_index_fast(guest->contacts, index);
	}
}

void irc_contacts_forget(IrcGuest *guest)
{
	for (guint i = 0; guest->contacts && i < guest->contacts->len; i++) {
		unfollow(guest, guest->contacts->pdata[i]);
	}
	g_clear_pointer(&guest->contacts, g_ptr_array_unref);
}
