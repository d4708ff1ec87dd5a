/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef IRC_CONTACTS_H
#define IRC_CONTACTS_H

#include "guests.h"

/* Who of our users follows whose presence. IRC has no such thing between
 * servers, nor needs it: we see everybody come and go. */

void irc_contacts_put(GwSession *session, const GwContact *contact);
void irc_contacts_remove(GwSession *session, const GwContact *contact);
void irc_contacts_forget(IrcGuest *guest);

/* The user came, or is another way than before. */
void irc_contacts_changed(const IrcUser *user);
/* Nobody has this nick any more. */
void irc_contacts_gone(const char *nick, const char *reason);

#endif
