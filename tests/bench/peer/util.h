/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BENCH_UTIL_H
#define BENCH_UTIL_H

#include <glib.h>
#include <stdint.h>
#include <sys/types.h>

/* Time, byte queues, what a process uses. */

uint64_t now_ns(void); /* monotonic */

G_NORETURN void die(const char *format, ...) G_GNUC_PRINTF(1, 2);
void note(const char *format, ...) G_GNUC_PRINTF(1, 2);

/* Bytes [head, length) are pending. */
typedef struct {
	char *data;
	size_t head, length, capacity;
} Buffer;

void buffer_reserve(Buffer *buffer, size_t extra);
void buffer_addf(Buffer *buffer, const char *format, ...) G_GNUC_PRINTF(2, 3);
void buffer_drop(Buffer *buffer, size_t n);

static inline size_t buffer_pending(const Buffer *buffer)
{
	return buffer->length - buffer->head;
}

/* CPU time of a process and all its descendants, every thread, in nanoseconds. */
uint64_t process_cpu_ns(pid_t pid);
/* Resident set of the same, KiB. */
long process_rss_kib(pid_t pid);

/* Percentile of an array of samples (sorts it in place). */
double percentile(double *values, size_t n, double percent);

#endif
