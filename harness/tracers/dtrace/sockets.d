/*
 * sockets.d: every call that makes, shares, moves or drops a descriptor of a socket, made by $target or
 * its descendants.  DTrace 2.0.7 for Linux, x86-64.
 *
 * $target must be a single-threaded wrapper (sh), because progenyof() compares thread ids: children that
 * another thread of $target made would be missed without a word.
 *
 * One line for one event, blank-separated: AT PID TID KIND ...   (AT: ns since BEGIN)
 *   S TOOK NR RESULT A0 A1 A2 A3 [DATA]  a short call: entered at AT, back TOOK ns later.  RESULT is -errno on
 *                                        failure; arguments in hex; DATA: bind, getsockname: the bytes of the
 *                                        sockaddr; setsockopt: the value, i:NUMBER or s:TEXT; socket:
 *                                        i:FSUID, its owner
 *   E NR A0 A1 A2 A3 [DATA]              a call that may block is entered; execve: s:PATH, clone3: i:FLAGS
 *   R NR RESULT [DATA]                   ... and is back; connect: the bytes of the sockaddr; sendmsg,
 *                                        sendmmsg: i:1 if the message carries descriptors
 *   M TEXT                               a mark; AT is the entry of its call
 *   F PID TID                            a child (or thread: same PID) exists, its table made or shared
 *   C TID                                execve made the thread TID the only and first one of its process
 *   X DEAD LIVE                          a thread is gone.  DEAD: it was the last (kernels from 6.16);
 *                                        LIVE: threads that are left
 *   ! NR                                 what the call NR pointed to could not be read: its line is missing
 * Text is escaped as in C and ends with \0.  Every line is counted in the kernel by its kind, and the last
 * line, @END, gives the counts: a line that did not arrive can not hide.
 *
 * What a pointer points to is read at the return wherever that is possible: the kernel has read it by then, so
 * its page is there; at the entry a constant that nobody has touched yet can not be read.
 *
 * Raw tracepoints, not the syscall provider: with its 130 probes DTrace took 11 s to end on Linux 6.18, with
 * these 1 to 6 s, and at the return the registers still hold the arguments of the entry.
 *
 * Not seen: calls of 32-bit programs (counted), where descriptors go that are sent over a socket or registered
 * with io_uring, and the entry of a call that seccomp refused.
 */
#pragma D option quiet
#pragma D option strsize=256

inline int READ = 0;		inline int WRITE = 1;		inline int CLOSE = 3;
inline int IOCTL = 16;		inline int READV = 19;		inline int WRITEV = 20;
inline int ACCESS = 21;		inline int DUP = 32;		inline int DUP2 = 33;
inline int SOCKET = 41;		inline int CONNECT = 42;	inline int ACCEPT = 43;
inline int SENDTO = 44;		inline int RECVFROM = 45;	inline int SENDMSG = 46;
inline int RECVMSG = 47;	inline int SHUTDOWN = 48;	inline int BIND = 49;
inline int LISTEN = 50;		inline int GETSOCKNAME = 51;	inline int SOCKETPAIR = 53;
inline int SETSOCKOPT = 54;	inline int CLONE = 56;		inline int FORK = 57;
inline int VFORK = 58;		inline int EXECVE = 59;		inline int EXIT = 60;
inline int WAIT4 = 61;		inline int FCNTL = 72;		inline int FCHOWN = 93;
inline int EXIT_GROUP = 231;	inline int WAITID = 247;	inline int FACCESSAT = 269;
inline int UNSHARE = 272;	inline int ACCEPT4 = 288;	inline int DUP3 = 292;
inline int POLL = 7;		inline int SELECT = 23;		inline int PSELECT6 = 270;
inline int PPOLL = 271;
inline int RECVMMSG = 299;	inline int SENDMMSG = 307;	inline int SETNS = 308;
inline int EXECVEAT = 322;	inline int IO_URING_SETUP = 425; inline int CLONE3 = 435;
inline int CLOSE_RANGE = 436;	inline int PIDFD_GETFD = 438;	inline int FACCESSAT2 = 439;

inline int SOL_SOCKET = 1;	inline int SO_BINDTODEVICE = 25;
inline int F_DUPFD = 0;		inline int F_SETFD = 2;		inline int F_DUPFD_CLOEXEC = 1030;
inline int FIONCLEX = 0x5450;	inline int FIOCLEX = 0x5451;
inline int TS_COMPAT = 2;

uint64_t origin;

BEGIN
{
	origin = timestamp;
	printf("@BEGIN %d %d %d %s\n", origin, walltimestamp, $target, curthread->nsproxy->uts_ns->name.release);
	/* A sum that was never added to would not be printed at all. */
	@s = sum(0); @e = sum(0); @r = sum(0); @m = sum(0); @f = sum(0); @c = sum(0); @x = sum(0);
	@errors = sum(0); @compat = sum(0);
}

/* ---- entries ---- */

rawtp:::sys_enter
{
	this->mine = pid == $target || progenyof($target);
	this->compat = this->mine && (curthread->thread_info.status & TS_COMPAT) != 0;
	this->nr = this->mine && !this->compat ? arg1 : -1;
	this->a0 = ((struct pt_regs *)arg0)->di;
	this->a1 = ((struct pt_regs *)arg0)->si;
	this->a2 = ((struct pt_regs *)arg0)->dx;
	this->a3 = ((struct pt_regs *)arg0)->r10;
}

rawtp:::sys_enter
/this->mine/
{
	self->entered = timestamp - origin;
}

/* A 32-bit program numbers its calls in another way: told, not followed. */
rawtp:::sys_enter
/this->compat/
{
	@compat = sum(1);
}

rawtp:::sys_enter
/this->nr == CLOSE || this->nr == CLOSE_RANGE || this->nr == DUP2 || this->nr == DUP3 ||
 this->nr == CONNECT || this->nr == ACCEPT || this->nr == ACCEPT4 ||
 this->nr == RECVFROM || this->nr == RECVMSG || this->nr == RECVMMSG ||
 this->nr == SENDTO || this->nr == SENDMSG || this->nr == SENDMMSG ||
 ((this->nr == POLL || this->nr == PPOLL) && this->a1 != 0) ||
 /* without descriptors it is a sleep, as the runtime of Go up to 1.9 sleeps */
 ((this->nr == SELECT || this->nr == PSELECT6) && this->a0 != 0) ||
 this->nr == CLONE || this->nr == FORK || this->nr == VFORK || this->nr == UNSHARE || this->nr == SETNS ||
 this->nr == EXIT || this->nr == EXIT_GROUP || this->nr == WAIT4 || this->nr == WAITID/
{
	printf("%d %d %d E %d %x %x %x %x\n", self->entered, pid, tid, this->nr,
	    this->a0, this->a1, this->a2, this->a3);
	@e = sum(1);
}

/* read, write and their vectors serve files too: the thread's own table says whether this is a socket. */
rawtp:::sys_enter
/this->nr == READ || this->nr == READV || this->nr == WRITE || this->nr == WRITEV/
{
	this->table = curthread->files->fdt;
	this->file = (uint32_t)this->a0 < this->table->max_fds ? this->table->fd[(uint32_t)this->a0] : 0;
	self->transfer = this->file && (this->file->f_inode->i_mode & 0170000) == 0140000;
}
rawtp:::sys_enter
/(this->nr == READ || this->nr == READV || this->nr == WRITE || this->nr == WRITEV) && self->transfer/
{
	printf("%d %d %d E %d %x %x %x %x\n", self->entered, pid, tid, this->nr,
	    this->a0, this->a1, this->a2, this->a3);
	@e = sum(1);
}

/* The room that getsockname may fill; at the return only the true length is left. */
rawtp:::sys_enter
/this->nr == GETSOCKNAME && this->a2 != 0/
{
	self->room = *(uint32_t *)copyin(this->a2, 4);
}

/* The flags are the first member of the structure. */
rawtp:::sys_enter
/this->nr == CLONE3/
{
	printf("%d %d %d E %d %x %x %x %x i:%d\n", self->entered, pid, tid, this->nr,
	    this->a0, this->a1, this->a2, this->a3, *(uint64_t *)copyin(this->a0, 8));
	@e = sum(1);
}

/* After a successful execve the path is gone with the memory it was in. */
rawtp:::sys_enter
/this->nr == EXECVE || this->nr == EXECVEAT/
{
	printf("%d %d %d E %d %x %x %x %x s:%S\n", self->entered, pid, tid, this->nr,
	    this->a0, this->a1, this->a2, this->a3, copyinstr(this->nr == EXECVE ? this->a0 : this->a1));
	@e = sum(1);
}

/* ---- returns ---- */

rawtp:::sys_exit
{
	this->mine = (pid == $target || progenyof($target)) && (curthread->thread_info.status & TS_COMPAT) == 0;
	this->nr = this->mine ? ((struct pt_regs *)arg0)->orig_ax : -1;
	this->a0 = ((struct pt_regs *)arg0)->di;
	this->a1 = ((struct pt_regs *)arg0)->si;
	this->a2 = ((struct pt_regs *)arg0)->dx;
	this->a3 = ((struct pt_regs *)arg0)->r10;
	this->a4 = ((struct pt_regs *)arg0)->r8;
	this->result = (int64_t)arg1;
	this->ok = this->result >= 0;
	/* Where the kernel stopped before it read what the pointer points to, its page may not be there. */
	this->readable = this->result != -EFAULT && this->result != -EBADF && this->result != -ENOTSOCK;
}

rawtp:::sys_exit
/this->nr == SOCKETPAIR || this->nr == LISTEN || this->nr == SHUTDOWN ||
 this->nr == DUP || this->nr == FCHOWN || this->nr == IO_URING_SETUP || this->nr == PIDFD_GETFD ||
 (this->nr == FCNTL && (this->a1 == F_DUPFD || this->a1 == F_SETFD || this->a1 == F_DUPFD_CLOEXEC)) ||
 (this->nr == IOCTL && (this->a1 == FIOCLEX || this->a1 == FIONCLEX))/
{
	printf("%d %d %d S %d %d %d %x %x %x %x\n", self->entered, pid, tid, timestamp - origin - self->entered,
	    this->nr, this->result, this->a0, this->a1, this->a2, this->a3);
	@s = sum(1);
}

rawtp:::sys_exit
/this->nr == CLOSE || this->nr == CLOSE_RANGE || this->nr == DUP2 || this->nr == DUP3 ||
 this->nr == ACCEPT || this->nr == ACCEPT4 ||
 this->nr == RECVFROM || this->nr == RECVMSG || this->nr == RECVMMSG ||
 this->nr == SENDTO ||
 ((this->nr == POLL || this->nr == PPOLL) && this->a1 != 0) ||
 /* without descriptors it is a sleep, as the runtime of Go up to 1.9 sleeps */
 ((this->nr == SELECT || this->nr == PSELECT6) && this->a0 != 0) ||
 this->nr == UNSHARE || this->nr == SETNS || this->nr == EXECVE || this->nr == EXECVEAT ||
 this->nr == WAIT4 || this->nr == WAITID ||
 /* the child's own return (0) is left out: F has told of it */
 ((this->nr == CLONE || this->nr == CLONE3 || this->nr == FORK || this->nr == VFORK) && this->result != 0)/
{
	printf("%d %d %d R %d %d\n", timestamp - origin, pid, tid, this->nr, this->result);
	@r = sum(1);
}

/* SOL_SOCKET, SCM_RIGHTS in the first header of msg_control (at 32; its length at 40); sendmmsg: of its first message. */
rawtp:::sys_exit
/this->nr == SENDMSG || this->nr == SENDMMSG/
{
	this->length = 0;
	this->passes = 0;
}
rawtp:::sys_exit
/(this->nr == SENDMSG && this->ok) || (this->nr == SENDMMSG && this->result > 0)/
{
	this->control = *(uint64_t *)copyin(this->a1 + 32, 8);
	this->length = *(uint64_t *)copyin(this->a1 + 40, 8);
}
rawtp:::sys_exit
/(this->nr == SENDMSG || this->nr == SENDMMSG) && this->length > 16/
{
	this->passes = *(int *)copyin(this->control + 8, 4) == 1 && *(int *)copyin(this->control + 12, 4) == 1;
}
rawtp:::sys_exit
/(this->nr == SENDMSG || this->nr == SENDMMSG) && this->passes/
{
	printf("%d %d %d R %d %d i:1\n", timestamp - origin, pid, tid, this->nr, this->result);
	@r = sum(1);
}
rawtp:::sys_exit
/(this->nr == SENDMSG || this->nr == SENDMMSG) && !this->passes/
{
	printf("%d %d %d R %d %d\n", timestamp - origin, pid, tid, this->nr, this->result);
	@r = sum(1);
}

rawtp:::sys_exit
/(this->nr == READ || this->nr == READV || this->nr == WRITE || this->nr == WRITEV) && self->transfer/
{
	printf("%d %d %d R %d %d\n", timestamp - origin, pid, tid, this->nr, this->result);
	@r = sum(1);
	self->transfer = 0;
}

/* The fsuid owns the socket: SO_REUSEPORT is for sockets of one owner. */
rawtp:::sys_exit
/this->nr == SOCKET/
{
	printf("%d %d %d S %d %d %d %x %x %x %x i:%d\n", self->entered, pid, tid, timestamp - origin - self->entered,
	    this->nr, this->result, this->a0, this->a1, this->a2, this->a3, curthread->cred->fsuid.val);
	@s = sum(1);
}

/* ---- setsockopt: an integer, the name of an interface, or something of no interest ---- */

rawtp:::sys_exit
/this->nr == SETSOCKOPT/
{
	this->device = this->a1 == SOL_SOCKET && this->a2 == SO_BINDTODEVICE;
	this->int32 = !this->device && this->ok && (int)this->a4 >= 4;
	this->device = this->device && this->ok && this->a4 > 0;
}
rawtp:::sys_exit
/this->nr == SETSOCKOPT && this->int32/
{
	printf("%d %d %d S %d %d %d %x %x %x %x i:%d\n", self->entered, pid, tid, timestamp - origin - self->entered,
	    this->nr, this->result, this->a0, this->a1, this->a2, this->a3, *(int *)copyin(this->a3, 4));
	@s = sum(1);
}
/* At most 15 bytes and what was given: the name need not end with a zero byte. */
rawtp:::sys_exit
/this->nr == SETSOCKOPT && this->device/
{
	printf("%d %d %d S %d %d %d %x %x %x %x s:%S\n", self->entered, pid, tid, timestamp - origin - self->entered,
	    this->nr, this->result, this->a0, this->a1, this->a2, this->a3,
	    copyinstr(this->a3, this->a4 < 15 ? this->a4 + 1 : 16));
	@s = sum(1);
}
rawtp:::sys_exit
/this->nr == SETSOCKOPT && !this->int32 && !this->device/
{
	printf("%d %d %d S %d %d %d %x %x %x %x\n", self->entered, pid, tid, timestamp - origin - self->entered,
	    this->nr, this->result, this->a0, this->a1, this->a2, this->a3);
	@s = sum(1);
}

/*
 * ---- addresses ----
 * Read with the length that is known to be there, in steps, never beyond it: 28 bytes for an address of 16
 * that ends a page would fault.  28 is IPv6, 24 IPv6 without its scope, 16 IPv4, 2 the family alone.
 */

rawtp:::sys_exit
/this->nr == BIND || this->nr == CONNECT/
{
	/* More than a sockaddr_storage is refused unread. */
	this->length = this->readable && (int)this->a2 <= 128 ? (int)this->a2 : 0;
}
rawtp:::sys_exit
/this->nr == GETSOCKNAME/
{
	this->length = this->ok && self->room > 0 ? *(int *)copyin(this->a2, 4) : 0;
	this->length = this->length <= self->room ? this->length : 0;
}
rawtp:::sys_exit
/(this->nr == BIND || this->nr == GETSOCKNAME) && this->length >= 28/
{
	this->s = (uint32_t *)copyin(this->a1, 28);
	printf("%d %d %d S %d %d %d %x %x %x %x %08x%08x%08x%08x%08x%08x%08x\n", self->entered, pid, tid,
	    timestamp - origin - self->entered, this->nr, this->result, this->a0, this->a1, this->a2, this->a3,
	    htonl(this->s[0]), htonl(this->s[1]), htonl(this->s[2]), htonl(this->s[3]),
	    htonl(this->s[4]), htonl(this->s[5]), htonl(this->s[6]));
	@s = sum(1);
}
rawtp:::sys_exit
/(this->nr == BIND || this->nr == GETSOCKNAME) && this->length >= 24 && this->length < 28/
{
	this->s = (uint32_t *)copyin(this->a1, 24);
	printf("%d %d %d S %d %d %d %x %x %x %x %08x%08x%08x%08x%08x%08x\n", self->entered, pid, tid,
	    timestamp - origin - self->entered, this->nr, this->result, this->a0, this->a1, this->a2, this->a3,
	    htonl(this->s[0]), htonl(this->s[1]), htonl(this->s[2]), htonl(this->s[3]),
	    htonl(this->s[4]), htonl(this->s[5]));
	@s = sum(1);
}
rawtp:::sys_exit
/(this->nr == BIND || this->nr == GETSOCKNAME) && this->length >= 16 && this->length < 24/
{
	this->s = (uint32_t *)copyin(this->a1, 16);
	printf("%d %d %d S %d %d %d %x %x %x %x %08x%08x%08x%08x\n", self->entered, pid, tid,
	    timestamp - origin - self->entered, this->nr, this->result, this->a0, this->a1, this->a2, this->a3,
	    htonl(this->s[0]), htonl(this->s[1]), htonl(this->s[2]), htonl(this->s[3]));
	@s = sum(1);
}
rawtp:::sys_exit
/(this->nr == BIND || this->nr == GETSOCKNAME) && this->length >= 2 && this->length < 16/
{
	printf("%d %d %d S %d %d %d %x %x %x %x %04x\n", self->entered, pid, tid,
	    timestamp - origin - self->entered, this->nr, this->result, this->a0, this->a1, this->a2, this->a3,
	    htons(*(uint16_t *)copyin(this->a1, 2)));
	@s = sum(1);
}
rawtp:::sys_exit
/(this->nr == BIND || this->nr == GETSOCKNAME) && this->length < 2/
{
	printf("%d %d %d S %d %d %d %x %x %x %x\n", self->entered, pid, tid,
	    timestamp - origin - self->entered, this->nr, this->result, this->a0, this->a1, this->a2, this->a3);
	@s = sum(1);
}
rawtp:::sys_exit
/this->nr == CONNECT && this->length >= 28/
{
	this->s = (uint32_t *)copyin(this->a1, 28);
	printf("%d %d %d R %d %d %08x%08x%08x%08x%08x%08x%08x\n", timestamp - origin, pid, tid, this->nr, this->result,
	    htonl(this->s[0]), htonl(this->s[1]), htonl(this->s[2]), htonl(this->s[3]),
	    htonl(this->s[4]), htonl(this->s[5]), htonl(this->s[6]));
	@r = sum(1);
}
rawtp:::sys_exit
/this->nr == CONNECT && this->length >= 24 && this->length < 28/
{
	this->s = (uint32_t *)copyin(this->a1, 24);
	printf("%d %d %d R %d %d %08x%08x%08x%08x%08x%08x\n", timestamp - origin, pid, tid, this->nr, this->result,
	    htonl(this->s[0]), htonl(this->s[1]), htonl(this->s[2]), htonl(this->s[3]),
	    htonl(this->s[4]), htonl(this->s[5]));
	@r = sum(1);
}
rawtp:::sys_exit
/this->nr == CONNECT && this->length >= 16 && this->length < 24/
{
	this->s = (uint32_t *)copyin(this->a1, 16);
	printf("%d %d %d R %d %d %08x%08x%08x%08x\n", timestamp - origin, pid, tid, this->nr, this->result,
	    htonl(this->s[0]), htonl(this->s[1]), htonl(this->s[2]), htonl(this->s[3]));
	@r = sum(1);
}
rawtp:::sys_exit
/this->nr == CONNECT && this->length >= 2 && this->length < 16/
{
	printf("%d %d %d R %d %d %04x\n", timestamp - origin, pid, tid, this->nr, this->result,
	    htons(*(uint16_t *)copyin(this->a1, 2)));
	@r = sum(1);
}
rawtp:::sys_exit
/this->nr == CONNECT && this->length < 2/
{
	printf("%d %d %d R %d %d\n", timestamp - origin, pid, tid, this->nr, this->result);
	@r = sum(1);
}

/* ---- marks: the text after /@afterclose/ of a path given to access(2) or its kin ---- */

rawtp:::sys_exit
/this->nr == ACCESS && this->readable && copyinstr(this->a0, 14) == "/@afterclose/"/
{
	printf("%d %d %d M %S\n", self->entered, pid, tid, copyinstr(this->a0 + 13));
	@m = sum(1);
}
rawtp:::sys_exit
/(this->nr == FACCESSAT || this->nr == FACCESSAT2) && this->readable && copyinstr(this->a1, 14) == "/@afterclose/"/
{
	printf("%d %d %d M %S\n", self->entered, pid, tid, copyinstr(this->a1 + 13));
	@m = sum(1);
}

/* ---- processes ---- */

/* Fires in the parent, after the table was copied or shared and before the child runs. */
rawtp:::sched_process_fork
/pid == $target || progenyof($target)/
{
	printf("%d %d %d F %d %d\n", timestamp - origin, pid, tid,
	    ((struct task_struct *)arg1)->tgid, ((struct task_struct *)arg1)->pid);
	@f = sum(1);
}

/* execve by another thread than the first: the process goes on under the number of the first. */
rawtp:::sched_process_exec
/(pid == $target || progenyof($target)) && arg1 != tid/
{
	printf("%d %d %d C %d\n", timestamp - origin, pid, tid, arg1);
	@c = sum(1);
}

/* Fires for every way to end, SIGKILL included, before the table is dropped. */
rawtp:::sched_process_exit
/pid == $target || progenyof($target)/
{
	printf("%d %d %d X %d %d\n", timestamp - origin, pid, tid, arg1,
	    ((struct task_struct *)arg0)->signal->live.counter);
	@x = sum(1);
	self->entered = 0; self->transfer = 0; self->room = 0;
}

/* ---- trust ---- */

/* The clause that failed has printed nothing and counted nothing. */
ERROR
{
	printf("%d %d %d ! %d probe=%d clause=%d fault=%d address=%x\n", timestamp - origin, pid, tid, this->nr,
	    arg1, arg2, arg4, arg5);
	@errors = sum(1);
}

END
{
	printa("@END S=%@d E=%@d R=%@d M=%@d F=%@d C=%@d X=%@d !=%@d compat=%@d\n",
	    @s, @e, @r, @m, @f, @c, @x, @errors, @compat);
}
