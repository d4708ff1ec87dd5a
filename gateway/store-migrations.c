/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "store-migrations.h"

const char *const store_migrations[] = {
	/* 0 to 1 */
	"CREATE TABLE secret (purpose TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
	"CREATE TABLE guest ("
	" domain TEXT NOT NULL, user TEXT NOT NULL, token TEXT NOT NULL, nick TEXT,"
	" PRIMARY KEY (domain, user), UNIQUE (domain, token)) WITHOUT ROWID;"
	"CREATE TABLE contact ("
	" domain TEXT NOT NULL, user TEXT NOT NULL, peer TEXT NOT NULL,"
	" PRIMARY KEY (domain, user, peer)) WITHOUT ROWID;"
	"CREATE TABLE occupant ("
	" domain TEXT NOT NULL, room TEXT NOT NULL, jid TEXT NOT NULL, nick TEXT NOT NULL,"
	" PRIMARY KEY (domain, room, jid)) WITHOUT ROWID;"
	"CREATE TABLE undelivered ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT, domain TEXT NOT NULL, direction INTEGER NOT NULL,"
	" owner TEXT NOT NULL, text TEXT NOT NULL, time_us INTEGER NOT NULL);"
	"CREATE INDEX undelivered_owner ON undelivered (domain, direction, owner, id);",
	NULL,
};

const int store_version = G_N_ELEMENTS(store_migrations) - 1;
