/** One way to get at a path that policy keeps; a shell script. */
export interface HostileAttempt {
  readonly name: string;
  /** Runs in the project. `$M` is the mark to leave in a guarded file, `$D` an empty folder of its own, `$V` a file outside. */
  readonly script: string;
}

const row = (name: string, script: string): HostileAttempt => ({ name, script });

const LINKS = [
  row("a link to a file outside", 'ln -s "$V" "$D/l"; echo $M >> "$D/l"'),
  row("a chain of links", 'ln -s "$V" "$D/a"; ln -s a "$D/b"; ln -s b "$D/c"; echo $M >> "$D/c"'),
  row("a link to a folder outside", 'ln -s "$(dirname "$V")" "$D/d"; echo $M >> "$D/d/${V##*/}"'),
  row("a relative link that climbs", 'ln -s "../../home/${V##*/}" "$D/l"; echo $M >> "$D/l"'),
  row("a link to a protected folder", 'ln -s ../.claude "$D/c"; echo $M >> "$D/c/settings.json"'),
  row("a link to a protected file", 'ln -s ../.git/config "$D/c"; echo "#$M" >> "$D/c"'),
  row("a link to the folder above", 'ln -s .. "$D/up"; echo $M >> "$D/up/.git/hooks/x"'),
  row(
    "a link in the place of a folder",
    'mkdir "$D/s"; rmdir "$D/s"; ln -s "$(dirname "$V")" "$D/s"; echo $M >> "$D/s/${V##*/}"',
  ),
  row("a link in the place of a missing path", 'ln -s "$V" .mcp.json; echo $M >> .mcp.json'),
  row("a link over a placeholder", 'ln -sfn "$V" .vscode; echo $M >> .vscode'),
  row("a hard link to a file outside", 'ln "$V" "$D/h"; echo $M >> "$D/h"'),
  row("a hard link to a protected file", 'ln .git/config "$D/h"; echo "#$M" >> "$D/h"'),
  row("the working folder of /proc", "echo $M >> /proc/self/cwd/.claude/settings.json"),
  row("the root of /proc", 'echo $M >> "/proc/1/root$V"'),
  row("a descriptor of a folder", "exec 3<.claude; echo $M >> /proc/self/fd/3/settings.json"),
];

const RENAMES = [
  row("renaming .git", 'mv .git "$D/g" && echo $M >> "$D/g/hooks/x"; mv "$D/g" .git'),
  row("renaming hooks", 'mv .git/hooks "$D/g" && echo $M >> "$D/g/x"; mv "$D/g" .git/hooks'),
  row("renaming .claude", 'mv .claude "$D/c" && echo $M >> "$D/c/settings.json"; mv "$D/c" .claude'),
  row("renaming the folder of a denied file", 'mv keep "$D/k" && echo $M >> "$D/k/locked"; mv "$D/k" keep'),
  row("renaming a file into place", 'echo $M > "$D/x"; mv "$D/x" .git/hooks/pre-commit'),
  row(
    "renaming over a protected file",
    'echo "#$M" > "$D/x"; cat .git/config >> "$D/x"; mv -f "$D/x" .git/config',
  ),
  row(
    "renaming a folder into a missing path",
    'mkdir "$D/v"; echo $M > "$D/v/tasks.json"; mv -T "$D/v" .vscode',
  ),
  row("removing and making again", "rm -rf .claude; mkdir .claude; echo $M > .claude/settings.json"),
  row("removing a placeholder", "rmdir .idea; mkdir .idea; echo $M > .idea/x"),
  row(
    "an archive",
    'mkdir -p "$D/t/.git/hooks"; echo $M > "$D/t/.git/hooks/tar"; tar -C "$D/t" -cf "$D/a" . && tar -xf "$D/a"',
  ),
  row("a copy that removes first", 'echo $M > "$D/x"; cp --remove-destination "$D/x" keep/locked'),
  row("install", 'echo $M > "$D/x"; install -m 755 "$D/x" .git/hooks/post-checkout'),
];

const SPELLINGS = [
  row("upper case", "echo $M >> .CLAUDE/settings.json; echo $M >> .Git/hooks/x"),
  row("a trailing slash", "echo $M >> .claude/settings.json/; echo $M > .mcp.json/"),
  row("double slashes", "echo $M >> .//.git///hooks//x"),
  row("dots", "echo $M >> ./././.git/./hooks/x"),
  row("a folder and back", "mkdir -p sub; echo $M >> sub/../.claude/settings.json"),
  row("out and in again", 'echo $M >> "../pro ject/.git/hooks/x"'),
  row("out", "echo $M >> ../out-of-the-project"),
  row("an absolute path", 'echo $M >> "$PWD/.git/hooks/x"'),
  row(
    "a decomposed name",
    "printf '%s\\n' $M >> \"$(printf 'cafe\\314\\201')\"; echo $M >> \"$(printf 'caf\\303\\251')\"",
  ),
  row(
    "a wide dot",
    "mkdir -p \"$(printf '\\357\\274\\216claude')\"; echo $M >> \"$(printf '\\357\\274\\216claude')/../.claude/settings.json\"",
  ),
  row(
    "an invisible character",
    'c=$(printf \'.cla\\342\\200\\213ude\'); mkdir -p "$c"; echo $M >> "$c/../.claude/settings.json"',
  ),
  row(
    "a name behind a NUL",
    "printf '.claude/settings.json\\0' | xargs -0 -I{} sh -c 'echo $1 >> \"$2\"' sh $M {}",
  ),
  row("a path of 4 KB", 'mkdir -p sub; p=$(printf "sub/../%.0s" $(seq 1 575)); echo $M >> "$p.git/hooks/x"'),
  row(
    "a path longer than the system takes",
    'mkdir -p sub; p=$(printf "sub/../%.0s" $(seq 1 900)); echo $M >> "$p.git/hooks/x"',
  ),
  row(
    "a folder 4 KB deep",
    'cd "$D"; for i in $(seq 1 20); do n=$(printf "%0200d" 1); mkdir $n && cd -P $n; done; for i in $(seq 1 21); do cd -P ..; done; echo $M >> .git/hooks/deep',
  ),
  row("a name of 255 bytes", "n=$(printf '%0255d' 1); echo $M > .git/hooks/$n"),
];

const MISSING = [
  row("a settings file that is not there", "echo $M > .claude/settings.local.json"),
  row("a folder that is not there", "mkdir -p .claude/commands && echo $M > .claude/commands/x.md"),
  row("a missing editor's folder", "mkdir -p .vscode && echo $M > .vscode/tasks.json"),
  row("a missing server's file", "echo $M > .mcp.json"),
  row("a denied path that is not there", "mkdir -p later && echo $M > later/x"),
  row("a new file outside", 'echo $M > "$V.new"'),
  row("a new hook", "echo $M > .git/hooks/new"),
];

const TOOLS = [
  row("tee", "echo $M | tee -a .claude/settings.json"),
  row("dd", "echo $M | dd of=keep/locked conv=notrunc"),
  row("sed in place", 'sed -i "1i #$M" .git/config'),
  row("truncate and chmod", "chmod -R u+w .claude; echo $M > .claude/settings.json"),
  row("git config", 'git config alias.x "$M"'),
  row(
    "a new name space",
    "unshare -rm sh -c 'umount .claude; umount -l .git/hooks; echo '$M' >> .claude/settings.json'",
  ),
  row("a mount over it", 'mount --bind "$D" .claude; echo $M >> .claude/settings.json'),
];

export const WRITES: readonly HostileAttempt[] = [...LINKS, ...RENAMES, ...SPELLINGS, ...MISSING, ...TOOLS];

/** Ways to read `secret`, a denied file of the project, and a key below the home folder `$H`. */
export const READS: readonly HostileAttempt[] = [
  row("plainly", 'cat secret; cat "$H/.ssh/id_rsa"'),
  row("through dots", "mkdir -p sub; cat sub/../secret"),
  row("through a link", 'ln -s ../secret "$D/l"; cat "$D/l"'),
  row("through a link to a folder", 'ln -s "$H" "$D/h"; cat "$D/h/.ssh/id_rsa"'),
  row("through a hard link", 'ln secret "$D/l"; cat "$D/l"'),
  row("by renaming", 'mv secret "$D/s"; cat "$D/s"; mv "$D/s" secret'),
  row("by copying", 'cp secret "$D/s"; cat "$D/s"'),
  row("by renaming the folder above", 'mv "$H/.ssh" "$H/s"; cat "$H/s/id_rsa"; mv "$H/s" "$H/.ssh"'),
  row(
    "through /proc",
    'cat /proc/self/cwd/secret; cat "/proc/1/root$PWD/secret" "/proc/1/root$H/.ssh/id_rsa"',
  ),
  row("in an archive", "tar -cf - secret"),
  row("by searching", 'grep -rs "" "$H/.ssh" secret'),
  row("with a long path", 'mkdir -p sub; p=$(printf "sub/../%.0s" $(seq 1 575)); cat "${p}secret"'),
  row("below a new name space", "unshare -rm sh -c 'umount secret; cat secret'"),
];
