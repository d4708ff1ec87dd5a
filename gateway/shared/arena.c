/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arena.h"

#define BLOCK_SIZE (16 * 1024)

struct ArenaBlock {
	ArenaBlock *older;
	gsize size; /* of what follows */
};

static void use_block(Arena *arena, ArenaBlock *block)
{
	arena->next = (char *)(block + 1);
	arena->end = arena->next + block->size;
}

gpointer arena_grow(Arena *arena, gsize size)
{
	/* Doubling keeps the number of blocks small for whatever needs much. */
	gsize wanted = arena->blocks != NULL ? arena->blocks->size * 2 : BLOCK_SIZE;
	gsize room = MAX(size, MIN(wanted, (gsize)1024 * 1024));
	ArenaBlock *block = g_malloc(sizeof(*block) + room);

	block->older = arena->blocks;
	block->size = room;
	arena->blocks = block;
	use_block(arena, block);
	arena->next += size;
	return block + 1;
}

static void free_block(Arena *arena)
{
	ArenaBlock *block = arena->blocks;

	arena->blocks = block->older;
	g_free(block);
}

void arena_reset(Arena *arena)
{
	if (arena->blocks == NULL) {
		return;
	}
	while (arena->blocks->older != NULL) {
		free_block(arena);
	}
	if (arena->blocks->size > BLOCK_SIZE) {
		arena_clear(arena);
		return;
	}
	use_block(arena, arena->blocks);
}

void arena_clear(Arena *arena)
{
	while (arena->blocks != NULL) {
		free_block(arena);
	}
	arena->next = arena->end = NULL;
}
