"use strict";
(() => {
  const root = document.documentElement;
  const theme = document.getElementById("theme");
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const name = () => {
    theme.textContent = dark() ? "Light" : "Dark";
    theme.setAttribute("aria-label", dark() ? "Use light colours" : "Use dark colours");
  };
  // Where the page is a file, a browser may keep nothing for it.
  const kept = (value) => {
    try {
      if (value) localStorage.setItem("clientlint-theme", value);
      return localStorage.getItem("clientlint-theme");
    } catch {
      return null;
    }
  };
  const chosen = kept();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  theme.hidden = false;
  name();
  theme.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    kept(root.dataset.theme);
    name();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);

  const all = Array.from(document.querySelectorAll("details.finding"));
  const form = document.getElementById("filters");
  if (form) {
    const shown = document.getElementById("shown");
    const nothing = document.getElementById("nothing");
    const texts = new Map();
    const text = (finding) => {
      if (!texts.has(finding)) texts.set(finding, finding.textContent.toLowerCase());
      return texts.get(finding);
    };
    const filter = () => {
      const data = new FormData(form);
      const severities = new Set(data.getAll("severity"));
      const rule = data.get("rule");
      const client = data.get("client");
      const words = data.get("text").toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const finding of all) {
        const is = finding.dataset;
        const matches = severities.has(is.severity) && (!rule || is.rule === rule) &&
          (!client || is.client === client) && words.every((word) => text(finding).includes(word));
        finding.hidden = !matches;
        count += matches ? 1 : 0;
      }
      shown.value = count === all.length ? `${count} findings` : `${count} of ${all.length} findings`;
      nothing.hidden = count > 0;
    };
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    form.addEventListener("click", (event) => {
      const what = event.target.dataset.do;
      if (what) for (const finding of all) if (!finding.hidden) finding.open = what === "open";
    });
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a.findings");
      if (!link) return;
      form.reset();
      form.elements.client.value = link.dataset.client;
      setTimeout(filter);
    });
    document.addEventListener("keydown", (event) => {
      const field = form.elements.text;
      const typing = event.target.closest("input, select, textarea");
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        field.focus();
      } else if (event.key === "Escape" && event.target === field) {
        field.value = "";
        filter();
      }
    });
    // A link to a finding shows it whatever the filters say.
    const reveal = () => {
      const target = location.hash.startsWith("#f-") && document.getElementById(location.hash.slice(1));
      if (!target || target.tagName !== "DETAILS") return;
      if (target.hidden) {
        form.reset();
        filter();
      }
      target.open = true;
      target.scrollIntoView();
    };
    addEventListener("hashchange", reveal);
    filter();
    reveal();
  }

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = Array.from(document.querySelectorAll("details:not([open])"));
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });
})();
