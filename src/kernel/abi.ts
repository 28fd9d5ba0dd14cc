/** Linux's numbers for what the replay looks at (uapi headers: socket.h, in6.h, sched.h, fcntl.h, close_range.h). */

export const AF_INET = 2;
export const AF_INET6 = 10;

export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
/** The rest of socket(2)'s type argument are flags. */
export const SOCK_TYPE_MASK = 0xf;
export const SOCK_CLOEXEC = 0o2000000;

export const IPPROTO_TCP = 6;
export const IPPROTO_UDP = 17;
export const IPPROTO_IPV6 = 41;
export const IPPROTO_MPTCP = 262;

export const SOL_SOCKET = 1;
export const SO_REUSEADDR = 2;
export const SO_REUSEPORT = 15;
export const SO_BINDTODEVICE = 25;
export const SO_BINDTOIFINDEX = 62;
export const IPV6_V6ONLY = 26;

/** shutdown(2) of the sending side only: a listener does not mind. */
export const SHUT_WR = 1;

export const F_DUPFD = 0;
export const F_SETFD = 2;
export const F_DUPFD_CLOEXEC = 1030;
export const FD_CLOEXEC = 1;
export const O_CLOEXEC = 0o2000000;
export const FIONCLEX = 0x5450;
export const FIOCLEX = 0x5451;

/** -1 as uid_t: fchown leaves the owner. */
export const OWNER_UNCHANGED = 0xffffffff;

export const CLONE_FILES = 0x400;
export const CLONE_THREAD = 0x10000;
export const CLONE_NEWNET = 0x40000000;

export const CLOSE_RANGE_UNSHARE = 2;
export const CLOSE_RANGE_CLOEXEC = 4;
