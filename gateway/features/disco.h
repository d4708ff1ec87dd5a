/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef DISCO_H
#define DISCO_H

#include "router.h"

/* Service discovery (XEP-0030) and entity capabilities (XEP-0115): what the
 * gateway, its peers and rooms are and can, told from the router's own table. */

void disco_info(const Stanza *stanza);
void disco_items(const Stanza *stanza);

/* <c/> for a presence of the gateway or of a peer. */
void disco_append_caps(GString *out, Target target);

#endif
