/* Records of calls. */
#pragma once
#include "calls.h"
#include "socket.h"

struct arguments {
	u64 di, si, dx, r10, r8;
};

#define ARGUMENT0(args) ((s32)(args)->di)
#define ARGUMENT1(args) ((s32)(args)->si)
#define ARGUMENT2(args) ((s32)(args)->dx)
#define ARGUMENT3(args) ((s32)(args)->r10)

INLINE void read_arguments(struct arguments *args, struct pt_regs *regs)
{
	args->di = READ(regs, di);
	args->si = READ(regs, si);
	args->dx = READ(regs, dx);
	args->r10 = READ(regs, r10);
	args->r8 = READ(regs, r8);
}

INLINE void fill_enter(struct enter *record, const struct thread *thread, const struct arguments *args)
{
	record->since = 0;
	record->inode = 0;
	record->cookie = 0;
	record->value = 0;
	record->a0 = ARGUMENT0(args);
	record->a1 = ARGUMENT1(args);
	record->a2 = ARGUMENT2(args);
	record->a3 = ARGUMENT3(args);
}

/* after which the return is due. */
INLINE void tell_enter(struct thread *thread, const struct arguments *args, u64 at, u64 since, u32 names_socket)
{
	struct enter *record = reserve(KIND_ENTER, sizeof(*record));

	thread->is_told = 1;
	if (!record)
		return;
	begin_record(&record->head, KIND_ENTER, sizeof(*record), thread, at);
	fill_enter(record, thread, args);
	record->since = since;
	if (names_socket) {
		record->head.flags = FLAG_SOCKET;
		record->head.port = thread->socket.port;
		record->inode = thread->socket.inode;
		record->cookie = thread->socket.cookie;
	}
	if (thread->nr == CLONE3) {
		u64 flags;

		if (bpf_probe_read_user(&flags, sizeof(flags), (void *)args->di) == 0) {
			record->value = flags;
			record->head.flags |= FLAG_VALUE;
		}
	}
	submit(record, KIND_ENTER);
}

struct enter_with_text {
	struct enter enter;
	char text[TEXT];
};

/* After a successful execve the path is gone with the memory it was in. */
INLINE void tell_exec(struct thread *thread, const struct arguments *args, u64 at)
{
	struct enter_with_text *record = reserve(KIND_ENTER, sizeof(*record));
	const void *path = (void *)(thread->nr == EXECVE ? args->di : args->si);
	long length;

	thread->is_told = 1;
	if (!record)
		return;
	begin_record(&record->enter.head, KIND_ENTER, sizeof(record->enter), thread, at);
	fill_enter(&record->enter, thread, args);
	length = bpf_probe_read_user_str(record->text, TEXT, path);
	if (length > 0) {
		record->enter.head.size += length - 1;
		record->enter.head.flags = FLAG_VALUE;
	}
	submit(record, KIND_ENTER);
}

struct returned_with_address {
	struct returned returned;
	u8 address[ADDRESS];
};

/* Never beyond the length that the kernel has read or written itself: the next page may not be there. */
INLINE u32 read_address(u8 *to, u64 from, s32 length)
{
	u64 size = length < 0 ? 0 : length > ADDRESS ? ADDRESS : length;

	keep(size);
	size &= 31;
	if (size > ADDRESS || bpf_probe_read_user(to, size, (void *)from) != 0)
		return 0;
	return size;
}

INLINE void tell_return(const struct thread *thread, const struct arguments *args, s32 result, u64 at,
			const struct identity *after)
{
	struct returned_with_address *record = reserve(KIND_RETURN, sizeof(*record));

	if (!record)
		return;
	begin_record(&record->returned.head, KIND_RETURN, sizeof(record->returned), thread, at);
	record->returned.result = result;
	record->returned.inode = 0;
	record->returned.cookie = 0;
	if (after) {
		record->returned.head.flags = FLAG_SOCKET_AFTER;
		record->returned.head.port = after->port;
		record->returned.inode = after->inode;
		record->returned.cookie = after->cookie;
	}
	/* Where the kernel stopped before it read the address, its page may not be there. */
	if (thread->nr == CONNECT && result != -EFAULT && (u32)args->dx <= 128)
		record->returned.head.size += read_address(record->address, args->si, args->dx);
	submit(record, KIND_RETURN);
}

/* Where struct msghdr has its control messages (msg_control, msg_controllen). */
#define MSG_CONTROL 32
/* sizeof(struct mmsghdr) */
#define MMSGHDR 64
struct cmsghdr {
	u64 len;
	s32 level, type;
};
/* More than these are taken to carry descriptors, unseen. */
#define CONTROL_MESSAGES 4
#define MESSAGES 16

/* @param message its struct msghdr, in the memory of the traced program; what can not be read there may carry some */
ONCE int carries_descriptors(u64 message)
{
	struct cmsghdr header;
	u64 control[2], at;

	if (bpf_probe_read_user(control, sizeof(control), (void *)(message + MSG_CONTROL)) != 0)
		return 1;
	at = control[0];
	for (u32 seen = 0; seen < CONTROL_MESSAGES; seen++) {
		if (at + sizeof(header) > control[0] + control[1])
			return 0;
		if (bpf_probe_read_user(&header, sizeof(header), (void *)at) != 0 || header.len < sizeof(header))
			return 1;
		if (header.level == SOL_SOCKET && header.type == SCM_RIGHTS)
			return 1;
		at += (header.len + 7) & ~7ull;
	}
	return 1;
}

/* @param result of the call, which succeeded */
INLINE int passes_descriptors(const struct thread *thread, const struct arguments *args, s32 result)
{
	if (thread->nr == SENDMSG)
		return carries_descriptors(args->si);
	for (s32 sent = 0; sent < result && sent < MESSAGES; sent++)
		if (carries_descriptors(args->si + sent * MMSGHDR))
			return 1;
	return result > MESSAGES;
}

INLINE void tell_passing_return(const struct thread *thread, s32 result, u64 at)
{
	struct returned *record = reserve(KIND_RETURN, sizeof(*record));

	if (!record)
		return;
	begin_record(&record->head, KIND_RETURN, sizeof(*record), thread, at);
	record->head.flags = FLAG_PASSES;
	record->result = result;
	record->inode = 0;
	record->cookie = 0;
	submit(record, KIND_RETURN);
}

struct call_with_data {
	struct call call;
	u8 data[ADDRESS];
};

/* What a pointer pointed to, read once the kernel has read or written it. */
INLINE void read_data(struct call_with_data *record, const struct thread *thread, const struct arguments *args,
		      s32 result)
{
	struct head *head = &record->call.head;
	s32 length;

	switch (thread->nr) {
	case BIND:
		if (result != -EFAULT && (u32)args->dx <= 128)
			head->size += read_address(record->data, args->si, args->dx);
		return;
	case GETSOCKNAME:
		/* The return leaves the true length, and what did not fit was not written. */
		if (result == 0 && bpf_probe_read_user(&length, sizeof(length), (void *)args->dx) == 0 &&
		    (u32)length <= thread->room)
			head->size += read_address(record->data, args->si, length);
		return;
	case CLOSE:
		record->call.value = thread->has_released ? thread->released : 0;
		return;
	case SOCKET:
		record->call.value = current_task()->cred->fsuid.val;
		head->flags |= FLAG_VALUE;
		return;
	case SETSOCKOPT:
		if (result < 0)
			return;
		if (ARGUMENT1(args) == SOL_SOCKET && ARGUMENT2(args) == SO_BINDTODEVICE) {
			/* The name need not end with a zero byte. */
			length = (s32)args->r8 > 15 ? 15 : (s32)args->r8;
			head->size += read_address(record->data, args->r10, length);
			if (length == 0 || head->size > sizeof(record->call))
				head->flags |= FLAG_VALUE;
		} else if ((s32)args->r8 >= 4 &&
			   bpf_probe_read_user(&record->call.value, 4, (void *)args->r10) == 0) {
			head->flags |= FLAG_VALUE;
		}
	}
}

INLINE void tell_call(const struct thread *thread, const struct arguments *args, s32 result, u64 returned, u32 flags,
		      const struct identity *after)
{
	struct call_with_data *record = reserve(KIND_CALL, sizeof(*record));

	if (!record)
		return;
	begin_record(&record->call.head, KIND_CALL, sizeof(record->call), thread, thread->entered);
	record->call.head.flags = flags;
	record->call.head.port = thread->socket.port;
	record->call.returned = returned;
	record->call.result = result;
	record->call.inode = after->inode;
	record->call.cookie = after->cookie;
	record->call.port_after = after->port;
	record->call.unused = 0;
	record->call.value = 0;
	record->call.a0 = ARGUMENT0(args);
	record->call.a1 = ARGUMENT1(args);
	record->call.a2 = ARGUMENT2(args);
	record->call.a3 = ARGUMENT3(args);
	read_data(record, thread, args, result);
	submit(record, KIND_CALL);
}
