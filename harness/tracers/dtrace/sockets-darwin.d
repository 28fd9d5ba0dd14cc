/*
 * sockets-darwin.d: what sockets.d tells, for macOS.  NEVER RUN ON A REAL MAC: written after xnu's sources and
 * the D programs that macOS ships.  On Linux a test compiles it and reads what it prints there.
 *
 *   sudo dtrace -o trace.txt -s sockets-darwin.d -c 'PROGRAM ARGUMENTS'
 *   afterclose check trace.txt
 *
 * System Integrity Protection must let DTrace in (csrutil enable --without dtrace), and PROGRAM must not be one of
 * the system's own; `afterclose doctor` tells of it.
 *
 * The lines are those of sockets.d, with two differences: a call has its name instead of its number (the name
 * of its probe, `close_nocancel`), and the first line ends with `darwin`.  Addresses have the layout of BSD.
 *
 * Every file's read and write is printed, not only those of sockets.  Not seen: which threads there are (they are
 * known by what they do), descriptors sent over a socket, POSIX_SPAWN_CLOEXEC_DEFAULT, and kqueue, which does not
 * hold what it watches.
 */
#pragma D option quiet
/* Not every version of macOS has every one of these calls. */
#pragma D option zdefs
#pragma D option bufsize=16m
#pragma D option switchrate=50hz
#pragma D option strsize=256

uint64_t origin;

BEGIN
{
	origin = timestamp;
	printf("@BEGIN %d %d %d darwin\n", origin, walltimestamp, $target);
	/* A sum that was never added to would not be printed at all. */
	@s = sum(0); @e = sum(0); @r = sum(0); @m = sum(0); @f = sum(0); @c = sum(0); @x = sum(0);
	@errors = sum(0); @compat = sum(0);
}

/* ---- calls that may block, or make, move or drop a descriptor: a line for the entry, one for the return ---- */

syscall::close:entry, syscall::close_nocancel:entry, syscall::guarded_close_np:entry, syscall::dup2:entry,
syscall::connect:entry, syscall::connect_nocancel:entry, syscall::connectx:entry,
syscall::accept:entry, syscall::accept_nocancel:entry,
syscall::read:entry, syscall::read_nocancel:entry, syscall::readv:entry, syscall::readv_nocancel:entry,
syscall::recvfrom:entry, syscall::recvfrom_nocancel:entry, syscall::recvmsg:entry,
syscall::recvmsg_nocancel:entry, syscall::recvmsg_x:entry,
syscall::write:entry, syscall::write_nocancel:entry, syscall::writev:entry, syscall::writev_nocancel:entry,
syscall::sendto:entry, syscall::sendto_nocancel:entry, syscall::sendmsg:entry,
syscall::sendmsg_nocancel:entry, syscall::sendmsg_x:entry,
syscall::poll:entry, syscall::poll_nocancel:entry, syscall::select:entry, syscall::select_nocancel:entry,
syscall::fork:entry, syscall::vfork:entry, syscall::posix_spawn:entry,
syscall::wait4:entry, syscall::wait4_nocancel:entry, syscall::waitid:entry, syscall::waitid_nocancel:entry
/pid == $target || progenyof($target)/
{
	self->entered = timestamp - origin;
	self->a1 = arg1;
	printf("%d %d %d E %s %x %x %x %x\n", self->entered, pid, tid, probefunc, arg0, arg1, arg2, arg3);
	@e = sum(1);
}

/* A child that comes back from its parent's fork has not entered it.  -4096: failed, and nobody says why. */
syscall::close:return, syscall::close_nocancel:return, syscall::guarded_close_np:return, syscall::dup2:return,
syscall::connectx:return, syscall::accept:return, syscall::accept_nocancel:return,
syscall::read:return, syscall::read_nocancel:return, syscall::readv:return, syscall::readv_nocancel:return,
syscall::recvfrom:return, syscall::recvfrom_nocancel:return, syscall::recvmsg:return,
syscall::recvmsg_nocancel:return, syscall::recvmsg_x:return,
syscall::write:return, syscall::write_nocancel:return, syscall::writev:return, syscall::writev_nocancel:return,
syscall::sendto:return, syscall::sendto_nocancel:return, syscall::sendmsg:return,
syscall::sendmsg_nocancel:return, syscall::sendmsg_x:return,
syscall::poll:return, syscall::poll_nocancel:return, syscall::select:return, syscall::select_nocancel:return,
syscall::fork:return, syscall::vfork:return, syscall::posix_spawn:return,
syscall::wait4:return, syscall::wait4_nocancel:return, syscall::waitid:return, syscall::waitid_nocancel:return
/self->entered/
{
	printf("%d %d %d R %s %d\n", timestamp - origin, pid, tid, probefunc,
	    (int)arg0 != -1 ? (int)arg0 : errno != 0 ? -errno : -4096);
	@r = sum(1);
	self->entered = 0;
}

/* ---- short calls: one line, when they are back ---- */

syscall::socket:entry, syscall::socketpair:entry, syscall::bind:entry, syscall::listen:entry,
syscall::getsockname:entry, syscall::shutdown:entry, syscall::setsockopt:entry, syscall::dup:entry,
syscall::fcntl:entry, syscall::fcntl_nocancel:entry, syscall::ioctl:entry
/pid == $target || progenyof($target)/
{
	self->entered = timestamp - origin;
	self->a0 = arg0; self->a1 = arg1; self->a2 = arg2; self->a3 = arg3; self->a4 = arg4;
}

syscall::socket:return, syscall::socketpair:return, syscall::listen:return, syscall::shutdown:return,
syscall::dup:return, syscall::fcntl:return, syscall::fcntl_nocancel:return, syscall::ioctl:return
/self->entered/
{
	printf("%d %d %d S %d %s %d %x %x %x %x\n", self->entered, pid, tid, timestamp - origin - self->entered,
	    probefunc, (int)arg0 != -1 ? (int)arg0 : errno != 0 ? -errno : -4096,
	    self->a0, self->a1, self->a2, self->a3);
	@s = sum(1);
	self->entered = 0;
}

syscall::setsockopt:return
/self->entered/
{
	this->is_int = (int)arg0 == 0 && (int)self->a4 >= 4;
}
syscall::setsockopt:return
/self->entered && this->is_int/
{
	printf("%d %d %d S %d %s %d %x %x %x %x i:%d\n", self->entered, pid, tid, timestamp - origin - self->entered,
	    probefunc, (int)arg0, self->a0, self->a1, self->a2, self->a3, *(int *)copyin(self->a3, 4));
	@s = sum(1);
	self->entered = 0;
}
syscall::setsockopt:return
/self->entered/
{
	printf("%d %d %d S %d %s %d %x %x %x %x\n", self->entered, pid, tid, timestamp - origin - self->entered,
	    probefunc, (int)arg0 != -1 ? (int)arg0 : errno != 0 ? -errno : -4096,
	    self->a0, self->a1, self->a2, self->a3);
	@s = sum(1);
	self->entered = 0;
}

/* ---- addresses: 28 bytes for IPv6, 16 for IPv4; where the kernel stopped before it read them, none ---- */

syscall::bind:return
/self->entered/
{
	this->result = (int)arg0 != -1 ? (int)arg0 : errno != 0 ? -errno : -4096;
	/* EBADF, EFAULT, ENOTSOCK */
	this->length = this->result == -9 || this->result == -14 || this->result == -38 ? 0 : (int)self->a2;
}
syscall::getsockname:return
/self->entered/
{
	this->result = (int)arg0 != -1 ? (int)arg0 : errno != 0 ? -errno : -4096;
	this->length = this->result == 0 ? *(int *)copyin(self->a2, 4) : 0;
}
syscall::bind:return, syscall::getsockname:return
/self->entered && this->length >= 28/
{
	this->b = (uint32_t *)copyin(self->a1, 28);
	printf("%d %d %d S %d %s %d %x %x %x %x %08x%08x%08x%08x%08x%08x%08x\n", self->entered, pid, tid,
	    timestamp - origin - self->entered, probefunc, this->result, self->a0, self->a1, self->a2, self->a3,
	    htonl(this->b[0]), htonl(this->b[1]), htonl(this->b[2]), htonl(this->b[3]),
	    htonl(this->b[4]), htonl(this->b[5]), htonl(this->b[6]));
	@s = sum(1);
	self->entered = 0;
}
syscall::bind:return, syscall::getsockname:return
/self->entered && this->length >= 16/
{
	this->b = (uint32_t *)copyin(self->a1, 16);
	printf("%d %d %d S %d %s %d %x %x %x %x %08x%08x%08x%08x\n", self->entered, pid, tid,
	    timestamp - origin - self->entered, probefunc, this->result, self->a0, self->a1, self->a2, self->a3,
	    htonl(this->b[0]), htonl(this->b[1]), htonl(this->b[2]), htonl(this->b[3]));
	@s = sum(1);
	self->entered = 0;
}
syscall::bind:return, syscall::getsockname:return
/self->entered/
{
	printf("%d %d %d S %d %s %d %x %x %x %x\n", self->entered, pid, tid, timestamp - origin - self->entered,
	    probefunc, this->result, self->a0, self->a1, self->a2, self->a3);
	@s = sum(1);
	self->entered = 0;
}

/* The address of a connect is not read: what matters of it is that the socket gets a port. */
syscall::connect:return, syscall::connect_nocancel:return
/self->entered/
{
	printf("%d %d %d R %s %d\n", timestamp - origin, pid, tid, probefunc,
	    (int)arg0 != -1 ? (int)arg0 : errno != 0 ? -errno : -4096);
	@r = sum(1);
	self->entered = 0;
}

/* ---- marks ---- */

syscall::access:entry
/pid == $target || progenyof($target)/
{
	self->path = arg0;
	self->asked = timestamp - origin;
}
syscall::faccessat:entry
/pid == $target || progenyof($target)/
{
	self->path = arg1;
	self->asked = timestamp - origin;
}
syscall::access:return, syscall::faccessat:return
/self->path && errno != 14 && copyinstr(self->path, 14) == "/@afterclose/"/
{
	printf("%d %d %d M %S\n", self->asked, pid, tid, copyinstr(self->path + 13));
	@m = sum(1);
}
syscall::access:return, syscall::faccessat:return
{
	self->path = 0;
}

/* ---- processes ---- */

proc:::create
/pid == $target || progenyof($target)/
{
	printf("%d %d %d F %d %d\n", timestamp - origin, pid, tid, args[0]->pr_pid, args[0]->pr_pid);
	@f = sum(1);
}

/* In the child, also after posix_spawn, which enters no execve. */
proc:::exec-success
/pid == $target || progenyof($target)/
{
	printf("%d %d %d S 0 execve 0 0 0 0 0\n", timestamp - origin, pid, tid);
	@s = sum(1);
}

proc:::exit
/pid == $target || progenyof($target)/
{
	printf("%d %d %d X 1 0\n", timestamp - origin, pid, tid);
	@x = sum(1);
}

/* ---- trust ---- */

/* The clause that failed has printed nothing and counted nothing. */
ERROR
{
	printf("%d %d %d ! unknown probe=%d clause=%d fault=%d address=%x\n", timestamp - origin, pid, tid,
	    arg1, arg2, arg4, arg5);
	@errors = sum(1);
}

END
{
	printa("@END S=%@d E=%@d R=%@d M=%@d F=%@d C=%@d X=%@d !=%@d compat=%@d\n",
	    @s, @e, @r, @m, @f, @c, @x, @errors, @compat);
}
