// What the pages of the site do beyond being read: colours, search, hovers, copying, folding. Data comes in scripts that call a function of
// `jetpills`, because a page that was opened from a disk may load scripts and nothing else.
"use strict";

const jetpills = { waiting: {} };
for (const name of ["hovers", "index", "timeline"]) {
  jetpills[name] = (data) => {
    jetpills.waiting[name] = data;
  };
}

(() => {
  const root = document.documentElement;
  root.classList.add("scripted");

  // Colours. The choice is kept, where the browser lets pages keep something.
  const kept = {
    get: (key) => {
      try {
        return localStorage.getItem(key);
      } catch {
        return null;
      }
    },
    set: (key, value) => {
      try {
        localStorage.setItem(key, value);
      } catch {
        // The page has the colours, and the next one does not.
      }
    },
  };
  const themeKey = "jetpills-theme";
  const theme = kept.get(themeKey);
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const switchTheme = () => {
    const isDark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = isDark ? "light" : "dark";
    kept.set(themeKey, root.dataset.theme);
  };

  const make = (tag, properties = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  };

  // load loads a script of the site once, and gives what it hands over.
  const loads = {};
  const load = (file, name) =>
    (loads[file] ??= new Promise((resolve, reject) => {
      const script = make("script", { src: document.body.dataset.root + file });
      script.onload = () => resolve(jetpills.waiting[name]);
      script.onerror = () => {
        delete loads[file];
        reject(new Error(file));
      };
      document.head.append(script);
    }));

  // Search.

  const isWord = /[\p{L}\p{N}]/u;
  const wordsOf = (text) => text.toLowerCase().split(/[^\p{L}\p{N}_.-]+/u).map((word) => word.replace(/^[.-]+|[.-]+$/g, "")).filter(Boolean);
  // What is pasted begins with what says where it was, and not what is looked for.
  const sought = (query) => query.trim().replace(/^(?:error:\s*|(?:pkgs|config)\.)+/i, "");
  const anchorOf = (title) => title.toLowerCase().replaceAll(" ", "-").replace(/[^a-z0-9_-]/g, "");

  // beginning is what the beginning of a word in a text is worth: most at the start of the text, less inside of a word that is made of several.
  const beginning = (text, lower, word) => {
    let best = 0;
    for (let at = lower.indexOf(word); at >= 0; at = lower.indexOf(word, at + 1)) {
      const ends = !isWord.test(lower[at + word.length] ?? " ");
      if (at === 0) best = Math.max(best, ends ? 46 : 40);
      else if (!isWord.test(lower[at - 1])) best = Math.max(best, ends ? 38 : 32);
      else if (text[at] !== lower[at]) best = Math.max(best, 24);
      else best = Math.max(best, 6);
    }
    return best;
  };

  // distance is how many letters are missing, too many, other ones or swapped between two words; more than most is not counted out.
  const distance = (a, b, most) => {
    if (Math.abs(a.length - b.length) > most) return most + 1;
    let [before, last] = [[], Array.from({ length: b.length + 1 }, (_, i) => i)];
    for (let i = 1; i <= a.length; i++) {
      const row = [i];
      for (let j = 1; j <= b.length; j++) {
        row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
      }
      if (Math.min(...row) > most) return most + 1;
      [before, last] = [last, row];
    }
    return last[b.length];
  };

  const reader = (data) => {
    const entries = data.entries.map(([kind, page, anchor, title, also = ""], number) => ({
      number, kind: data.kinds[kind], page: data.pages[page], title, lower: title.toLowerCase(), also, alsoLower: also.toLowerCase(),
      anchor: anchor || (data.kinds[kind] === "option" ? title : anchorOf(title)),
    }));
    const mentions = data.words.split("\n").map((line) => {
      const [word, ...steps] = line.split(" ");
      let at = 0;
      return [word, steps.map((step) => (at += parseInt(step, 36)))];
    });
    // What a message says, in one way or another, as words.
    const messages = entries.filter((e) => e.kind === "message").map((e) => [e, [e.title, ...e.also.split("\n")].map(wordsOf).filter((words) => words.length > 1)]);
    const bias = { section: 3, option: 2, member: 1, message: 0 };
    const vocabulary = new Set(mentions.map(([word]) => word));
    for (const e of entries) for (const word of wordsOf(e.title)) for (const part of [word, ...word.split(".")]) vocabulary.add(part);
    // nearest is the word of the index that is most like one that it lacks; the word itself where none is like it.
    const nearest = (word) => {
      let [best, least] = [word, word.length < 4 ? 0 : word.length < 7 ? 1 : 2];
      for (const other of vocabulary) {
        const far = distance(word, other, least);
        if (far > 0 && far <= least) [best, least] = [other, far - 1];
      }
      return best;
    };
    // The entries that have all words; else those that have most of them, each as it is spelt in the index.
    const find = (wanted, phrase, isNear) => {
      const points = new Map(); // by number: [points, words found]
      const add = (number, more) => {
        const sum = points.get(number) ?? [0, 0];
        points.set(number, [sum[0] + more, sum[1] + 1]);
      };
      for (const word of new Set(wanted)) {
        const found = new Map();
        for (const [mention, sections] of mentions) {
          if (mention.startsWith(word)) for (const n of sections) found.set(n, Math.max(found.get(n) ?? 0, mention === word ? 5 : 3));
        }
        for (const e of entries) {
          const best = Math.max(beginning(e.title, e.lower, word), e.also && Math.min(beginning(e.also, e.alsoLower, word), 18));
          if (best > 0) found.set(e.number, best);
        }
        for (const [number, more] of found) add(number, more);
      }
      const all = isNear ? Math.max(1, ...[...points.values()].map(([, count]) => count)) : new Set(wanted).size;
      const hits = [];
      for (const [number, [sum, count]] of points) {
        const e = entries[number];
        if (count < all) continue;
        let score = sum + bias[e.kind] - e.title.length / 40;
        if (e.lower === phrase || e.lower.endsWith("." + phrase)) score += 60;
        else if (e.lower.includes(phrase)) score += 15;
        hits.push({ ...e, score });
      }
      // A message that somebody pastes has more words than the table knows it by.
      const given = new Set(wanted);
      for (const [e, ways] of messages) {
        const known = Math.max(...ways.map((words) => words.filter((word) => given.has(word)).length / words.length));
        if (known === 1 && !hits.some((hit) => hit.number === e.number)) hits.push({ ...e, score: 20 + e.title.length / 4 });
      }
      return hits.sort((a, b) => b.score - a.score || a.number - b.number).slice(0, isNear ? 10 : 40);
    };
    const isKnown = (word) => entries.some((e) => e.lower.includes(word) || e.alsoLower.includes(word)) || mentions.some(([mention]) => mention.startsWith(word));
    return (query) => {
      const wanted = wordsOf(sought(query));
      if (wanted.length === 0) return { hits: [], wanted, isNear: false };
      const hits = find(wanted, sought(query).toLowerCase(), false);
      if (hits.length > 0) return { hits, wanted, isNear: false };
      const near = wanted.map((word) => (isKnown(word) ? word : nearest(word)));
      return { hits: find(near, near.join(" "), true), wanted: near, isNear: true };
    };
  };
  jetpills.reader = reader;

  // marked is a text with what was looked for in it marked.
  const marked = (text, wanted) => {
    const lower = text.toLowerCase();
    const parts = [];
    let from = 0;
    while (from < text.length) {
      let at = -1;
      let length = 0;
      for (const word of wanted) {
        const here = lower.indexOf(word, from);
        if (here >= 0 && (at < 0 || here < at || (here === at && word.length > length))) [at, length] = [here, word.length];
      }
      if (at < 0 || lower.length !== text.length) break;
      parts.push(text.slice(from, at), make("mark", {}, text.slice(at, at + length)));
      from = at + length;
    }
    return [...parts, text.slice(from)];
  };

  const search = () => {
    let dialog = document.querySelector("dialog.search");
    if (!dialog) {
      const list = make("ul", { role: "listbox", id: "jetpills-hits", "aria-label": "Results" });
      const input = make("input", {
        type: "search", placeholder: "Sections, options, members, error messages", autocomplete: "off", spellcheck: false, role: "combobox",
        "aria-label": "Search", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "jetpills-hits",
      });
      const state = make("p", { className: "state", role: "status" });
      dialog = make("dialog", { className: "search", "aria-label": "Search" }, input, state, list);
      document.body.append(dialog);
      let find = null;
      let selected = -1;
      const select = (n) => {
        const items = list.children;
        items[selected]?.setAttribute("aria-selected", "false");
        selected = items.length ? (n + items.length) % items.length : -1;
        const item = items[selected];
        item?.setAttribute("aria-selected", "true");
        item?.scrollIntoView({ block: "nearest" });
        if (item) input.setAttribute("aria-activedescendant", item.id);
        else input.removeAttribute("aria-activedescendant");
      };
      const show = () => {
        if (!find) return;
        const { hits, wanted, isNear } = find(input.value);
        list.replaceChildren(
          ...hits.map((hit, n) =>
            make("li", { role: "option", id: `jetpills-hit-${n}`, "aria-selected": "false" },
              make("a", { href: `${document.body.dataset.root}${encodeURI(hit.page.file)}#${encodeURIComponent(hit.anchor)}`, tabIndex: -1 },
                make("span", { className: "title" }, ...marked(hit.title, wanted)),
                make("span", { className: "kind" }, hit.kind),
                make("span", { className: "page" }, hit.page.label)))),
        );
        input.setAttribute("aria-expanded", String(hits.length > 0));
        state.textContent = !isNear ? "" : hits.length ? "Nothing has all of these words; nearest:" : "Nothing has any of these words.";
        state.hidden = !state.textContent;
        selected = -1;
        select(0);
      };
      input.addEventListener("input", show);
      dialog.addEventListener("keydown", (event) => {
        if (event.key === "ArrowDown") select(selected + 1);
        else if (event.key === "ArrowUp") select(selected - 1);
        else if (event.key === "Enter" && selected >= 0) list.children[selected].firstChild.click();
        else if (event.key === "Escape") dialog.close(); // and not only the text, as browsers do
        else return;
        event.preventDefault();
      });
      dialog.addEventListener("click", (event) => {
        if (event.target === dialog || event.target.closest("a")) dialog.close();
      });
      state.textContent = "Loading …";
      load("assets/search.js", "index").then(
        (data) => {
          find = reader(data);
          show();
        },
        () => {
          state.textContent = "The index cannot be loaded.";
        },
      );
    }
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input").select();
  };

  // Hovers: what the server says of a name. They are shown at the mouse, at the focus and at a tap.

  const hovers = () => {
    const file = document.body.dataset.hovers;
    const blocks = [...document.querySelectorAll("pre")].map((pre) => [...pre.querySelectorAll("[data-h]")]).filter((names) => names.length);
    if (!file || !blocks.length) return;
    root.classList.add("ready");
    const box = make("div", { className: "hover", id: "jetpills-hover", role: "dialog", "aria-label": "What Jetpills says", tabIndex: -1, hidden: true });
    document.body.append(box);
    let shown = null; // the name
    let timer = 0;
    const hide = () => {
      clearTimeout(timer);
      shown?.removeAttribute("aria-describedby");
      shown = null;
      box.hidden = true;
    };
    const place = (name) => {
      const at = name.getClientRects()[0];
      if (!at) return;
      box.style.maxHeight = "";
      const { offsetWidth: width, offsetHeight: height } = box;
      const gap = 6;
      const [above, below] = [at.top - gap - 8, innerHeight - at.bottom - gap - 8]; // the room
      const isBelow = height <= below || below >= above;
      box.style.maxHeight = `${Math.min(height, isBelow ? below : above)}px`;
      box.style.top = `${isBelow ? at.bottom + gap : at.top - gap - Math.min(height, above)}px`;
      box.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - width - 8))}px`;
    };
    const show = async (name, byKey) => {
      clearTimeout(timer);
      if (shown === name) return;
      let texts;
      try {
        texts = await load(file, "hovers");
      } catch {
        return;
      }
      if (byKey && document.activeElement !== name) return;
      hide();
      shown = name;
      box.innerHTML = texts[name.dataset.h]; // made by jetpills, which escapes
      if (byKey) box.append(make("p", { className: "keys" }, "← and → go to other names, Enter goes into this box, Esc closes it."));
      box.hidden = false;
      box.scrollTop = 0;
      name.setAttribute("aria-describedby", box.id);
      place(name);
    };
    const soon = (what, wait) => {
      clearTimeout(timer);
      timer = setTimeout(what, wait);
    };
    for (const names of blocks) {
      names.forEach((name, n) => {
        name.tabIndex = n === 0 ? 0 : -1;
        name.setAttribute("role", "button");
        name.setAttribute("aria-haspopup", "dialog");
        name.addEventListener("mouseenter", () => soon(() => show(name), 120));
        name.addEventListener("mouseleave", () => soon(hide, 250));
        name.addEventListener("focus", () => name.matches(":focus-visible") && show(name, true));
        name.addEventListener("blur", () => soon(() => !box.contains(document.activeElement) && !box.matches(":hover") && hide(), 150));
        name.addEventListener("click", () => show(name));
        name.addEventListener("keydown", (event) => {
          const to = { ArrowRight: n + 1, ArrowDown: n + 1, ArrowLeft: n - 1, ArrowUp: n - 1, Home: 0, End: names.length - 1 }[event.key];
          if (to !== undefined) {
            const other = names[Math.max(0, Math.min(to, names.length - 1))];
            name.tabIndex = -1;
            other.tabIndex = 0;
            other.focus();
          } else if (event.key === "Enter" || event.key === " ") {
            show(name, true).then(() => box.focus());
          } else return;
          event.preventDefault();
        });
      });
    }
    box.addEventListener("mouseenter", () => clearTimeout(timer));
    box.addEventListener("mouseleave", () => soon(hide, 250));
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !shown) return;
      const name = shown;
      const wasInside = box.contains(document.activeElement);
      hide();
      if (wasInside) name.focus({ focusVisible: false });
    });
    document.addEventListener("click", (event) => {
      if (shown && !box.contains(event.target) && !event.target.closest("[data-h]")) hide();
    });
    addEventListener("scroll", () => shown && !box.matches(":hover") && document.activeElement !== shown && soon(hide, 100), { passive: true });
  };

  // Copying: of a console, what is typed.

  const copies = () => {
    for (const block of document.querySelectorAll("main .code")) {
      const pre = block.querySelector("pre");
      const lines = pre.textContent.split("\n");
      const typed = lines.map((line) => /^[$#>] (.*)$/.exec(line)?.[1]).filter((line) => line !== undefined);
      const text = block.classList.contains("console") && typed.length ? typed.join("\n") : lines.join("\n");
      const button = make("button", { type: "button", className: "copy", "aria-label": "Copy this code" }, "Copy");
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(text + "\n");
          button.textContent = "Copied";
        } catch {
          getSelection().selectAllChildren(pre);
          button.textContent = "Selected";
        }
        setTimeout(() => (button.textContent = "Copy"), 1500);
      });
      block.append(button);
    }
  };

  // Where one is: the section at the top of the window is marked in the list.

  const follow = () => {
    const links = new Map([...document.querySelectorAll(".sections a")].map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
    const heads = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
    if (!heads.length) return;
    let current = null;
    const mark = () => {
      const line = innerHeight / 4;
      let now = null;
      for (const head of heads) {
        if (head.getBoundingClientRect().top > line) break;
        now = head;
      }
      const a = now && links.get(now.id);
      if (a === current) return;
      current?.removeAttribute("aria-current");
      a?.setAttribute("aria-current", "true");
      current = a;
      const here = a?.closest(".sections div > ul > li");
      for (const item of document.querySelectorAll(".sections .here")) item.classList.toggle("here", item === here);
      here?.classList.add("here");
      const list = document.querySelector(".sections");
      if (a && list.scrollHeight > list.clientHeight) list.scrollTop = a.offsetTop - list.clientHeight / 2;
    };
    let waits = false;
    addEventListener("scroll", () => {
      if (waits) return;
      waits = true;
      requestAnimationFrame(() => {
        waits = false;
        mark();
      });
    }, { passive: true });
    mark();
  };

  // The list of options: those whose name has some words.

  const filter = () => {
    const input = document.querySelector("[data-filter]");
    if (!input) return;
    const form = input.closest(".filter");
    form.hidden = false;
    const options = [...document.querySelectorAll(".option")];
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let count = 0;
      for (const option of options) {
        option.hidden = !wanted.every((word) => option.id.toLowerCase().includes(word));
        if (!option.hidden) count++;
      }
      for (const part of document.querySelectorAll("section.options")) part.hidden = !part.querySelector(".option:not([hidden])");
      form.querySelector("[role=status]").textContent = wanted.length ? `${count} of ${options.length}` : "";
    });
  };

  // What scrolls sideways can be reached with the keyboard.
  const scrollers = () => {
    for (const element of document.querySelectorAll("main :is(pre, .table, figure)")) {
      if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
      else if (element.tagName === "FIGURE") element.removeAttribute("tabindex");
    }
  };

  // The lists beside the text fold on a narrow screen.
  const fold = (button) => {
    const isOpen = button?.getAttribute("aria-expanded") === "true";
    for (const other of document.querySelectorAll("[data-do=fold]")) other.setAttribute("aria-expanded", String(other === button && !isOpen));
  };

  document.addEventListener("DOMContentLoaded", () => {
    const actions = { search, theme: switchTheme, fold };
    for (const button of document.querySelectorAll("[data-do]")) {
      const action = actions[button.dataset.do];
      if (!action) continue;
      button.hidden = false;
      button.addEventListener("click", () => action(button));
    }
    document.addEventListener("click", (event) => {
      if (!event.target.closest("[data-do=fold]")) fold(null);
    });
    hovers();
    copies();
    follow();
    filter();
    scrollers();
    document.addEventListener("keydown", (event) => {
      const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
      if ((event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) || (event.key === "k" && (event.ctrlKey || event.metaKey))) {
        event.preventDefault();
        search();
      } else if (event.key === "Escape") fold(null);
    });
    addEventListener("beforeprint", () => {
      for (const fold of document.querySelectorAll("main details")) fold.open = true;
    });
  });
})();
