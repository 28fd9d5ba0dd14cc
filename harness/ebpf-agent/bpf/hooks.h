/*
 * The kernel's own word on sockets, for those that were made in the agent's cgroup: attached there, and left out
 * where they are refused (they need CAP_NET_ADMIN).
 */
#pragma once
#include "process.h"

/* Asked for once, a socket's cookie is there for whoever reads it. */
SEC("cgroup/sock_create")
int created(void *ctx)
{
	bpf_get_socket_cookie(ctx);
	return 1;
}

/*
 * In whatever thread drops the last reference; when a process ends, after its last thread has been told to be gone.
 * The context of this program is the socket itself.
 */
SEC("cgroup/sock_release")
int released(void *ctx)
{
	struct sock *sk = ctx;
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	struct file *file = READ(READ(sk, sk_socket), file);
	struct thread *thread = thread_of((u32)bpf_get_current_pid_tgid());
	u64 at = bpf_ktime_get_ns();
	struct release *record;
	struct identity gone;

	identify(sk, READ(file, f_inode), &gone);
	if (thread && thread->nr == CLOSE && thread->is_one && thread->socket.inode == gone.inode) {
		thread->released = at - thread->entered;
		return 1;
	}
	record = reserve(KIND_RELEASE, sizeof(*record));
	if (!record)
		return 1;
	record->head.size = sizeof(*record);
	record->head.kind = KIND_RELEASE;
	record->head.flags = 0;
	record->head.pid = number_of(READ(task, group_leader));
	record->head.tid = number_of(task);
	record->head.nr = NO_CALL;
	record->head.port = gone.port;
	record->head.at = at;
	record->inode = gone.inode;
	record->unused = 0;
	record->cookie = bpf_get_socket_cookie(ctx);
	submit(record, KIND_RELEASE);
	return 1;
}
