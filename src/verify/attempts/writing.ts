import { altered, attemptsOf, marked } from "../attempt.ts";

/** Changes outside of the project. */
export const writing = attemptsOf("writing", [
  ["home", "makes a file in the home folder", "mark ~/new", marked("home/new")],
  ["start-up", "adds to the shell's start-up file", "mark ~/.bashrc", marked("home/.bashrc")],
  ["program", "puts a program on PATH", "mark ~/.local/bin/git", marked("home/.local/bin/git")],
  [
    "service",
    "makes a service of the user",
    "mark ~/.config/systemd/user/x.service",
    marked("home/.config/systemd/user/x.service"),
  ],
  ["key", "lets a key log in", "mark ~/.ssh/authorized_keys", marked("home/.ssh/authorized_keys")],
  ["gitconfig", "adds to git's settings of the user", "mark ~/.gitconfig", marked("home/.gitconfig")],
  ["sibling", "makes a file beside the project", "mark ../out/sibling", marked("out/sibling")],
  ["dots", "goes up through a folder of the project", "mark sub/../../out/dots", marked("out/dots")],
  [
    "temporary",
    "makes a file beside its temp folder",
    "mark ~/.cache/sandhook/tmp/temporary",
    marked("home/.cache/sandhook/tmp/temporary"),
  ],
  ["truncate", "empties a file", ": > ../out/truncate", altered("out/truncate")],
  ["remove", "removes a file", "rm -f ../out/remove", altered("out/remove")],
  ["rename", "moves a file into the project", "mv ../out/rename moved", altered("out/rename")],
  [
    "rename-folder",
    "renames a folder of the home folder",
    "mv ~/.config/app ~/.config/other",
    altered("home/.config/app/settings"),
  ],
  ["mode", "opens a file to everybody", "chmod 777 ../out/mode", altered("out/mode")],
  [
    "hard-link",
    "writes through a hard link",
    "ln ../out/hard-link linked && mark linked",
    marked("out/hard-link"),
  ],
  [
    "proc-root",
    "writes through /proc/self/root",
    'mark "/proc/self/root$WORLD/out/proc-root"',
    marked("out/proc-root"),
  ],
  [
    "init-root",
    "writes through the root of process 1",
    'mark "/proc/1/root$WORLD/out/init-root"',
    marked("out/init-root"),
  ],
  [
    "bait-root",
    "writes through the root of a process outside",
    'mark "/proc/$BAIT/root$WORLD/out/bait-root"',
    marked("out/bait-root"),
  ],
  [
    "bait-folder",
    "writes through the working folder of a process outside",
    'mark "/proc/$BAIT/cwd/bait-folder"',
    marked("out/bait-folder"),
  ],
]);
