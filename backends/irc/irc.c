/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "irc.h"

#include "contacts.h"
#include "guests.h"
#include "gw-backend.h"
#include "info.h"
#include "link.h"
#include "messages.h"
#include "rooms.h"

/* The IRC backend: our place in a network is that of a server. */

Irc irc;

static void describe(GwFeatures *features)
{
	features->type = "irc";
	features->name = irc.settings.network_name;
	features->room_prefixes = "#&+!";
	features->rooms = TRUE;
	features->shared_rooms = TRUE;
	features->subjects = TRUE;
	features->moderation = TRUE;
	features->invitations = TRUE;
	features->private_messages = TRUE;
	features->profiles = TRUE;
}

static gboolean start(const GwStart *settings, GwFeatures *features, GError **error)
{
	if (!irc_settings_read(&irc.settings, settings, error)) {
		return FALSE;
	}
	describe(features);
	if (settings->check_only) {
		return TRUE;
	}
	irc.driver = irc_driver_find(irc.settings.daemon);
	irc.network = irc_network_new(irc.settings.server_name, irc.settings.server_info);
	irc.network->limits.permanent_mode = irc.driver->permanent_mode;
	if (irc.settings.nick_length > 0) {
		irc.network->limits.nick.max_length = (gsize)irc.settings.nick_length;
	}
	return irc_link_open(error);
}

static void stop(const char *reason)
{
	irc_link_close(reason);
}

const GwBackend gw_backend = {
	.name = "irc",
	.start = start,
	.stop = stop,
	.login = irc_guests_login,
	.logout = irc_guests_logout,
	.send_message = irc_messages_send,
	.set_presence = irc_guests_set_presence,
	.put_contact = irc_contacts_put,
	.remove_contact = irc_contacts_remove,
	.join_room = irc_rooms_join,
	.leave_room = irc_rooms_leave,
	.change_nick = irc_guests_change_nick,
	.set_subject = irc_rooms_set_subject,
	.moderate = irc_rooms_moderate,
	.invite = irc_rooms_invite,
	.list_rooms = irc_rooms_list,
	.list_affiliations = irc_rooms_list_affiliations,
	.get_info = irc_info_get,
};
