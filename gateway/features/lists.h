/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LISTS_H
#define LISTS_H

#include "router.h"

/* Lists that the network has to be asked for: its rooms (XEP-0045 §6.3) by pages (XEP-0059), and
 * who is banned from a room (XEP-0045 §9.2). */

void list_rooms(const Stanza *stanza);
void list_bans(const Stanza *stanza, const char *room_id);
void lists_on_item(Network *network, Session *session, guint serial, const void *record);

#endif
