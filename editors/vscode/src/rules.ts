// The rules, as the program lists them.

/** A rule to choose. */
export interface Rule {
  readonly id: string;
  readonly summary: string;
  readonly severity: string;
}

/**
 * Reads what `clientlint rules --format json` prints.
 *
 * @throws Error if that is something else.
 */
export function readRules(output: string): Rule[] {
  const parsed: unknown = JSON.parse(output);
  const rules = isRecord(parsed) ? parsed.rules : parsed;
  if (!Array.isArray(rules)) {
    throw new Error("the program listed no rules");
  }
  return rules.map((rule: unknown) => {
    if (!isRecord(rule) || typeof rule.id !== "string") {
      throw new Error("the program listed a rule without an id");
    }
    return { id: rule.id, summary: text(rule.summary), severity: text(rule.severity) };
  });
}

/** Whether a text can be the id of a rule. */
export function isRuleId(text: unknown): text is string {
  return typeof text === "string" && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(text);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
