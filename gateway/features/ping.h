/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef PING_H
#define PING_H

#include "router.h"

/* XEP-0199. */
void ping_answer(const Stanza *stanza);

#endif
