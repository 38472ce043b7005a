// What the server is told of the user's settings, and which documents it sees.

/**
 * Files that the server looks at. Which of them define clients, it sees by what they hold. Braces within braces would
 * match nothing: the editor does not know them.
 */
export const FILES: readonly string[] = [
  "**/*.{yaml,yml,json,jsonc,toml,tf,tofu,tfvars,hcl,tfstate,tfstate.backup,properties,plist,xml,config,env}",
  "**/.env*",
];

/** How the program is asked to be a server. */
export const ARGUMENTS: readonly string[] = ["lsp"];

/** What the server can be set to. */
export interface ServerSettings {
  /** Whether a line above each client says what it is. */
  readonly codeLens: boolean;
  /** Whether what the platform fills in is shown beside what is written. */
  readonly inlayHints: boolean;
  /** How many milliseconds after the last change the analysis starts. */
  readonly debounce: number;
}

/** The settings of the server, read by their names in the manifest without `clientlint.`. */
export function serverSettings(read: (key: string) => unknown): ServerSettings {
  const debounce = read("debounce");
  return {
    codeLens: read("codeLens") !== false,
    inlayHints: read("inlayHints") === true,
    debounce: typeof debounce === "number" && debounce >= 0 ? Math.round(debounce) : DEBOUNCE,
  };
}

/** As the manifest has it. */
const DEBOUNCE = 120;
