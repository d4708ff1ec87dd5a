/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ARENA_H
#define ARENA_H

#include <glib.h>

/* Memory that is given out piece by piece and taken back as a whole. The first block stays, so a
 * reset arena serves the next stanza or frame without the heap. Zeroed memory is an empty arena. */

typedef struct ArenaBlock ArenaBlock;

typedef struct {
	char *next; /* first free byte of the newest block */
	char *end;
	ArenaBlock *blocks; /* newest first */
} Arena;

/* Valid until arena_reset() or arena_clear(); aligned for any of our types; not zeroed. */
gpointer arena_grow(Arena *arena, gsize size);
void arena_reset(Arena *arena);
void arena_clear(Arena *arena);

static inline gpointer arena_alloc(Arena *arena, gsize size)
{
	gsize rounded = (size + 7) & ~(gsize)7;

	if (G_UNLIKELY(rounded > (gsize)(arena->end - arena->next))) {
		return arena_grow(arena, rounded);
	}
	gpointer memory = arena->next;
	arena->next += rounded;
	return memory;
}

#endif
