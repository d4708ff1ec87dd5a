/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "queries.h"

#include <glib/gi18n.h>
#include <string.h>
#include <time.h>

#include "guests.h"
#include "irc.h"
#include "link.h"
#include "numerics.h"

typedef void (*Answer)(const IrcUser *asker, const char *param);

static gint64 started_us;

static void reply(const IrcUser *asker, guint numeric, ...) G_GNUC_NULL_TERMINATED;

static void reply(const IrcUser *asker, guint numeric, ...)
{
	const char *params[IRC_LINE_MAX_PARAMS];
	guint n = 0;
	const char *param = NULL;
	va_list rest;

	va_start(rest, numeric);
	while (n < G_N_ELEMENTS(params) && (param = va_arg(rest, const char *))) {
		params[n++] = param;
	}
	va_end(rest);
	irc.driver->reply(irc_link_output(), numeric, asker, params, n);
}

/* ---- WHOIS ---- */

static void tell_idle(const IrcUser *asker, const IrcUser *user)
{
	char idle[24], signon[24];

	g_snprintf(idle, sizeof idle, "%" G_GINT64_FORMAT, (gint64)time(NULL) - user->active_s);
	g_snprintf(signon, sizeof signon, "%" G_GINT64_FORMAT, user->signon_s);
	reply(asker, IRC_RPL_WHOISIDLE, user->nick, idle, signon, "seconds idle, signon time",
		NULL);
}

static void whois(const IrcUser *asker, const char *nick)
{
	const IrcUser *user = irc_network_find_user(irc.network, nick);

	if (user && user->guest) {
		reply(asker, IRC_RPL_WHOISUSER, user->nick, user->user, irc_user_host(user), "*",
			user->real_name, NULL);
		reply(asker, IRC_RPL_WHOISSERVER, user->nick, irc.network->me->name,
			irc.network->me->info, NULL);
		if (user->is_away) {
			reply(asker, IRC_RPL_AWAY, user->nick, "Away", NULL);
		}
		tell_idle(asker, user);
	} else {
		reply(asker, IRC_ERR_NOSUCHNICK, nick, "No such nick", NULL);
	}
	reply(asker, IRC_RPL_ENDOFWHOIS, nick, "End of WHOIS list", NULL);
}

/* ---- about our server ---- */

static void version(const IrcUser *asker, const char *param)
{
	reply(asker, IRC_RPL_VERSION, "Tombolo-" GW_VERSION, irc.network->me->name, "XMPP gateway",
		NULL);
}

static void local_time(const IrcUser *asker, const char *param)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *text = g_date_time_format(now, "%A %B %d %Y -- %H:%M UTC");

	reply(asker, IRC_RPL_TIME, irc.network->me->name, text, NULL);
}

static void admin(const IrcUser *asker, const char *param)
{
	const char *contact = irc.settings.admin_contact;
	const char *name = irc.network->me->name;

	if (!contact) {
		reply(asker, IRC_ERR_NOADMININFO, name, "No administrative info is given", NULL);
		return;
	}
	reply(asker, IRC_RPL_ADMINME, name, "Administrative info", NULL);
	reply(asker, IRC_RPL_ADMINLOC1, irc.network->me->info, NULL);
	reply(asker, IRC_RPL_ADMINEMAIL, contact, NULL);
}

static void info(const IrcUser *asker, const char *param)
{
	reply(asker, IRC_RPL_INFO, IRC_VERSION_TEXT, NULL);
	reply(asker, IRC_RPL_INFO, _("People of XMPP are here under nicknames of their own."),
		NULL);
	reply(asker, IRC_RPL_INFO,
		_("Each keeps the same user name and host: ban those, if you have to."), NULL);
	reply(asker, IRC_RPL_ENDOFINFO, "End of INFO list", NULL);
}

static void motd(const IrcUser *asker, const char *param)
{
	reply(asker, IRC_ERR_NOMOTD, "There is no message of the day", NULL);
}

static void links(const IrcUser *asker, const char *param)
{
	const IrcServer *me = irc.network->me;
	g_autofree char *text = g_strdup_printf("0 %s", me->info);

	reply(asker, IRC_RPL_LINKS, me->name, me->name, text, NULL);
	reply(asker, IRC_RPL_ENDOFLINKS, "*", "End of LINKS list", NULL);
}

static guint count_ours(void)
{
	GHashTableIter iter;
	gpointer user = NULL;
	guint n = 0;

	g_hash_table_iter_init(&iter, irc.network->users);
	while (g_hash_table_iter_next(&iter, NULL, &user)) {
		n += ((IrcUser *)user)->guest != NULL;
	}
	return n;
}

static void lusers(const IrcUser *asker, const char *param)
{
	g_autofree char *all = g_strdup_printf("There are %u users on %u servers",
		g_hash_table_size(irc.network->users), g_hash_table_size(irc.network->servers));
	g_autofree char *ours =
		g_strdup_printf("I have %u users, 0 services and 1 servers", count_ours());

	reply(asker, IRC_RPL_LUSERCLIENT, all, NULL);
	reply(asker, IRC_RPL_LUSERME, ours, NULL);
}

static void stats(const IrcUser *asker, const char *letter)
{
	gint64 up_s = (g_get_monotonic_time() - started_us) / G_USEC_PER_SEC;
	g_autofree char *text =
		g_strdup_printf("Server up %" G_GINT64_FORMAT " days %02d:%02d:%02d", up_s / 86400,
			(int)(up_s / 3600 % 24), (int)(up_s / 60 % 60), (int)(up_s % 60));

	if (*letter == 'u') {
		reply(asker, IRC_RPL_STATSUPTIME, text, NULL);
	}
	reply(asker, IRC_RPL_ENDOFSTATS, *letter ? letter : "*", "End of STATS report", NULL);
}

/* ---- table ---- */

static const struct {
	const char *verb;
	Answer answer;
} answers[] = {
	{ "WHOIS", whois },
	{ "VERSION", version },
	{ "TIME", local_time },
	{ "ADMIN", admin },
	{ "INFO", info },
	{ "MOTD", motd },
	{ "LINKS", links },
	{ "LUSERS", lusers },
	{ "STATS", stats },
};

void irc_query(const IrcUser *asker, const char *verb, const char *param)
{
	if (started_us == 0) {
		started_us = g_get_monotonic_time();
	}
	for (guint i = 0; i < G_N_ELEMENTS(answers); i++) {
		if (g_str_equal(answers[i].verb, verb)) {
			answers[i].answer(asker, param);
			return;
		}
	}
	reply(asker, IRC_ERR_UNKNOWNCOMMAND, verb, "Unknown command", NULL);
}
