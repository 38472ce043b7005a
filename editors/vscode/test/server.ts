// A running server, spoken to as the extension speaks to it.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  type CodeAction,
  CodeActionRequest,
  CodeActionResolveRequest,
  CodeLensRefreshRequest,
  type Diagnostic,
  DiagnosticRefreshRequest,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  DocumentDiagnosticRequest,
  ExitNotification,
  InitializedNotification,
  InitializeRequest,
  type InitializeResult,
  InlayHintRefreshRequest,
  type ProtocolConnection,
  PublishDiagnosticsNotification,
  RegistrationRequest,
  ShowDocumentRequest,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
  type TextEdit,
  type WorkspaceEdit,
} from "vscode-languageserver-protocol/node";
import { ARGUMENTS, type ServerSettings } from "../src/settings.ts";
import { clientCapabilities } from "./editor.ts";

/** How long a server may take before it hangs. */
const LIMIT = 30_000;

/** A server with one open document in a repository of its own. */
export class Server {
  readonly uri: string;
  private readonly folder = mkdtempSync(path.join(tmpdir(), "clientlint-"));
  private readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  private readonly published = new Map<string, Diagnostic[]>();
  private version = 1;
  result: InitializeResult | undefined;

  constructor(
    program: string,
    name: string,
    private text: string,
  ) {
    mkdirSync(path.join(this.folder, ".git"));
    const file = path.join(this.folder, name);
    writeFileSync(file, text);
    this.uri = pathToFileURL(file).href;
    const child = spawn(program, ARGUMENTS, { stdio: ["pipe", "pipe", "inherit"] });
    this.process = child;
    this.connection = createProtocolConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    // What the client answers by itself.
    for (const { method } of [
      RegistrationRequest.type,
      DiagnosticRefreshRequest.type,
      CodeLensRefreshRequest.type,
      InlayHintRefreshRequest.type,
      ShowDocumentRequest.type,
    ]) {
      this.connection.onRequest(method, () => null);
    }
    this.connection.onNotification(PublishDiagnosticsNotification.type, ({ uri, version, diagnostics }) => {
      if (uri === this.uri && (version === undefined || version === this.version)) {
        this.published.set(uri, diagnostics);
      }
    });
    this.connection.listen();
  }

  /** Introduces the client and opens the document. */
  async open(settings: ServerSettings): Promise<InitializeResult> {
    const folder = pathToFileURL(this.folder).href;
    this.result = await this.connection.sendRequest(InitializeRequest.type, {
      processId: process.pid,
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- clients send it all the same.
      rootUri: folder,
      workspaceFolders: [{ uri: folder, name: "test" }],
      capabilities: clientCapabilities(),
      initializationOptions: settings,
    });
    await this.connection.sendNotification(InitializedNotification.type, {});
    await this.connection.sendNotification(DidOpenTextDocumentNotification.type, {
      textDocument: { uri: this.uri, languageId: "yaml", version: this.version, text: this.text },
    });
    return this.result;
  }

  /** Replaces text in the document, as typing does. */
  async edit(edits: readonly TextEdit[]): Promise<void> {
    // From the end, so that the places of the others stay right.
    const contentChanges = [...edits]
      .sort(
        (a, b) =>
          b.range.start.line - a.range.start.line || b.range.start.character - a.range.start.character,
      )
      .map(({ range, newText }) => ({ range, text: newText }));
    for (const { range, text } of contentChanges) {
      this.text =
        this.text.slice(0, this.offset(range.start)) + text + this.text.slice(this.offset(range.end));
    }
    this.version += 1;
    this.published.clear();
    await this.connection.sendNotification(DidChangeTextDocumentNotification.type, {
      textDocument: { uri: this.uri, version: this.version },
      contentChanges,
    });
  }

  /** The text at a place. */
  at({ start, end }: Diagnostic["range"]): string {
    return this.text.slice(this.offset(start), this.offset(end));
  }

  /** The rules of the findings in the document, once they are as expected. */
  async diagnostics(expected: (found: Diagnostic[]) => boolean): Promise<Diagnostic[]> {
    const end = Date.now() + LIMIT;
    let last: Diagnostic[] | undefined;
    while (Date.now() < end) {
      last = await this.found();
      if (last !== undefined && expected(last)) {
        return last;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`the findings stay ${JSON.stringify(last, undefined, 1)}`);
  }

  private async found(): Promise<Diagnostic[] | undefined> {
    if (this.result?.capabilities.diagnosticProvider === undefined) {
      return this.published.get(this.uri);
    }
    const textDocument = { uri: this.uri };
    const report = await this.connection.sendRequest(DocumentDiagnosticRequest.type, { textDocument });
    return report.kind === "full" ? report.items : undefined;
  }

  /** What the editor offers at a finding. */
  async actions(diagnostic: Diagnostic): Promise<CodeAction[]> {
    const found = await this.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri: this.uri },
      range: diagnostic.range,
      context: { diagnostics: [diagnostic] },
    });
    return (found ?? []).filter((action): action is CodeAction => typeof action.command !== "string");
  }

  /** The changes of the document that an action makes. */
  async edits(action: CodeAction): Promise<TextEdit[]> {
    const resolved =
      action.edit === undefined
        ? await this.connection.sendRequest(CodeActionResolveRequest.type, action)
        : action;
    return editsOf(resolved.edit, this.uri);
  }

  /** Ends the server as the editor does, and gives its exit code. */
  async close(): Promise<number | null> {
    const ended = once(this.process, "exit") as Promise<[number | null]>;
    await this.connection.sendRequest(ShutdownRequest.type);
    await this.connection.sendNotification(ExitNotification.type);
    const [code] = await ended;
    this.dispose();
    return code;
  }

  /** Removes what is left, also of a server that hangs. */
  dispose(): void {
    this.connection.dispose();
    this.process.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private offset({ line, character }: { line: number; character: number }): number {
    const lines = this.text.split("\n").slice(0, line);
    return lines.reduce((sum, text) => sum + text.length + 1, character);
  }
}

function editsOf(edit: WorkspaceEdit | undefined, uri: string): TextEdit[] {
  const changed = edit?.changes?.[uri] ?? [];
  const documents = (edit?.documentChanges ?? []).flatMap((change) =>
    "textDocument" in change && change.textDocument.uri === uri ? change.edits : [],
  );
  return [...changed, ...documents].filter((change): change is TextEdit => "newText" in change);
}
