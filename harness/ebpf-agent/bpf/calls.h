/* The calls that are watched, by their numbers on x86-64 (arch/x86/entry/syscalls/syscall_64.tbl of Linux). */
#pragma once
#include "kernel.h"

enum calls {
	READ_ = 0, WRITE = 1, CLOSE = 3, POLL = 7, IOCTL = 16, READV = 19, WRITEV = 20, ACCESS = 21, SELECT = 23,
	DUP = 32, DUP2 = 33, SOCKET = 41, CONNECT = 42, ACCEPT = 43, SENDTO = 44, RECVFROM = 45, SENDMSG = 46,
	RECVMSG = 47, SHUTDOWN = 48, BIND = 49, LISTEN = 50, GETSOCKNAME = 51, SOCKETPAIR = 53, SETSOCKOPT = 54,
	CLONE = 56, FORK = 57, VFORK = 58, EXECVE = 59, EXIT = 60, WAIT4 = 61, FCNTL = 72, FCHOWN = 93, SETUID = 105,
	SETREUID = 113, SETRESUID = 117, SETFSUID = 122, EXIT_GROUP = 231, WAITID = 247, FACCESSAT = 269,
	PSELECT6 = 270, PPOLL = 271, UNSHARE = 272, ACCEPT4 = 288, DUP3 = 292, RECVMMSG = 299, SENDMMSG = 307,
	SETNS = 308, EXECVEAT = 322, IO_URING_SETUP = 425, CLONE3 = 435, CLOSE_RANGE = 436, PIDFD_GETFD = 438,
	FACCESSAT2 = 439,
};

/* How a call is told. */
enum manner {
	UNWATCHED,
	AS_ONE,	   /* it does not wait: entry and return in one record, at the return */
	TWICE,	   /* at the entry and at the return */
	AT_ENTRY,  /* it does not return */
	TRANSFER,  /* only if it overlaps a change of the table, or binds or makes a socket */
	IF_REAPED, /* only if it waited for a child that has ended */
	MARK,	   /* only if its path is a mark, and at its return */
	IF_COMPAT, /* of interest as a number of 32-bit programs alone, and then counted */

	MANNER = 15,

	/* its first argument is a descriptor, and it is of no interest where that is no socket */
	ON_SOCKET = 16,
	/* it takes descriptors away */
	CHANGES = 32,
	/* it binds a socket that has no port yet */
	BINDS = 64,
	/* its first argument may be a socket just as well as any file */
	ON_FILE = 128,
};

static const u8 manners[512] = {
	[READ_] = TRANSFER | ON_FILE, [READV] = TRANSFER | ON_FILE,
	[WRITE] = TRANSFER | ON_FILE | BINDS, [WRITEV] = TRANSFER | ON_FILE | BINDS,
	[RECVFROM] = TRANSFER, [RECVMSG] = TRANSFER, [RECVMMSG] = TRANSFER,
	[SENDTO] = TRANSFER | BINDS, [SENDMSG] = TRANSFER | BINDS, [SENDMMSG] = TRANSFER | BINDS,
	[ACCEPT] = TRANSFER, [ACCEPT4] = TRANSFER,
	[POLL] = TRANSFER, [PPOLL] = TRANSFER, [SELECT] = TRANSFER, [PSELECT6] = TRANSFER,

	[SOCKET] = AS_ONE, [SOCKETPAIR] = AS_ONE, [IO_URING_SETUP] = AS_ONE, [PIDFD_GETFD] = AS_ONE,
	[SETUID] = AS_ONE, [SETREUID] = AS_ONE, [SETRESUID] = AS_ONE, [SETFSUID] = AS_ONE,
	[BIND] = AS_ONE | ON_SOCKET, [LISTEN] = AS_ONE | ON_SOCKET, [GETSOCKNAME] = AS_ONE | ON_SOCKET,
	[SETSOCKOPT] = AS_ONE | ON_SOCKET, [SHUTDOWN] = AS_ONE | ON_SOCKET, [FCHOWN] = AS_ONE | ON_SOCKET,
	[DUP] = AS_ONE | ON_SOCKET, [FCNTL] = AS_ONE | ON_SOCKET, [IOCTL] = AS_ONE | ON_SOCKET,

	[CONNECT] = TWICE | ON_SOCKET,
	[CLOSE] = TWICE | ON_SOCKET | CHANGES,
	[DUP2] = TWICE | ON_SOCKET | CHANGES, [DUP3] = TWICE | ON_SOCKET | CHANGES,
	[CLOSE_RANGE] = TWICE | CHANGES,
	[EXECVE] = TWICE | CHANGES, [EXECVEAT] = TWICE | CHANGES,
	[CLONE] = TWICE, [CLONE3] = TWICE, [FORK] = TWICE, [VFORK] = TWICE, [UNSHARE] = TWICE, [SETNS] = TWICE,
	[EXIT] = AT_ENTRY, [EXIT_GROUP] = AT_ENTRY | CHANGES,

	[WAIT4] = IF_REAPED,
	[ACCESS] = MARK, [FACCESSAT] = MARK, [FACCESSAT2] = MARK,

	/* arch/x86/entry/syscalls/syscall_32.tbl: close, execve, fcntl, dup2, socketcall, fcntl64, dup3, */
	[6] = IF_COMPAT, [11] = IF_COMPAT, [55] = IF_COMPAT, [63] = IF_COMPAT, [102] = IF_COMPAT, [221] = IF_COMPAT,
	[330] = IF_COMPAT,
	/* recvmmsg, sendmmsg, execveat, socket and its kin without getsockopt and getpeername */
	[337] = IF_COMPAT, [345] = IF_COMPAT, [358 ... 364] = IF_COMPAT, [366 ... 367] = IF_COMPAT,
	[369 ... 373] = IF_COMPAT,
};

INLINE u32 manner_of(u64 nr)
{
	return nr < sizeof(manners) ? manners[nr] : UNWATCHED;
}

#define F_DUPFD 0
#define F_SETFD 2
#define F_DUPFD_CLOEXEC 1030
#define FIONCLEX 0x5450
#define FIOCLEX 0x5451
#define SO_REUSEADDR 2
#define SO_REUSEPORT 15
#define SO_BINDTODEVICE 25
#define SO_BINDTOIFINDEX 62
#define IPPROTO_IPV6 41
#define IPV6_V6ONLY 26

/* Of the calls that do many things: does it one that matters here? */
INLINE int is_wanted(u32 nr, s32 a1, s32 a2)
{
	switch (nr) {
	case FCNTL:
		return a1 == F_DUPFD || a1 == F_DUPFD_CLOEXEC || a1 == F_SETFD;
	case IOCTL:
		return a1 == FIOCLEX || a1 == FIONCLEX;
	case SETSOCKOPT:
		return (a1 == SOL_SOCKET && (a2 == SO_REUSEADDR || a2 == SO_REUSEPORT || a2 == SO_BINDTODEVICE ||
					     a2 == SO_BINDTOIFINDEX)) ||
		       (a1 == IPPROTO_IPV6 && a2 == IPV6_V6ONLY);
	}
	return 1;
}

INLINE int is_poll(u32 nr)
{
	return nr == POLL || nr == PPOLL || nr == SELECT || nr == PSELECT6;
}

INLINE int is_accept(u32 nr)
{
	return nr == ACCEPT || nr == ACCEPT4;
}

INLINE int is_exec(u32 nr)
{
	return nr == EXECVE || nr == EXECVEAT;
}

INLINE int makes_descriptor(u32 nr, s32 a1)
{
	return nr == SOCKET || nr == DUP || nr == DUP2 || nr == DUP3 || nr == PIDFD_GETFD ||
	       (nr == FCNTL && (a1 == F_DUPFD || a1 == F_DUPFD_CLOEXEC));
}

