#include "helper.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* A resident process that ends at once is not started with every call. */
#define PAUSE_SECONDS 2
/* How long the slow path of the call that found it missing may run on before it is started all the same. */
#define SLOW_PATH_MS 10000

/* The lock lives as long as the resident process, which inherits it: there is one process for each folder. */
static bool lock_folder(int folder) {
	struct stat facts;
	int fd = openat(folder, "lock", O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	bool fresh = fd >= 0;
	if (!fresh) fd = openat(folder, "lock", O_RDWR | O_NOFOLLOW);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &facts) != 0) return false;
	time_t age = time(NULL) - facts.st_mtim.tv_sec;
	if (!fresh && age >= 0 && age < PAUSE_SECONDS) return false;
	return futimens(fd, NULL) == 0;
}

/* Nothing of the call is kept: the client waits for the end of its hook's output. */
static bool let_go(int *kept[2]) {
	int null = open("/dev/null", O_RDWR);
	if (null < 0) return false;
	for (int fd = 0; fd <= 2; fd += 1)
		if (dup2(null, fd) != fd) return false;
	for (int at = 0; at < 2; at += 1) {
		if (*kept[at] < 0) continue;
		int moved = fcntl(*kept[at], F_DUPFD_CLOEXEC, 100);
		if (moved < 0) return false;
		*kept[at] = moved;
	}
	for (int fd = 3; fd < 1024; fd += 1)
		if (fd != *kept[0] && fd != *kept[1]) close(fd);
	return true;
}

static void restore_signals(void) {
	sigset_t none;
	for (int number = 1; number < NSIG; number += 1) signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void become_resident(struct place *place, int slow, const char *home, const char *node, const char *libexec) {
	char program[sizeof place->libexec_real + 32], home_variable[4200];
	struct pollfd end = {.fd = slow, .events = POLLIN};
	int *kept[2] = {&place->fd, &end.fd};
	if (!let_go(kept)) return;
	restore_signals();
	if (end.fd >= 0) poll(&end, 1, SLOW_PATH_MS);
	umask(077);
	if (!join(program, sizeof program, place->libexec_real, "/resident.cjs", NULL) ||
	    !join(home_variable, sizeof home_variable, "HOME=", home, NULL))
		return;
	if (!lock_folder(place->fd) || fchdir(place->fd) != 0) return;
	/* A small young generation: the process lives long and does little. */
	const char *const words[] = {node, "--max-old-space-size=96", "--max-semi-space-size=4", program, libexec,
	                             place->libexec_real, place->identity, NULL};
	const char *const variables[] = {home_variable, "PATH=/usr/local/bin:/usr/bin:/bin", NULL};
	execve(node, (char *const *)words, (char *const *)variables);
}

void start_later(struct place *place, const char *home, const char *node, const char *libexec) {
	if (!make_place(place, home)) return;
	int slow = (int)syscall(SYS_pidfd_open, getpid(), 0);
	pid_t child = fork();
	if (child == 0) {
		setsid();
		if (fork() == 0) become_resident(place, slow, home, node, libexec);
		_exit(0);
	}
	if (slow >= 0) close(slow);
	if (child > 0) waitpid(child, NULL, 0);
}
