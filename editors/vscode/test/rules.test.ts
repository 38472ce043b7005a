import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { isRuleId, readRules } from "../src/rules.ts";

test("ids of rules are told from what a command line would read otherwise", () => {
  assert.ok(isRuleId("implicit-grant"));
  for (const other of ["", "--help", "a b", "a/../b", "A", "a-", 5, undefined]) {
    assert.ok(!isRuleId(other), String(other));
  }
});

test("what is no list of rules is refused", () => {
  assert.throws(() => readRules("{}"), /no rules/);
  assert.throws(() => readRules("[{}]"), /without an id/);
  assert.throws(() => readRules("nothing"));
});

test("the rules of the program are read", { skip: process.env.CLIENTLINT === undefined }, () => {
  const program = process.env.CLIENTLINT ?? "";
  const rules = readRules(execFileSync(program, ["rules", "--format", "json"], { encoding: "utf8" }));
  assert.ok(rules.length >= 80);
  assert.ok(rules.every((rule) => isRuleId(rule.id) && rule.summary !== "" && rule.severity !== ""));
});
