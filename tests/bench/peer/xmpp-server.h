/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_XMPP_SERVER_H
#define BENCH_XMPP_SERVER_H

#include "loop.h"

/* The accepting side of a XEP-0114 stream. It trusts the peer to send well-formed
 * XML and cuts the stream in top-level stanzas instead of parsing it, so that the
 * harness stays far cheaper than what it measures. */

typedef void (*XmppServerFunc)(const char *stanza, size_t length);

typedef struct {
	Connection *listener, *connection;
	const char *secret;
	char stream_id[32];
	uint64_t ready; /* 1 once the handshake was accepted */
	XmppServerFunc on_stanza;
	size_t scanned, start; /* of the current stanza, from the buffer's head */
	int depth;
} XmppServer;

void xmpp_server_open(XmppServer *server, const char *host, int port, const char *secret,
	XmppServerFunc on_stanza);

/* Value of an attribute of the first tag, not unescaped, pointing into the stanza; NULL: absent. */
const char *stanza_attribute(
	const char *stanza, size_t length, const char *name, size_t *value_length);
gboolean stanza_attribute_is(
	const char *stanza, size_t length, const char *name, const char *value);
gboolean stanza_is(const char *stanza, size_t length, const char *element);

#endif
