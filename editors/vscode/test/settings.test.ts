import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FILES, serverSettings } from "../src/settings.ts";

interface Manifest {
  contributes: { configuration: { properties: Record<string, { default?: unknown }> } };
}

const { properties } = (JSON.parse(readFileSync("package.json", "utf8")) as Manifest).contributes
  .configuration;

test("the server is told what the manifest has, in the manifest's names", () => {
  const set = serverSettings((key) => properties[`clientlint.${key}`]?.default);
  assert.deepEqual(set, { codeLens: true, inlayHints: false, debounce: 120 });
  for (const key of Object.keys(set)) {
    assert.ok(`clientlint.${key}` in properties, key);
  }
  assert.deepEqual(
    serverSettings(() => undefined),
    set,
  );
});

test("what was set is told, and nonsense is not", () => {
  const chosen: Record<string, unknown> = { codeLens: false, inlayHints: true, debounce: 499.6 };
  assert.deepEqual(
    serverSettings((key) => chosen[key]),
    { codeLens: false, inlayHints: true, debounce: 500 },
  );
  assert.equal(serverSettings(() => -1).debounce, 120);
  assert.equal(serverSettings(() => "soon").debounce, 120);
});

test("the editor shows the server the files that the hook reads", () => {
  const hooks = readFileSync("../../.pre-commit-hooks.yaml", "utf8");
  const pattern = /files: &files '\(\\\.\((.*)\)\|\(\^\|/.exec(hooks)?.[1] ?? "";
  const endings = pattern
    .replace("ya?ml", "yaml|yml")
    .replace("jsonc?", "json|jsonc")
    .replace("tfstate(\\.backup)?", "tfstate|tfstate.backup")
    .split("|");
  assert.ok(endings.length >= 12, pattern);
  const [named, environments] = FILES;
  assert.equal(environments, "**/.env*");
  const group = /^\*\*\/\*\.\{([^{}]*)\}$/.exec(named ?? "")?.[1] ?? "";
  assert.deepEqual(group.split(",").sort(), endings.sort());
});
