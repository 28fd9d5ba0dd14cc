/*
 * What the kernel is asked: every call that makes, shares, moves or drops a descriptor of a socket, made by the
 * launcher's runs; how processes start and end; and when a socket is really released.
 *
 * The programs take their arguments as numbers and read what those point to with helpers, so that the loader can
 * attach them as typed tracepoints (tp_btf) or, where those are refused, as raw ones.
 *
 * What a pointer of the traced program points to is read at the return wherever that is possible: the kernel has
 * read it by then, so its page is there; at the entry a constant that nobody has touched yet can not be read.
 */
#include "hooks.h"

char LICENSE[] SEC("license") = "GPL";

INLINE void enter_one(struct thread *thread, struct process *process, const struct arguments *args, u32 manner)
{
	u32 nr = thread->nr, changes = process->changes;
	enum behind behind = BEHIND_NOTHING;

	/* Before it is looked behind the descriptor; a change in flight may still come between. */
	barrier();
	thread->changes = process->changing ? changes - 1 : changes;
	barrier();
	thread->socket.inode = 0;
	thread->socket.cookie = 0;
	thread->socket.port = 0;
	if (manner & ON_SOCKET) {
		behind = look_behind(ARGUMENT0(args), &thread->socket);
		thread->is_quiet = behind != BEHIND_SOCKET;
		if ((nr == DUP2 || nr == DUP3) && behind != BEHIND_SOCKET) {
			struct identity replaced;

			thread->is_quiet = look_behind(ARGUMENT1(args), &replaced) != BEHIND_SOCKET;
		}
		thread->is_nothing = behind == BEHIND_NOTHING;
	}
	if (manner & CHANGES) {
		if (!thread->is_quiet) {
			thread->is_change = 1;
			begin_change(process, thread->process, thread->pid);
		}
		/* After those that it overlaps. */
		thread->entered = bpf_ktime_get_ns();
	}
	if (thread->is_quiet)
		return;
	/* Only where data may have to be sent yet does close(2) wait. */
	if (nr == CLOSE && thread->socket.is_datagram) {
		thread->is_one = 1;
		thread->has_released = 0;
		return;
	}
	if (nr == GETSOCKNAME && is_as_bound(thread->socket.sk)) {
		thread->nr = NO_CALL;
		return;
	}
	if (is_exec(nr))
		tell_exec(thread, args, thread->entered);
	else if ((manner & MANNER) != AS_ONE)
		tell_enter(thread, args, thread->entered, 0, manner & ON_SOCKET);
	else if (nr == GETSOCKNAME && bpf_probe_read_user(&thread->room, 4, (void *)args->dx) != 0)
		thread->room = 0;
}

SEC("tp_btf/sys_enter")
int enter(u64 *ctx)
{
	u32 nr = ctx[1], manner = manner_of(ctx[1]);
	struct arguments args;
	struct thread *thread;
	struct process *process;

	if (manner == UNWATCHED || manner == MARK || (manner == IF_COMPAT && !is_compat()))
		return 0;
	read_arguments(&args, (struct pt_regs *)ctx[0]);
	if (launcher == 0 && nr == FCNTL)
		hear_greeting(&args);
	if (!is_wanted(nr, ARGUMENT1(&args), ARGUMENT2(&args)))
		return 0;
	thread = watched_thread();
	if (!thread)
		return 0;
	thread->nr = NO_CALL;
	if (is_compat()) {
		count(COUNT_COMPAT);
		return 0;
	}
	/* Not twice for those that wait for others: it takes 57 ns, and a whole call on a socket 520. */
	if (!(manner & CHANGES))
		thread->entered = bpf_ktime_get_ns();
	thread->is_told = 0;
	thread->is_one = 0;
	thread->is_quiet = 0;
	thread->is_nothing = 0;
	if (manner == IF_REAPED) {
		thread->nr = nr;
		return 0;
	}
	if (thread->role == ROLE_LAUNCHER)
		return 0;
	process = process_of(thread);
	if (!process)
		return 0;
	thread->nr = nr;
	if ((manner & MANNER) == TRANSFER)
		enter_transfer(thread, process, &args, manner);
	else
		enter_one(thread, process, &args, manner);
	return 0;
}

INLINE void leave_one(struct thread *thread, struct process *process, struct pt_regs *regs, s32 result, u32 manner)
{
	struct arguments read, *args = &read;
	u64 at = bpf_ktime_get_ns();
	u32 flags = manner & ON_SOCKET ? FLAG_SOCKET : 0;
	struct identity after = thread->socket, found;
	u32 makes, is_change = thread->is_change;

	if (is_change) {
		thread->is_change = 0;
		__sync_fetch_and_add(&process->changing, -1);
	}
	/* No socket stood there at the entry: it matters only if one can have come there since. */
	if (thread->is_quiet && !process->changing && thread->changes == process->changes &&
	    !(thread->is_nothing && result != -EBADF))
		return;
	read_arguments(args, regs);
	/* A bind and its like give a port; a call that makes a descriptor is known by what it made. */
	makes = makes_descriptor(thread->nr, ARGUMENT1(args));
	if (makes ? result >= 0 : manner & ON_SOCKET && !is_change && !thread->socket.port) {
		look_behind(makes ? (u32)result : (u32)ARGUMENT0(args), &found);
		if (thread->nr == SOCKET || thread->nr == PIDFD_GETFD || found.inode == thread->socket.inode) {
			flags |= FLAG_SOCKET_AFTER;
			after = found;
		}
	}
	if (thread->is_one && thread->has_released)
		flags |= FLAG_RELEASED;
	if (!thread->is_told)
		return tell_call(thread, args, result, at, flags, &after);
	tell_return(thread, args, result, at, flags & FLAG_SOCKET_AFTER ? &after : 0);
}

/* Nothing of it is looked at before: there are many of them. */
INLINE void leave_mark(struct pt_regs *regs, u32 nr, s32 result)
{
	struct thread *thread = watched_thread();

	if (!thread)
		return;
	if (is_compat())
		return count(COUNT_COMPAT);
	thread->nr = nr;
	tell_mark(thread, (void *)(nr == ACCESS ? READ(regs, di) : READ(regs, si)), result, bpf_ktime_get_ns());
	thread->nr = NO_CALL;
}

SEC("tp_btf/sys_exit")
int leave(u64 *ctx)
{
	u64 nr = READ((struct pt_regs *)ctx[0], orig_ax);
	u32 manner = manner_of(nr);
	struct thread *thread;
	s32 result = ctx[1];
	struct arguments args;
	struct process *process;

	/* Most calls end here, and those of the whole machine come by. */
	if (manner == UNWATCHED || manner == IF_COMPAT)
		return 0;
	if (manner == MARK) {
		leave_mark((struct pt_regs *)ctx[0], nr, result);
		return 0;
	}
	thread = thread_of(bpf_get_current_pid_tgid());
	if (!thread || thread->nr != nr)
		return 0;
	switch (manner & MANNER) {
	case IF_REAPED:
		read_arguments(&args, (struct pt_regs *)ctx[0]);
		thread->socket.inode = 0;
		thread->socket.cookie = 0;
		thread->socket.port = 0;
		if (result > 0)
			tell_call(thread, &args, result, bpf_ktime_get_ns(), FLAG_LATE, &thread->socket);
		break;
	default:
		process = process_of(thread);
		if (!process)
			break;
		if ((manner & MANNER) == TRANSFER)
			leave_transfer(thread, process, (struct pt_regs *)ctx[0], result);
		else
			leave_one(thread, process, (struct pt_regs *)ctx[0], result, manner);
	}
	thread->nr = NO_CALL;
	return 0;
}
