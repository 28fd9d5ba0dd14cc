/* Processes and threads: who is watched, how they start, become another program and end; and their marks. */
#pragma once
#include "tell.h"

/* As the agent's pid namespace numbers it. */
INLINE u32 number_of(struct task_struct *task)
{
	struct pid *pid = READ(task, thread_pid);
	void *numbers = __builtin_preserve_access_index(&pid->numbers);
	struct upid *own = numbers + level * SIZE_IN_KERNEL(struct upid);

	return READ(own, nr);
}

INLINE void init_thread(struct thread *thread, struct task_struct *task)
{
	__builtin_memset(thread, 0, sizeof(*thread));
	thread->tid = number_of(task);
	thread->pid = number_of(READ(task, group_leader));
	thread->slot = NO_SLOT;
	thread->nr = NO_CALL;
}

/* The agent says once, in the middle of a system call that nobody else makes, which process it is. */
INLINE void hear_greeting(struct pt_regs *regs)
{
	struct arguments args;

	read_arguments(&args, regs);
	if (args.dx != nonce || nonce == 0)
		return;
	level = READ(READ(bpf_get_current_task_btf(), thread_pid), level);
	launcher = bpf_get_current_pid_tgid() >> 32;
}

/* Null: not ours. */
INLINE struct thread *watched_thread(u32 nr, struct pt_regs *regs)
{
	u64 id = bpf_get_current_pid_tgid();
	u32 tid = id;
	struct thread *thread = thread_of(tid);
	struct thread own;

	if (thread)
		return thread;
	if (launcher == 0 && nr == FCNTL)
		hear_greeting(regs);
	if (launcher == 0 || launcher != id >> 32)
		return 0;
	init_thread(&own, (struct task_struct *)bpf_get_current_task_btf());
	own.role = ROLE_LAUNCHER;
	if (bpf_map_update_elem(&threads, &tid, &own, 0) != 0)
		count(COUNT_NOT_FOLLOWED);
	return thread_of(tid);
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

static __attribute__((noinline)) int tell_long_mark(const struct thread *thread, const void *path)
{
	struct mark *record = reserve(KIND_MARK, sizeof(*record));
	long length;

	if (!record)
		return 0;
	begin_record(&record->head, KIND_MARK, sizeof(record->head), thread, thread->entered);
	length = bpf_probe_read_user_str(record->path, TEXT, path);
	if (length > 0)
		record->head.size += length - 1;
	submit(record, KIND_MARK);
	return 0;
}

/* Right into the record: most paths that a traced program gives to access(2) are marks. */
INLINE void tell_mark(const struct thread *thread, const void *path, s32 result)
{
	struct short_mark *record = reserve(KIND_MARK, sizeof(*record));
	long length;

	if (!record)
		return;
	length = bpf_probe_read_user_str(record->path, SHORT_TEXT, path);
	if (length > 14 && length < SHORT_TEXT && is_mark(record->path)) {
		begin_record(&record->head, KIND_MARK, sizeof(record->head), thread, thread->entered);
		record->head.size += length - 1;
		return submit(record, KIND_MARK);
	}
	if (length == SHORT_TEXT && is_mark(record->path)) {
		bpf_ringbuf_discard(record, RB_NO_WAKEUP);
		tell_long_mark(thread, path);
	} else if (length < 0 && result != -EFAULT) {
		begin_record(&record->head, KIND_FAULT, sizeof(record->head), thread, thread->entered);
		submit(record, KIND_FAULT);
	} else {
		bpf_ringbuf_discard(record, RB_NO_WAKEUP);
	}
}

/* In the parent, after the table was copied or shared and before the child runs. */
SEC("tp_btf/sched_process_fork")
int forked(u64 *ctx)
{
	struct task_struct *parent_task = (struct task_struct *)ctx[0];
	struct task_struct *task = (struct task_struct *)ctx[1];
	u32 tid = READ(task, pid);
	struct thread *parent = thread_of((u32)bpf_get_current_pid_tgid());
	struct process *process;
	struct thread child;
	struct fork *record;

	if (!parent)
		return 0;
	init_thread(&child, task);
	if (child.pid == parent->pid) {
		/* The launcher's own threads make themselves known. */
		if (parent->role == ROLE_LAUNCHER)
			return 0;
		child.process = parent->process;
	} else {
		child.process = claim_process();
	}
	process = process_of(&child);
	if (!process || bpf_map_update_elem(&threads, &tid, &child, 0) != 0) {
		count(COUNT_NOT_FOLLOWED);
		return 0;
	}
	if (child.pid != parent->pid) {
		process->threads = 0;
		process->changing = 0;
		process->used = 0;
		process->is_eager = 0;
		if (READ(task, files) == READ(parent_task, files) && parent->role != ROLE_LAUNCHER) {
			struct process *sharing = process_of(parent);

			process->is_eager = 1;
			if (sharing)
				sharing->is_eager = 1;
		}
	}
	__sync_fetch_and_add(&process->threads, 1);
	record = reserve(KIND_FORK, sizeof(*record));
	if (!record)
		return 0;
	begin_record(&record->head, KIND_FORK, sizeof(*record), &child, bpf_ktime_get_ns());
	record->parent = parent->pid;
	record->parent_tid = parent->tid;
	submit(record, KIND_FORK);
	return 0;
}

/* execve by another thread than the first: it goes on under the number of the first, which is gone. */
SEC("tp_btf/sched_process_exec")
int execed(u64 *ctx)
{
	u32 tid = (u32)bpf_get_current_pid_tgid();
	u32 from = ctx[1];
	struct thread *before;
	struct thread after;
	struct rename *record;

	if (from == tid)
		return 0;
	before = thread_of(from);
	if (!before)
		return 0;
	after = *before;
	after.tid = after.pid;
	if (bpf_map_update_elem(&threads, &tid, &after, 0) != 0)
		count(COUNT_NOT_FOLLOWED);
	record = reserve(KIND_RENAME, sizeof(*record));
	if (record) {
		begin_record(&record->head, KIND_RENAME, sizeof(*record), &after, bpf_ktime_get_ns());
		record->from = before->tid;
		submit(record, KIND_RENAME);
	}
	bpf_map_delete_elem(&threads, &from);
	return 0;
}

/* For every way to end, SIGKILL included, before the table is dropped. */
SEC("tp_btf/sched_process_exit")
int exited(u64 *ctx)
{
	u32 tid = (u32)bpf_get_current_pid_tgid();
	struct thread *thread = thread_of(tid);
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
	bpf_map_delete_elem(&threads, &tid);
	return 0;
}
