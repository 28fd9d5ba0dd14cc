/*
 * Makes every call that a tracer follows, each of the ways in which its lines can look, and some that it
 * must bear: pointers to nowhere, an address at the end of a page, text that no tracer should print raw.
 * Recorded once (COMMAND); kept so that the recording can be made again.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static void *const nowhere = (void *)0xdead000;
static int pair[2];

static void addresses(int udp, int udp6)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(4001), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(4002), .sin6_addr = in6addr_loopback};
	struct sockaddr_storage big = {0};
	char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page + 4096, 4096);
	char *last = memcpy(page + 4096 - sizeof v4, &v4, sizeof v4);
	bind(udp, (void *)last, sizeof v4);
	bind(udp6, (void *)&v6, 24);
	int second = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bind(second, (void *)&v4, sizeof v4); /* EADDRINUSE */
	memcpy(&big, &v4, sizeof v4);
	bind(second, (void *)&big, sizeof big); /* EADDRINUSE, with more bytes than needed */
	bind(second, nowhere, sizeof v4);
	bind(99, nowhere, sizeof v4);
	bind(second, (void *)&v4, 1);
	bind(second, (void *)&v4, 4000);
	struct sockaddr_un path = {.sun_family = AF_UNIX, .sun_path = "\0every-call"};
	int local = socket(AF_UNIX, SOCK_DGRAM, 0);
	bind(local, (void *)&path, 13);

	struct sockaddr unspecified = {.sa_family = AF_UNSPEC};
	connect(udp, (void *)last, sizeof v4);
	connect(udp, &unspecified, 2);
	connect(udp6, (void *)&v6, sizeof v6);
	connect(second, nowhere, sizeof v4);

	struct sockaddr_in6 answer;
	socklen_t room = sizeof answer;
	getsockname(udp, (void *)&answer, &room);
	room = sizeof answer;
	getsockname(udp6, (void *)&answer, &room);
	room = 4;
	getsockname(udp, (void *)&answer, &room);
	getsockname(udp, (void *)&answer, nowhere);
	close(second);
	close(local);
}

static void options(int udp)
{
	int one = 1, zero = 0;
	struct linger linger = {1, 2};
	setsockopt(udp, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(udp, SOL_SOCKET, SO_REUSEPORT, &zero, sizeof zero);
	setsockopt(udp, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
	setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3);
	setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, "lo", 2);
	setsockopt(udp, SOL_SOCKET, SO_BINDTODEVICE, "", 0);
	setsockopt(udp, SOL_SOCKET, SO_REUSEADDR, nowhere, sizeof one);
	setsockopt(udp, IPPROTO_IP, IP_TTL, "\7", 1);
}

static void descriptors(int udp)
{
	int copy = fcntl(udp, F_DUPFD_CLOEXEC, 100);
	dup2(copy, 50);
	dup3(50, 51, O_CLOEXEC);
	close(dup(udp));
	fcntl(udp, F_GETFL);
	fcntl(udp, F_SETFD, FD_CLOEXEC);
	ioctl(udp, FIONCLEX);
	ioctl(udp, FIOCLEX);
	fchown(udp, 65534, -1);
	syscall(SYS_close_range, 50, 51, CLOSE_RANGE_CLOEXEC);
	syscall(SYS_close_range, 40, ~0U, 0);
	close(77);
}

static void transfers(int udp6)
{
	char byte = 'x';
	struct iovec vector = {&byte, 1};
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1};
	struct mmsghdr messages = {.msg_hdr = message};
	socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
	write(pair[0], "ab", 2);
	read(pair[1], &byte, 1);
	readv(pair[1], &vector, 1);
	writev(pair[0], &vector, 1);
	sendto(pair[0], "c", 1, 0, NULL, 0);
	sendmsg(pair[0], &message, 0);
	sendmmsg(pair[0], &messages, 1, 0);
	recvfrom(pair[1], &byte, 1, 0, NULL, NULL);
	recvmsg(pair[1], &message, 0);
	recvmmsg(pair[1], &messages, 1, MSG_DONTWAIT, NULL);
	recvmmsg(pair[1], &messages, 1, MSG_DONTWAIT, NULL);
	recvmmsg(pair[1], &messages, 1, MSG_DONTWAIT, NULL);
	write(udp6, "x", 1);
	int zero = open("/dev/zero", O_RDONLY); /* no socket: read and write are not printed */
	read(zero, &byte, 1);
	close(zero);
	read(-1, &byte, 1);
	read(7777777, &byte, 1);
}

/* What goes over a socket can be a socket: where it goes, no call tells. */
static void pass(int udp)
{
	char byte = 'x';
	struct iovec vector = {&byte, 1};
	union { char room[CMSG_SPACE(sizeof udp)]; struct cmsghdr header; } control = {
		.header = {CMSG_LEN(sizeof udp), SOL_SOCKET, SCM_RIGHTS}};
	memcpy(CMSG_DATA(&control.header), &udp, sizeof udp);
	struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control,
		.msg_controllen = sizeof control.room};
	struct mmsghdr messages = {.msg_hdr = message};
	sendmsg(pair[0], &message, 0);
	sendmmsg(pair[0], &messages, 1, 0);
}

/* The owner of a socket is who made it: SO_REUSEPORT is for sockets of one owner. */
static void owners(void)
{
	syscall(SYS_setfsuid, 0);
	syscall(SYS_setreuid, -1, 0);
	syscall(SYS_setresuid, -1, -1, -1);
	syscall(SYS_setuid, 0);
}

static void listeners(void)
{
	int tcp = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	listen(tcp, 1);
	accept(tcp, NULL, NULL);
	accept4(tcp, NULL, NULL, SOCK_CLOEXEC);
	shutdown(tcp, SHUT_RDWR);
	close(tcp);
}

static void *park(void *unused)
{
	char byte;
	recv(pair[0], &byte, 1, 0);
	return unused;
}

static void *execute(void *unused)
{
	char *argv[] = {"true", NULL};
	execv("/bin/true", argv);
	return unused;
}

static void processes(void)
{
	pthread_t thread;
	struct { unsigned long long flags, unused[3], signal, more[6]; } arguments = {CLONE_FILES, {0}, SIGCHLD, {0}};
	if (syscall(SYS_clone3, &arguments, sizeof arguments) == 0) _exit(0);
	wait(NULL);
	if (syscall(SYS_fork) == 0) syscall(SYS_exit, 3);
	siginfo_t info;
	waitid(P_ALL, 0, &info, WEXITED);
	if (fork() == 0) {
		char *argv[] = {"x", NULL};
		execv("/nonexistent/\n\\\x01\xff", argv);
		syscall(SYS_execve, nowhere, NULL, NULL);
		execveat(AT_FDCWD, "/nonexistent", argv, argv, 0);
		/* another thread's execve: the process goes on under the number of this one */
		pthread_create(&thread, NULL, execute, NULL);
		pause();
	}
	wait(NULL);
	pid_t killed = fork();
	if (killed == 0) {
		pthread_create(&thread, NULL, park, NULL);
		pause();
	}
	usleep(20000);
	if (killed > 1) kill(killed, SIGKILL);
	wait(NULL);
	if (vfork() == 0) _exit(0);
	wait(NULL);
}

/* A poll holds what it waits for; without descriptors it is a sleep and not printed. */
static void polls(int fd)
{
	struct pollfd waiting = {fd, POLLIN, 0};
	struct timespec none = {0, 0};
	struct timeval none_either = {0, 0};
	fd_set set;
	FD_ZERO(&set);
	FD_SET(fd, &set);
	syscall(SYS_poll, &waiting, 1, 0);
	syscall(SYS_ppoll, &waiting, 1, &none, NULL, 8);
	syscall(SYS_select, fd + 1, &set, NULL, NULL, &none_either);
	syscall(SYS_pselect6, fd + 1, &set, NULL, NULL, &none, NULL);
	syscall(SYS_poll, NULL, 0, 1);
	syscall(SYS_select, 0, NULL, NULL, NULL, &none_either);
}

int main(void)
{
	access("/@afterclose/every call", F_OK);
	faccessat(AT_FDCWD, "/@afterclose/a\n1 1 1 X 1 0\t\"\\\x7f\xc3\xa9\xff%s", F_OK, 0);
	access("/@afterclos", F_OK);
	access(nowhere, F_OK);
	int udp = socket(AF_INET, SOCK_DGRAM, 0);
	int udp6 = socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);
	options(udp);
	addresses(udp, udp6);
	descriptors(udp);
	transfers(udp6);
	pass(udp);
	owners();
	polls(udp);
	listeners();
	processes();
	unshare(CLONE_FILES);
	syscall(SYS_setns, -1, 0);
	syscall(SYS_io_uring_setup, 0, 0);
	syscall(SYS_pidfd_getfd, -1, 0, 0);
	access("/@afterclose/end", F_OK);
	exit(0);
}
