// Runs in VS Code's preview of Markdown: shows the diagrams of a pill as the pictures that lie beside it. A diagram without one,
// such as that of somebody else's page, stays the text that it is.
const seen = new WeakSet();

function showPictures() {
  const page = new URL(document.baseURI);
  const name = page.pathname.split('/').pop().replace(/\.md$/, '');
  document.querySelectorAll('code.language-diagram, img.jetpills-diagram').forEach((diagram, index) => {
    if (diagram.tagName !== 'CODE' || seen.has(diagram)) return;
    seen.add(diagram);
    const picture = new Image();
    picture.className = 'jetpills-diagram';
    picture.alt = diagram.textContent;
    picture.addEventListener('load', () => (diagram.closest('pre') ?? diagram).replaceWith(picture));
    picture.src = new URL(`${name}-${index + 1}.svg`, page).href;
  });
}

// The preview fills the page before this script runs or after it, says so only when the text has changed, and has no order that
// holds for both.
new MutationObserver(showPictures).observe(document.documentElement, { childList: true, subtree: true });
showPictures();
