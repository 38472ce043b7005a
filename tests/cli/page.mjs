// Looks at an HTML report as a reader would: opens it, filters, expands, follows links, prints, does without scripts.
// Arguments: the folder of node_modules, the browser, the report, a folder for pictures or "".
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import assert from "node:assert/strict";

const [modules, executablePath, report, pictures] = process.argv.slice(2);
const { chromium } = createRequire(modules + "/")("playwright-core");
const url = pathToFileURL(report).href;
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
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
const fits = (page) => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

try {
  const page = await open({ viewport: { width: 1280, height: 900 }, colorScheme: "light" });
  const all = await page.locator("details.finding").count();
  assert.ok(all > 3, "the report has findings");
  assert.equal(await shown(page), all);
  assert.ok(await fits(page), "no scrolling to the side");
  assert.ok((await page.locator("h1").textContent()).length > 0);

  const errors = await page.locator("details.finding.error").count();
  await page.locator("input[value=error]").uncheck();
  assert.equal(await shown(page), all - errors);
  assert.equal(await page.locator("#shown").textContent(), `${all - errors} of ${all} findings`);
  await page.locator("button[type=reset]").click();
  await page.waitForFunction((all) => document.getElementById("shown").value === `${all} findings`, all);

  const rule = await page.locator("details.finding").first().getAttribute("data-rule");
  await page.locator("select[name=rule]").selectOption(rule);
  assert.equal(await shown(page), await page.locator(`details.finding[data-rule="${rule}"]`).count());
  await page.locator("select[name=rule]").selectOption("");

  await page.keyboard.press("Escape");
  await page.locator("h1").click();
  await page.keyboard.press("/");
  await page.keyboard.type("no such text anywhere");
  assert.equal(await shown(page), 0);
  assert.ok(await page.locator("#nothing").isVisible());
  await page.keyboard.press("Escape");
  assert.equal(await shown(page), all);

  const client = page.locator("a.findings").first();
  const number = await client.getAttribute("data-client");
  await client.click();
  await page.waitForFunction((number) => document.forms[0].elements.client.value === number, number);
  assert.equal(await shown(page), await page.locator(`details.finding[data-client="${number}"]`).count());

  // A link to a finding shows it in spite of the filters.
  const last = page.locator("details.finding").last();
  const id = await last.getAttribute("id");
  await page.locator("button[data-do=close]").click();
  await page.evaluate((id) => { location.hash = id; }, id);
  await page.waitForFunction((id) => document.getElementById(id).open, id);
  assert.ok(await last.isVisible());

  await page.locator("button[data-do=close]").click();
  assert.equal(await page.locator("details.finding[open]").count(), 0);
  const first = page.locator("details.finding:visible").first();
  await first.locator("summary").focus();
  await page.keyboard.press("Enter");
  assert.ok(await first.locator("dl").isVisible(), "Enter opens a finding");
  await page.locator("button[data-do=open]").click();
  assert.equal(await page.locator("details.finding:not([open])").count(), 0);

  const colour = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await colour();
  await page.locator("#theme").click();
  assert.notEqual(await colour(), light);
  // A browser may take a moment to keep it.
  for (let tries = 0; tries < 20; tries++) {
    await page.reload();
    if ((await colour()) !== light) break;
    await page.waitForTimeout(100);
  }
  assert.notEqual(await colour(), light, "the choice is kept");

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
  assert.equal(await shown(plain), all, "without scripts everything is there");
  assert.ok(!(await plain.locator("#filters").isVisible()), "what needs a script is not");
  const closed = plain.locator("details.finding:not([open])");
  if (await closed.count()) {
    const id = await closed.first().getAttribute("id");
    await closed.first().locator("summary").click();
    assert.ok(await plain.locator(`#${id} dl`).isVisible());
  }

  const printed = await open({ viewport: { width: 800, height: 1000 } });
  await printed.emulateMedia({ media: "print" });
  assert.ok(!(await printed.locator("header.top").isVisible()));
  assert.ok(await printed.locator("details.finding:not([open]) dl").first().isVisible(), "print shows what is closed");
  if (pictures) await printed.pdf({ path: `${pictures}/print.pdf`, format: "A4" });

  assert.deepEqual(complaints, []);
} finally {
  await browser.close();
}
