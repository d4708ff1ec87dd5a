/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "rooms.h"

#include <glib/gi18n.h>

#include "events.h"
#include "format.h"
#include "irc.h"
#include "link.h"
#include "mask.h"
#include "tell.h"

/* Kicks, bans and status, by who may. */

static guint rank_of(guint status)
{
	return irc_mode_table_rank(irc.network->limits.modes, status);
}

static gboolean refuse(const GwSession *session, const char *text)
{
	irc_rooms_fail(session, GW_FAILURE_NOT_ALLOWED, text);
	return FALSE;
}

/* ---- changes of modes ---- */

/* Sends and applies all of them, in as many lines as they need. */
static void change_modes(const IrcMember *actor, const GArray *changes)
{
	enum { MODES_BYTES = 400 };
	IrcChannel *channel = actor->channel;
	const IrcModeChange *next = (const IrcModeChange *)changes->data;
	guint left = changes->len;

	while (left > 0) {
		g_autoptr(GPtrArray) params = g_ptr_array_new_with_free_func(g_free);
		guint n = irc_mode_build(
			params, next, left, irc.network->limits.modes_per_line, MODES_BYTES);
		const char *const *words = (const char *const *)params->pdata;

		if (n == 0) {
			return;
		}
		irc.driver->mode(irc_link_output(), actor->user, channel->name, words, params->len);
		irc_event_modes(channel, words, params->len);
		next += n;
		left -= n;
	}
}

static void change_ban(const IrcMember *actor, const char *mask, char sign)
{
	g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(IrcModeChange));
	IrcModeChange change = {
		.sign = sign, .letter = 'b', .kind = IRC_MODE_LIST, .param = mask
	};

	g_array_append_val(changes, change);
	change_modes(actor, changes);
}

/* ---- kick and ban ---- */

static gboolean check_rank(
	const GwSession *session, const IrcMember *actor, const IrcMember *victim)
{
	if (actor->status < IRC_STATUS_HALFOP) {
		return refuse(session, _("Only operators of this channel may do that."));
	}
	if (victim && victim != actor && rank_of(victim->status) > rank_of(actor->status)) {
		return refuse(session, _("They have a higher rank in this channel than you."));
	}
	return TRUE;
}

static void kick(const IrcMember *actor, IrcMember *victim, const char *reason)
{
	g_autofree char *clean = irc_format_strip(reason && *reason ? reason : actor->user->nick);

	irc.driver->kick(irc_link_output(), actor->user, actor->channel->name, victim->user, clean);
	irc_event_kick(victim, actor->user->nick, clean);
}

/* Somebody by identity (user@host), nick or mask. */
static const char *target_of(const GwModerate *moderate)
{
	const char *who =
		moderate->identity && *moderate->identity ? moderate->identity : moderate->nick;

	return who ? who : "";
}

/* The host is what stays of somebody who comes back under another nick. NULL: it is nobody. */
static char *ban_mask(const IrcUser *user, const GwModerate *moderate)
{
	return user ? g_strdup_printf("*!*@%s", irc_user_host(user))
		    : irc_mask_normalise(target_of(moderate));
}

static void ban(const GwSession *session, const IrcMember *actor, IrcMember *victim,
	const GwModerate *moderate)
{
	const IrcUser *user =
		victim ? victim->user
		       : irc_network_find_user(irc.network, moderate->nick ? moderate->nick : "");
	g_autofree char *mask = ban_mask(user, moderate);

	if (!check_rank(session, actor, victim)) {
		return;
	}
	if (!mask) {
		irc_rooms_fail(session, GW_FAILURE_NOT_FOUND, NULL);
		return;
	}
	change_ban(actor, mask, '+');
	if (victim) {
		kick(actor, victim, moderate->reason);
	}
}

/* All masks that meet this one person; `who` may also be such a mask itself. */
static void lift_bans(const IrcMember *actor, const char *who)
{
	IrcCasemap casemap = irc.network->limits.casemap;
	const GPtrArray *list = actor->channel->lists[IRC_LIST_BAN];
	g_autoptr(GPtrArray) masks = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *full = irc_mask_normalise(who);

	for (guint i = 0; list && full && i < list->len; i++) {
		const char *mask = list->pdata[i];

		if (irc_casemap_equal(casemap, mask, who) || irc_mask_match(casemap, mask, full)) {
			g_ptr_array_add(masks, g_strdup(mask));
		}
	}
	for (guint i = 0; i < masks->len; i++) {
		change_ban(actor, masks->pdata[i], '-');
	}
}

/* ---- status ---- */

/* What halfops may give and take is a voice; nobody may touch more than they are. */
static gboolean check_status(
	const GwSession *session, const IrcMember *actor, const IrcMember *victim, guint status)
{
	guint changed = victim->status ^ status;
	guint needed = changed & ~(guint)IRC_STATUS_VOICE ? IRC_STATUS_OP : IRC_STATUS_HALFOP;

	if (!check_rank(session, actor, victim)) {
		return FALSE;
	}
	if (actor->status < needed || rank_of(changed) > rank_of(actor->status)) {
		return refuse(session, _("Your rank in this channel is not high enough for that."));
	}
	return TRUE;
}

static gboolean is_met(const GwModerate *moderate, guint status, gboolean moderated)
{
	IrcStanding standing =
		irc_mode_table_standing(irc.network->limits.modes, status, moderated);

	return (!moderate->set_role || (int)standing.role == moderate->role) &&
	       (!moderate->set_affiliation || (int)standing.affiliation == moderate->affiliation);
}

static guint wished_status(const IrcMember *victim, const GwModerate *moderate, gboolean moderated)
{
	const IrcModeTable *table = irc.network->limits.modes;
	guint status = victim->status;

	if (moderate->set_affiliation) {
		status = irc_mode_table_status_for_affiliation(
			table, status, (GwAffiliation)moderate->affiliation);
	}
	if (moderate->set_role) {
		status = irc_mode_table_status_for_role(
			table, status, (GwRole)moderate->role, moderated);
	}
	return status;
}

static void change_status(const GwSession *session, const IrcMember *actor, IrcMember *victim,
	const GwModerate *moderate)
{
	gboolean moderated = irc_channel_has_mode(actor->channel, 'm');
	guint status = wished_status(victim, moderate, moderated);
	g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(IrcModeChange));
	g_autofree char *nick = g_strdup(victim->user->nick);

	if (!is_met(moderate, status, moderated)) {
		irc_rooms_fail(session, GW_FAILURE_BAD_REQUEST,
			_("IRC has no such role or affiliation in this channel."));
		return;
	}
	if (status == victim->status) {
		irc_link_mark();
		return;
	}
	if (check_status(session, actor, victim, status)) {
		irc_mode_table_diff(
			irc.network->limits.modes, victim->status, status, nick, changes);
		change_modes(actor, changes);
	}
}

/* ---- commands ---- */

static gboolean is_kick(const GwModerate *moderate)
{
	return moderate->kick || (moderate->set_role && moderate->role == GW_ROLE_NONE);
}

static gboolean is_unban(const IrcMember *victim, const GwModerate *moderate)
{
	return !victim && moderate->set_affiliation && moderate->affiliation == GW_AFFILIATION_NONE;
}

static void unban(const GwSession *session, const IrcMember *actor, const GwModerate *moderate)
{
	if (check_rank(session, actor, NULL)) {
		irc_link_mark();
		lift_bans(actor, target_of(moderate));
	}
}

static void moderate_member(const GwSession *session, const IrcMember *actor, IrcMember *victim,
	const GwModerate *moderate)
{
	if (!is_kick(moderate)) {
		change_status(session, actor, victim, moderate);
	} else if (check_rank(session, actor, victim)) {
		kick(actor, victim, moderate->reason);
	}
}

void irc_rooms_moderate(GwSession *session, const GwModerate *moderate)
{
	const IrcMember *actor = irc_rooms_find_own(session, moderate->room);
	const IrcUser *user =
		moderate->nick ? irc_network_find_user(irc.network, moderate->nick) : NULL;
	IrcMember *victim = actor && user ? irc_channel_find_member(actor->channel, user) : NULL;

	if (!actor) {
		return;
	}
	if (moderate->set_affiliation && moderate->affiliation == GW_AFFILIATION_OUTCAST) {
		ban(session, actor, victim, moderate);
	} else if (is_unban(victim, moderate)) {
		unban(session, actor, moderate);
	} else if (victim) {
		moderate_member(session, actor, victim, moderate);
	} else {
		irc_rooms_fail(session, GW_FAILURE_NOT_FOUND, _("They are not in the channel."));
	}
}

static void list_bans(GwSession *session, const IrcChannel *channel)
{
	const GPtrArray *list = channel->lists[IRC_LIST_BAN];

	for (guint i = 0; list && i < list->len; i++) {
		gw_session_list_item(session, &(GwItem){ .id = list->pdata[i] });
	}
}

static void list_members(GwSession *session, const IrcChannel *channel, int affiliation)
{
	for (const IrcMember *member = channel->members; member; member = member->channel_next) {
		IrcStanding standing = irc_mode_table_standing(irc.network->limits.modes,
			member->status, irc_channel_has_mode(channel, 'm'));

		if ((int)standing.affiliation == affiliation) {
			gw_session_list_item(session,
				&(GwItem){ .id = member->user->nick, .name = member->user->nick });
		}
	}
}

void irc_rooms_list_affiliations(GwSession *session, const GwQuery *query)
{
	const IrcMember *member = irc_rooms_find_own(session, query->room);

	if (!member) {
		return;
	}
	if (query->affiliation == GW_AFFILIATION_OUTCAST) {
		list_bans(session, member->channel);
	} else {
		list_members(session, member->channel, query->affiliation);
	}
	gw_session_list_item(session, &(GwItem){ .last = TRUE });
}
