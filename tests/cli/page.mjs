// Looks at an HTML report as a reader would: opens it, filters, expands, follows links, prints, does without scripts.
// Arguments: the folder of node_modules, the browser, the report, a folder for pictures or "".
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import assert from "node:assert/strict";

const [modules, executablePath, report, pictures] = process.argv.slice(2);
const { chromium } = createRequire(modules + "/")("playwright-core");
const url = pathToFileURL(report).href;
const args = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"];
const browser = await chromium.launch({ executablePath, args });
const complaints = [];
const open = async (options = {}) => {
  const page = await (await browser.newContext(options)).newPage();
  page.on("console", (message) => complaints.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) complaints.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return page;
};
const shown = (page) => page.locator("details.finding:visible").count();
// Events take their time: what a page shall come to is waited for.
const comesTo = async (question, expected, what) => {
  const end = Date.now() + 20_000;
  let answer = await question();
  while (answer !== expected && Date.now() < end) {
    await new Promise((resume) => setTimeout(resume, 50));
    answer = await question();
  }
  assert.equal(answer, expected, what);
};
const showing = (page, count, what) => comesTo(() => shown(page), count, what);
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

try {
  const page = await open({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
  const all = await page.locator("details.finding").count();
  assert.ok(all > 3, "the report has findings");
  await showing(page, all, "everything at first");
  assert.ok(await fits(page), "no scrolling to the side");
  assert.ok((await page.locator("h1").textContent()).length > 0);

  const errors = await page.locator("details.finding.error").count();
  await page.locator("input[value=error]").uncheck();
  await showing(page, all - errors, "no errors");
  await comesTo(() => page.locator("#shown").textContent(), `${all - errors} of ${all} findings`);
  await page.locator("button[type=reset]").click();
  await comesTo(() => page.locator("#shown").textContent(), `${all} findings`);

  const rule = await page.locator("details.finding").first().getAttribute("data-rule");
  await page.locator("select[name=rule]").selectOption(rule);
  await showing(page, await page.locator(`details.finding[data-rule="${rule}"]`).count(), "one rule");
  await page.locator("select[name=rule]").selectOption("");

  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  await page.keyboard.press("/");
  await page.keyboard.type("no such text anywhere");
  await showing(page, 0, "a text that is nowhere");
  await comesTo(() => page.locator("#nothing").isVisible(), true);
  await page.keyboard.press("Escape");
  await showing(page, all, "no text");

  const client = page.locator("a.findings").first();
  const number = await client.getAttribute("data-client");
  await client.click();
  await showing(page, await page.locator(`details.finding[data-client="${number}"]`).count(), "one client");
  assert.equal(await page.evaluate(() => document.forms[0].elements.client.value), number);

  // A link to a finding shows it in spite of the filters.
  const last = page.locator("details.finding").last();
  const id = await last.getAttribute("id");
  await page.locator("button[data-do=close]").click();
  await page.evaluate((id) => { location.hash = id; }, id);
  await comesTo(() => last.evaluate((it) => it.open), true, "a link opens its finding");
  assert.ok(await last.isVisible());

  await page.locator("button[data-do=close]").click();
  await comesTo(() => page.locator("details.finding[open]").count(), 0, "all closed");
  const first = page.locator("details.finding:visible").first();
  await first.locator("summary").focus();
  await page.keyboard.press("Enter");
  await comesTo(() => first.locator("dl").isVisible(), true, "Enter opens a finding");
  await page.locator("button[data-do=open]").click();
  await comesTo(() => page.locator("details.finding:not([open])").count(), 0, "all open");

  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await colour();
  await page.locator("#theme").click();
  await comesTo(async () => (await colour()) !== light, true, "another colour");
  // A browser may take a moment to keep it.
  const again = async () => {
    await page.reload();
    return (await colour()) !== light;
  };
  await comesTo(again, true, "the choice is kept");

  // Everything that can be used has a name, and what the page says can be read.
  for (const one of await page.locator("button, input, select, a").all()) {
    const name = await one.evaluate((it) => it.getAttribute("aria-label") || it.textContent || it.closest("label")?.textContent);
    assert.ok(name.trim(), "a control without a name");
  }

  for (const [name, width, height, colorScheme] of [
    ["desktop-light", 1280, 900, "light"], ["desktop-dark", 1280, 900, "dark"],
    ["phone-light", 390, 844, "light"], ["phone-dark", 390, 844, "dark"],
  ]) {
    const other = await open({ viewport: { width, height }, colorScheme });
    assert.ok(await fits(other), `${name}: no scrolling to the side`);
    const low = await other.evaluate(() => {
      const parse = (text) => text.match(/[\d.]+/g).map(Number);
      const light = ([r, g, b]) => {
        const part = (c) => ((c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
      };
      const behind = (it) => {
        for (; it; it = it.parentElement) {
          const colour = parse(getComputedStyle(it).backgroundColor);
          if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
      };
      return Array.from(document.querySelectorAll("h1, h2, p, dt, dd, code, small, .pill, .mark, .n, a, button, li, figcaption span"))
        .filter((it) => it.checkVisibility() && it.textContent.trim())
        .map((it) => {
          const [a, b] = [light(parse(getComputedStyle(it).color)), light(behind(it))].sort((a, b) => b - a);
          return [(a + 0.05) / (b + 0.05), it.tagName + "." + it.className];
        })
        .filter(([contrast]) => contrast < 4.5).slice(0, 5);
    });
    assert.deepEqual(low, [], `${name}: contrast`);
    if (pictures) {
      await other.screenshot({ path: `${pictures}/${name}.png` });
      await other.screenshot({ path: `${pictures}/${name}-full.png`, fullPage: true });
    }
  }

  const plain = await open({ javaScriptEnabled: false });
  await showing(plain, all, "without scripts everything is there");
  assert.ok(!(await plain.locator("#filters").isVisible()), "what needs a script is not");
  const closed = plain.locator("details.finding:not([open])");
  if (await closed.count()) {
    const id = await closed.first().getAttribute("id");
    await closed.first().locator("summary").click();
    await comesTo(() => plain.locator(`#${id} dl`).isVisible(), true, "a finding opens without scripts");
  }

  const printed = await open({ viewport: { width: 800, height: 1000 } });
  await printed.emulateMedia({ media: "print" });
  await comesTo(() => printed.locator("header.top").isVisible(), false, "print has no controls");
  const folded = printed.locator("details.finding:not([open]) dl").first();
  await comesTo(() => folded.isVisible(), true, "print shows what is closed");
  if (pictures) await printed.pdf({ path: `${pictures}/print.pdf`, format: "A4" });

  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
}
