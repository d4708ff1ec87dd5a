/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../../backends/irc/network.h"

#include <string.h>

typedef struct {
	IrcNetwork *network;
	IrcServer *hub;
	IrcUser *alice;
	IrcUser *bob;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
	IrcNetwork *network = irc_network_new("me.test", "We");

	fixture->network = network;
	fixture->hub = irc_network_add_server(network, "hub.test", "Hub", network->me, 1);
	fixture->alice = irc_network_add_user(network, "Alice", "a", "host.a", "A", fixture->hub);
	fixture->bob = irc_network_add_user(network, "bob", "b", "host.b", "B", fixture->hub);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	irc_network_free(fixture->network);
}

static void test_users(Fixture *fixture, gconstpointer data)
{
	IrcNetwork *network = fixture->network;

	g_assert_true(irc_network_find_user(network, "aLICE") == fixture->alice);
	g_assert_null(irc_network_add_user(network, "ALICE", "x", "x", "x", fixture->hub));
	g_assert_false(irc_network_rename_user(network, fixture->bob, "alice"));
	g_assert_true(irc_network_rename_user(network, fixture->alice, "ALICE"));
	g_assert_cmpstr(fixture->alice->nick, ==, "ALICE");
	g_assert_true(irc_network_rename_user(network, fixture->alice, "eve"));
	g_assert_null(irc_network_find_user(network, "alice"));
	irc_network_remove_user(network, fixture->alice);
	g_assert_null(irc_network_find_user(network, "eve"));
}

static void test_identity(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GString) text = g_string_new(NULL);
	IrcUser *alice = fixture->alice;

	g_assert_cmpstr(irc_user_identity(alice, text), ==, "a@host.a");
	alice->cloak = g_strdup("cloak.a");
	alice->is_cloaked = TRUE;
	g_string_truncate(text, 0);
	g_assert_cmpstr(irc_user_mask(alice, text), ==, "Alice!a@cloak.a");
	irc_user_set_account(alice, "acct");
	g_string_truncate(text, 0);
	g_assert_cmpstr(irc_user_identity(alice, text), ==, "acct");
	irc_user_set_account(alice, "");
	g_assert_null(alice->account);
}

static void test_members(Fixture *fixture, gconstpointer data)
{
	IrcNetwork *network = fixture->network;
	IrcChannel *channel = irc_network_open_channel(network, "#C");
	IrcChannel *other = irc_network_open_channel(network, "#other");
	IrcMember *alice = irc_channel_add_member(channel, fixture->alice, IRC_STATUS_OP);

	g_assert_true(irc_network_find_channel(network, "#c") == channel);
	fixture->bob->guest = fixture;
	irc_channel_add_member(channel, fixture->bob, 0);
	irc_channel_add_member(other, fixture->bob, 0);
	g_assert_cmpuint(channel->n_members, ==, 2);
	g_assert_cmpuint(channel->n_ours, ==, 1);
	g_assert_true(irc_channel_find_member(channel, fixture->alice) == alice);
	g_assert_null(irc_channel_find_member(other, fixture->alice));

	/* Joining twice, as after a split, adds to the status alone. */
	g_assert_true(irc_channel_add_member(channel, fixture->alice, IRC_STATUS_VOICE) == alice);
	g_assert_cmpuint(alice->status, ==, IRC_STATUS_OP | IRC_STATUS_VOICE);
	g_assert_cmpuint(channel->n_members, ==, 2);

	irc_network_remove_user(network, fixture->bob);
	g_assert_cmpuint(channel->n_ours, ==, 0);
	g_assert_null(irc_network_find_channel(network, "#other"));
	irc_network_remove_member(network, alice);
	g_assert_null(irc_network_find_channel(network, "#c"));
	g_assert_null(fixture->alice->channels);
}

static void test_permanent_channel(Fixture *fixture, gconstpointer data)
{
	IrcNetwork *network = fixture->network;
	IrcChannel *channel = irc_network_open_channel(network, "#p");

	network->limits.permanent_mode = 'P';
	g_assert_true(irc_network_is_over(network, channel));
	channel->modes |= IRC_MODE_BIT('P');
	irc_network_remove_member(network, irc_channel_add_member(channel, fixture->alice, 0));
	g_assert_true(irc_network_find_channel(network, "#p") == channel);
	g_assert_false(irc_network_is_over(network, channel));
}

static void test_bans(Fixture *fixture, gconstpointer data)
{
	IrcNetwork *network = fixture->network;
	IrcChannel *channel = irc_network_open_channel(network, "#c");

	g_assert_false(irc_channel_is_banned(channel, network, fixture->alice));
	g_assert_true(irc_channel_change_list(channel, network, IRC_LIST_BAN, "*!*@HOST.a", TRUE));
	g_assert_false(irc_channel_change_list(channel, network, IRC_LIST_BAN, "*!*@host.A", TRUE));
	g_assert_true(irc_channel_is_banned(channel, network, fixture->alice));
	g_assert_false(irc_channel_is_banned(channel, network, fixture->bob));

	/* A cloak hides nobody from a ban of the host below it. */
	fixture->alice->cloak = g_strdup("cloak");
	fixture->alice->is_cloaked = TRUE;
	g_assert_true(irc_channel_is_banned(channel, network, fixture->alice));
	irc_channel_change_list(channel, network, IRC_LIST_EXCEPTION, "alice!*@*", TRUE);
	g_assert_false(irc_channel_is_banned(channel, network, fixture->alice));
	irc_channel_change_list(channel, network, IRC_LIST_EXCEPTION, "ALICE!*@*", FALSE);
	g_assert_true(irc_channel_is_banned(channel, network, fixture->alice));
	g_assert_true(irc_channel_change_list(channel, network, IRC_LIST_BAN, "*!*@host.a", FALSE));
	g_assert_false(irc_channel_is_banned(channel, network, fixture->alice));
}

static void test_invites(Fixture *fixture, gconstpointer data)
{
	IrcNetwork *network = fixture->network;

	irc_user_invite(network, fixture->alice, "#C");
	g_assert_true(irc_user_is_invited(network, fixture->alice, "#c"));
	irc_user_forget_invite(network, fixture->alice, "#c");
	g_assert_false(irc_user_is_invited(network, fixture->alice, "#c"));
	for (guint i = 0; i < 1000; i++) {
		g_autofree char *name = g_strdup_printf("#%u", i);

		irc_user_invite(network, fixture->alice, name);
	}
	g_assert_true(irc_user_is_invited(network, fixture->alice, "#999"));
	g_assert_false(irc_user_is_invited(network, fixture->alice, "#0"));
}

static void count(IrcUser *user, gpointer data)
{
	g_assert_nonnull(user->nick);
	(*(guint *)data)++;
}

static void test_split(Fixture *fixture, gconstpointer data)
{
	IrcNetwork *network = fixture->network;
	IrcServer *far_server = irc_network_add_server(network, "far.test", "Far", fixture->hub, 2);
	IrcServer *further =
		irc_network_add_server(network, "further.test", "Further", far_server, 3);
	IrcChannel *channel = irc_network_open_channel(network, "#c");
	guint gone = 0;

	irc_channel_add_member(
		channel, irc_network_add_user(network, "x", "x", "x", "x", far_server), 0);
	irc_channel_add_member(
		channel, irc_network_add_user(network, "y", "y", "y", "y", further), 0);
	irc_channel_add_member(channel, fixture->alice, 0);
	g_assert_true(irc_server_is_behind(further, fixture->hub));
	g_assert_false(irc_server_is_behind(fixture->hub, further));
	irc_network_remove_server(network, far_server, count, &gone);
	g_assert_cmpuint(gone, ==, 2);
	g_assert_cmpuint(channel->n_members, ==, 1);
	g_assert_null(irc_network_find_server(network, "FURTHER.test"));
	g_assert_nonnull(irc_network_find_server(network, "hub.test"));
	g_assert_nonnull(irc_network_find_user(network, "alice"));
}

static void test_casemap(Fixture *fixture, gconstpointer data)
{
	g_autoptr(IrcNetwork) network = irc_network_new("me.test", "We");

	g_assert_false(irc_network_set_casemap(fixture->network, IRC_CASEMAP_RFC1459));
	g_assert_true(irc_network_set_casemap(network, IRC_CASEMAP_RFC1459));
	irc_network_add_user(network, "a[b]", "u", "h", "r", network->me);
	g_assert_nonnull(irc_network_find_user(network, "A{b}"));
	g_assert_null(irc_network_find_user(fixture->network, "A{b}"));
}

static void test_reset(Fixture *fixture, gconstpointer data)
{
	IrcNetwork *network = fixture->network;

	irc_channel_add_member(irc_network_open_channel(network, "#c"), fixture->alice, 0);
	irc_network_open_channel(network, "#empty");
	irc_network_reset(network);
	g_assert_cmpuint(g_hash_table_size(network->users), ==, 0);
	g_assert_cmpuint(g_hash_table_size(network->channels), ==, 0);
	g_assert_true(irc_network_find_server(network, "me.test") == network->me);
	g_assert_null(irc_network_find_server(network, "hub.test"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
#define ADD(path, test) g_test_add("/irc-network/" path, Fixture, NULL, set_up, test, tear_down)
	ADD("users", test_users);
	ADD("identity", test_identity);
	ADD("members", test_members);
	ADD("permanent-channel", test_permanent_channel);
	ADD("bans", test_bans);
	ADD("invites", test_invites);
	ADD("split", test_split);
	ADD("casemap", test_casemap);
	ADD("reset", test_reset);
#undef ADD
	return g_test_run();
}
