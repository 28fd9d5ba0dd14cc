/* Receives, sends and polls: told only if the table of their process changes while they are in flight. */
#pragma once
#include "tell.h"

/* Null: it has none. */
INLINE struct slot *slot_of(struct process *process, const struct thread *thread)
{
	u32 index = thread->slot;

	if (index >= SLOTS)
		return 0;
	keep(index);
	return &process->slots[index];
}

/* Once for each thread, at its first transfer. */
ONCE s32 claim_slot(u32 process_index, u32 tid)
{
	struct process *process = process_at(process_index);

	if (!process)
		return NO_ROOM;
	for (u32 index = 0; index < SLOTS; index++) {
		if (process->owners[index] != 0 || __sync_val_compare_and_swap(&process->owners[index], 0, tid) != 0)
			continue;
		__sync_fetch_and_or(&process->used, 1u << index);
		return index;
	}
	return NO_ROOM;
}

/* Only one of all who try does it. */
INLINE int take_telling(struct slot *slot)
{
	return slot->state == SLOT_UNTOLD &&
	       __sync_val_compare_and_swap(&slot->state, SLOT_UNTOLD, SLOT_TOLD) == SLOT_UNTOLD;
}

/* By any thread that shares its table, which has not changed since the call was entered. */
ONCE int tell_slot(u32 process_index, u32 index, u32 pid)
{
	struct process *process = process_at(process_index);
	/* Before it is taken: whoever finds it taken, at its return, has a later time. */
	u64 at = bpf_ktime_get_ns();
	struct identity socket = {};
	struct enter *record;
	struct slot *slot;

	if (!process || index >= SLOTS)
		return 0;
	keep(index);
	slot = &process->slots[index];
	if (!take_telling(slot))
		return 0;
	record = reserve(KIND_ENTER, sizeof(*record));
	if (!record)
		return 0;
	if (!is_poll(slot->nr))
		look_behind(slot->a0, &socket);
	record->head.size = sizeof(*record);
	record->head.kind = KIND_ENTER;
	record->head.flags = is_poll(slot->nr) ? 0 : FLAG_SOCKET;
	record->head.pid = pid;
	record->head.tid = slot->tid;
	record->head.nr = slot->nr;
	record->head.port = socket.port;
	record->head.at = at;
	record->since = slot->since;
	record->inode = socket.inode;
	record->cookie = socket.cookie;
	record->a0 = slot->a0;
	record->a1 = slot->a1;
	record->a2 = 0;
	record->a3 = slot->a3;
	record->value = 0;
	submit(record, KIND_ENTER);
	return 0;
}

ONCE int tell_slots(u32 process_index, u32 pid)
{
	struct process *process = process_at(process_index);

	if (!process)
		return 0;
	for (u32 index = 0; index < SLOTS && process->used >> index; index++)
		if (process->slots[index].state == SLOT_UNTOLD)
			tell_slot(process_index, index, pid);
	return 0;
}

/*
 * Before a change is told: what is in flight now overlaps it. A transfer that is entered from here on finds
 * `changing` raised and tells itself; each exchange is a full barrier, so one of the two sees the other.
 */
INLINE void begin_change(struct process *process, u32 process_index, u32 pid)
{
	__sync_fetch_and_add(&process->changing, 1);
	__sync_fetch_and_add(&process->changes, 1);
	tell_slots(process_index, pid);
}

enum interest {
	NONE,
	ORDINARY,
	URGENT, /* it binds its socket: told at once */
};

INLINE enum interest interest_in(struct process *process, u32 nr, const struct arguments *args, u32 manner)
{
	struct identity socket;
	enum behind behind;

	/* Without descriptors it only sleeps, as the runtime of Go up to 1.9 does. */
	if (nr == POLL || nr == PPOLL)
		return ARGUMENT1(args) ? ORDINARY : NONE;
	if (nr == SELECT || nr == PSELECT6)
		return ARGUMENT0(args) ? ORDINARY : NONE;
	if (!(manner & (BINDS | ON_FILE)))
		return ORDINARY;
	behind = look_behind(ARGUMENT0(args), &socket);
	if (behind == BEHIND_OTHER && !process->changing)
		return NONE;
	return manner & BINDS && behind == BEHIND_SOCKET && !socket.port ? URGENT : ORDINARY;
}

INLINE void enter_transfer(struct thread *thread, struct process *process, const struct arguments *args, u32 manner)
{
	enum interest interest = interest_in(process, thread->nr, args, manner);
	struct slot *slot;

	if (interest == NONE) {
		thread->nr = NO_CALL;
		return;
	}
	if (thread->slot == NO_SLOT)
		thread->slot = claim_slot(thread->process, thread->tid);
	slot = slot_of(process, thread);
	if (!slot || interest == URGENT) {
		look_behind(ARGUMENT0(args), &thread->socket);
		return tell_enter(thread, args, thread->entered, 0, !is_poll(thread->nr));
	}
	slot->since = thread->entered;
	slot->tid = thread->tid;
	slot->nr = thread->nr;
	slot->a0 = ARGUMENT0(args);
	slot->a1 = ARGUMENT1(args);
	slot->a3 = ARGUMENT3(args);
	barrier();
	__sync_lock_test_and_set(&slot->state, SLOT_UNTOLD);
	if (process->changing)
		tell_slot(thread->process, thread->slot, thread->pid);
}

INLINE int was_told(struct thread *thread, struct process *process)
{
	struct slot *slot = slot_of(process, thread);

	if (thread->is_told || !slot)
		return thread->is_told;
	return __sync_lock_test_and_set(&slot->state, SLOT_IDLE) == SLOT_TOLD;
}

INLINE void leave_transfer(struct thread *thread, struct process *process, struct pt_regs *regs, s32 result)
{
	u32 nr = thread->nr;
	int told = was_told(thread, process);
	int accepted = is_accept(nr) && result >= 0;
	struct arguments args;
	struct identity after;
	int passes;
	u64 at;

	if (!told && !accepted && nr != SENDMSG && nr != SENDMMSG)
		return;
	read_arguments(&args, regs);
	passes = (nr == SENDMSG || nr == SENDMMSG) && result >= 0 && passes_descriptors(thread, &args, result);
	if (!told && !accepted && !passes)
		return;
	at = bpf_ktime_get_ns();
	/* Nobody had to know of it until now. */
	if (!told) {
		look_behind(ARGUMENT0(&args), &thread->socket);
		tell_enter(thread, &args, at, thread->entered, 1);
	}
	if (passes)
		return tell_passing_return(thread, result, at);
	/* A first send has bound the socket; what an accept made is another one. */
	if (accepted || thread->is_told) {
		look_behind(accepted ? (u32)result : (u32)ARGUMENT0(&args), &after);
		if (accepted || (after.inode && after.inode == thread->socket.inode))
			return tell_return(thread, &args, result, at, &after);
	}
	tell_return(thread, &args, result, at, 0);
}
