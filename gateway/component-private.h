/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPONENT_PRIVATE_H
#define COMPONENT_PRIVATE_H

#include "component.h"
#include "gw-stream.h"

/* Between the files of the component: component.c has its life, component-receive.c the handshake
 * and what comes in, component-send.c what goes out, component-ping.c marks and keepalive. */

#define NS_COMPONENT "jabber:component:accept"
#define NS_STREAM "http://etherx.jabber.org/streams"

typedef enum {
	STATE_CLOSED,
	STATE_WAITING,    /* for the next attempt */
	STATE_CONNECTING, /* TCP */
	STATE_GREETING,   /* our stream header is out */
	STATE_PROVING,    /* our handshake is out */
	STATE_UP,
	STATE_CLOSING, /* our end tag is out */
} State;

struct Component {
	gint references; /* one is the owner's, one that of each callback under way */
	char *domain;
	char *server;
	char *secret;
	const ComponentHandlers *handlers;
	gpointer user;

	State state;
	guint timer; /* what it waits for depends on the state */
	guint retry_s;
	char *last_failure;          /* what was said in the log about the last attempt */
	void (*done)(gpointer user); /* of component_close() */

	GCancellable *connecting;
	GwStream *stream;
	GwParser *parser;
	gboolean reading;
	char *lost; /* why the stream has to be given up */
	gboolean conflict;
	gint64 up_us;
	gint64 heard_us;
	gint64 wrote_us;

	GString *building; /* between begin and end; NULL: nothing */
	gsize building_start;
	GString *scratch; /* for what is not sent */
	guint warned_kinds;
	gboolean warned_ping;
	gboolean wrote; /* since the last tick */

	guint64 last_mark;
	guint64 confirmed;
	guint32 ping_nonce;
	guint ping_number;
	gboolean pinging;
	guint64 ping_mark; /* what its answer confirms */
	gint64 pinged_us;
	guint ping_source;
};

static inline gint64 component_us(guint seconds)
{
	return (gint64)seconds * G_USEC_PER_SEC;
}

/* ---- component.c ---- */

void component_set_state(Component *component, State state);
void component_set_timer(Component *component, guint ms, GSourceFunc function);
void component_unref(Component *component);
/* The first reason is the one that counts. The stream ends when the parser has returned. */
void component_lose(Component *component, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* After component_lose(), but not while the parser runs. `component` may be gone afterwards. */
void component_give_up(Component *component);

/* ---- component-receive.c ---- */

extern const GwParserHandlers component_parser_handlers;
extern const GwStreamHandlers component_stream_handlers;

/* ---- component-ping.c ---- */

/* When the stream has come up; it takes the timer. */
void component_start_keepalive(Component *component);
void component_send_ping(Component *component);
/* TRUE: it is one of our pings that came back, or its answer. */
gboolean component_take_ping(Component *component, const GwElement *stanza);

#endif
