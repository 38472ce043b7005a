import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type State, statusOf } from "../src/status.ts";

const STATES: State[] = [
  { kind: "starting" },
  { kind: "running", version: "clientlint 1.2.3", command: "/usr/bin/clientlint" },
  { kind: "stopped" },
  { kind: "failed", reason: "there is no file /gone" },
];

test("each state has a text of its own, and only a failure looks like one", () => {
  const all = STATES.map(statusOf);
  assert.equal(new Set(all.map((status) => status.text)).size, STATES.length);
  assert.deepEqual(
    all.map((status) => status.isError),
    [false, false, false, true],
  );
  assert.match(all[1]?.tooltip ?? "", /1\.2\.3/);
  assert.match(all[3]?.tooltip ?? "", /gone/);
});

test("a click runs a command that the extension has", () => {
  const manifest = JSON.parse(readFileSync("package.json", "utf8")) as {
    contributes: { commands: { command: string }[] };
  };
  const commands = manifest.contributes.commands.map((entry) => entry.command);
  for (const state of STATES) {
    assert.ok(commands.includes(statusOf(state).command), state.kind);
  }
});
