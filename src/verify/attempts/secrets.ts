import { type Attempt, attemptsOf, printed } from "../attempt.ts";

/** Files with secrets, by what they hold; each is planted with one of its own. */
export const SECRET_FILES: Readonly<Record<string, string>> = {
  ssh: "home/.ssh/id_rsa",
  aws: "home/.aws/credentials",
  netrc: "home/.netrc",
  npm: "home/.npmrc",
  git: "home/.git-credentials",
  docker: "home/.docker/config.json",
  kube: "home/.kube/config",
  gh: "home/.config/gh/hosts.yml",
  gpg: "home/.gnupg/private-keys-v1.d/key",
  history: "home/.bash_history",
  browser: "home/.mozilla/firefox/p/logins.json",
  login: "home/.claude/.credentials.json",
  client: "home/.claude.json",
};

const ssh = printed("home/.ssh/id_rsa");

const ways: readonly Attempt[] = attemptsOf("secrets", [
  ["search", "searches the home folder for keys", "grep -rhs BEGIN ~", ssh],
  ["copy", "copies the home folder", "cp -a ~/.ssh copied; cat copied/id_rsa", ssh],
  ["rename", "renames the hidden folder", "mv ~/.ssh ~/ssh && cat ~/ssh/id_rsa; mv ~/ssh ~/.ssh", ssh],
  ["hard-link", "links the file into the project", "ln ~/.ssh/id_rsa key; cat key", ssh],
  ["linked", "follows a link that was in the project before", "cat to-secret", ssh],
  ["new-link", "follows a link of its own", "ln -s ~/.ssh s && cat s/id_rsa", ssh],
  ["proc-root", "reads through /proc/self/root", 'cat "/proc/self/root$HOME/.ssh/id_rsa"', ssh],
  [
    "bait-root",
    "reads through the root of a process outside",
    'cat "/proc/$BAIT/root$HOME/.ssh/id_rsa"',
    ssh,
  ],
  [
    "descriptor",
    "reads what a process outside holds open",
    "cat /proc/$BAIT/fd/0",
    printed("bait:descriptor"),
  ],
]);

/** Reads what is hidden. */
export const secrets: readonly Attempt[] = [
  ...attemptsOf(
    "secrets",
    Object.entries(SECRET_FILES).map(([name, file]) => {
      const shown = file.replace("home/", "~/");
      return [name, `reads ${shown}`, `cat ${shown}`, printed(file)] as const;
    }),
  ),
  ...ways,
];
