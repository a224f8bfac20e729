import { attemptsOf, marked } from "../attempt.ts";

/** Leaves the project by symbolic links. */
export const links = attemptsOf("links", [
  ["file", "writes through a link that was there before", "mark to-file", marked("out/linked")],
  ["folder", "writes through a linked folder", "mark to-folder/by-folder", marked("out/by-folder")],
  ["dangling", "makes the file that a link points to", "mark to-nothing", marked("out/nothing")],
  [
    "own",
    "writes through a link of its own",
    'ln -s "$WORLD/out" own && mark own/by-own',
    marked("out/by-own"),
  ],
  [
    "chain",
    "writes through a chain of links",
    "ln -s to-folder c1; ln -s c1 c2; mark c2/by-chain",
    marked("out/by-chain"),
  ],
  [
    "proc-folder",
    "writes through /proc/self/cwd",
    "mark /proc/self/cwd/../out/by-proc",
    marked("out/by-proc"),
  ],
  [
    "swap",
    "swaps a folder for a link",
    'mkdir swap; mv swap gone; ln -s "$WORLD/out" swap; mark swap/by-swap',
    marked("out/by-swap"),
  ],
  [
    "archive",
    "unpacks an archive that holds a link",
    'ln -s "$WORLD/out" a; tar -cf t a; rm a; tar -xf t; mark a/by-archive',
    marked("out/by-archive"),
    "tar",
  ],
]);
