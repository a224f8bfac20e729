import { describe, expect, it } from "vitest";
import { escapeField, readPlacing } from "../../../src/engine/mount-table.ts";

const placing = (...lines: string[]) => readPlacing({ readText: () => lines.join("\n") });

describe("the place of a path in the kernel's table of mounts", () => {
  it("is a device and a path from the top of its file system, whatever the order of the table", () => {
    const place = placing(
      "24 27 0:6 / /dev rw - devtmpfs devtmpfs rw",
      "27 1 254:0 / / rw shared:1 - ext4 /dev/vda rw",
      "30 27 8:1 /@home /home rw - btrfs /dev/sda rw",
      "31 30 8:1 /@srv/data /home/me/pro\\040ject/data rw - btrfs /dev/sda rw",
    );
    expect(
      ["/dev/null", "/etc", "/", "/home/me", "/home/me/pro ject/data/x", "/home/me/pro ject/database"].map(
        place,
      ),
    ).toEqual([
      "0:6 /null",
      "254:0 /etc",
      "254:0 /",
      "8:1 /@home/me",
      "8:1 /@srv/data/x",
      "8:1 /@home/me/pro\\040ject/database",
    ]);
  });

  it("is in the mount that covers another one", () => {
    const place = placing(
      "1 0 1:0 / / rw - ext4 a rw",
      "3 1 3:0 / /a/b rw - ext4 c rw",
      "2 1 2:0 / /a rw - ext4 b rw",
      "4 2 4:0 /deep /a rw - ext4 d rw",
    );
    expect(place("/a/b/c")).toBe("4:0 /deep/b/c");
  });

  it("writes names as the kernel does", () => {
    expect(escapeField("/a b\tc\nd\\e'ä")).toBe("/a\\040b\\011c\\012d\\134e'ä");
  });

  it("is not made up when there is no table", () => {
    expect(() => placing("")).toThrow(expect.objectContaining({ code: "mounts.unknown" }));
  });
});
