#include "helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* FNV-1a of the installation's real path: each installed version has a folder, and so a process, of its own. */
static uint64_t digest(const char *text) {
	uint64_t value = 0xcbf29ce484222325u;
	for (; *text != 0; text += 1) value = (value ^ (unsigned char)*text) * 0x100000001b3u;
	return value;
}

static bool is_private(const struct stat *facts) {
	return facts->st_uid == geteuid() && (facts->st_mode & 0077) == 0;
}

/* True when the folder could be opened, or is not there. */
static bool open_folder(struct place *place) {
	struct stat facts;
	place->fd = open(place->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (place->fd < 0) return errno == ENOENT;
	if (fstat(place->fd, &facts) == 0 && is_private(&facts)) return true;
	close(place->fd);
	place->fd = -1;
	return false;
}

bool find_place(const char *libexec, const char *home, struct place *place) {
	char key[32];
	char real[PATH_MAX];
	if (getuid() != geteuid() || getgid() != getegid()) return false;
	if (realpath(libexec, real) == NULL || !join(place->libexec_real, sizeof place->libexec_real, real, NULL)) return false;
	snprintf(key, sizeof key, "%016llx", (unsigned long long)digest(real));
	return join(place->folder, sizeof place->folder, home, "/.local/share/sandhook/resident/", key, NULL) &&
	       read_identity(place->identity, sizeof place->identity) && open_folder(place);
}

bool make_place(struct place *place, const char *home) {
	char parent[sizeof place->folder];
	if (place->fd >= 0) return true;
	if (!join(parent, sizeof parent, home, "/.local/share/sandhook/resident", NULL)) return false;
	if (mkdir(parent, 0700) != 0 && errno != EEXIST) return false;
	if (mkdir(place->folder, 0700) != 0 && errno != EEXIST) return false;
	return open_folder(place) && place->fd >= 0;
}
