// Which program is run.

import * as path from "node:path";

/** Where to look for the program. */
export interface Surroundings {
  /** The setting `clientlint.path`, empty where it is not set. */
  readonly setting: string;
  /** The folder of the extension, which may hold a program. */
  readonly extension: string;
  /** The first folder of the workspace, to which a relative setting refers. */
  readonly workspace: string | undefined;
  /** The variable `PATH`. */
  readonly searchPath: string;
  /** The platform, as Node.js names it. */
  readonly platform: NodeJS.Platform;
  /** Whether a file is there. */
  readonly exists: (file: string) => boolean;
}

/** A program to run, and where it was found. */
export interface Binary {
  readonly command: string;
  readonly from: "setting" | "extension" | "PATH";
}

/**
 * Finds the program: that of the setting, else the one that comes with the extension, else the first on `PATH`.
 *
 * @returns the program, or what is wrong, to be shown to the user.
 */
export function findBinary(surroundings: Surroundings): Binary | string {
  const { setting, extension, workspace, searchPath, platform, exists } = surroundings;
  const paths = platform === "win32" ? path.win32 : path.posix;
  const name = platform === "win32" ? "clientlint.exe" : "clientlint";
  if (setting !== "") {
    const command =
      paths.isAbsolute(setting) || workspace === undefined ? setting : paths.join(workspace, setting);
    return exists(command) ? { command, from: "setting" } : `clientlint.path: there is no file ${command}`;
  }
  const bundled = paths.join(extension, "bin", name);
  if (exists(bundled)) {
    return { command: bundled, from: "extension" };
  }
  const folders = searchPath.split(paths.delimiter).filter((folder) => folder !== "");
  const found = folders.map((folder) => paths.join(folder, name)).find(exists);
  return found === undefined
    ? "The program clientlint is not on PATH. Install it, or set clientlint.path."
    : { command: found, from: "PATH" };
}
