/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef COMPONENT_H
#define COMPONENT_H

#include "gw-stanza.h"

/* One hostname attached to an XMPP server (XEP-0114): the stream, its reconnects
 * and keepalive, whole stanzas in and out. All that leaves for XMPP leaves here,
 * and here alone is checked that it comes from our hostname: one wrong `from`
 * makes a server close the stream for everybody. */

typedef struct Component Component;

typedef struct {
	void (*on_stanza)(gpointer user, const GwElement *stanza);
	/* The handshake is done. */
	void (*on_up)(gpointer user);
	/* The stream is lost, or the server did not take it; it will be tried again. */
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

/* Starts to connect, and to reconnect for ever: back-off 1 s to 60 s with jitter, five minutes after
 * a `conflict`. */
void component_open(Component *component);
/* The clean end: writes what is queued and </stream:stream>, still hands over what the server sends
 * until it closes too or `timeout_s` passed, then calls `done`. Does not reconnect. */
void component_close(Component *component, guint timeout_s, void (*done)(gpointer user));
/* For a changed config; used from the next connect on. */
void component_set_server(Component *component, const char *server, const char *secret);

const char *component_domain(const Component *component);
gboolean component_is_up(const Component *component);
/* Too much is queued: stop producing until on_drained. */
gboolean component_is_full(const Component *component);
void component_set_reading(Component *component, gboolean reading);

/* A mark for what has been sent up to now. While something is unconfirmed, a ping (XEP-0199) to the
 * server follows, at most one at a time; on_confirmed tells the highest mark reached. */
guint64 component_mark(Component *component);

/* One stanza. `kind` is "message", "presence" or "iq"; NULL `type` and `id` leave the attribute out.
 * Append the content to the result, then call component_end(). Nothing is sent while the stream
 * is down, or when `from` is not of our domain (a warning in the log). */
GString *component_begin(Component *component, const char *kind, const char *from, const char *to,
	const char *type, const char *id);
void component_end(Component *component, const char *kind);

/* One stanza to many: rendered once, each copy is three appends. */
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
void component_send_copy(Component *component, const ComponentTemplate *template, const char *to,
	gsize to_length);

#endif
