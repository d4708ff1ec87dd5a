/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ping.h"

void ping_answer(const Stanza *stanza)
{
	stanza_result_empty(stanza);
}
