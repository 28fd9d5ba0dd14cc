/*
 * The fields of the kernel that are read, and no others: the loader finds them in the running kernel by name
 * (CO-RE), so neither vmlinux.h nor the kernel's headers are needed.
 */
#pragma once
#include "abi.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct super_block;

struct inode {
	u16 i_mode;
	unsigned long i_ino;
};

struct file {
	struct inode *f_inode;
	void *private_data;
};

struct fdtable {
	unsigned int max_fds;
	struct file **fd;
};

struct files_struct {
	struct fdtable *fdt;
};

struct sock_common {
	u16 skc_family;
	u16 skc_num;
	u16 skc_dport;
	struct {
		s64 counter;
	} skc_cookie;
};

struct sock {
	struct sock_common __sk_common;
	struct socket *sk_socket;
	u8 sk_userlocks : 4;
};

struct socket {
	short type;
	struct file *file;
	struct sock *sk;
};

struct upid {
	int nr;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct cred {
	struct {
		u32 val;
	} fsuid;
};

struct thread_info {
	u32 status;
};

struct task_struct {
	struct thread_info thread_info;
	s32 pid;
	s32 tgid;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	struct files_struct *files;
	const struct cred *cred;
};

/* x86-64: the arguments of a system call, and its number. */
struct pt_regs {
	unsigned long di, si, dx, r10, r8, orig_ax;
};

#pragma clang attribute pop

/*
 * Cast, so that the verifier trusts it no longer: for each pointer read from a trusted structure Linux 6.18 looks four
 * times through the names of all types: 1.5 ms. It can go when no supported kernel does so, or no program loses by it.
 */
INLINE struct task_struct *current_task(void)
{
	struct task_struct *task = bpf_get_current_task_btf();

	return CAN_CAST ? CAST(task) : task;
}

/* struct upid is larger than what is declared of it: its true size is asked of the running kernel. */
#define SIZE_IN_KERNEL(type) __builtin_preserve_type_info(*(type *)0, 1)

#define S_IFMT 0170000
#define S_IFSOCK 0140000
#define SOCK_DGRAM 2
#define SOCK_BINDPORT_LOCK 8
#define AF_INET 2
#define AF_INET6 10
#define EBADF 9
#define EFAULT 14
#define TS_COMPAT 2
#define SOL_SOCKET 1
#define SCM_RIGHTS 1
