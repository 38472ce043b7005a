// What the status item says.

/** How the server is. */
export type State =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly version: string; readonly command: string }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly reason: string };

/** A status item. */
export interface Status {
  readonly text: string;
  readonly tooltip: string;
  readonly isError: boolean;
  /** The command that a click runs. */
  readonly command: string;
}

/** The status item of a state. */
export function statusOf(state: State): Status {
  switch (state.kind) {
    case "starting":
      return item("$(loading~spin) clientlint", "Starting", "clientlint.showLog");
    case "running":
      return item("$(shield) clientlint", `${state.version}\n${state.command}`, "clientlint.report");
    case "stopped":
      return item("$(circle-slash) clientlint", "Switched off (clientlint.enable)", "clientlint.restart");
    case "failed":
      return { ...item("$(error) clientlint", state.reason, "clientlint.showLog"), isError: true };
  }
}

function item(text: string, tooltip: string, command: string): Status {
  return { text, tooltip, command, isError: false };
}
