/* The records of a trace: docs/ebpf-format.md tells them field by field. All numbers are little-endian. */
#pragma once
#include "abi.h"

enum kind {
	KIND_BEGIN = 1, /* written by the agent, like END */
	KIND_ENTER,
	KIND_RETURN,
	KIND_CALL,
	KIND_MARK,
	KIND_FORK,
	KIND_RENAME,
	KIND_EXIT,
	KIND_RELEASE,
	KIND_FAULT,
	KIND_END,
	KINDS,
};

enum flag {
	FLAG_SOCKET = 1,	/* which socket stood behind the descriptor at the entry is told */
	FLAG_SOCKET_AFTER = 2,	/* ... at the return */
	FLAG_LATE = 4,		/* a call that was not worth telling until it came back */
	FLAG_PASSES = 8,	/* the message carried descriptors */
	FLAG_LAST = 16,		/* the last thread of its process */
	FLAG_VALUE = 32,	/* `value` could be read */
	FLAG_RELEASED = 64,	/* close: the release of the socket began `value` ns after the entry */
};

struct head {
	u16 size; /* of the whole record in bytes */
	u8 kind;
	u8 flags;
	u32 pid;
	u32 tid;
	u16 nr;	  /* of the system call on x86-64 */
	u16 port; /* of the socket at the entry; RETURN, RELEASE: at that moment */
	u64 at;	  /* CLOCK_MONOTONIC */
};

#define TEXT 256
#define SHORT_TEXT 56
#define ADDRESS 28

struct enter {
	struct head head;
	u64 since; /* 0: entered at `at` */
	u32 inode; /* 0: no socket */
	s32 a0;
	u64 cookie; /* 0: it has none */
	s32 a1, a2, a3;
	u32 value;
};

struct returned {
	struct head head;
	s32 result;
	u32 inode;
	u64 cookie;
};

struct call {
	struct head head;
	u64 returned;
	s32 result;
	u32 inode;
	u64 cookie;
	s32 a0, a1, a2, a3;
	u32 value;
	u16 port_after;
	u16 unused;
};

struct fork {
	struct head head;
	u32 parent;
	u32 parent_tid;
};

struct rename {
	struct head head;
	u32 from;
};

struct release {
	struct head head;
	u32 inode;
	u32 unused;
	u64 cookie;
};
