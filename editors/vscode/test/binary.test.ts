import assert from "node:assert/strict";
import { test } from "node:test";
import { findBinary, type Surroundings } from "../src/binary.ts";

function surroundings(files: string[], change: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: "",
    extension: "/ext",
    workspace: "/opt",
    searchPath: "/usr/bin:/opt/bin",
    platform: "linux",
    exists: (file) => files.includes(file),
    ...change,
  };
}

test("the setting comes first, and is relative to the workspace", () => {
  const files = ["/opt/tools/clientlint", "/ext/bin/clientlint", "/usr/bin/clientlint"];
  const found = findBinary(surroundings(files, { setting: "tools/clientlint" }));
  assert.deepEqual(found, { command: "/opt/tools/clientlint", from: "setting" });
});

test("a setting that names nothing is an error, not a reason to take another program", () => {
  const found = findBinary(surroundings(["/usr/bin/clientlint"], { setting: "/gone/clientlint" }));
  assert.equal(found, "clientlint.path: there is no file /gone/clientlint");
});

test("the bundled program comes before PATH, and PATH is read in order", () => {
  const both = ["/ext/bin/clientlint", "/opt/bin/clientlint"];
  assert.deepEqual(findBinary(surroundings(both)), { command: "/ext/bin/clientlint", from: "extension" });
  const two = ["/opt/bin/clientlint", "/usr/bin/clientlint"];
  assert.deepEqual(findBinary(surroundings(two)), { command: "/usr/bin/clientlint", from: "PATH" });
  const none = findBinary(surroundings([]));
  assert.ok(typeof none === "string" && none.includes("not on PATH"));
});

test("on Windows the program has an ending and PATH other separators", () => {
  const found = findBinary(
    surroundings(["C:\\bin\\clientlint.exe"], {
      platform: "win32",
      searchPath: "C:\\Windows;C:\\bin",
      extension: "C:\\ext",
    }),
  );
  assert.deepEqual(found, { command: "C:\\bin\\clientlint.exe", from: "PATH" });
});
