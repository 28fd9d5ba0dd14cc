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

INLINE void tell_release(void *ctx, u32 inode, u64 at)
{
	struct sock *sk = ctx;
	struct task_struct *task = (struct task_struct *)bpf_get_current_task_btf();
	u16 family = PROBE(sk, __sk_common.skc_family);
	struct release *record = reserve(KIND_RELEASE, sizeof(*record));

	if (!record)
		return;
	record->head.size = sizeof(*record);
	record->head.kind = KIND_RELEASE;
	record->head.flags = 0;
	record->head.pid = number_of(PROBE(task, group_leader));
	record->head.tid = number_of(task);
	record->head.nr = NO_CALL;
	record->head.port = family == AF_INET || family == AF_INET6 ? PROBE(sk, __sk_common.skc_num) : 0;
	record->head.at = at;
	record->inode = inode;
	record->unused = 0;
	record->cookie = bpf_get_socket_cookie(ctx);
	submit(record, KIND_RELEASE);
}

/*
 * In whatever thread drops the last reference; when a process ends, after its last thread has been told to be gone.
 * The context of this program is the socket itself. Programs of its kind may not cast before Linux 6.12.
 */
SEC("cgroup/sock_release")
int released(void *ctx)
{
	struct sock *sk = ctx;
	u32 inode = PROBE(PROBE(PROBE(PROBE(sk, sk_socket), file), f_inode), i_ino);
	struct thread *thread = thread_of(bpf_get_current_pid_tgid());
	u64 at = bpf_ktime_get_ns();

	count(COUNT_RELEASES);
	if (thread && thread->nr == CLOSE && thread->is_one && thread->socket.inode == inode) {
		thread->released = at - thread->entered;
		thread->has_released = 1;
	} else {
		tell_release(ctx, inode, at);
	}
	return 1;
}
