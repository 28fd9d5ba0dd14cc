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

	found->sk = sk;
	found->inode = READ(inode, i_ino);
	found->cookie = READ(sk, __sk_common.skc_cookie.counter);
	found->port = family == AF_INET || family == AF_INET6 ? READ(sk, __sk_common.skc_num) : 0;
}

ONCE int look_behind(u32 fd, struct identity *found)
{
	struct fdtable *table = current_task()->files->fdt;
	struct file **slots = table->fd;
	struct socket *socket;
	struct inode *inode;
	struct file *file = 0;

	if (!found)
		return BEHIND_NOTHING;
	*found = (struct identity){};
	if (fd >= table->max_fds)
		return BEHIND_NOTHING;
	bpf_probe_read_kernel(&file, sizeof(file), slots + fd);
	if (!file)
		return BEHIND_NOTHING;
	inode = READ(file, f_inode);
	if ((READ(inode, i_mode) & S_IFMT) != S_IFSOCK)
		return BEHIND_OTHER;
	socket = READ(file, private_data);
	identify(READ(socket, sk), inode, found);
	found->is_datagram = READ(socket, type) == SOCK_DGRAM;
	return BEHIND_SOCKET;
}

/* Its port was named by bind(2) and it has no peer: getsockname says nothing that bind did not. */
INLINE int is_as_bound(struct sock *sk)
{
	return (READ_BITS(sk, sk_userlocks) & SOCK_BINDPORT_LOCK) && !READ(sk, __sk_common.skc_dport);
}
