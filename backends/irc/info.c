/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "info.h"

#include <glib/gi18n.h>
#include <time.h>

#include "format.h"
#include "guests.h"
#include "irc.h"
#include "link.h"
#include "numerics.h"
#include "rooms.h"

enum {
	TIMEOUT_S = 20,
	QUESTIONS_MAX = 2000, /* open at a time */
	PAIRS_MAX = 16,
};

/* A question that the network is asked. */
typedef struct {
	GwSession *session;
	guint serial;
	GwInfoKind kind;
	char *room;
	char *peer;
	char *seconds; /* idle, as WHOIS told it; NULL: it did not */
	guint timer;
} Question;

static GPtrArray *questions;

static void question_free(gpointer data)
{
	Question *question = data;

	g_clear_handle_id(&question->timer, g_source_remove);
	g_free(question->room);
	g_free(question->peer);
	g_free(question->seconds);
	g_free(question);
}

static void remove_question(Question *question)
{
	g_ptr_array_remove_fast(questions, question);
}

static void fail(Question *question, GwFailure why, const char *text)
{
	gw_session_failed(question->session, question->serial, why, text);
	remove_question(question);
}

static gboolean on_timeout(gpointer user)
{
	Question *question = user;

	question->timer = 0;
	fail(question, GW_FAILURE_NETWORK, _("They did not answer."));
	return G_SOURCE_REMOVE;
}

/* ---- answers ---- */

typedef struct {
	GwPair pairs[PAIRS_MAX];
	guint n;
} Pairs;

static void add(Pairs *pairs, const char *name, const char *value)
{
	if (value && *value && pairs->n < PAIRS_MAX) {
		pairs->pairs[pairs->n++] = (GwPair){ name, value };
	}
}

static void emit(
	GwSession *session, const char *room, const char *peer, GwInfoKind kind, const Pairs *pairs)
{
	gw_session_info(session, &(GwInfo){
					 .room = room,
					 .peer = peer,
					 .kind = kind,
					 .values = pairs->pairs,
					 .n_values = pairs->n,
				 });
}

static void answer(Question *question, const Pairs *pairs)
{
	gw_answering(question->serial);
	emit(question->session, question->room, question->peer, question->kind, pairs);
	remove_question(question);
}

static void emit_profile(GwSession *session, const char *room, const IrcUser *user)
{
	g_autofree char *real_name = irc_format_strip(user->real_name);
	g_autofree char *address = g_strdup_printf("%s@%s", user->user, irc_user_host(user));
	g_autofree char *server = g_strdup_printf(_("On the server %s (%s)"), user->server->name,
		user->server->info ? user->server->info : "");
	Pairs pairs = { .n = 0 };

	add(&pairs, "NICKNAME", user->nick);
	add(&pairs, "FN", *real_name ? real_name : user->nick);
	add(&pairs, "NOTE", address);
	add(&pairs, "NOTE", server);
	add(&pairs, "UID", user->account);
	if (user->is_operator) {
		add(&pairs, "ROLE", _("IRC operator"));
	}
	emit(session, room, user->nick, GW_INFO_PROFILE, &pairs);
}

/* ---- what the network is not asked for ---- */

static void add_idle(Pairs *pairs, const IrcUser *user, char *seconds, gsize size)
{
	g_snprintf(seconds, size, "%" G_GINT64_FORMAT, (gint64)time(NULL) - user->active_s);
	add(pairs, "seconds", seconds);
}

/* One of our own. */
static void answer_here(GwSession *session, const GwInfo *info, const IrcUser *user)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%d %H:%M:%S UTC");
	char seconds[24];
	Pairs pairs = { .n = 0 };

	switch ((GwInfoKind)info->kind) {
	case GW_INFO_PROFILE:
		emit_profile(session, info->room, user);
		return;
	case GW_INFO_VERSION:
		add(&pairs, "name", "Tombolo");
		add(&pairs, "version", GW_VERSION);
		break;
	case GW_INFO_TIME:
		add(&pairs, "text", time);
		break;
	case GW_INFO_PING:
		break;
	case GW_INFO_IDLE:
		add_idle(&pairs, user, seconds, sizeof seconds);
		break;
	}
	emit(session, info->room, user->nick, (GwInfoKind)info->kind, &pairs);
}

/* ---- asking the network ---- */

static const char *ctcp_command(GwInfoKind kind)
{
	switch (kind) {
	case GW_INFO_VERSION:
		return "VERSION";
	case GW_INFO_TIME:
		return "TIME";
	case GW_INFO_PING:
		return "PING";
	case GW_INFO_PROFILE:
	case GW_INFO_IDLE:
		break;
	}
	return NULL;
}

static void ask(const IrcUser *own, const IrcUser *user, guint serial, GwInfoKind kind)
{
	const char *command = ctcp_command(kind);
	g_autofree char *token = g_strdup_printf("%u", serial);
	g_autofree char *text =
		command ? irc_ctcp_build(command, kind == GW_INFO_PING ? token : NULL) : NULL;

	if (command) {
		irc.driver->message(irc_link_output(), own, user->nick, text, FALSE);
	} else {
		irc.driver->whois(irc_link_output(), own, user);
	}
}

static void add_question(GwSession *session, const GwInfo *info, const IrcUser *user)
{
	Question *question = g_new0(Question, 1);

	question->session = session;
	question->serial = gw_serial();
	question->kind = (GwInfoKind)info->kind;
	question->room = g_strdup(info->room);
	question->peer = g_strdup(user->nick);
	question->timer = g_timeout_add_seconds(TIMEOUT_S, on_timeout, question);
	g_ptr_array_add(questions, question);
}

void irc_info_get(GwSession *session, const GwInfo *info)
{
	const IrcUser *own = irc_guest_of(session)->user;
	const IrcUser *user = info->peer ? irc_network_find_user(irc.network, info->peer) : NULL;

	if (!irc_rooms_check_link(session)) {
		return;
	}
	if (!user) {
		irc_rooms_fail(session, GW_FAILURE_NOT_FOUND, NULL);
	} else if (user->guest) {
		answer_here(session, info, user);
	} else if (info->kind == GW_INFO_PROFILE) {
		emit_profile(session, info->room, user);
	} else if (!own) {
		irc_rooms_fail(session, GW_FAILURE_NOT_JOINED,
			_("Please join a channel first: you are not on IRC yet, so that nobody "
			  "there could answer you."));
	} else if (questions && questions->len >= QUESTIONS_MAX) {
		irc_rooms_fail(session, GW_FAILURE_LIMIT, NULL);
	} else {
		if (!questions) {
			questions = g_ptr_array_new_with_free_func(question_free);
		}
		add_question(session, info, user);
		ask(own, user, gw_serial(), (GwInfoKind)info->kind);
	}
}

void irc_info_cancel(const GwSession *session)
{
	for (guint i = questions ? questions->len : 0; i > 0; i--) {
		if (((Question *)questions->pdata[i - 1])->session == session) {
			g_ptr_array_remove_index_fast(questions, i - 1);
		}
	}
}

void irc_info_cancel_all(void)
{
	while (questions && questions->len > 0) {
		fail(questions->pdata[0], GW_FAILURE_NETWORK, NULL);
	}
	g_clear_pointer(&questions, g_ptr_array_unref);
}

/* ---- what the network says ---- */

static Question *find_question(const GwSession *session, const char *peer, GwInfoKind kind)
{
	for (guint i = 0; questions && i < questions->len; i++) {
		Question *question = questions->pdata[i];

		if (question->session == session && question->kind == kind &&
			irc_casemap_equal(irc.network->limits.casemap, question->peer, peer)) {
			return question;
		}
	}
	return NULL;
}

static gboolean kind_of_reply(const IrcCtcp *reply, GwInfoKind *kind)
{
	static const GwInfoKind kinds[] = { GW_INFO_VERSION, GW_INFO_TIME, GW_INFO_PING };

	for (guint i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (irc_ctcp_is(reply, ctcp_command(kinds[i]))) {
			*kind = kinds[i];
			return TRUE;
		}
	}
	return FALSE;
}

void irc_info_on_ctcp_reply(GwSession *session, const IrcUser *user, const IrcCtcp *reply)
{
	GwInfoKind kind = GW_INFO_PING;
	Question *question =
		kind_of_reply(reply, &kind) ? find_question(session, user->nick, kind) : NULL;
	g_autofree char *text = irc_format_strip(reply->arguments);
	Pairs pairs = { .n = 0 };

	if (!question) {
		return;
	}
	if (kind != GW_INFO_PING) {
		add(&pairs, kind == GW_INFO_VERSION ? "name" : "text", text);
	}
	answer(question, &pairs);
}

static void finish_whois(Question *question)
{
	Pairs pairs = { .n = 0 };

	if (question->seconds) {
		add(&pairs, "seconds", question->seconds);
		answer(question, &pairs);
	} else {
		fail(question, GW_FAILURE_UNSUPPORTED, _("The network does not tell that."));
	}
}

void irc_info_on_whois(guint numeric, const IrcLine *line)
{
	const IrcUser *own = irc_network_find_user(irc.network, irc_line_param(line, 0));
	GwSession *session = own ? irc_guest_session(own) : NULL;
	Question *question =
		session ? find_question(session, irc_line_param(line, 1), GW_INFO_IDLE) : NULL;

	if (!question) {
		return;
	}
	if (numeric == IRC_RPL_WHOISIDLE) {
		g_free(question->seconds);
		question->seconds = g_strdup(irc_line_param(line, 2));
	} else if (numeric == IRC_RPL_ENDOFWHOIS) {
		finish_whois(question);
	}
}
