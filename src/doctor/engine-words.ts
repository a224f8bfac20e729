import type { Blocker, Fact } from "./fact.ts";
import { error, ok, type Words } from "./words.ts";

const APPARMOR_PROFILE =
  "printf 'abi <abi/4.0>,\\ninclude <tunables/global>\\nprofile bwrap /usr/bin/bwrap flags=(unconfined) {\\n  userns,\\n}\\n' | sudo tee /etc/apparmor.d/bwrap && sudo apparmor_parser -r /etc/apparmor.d/bwrap";

const REPAIRS: Readonly<Record<Blocker, string>> = {
  "apparmor-userns": APPARMOR_PROFILE,
  "userns-off": "sudo sysctl -w kernel.unprivileged_userns_clone=1",
  "userns-limit": "sudo sysctl -w user.max_user_namespaces=15000",
  "socket-permission": 'sudo usermod -aG docker "$USER"   # then log in again',
  "daemon-down": "sudo systemctl start docker",
  subuid:
    'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 "$USER" && podman system migrate',
  unknown: "bwrap --unshare-all --ro-bind / / true   # shows the message again",
};

type Of<K extends string> = Extract<Fact, { readonly kind: `${K}.${string}` }>;

/** What the facts about engines and the image mean. */
export function engineWords(fact: Of<"engine" | "image">): Words {
  switch (fact.kind) {
    case "engine.works":
      return fact.chosen
        ? ok(`${fact.engine} works and runs the commands of this project`)
        : ok(`${fact.engine} works`);
    case "engine.absent": {
      const message = `${fact.engine}: ${fact.reasons.join("; ")}`;
      if (fact.chosen) return error(`${message}; commands of this project are refused`, fact.hint);
      return { level: "note", message };
    }
    case "engine.blocked": {
      const message = `${fact.engine} is installed but does not start a sandbox: ${fact.reason}`;
      const remedy = REPAIRS[fact.blocker];
      return fact.chosen
        ? error(`${message}; commands of this project are refused`, remedy)
        : { level: "note", message, remedy };
    }
    case "image.missing":
      return {
        level: "note",
        message: `the image ${fact.image} is not here yet; the first command pulls it`,
        remedy: `${fact.engine} pull ${fact.image}`,
      };
  }
}
