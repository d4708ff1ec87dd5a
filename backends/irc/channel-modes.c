/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "events.h"

#include "irc.h"
#include "tell.h"

/* What a MODE line changes in a channel, and what of it the gateway hears. */

/* A member whose status changes, and what it was before. */
typedef struct {
	IrcMember *member;
	guint status;
} Before;

static int list_of_letter(char letter)
{
	switch (letter) {
	case 'b':
		return IRC_LIST_BAN;
	case 'e':
		return IRC_LIST_EXCEPTION;
	case 'I':
		return IRC_LIST_INVITATION;
	default:
		return IRC_N_LISTS;
	}
}

static void change_list(IrcChannel *channel, const IrcModeChange *change)
{
	int kind = list_of_letter(change->letter);

	if (kind != IRC_N_LISTS && change->param) {
		irc_channel_change_list(
			channel, irc.network, kind, change->param, change->sign == '+');
	}
}

static void change_flag(IrcChannel *channel, const IrcModeChange *change)
{
	gboolean add = change->sign == '+';

	if (!g_ascii_isalpha(change->letter)) {
		return;
	}
	if (add) {
		channel->modes |= IRC_MODE_BIT(change->letter);
	} else {
		channel->modes &= ~IRC_MODE_BIT(change->letter);
	}
	if (change->letter == 'k') {
		g_free(channel->key);
		channel->key = add ? g_strdup(change->param) : NULL;
	} else if (change->letter == 'l') {
		channel->limit =
			add && change->param ? (guint)g_ascii_strtoull(change->param, NULL, 10) : 0;
	}
}

static gboolean is_known(const GArray *befores, const IrcMember *member)
{
	for (guint i = 0; i < befores->len; i++) {
		if (g_array_index(befores, Before, i).member == member) {
			return TRUE;
		}
	}
	return FALSE;
}

static void change_status(IrcChannel *channel, const IrcModeChange *change, GArray *befores)
{
	const IrcUser *user = irc_network_find_user(irc.network, change->param);
	IrcMember *member = user ? irc_channel_find_member(channel, user) : NULL;
	guint status = irc_mode_table_status_of_letter(irc.network->limits.modes, change->letter);

	if (!member) {
		return;
	}
	if (!is_known(befores, member)) {
		g_array_append_val(befores, ((Before){ member, member->status }));
	}
	member->status = change->sign == '+' ? member->status | status : member->status & ~status;
}

static void apply(IrcChannel *channel, const char *const *params, guint n_params, GArray *befores)
{
	IrcModeIter iter;
	IrcModeChange change;

	irc_mode_iter_init(&iter, irc.network->limits.modes, params, n_params);
	while (irc_mode_iter_next(&iter, &change)) {
		switch (change.kind) {
		case IRC_MODE_LIST:
			change_list(channel, &change);
			break;
		case IRC_MODE_STATUS:
			change_status(channel, &change, befores);
			break;
		case IRC_MODE_UNKNOWN:
		case IRC_MODE_ALWAYS:
		case IRC_MODE_SET:
		case IRC_MODE_FLAG:
			change_flag(channel, &change);
			break;
		}
	}
}

static gboolean same_standing(
	guint old_status, gboolean old_moderated, guint status, gboolean moderated)
{
	const IrcModeTable *table = irc.network->limits.modes;
	IrcStanding before = irc_mode_table_standing(table, old_status, old_moderated);
	IrcStanding after = irc_mode_table_standing(table, status, moderated);

	return before.role == after.role && before.affiliation == after.affiliation;
}

static void tell_members(const IrcChannel *channel, const GArray *befores, gboolean old_moderated)
{
	gboolean moderated = irc_channel_has_mode(channel, 'm');

	for (guint i = 0; i < befores->len; i++) {
		const Before *before = &g_array_index(befores, Before, i);

		if (!same_standing(
			    before->status, old_moderated, before->member->status, moderated)) {
			irc_tell_member(before->member);
		}
	}
	if (moderated == old_moderated) {
		return;
	}
	for (const IrcMember *member = channel->members; member; member = member->channel_next) {
		if (!is_known(befores, member) &&
			!same_standing(member->status, old_moderated, member->status, moderated)) {
			irc_tell_member(member);
		}
	}
}

void irc_event_modes(IrcChannel *channel, const char *const *params, guint n_params)
{
	g_autoptr(GArray) befores = g_array_new(FALSE, FALSE, sizeof(Before));
	gboolean old_moderated = irc_channel_has_mode(channel, 'm');
	int old_flags = irc_tell_room_flags(channel);

	apply(channel, params, n_params, befores);
	if (channel->n_ours == 0) {
		return;
	}
	if (irc_tell_room_flags(channel) != old_flags) {
		irc_tell_room(channel, 0);
	}
	tell_members(channel, befores, old_moderated);
}
