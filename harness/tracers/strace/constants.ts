/**
 * The names that strace gives to numbers, for those arguments that the replay reads (include/uapi/linux and
 * asm-generic). A name that is not here stands for a number that changes nothing.
 */

export type Names = Readonly<Record<string, number | undefined>>;

// include/linux/socket.h, in order from 0.
const families =
  'UNSPEC UNIX INET AX25 IPX APPLETALK NETROM BRIDGE ATMPVC X25 INET6 ROSE DECnet NETBEUI SECURITY KEY NETLINK ' +
  'PACKET ASH ECONET ATMSVC RDS SNA IRDA PPPOX WANPIPE LLC IB MPLS CAN TIPC BLUETOOTH IUCV RXRPC ISDN PHONET ' +
  'IEEE802154 CAIF ALG NFC VSOCK KCM QIPCRTR SMC XDP MCTP';

/** Until 4.9 strace wrote PF_ for the domain of a socket. */
export const addressFamilies: Names = Object.fromEntries(
  families.split(' ').flatMap((name, number) => [
    [`AF_${name}`, number],
    [`PF_${name}`, number],
    ...(name === 'UNIX'
      ? [
          ['AF_LOCAL', number],
          ['PF_LOCAL', number],
        ]
      : []),
  ]) as [string, number][],
);

export const socketTypes = {
  SOCK_STREAM: 1,
  SOCK_DGRAM: 2,
  SOCK_RAW: 3,
  SOCK_RDM: 4,
  SOCK_SEQPACKET: 5,
  SOCK_DCCP: 6,
  SOCK_PACKET: 10,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
} satisfies Names;

export const internetProtocols: Names = {
  IPPROTO_IP: 0,
  IPPROTO_ICMP: 1,
  IPPROTO_IGMP: 2,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_DCCP: 33,
  IPPROTO_IPV6: 41,
  IPPROTO_ICMPV6: 58,
  IPPROTO_SCTP: 132,
  IPPROTO_UDPLITE: 136,
  IPPROTO_RAW: 255,
  IPPROTO_MPTCP: 262,
};

export const optionLevels: Names = {
  SOL_IP: 0,
  SOL_SOCKET: 1,
  SOL_TCP: 6,
  SOL_UDP: 17,
  SOL_IPV6: 41,
  IPPROTO_IP: 0,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_IPV6: 41,
};

export const socketOptions: Names = {
  SO_REUSEADDR: 2,
  SO_REUSEPORT: 15,
  SO_BINDTODEVICE: 25,
  IPV6_V6ONLY: 26,
};

export const shutdownWays: Names = { SHUT_RD: 0, SHUT_WR: 1, SHUT_RDWR: 2 };

export const descriptorFlags: Names = { FD_CLOEXEC: 1, O_CLOEXEC: 0o2000000 };

export const closeRangeFlags: Names = { CLOSE_RANGE_UNSHARE: 2, CLOSE_RANGE_CLOEXEC: 4 };

export const fcntlCommands: Names = {
  F_DUPFD: 0,
  F_GETFD: 1,
  F_SETFD: 2,
  F_GETFL: 3,
  F_SETFL: 4,
  F_DUPFD_CLOEXEC: 1030,
};

/** Those of them that take a number which matters. */
export const numberCommands: ReadonlySet<number> = new Set([0, 2, 1030]);

export const ioctlRequests: Names = { FIONCLEX: 0x5450, FIOCLEX: 0x5451 };

export const cloneFlags = {
  CLONE_NEWTIME: 0x80,
  CLONE_VM: 0x100,
  CLONE_FS: 0x200,
  CLONE_FILES: 0x400,
  CLONE_SIGHAND: 0x800,
  CLONE_PIDFD: 0x1000,
  CLONE_PTRACE: 0x2000,
  CLONE_VFORK: 0x4000,
  CLONE_PARENT: 0x8000,
  CLONE_THREAD: 0x10000,
  CLONE_NEWNS: 0x20000,
  CLONE_SYSVSEM: 0x40000,
  CLONE_SETTLS: 0x80000,
  CLONE_PARENT_SETTID: 0x100000,
  CLONE_CHILD_CLEARTID: 0x200000,
  CLONE_DETACHED: 0x400000,
  CLONE_UNTRACED: 0x800000,
  CLONE_CHILD_SETTID: 0x1000000,
  CLONE_NEWCGROUP: 0x2000000,
  CLONE_NEWUTS: 0x4000000,
  CLONE_NEWIPC: 0x8000000,
  CLONE_NEWUSER: 0x10000000,
  CLONE_NEWPID: 0x20000000,
  CLONE_NEWNET: 0x40000000,
  CLONE_IO: 0x80000000,
} satisfies Names;
