// The extension: starts the server, and offers the report and the explanation of rules.

import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import * as vscode from "vscode";
import { DidChangeConfigurationNotification, LanguageClient } from "vscode-languageclient/node";
import { findBinary } from "./binary.ts";
import { isRuleId, readRules } from "./rules.ts";
import { ARGUMENTS, FILES, serverSettings, type ServerSettings } from "./settings.ts";
import { type State, statusOf } from "./status.ts";

const run = promisify(execFile);

/** The scheme of documents with explanations of rules. */
const SCHEME = "clientlint";

let session: Session | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  session = new Session(context);
  const started = session;
  context.subscriptions.push(
    vscode.commands.registerCommand("clientlint.restart", () => started.restart()),
    vscode.commands.registerCommand("clientlint.showLog", () => {
      started.log.show();
    }),
    vscode.commands.registerCommand("clientlint.report", () => started.report()),
    vscode.commands.registerCommand("clientlint.explainRule", (rule: unknown) => started.explain(rule)),
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => started.explanation(path.posix.basename(uri.path, ".md")),
    }),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      if (["enable", "path"].some((key) => change.affectsConfiguration(`clientlint.${key}`))) {
        await started.restart();
      } else if (change.affectsConfiguration("clientlint")) {
        await started.configure();
      }
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => started.restart()),
  );
  await started.restart();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}

/** The server and what shows how it is. */
class Session {
  readonly log = vscode.window.createOutputChannel("clientlint", { log: true });
  private readonly item = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Right);
  private readonly folder: string;
  private client: LanguageClient | undefined;
  private command: string | undefined;

  constructor(context: vscode.ExtensionContext) {
    this.folder = context.extensionPath;
    context.subscriptions.push(this.log, this.item);
  }

  /** Starts the server, after stopping the one that runs. */
  async restart(): Promise<void> {
    await this.stop();
    const settings = vscode.workspace.getConfiguration("clientlint");
    if (!settings.get<boolean>("enable", true)) {
      this.show({ kind: "stopped" });
      return;
    }
    this.show({ kind: "starting" });
    const binary = findBinary({
      setting: settings.get<string>("path", ""),
      extension: this.folder,
      workspace: vscode.workspace.workspaceFolders?.[0]?.uri.fsPath,
      searchPath: process.env.PATH ?? "",
      platform: process.platform,
      exists: existsSync,
    });
    if (typeof binary === "string") {
      this.fail(binary);
      return;
    }
    this.command = binary.command;
    try {
      const version = (await run(binary.command, ["--version"])).stdout.trim();
      this.client = this.create(binary.command);
      await this.client.start();
      this.log.info(`${version}, ${binary.command} (${binary.from})`);
      this.show({ kind: "running", version, command: binary.command });
    } catch (error) {
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** Tells the running server of changed settings. */
  async configure(): Promise<void> {
    const settings = { clientlint: this.settings() };
    await this.client?.sendNotification(DidChangeConfigurationNotification.type, { settings });
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.stop().catch((error: unknown) => {
      this.log.warn(`stopping: ${String(error)}`);
    });
  }

  /** Shows the report on the workspace beside the editor. */
  async report(): Promise<void> {
    const workspace = vscode.workspace.workspaceFolders?.[0];
    if (workspace === undefined || this.command === undefined) {
      await vscode.window.showInformationMessage("clientlint: open a folder first.");
      return;
    }
    const options = ["check", ".", "--format", "html", "--exit-zero", "--allow-empty"];
    const { stdout } = await run(this.command, options, {
      cwd: workspace.uri.fsPath,
      maxBuffer: 1 << 28,
    }).catch((error: unknown) => {
      // A file that could not be analysed is in the report all the same.
      if (error instanceof Error && "stdout" in error && error.stdout !== "") {
        return error as Error & { stdout: string };
      }
      throw error;
    });
    const panel = vscode.window.createWebviewPanel("clientlint", "clientlint", vscode.ViewColumn.Beside, {
      enableScripts: true,
      localResourceRoots: [],
    });
    panel.webview.html = stdout;
  }

  /** Shows the page of a rule; without a rule, asks for one. */
  async explain(rule: unknown): Promise<void> {
    const id = isRuleId(rule) ? rule : await this.choose();
    if (id !== undefined) {
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${id}.md` });
      await vscode.commands.executeCommand("markdown.showPreview", uri);
    }
  }

  /** The page of a rule, in Markdown. */
  async explanation(rule: string): Promise<string> {
    if (!isRuleId(rule) || this.command === undefined) {
      return "";
    }
    return (await run(this.command, ["explain", rule, "--format", "markdown"])).stdout;
  }

  private async choose(): Promise<string | undefined> {
    if (this.command === undefined) {
      return undefined;
    }
    const rules = readRules((await run(this.command, ["rules", "--format", "json"])).stdout);
    const items = rules.map((rule) => ({ label: rule.id, description: rule.severity, detail: rule.summary }));
    const chosen = await vscode.window.showQuickPick(items, { matchOnDetail: true, title: "Rules" });
    return chosen?.label;
  }

  private settings(): ServerSettings {
    const settings = vscode.workspace.getConfiguration("clientlint");
    return serverSettings((key) => settings.get(key));
  }

  private create(command: string): LanguageClient {
    return new LanguageClient(
      "clientlint",
      "clientlint",
      { command, args: [...ARGUMENTS] },
      {
        documentSelector: FILES.map((pattern) => ({ scheme: "file", pattern })),
        outputChannel: this.log,
        initializationOptions: this.settings(),
        middleware: {
          executeCommand: async (name, parameters: unknown[], next) => {
            // The editor has a better place for a page than the message that the server would show.
            if (name === "clientlint.explain") {
              await this.explain(parameters[0]);
              return;
            }
            return (await next(name, parameters)) as unknown;
          },
        },
      },
    );
  }

  private fail(reason: string): void {
    this.log.error(reason);
    this.show({ kind: "failed", reason });
  }

  private show(state: State): void {
    const status = statusOf(state);
    this.item.text = status.text;
    this.item.tooltip = status.tooltip;
    this.item.command = status.command;
    this.item.backgroundColor = status.isError
      ? new vscode.ThemeColor("statusBarItem.errorBackground")
      : undefined;
    this.item.show();
  }
}
