/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPONENT_H
#define COMPONENT_H

#include "gw-stanza.h"

/* One hostname attached to an XMPP server (XEP-0114): the stream, its reconnects
 * and keepalive, whole stanzas in and out. All that leaves for XMPP leaves here,
 * and here alone is checked that it comes from our hostname: one wrong `from`
 * makes a server close the stream for everybody.
 *
 * XEP-0114 acknowledges nothing, so we ping (XEP-0199) our own hostname: the
 * server routes that back to us over the stream, after it has read all that
 * went before. The server's own domain would be the natural one to ask, but
 * the protocol does not tell it; the parent of ours need not exist, and then
 * the server would look for it on the Internet before it answers. */

typedef struct Component Component;

/* The component may be freed inside each of them. */
typedef struct {
	/* Whatever comes but our own pings; `from` and `to` may be missing. A stanza over the
	 * limits of GwParser is answered with policy-violation here and not handed over. */
	void (*on_stanza)(gpointer user, const GwElement *stanza);
	/* The handshake is done. */
	void (*on_up)(gpointer user);
	/* The stream is lost, or the server did not take it; it will be tried again. Marks that are
	 * not confirmed by now never will be. */
	void (*on_down)(gpointer user, const char *reason);
	/* The server has read everything that was written before `mark` (see component_mark). */
	void (*on_confirmed)(gpointer user, guint64 mark);
	/* There is room again after component_is_full(). */
	void (*on_drained)(gpointer user);
} ComponentHandlers;

/* `server` is HOST:PORT. Strings are copied, `handlers` must outlive the component. */
Component *component_new(const char *domain, const char *server, const char *secret,
	const ComponentHandlers *handlers, gpointer user);
/* Closes at once; on_down is not called. NULL is fine. */
void component_free(Component *component);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Component, component_free)

/* Starts to connect, and to reconnect for ever: back-off 1 s to 60 s with jitter, five minutes
 * after a `conflict`. */
void component_open(Component *component);
/* The clean end: writes what is queued and </stream:stream>, still hands over what the server sends
 * until it closes too or `timeout_s` passed, then calls `done` (NULL: not wanted), never from
 * inside this call. Meanwhile marks are still confirmed, but nothing can be sent. on_down is not
 * called. Does not reconnect. */
void component_close(Component *component, guint timeout_s, void (*done)(gpointer user));
/* For a changed config; used from the next connect on. */
void component_set_server(Component *component, const char *server, const char *secret);

const char *component_domain(const Component *component);
gboolean component_is_up(const Component *component);
/* Too much is queued: stop producing until on_drained. */
gboolean component_is_full(const Component *component);
/* What has been read already, up to 64 KiB, still comes. */
void component_set_reading(Component *component, gboolean reading);

/* A mark for what has been sent up to now; each is one higher than the last. While something is
 * unconfirmed, a ping follows at the end of the turn of the loop, one at a time and at most every
 * 200 ms, or sooner when more than 512 marks wait; on_confirmed tells the highest mark reached.
 * While the stream is not up, nothing is sent and the mark is never confirmed by itself. */
guint64 component_mark(Component *component);

/* One stanza. `kind` is "message", "presence" or "iq"; NULL `type` and `id` leave the attribute
 * out. Append the content to the result with gw_xml_*(), which includes more attributes as long as
 * there is no child, then call component_end() before anything else of the component. Nothing is
 * sent while the stream is down, when `from` is not of our domain (a warning in the log, once for
 * each kind), or when it is over 500 KiB, for which servers close the stream (a warning). */
GString *component_begin(Component *component, const char *kind, const char *from, const char *to,
	const char *type, const char *id);
void component_end(Component *component, const char *kind);

/* One stanza to many: rendered once, each copy is three appends. Zeroed, or used before. */
typedef struct {
	GString *head; /* up to the value of `to` */
	GString *tail; /* the rest */
} ComponentTemplate;

/* Append the content to the result, then call component_template_end(). Clear with
 * component_template_clear(). */
GString *component_template_begin(Component *component, ComponentTemplate *template,
	const char *kind, const char *from, const char *type, const char *id);
void component_template_end(ComponentTemplate *template, const char *kind);
void component_template_clear(ComponentTemplate *template);
/* `to` must be escaped already (gw_xml_escape). */
void component_send_copy(
	Component *component, const ComponentTemplate *template, const char *to, gsize to_length);

/* The pace of it all; tests change it. */
typedef struct {
	guint connect_s;     /* for TCP connect and handshake together */
	guint silence_s;     /* nothing heard: ping */
	guint answer_s;      /* nothing heard since that ping: the link is dead */
	guint write_s;       /* nothing written: a space */
	guint retry_least_s; /* first delay before another attempt; it doubles */
	guint retry_most_s;
	guint conflict_s; /* delay after a `conflict` */
	guint steady_s;   /* up for so long: the next delay is the least again */
} ComponentTimes;

extern ComponentTimes component_times;

#endif
