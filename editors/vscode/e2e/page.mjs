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

/** The vertical place of a heading in a rendered pill: 0 is the upper edge, 1 the lower one; null without it. */
export function headingPlace(id) {
  const heading = document.getElementById(id);
  return heading === null ? null : heading.getBoundingClientRect().top / document.defaultView.innerHeight;
}
