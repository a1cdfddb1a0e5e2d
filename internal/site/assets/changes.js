// What the page of changes says: the difference of two revisions, as catalog.Diff finds it and jetpills options --diff prints it.
"use strict";

(() => {
  // Which revision is meant: newest, a day, or the first digits of a commit.
  const find = (revisions, words) => {
    const rev = words.trim().toLowerCase();
    if (rev === "newest") return revisions.at(-1);
    if (/^\d{4}-\d{2}-\d{2}$/.test(rev)) return revisions.findLast((r) => r.m && r.d <= rev);
    if (!/^[0-9a-f]{7,40}$/.test(rev)) return undefined;
    const found = revisions.filter((r) => r.h.startsWith(rev.slice(0, r.h.length)));
    return found.length === 1 ? found[0] : undefined;
  };

  const optionsAt = (timeline, state) => {
    const all = new Map();
    for (const o of timeline.options) {
      let n = 0;
      while (n < o.l.length && o.l[n] <= state) n++;
      if (n % 2 === 1) all.set(o.p, o);
    }
    return all;
  };

  const list = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);
  const quoted = (values) => list(values.map((value) => JSON.stringify(value)));
  const missing = (all = [], some = []) => all.filter((value) => !some.includes(value));
  const unspaced = (shown = "") => shown.replaceAll("[ ]", "[]").replaceAll("{ }", "{}");

  const otherDefault = (a, b) => {
    if (a.r || b.r) return false;
    if (Boolean(a.h) !== Boolean(b.h)) return true;
    return Boolean(a.n && b.n) && unspaced(a.d) !== unspaced(b.d);
  };

  const optionLine = (o) => {
    let line = o.p;
    if (o.r) line += ` → ${o.r}`;
    else if (o.t) line += ` : ${o.t}`;
    if (o.h && o.d) line += ` = ${o.d}`;
    return line;
  };

  // How a changed option differs.
  const mostDefaults = 120; // bytes of defaults that are shown side by side
  const changes = (a, b) => {
    const parts = [];
    const [added, removed] = [missing(b.v, a.v), missing(a.v, b.v)];
    if (removed.length) parts.push(`no longer takes ${quoted(removed)}`);
    if (added.length) parts.push(`also takes ${quoted(added)}`);
    const values = a.k === b.k && added.length + removed.length > 0;
    if (!values && (a.t ?? "") !== (b.t ?? "")) parts.push(`the type is ${b.t ?? ""}, was ${a.t ?? ""}`);
    if (values && Boolean(a.u) !== Boolean(b.u)) parts.push(b.u ? "also takes null" : "no longer takes null");
    if (!otherDefault(a, b)) return parts;
    const [before, after] = [a.d ?? "", b.d ?? ""];
    const bytes = (text) => new TextEncoder().encode(text).length;
    if (!b.h) parts.push("there is no default any more" + (before && `: it was ${before}`));
    else if (!a.h) parts.push("there is a default now" + (after && `: ${after}`));
    else if (bytes(before) + bytes(after) > mostDefaults) parts.push(`the default is now ${after}`);
    else parts.push(`the default is ${after}, was ${before}`);
    return parts;
  };

  const names = ["", "L4T ", "CUDA ", "driver ", "kernel "];
  const generationLine = (a, b) => {
    if (!b) return `- JetPack ${a.m}: ${a.v[0]}`;
    const families = list(b.f ?? []);
    if (!a) {
      let line = `+ JetPack ${b.m}: ${b.v[0]}`;
      b.v.forEach((version, i) => {
        if (i > 0 && version) line += `, ${names[i]}${version}`;
      });
      return families ? `${line}, for ${families}` : line;
    }
    const parts = [];
    b.v.forEach((version, i) => {
      if (version !== a.v[i] && version && a.v[i]) parts.push(`${names[i]}${version}, was ${a.v[i]}`);
    });
    const before = list(a.f ?? []);
    if (families !== before && families && before) parts.push(`for ${families}, was for ${before}`);
    return `~ JetPack ${b.m}: ${parts.join("; ")}`;
  };

  const sameVersions = (a, b) =>
    a.v.every((version, i) => version === b.v[i] || !version || !b.v[i]) &&
    (!a.f?.length || !b.f?.length || missing(a.f, b.f).length + missing(b.f, a.f).length === 0);

  const generationChanges = (a, b) => {
    if (!a.length || !b.length) return []; // those of one of them are not known
    const majors = [...new Set([...a, ...b].map((g) => g.m))].sort((x, y) => (x < y ? -1 : 1));
    return majors
      .map((major) => [a.find((g) => g.m === major), b.find((g) => g.m === major)])
      .filter(([before, after]) => !before || !after || !sameVersions(before, after))
      .map(([before, after]) => generationLine(before, after));
  };

  const majorChanges = (a, b) => {
    const all = new Map();
    for (const [som, before] of a) {
      const after = b.find(([name]) => name === som)?.[1];
      if (!after || after === before) continue;
      const key = `${after} instead of ${before}`;
      all.set(key, [...(all.get(key) ?? []), som]);
    }
    return [...all].map(([key, soms]) => `~ ${list(soms)} ${soms.length === 1 ? "gets" : "get"} JetPack ${key} where majorVersion is not set`);
  };

  // The lines of the difference: what may break a configuration before what does not.
  const difference = (timeline, a, b) => {
    const [before, after] = [optionsAt(timeline, a.s), optionsAt(timeline, b.s)];
    const [removed, renamed, changed, added] = [[], [], [], []];
    for (const [path, o] of before) {
      const now = after.get(path);
      if (!now) {
        const since = timeline.removed[path];
        removed.push(`- ${path}${since ? ` (${since})` : ""}${o.r ? `, which was another name of ${o.r}` : ""}`);
      } else if (!o.r && now.r) {
        renamed.push(`→ ${path} is now ${now.r}${now.s ? ` (${now.s})` : ""}; the old name still works`);
      } else if ((o.t ?? "") !== (now.t ?? "") || otherDefault(o, now)) {
        changed.push(`~ ${path}: ${changes(o, now).join("; ")}`);
      }
    }
    for (const [path, o] of after) {
      if (!before.has(path)) added.push(o.r ? `+ ${path}, another name of ${o.r}` : `+ ${optionLine(o)}`);
    }
    return [
      ["JetPack", [...generationChanges(timeline.generations[a.g], timeline.generations[b.g]), ...majorChanges(timeline.majors[a.j], timeline.majors[b.j])]],
      ["Removed", removed], ["Renamed", renamed], ["Changed", changed], ["Added", added],
    ];
  };

  jetpills.difference = (timeline, from, to) => {
    const [a, b] = [find(timeline.revisions, from), find(timeline.revisions, to)];
    return a && b && { head: `from ${a.h.slice(0, 7)} (${a.d}) to ${b.h.slice(0, 7)} (${b.d})`, parts: difference(timeline, a, b) };
  };

  document.addEventListener("DOMContentLoaded", () => {
    const timeline = jetpills.waiting.timeline;
    const form = document.querySelector("[data-compare]");
    const out = document.querySelector("[data-difference]");
    if (!form || !timeline) return;
    const [from, to] = form.querySelectorAll("input");
    const make = (tag, text, ...children) => {
      const element = document.createElement(tag);
      element.append(...(text ? [text] : []), ...children);
      return element;
    };
    const status = (text) => {
      const p = make("p", text);
      p.setAttribute("role", "status");
      return p;
    };
    const known = new Set(timeline.options.map((o) => o.p)); // one may be renamed to an option of NixOS
    // A line, with its options as links to the reference.
    const item = (line) => {
      const sign = make("span", line[0]);
      sign.className = "sign";
      const [, path, rest] = /^([\w.*"<>-]*)(.*)$/su.exec(line.slice(2));
      const li = make("li", "", sign, " ");
      const link = (option) => {
        const a = make("a", "", make("code", option));
        a.href = `options.html#${encodeURIComponent(option)}`;
        return a;
      };
      if (path.includes(".")) {
        const [, before = rest, other, after] = /^(.*? (?:is now|another name of) )([\w.*"<>-]+)(.*)$/su.exec(rest) ?? [];
        li.append(link(path), before, ...(other ? [known.has(other) ? link(other) : other, after] : []));
      } else li.append(line.slice(2));
      return li;
    };
    const show = () => {
      const result = jetpills.difference(timeline, from.value, to.value);
      if (!result) {
        const unknown = [from, to].filter((input) => !find(timeline.revisions, input.value)).map((input) => input.value.trim() || "nothing");
        out.replaceChildren(status(`${list(unknown)} is no revision that is known here and declares options.`));
        return;
      }
      const parts = result.parts.filter(([, lines]) => lines.length);
      const newest = timeline.revisions.at(-1).d;
      const late = [...new Set([from, to].map((input) => input.value.trim()).filter((words) => /^\d{4}-\d{2}-\d{2}$/.test(words) && words > newest))];
      const note = late.length ? [make("p", `${list(late)} ${late.length === 1 ? "is" : "are"} later than the newest revision known here, of ${newest}.`)] : [];
      out.replaceChildren(status(result.head), ...note, ...parts.flatMap(([name, lines]) => [make("h2", name), make("ul", "", ...lines.map(item))]));
      if (!parts.length) out.append(make("p", "no option and no version differs"));
      history.replaceState(null, "", `#${encodeURIComponent(from.value.trim())}..${encodeURIComponent(to.value.trim())}`);
    };
    const read = () => {
      const [a, b] = location.hash.slice(1).split("..").map(decodeURIComponent);
      const newest = timeline.revisions.at(-1);
      const yearBefore = `${Number(newest.d.slice(0, 4)) - 1}${newest.d.slice(4)}`;
      from.value = a || yearBefore;
      to.value = b || "newest";
      show();
    };
    const suggestions = form.querySelector("datalist");
    let last = null;
    for (const r of timeline.revisions.filter((r) => r.m).reverse()) {
      if (last && r.s === last.s && r.g === last.g) continue;
      const option = make("option", r.d);
      option.value = r.h.slice(0, 7);
      suggestions.append(option);
      last = r;
    }
    form.hidden = false;
    for (const input of [from, to]) input.addEventListener("input", show);
    form.querySelector("[data-do=swap]").addEventListener("click", () => {
      [from.value, to.value] = [to.value, from.value];
      show();
    });
    addEventListener("hashchange", read);
    read();
  });
})();
