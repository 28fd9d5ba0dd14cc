/* Processes and threads: who is watched, how they start, become another program and end; and their marks. */
#pragma once
#include "transfer.h"

/* As the agent's pid namespace numbers it. */
INLINE u32 number_of(struct task_struct *task)
{
	struct pid *pid = PROBE(task, thread_pid);
	void *numbers = __builtin_preserve_access_index(&pid->numbers);
	struct upid *own = numbers + level * SIZE_IN_KERNEL(struct upid);

	return PROBE(own, nr);
}

INLINE void init_thread(struct thread *thread, struct task_struct *task)
{
	thread->tid = number_of(task);
	thread->pid = number_of(READ(task, group_leader));
	thread->slot = NO_SLOT;
	thread->nr = NO_CALL;
	thread->role = ROLE_RUN;
	thread->is_change = 0;
}

/* The agent says once, in the middle of a system call that nobody else makes, which process it is. */
INLINE void hear_greeting(const struct arguments *args)
{
	if (args->dx != nonce || nonce == 0)
		return;
	level = READ(READ(bpf_get_current_task_btf(), thread_pid), level);
	launcher = bpf_get_current_pid_tgid() >> 32;
}

/* A call of a 32-bit program: its number means another one. */
INLINE int is_compat(void)
{
	return bpf_get_current_task_btf()->thread_info.status & TS_COMPAT;
}

/* Null: not ours. */
INLINE struct thread *watched_thread(void)
{
	u64 id = bpf_get_current_pid_tgid();
	struct thread *thread = thread_of(id);

	if (thread || launcher == 0 || launcher != id >> 32)
		return thread;
	thread = claim_thread(id);
	if (!thread)
		return 0;
	init_thread(thread, (struct task_struct *)bpf_get_current_task_btf());
	thread->role = ROLE_LAUNCHER;
	return thread;
}

struct mark {
	struct head head;
	char path[TEXT];
};

struct short_mark {
	struct head head;
	char path[SHORT_TEXT];
};

/* /@afterclose/, as two numbers */
INLINE int is_mark(const char *path)
{
	return *(u64 *)path == 0x637265746661402fULL && (*(u64 *)(path + 8) & 0xffffffffffULL) == 0x2f65736f6cULL;
}

static __attribute__((noinline)) int tell_long_mark(const struct thread *thread, const void *path, u64 at)
{
	struct mark *record = reserve(KIND_MARK, sizeof(*record));
	long length;

	if (!record)
		return 0;
	begin_record(&record->head, KIND_MARK, sizeof(record->head), thread, at);
	length = bpf_probe_read_user_str(record->path, TEXT, path);
	if (length > 0)
		record->head.size += length - 1;
	submit(record, KIND_MARK);
	return 0;
}

/* Right into the record: most paths that a traced program gives to access(2) are marks. */
INLINE void tell_mark(const struct thread *thread, const void *path, s32 result, u64 at)
{
	struct short_mark *record = reserve(KIND_MARK, sizeof(*record));
	long length;

	if (!record)
		return;
	length = bpf_probe_read_user_str(record->path, SHORT_TEXT, path);
	if (length > 14 && length < SHORT_TEXT && is_mark(record->path)) {
		begin_record(&record->head, KIND_MARK, sizeof(record->head), thread, at);
		record->head.size += length - 1;
		return submit(record, KIND_MARK);
	}
	if (length == SHORT_TEXT && is_mark(record->path)) {
		bpf_ringbuf_discard(record, RB_NO_WAKEUP);
		tell_long_mark(thread, path, at);
	} else if (length < 0 && result != -EFAULT) {
		begin_record(&record->head, KIND_FAULT, sizeof(record->head), thread, at);
		submit(record, KIND_FAULT);
	} else {
		bpf_ringbuf_discard(record, RB_NO_WAKEUP);
	}
}

/* What one of two processes with the same table does to it is from here on a change for both, which never ends. */
INLINE void begin_process(struct process *process, const struct thread *parent, int shares_table)
{
	struct process *sharing = parent->role == ROLE_LAUNCHER || !shares_table ? 0 : process_of(parent);

	process->threads = 0;
	process->changing = sharing ? 1 : 0;
	process->used = 0;
	if (sharing)
		begin_change(sharing, parent->process, parent->pid);
}

/* In the parent, after the table was copied or shared and before the child runs. */
SEC("tp_btf/sched_process_fork")
int forked(u64 *ctx)
{
	struct task_struct *parent_task = (struct task_struct *)ctx[0];
	struct task_struct *task = (struct task_struct *)ctx[1];
	struct thread *parent = thread_of(bpf_get_current_pid_tgid());
	struct process *process;
	struct thread *child;
	struct fork *record;
	int is_thread;
	u32 index;

	if (!parent)
		return 0;
	is_thread = number_of(READ(task, group_leader)) == parent->pid;
	/* The launcher's own threads make themselves known. */
	if (is_thread && parent->role == ROLE_LAUNCHER)
		return 0;
	index = is_thread ? parent->process : claim_process();
	process = process_at(index);
	if (!process) {
		count(COUNT_NOT_FOLLOWED);
		return 0;
	}
	child = claim_thread(READ(task, pid));
	if (!child) {
		if (!is_thread)
			bpf_map_push_elem(&freed, &index, 0);
		return 0;
	}
	init_thread(child, task);
	child->process = index;
	if (!is_thread)
		begin_process(process, parent, READ(task, files) == READ(parent_task, files));
	__sync_fetch_and_add(&process->threads, 1);
	record = reserve(KIND_FORK, sizeof(*record));
	if (!record)
		return 0;
	begin_record(&record->head, KIND_FORK, sizeof(*record), child, bpf_ktime_get_ns());
	record->parent = parent->pid;
	record->parent_tid = parent->tid;
	submit(record, KIND_FORK);
	return 0;
}

/* execve by another thread than the first: it goes on under the number of the first, which is gone. */
SEC("tp_btf/sched_process_exec")
int execed(u64 *ctx)
{
	u32 number = bpf_get_current_pid_tgid();
	u32 from = ctx[1];
	struct thread *before, *after;
	struct rename *record;

	if (from == number)
		return 0;
	before = thread_of(from);
	if (!before)
		return 0;
	after = claim_thread(number);
	if (after) {
		*after = *before;
		after->number = number;
		after->tid = after->pid;
	}
	record = reserve(KIND_RENAME, sizeof(*record));
	if (record) {
		begin_record(&record->head, KIND_RENAME, sizeof(*record), before, bpf_ktime_get_ns());
		record->head.tid = before->pid;
		record->from = before->tid;
		submit(record, KIND_RENAME);
	}
	before->number = 0;
	return 0;
}

/* For every way to end, SIGKILL included, before the table is dropped. */
SEC("tp_btf/sched_process_exit")
int exited(u64 *ctx)
{
	struct thread *thread = thread_of(bpf_get_current_pid_tgid());
	struct process *process;
	struct head *record;
	u32 index, slot;
	int is_last;

	if (!thread)
		return 0;
	process = thread->role == ROLE_LAUNCHER ? 0 : process_of(thread);
	if (process) {
		slot = thread->slot;
		if (thread->is_change)
			__sync_fetch_and_add(&process->changing, -1);
		if (slot < SLOTS) {
			process->slots[slot].state = SLOT_IDLE;
			process->owners[slot] = 0;
		}
		/* Not signal->live: of threads that end together several would be the last. */
		is_last = __sync_fetch_and_add(&process->threads, -1) == 1;
		record = reserve(KIND_EXIT, sizeof(*record));
		if (record) {
			begin_record(record, KIND_EXIT, sizeof(*record), thread, bpf_ktime_get_ns());
			record->flags = is_last ? FLAG_LAST : 0;
			submit(record, KIND_EXIT);
		}
		index = thread->process;
		if (is_last)
			bpf_map_push_elem(&freed, &index, 0);
	}
	thread->number = 0;
	return 0;
}
