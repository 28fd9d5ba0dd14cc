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
	struct release *record = reserve(KIND_RELEASE, sizeof(*record));
	struct identity gone;

	if (!record)
		return 1;
	identify(sk, READ(file, f_inode), &gone);
	record->head.size = sizeof(*record);
	record->head.kind = KIND_RELEASE;
	record->head.flags = 0;
	record->head.pid = number_of(READ(task, group_leader));
	record->head.tid = number_of(task);
	record->head.nr = NO_CALL;
	record->head.port = gone.port;
	record->head.at = bpf_ktime_get_ns();
	record->inode = gone.inode;
	record->unused = 0;
	record->cookie = bpf_get_socket_cookie(ctx);
	submit(record, KIND_RELEASE);
	return 1;
}
