// What the client that the extension uses tells a server of itself, without an editor around it.

import Module, { createRequire } from "node:module";
import type { ClientCapabilities } from "vscode-languageserver-protocol/node";
import { FILES } from "../src/settings.ts";

/** The editor of the oldest version that the extension supports. */
const VERSION = "1.91.0";

interface Client {
  computeClientCapabilities(): ClientCapabilities;
}

interface ClientModule {
  readonly LanguageClient: new (id: string, name: string, server: object, options: object) => Client;
}

type Load = (request: string, ...rest: unknown[]) => unknown;

/** The capabilities that the editor's own client announces, the very ones that the server gets from the extension. */
export function clientCapabilities(): ClientCapabilities {
  const modules = Module as unknown as { _load: Load };
  const load = modules._load;
  // The client asks for the editor when it is loaded, but needs nothing of it to say what it can do.
  modules._load = function (this: unknown, request, ...rest) {
    return request === "vscode" ? anything() : load.call(this, request, ...rest);
  };
  try {
    const require = createRequire(__filename);
    const { LanguageClient } = require("vscode-languageclient/node") as ClientModule;
    const options = { documentSelector: FILES.map((pattern) => ({ scheme: "file", pattern })) };
    return new LanguageClient(
      "clientlint",
      "clientlint",
      { command: "clientlint" },
      options,
    ).computeClientCapabilities();
  } finally {
    modules._load = load;
  }
}

/** Something that can be called, constructed and asked for whatever it is. */
function anything(): unknown {
  // eslint-disable-next-line @typescript-eslint/no-empty-function -- only a function can be called and constructed.
  const target = function () {};
  return new Proxy(target, {
    get: (_, key) => {
      if (key === "version") {
        return VERSION;
      }
      if (key === Symbol.toPrimitive) {
        return () => "";
      }
      return key === "prototype" ? (Reflect.get(target, key) as unknown) : anything();
    },
    apply: () => anything(),
    construct: () => anything() as object,
  });
}
