#include "helper.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void refuse(const char *why) {
	dprintf(2, "sandhook: the command was not run: %s. Type: sandhook doctor\n", why);
	_exit(2);
}

/* The Node hook in the place of this process, with the event as its standard input. */
static _Noreturn void take_slow_path(char **words) {
	execv(words[0], words);
	refuse("the hook could not be started");
}

static void remove_socket(const struct place *place) {
	if (place->fd >= 0) unlinkat(place->fd, "s", 0);
}

/* hook EVENT LIBEXEC NODE WORDS…: NODE WORDS… is the slow path. */
static int hook(const char *event, const char *libexec, char **slow) {
	struct bytes input = {0}, answer = {0};
	static struct place place;
	bool broken = false;
	const char *home = getenv("HOME");
	place.fd = -1;
	/* Outlives execv. The client gives up on its hook after 30 s, and older releases then let the call run. */
	alarm(20);
	bool complete = read_input(&input, &broken);
	if (broken) refuse("the event could not be read");
	bool usual = complete && strcmp(event, "pre-tool-use") == 0 && home != NULL && home[0] == '/' &&
	             plain_environment() && find_place(libexec, home, &place);
	switch (usual ? ask(&place, libexec, &input, &answer) : SLOW) {
	case ANSWERED:
		/* A part of an answer followed by 2 refuses as well. */
		if (!write_all(1, answer.data, answer.length) || !write_all(1, "\n", 1)) refuse("the answer could not be written");
		free(input.data);
		free(answer.data);
		return 0;
	case MISSING:
		start_later(&place, home, slow[0], libexec);
		break;
	case SILENT:
		remove_socket(&place);
		break;
	case SLOW:
		break;
	}
	give_back(&input, complete);
	take_slow_path(slow);
}

int main(int count, char **words) {
	if (count >= 5 && strcmp(words[1], "hook") == 0) return hook(words[2], words[3], words + 4);
	if (count == 2 && strcmp(words[1], "version") == 0) return puts("sandhook helper " PROTOCOL) < 0;
	refuse("the helper was started with wrong words");
}
