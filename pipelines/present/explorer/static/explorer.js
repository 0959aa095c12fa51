// Search and language. The pages work without it; both are for comfort and stay hidden where scripts do not run.
"use strict";
(() => {
  const { words, figures, chapters } = window.explorer;
  const root = document.body.dataset.root;
  const MOST = 30;

  // Language: Vietnamese stands in the page, English is put in its place.
  const ATTRIBUTES = ["aria-label", "placeholder", "data-label"];
  const button = document.querySelector(".language");
  const remembered = () => { try { return localStorage.getItem("language"); } catch { return null; } };
  const remember = (language) => { try { localStorage.setItem("language", language); } catch { /* not kept from page to page */ } };
  let language = remembered() === "en" ? "en" : "vi";
  const wording = (key) => words[key][language === "en" ? 1 : 0];
  function speak() {
    for (const node of document.querySelectorAll("[data-w]")) {
      node.textContent = wording(node.dataset.w);
      if (language === "en") node.lang = "en"; else node.removeAttribute("lang");
    }
    for (const name of ATTRIBUTES) {
      for (const node of document.querySelectorAll(`[data-w-${name}]`)) node.setAttribute(name, wording(node.getAttribute(`data-w-${name}`)));
    }
    button.querySelector("span").lang = language === "en" ? "vi" : "en";
  }
  button.hidden = false;
  button.addEventListener("click", () => {
    language = language === "en" ? "vi" : "en";
    remember(language);
    speak();
  });
  if (language === "en") speak();

  // Search: without diacritics everything that sounds like it, with them only what is written so.
  const lower = (text) => text.normalize("NFC").toLowerCase().trim();
  const fold = (text) => lower(text).normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/g, "d");
  const index = figures.map(([id, label, value, chapter]) => {
    const exact = `${lower(label)} ${id}`;
    return { id, label, value, chapter, exact, folded: fold(exact), name: fold(label) };
  });
  function find(query) {
    const marked = lower(query) !== fold(query);
    const terms = (marked ? lower(query) : fold(query)).split(/\s+/).filter(Boolean);
    const whole = fold(query);
    const rank = (one) => (one.name === whole || one.id === whole ? 0 : one.name.startsWith(whole) ? 1 : one.folded.includes(whole) ? 2 : 3);
    return index
      .filter((one) => terms.every((term) => (marked ? one.exact : one.folded).includes(term)))
      .map((one, order) => ({ one, rank: rank(one), order }))
      .sort((a, b) => a.rank - b.rank || a.order - b.order)
      .map(({ one }) => one);
  }
  const form = document.querySelector(".search");
  const input = form.querySelector("input");
  const list = form.querySelector("#found");
  const count = form.querySelector("#count");
  const close = () => { list.hidden = true; list.replaceChildren(); count.textContent = ""; };
  function element(name, text) {
    const made = document.createElement(name);
    made.textContent = text; // never as HTML: labels may come from workbooks
    return made;
  }
  function show() {
    if (!input.value.trim()) return close();
    const found = find(input.value);
    list.replaceChildren(...found.slice(0, MOST).map(({ id, label, value, chapter }) => {
      const link = document.createElement("a");
      link.href = `${root}trace/${chapter}.html#${encodeURIComponent(id)}`;
      link.append(element("span", label), element("b", value), element("small", `${chapters[chapter]} · ${id}`));
      const item = document.createElement("li");
      item.append(link);
      return item;
    }));
    if (!found.length || found.length > MOST) {
      const item = document.createElement("li");
      item.append(element("p", wording(found.length ? "search.more" : "search.none")));
      list.append(item);
    }
    count.textContent = `${found.length} ${wording("search.found")}`;
    list.hidden = false;
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.click();
  });
  input.addEventListener("input", show);
  form.addEventListener("keydown", (event) => {
    const stops = [input, ...list.querySelectorAll("a")];
    const at = stops.indexOf(document.activeElement);
    if (event.key === "Escape") { input.focus(); close(); }
    else if (event.key === "ArrowDown" && at < stops.length - 1) stops[at + 1].focus();
    else if (event.key === "ArrowUp" && at > 0) stops[at - 1].focus();
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", close);
  document.addEventListener("click", (event) => { if (!form.contains(event.target)) close(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); input.focus(); }
  });
})();
