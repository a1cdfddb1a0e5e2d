// Functions that run inside the page of VS Code.

/** The box of the text cursor in the editor that has the focus. */
export function cursorBox() {
  const cursor = document.querySelector('.editor-group-container.active .monaco-editor .cursors-layer .cursor');
  if (cursor === null) return null;
  const { x, y, width, height } = cursor.getBoundingClientRect();
  return { x, y, width, height };
}

/** What each provider says in the hover that is open. */
export function hoverParts() {
  return [...document.querySelectorAll('.monaco-hover:not(.hidden) .hover-row')]
    .map((row) => row.innerText.replace(/\u00a0/g, ' '))
    .filter((text) => text.trim() !== '');
}

/**
 * How far down in the open hover the first sentence of the pill ends, and how high the hover is: both in pixels; null without
 * a pill.
 */
export function firstSentence() {
  const row = [...document.querySelectorAll('.monaco-hover:not(.hidden) .hover-row')].find((each) => each.querySelector('hr'));
  const [title, next] = row?.querySelectorAll('hr ~ p') ?? [];
  const paragraph = title?.querySelector('br') ? title : next; // the title has a line of the first paragraph
  if (!paragraph) return null;
  const range = document.createRange();
  range.setStart(paragraph, 0);
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const end = node.data.search(/\.( |$)|:$/);
    range.setEnd(node, end < 0 ? node.length : end + 1);
    if (end >= 0) break;
  }
  const hover = row.closest('.monaco-hover').getBoundingClientRect();
  return { bottom: Math.round(range.getBoundingClientRect().bottom - hover.top), height: Math.round(hover.height) };
}

/** How far to the right the text of the editor in front reaches, in pixels, and that text. */
export function widestLine() {
  const lines = [...document.querySelectorAll('.editor-group-container.active .view-line')];
  lines.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top);
  const ends = lines.map((line) => (line.firstElementChild ?? line).getBoundingClientRect().right);
  return { width: Math.max(...ends), words: lines.map((line) => line.innerText.replace(/\u00a0/g, ' ')).join('\n') };
}

/** The text of the page. */
export function pageText() {
  return document.body.innerText;
}

/** The vertical place of a heading in a rendered pill: 0 is the upper edge, 1 the lower one; null without it. */
export function headingPlace(id) {
  const heading = document.getElementById(id);
  return heading === null ? null : heading.getBoundingClientRect().top / document.defaultView.innerHeight;
}

/** The pictures of diagrams in a rendered pill, sizes in pixels, and how many diagrams are still text. */
export function diagrams() {
  return {
    left: document.querySelectorAll('code.language-diagram').length,
    drawn: [...document.querySelectorAll('img.jetpills-diagram')].map((each) => ({
      words: each.alt,
      width: each.naturalWidth,
      height: each.naturalHeight,
    })),
  };
}

/** Draws the mouse's pointer, which a screenshot does not have. */
export function drawPointer({ x, y }) {
  const id = 'film-pointer';
  let pointer = document.getElementById(id);
  if (pointer === null) {
    pointer = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
    pointer.id = id;
    const arrow = document.createElementNS('http://www.w3.org/2000/svg', 'path');
    arrow.setAttribute('d', 'M1 1v15l4-4 3 6 2-1-3-6h5z');
    arrow.setAttribute('fill', 'white');
    arrow.setAttribute('stroke', 'black');
    pointer.append(arrow);
    document.body.append(pointer);
  }
  pointer.style.cssText = `position: fixed; z-index: 9999; pointer-events: none; width: 20px; height: 20px; left: ${x}px; top: ${y}px`;
}
