/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "component-private.h"

#include <string.h>

#include "gw-log.h"
#include "gw-xml.h"

/* What the server has read, and whether it is still there. */

#define PING_PREFIX "gateway-ping-"
/* Between pings for marks, unless so many of them wait. */
#define MARK_PING_MS 200
#define MANY_MARKS 512

/* ---- marks ---- */

void component_send_ping(Component *component)
{
	char id[48];

	g_snprintf(id, sizeof(id), PING_PREFIX "%08x-%u", component->ping_nonce,
		++component->ping_number);
	component->pinging = TRUE;
	component->ping_mark = component->last_mark;
	component->pinged_us = g_get_monotonic_time();
	GString *out =
		component_begin(component, "iq", component->domain, component->domain, "get", id);
	gw_xml_element(out, "ping", "urn:xmpp:ping", NULL);
	component_end(component, "iq");
}

static gboolean on_mark_ping(gpointer data)
{
	Component *component = data;

	component->ping_source = 0;
	if (!component->pinging && component->last_mark > component->confirmed) {
		component_send_ping(component);
	}
	return G_SOURCE_REMOVE;
}

/* At the end of this turn of the loop, so that it comes after all that the turn sends. */
static void ping_for_marks(Component *component)
{
	gint64 since_us = g_get_monotonic_time() - component->pinged_us;
	gboolean soon = component->last_mark - component->confirmed > MANY_MARKS ||
			since_us >= MARK_PING_MS * 1000;

	if (component->pinging) {
		return;
	}
	if (soon) {
		g_clear_handle_id(&component->ping_source, g_source_remove);
		component->ping_source =
			g_idle_add_full(G_PRIORITY_HIGH, on_mark_ping, component, NULL);
	} else if (component->ping_source == 0) {
		component->ping_source = g_timeout_add(
			MARK_PING_MS - (guint)(since_us / 1000), on_mark_ping, component);
	}
}

guint64 component_mark(Component *component)
{
	guint64 open = ++component->last_mark - component->confirmed;

	/* Those in between are seen when the ping under way has come back. */
	if (component_is_up(component) && (open == 1 || open == MANY_MARKS + 1)) {
		ping_for_marks(component);
	}
	return component->last_mark;
}

gboolean component_take_ping(Component *component, const GwElement *stanza)
{
	char id[48];
	const char *found = gw_element_attribute(stanza, "id");

	if (found == NULL || strncmp(found, PING_PREFIX, strlen(PING_PREFIX)) != 0) {
		return FALSE;
	}
	const char *from = gw_element_attribute(stanza, "from");
	int length = g_snprintf(id, sizeof(id), PING_PREFIX "%08x-", component->ping_nonce);
	if (strncmp(found, id, (gsize)length) != 0 || strcmp(stanza->name, "iq") != 0 ||
		(from != NULL && strcmp(from, component->domain) != 0)) {
		return FALSE;
	}
	g_snprintf(id + length, sizeof(id) - (gsize)length, "%u", component->ping_number);
	if (!component->pinging || strcmp(found, id) != 0) {
		return TRUE;
	}
	component->pinging = FALSE;
	gboolean news = component->ping_mark > component->confirmed;
	component->confirmed = component->ping_mark;
	if (component->last_mark > component->confirmed && component_is_up(component)) {
		ping_for_marks(component);
	}
	if (news && component->handlers->on_confirmed != NULL) {
		component->handlers->on_confirmed(component->user, component->confirmed);
	}
	return TRUE;
}

/* ---- keepalive ---- */

/* The most precise that is needed: how long until the next look. */
static guint tick_ms(gint64 until_us)
{
	return (guint)MAX(1, (until_us + G_USEC_PER_SEC - 1) / G_USEC_PER_SEC) * 1000;
}

static void keep_written(Component *component, gint64 now_us)
{
	if (component->wrote) {
		component->wrote = FALSE;
		component->wrote_us = now_us;
	} else if (now_us - component->wrote_us >= component_us(component_times.write_s)) {
		gw_stream_write(component->stream, " ", 1);
		component->wrote_us = now_us;
	}
}

/* The server speaks, so the link is fine; but then nothing is ever confirmed. */
static void tell_lost_ping(Component *component)
{
	if (!component->warned_ping) {
		component->warned_ping = TRUE;
		gw_warning("%s: the server does not give us back our own pings", component->domain);
	}
}

static gboolean on_tick(gpointer data)
{
	Component *component = data;
	gint64 now_us = g_get_monotonic_time();
	gint64 next_us = component_us(component_times.silence_s);

	component->timer = 0;
	if (!component->reading) {
		/* We do not listen, so silence says nothing. */
		component->heard_us = component->pinged_us = now_us;
	}
	gint64 silence_us = now_us - component->heard_us;
	gint64 waited_us = now_us - MAX(component->pinged_us, component->heard_us);
	if (component->pinging && waited_us >= component_us(component_times.answer_s)) {
		component_lose(component, "the server does not answer any more");
		component_give_up(component);
		return G_SOURCE_REMOVE;
	}
	if (component->pinging &&
		now_us - component->pinged_us >= component_us(2 * component_times.answer_s)) {
		tell_lost_ping(component);
		component_send_ping(component);
	}
	if (!component->pinging && silence_us >= component_us(component_times.silence_s)) {
		component_send_ping(component);
		next_us = component_us(component_times.answer_s);
	} else if (component->pinging) {
		next_us = component_us(component_times.answer_s) - waited_us;
	} else {
		next_us -= silence_us;
	}
	keep_written(component, now_us);
	component_set_timer(component, tick_ms(next_us), on_tick);
	return G_SOURCE_REMOVE;
}

void component_start_keepalive(Component *component)
{
	component->wrote_us = g_get_monotonic_time();
	component->pinged_us = 0;
	component->ping_nonce = g_random_int();
	component->warned_ping = FALSE;
	component->confirmed = component->last_mark;
	component_set_timer(component, tick_ms(component_us(component_times.silence_s)), on_tick);
}
