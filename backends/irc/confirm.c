/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "confirm.h"

#include "gw-backend.h"
#include "irc.h"
#include "link.h"

enum {
	INTERVAL_MS = 200,
	OPEN_MAX = 256, /* commands; with more the next PING does not wait */
};

static struct {
	guint marked; /* the last command written */
	guint taken;  /* the last one confirmed */
	guint n_open; /* commands since the last PING */
	guint pinged; /* the last command before the PING that is out */
	guint token;  /* of that PING */
	gboolean is_out;
	gboolean is_hurried; /* the timer runs at once */
	guint timer;
	gint64 ping_us;
} confirm;

void irc_confirm_ping(void)
{
	char token[16];

	if (confirm.is_out) {
		return;
	}
	g_clear_handle_id(&confirm.timer, g_source_remove);
	confirm.is_out = TRUE;
	confirm.pinged = confirm.marked;
	confirm.n_open = 0;
	confirm.ping_us = g_get_monotonic_time();
	g_snprintf(token, sizeof token, "%u", ++confirm.token);
	irc_link_ping(token);
}

static gboolean on_timer(gpointer user)
{
	confirm.timer = 0;
	irc_confirm_ping();
	return G_SOURCE_REMOVE;
}

/* Not before the end of this turn of the loop, so that one PING serves all of its lines. */
static void schedule(void)
{
	gint64 since_ms;
	gboolean hurry;

	if (confirm.is_out || !irc_confirm_is_open() || (confirm.timer && confirm.is_hurried)) {
		return;
	}
	since_ms = (g_get_monotonic_time() - confirm.ping_us) / 1000;
	hurry = confirm.n_open > OPEN_MAX || since_ms >= INTERVAL_MS;
	if (confirm.timer && !hurry) {
		return;
	}
	g_clear_handle_id(&confirm.timer, g_source_remove);
	confirm.is_hurried = hurry;
	confirm.timer = g_timeout_add(hurry ? 0 : (guint)(INTERVAL_MS - since_ms), on_timer, NULL);
}

void irc_confirm_mark(void)
{
	guint serial = gw_serial();

	if (serial == 0 || serial == confirm.marked) {
		return;
	}
	confirm.marked = serial;
	confirm.n_open++;
	if (irc_link_is_up()) {
		schedule();
	} else {
		/* Nothing is written anywhere, and what was before is settled already. */
		confirm.taken = serial;
		gw_taken(serial);
	}
}

gboolean irc_confirm_is_open(void)
{
	return confirm.marked != confirm.taken;
}

gboolean irc_confirm_has_taken(guint serial)
{
	return confirm.taken >= serial;
}

void irc_link_confirm(const char *token)
{
	char expected[16];

	g_snprintf(expected, sizeof expected, "%u", confirm.token);
	if (!confirm.is_out || !g_str_equal(token, expected)) {
		return;
	}
	confirm.is_out = FALSE;
	if (confirm.pinged != confirm.taken) {
		confirm.taken = confirm.pinged;
		gw_taken(confirm.taken);
	}
	schedule();
	irc_link_on_confirmed();
}

void irc_confirm_give_up(void)
{
	g_clear_handle_id(&confirm.timer, g_source_remove);
	confirm.is_out = FALSE;
	if (irc_confirm_is_open()) {
		confirm.taken = confirm.marked;
		gw_uncertain(confirm.taken);
	}
	confirm.n_open = 0;
	confirm.ping_us = 0;
}
