/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "network.h"

#include <string.h>
#include <time.h>

#include "mask.h"

/* ---- servers ---- */

static IrcServer *server_new(const char *name, const char *info, IrcServer *uplink, guint hops)
{
	IrcServer *server = g_new0(IrcServer, 1);

	server->name = g_strdup(name);
	server->info = g_strdup(info);
	server->uplink = uplink;
	server->hops = hops;
	return server;
}

static void server_free(gpointer data)
{
	IrcServer *server = data;

	g_free(server->name);
	g_free(server->info);
	g_free(server);
}

IrcServer *irc_network_find_server(const IrcNetwork *network, const char *name)
{
	return g_hash_table_lookup(network->servers, name);
}

IrcServer *irc_network_add_server(
	IrcNetwork *network, const char *name, const char *info, IrcServer *uplink, guint hops)
{
	IrcServer *server = irc_network_find_server(network, name);

	if (!server) {
		server = server_new(name, info, uplink, hops);
		g_hash_table_insert(network->servers, server->name, server);
	}
	return server;
}

gboolean irc_server_is_behind(const IrcServer *server, const IrcServer *other)
{
	while (server && server != other) {
		server = server->uplink;
	}
	return server != NULL;
}

static GPtrArray *users_behind(const IrcNetwork *network, const IrcServer *server)
{
	GPtrArray *users = g_ptr_array_new();
	GHashTableIter iter;
	gpointer user = NULL;

	g_hash_table_iter_init(&iter, network->users);
	while (g_hash_table_iter_next(&iter, NULL, &user)) {
		if (irc_server_is_behind(((IrcUser *)user)->server, server)) {
			g_ptr_array_add(users, user);
		}
	}
	return users;
}

/* Those it is the way to point at it, so which ones go is settled before the first one does. */
static void remove_servers_behind(IrcNetwork *network, IrcServer *server)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	GHashTableIter iter;
	gpointer other = NULL;

	g_hash_table_iter_init(&iter, network->servers);
	while (g_hash_table_iter_next(&iter, NULL, &other)) {
		if (irc_server_is_behind(other, server)) {
			g_ptr_array_add(names, ((IrcServer *)other)->name);
		}
	}
	for (guint i = 0; i < names->len; i++) {
		g_hash_table_remove(network->servers, names->pdata[i]);
	}
}

void irc_network_remove_server(IrcNetwork *network, IrcServer *server,
	void (*leaving)(IrcUser *user, gpointer data), gpointer data)
{
	g_autoptr(GPtrArray) users = users_behind(network, server);

	for (guint i = 0; i < users->len; i++) {
		if (leaving) {
			leaving(users->pdata[i], data);
		}
		irc_network_remove_user(network, users->pdata[i]);
	}
	remove_servers_behind(network, server);
}

/* ---- users ---- */

static void user_free(IrcUser *user)
{
	g_clear_pointer(&user->invites, g_ptr_array_unref);
	g_free(user->nick);
	g_free(user->user);
	g_free(user->host);
	g_free(user->cloak);
	g_free(user->real_name);
	g_free(user->account);
	g_free(user);
}

IrcUser *irc_network_find_user(const IrcNetwork *network, const char *nick)
{
	return g_hash_table_lookup(network->users, nick);
}

IrcUser *irc_network_add_user(IrcNetwork *network, const char *nick, const char *user_name,
	const char *host, const char *real_name, IrcServer *server)
{
	IrcUser *user = NULL;

	if (irc_network_find_user(network, nick)) {
		return NULL;
	}
	user = g_new0(IrcUser, 1);
	user->nick = g_strdup(nick);
	user->user = g_strdup(user_name);
	user->host = g_strdup(host);
	user->real_name = g_strdup(real_name);
	user->server = server;
	user->signon_s = user->active_s = time(NULL);
	g_hash_table_insert(network->users, user->nick, user);
	return user;
}

gboolean irc_network_rename_user(IrcNetwork *network, IrcUser *user, const char *nick)
{
	IrcUser *other = irc_network_find_user(network, nick);

	if (other && other != user) {
		return FALSE;
	}
	g_hash_table_steal(network->users, user->nick);
	g_free(user->nick);
	user->nick = g_strdup(nick);
	g_hash_table_insert(network->users, user->nick, user);
	return TRUE;
}

void irc_network_remove_user(IrcNetwork *network, IrcUser *user)
{
	while (user->channels) {
		irc_network_remove_member(network, user->channels);
	}
	g_hash_table_steal(network->users, user->nick);
	user_free(user);
}

const char *irc_user_host(const IrcUser *user)
{
	return user->is_cloaked && user->cloak ? user->cloak : user->host;
}

const char *irc_user_identity(const IrcUser *user, GString *out)
{
	if (user->account) {
		return g_string_append(out, user->account)->str;
	}
	g_string_append(out, user->user);
	g_string_append_c(out, '@');
	return g_string_append(out, irc_user_host(user))->str;
}

static const char *append_mask(const IrcUser *user, const char *host, GString *out)
{
	g_string_append(out, user->nick);
	g_string_append_c(out, '!');
	g_string_append(out, user->user);
	g_string_append_c(out, '@');
	return g_string_append(out, host)->str;
}

const char *irc_user_mask(const IrcUser *user, GString *out)
{
	return append_mask(user, irc_user_host(user), out);
}

void irc_user_set_account(IrcUser *user, const char *account)
{
	g_free(user->account);
	user->account = account && *account ? g_strdup(account) : NULL;
}

static gint find_invite(const IrcNetwork *network, const IrcUser *user, const char *channel)
{
	for (guint i = 0; user->invites && i < user->invites->len; i++) {
		if (irc_casemap_equal(network->limits.casemap, user->invites->pdata[i], channel)) {
			return (gint)i;
		}
	}
	return -1;
}

enum {
	INVITES_MAX = 16, /* per user: others make us keep them */
};

void irc_user_invite(const IrcNetwork *network, IrcUser *user, const char *channel)
{
	if (irc_user_is_invited(network, user, channel)) {
		return;
	}
	if (!user->invites) {
		user->invites = g_ptr_array_new_with_free_func(g_free);
	}
	if (user->invites->len == INVITES_MAX) {
		g_ptr_array_remove_index(user->invites, 0);
	}
	g_ptr_array_add(user->invites, g_strdup(channel));
}

gboolean irc_user_is_invited(const IrcNetwork *network, const IrcUser *user, const char *channel)
{
	return find_invite(network, user, channel) >= 0;
}

void irc_user_forget_invite(const IrcNetwork *network, IrcUser *user, const char *channel)
{
	gint index = find_invite(network, user, channel);

	if (index >= 0) {
		g_ptr_array_remove_index(user->invites, (guint)index);
	}
}

/* ---- channels ---- */

static void channel_free(gpointer data)
{
	IrcChannel *channel = data;

	for (guint i = 0; i < IRC_N_LISTS; i++) {
		g_clear_pointer(&channel->lists[i], g_ptr_array_unref);
	}
	g_free(channel->name);
	g_free(channel->topic);
	g_free(channel->topic_by);
	g_free(channel->key);
	g_free(channel);
}

gboolean irc_network_is_channel_name(const IrcNetwork *network, const char *name)
{
	return *name && strchr(network->limits.channel_types, *name);
}

IrcChannel *irc_network_find_channel(const IrcNetwork *network, const char *name)
{
	return g_hash_table_lookup(network->channels, name);
}

IrcChannel *irc_network_open_channel(IrcNetwork *network, const char *name)
{
	IrcChannel *channel = irc_network_find_channel(network, name);

	if (!channel) {
		channel = g_new0(IrcChannel, 1);
		channel->name = g_strdup(name);
		g_hash_table_insert(network->channels, channel->name, channel);
	}
	return channel;
}

gboolean irc_network_is_over(const IrcNetwork *network, const IrcChannel *channel)
{
	char keeps = network->limits.permanent_mode;

	return channel->n_members == 0 && !(keeps && (channel->modes & IRC_MODE_BIT(keeps)));
}

void irc_network_close_if_empty(IrcNetwork *network, IrcChannel *channel)
{
	if (irc_network_is_over(network, channel)) {
		g_hash_table_remove(network->channels, channel->name);
	}
}

/* People are in few channels, while a channel may hold thousands. */
IrcMember *irc_channel_find_member(const IrcChannel *channel, const IrcUser *user)
{
	IrcMember *member = user->channels;

	while (member && member->channel != channel) {
		member = member->user_next;
	}
	return member;
}

IrcMember *irc_channel_add_member(IrcChannel *channel, IrcUser *user, guint status)
{
	IrcMember *member = irc_channel_find_member(channel, user);

	if (member) {
		member->status |= status;
		return member;
	}
	member = g_new0(IrcMember, 1);
	member->user = user;
	member->channel = channel;
	member->status = status;
	member->user_next = user->channels;
	member->channel_next = channel->members;
	if (user->channels) {
		user->channels->user_previous = member;
	}
	if (channel->members) {
		channel->members->channel_previous = member;
	}
	user->channels = channel->members = member;
	channel->n_members++;
	channel->n_ours += user->guest != NULL;
	return member;
}

static void unlink_member(IrcMember *member)
{
	IrcUser *user = member->user;
	IrcChannel *channel = member->channel;

	*(member->user_previous ? &member->user_previous->user_next : &user->channels) =
		member->user_next;
	if (member->user_next) {
		member->user_next->user_previous = member->user_previous;
	}
	*(member->channel_previous ? &member->channel_previous->channel_next : &channel->members) =
		member->channel_next;
	if (member->channel_next) {
		member->channel_next->channel_previous = member->channel_previous;
	}
}

void irc_network_remove_member(IrcNetwork *network, IrcMember *member)
{
	IrcChannel *channel = member->channel;

	unlink_member(member);
	channel->n_members--;
	channel->n_ours -= member->user->guest != NULL;
	g_free(member);
	irc_network_close_if_empty(network, channel);
}

void irc_channel_set_topic(IrcChannel *channel, const char *text, const char *by, gint64 time_us)
{
	g_free(channel->topic);
	g_free(channel->topic_by);
	channel->topic = text && *text ? g_strdup(text) : NULL;
	channel->topic_by = g_strdup(by);
	channel->topic_us = time_us;
}

/* ---- lists ---- */

static gint find_mask(const GPtrArray *list, IrcCasemap casemap, const char *mask)
{
	for (guint i = 0; list && i < list->len; i++) {
		if (irc_casemap_equal(casemap, list->pdata[i], mask)) {
			return (gint)i;
		}
	}
	return -1;
}

gboolean irc_channel_change_list(IrcChannel *channel, const IrcNetwork *network, IrcListKind kind,
	const char *mask, gboolean add)
{
	gint index = find_mask(channel->lists[kind], network->limits.casemap, mask);

	if (add == (index >= 0)) {
		return FALSE;
	}
	if (!add) {
		g_ptr_array_remove_index(channel->lists[kind], (guint)index);
		return TRUE;
	}
	if (!channel->lists[kind]) {
		channel->lists[kind] = g_ptr_array_new_with_free_func(g_free);
	}
	g_ptr_array_add(channel->lists[kind], g_strdup(mask));
	return TRUE;
}

static gboolean list_matches_text(const GPtrArray *list, IrcCasemap casemap, const char *text)
{
	for (guint i = 0; i < list->len; i++) {
		if (irc_mask_match(casemap, list->pdata[i], text)) {
			return TRUE;
		}
	}
	return FALSE;
}

gboolean irc_channel_list_matches(
	const IrcChannel *channel, const IrcNetwork *network, IrcListKind kind, const IrcUser *user)
{
	const GPtrArray *list = channel->lists[kind];
	g_autoptr(GString) text = NULL;

	if (!list || list->len == 0) {
		return FALSE;
	}
	text = g_string_new(NULL);
	if (list_matches_text(list, network->limits.casemap, irc_user_mask(user, text))) {
		return TRUE;
	}
	g_string_truncate(text, 0);
	return user->is_cloaked && list_matches_text(list, network->limits.casemap,
					   append_mask(user, user->host, text));
}

gboolean irc_channel_is_banned(
	const IrcChannel *channel, const IrcNetwork *network, const IrcUser *user)
{
	return irc_channel_list_matches(channel, network, IRC_LIST_BAN, user) &&
	       !irc_channel_list_matches(channel, network, IRC_LIST_EXCEPTION, user);
}

/* ---- the whole ---- */

static void make_name_tables(IrcNetwork *network)
{
	GHashFunc hash = irc_casemap_hash_func(network->limits.casemap);
	GEqualFunc equal = irc_casemap_equal_func(network->limits.casemap);

	network->users = g_hash_table_new(hash, equal);
	network->channels = g_hash_table_new_full(hash, equal, NULL, channel_free);
}

static void make_tables(IrcNetwork *network)
{
	network->servers = g_hash_table_new_full(irc_casemap_hash_func(IRC_CASEMAP_ASCII),
		irc_casemap_equal_func(IRC_CASEMAP_ASCII), NULL, server_free);
	g_hash_table_insert(network->servers, network->me->name, network->me);
	make_name_tables(network);
}

static void free_tables(IrcNetwork *network)
{
	g_autoptr(GPtrArray) users = users_behind(network, network->me);

	for (guint i = 0; i < users->len; i++) {
		irc_network_remove_user(network, users->pdata[i]);
	}
	g_hash_table_steal(network->servers, network->me->name);
	g_hash_table_unref(network->servers);
	g_hash_table_unref(network->users);
	g_hash_table_unref(network->channels);
}

IrcNetwork *irc_network_new(const char *name, const char *info)
{
	IrcNetwork *network = g_new0(IrcNetwork, 1);

	network->limits.modes = irc_mode_table_new(NULL, NULL);
	network->limits.channel_types = g_strdup("#&");
	network->limits.nick = irc_nick_rfc2812;
	network->me = server_new(name, info, NULL, 0);
	make_tables(network);
	return network;
}

void irc_network_free(IrcNetwork *network)
{
	if (!network) {
		return;
	}
	free_tables(network);
	server_free(network->me);
	irc_mode_table_free(network->limits.modes);
	g_free(network->limits.channel_types);
	g_free(network);
}

void irc_network_reset(IrcNetwork *network)
{
	free_tables(network);
	network->uplink = NULL;
	make_tables(network);
}

gboolean irc_network_set_casemap(IrcNetwork *network, IrcCasemap casemap)
{
	if (network->limits.casemap == casemap) {
		return TRUE;
	}
	if (g_hash_table_size(network->users) || g_hash_table_size(network->channels)) {
		return FALSE;
	}
	g_hash_table_unref(network->users);
	g_hash_table_unref(network->channels);
	network->limits.casemap = casemap;
	make_name_tables(network);
	return TRUE;
}
