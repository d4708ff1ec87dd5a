/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include "gw-frame.h"

/* The process of one network: started, greeted, pinged, killed when silent, and
 * started again with a growing delay when it died. Nothing above knows about
 * processes: a worker that died looks like a network that was lost. */

typedef struct Worker Worker;

typedef struct {
	/* The backend took its settings. */
	void (*on_started)(gpointer user, const GwFeatures *features);
	/* The backend refuses its settings: `text` says why. It is not started again. */
	void (*on_refused)(gpointer user, const char *text);
	/* An event, from GW_EVENT_ONLINE on. */
	void (*on_event)(gpointer user, const GwFrameHeader *header, const void *record);
	/* The process is gone, with all sessions and all that was not taken. */
	void (*on_gone)(gpointer user, const char *reason);
	/* There is room again after worker_is_full(). */
	void (*on_drained)(gpointer user);
} WorkerHandlers;

/* `backend` names the program, `start` its settings (copied deeply). `handlers` must outlive it. */
Worker *worker_new(
	const char *backend, const GwStart *start, const WorkerHandlers *handlers, gpointer user);
/* Kills the process if it still runs. NULL is fine. */
void worker_free(Worker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Worker, worker_free)

/* FALSE: there is no such program; `error` says where it was looked for. */
gboolean worker_start(Worker *worker, GError **error);
/* Asks the backend to leave its network; `done` is called when the process has ended, at the
 * latest after `timeout_s`. It is not started again. */
void worker_stop(Worker *worker, const char *reason, guint timeout_s, void (*done)(gpointer user));

/* The command's serial; 0: not sent, as the process does not run or the record is too large. */
guint worker_send(Worker *worker, GwFrameType type, guint session, const void *record);

gboolean worker_is_full(const Worker *worker);
void worker_set_reading(Worker *worker, gboolean reading);

#endif
