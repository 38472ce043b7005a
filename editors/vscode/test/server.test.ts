import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import {
  CodeLensRequest,
  DidChangeConfigurationNotification,
  ExecuteCommandRequest,
  HoverRequest,
} from "vscode-languageserver-protocol/node";
import { isRuleId } from "../src/rules.ts";
import { serverSettings } from "../src/settings.ts";
import { Server } from "./server.ts";

const PROGRAM = process.env.CLIENTLINT ?? "";
const SKIP = { skip: PROGRAM === "", timeout: 120_000 };

/** The trolley lies beyond the basic plane: columns are counted in UTF-16 here. */
const SHOP = `clients:
  - { app_type: spa, callbacks: [https://shop.example/cb], grant_types: [authorization_code],
      name: "Shop \u{1F6D2}", jwt_configuration: { alg: HS256 } }
`;
const RULE = "public-client-symmetric-id-token";
const DEFAULTS = serverSettings(() => undefined);

/** Where a text starts in it. */
function place(text: string): { line: number; character: number } {
  const lines = SHOP.slice(0, SHOP.indexOf(text)).split("\n");
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

let server: Server | undefined;
afterEach(() => {
  server?.dispose();
  server = undefined;
});

test("a finding is shown, mended and gone", SKIP, async () => {
  server = new Server(PROGRAM, "tenant.yaml", SHOP);
  const { capabilities } = await server.open(DEFAULTS);
  assert.ok(["utf-16", undefined].includes(capabilities.positionEncoding), "the editor counts in UTF-16");

  const [finding] = await server.diagnostics((found) => found.some(({ code }) => code === RULE));
  assert.ok(finding !== undefined);
  assert.equal(finding.source, "clientlint");
  assert.equal(finding.severity, 1);
  assert.equal(server.at(finding.range), "HS256");

  const actions = await server.actions(finding);
  const fix = actions.find(
    ({ kind, title }) => kind?.startsWith("quickfix") === true && title.includes("RS256"),
  );
  assert.ok(fix !== undefined, JSON.stringify(actions, undefined, 1));
  const edits = await server.edits(fix);
  assert.deepEqual(
    edits.map(({ newText }) => newText),
    ["RS256"],
  );
  await server.edit(edits);
  await server.diagnostics((found) => found.every(({ code }) => code !== RULE));
  assert.equal(await server.close(), 0);
});

test("typing changes what is found", SKIP, async () => {
  server = new Server(PROGRAM, "tenant.yaml", SHOP.replace("HS256", "RS256"));
  await server.open(DEFAULTS);
  await server.diagnostics((found) => found.every(({ code }) => code !== RULE));
  const start = place("HS256");
  const end = { ...start, character: start.character + 5 };
  await server.edit([{ range: { start, end }, newText: "HS512" }]);
  const found = await server.diagnostics((now) => now.some(({ code }) => code === RULE));
  assert.match(JSON.stringify(found.find(({ code }) => code === RULE)?.message), /HS512/);
});

test("the page of a rule is reached from its finding", SKIP, async () => {
  server = new Server(PROGRAM, "tenant.yaml", SHOP);
  const { capabilities } = await server.open(DEFAULTS);
  assert.ok(capabilities.executeCommandProvider?.commands.includes("clientlint.explain"));
  const [finding] = await server.diagnostics((found) => found.some(({ code }) => code === RULE));
  assert.ok(finding !== undefined);
  const commands = (await server.actions(finding)).flatMap(({ command }) => command ?? []);
  const explain = commands.find(({ command }) => command === "clientlint.explain");
  // The extension takes the rule from there.
  assert.equal(explain?.arguments?.[0], RULE);
  assert.ok(isRuleId(explain.arguments[0]));
  await server.connection.sendRequest(ExecuteCommandRequest.type, {
    command: explain.command,
    arguments: explain.arguments,
  });
});

test("settings hold from the start, and from when they are changed", SKIP, async () => {
  const shown = async (on: Server): Promise<string[]> => {
    const lenses = await on.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri: on.uri } });
    return (lenses ?? []).map(({ command }) => command?.title ?? "");
  };
  server = new Server(PROGRAM, "tenant.yaml", SHOP);
  await server.open({ ...DEFAULTS, codeLens: false, debounce: 0 });
  await server.diagnostics((found) => found.length > 0);
  assert.deepEqual(await shown(server), []);
  const settings = { clientlint: { ...DEFAULTS, codeLens: true } };
  await server.connection.sendNotification(DidChangeConfigurationNotification.type, { settings });
  const [title] = await shown(server);
  assert.match(title ?? "", /public/);

  const hover = await server.connection.sendRequest(HoverRequest.type, {
    textDocument: { uri: server.uri },
    position: place("app_type"),
  });
  assert.match(JSON.stringify(hover?.contents), /public/);
});
