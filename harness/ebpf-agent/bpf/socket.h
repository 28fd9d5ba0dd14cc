/* From a descriptor of the current task to the socket behind it. */
#pragma once
#include "kernel.h"
#include "state.h"

enum behind {
	BEHIND_NOTHING, /* not open */
	BEHIND_SOCKET,
	BEHIND_OTHER,
};

INLINE void identify(struct sock *sk, struct inode *inode, struct identity *found)
{
	u16 family = READ(sk, __sk_common.skc_family);

	found->inode = READ(inode, i_ino);
	found->cookie = READ(sk, __sk_common.skc_cookie.counter);
	found->port = family == AF_INET || family == AF_INET6 ? READ(sk, __sk_common.skc_num) : 0;
}

INLINE enum behind find_socket(u32 fd, struct identity *found, struct socket **socket)
{
	struct fdtable *table = bpf_get_current_task_btf()->files->fdt;
	struct inode *inode;
	struct file *file = 0;
	struct file **slots = table->fd;

	found->inode = 0;
	found->cookie = 0;
	found->port = 0;
	if (fd >= table->max_fds)
		return BEHIND_NOTHING;
	bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
	if (!file)
		return BEHIND_NOTHING;
	inode = READ(file, f_inode);
	if ((READ(inode, i_mode) & S_IFMT) != S_IFSOCK)
		return BEHIND_OTHER;
	*socket = READ(file, private_data);
	identify(READ(*socket, sk), inode, found);
	return BEHIND_SOCKET;
}

INLINE enum behind look_behind(u32 fd, struct identity *found)
{
	struct socket *socket;

	return find_socket(fd, found, &socket);
}

/* Its port was named by bind(2) and it has no peer: getsockname says nothing that bind did not. */
INLINE int is_as_bound(struct socket *socket)
{
	struct sock *sk = READ(socket, sk);

	return (READ_BITS(sk, sk_userlocks) & SOCK_BINDPORT_LOCK) && !READ(sk, __sk_common.skc_dport);
}
