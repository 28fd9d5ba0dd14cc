/* What is remembered between two events, and where records go. */
#pragma once
#include "record.h"

#define THREADS 65536
#define PROCESSES 4096
#define SLOTS 32

/* Which socket stands behind a descriptor. */
struct identity {
	u64 cookie;
	u32 inode; /* 0: none */
	u16 port;
	u8 is_datagram;
	struct sock *sk;
};

enum role {
	ROLE_RUN = 0,
	ROLE_LAUNCHER = 1, /* of it only marks, waits and children are told */
};

#define NO_CALL 0xffff
#define NO_SLOT -1
#define NO_ROOM -2 /* all slots of its process are taken: its transfers are told at once */

struct thread {
	u32 number; /* as the kernel numbers it; 0: nobody stands here */
	u64 entered;
	struct identity socket;
	u32 pid; /* as the agent's pid namespace numbers it */
	u32 tid;
	u32 process; /* index in processes */
	u32 room;    /* that getsockname may fill */
	u32 released; /* by the close in flight, ns after its entry */
	u32 changes; /* of the process, when a call was entered that matters only if there was another since */
	s32 slot;
	u16 nr; /* of the call in flight */
	u8 role;
	u8 is_change; /* counted in `changing` of its process */
	u8 is_quiet;  /* matters only if its process changed while it was in flight */
	u8 is_nothing; /* no file stood behind its descriptor */
	u8 is_one;    /* a close that can not wait: told at its return */
	u8 is_told;   /* its entry was */
	u8 has_released; /* the close in flight; a number of ns alone would not tell: the clock may stand still */
};

enum slot_state {
	SLOT_IDLE,
	SLOT_UNTOLD, /* a call is in flight, and nobody was told of its entry */
	SLOT_TOLD,
};

/* A receive, send or poll in flight: whoever changes the table of the process tells its entry before. */
struct slot {
	u64 since;
	u32 tid;
	s32 a0, a1, a3;
	u32 state;
	u32 nr;
};

struct process {
	u32 threads;
	u32 changing; /* calls in flight that take descriptors away; for good where another process shares the table */
	u32 changes;  /* such calls begun so far */
	u32 used;     /* the slots that were ever claimed, a bit for each */
	u32 owners[SLOTS];
	struct slot slots[SLOTS];
};

enum counter {
	COUNT_TOLD = 0,		  /* + kind */
	COUNT_DROPPED = KINDS,	  /* + kind: the ring was full */
	COUNT_NOT_FOLLOWED = 2 * KINDS, /* threads and processes for which there was no room */
	COUNT_COMPAT,		  /* calls of 32-bit programs */
	COUNT_RELEASES,		  /* releases of sockets, however they are told */
	COUNTERS,
};

struct {
	NUMBER(type, MAP_RINGBUF);
	NUMBER(max_entries, 1 << 24);
} ring SEC(".maps");

/* Not a hash: the lookup in an array is inlined, and each call of the traced program needs two. */
struct {
	NUMBER(type, MAP_ARRAY);
	NUMBER(max_entries, THREADS);
	TYPE(key, u32);
	TYPE(value, struct thread);
} threads SEC(".maps");

struct {
	NUMBER(type, MAP_ARRAY);
	NUMBER(max_entries, PROCESSES);
	TYPE(key, u32);
	TYPE(value, struct process);
} processes SEC(".maps");

/* Indexes in processes that were used and are free again. */
struct {
	NUMBER(type, MAP_STACK);
	NUMBER(max_entries, PROCESSES);
	TYPE(value, u32);
} freed SEC(".maps");

struct {
	NUMBER(type, MAP_PERCPU_ARRAY);
	NUMBER(max_entries, COUNTERS);
	TYPE(key, u32);
	TYPE(value, u64);
} counts SEC(".maps");

/* A number that only the agent knows: who hands it to fcntl is the launcher. */
const volatile u64 nonce = 0;
u32 launcher = 0; /* its pid as the kernel numbers it */
u32 level = 0;	  /* of its pid namespace */
u32 next_process = 0;

/* Atomic: the programs at the hooks can lose their processor to another one in the middle of it. */
INLINE void count(u32 counter)
{
	u64 *counted = bpf_map_lookup_elem(&counts, &counter);

	if (counted)
		__sync_fetch_and_add(counted, 1);
}

INLINE void *reserve(u32 kind, u64 size)
{
	void *record = bpf_ringbuf_reserve(&ring, size, 0);

	if (!record)
		count(COUNT_DROPPED + kind);
	return record;
}

INLINE void submit(void *record, u32 kind)
{
	count(COUNT_TOLD + kind);
	bpf_ringbuf_submit(record, RB_NO_WAKEUP);
}

INLINE void begin_record(struct head *head, u32 kind, u32 size, const struct thread *thread, u64 at)
{
	head->size = size;
	head->kind = kind;
	head->flags = 0;
	head->pid = thread->pid;
	head->tid = thread->tid;
	head->nr = thread->nr;
	head->port = 0;
	head->at = at;
}

/* A thread stands in the first of these that was free; only after 65,536 other threads is that not its first one. */
#define PLACES 4

INLINE struct thread *place_of(u32 number, u32 attempt)
{
	u32 place = (number + attempt * (THREADS / PLACES)) % THREADS;

	return bpf_map_lookup_elem(&threads, &place);
}

/* Null: it is not followed. The idle task alone has the number 0, and it makes no calls. */
INLINE struct thread *thread_of(u32 number)
{
#pragma unroll
	for (u32 attempt = 0; attempt < PLACES; attempt++) {
		struct thread *thread = place_of(number, attempt);

		if (thread && thread->number == number)
			return thread;
	}
	return 0;
}

/* Null: there is no room, which is counted. */
INLINE struct thread *claim_thread(u32 number)
{
	struct thread *thread = thread_of(number);

	if (thread)
		return thread;
#pragma unroll
	for (u32 attempt = 0; attempt < PLACES; attempt++) {
		thread = place_of(number, attempt);
		if (thread && __sync_val_compare_and_swap(&thread->number, 0, number) == 0)
			return thread;
	}
	count(COUNT_NOT_FOLLOWED);
	return 0;
}

INLINE struct process *process_at(u32 index)
{
	return bpf_map_lookup_elem(&processes, &index);
}

INLINE struct process *process_of(const struct thread *thread)
{
	return process_at(thread->process);
}

/* @returns PROCESSES where there is no room left */
INLINE u32 claim_process(void)
{
	u32 index = 0;

	if (bpf_map_pop_elem(&freed, &index) == 0)
		return index;
	if (next_process >= PROCESSES)
		return PROCESSES;
	index = __sync_fetch_and_add(&next_process, 1);
	return index < PROCESSES ? index : PROCESSES;
}
