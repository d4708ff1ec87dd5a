/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_MESSAGES_H
#define IRC_MESSAGES_H

#include "gw-backend.h"

/* What is said, both ways; the way in is irc_event_message() of events.h. */

void irc_messages_send(GwSession *session, const GwMessage *message);

#endif
