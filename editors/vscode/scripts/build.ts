// Builds dist/extension.js, and gathers the licences that go with what is in it.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { buildSync } from "esbuild";

const folder = path.join(__dirname, "..");
const dist = path.join(folder, "dist");

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { metafile } = buildSync({
  absWorkingDir: folder,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  external: ["vscode"],
  minify: true,
  legalComments: "none",
  metafile: true,
});
writeFileSync(path.join(dist, "NOTICES.md"), notices(packagesOf(Object.keys(metafile.inputs))));
for (const licence of ["LICENSE-MIT", "LICENSE-APACHE"]) {
  copyFileSync(path.join(folder, "../..", licence), path.join(dist, licence));
}

/** The folders of the packages of which files are in the bundle. */
function packagesOf(inputs: readonly string[]): string[] {
  const found = inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []);
  return [...new Set(found)].sort();
}

/** The texts of their licences. */
function notices(packages: readonly string[]): string {
  const parts = packages.map((name) => {
    const manifest = JSON.parse(readFileSync(path.join(folder, name, "package.json"), "utf8")) as {
      name: string;
      version: string;
      license: string;
    };
    const file = readdirSync(path.join(folder, name)).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) {
      throw new Error(`${manifest.name} has no file with its licence`);
    }
    const text = readFileSync(path.join(folder, name, file), "utf8")
      .replaceAll("\r\n", "\n")
      .trim();
    return `## ${manifest.name} ${manifest.version} (${manifest.license})\n\n\`\`\`\n${text}\n\`\`\`\n`;
  });
  return `# Software in the extension\n\n${parts.join("\n")}`;
}
