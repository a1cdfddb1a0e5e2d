// Runs in VS Code's preview of Markdown: shows the diagrams of a pill as the pictures that lie beside it. A diagram without one,
// such as that of somebody else's page, stays the text that it is.
function showPictures() {
  const page = new URL(document.baseURI);
  const name = page.pathname.split('/').pop().replace(/\.md$/, '');
  document.querySelectorAll('code.language-diagram').forEach((code, index) => {
    const picture = new Image();
    picture.className = 'jetpills-diagram';
    picture.alt = code.textContent;
    picture.addEventListener('load', () => (code.closest('pre') ?? code).replaceWith(picture));
    picture.src = new URL(`${name}-${index + 1}.svg`, page).href;
  });
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', showPictures);
else showPictures();
window.addEventListener('vscode.markdown.updateContent', showPictures);
