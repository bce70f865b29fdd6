
"use strict";
// Filters, sorts and searches what is on the page already. Without it everything is there, only longer.
(() => {
  const root = document.documentElement;
  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const count = document.getElementById("count");
  const nothing = document.getElementById("nothing");
  const rangeButton = document.getElementById("range");
  const expand = document.getElementById("expand");
  const facets = ["standing", "tier", "caller", "rule", "account", "region"];
  const severity = ["open", "undecidable", "would", "undone"];
  const printable = 100;

  const items = [...list.children].map((element, place) => ({
    element,
    place,
    time: element.dataset.time === "" ? null : Number(element.dataset.time),
    has: Object.fromEntries(facets.map((facet) => [facet, new Set((element.dataset[facet] ?? "").split(" "))])),
    sort: {
      caller: element.querySelector(".who").textContent,
      tier: element.querySelector(".tier").textContent,
    },
    text: null,
  }));
  let range = null;

  // --- Filters

  const field = (name) => form.elements.namedItem(name);
  const value = (name) => field(name)?.value ?? "";

  const textOf = (item) => {
    item.text ??= item.element.textContent.toLowerCase();
    return item.text;
  };

  const wanted = () => {
    const day = (name, more) => (value(name) === "" ? null : Date.parse(`${value(name)}T00:00:00Z`) / 1000 + more);
    return {
      facets: facets.filter((facet) => value(facet) !== "").map((facet) => [facet, value(facet)]),
      words: value("search").toLowerCase().split(/\s+/).filter((word) => word !== ""),
      from: Math.max(day("from", 0) ?? -Infinity, range?.from ?? -Infinity),
      to: Math.min(day("to", 86400) ?? Infinity, range?.to ?? Infinity),
    };
  };

  const matches = (item, { facets: chosen, words, from, to }) => {
    if (from !== -Infinity || to !== Infinity) {
      if (item.time === null || item.time < from || item.time >= to) return false;
    }
    return chosen.every(([facet, number]) => item.has[facet].has(number)) && words.every((word) => textOf(item).includes(word));
  };

  const shown = () => items.filter((item) => !item.element.hidden);

  const refresh = () => {
    const filter = wanted();
    let matching = 0;
    for (const item of items) {
      item.element.hidden = !matches(item, filter);
      if (!item.element.hidden) matching += 1;
    }
    const of = items.length.toLocaleString("en");
    count.textContent = matching === items.length ? `${of} listed` : `${matching.toLocaleString("en")} of ${of} listed`;
    nothing.hidden = matching > 0;
    rangeButton.hidden = range === null;
    rangeButton.textContent = range === null ? "" : `${range.name} ×`;
    for (const bar of bars) {
      if (range !== null && Number(bar.dataset.from) === range.from) bar.setAttribute("aria-current", "true");
      else bar.removeAttribute("aria-current");
    }
    tellExpand();
    markFirst();
  };

  // The first that is seen has the round corners.
  const markFirst = () => {
    list.querySelector(".first")?.classList.remove("first");
    [...list.children].find((element) => !element.hidden)?.classList.add("first");
  };

  // --- Order

  const rank = (item) => severity.findIndex((word) => item.has.standing.has(word));
  const newest = (one, other) => one.place - other.place;
  const orders = {
    newest,
    oldest: (one, other) => other.place - one.place,
    open: (one, other) => rank(one) - rank(other) || newest(one, other),
    caller: (one, other) => one.sort.caller.localeCompare(other.sort.caller) || newest(one, other),
    tier: (one, other) => one.sort.tier.localeCompare(other.sort.tier) || newest(one, other),
  };

  const arrange = () => {
    list.append(...[...items].sort(orders[value("order")] ?? newest).map((item) => item.element));
    markFirst();
  };

  // --- What is clicked elsewhere on the page

  const goToList = () => {
    const target = document.getElementById("incidents");
    target.scrollIntoView({ block: "start" });
    target.focus({ preventScroll: true });
  };

  const choose = (facet, number) => {
    const select = field(facet);
    if (!select) return;
    select.value = number;
    refresh();
    goToList();
  };

  for (const link of document.querySelectorAll("a.pick")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(link.dataset.facet, link.dataset.value);
    });
  }

  // A tier of the picture filters by that tier.
  const numberOfTier = (name) =>
    [...(field("tier")?.options ?? [])].find((option) => option.value !== "" && option.text.replace(/ \([\d,]+\)$/, "") === name);

  for (const node of document.querySelectorAll(".graph .node.tier")) {
    const option = numberOfTier(node.querySelector("title")?.textContent);
    if (!option) continue;
    node.classList.add("pick");
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
    node.addEventListener("click", () => choose("tier", option.value));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      choose("tier", option.value);
    });
  }

  // --- The timeline: one stop for the Tab key, arrows from bar to bar

  const bars = [...document.querySelectorAll("#bars .bar")];
  const note = document.getElementById("bar-note");

  const stopAt = (bar) => bars.forEach((other) => other.setAttribute("tabindex", other === bar ? "0" : "-1"));

  for (const [place, bar] of bars.entries()) {
    const name = bar.getAttribute("aria-label");
    const say = () => { note.textContent = name; };
    bar.addEventListener("pointerenter", say);
    bar.addEventListener("focus", () => { say(); stopAt(bar); });
    bar.addEventListener("pointerleave", () => { note.textContent = ""; });
    bar.addEventListener("blur", () => { note.textContent = ""; });
    bar.addEventListener("click", (event) => {
      event.preventDefault();
      const isChosen = bar.hasAttribute("aria-current");
      const when = name.slice(0, name.lastIndexOf(": "));
      range = isChosen ? null : { from: Number(bar.dataset.from), to: Number(bar.dataset.to), name: when };
      refresh();
    });
    bar.addEventListener("keydown", (event) => {
      const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: bars.length - 1 }[event.key];
      if (next === undefined || !bars[next]) return;
      event.preventDefault();
      bars[next].focus();
    });
  }
  if (bars.length > 0) stopAt(bars[0]);

  // --- Buttons and keys

  const tellExpand = () => {
    const all = shown();
    expand.hidden = all.length === 0 || all.length > printable;
    expand.textContent = all.every((item) => item.element.open) ? "Collapse all" : "Expand all";
  };

  expand.addEventListener("click", () => {
    const all = shown();
    const open = !all.every((item) => item.element.open);
    all.forEach((item) => { item.element.open = open; });
    tellExpand();
  });

  rangeButton.addEventListener("click", () => {
    range = null;
    refresh();
    field("search").focus();
  });

  form.addEventListener("input", (event) => {
    if (event.target.name === "order") arrange();
    else refresh();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("clear").addEventListener("click", () => {
    range = null;
    form.reset();
    refresh();
    arrange();
  });

  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.matches?.("input, select, textarea");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field("search").focus();
      field("search").select();
    }
  });

  // --- Light and dark

  const theme = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const tellTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    tellTheme();
  });
  dark.addEventListener("change", tellTheme);

  // --- Paper: what can be read is printed open

  let opened = [];
  addEventListener("beforeprint", () => {
    const all = shown();
    opened = all.length > printable ? [] : all.filter((item) => !item.element.open);
    opened.forEach((item) => { item.element.open = true; });
  });
  addEventListener("afterprint", () => opened.forEach((item) => { item.element.open = false; }));

  tellTheme();
  theme.hidden = false;
  form.hidden = false;
  refresh();
})();
