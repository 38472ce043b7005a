import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import yauzl from "yauzl";

const PACKAGE = "dist/clientlint.vsix";
const SKIP = { skip: !existsSync(PACKAGE) && process.env.CLIENTLINT_NEED_TOOLS === undefined };

/** What a package holds, with the sizes. */
async function contents(): Promise<Map<string, number>> {
  const open = promisify<string, yauzl.Options, yauzl.ZipFile>(yauzl.open);
  const archive = await open(PACKAGE, {});
  const files = new Map<string, number>();
  return new Promise((resolve, reject) => {
    archive.on("entry", (entry: yauzl.Entry) => files.set(entry.fileName, entry.uncompressedSize));
    archive.on("error", reject);
    archive.on("end", () => {
      resolve(files);
    });
  });
}

test("the package holds what runs and its licences, and nothing else", SKIP, async () => {
  const files = await contents();
  assert.deepEqual([...files.keys()].sort(), [
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.md",
    "extension/changelog.md",
    "extension/dist/LICENSE-APACHE",
    "extension/dist/LICENSE-MIT",
    "extension/dist/NOTICES.md",
    "extension/dist/extension.js",
    "extension/package.json",
    "extension/readme.md",
  ]);
  const size = files.get("extension/dist/extension.js") ?? 0;
  assert.ok(size > 50_000 && size < 1_000_000, String(size));
});

test("all software in the package is named with its licence", SKIP, () => {
  const notices = readFileSync("dist/NOTICES.md", "utf8");
  for (const name of ["vscode-languageclient", "vscode-jsonrpc", "semver", "minimatch"]) {
    assert.match(
      notices,
      new RegExp(`^## ${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC|BlueOak-1\\.0\\.0)\\)$`, "m"),
    );
  }
});

test("the lock file names no registry, so that any can be used", () => {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8")) as {
    packages: Record<string, { resolved?: string; integrity?: string; link?: boolean }>;
  };
  for (const [name, entry] of Object.entries(packages)) {
    assert.equal(entry.resolved, undefined, name);
    assert.ok(name === "" || entry.integrity !== undefined, name);
  }
});
