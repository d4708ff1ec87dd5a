/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FAILURE_H
#define FAILURE_H

#include "gw-stanza.h"
#include "gw-types.h"

#include "component.h"

typedef struct Network Network;

/* How a failure is told: as a stanza error (RFC 6120 §8.3.3) and in words. */

/* Appends <error/>. `text` NULL: the failure's own sentence. */
void failure_append(GString *out, GwFailure failure, const char *text);

/* The failure's own sentence, translated. */
const char *failure_text(GwFailure failure);

/* The parts of a stanza that its answer needs. */
typedef struct {
	const char *kind; /* "message", "presence", "iq" */
	const char *from; /* who is to be told */
	const char *to;   /* who they wrote to, and who answers */
	const char *id;
} FailureAddress;

/* Sends the error stanza that answers a stanza. That of a message is kept while the server is away,
 * as a message would be. */
void failure_send(
	Network *network, const FailureAddress *address, GwFailure failure, const char *text);

/* Answers `stanza`, unless that is an error or a result itself (RFC 6120 §8.3.1). */
void failure_answer(Network *network, const GwElement *stanza, GwFailure failure, const char *text);

/* Whether an error that came back means that nobody is there any more. */
gboolean failure_is_gone(const GwElement *stanza);

#endif
